"""The topic registry: every topic, once, with its key, its value, its one writer and how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.base import Edge, Inside
from linli.schemas.commands import Command
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.organisation import NodeRecord
from linli.schemas.plan import PlanRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import RoundRecord
from linli.schemas.service import ServiceRecord
from linli.schemas.standing import StandingRecord
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.team_homes import TeamHome
from linli.schemas.ways import WaysRecord

RECORD_BYTES_MAX = 256 * 1024
"""Largest record of any topic. An order with every field full is under 32 KiB; a round of 500 outcomes under 200."""

_LEDGER_LAG = timedelta(days=8)
"""The log stays whole for eight days so that any decision of the last seven can be recomputed."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as an object.

    Parameters
    ----------
    name
        Its name on the broker.
    key
        What its record key is.
    value
        The model of its values; ``None`` for the inbox, whose values are any of the inbox models.
    writers
        The processes that write it.
    retention
        How long records are kept; ``None`` for a compacted topic.
    compaction_lag_min, compaction_lag_max
        When compaction may and must look at a record.
    segment, delete_retention
        When a segment is rolled, and how long a tombstone stays visible.
    districted
        Whether its records lie on the partition of their district.
    """

    name: str
    key: str
    value: type[Edge] | type[Inside] | None
    writers: tuple[str, ...]
    retention: timedelta | None = None
    compaction_lag_min: timedelta | None = None
    compaction_lag_max: timedelta | None = None
    segment: timedelta | None = None
    delete_retention: timedelta | None = None
    districted: bool = True
    config: dict[str, str] = field(default_factory=dict[str, str], compare=False)

    def settings(self) -> dict[str, str]:
        """Broker settings of this topic, all values as text."""
        chosen = {
            "message.timestamp.type": "LogAppendTime",
            "max.message.bytes": str(2 * RECORD_BYTES_MAX),
            "cleanup.policy": "delete" if self.retention else "compact",
        }
        spans = {
            "retention.ms": self.retention,
            "min.compaction.lag.ms": self.compaction_lag_min,
            "max.compaction.lag.ms": self.compaction_lag_max,
            "segment.ms": self.segment,
            "delete.retention.ms": self.delete_retention,
        }
        chosen |= {name: str(int(span.total_seconds() * 1000)) for name, span in spans.items() if span}
        return chosen | self.config


INBOX = Topic("inbox", "district", None, ("anyone allowed",), retention=timedelta(days=7), segment=timedelta(hours=1))
COMMANDS = Topic("commands", "district", Command, ("intake",), retention=_LEDGER_LAG)
ASSIGNMENTS = Topic("assignments", "request id", AssignmentRecord, ("dispatcher",), compaction_lag_min=_LEDGER_LAG)
PLANS = Topic("plans", "team id", PlanRecord, ("dispatcher",), compaction_lag_min=_LEDGER_LAG)
ROSTER = Topic("roster", "team id", RosterRecord, ("dispatcher",), compaction_lag_min=_LEDGER_LAG)
ROUNDS = Topic("rounds", "partition", RoundRecord, ("dispatcher",), compaction_lag_min=_LEDGER_LAG)
ORGANISATION = Topic("organisation", "node", NodeRecord, ("dispatcher",), compaction_lag_min=_LEDGER_LAG)
STANDING = Topic("standing", "standing order", StandingRecord, ("dispatcher",), compaction_lag_min=_LEDGER_LAG)
WAYS = Topic("ways", "place", WaysRecord, ("dispatcher",), compaction_lag_min=_LEDGER_LAG)
SERVICE = Topic("service", "request id and leg", ServiceRecord, ("dispatcher",), compaction_lag_min=_LEDGER_LAG)
DEAD_LETTERS = Topic(
    "dead-letters", "source position", DeadLetter, ("intake", "dispatcher"), retention=timedelta(days=30)
)
DELIVERIES = Topic("deliveries", "delivery id", DeliveryRecord, ("delivery",), retention=timedelta(days=30))
SUBJECT_KEYS = Topic(
    "subject-keys",
    "key id",
    SubjectKey,
    ("intake", "gateway", "command line"),
    compaction_lag_max=timedelta(hours=1),
    segment=timedelta(hours=1),
    delete_retention=timedelta(days=7),
)
GROUND_FACTS = Topic(
    "ground-facts", "fact", None, ("bootstrap",), compaction_lag_max=timedelta(days=1), districted=False
)
TEAM_HOMES = Topic(
    "team-homes",
    "team id",
    TeamHome,
    ("dispatcher",),
    districted=False,
    # The first claim counts, and compaction would keep the last. There are as many records as there were ever teams.
    config={"cleanup.policy": "delete", "retention.ms": "-1"},
)

TOPICS: tuple[Topic, ...] = (
    INBOX,
    COMMANDS,
    ASSIGNMENTS,
    PLANS,
    ROSTER,
    ROUNDS,
    ORGANISATION,
    STANDING,
    SERVICE,
    WAYS,
    DEAD_LETTERS,
    DELIVERIES,
    SUBJECT_KEYS,
    GROUND_FACTS,
    TEAM_HOMES,
)
"""Every topic there is."""

LEDGER: tuple[Topic, ...] = (ASSIGNMENTS, PLANS, ROSTER, ORGANISATION, STANDING, SERVICE, WAYS, ROUNDS)
"""What the dispatcher writes and restores from."""
