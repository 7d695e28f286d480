"""An outcome as the records that are written for it, in the order in which they must be acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from linli.schemas import event_types
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.identity import position_id
from linli.schemas.topics import COMMANDS, DEAD_LETTERS
from linli.streams.codec import encode
from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.intake.judge import CommandOut, Outcome
from linli.streams.sealed.subject_keys import OutRecord, erasure_record, subject_key_record

SOURCE: Final = "linli/intake"
"""Who says so, in the events that intake writes."""


def records_of(outcome: Outcome, record: InboxRecord, partitions: Mapping[str, int]) -> tuple[OutRecord, ...]:
    """Give what is written for an outcome: keys, made or destroyed, first; then the command or the dead letter.

    Parameters
    ----------
    outcome
        What judging said.
    record
        The record it is about.
    partitions
        The partition of every district; a record of no known district keeps the partition it came on.
    """
    keys = tuple(subject_key_record(key, SOURCE) for key in outcome.subject_keys)
    erased = outcome.erased if isinstance(outcome, CommandOut) else ()
    return (*keys, *(erasure_record(one) for one in erased), _last(outcome, record, partitions))


def _last(outcome: Outcome, record: InboxRecord, partitions: Mapping[str, int]) -> OutRecord:
    position = position_id(record.topic, record.partition, record.offset)
    if isinstance(outcome, CommandOut):
        command = outcome.command
        event = encode(
            command,
            event_type=event_types.COMMAND,
            source=SOURCE,
            event_id=position,
            time=command.received_at,
        )
        where = partitions[command.district]
        return OutRecord(COMMANDS.name, where, command.district.encode(), event.value, event.headers)
    return dead_letter_record(outcome.letter, partitions.get(outcome.letter.district or "", record.partition), SOURCE)


def dead_letter_record(letter: DeadLetter, partition: int, source: str) -> OutRecord:
    """Give the record of a dead letter; its key is the position of the record it is about."""
    event = encode(
        letter, event_type=event_types.DEAD_LETTER, source=source, event_id=letter.id, time=letter.received_at
    )
    return OutRecord(DEAD_LETTERS.name, partition, letter.id.encode(), event.value, event.headers)
