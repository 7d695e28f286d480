"""What delivery reads: requests, teams, nodes, words about calls, keys of contacts, policy; first all of it, then on.

No position is kept anywhere. Whom something must be told follows from what the ledger says now and from what
``deliveries`` says was told, so after any crash everything is read again and the same deliveries come out, with the
same ids; those that are known are left alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from pydantic import ValidationError

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.base import Inside
from linli.schemas.commands import Command
from linli.schemas.desk import Told
from linli.schemas.organisation import NodeRecord
from linli.schemas.policy import Policy
from linli.schemas.roster import RosterRecord
from linli.schemas.topics import ASSIGNMENTS, COMMANDS, ORGANISATION, ROSTER, ROUNDS, SUBJECT_KEYS, Topic
from linli.streams.codec import decode_as
from linli.streams.dispatch.ledger import read_last_round
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs, stop_consumer
from linli.streams.log_lines import log_for
from linli.streams.log_reader import LogRecord, Span, log_record, open_reader

TOPICS: Final = (ROUNDS, ROSTER, ORGANISATION, SUBJECT_KEYS, ASSIGNMENTS, COMMANDS)
"""In the order in which they are read at the start: whoever must be told something is known before it is known what."""

BATCH_MAX: Final = 500
"""Records of one look: a burst is worked off in pieces, and what is due in between is sent in between."""

KEYS_MAX: Final = 200_000
"""Keys of sealed parts remembered besides those of teams, some 60 MB: a county's orders of years, a province's days. A
team's key is written seconds before the team, so a key that is forgotten is one that nobody will ask for."""

_TOLD: Final = b'"kind":"told"'
"""What a command about a delivery has in it; all others are passed over without being decoded."""

_log = log_for("delivery")


@dataclass(slots=True)
class Keys:
    """Keys of sealed parts by their id; a key that was erased is gone from here as well."""

    _young: OrderedDict[str, bytes] = field(default_factory=OrderedDict[str, bytes])
    _wanted: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def put(self, key_id: str, value: bytes | None) -> None:
        """Note a key, or that it was erased."""
        if value is None:
            self._young.pop(key_id, None)
            self._wanted.pop(key_id, None)
            return
        if key_id in self._wanted:
            self._wanted[key_id] = value
            return
        self._young[key_id] = value
        if len(self._young) > KEYS_MAX:
            self._young.popitem(last=False)

    def get(self, key_id: str) -> bytes | None:
        """Give a key that belongs to a team's contact, and keep it from being forgotten."""
        if key_id in self._young:
            self._wanted[key_id] = self._young.pop(key_id)
        return self._wanted.get(key_id)


@dataclass(frozen=True, slots=True)
class ToldCommand:
    """What a person said of a delivery, and the command that said it."""

    command: Command
    told: Told


class RoundPolicy(Inside):
    """What delivery wants to know of a round: the policy that it was decided by."""

    policy: Policy


Change = AssignmentRecord | RosterRecord | NodeRecord | ToldCommand | RoundPolicy
"""Something that may make somebody be told, or be told no longer."""


class DeliveryFeed:
    """Reads everything from the beginning, then follows. Use `restore` once, then `follow` again and again.

    Parameters
    ----------
    address
        How to reach Kafka.
    partitions
        Those whose districts are delivered for.
    key_partitions
        How many partitions hold keys: a key lies anywhere, for it belongs to no district.
    """

    def __init__(self, address: KafkaAddress, partitions: Sequence[int], key_partitions: int) -> None:
        self._address = address
        self._partitions = partitions
        self._key_partitions = range(key_partitions)
        self._ends: list[Span] = []
        self._consumer: Any = None
        self.keys = Keys()

    async def restore(self, take: Callable[[Change], None]) -> None:
        """Read everything there is.

        Parameters
        ----------
        take
            Told of every change, in the order of the log.

        Raises
        ------
        aiokafka.errors.KafkaError
            If Kafka does not answer.
        """
        async with open_reader(self._address) as reader:
            self._ends = [span for topic in TOPICS for span in await reader.spans(topic.name, self._of(topic))]
            for span in self._ends:
                if span.topic == ROUNDS.name:
                    continue
                async for record in reader.read(span):
                    for change in self._read(record):
                        take(change)
            for partition in self._partitions:
                last = await read_last_round(reader, partition)
                if last is not None:
                    take(RoundPolicy(policy=last.policy))
        await self._open()

    async def follow(self, wait_s: float) -> list[Change]:
        """Wait for more, at most so long, and give what came."""
        got = await self._consumer.getmany(timeout_ms=int(wait_s * 1000), max_records=BATCH_MAX)
        return [change for raws in _in_order(got) for raw in raws for change in self._read(log_record(raw))]

    def _of(self, topic: Topic) -> Sequence[int]:
        return self._key_partitions if topic is SUBJECT_KEYS else self._partitions

    async def close(self) -> None:
        """Let go of the connection; harmless when there is none."""
        if self._consumer is not None:
            await stop_consumer(self._consumer)
            self._consumer = None

    async def _open(self) -> None:
        self._consumer = AIOKafkaConsumer(
            **kafka_client_kwargs(self._address),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=100,
        )
        await self._consumer.start()
        pairs = {TopicPartition(span.topic, span.partition): span.end for span in self._ends}
        self._consumer.assign(list(pairs))
        for pair, end in pairs.items():
            self._consumer.seek(pair, end)

    def _read(self, record: LogRecord) -> Iterable[Change]:
        """Read a record; what is none of ours is passed over, so that nobody can stop delivery with a record."""
        key, value = (record.key or b"").decode(errors="replace"), record.value
        if record.topic == SUBJECT_KEYS.name:
            self.keys.put(key, value)
            return ()
        if value is None or (record.topic == COMMANDS.name and _TOLD not in value):
            return ()
        try:
            return _decoded(record.topic, value)
        except ValidationError as error:
            _log.warning(
                "a record was passed over", topic=record.topic, offset=record.offset, errors=len(error.errors())
            )
            return ()


def _decoded(topic: str, value: bytes) -> tuple[Change, ...]:
    if topic == ASSIGNMENTS.name:
        return (decode_as(AssignmentRecord, value),)
    if topic == ROSTER.name:
        return (decode_as(RosterRecord, value),)
    if topic == ORGANISATION.name:
        return (decode_as(NodeRecord, value),)
    if topic == ROUNDS.name:
        return (decode_as(RoundPolicy, value),)
    command = decode_as(Command, value)
    return (ToldCommand(command, command.body),) if isinstance(command.body, Told) else ()


def _in_order(got: dict[Any, list[Any]]) -> list[list[Any]]:
    """Put teams and keys before what concerns them."""
    names = [topic.name for topic in TOPICS]
    return [got[pair] for pair in sorted(got, key=lambda pair: (names.index(pair.topic), pair.partition))]
