"""A board with exactly the records a test wants on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.standing import StandingRecord
from linli.schemas.topics import ASSIGNMENTS, ROSTER, STANDING
from linli.streams.board.entries import entries_of
from linli.streams.board.store import BoardStore
from linli.streams.codec import to_bytes
from linli.streams.log_reader import LogRecord
from tests.support.examples import NINE


async def seed_board(
    client: Any, cluster: str, records: Iterable[AssignmentRecord | RosterRecord | StandingRecord]
) -> None:
    """Make a board of a cluster and put records on it."""
    store = BoardStore(client, cluster)
    epoch = store.next_epoch(None)
    entries = [entry for record in records for entry in entries_of(_in_the_log(record))]
    await store.apply(epoch, entries, {}, {}, building=True)
    await store.swap(None, epoch, {})


def _in_the_log(record: AssignmentRecord | RosterRecord | StandingRecord) -> LogRecord:
    if isinstance(record, AssignmentRecord):
        topic, key = ASSIGNMENTS.name, record.request_id
    elif isinstance(record, StandingRecord):
        topic, key = STANDING.name, record.key
    else:
        topic, key = ROSTER.name, record.details.team
    return LogRecord(topic, 0, 0, NINE, key.encode(), to_bytes(record), ())
