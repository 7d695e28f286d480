"""Who may do what on Kafka: for every process the least that it needs, for a broker that allows nothing else.

The transactional ids are why this matters most: whoever could begin a transaction under a dispatcher's name would shut
the dispatcher out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from linli.schemas.topics import (
    ASSIGNMENTS,
    COMMANDS,
    DEAD_LETTERS,
    DELIVERIES,
    GROUND_FACTS,
    INBOX,
    LEDGER,
    ORGANISATION,
    ROSTER,
    ROUNDS,
    SERVICE,
    STANDING,
    SUBJECT_KEYS,
    TEAM_HOMES,
    TOPICS,
    Topic,
)

PRINCIPAL_PREFIX: Final = "linli-"
"""What the name of each process's user begins with."""


class Resource(StrEnum):
    """What a grant is about, in Kafka's words."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional-id"


class Operation(StrEnum):
    """What may be done with it, in Kafka's words. Reading and writing imply describing."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"


@dataclass(frozen=True, slots=True)
class Grant:
    """One thing that a process may do; with ``prefixed`` on everything whose name begins so."""

    resource: Resource
    name: str
    operation: Operation
    prefixed: bool = False


def principal_of(process: str) -> str:
    """Name the user of a process."""
    return f"{PRINCIPAL_PREFIX}{process}"


def _on(operation: Operation, *topics: Topic) -> Iterator[Grant]:
    return (Grant(Resource.TOPIC, topic.name, operation) for topic in topics)


def _fencing(prefix: str) -> Grant:
    """Let a process write transactions under names of its own."""
    return Grant(Resource.TRANSACTIONAL_ID, prefix, Operation.WRITE, prefixed=True)


ACCESS: Final[dict[str, tuple[Grant, ...]]] = {
    "bootstrap": (
        *_on(Operation.CREATE, *TOPICS),
        *_on(Operation.DESCRIBE, *TOPICS),
        *_on(Operation.DESCRIBE_CONFIGS, *TOPICS),
        *_on(Operation.READ, GROUND_FACTS),
        *_on(Operation.WRITE, GROUND_FACTS),
        Grant(Resource.TRANSACTIONAL_ID, "bootstrap", Operation.WRITE),
    ),
    "intake": (
        *_on(Operation.READ, INBOX, GROUND_FACTS),
        *_on(Operation.WRITE, COMMANDS, DEAD_LETTERS, SUBJECT_KEYS),
        Grant(Resource.GROUP, "intake", Operation.READ),
    ),
    "dispatcher": (
        *_on(Operation.READ, COMMANDS, *LEDGER, TEAM_HOMES, GROUND_FACTS),
        *_on(Operation.WRITE, *LEDGER, DEAD_LETTERS, TEAM_HOMES),
        Grant(Resource.GROUP, "dispatcher", Operation.READ),
        _fencing("dispatcher-"),
    ),
    "delivery": (
        *_on(
            Operation.READ, ROUNDS, ROSTER, ASSIGNMENTS, ORGANISATION, COMMANDS, SUBJECT_KEYS, DELIVERIES, GROUND_FACTS
        ),
        *_on(Operation.WRITE, DELIVERIES),
        _fencing("delivery-"),
    ),
    "board": (*_on(Operation.READ, *LEDGER, DEAD_LETTERS, DELIVERIES, GROUND_FACTS),),
    "gateway": (
        # Reports read the ledger's tables; plans and rounds are nobody's at the gateway.
        *_on(Operation.READ, ASSIGNMENTS, ROSTER, ORGANISATION, STANDING, SERVICE),
        *_on(Operation.READ, SUBJECT_KEYS, DELIVERIES, GROUND_FACTS),
        *_on(Operation.WRITE, INBOX, SUBJECT_KEYS),
    ),
    "operator": (
        *_on(Operation.READ, *TOPICS),
        *_on(Operation.WRITE, INBOX, SUBJECT_KEYS),
        Grant(Resource.GROUP, "intake", Operation.DESCRIBE),
        Grant(Resource.GROUP, "dispatcher", Operation.DESCRIBE),
    ),
}
"""By process. ``bootstrap`` is `linli up` where it makes the topics; ``operator`` is the command line."""


def may(process: str, operation: Operation, topic: Topic) -> bool:
    """Tell whether a process may do something with a topic."""
    return Grant(Resource.TOPIC, topic.name, operation) in ACCESS[process]
