"""What people write beside what they do, sealed sentence by sentence before anything is written to the log.

A sentence has a key of its own, because intake, where other systems' commands arrive, does not know the request's. The
key says what it is about, and so an erasure finds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from linli.schemas.answers import Decline, FailedVisit, Reschedule, Withdraw
from linli.schemas.commands import Command
from linli.schemas.desk import ApplyRecord, Assign, Confirm, Hold, Mark, RecordVisit, Refer, Told
from linli.schemas.orders import Amend, Cancel
from linli.schemas.people import NotePart
from linli.schemas.proving import ConfirmService, Resolve
from linli.schemas.referrals import AnswerReferral
from linli.schemas.sealed_text import part_of, sealed_text
from linli.schemas.standing import ChangeStanding
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.team_changes import Absent
from linli.streams.codec import decode_as
from linli.streams.kafka_client import KafkaAddress
from linli.streams.sealed.key_index import KeyIndex
from linli.streams.sealed.keyring import Keyring, UnsealError
from linli.streams.sealed.sealing import seal, unseal
from linli.streams.sealed.subject_keys import read_keys

Body = TypeVar("Body", bound=BaseModel)

FIELDS: Final[dict[type[BaseModel], str]] = {
    **dict.fromkeys((Hold, Refer, Assign, Mark, RecordVisit, ApplyRecord, Resolve), "reason"),
    **dict.fromkeys((Cancel, Amend, Reschedule, ChangeStanding, Withdraw, Absent), "reason"),
    **dict.fromkeys((Confirm, ConfirmService, Decline, FailedVisit, AnswerReferral, Told), "note"),
}
"""Where a command holds a sentence that somebody wrote: at the desk, in an office, of a team."""


def clear_text_of(body: BaseModel) -> str:
    """Give the sentence that somebody wrote in a command; empty where there is none, or it is sealed already."""
    name = FIELDS.get(type(body))
    text = "" if name is None else str(getattr(body, name))
    return "" if part_of(text) is not None else text


def seal_written(body: Body, about: str | None, keyring: Keyring, at: datetime) -> tuple[Body, tuple[SubjectKey, ...]]:
    """Seal the sentence of a command, if it has one in clear.

    Parameters
    ----------
    body
        Any command.
    about
        What it is about: see `case_of`.
    keyring
        Holds the master key.
    at
        When; it is recorded with the key.

    Returns
    -------
    tuple
        The command, and the key that must be in ``subject-keys`` before it is sent.
    """
    text = clear_text_of(body)
    if not text:
        return body, ()
    part, key = seal(NotePart(text=text), keyring, at)
    changes = {FIELDS[type(body)]: sealed_text(part)}
    return body.model_copy(update=changes), naming((key,), about)


def naming(keys: Iterable[SubjectKey], about: str | None) -> tuple[SubjectKey, ...]:
    """Say with keys what the sentences under them are about, so that an erasure finds them."""
    return tuple(key.model_copy(update={"about": about}) for key in keys)


def case_of(command: Command) -> str | None:
    """Name what a command is about: a request, a standing order, a delivery about a request, or an absent team.

    ``None`` for what has no sentence: a team, a node, an erasure.
    """
    match command.body:
        case ChangeStanding(standing=standing):
            return standing
        case Told(delivery=delivery):
            return delivery
        case Absent(team=team):
            return team
        case _:
            return command.request_id


async def opened_texts(
    texts: Iterable[str], address: KafkaAddress, partitions: int, keyring: Keyring
) -> dict[str, str]:
    """Open sentences, each by its sealed form; those that are in clear, were erased or cannot be opened are left out.

    Parameters
    ----------
    texts
        Sentences, sealed or in clear.
    address
        Where Kafka is.
    partitions
        How many partitions ``subject-keys`` has.
    keyring
        Holds the master key.
    """
    keys, found = KeyIndex(address, partitions), dict[str, str]()
    for text in texts:
        part = part_of(text)
        key = None if part is None else await keys.find(part.key_id)
        if part is not None and key is not None:
            with suppress(UnsealError, ValidationError):
                found[text] = unseal(part, key, keyring, NotePart).text
    return found


async def keys_about(address: KafkaAddress, partitions: int) -> dict[str, list[str]]:
    """List the keys of what was written, by what it is about: see `case_of`.

    Parameters
    ----------
    address
        Where Kafka is.
    partitions
        How many partitions the topic has.

    Notes
    -----
    Reads the whole topic, as `linli.streams.sealed.subject_keys.read_keys` does: for an erasure.
    """
    about = await read_keys(address, partitions, lambda _, record: decode_as(SubjectKey, record).about)
    found: dict[str, list[str]] = {}
    for key_id, what in about.items():
        found.setdefault(what, []).append(key_id.decode())
    return found
