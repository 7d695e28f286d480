"""What an audit found: every guarantee by name, and each break with its place in the log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

BREAKS_KEPT: Final = 200
"""Breaks kept with their places; beyond that they are only counted, so that a broken log cannot fill the memory."""


class Guarantee(StrEnum):
    """What is judged."""

    READABLE = "every record can be read"
    INBOX_OUTCOME = "every inbox record has an outcome"
    COMMAND_OUTCOME = "every command has exactly one outcome"
    ORDER_KEPT = "every accepted order is in the ledger"
    ONE_ASSIGNMENT = "no visit has two teams, or two open offers, at any moment"
    UNIQUE_IDS = "offers and assignments keep their ids"
    ONE_HOME = "a team belongs to one district"
    GAPLESS = "versions and rounds have no gap and no repetition"
    LIFE_CYCLE = "every step is in the life cycle"
    WHOLE_ROUNDS = "every round is whole"
    KEPT = "nothing is forgotten before its time"
    REASON_OR_PLAN = "every unfinished request has a team, a plan or a reason"
    ONE_PLACE = "no crew is in two places at once"
    CLIMBS = "what waits too long climbs in its time, level by level"
    TOLD = "every open offer and every climb was told or waits with somebody"
    LISTED = "every list of the next day that was due was made"
    SAME_WORDS = "a delivery always says the same"
    NOT_GONE = "nothing is sent to an address that is gone"


LOSSES: Final = frozenset(
    {
        Guarantee.INBOX_OUTCOME,
        Guarantee.COMMAND_OUTCOME,
        Guarantee.ORDER_KEPT,
        Guarantee.KEPT,
        Guarantee.REASON_OR_PLAN,
        Guarantee.TOLD,
        Guarantee.LISTED,
    }
)
"""A break of these means that something was lost (or, for commands, counted twice)."""

DOUBLES: Final = frozenset({Guarantee.ONE_ASSIGNMENT, Guarantee.ONE_PLACE})
"""A break of these means that something was given twice."""


@dataclass(frozen=True, slots=True)
class Break:
    """One broken guarantee. ``where`` is a place in the log or a key; ``detail`` says what is wrong there."""

    guarantee: Guarantee
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of an audit.

    Parameters
    ----------
    breaks
        The first breaks found, with their places.
    broken
        How often each guarantee was broken.
    records
        Records read, by topic.
    states
        Requests by the state they are in.
    rounds, commands, offers, assignments
        How many there were in the log, read whole.
    lists
        Days of teams to come of which a list is due, made or not.
    waiting
        Inbox records and commands that are so new that they may wait for their outcome; offers and lists likewise.
    """

    breaks: tuple[Break, ...]
    broken: dict[Guarantee, int]
    records: dict[str, int]
    states: dict[str, int]
    rounds: int
    commands: int
    offers: int
    assignments: int
    lists: int
    waiting: int

    @property
    def held(self) -> bool:
        """Whether every guarantee held."""
        return not self.broken

    @property
    def requests(self) -> int:
        """How many requests the ledger knows."""
        return sum(self.states.values())

    @property
    def lost(self) -> int:
        """How many things were lost."""
        return sum(count for guarantee, count in self.broken.items() if guarantee in LOSSES)

    @property
    def doubled(self) -> int:
        """How many things were given twice."""
        return sum(count for guarantee, count in self.broken.items() if guarantee in DOUBLES)


@dataclass(slots=True)
class Findings:
    """Collects what an audit sees."""

    breaks: list[Break] = field(default_factory=list[Break])
    broken: Counter[Guarantee] = field(default_factory=Counter[Guarantee])
    records: Counter[str] = field(default_factory=Counter[str])
    waiting: int = 0

    def add(self, guarantee: Guarantee, where: str, detail: str) -> None:
        """Note a break."""
        self.broken[guarantee] += 1
        if len(self.breaks) < BREAKS_KEPT:
            self.breaks.append(Break(guarantee, where, detail))
