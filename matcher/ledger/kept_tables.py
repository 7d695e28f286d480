"""The further ledger tables while one decision is taken: what they say now, and what is written to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Generic, Protocol, TypedDict, TypeVar

from linli.matcher.ledger.state import DistrictState, Kept, Moment
from linli.schemas.kept import KeptRecord
from linli.schemas.organisation import NodeRecord
from linli.schemas.service import ServiceRecord
from linli.schemas.standing import StandingRecord
from linli.schemas.ways import WaysRecord


class Heading(TypedDict):
    """The fields with which every record of these tables begins."""

    district: str
    version: int
    round: int
    at: datetime


class Keyed(Protocol):
    """A record that knows its key."""

    @property
    def key(self) -> str:
        """The record key under which its topic keeps the last version."""
        ...


One = TypeVar("One", bound=Keyed)


class Table(Generic[One]):
    """One table: the records of the state with those of this decision on top."""

    def __init__(self, before: Mapping[str, One]) -> None:
        self._before = before
        self._now: dict[str, One] = {}

    def get(self, key: str) -> One | None:
        """Return the last record of a key, or ``None``."""
        return self._now.get(key) or self._before.get(key)

    def all(self) -> Iterator[One]:
        """Yield the last record of every key, by key."""
        merged = {**self._before, **self._now}
        return (merged[key] for key in sorted(merged))

    def put(self, record: One) -> None:
        """Take a record as the last of its key."""
        self._now[record.key] = record


class KeptTables:
    """All of them.

    Attributes
    ----------
    written
        The records of this decision, in order.
    """

    def __init__(self, state: DistrictState, moment: Moment) -> None:
        self._district, self._moment = state.district, moment
        self.nodes: Table[NodeRecord] = Table(state.nodes)
        self.standing: Table[StandingRecord] = Table(state.standing)
        self.service: Table[ServiceRecord] = Table(state.service)
        self.ways: Table[WaysRecord] = Table(state.ways)
        self.written: list[Kept] = []

    def heading(self, before: KeptRecord | None) -> Heading:
        """Return the heading of the record that follows another, or of a first one."""
        version = before.version + 1 if before is not None else 1
        return Heading(district=self._district, version=version, round=self._moment.round, at=self._moment.now)

    def write(self, record: Kept) -> None:
        """Write a record that was made with `heading`."""
        match record:
            case NodeRecord():
                self.nodes.put(record)
            case StandingRecord():
                self.standing.put(record)
            case ServiceRecord():
                self.service.put(record)
            case WaysRecord():
                self.ways.put(record)
        self.written.append(record)
