"""How everything stands: processes, broker, store, board, what waits to be worked on, and the requests by state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from linli.schemas.errors import LinliError
from linli.schemas.glossary import word_of
from linli.schemas.topics import COMMANDS, INBOX
from linli.services.cli.here import Here
from linli.services.cli.words import TONGUE, both
from linli.services.metrics_server import metrics_addresses
from linli.services.running import RunningProcess, read_running
from linli.streams.board.overview import Overview
from linli.streams.board.reader import BoardMissingError, BoardUnreadableError
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import open_reader

if TYPE_CHECKING:
    from linli.services.cli.out import Out

INTAKE_GROUP: Final = "intake"
"""The consumer group of intake; written here again because importing it from there would load all of Faust."""


@dataclass(slots=True)
class Seen:
    """What was found.

    Parameters
    ----------
    processes
        What ``linli up`` started here; empty where it was not used.
    metrics
        Where each of them serves its figures.
    kafka, redis
        What is wrong with each, in a sentence; ``None`` if it answers.
    address
        Where Kafka is, if that is known.
    waiting
        Records not worked on yet, by who should: ``intake``, ``dispatcher``, ``board``. They include the marks that
        transactions leave in the log, a few per transaction.
    overview
        The board; ``None`` if there is none.
    """

    processes: tuple[RunningProcess, ...] = ()
    metrics: dict[str, str] = field(default_factory=dict[str, str])
    address: str | None = None
    kafka: str | None = None
    redis: str | None = None
    versions: dict[str, str] = field(default_factory=dict[str, str])
    waiting: dict[str, int] = field(default_factory=dict[str, int])
    overview: Overview | None = None

    @property
    def board_is_fresh(self) -> bool:
        """Whether the board is looked after."""
        overview = self.overview
        return overview is not None and overview.beat is not None and overview.stale_since is None

    @property
    def well(self) -> bool:
        """Whether nothing needs a person."""
        processes = all(process.alive for process in self.processes)
        return processes and self.kafka is None and self.redis is None and self.board_is_fresh

    def as_data(self) -> dict[str, object]:
        """Give it to a program."""
        overview = self.overview
        return {
            "well": self.well,
            "processes": [
                {
                    "name": one.name,
                    "pid": one.pid,
                    "alive": one.alive,
                    "address": one.address,
                    "metrics": self.metrics.get(one.name),
                    "log": one.log,
                }
                for one in self.processes
            ],
            "metrics": {"house": self.metrics.get("house")},
            "kafka": {"address": self.address, "answers": self.kafka is None},
            "redis": {"answers": self.redis is None},
            "versions": self.versions,
            "waiting": self.waiting,
            "board": {"there": overview is not None, "fresh": self.board_is_fresh},
            "requests": {} if overview is None else {state.value: count for state, count in overview.states.items()},
            "open_offers": overview.open_offers if overview else 0,
            "proposed": overview.proposed if overview else 0,
            "teams": overview.teams if overview else 0,
            "dead_letters": overview.dead_letters if overview else 0,
            "rounds": {str(one.partition): one.number for one in overview.rounds} if overview else {},
        }


async def look_around(here: Here) -> Seen:
    """Look at everything; what does not answer is said and not raised.

    Raises
    ------
    LinliError
        If it is not known where Kafka and Redis are.
    """
    record = read_running(here.settings.state)
    seen = Seen(processes=record.processes if record else (), versions=record.versions if record else {})
    seen.metrics = metrics_addresses(here.settings.state) if record else {}
    seen.address = here.address.bootstrap if here.settings.kafka or not record else record.kafka
    try:
        address = await here.reach_kafka()
    except LinliError as error:
        seen.kafka = error.sentence(TONGUE)
        return await _with_board(seen, here)
    seen = await _with_board(seen, here)
    seen.waiting = await _waiting(address, seen.overview)
    return seen


async def _with_board(seen: Seen, here: Here) -> Seen:
    try:
        async with here.board() as board:
            seen.overview = await board.overview()
    except BoardMissingError:
        seen.overview = None
    except BoardUnreadableError as error:
        seen.redis = str(error)
    except LinliError as error:  # Without Kafka it is not known whose board it would be.
        seen.redis = None if seen.kafka else error.sentence(TONGUE)
    return seen


async def _waiting(address: KafkaAddress, overview: Overview | None) -> dict[str, int]:
    """Count what lies in the log beyond the position of whoever reads it."""
    if overview is None:
        return {}
    partitions = sorted({partition for _, partition in overview.positions})
    decided = {one.partition: one.next_offset for one in overview.rounds}
    read = await _intake_offsets(address)
    async with open_reader(address) as reader:
        spans = {name: await reader.spans(name, partitions) for name in (INBOX.name, COMMANDS.name)}
        board = [
            (await reader.spans(topic, [partition]))[0].end - position.after
            for (topic, partition), position in overview.positions.items()
        ]
    return {
        "intake": sum(span.end - max(span.start, read.get(span.partition, 0)) for span in spans[INBOX.name]),
        "dispatcher": sum(span.end - max(span.start, decided.get(span.partition, 0)) for span in spans[COMMANDS.name]),
        "board": max(0, sum(board)),
    }


async def _intake_offsets(address: KafkaAddress) -> dict[int, int]:
    """Give how far intake says it is, by partition of the inbox."""
    from aiokafka.admin import AIOKafkaAdminClient

    from linli.streams.kafka_client import kafka_client_kwargs

    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    try:
        await admin.start()
        offsets: dict[Any, Any] = await admin.list_consumer_group_offsets(INTAKE_GROUP)
        return {pair.partition: max(0, known.offset) for pair, known in offsets.items() if pair.topic == INBOX.name}
    finally:
        await admin.close()


def show(seen: Seen, out: Out) -> None:
    """Show it to a person."""
    if out.as_json:
        return
    up_, down_ = both("runs", "运行中"), both("does not run", "未运行")
    rows = [(one.name, str(one.pid), up_ if one.alive else down_, one.address or "") for one in seen.processes]
    out.table((both("process", "进程"), "pid", "", both("address", "地址")), rows)
    answers = both(f"Kafka at {seen.address} answers.", f"Kafka（{seen.address}）正常。")
    out.say(seen.kafka or answers, seen.kafka or answers)
    if seen.redis is not None:
        out.say(seen.redis, seen.redis)
    elif seen.overview is None and seen.kafka is None:
        out.say("There is no board yet.", "看板尚未建立。")
    elif seen.overview is not None:
        _show_overview(seen, seen.overview, out)


def _show_overview(seen: Seen, overview: Overview, out: Out) -> None:
    if not seen.board_is_fresh:
        out.say(f"The board is stale, from {overview.beat}.", f"看板未更新，停在 {overview.beat}。")
    waiting = ", ".join(f"{name} {count}" for name, count in seen.waiting.items())
    out.say(f"Waiting in the log: {waiting or '?'}", f"待处理记录：{waiting or '?'}")
    rows = [(word_of(state, TONGUE), str(count)) for state, count in overview.states.items()]
    out.table((both("requests", "点单"), both("number", "数量")), rows)
    out.say(
        f"{overview.teams} teams, {overview.open_offers} open offers, {overview.proposed} to be confirmed, "
        f"{overview.dead_letters} dead letters.",
        f"{overview.teams} 支队伍，{overview.open_offers} 个待接单，{overview.proposed} 个待确认，"
        f"{overview.dead_letters} 件异常件。",
    )
