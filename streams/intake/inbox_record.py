"""A record of the inbox as it came, and the refusal of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from linli.schemas.dead_letters import DeadLetter, Reason
from linli.schemas.errors import Both


@dataclass(frozen=True, slots=True)
class InboxRecord:
    """What the broker holds of one record, unread.

    Parameters
    ----------
    topic, partition, offset
        Where it lies.
    key
        The record key: the district's code, if the sender knows how to.
    headers
        The record's headers, in order.
    value
        Its bytes.
    appended_at
        When the broker appended it, in real time.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    value: bytes | None
    appended_at: datetime


class RefusedError(Exception):
    """A record that cannot be acted on.

    Parameters
    ----------
    reason
        One of the closed list.
    path
        The field, in dots; made of our own words alone.
    rule
        What it breaks; never a value.
    answer
        What the county's lists say instead: who handles it.
    """

    def __init__(self, reason: Reason, path: str = "", rule: str = "", answer: Both | None = None) -> None:
        super().__init__(f"{reason} {path} {rule}".strip())
        self.reason = reason
        self.path = path
        self.rule = rule
        self.answer = answer


def refused_in(letter: DeadLetter) -> RefusedError:
    """Give the refusal that a dead letter tells of."""
    answer = None if letter.answer is None else Both(*letter.answer)
    return RefusedError(letter.reason, letter.path, letter.rule, answer)
