"""The further ledger tables on the wire: which topic and event type each has, and how its records are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from linli.matcher.ledger.state import Kept
from linli.schemas import event_types
from linli.schemas.organisation import NodeRecord
from linli.schemas.service import ServiceRecord
from linli.schemas.standing import StandingRecord
from linli.schemas.topics import ORGANISATION, SERVICE, STANDING, WAYS, Topic
from linli.schemas.ways import WaysRecord


@dataclass(frozen=True, slots=True)
class KeptTopic:
    """A table: its topic, the type of its events, and the model of its records."""

    topic: Topic
    event_type: str
    model: type[Kept]


KEPT_TOPICS: Final = (
    KeptTopic(ORGANISATION, event_types.NODE, NodeRecord),
    KeptTopic(STANDING, event_types.STANDING, StandingRecord),
    KeptTopic(SERVICE, event_types.SERVICE, ServiceRecord),
    KeptTopic(WAYS, event_types.WAYS, WaysRecord),
)
"""In the order in which a round writes them."""

_BY_MODEL: Final = {one.model: one for one in KEPT_TOPICS}


def topic_of(record: Kept) -> KeptTopic:
    """Return the table of a record."""
    return _BY_MODEL[type(record)]


def of_topic(records: Iterable[Kept], table: KeptTopic) -> list[Kept]:
    """Return the records of one table, in their order."""
    return [record for record in records if type(record) is table.model]
