"""Reports counted again from the raw log: every version of every record, read as anybody could.

It shares no code with the reports, only the words and the reader of the log. What a cell says is written as the CSV
says it in English, so that a report can be compared as people get it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.menu import ServiceMenu
from linli.schemas.organisation import NodeRecord
from linli.schemas.places import District
from linli.schemas.policy import Policy
from linli.schemas.roster import RosterRecord
from linli.schemas.service import ServiceRecord
from linli.schemas.topics import ASSIGNMENTS, ORGANISATION, ROSTER, SERVICE, Topic
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import open_reader

ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Days are those of the districts; all of China keeps this zone."""

COUNTED: Final[tuple[tuple[Topic, type[BaseModel]], ...]] = (
    (ASSIGNMENTS, AssignmentRecord),
    (ROSTER, RosterRecord),
    (SERVICE, ServiceRecord),
    (ORGANISATION, NodeRecord),
)
"""What is counted, and as what it is read."""

Value = str | int | float
Line = tuple[Value, ...]
"""A row as the CSV has it; a number is compared as one."""


@dataclass(slots=True)
class RawLog:
    """What the log holds of one district: every version of each request, the latest of everything else.

    ``ends`` is how far each topic was read; while it does not move, the same is in it.
    """

    requests: dict[str, list[AssignmentRecord]] = field(
        default_factory=lambda: defaultdict[str, list[AssignmentRecord]](list)
    )
    teams: dict[str, RosterRecord] = field(default_factory=dict[str, RosterRecord])
    visits: dict[str, ServiceRecord] = field(default_factory=dict[str, ServiceRecord])
    nodes: dict[str, NodeRecord] = field(default_factory=dict[str, NodeRecord])
    ends: dict[str, int] = field(default_factory=dict[str, int])

    def note(self, record: BaseModel) -> None:
        """Take a record in."""
        match record:
            case AssignmentRecord():
                self.requests[record.request_id].append(record)
            case RosterRecord():
                self.teams[record.details.team] = record
            case ServiceRecord():
                self.visits[record.key] = record
            case NodeRecord():
                self.nodes[record.key] = record
            case _:
                raise TypeError(f"{type(record).__name__} is not counted")

    def forget(self, topic: str, key: str) -> None:
        """Take a tombstone in."""
        if topic == ASSIGNMENTS.name:
            self.requests.pop(key, None)
        elif topic == ROSTER.name:
            self.teams.pop(key, None)
        elif topic == SERVICE.name:
            self.visits.pop(key, None)
        else:
            self.nodes.pop(key, None)


@dataclass(frozen=True, slots=True)
class Question:
    """Of which county, as of when; ``year`` is the one that is assessed."""

    district: District
    menu: ServiceMenu
    policy: Policy
    now: datetime
    year: int

    def category(self, code: str) -> str:
        """Name a category of the menu in English."""
        item = self.menu.item(code)
        return code if item is None else item.en

    def grid(self, code: str | None) -> str:
        """Name a grid."""
        return next((one.name for one in self.district.grids if one.code == code), code or "")


Recount = Callable[[RawLog, Question], Sequence[Line]]


async def read_raw(address: KafkaAddress, partition: int, district: str) -> RawLog:
    """Read everything of a district that is counted, from the beginning of the log to its end.

    Raises
    ------
    pydantic.ValidationError
        If a record is none.
    linli.streams.log_reader.LogStalledError
        If a topic cannot be read to its end.

    Notes
    -----
    Waits are counted from step to step: where compaction has removed steps, as it does after eight days at least, a
    wait that began with one of them is not seen, while the report still knows it from the request itself.
    """
    found = RawLog()
    async with open_reader(address) as reader:
        for topic, model in COUNTED:
            [span] = await reader.spans(topic.name, [partition])
            found.ends[topic.name] = span.end
            async for record in reader.read(span):
                if record.value is None:
                    found.forget(topic.name, (record.key or b"").decode())
                    continue
                value = model.model_validate_json(record.value)
                if getattr(value, "district", "") == district:
                    found.note(value)
    return found


async def ends_of(address: KafkaAddress, partition: int) -> dict[str, int]:
    """Tell how far the topics that are counted reach now."""
    async with open_reader(address) as reader:
        spans = [span for topic, _ in COUNTED for span in await reader.spans(topic.name, [partition])]
    return {span.topic: span.end for span in spans}


def local(moment: datetime) -> str:
    """Write a moment as the CSV does."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def hours_of(span: timedelta) -> float:
    """Write a span in hours as reports do."""
    return round(span.total_seconds() / 3_600, 2)


def yes(value: bool) -> str:
    """Write a truth as the CSV does."""
    return "yes" if value else "no"
