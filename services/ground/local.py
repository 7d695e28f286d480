"""The ground everything stands on: a Kafka and a Redis, our own on this machine or the user's."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from linli.services.ground.kafka import LocalKafka
from linli.services.ground.reach import reach_kafka, reach_redis
from linli.services.ground.server import Say
from linli.services.ground.valkey import LocalValkey
from linli.services.settings import Settings, default_cache
from linli.services.supervisor import EventKind, ProcessEvent, RestartPolicy, Supervisor
from linli.streams.kafka_client import KafkaAddress


def ground_of(
    settings: Settings,
    *,
    tethered: bool = False,
    say: Say | None = None,
    on_event: Callable[[ProcessEvent], None] | None = None,
    policy: RestartPolicy | None = None,
) -> "LocalGround":
    """Make the ground that the settings ask for: the user's own servers where they are named, ours where not.

    Parameters
    ----------
    settings
        Where everything is.
    tethered, say, on_event, policy
        As for `LocalGround`.
    """
    return LocalGround(
        settings.state,
        cache=settings.cache,
        kafka_jars=settings.kafka_jars,
        external_kafka=settings.kafka_address,
        external_redis=settings.redis,
        tethered=tethered,
        say=say or _silence,
        on_event=on_event,
        policy=policy,
    )


def _silence(_: str) -> None:
    """Say nothing."""


class LocalGround:
    """A Kafka and a Redis to work with, from ``async with`` until its end.

    Parameters
    ----------
    state
        The folder that keeps the state of what is started here: ``kafka/`` and ``valkey/`` in it.
    cache
        Where fetched jars are kept; ``None`` for the user's cache folder.
    kafka_jars
        The user's own folder of jars, or ``None`` to fetch them.
    external_kafka, external_redis
        The user's own servers; then none is started, only asked whether it answers.
    tethered
        Whether what is started here is killed when this process is killed (Linux only): right for a demo and for tests.
    say
        Told in one sentence what takes long.
    on_event
        Told whenever a server was started, died, was restarted or given up.
    policy
        How dead servers are restarted.

    Attributes
    ----------
    supervisor
        What keeps the servers alive; other processes may be started under it and are then stopped before the servers.

    Notes
    -----
    Everything runs on one event loop: the one that `start` was called from.
    """

    def __init__(
        self,
        state: Path,
        *,
        cache: Path | None = None,
        kafka_jars: Path | None = None,
        external_kafka: KafkaAddress | None = None,
        external_redis: str | None = None,
        tethered: bool = False,
        say: Say = _silence,
        on_event: Callable[[ProcessEvent], None] | None = None,
        policy: RestartPolicy | None = None,
    ) -> None:
        self.supervisor = Supervisor(policy=policy, on_event=self._note)
        self._on_event = on_event
        self._external_kafka = external_kafka
        self._external_redis = external_redis
        self._external_versions: dict[str, str] = {}
        self._kafka = LocalKafka(
            state / "kafka", cache=cache or default_cache(), jars=kafka_jars, tethered=tethered, say=say
        )
        self._valkey = LocalValkey(state / "valkey", tethered=tethered, say=say)

    @property
    def kafka_address(self) -> KafkaAddress:
        """How to reach Kafka."""
        return self._external_kafka or self._kafka.address

    @property
    def kafka(self) -> str:
        """The bootstrap servers of Kafka."""
        return self.kafka_address.bootstrap

    @property
    def redis(self) -> str:
        """The URL of Redis."""
        return self._external_redis or self._valkey.url

    @property
    def versions(self) -> dict[str, str]:
        """Names and releases as the servers give them: ``broker``, ``redis``, and ``java`` for a broker of our own."""
        return {**self._kafka.versions, **self._valkey.versions, **self._external_versions}

    @property
    def kafka_pid(self) -> int | None:
        """The process id of our own Kafka; ``None`` for the user's."""
        return self.supervisor.pids.get(self._kafka.name)

    @property
    def redis_pid(self) -> int | None:
        """The process id of our own Valkey; ``None`` for the user's."""
        return self.supervisor.pids.get(self._valkey.name)

    async def start(self) -> None:
        """Start what is ours, both at once, and make sure that everything answers.

        Raises
        ------
        GroundError
            If anything does not run or answer; then nothing is left running.
        """
        try:
            await self._start_both()
        except BaseException:
            await self.stop()
            raise

    async def wait_ready(self) -> None:
        """Wait until our own servers answer, for example after one was killed and restarted.

        Raises
        ------
        GroundError
            If one does not within its limit.
        """
        own = (self._kafka, self._valkey)
        await asyncio.gather(*(server.wait_ready() for server in own if server.name in self.supervisor.pids))

    async def stop(self) -> None:
        """Stop everything under the supervisor, the servers last; harmless when repeated."""
        for name in reversed(list(self.supervisor.pids)):
            if name not in (self._kafka.name, self._valkey.name):
                await self.supervisor.stop_one(name)
        await asyncio.gather(self._valkey.stop(self.supervisor), self._kafka.stop(self.supervisor))
        await self.supervisor.stop()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    async def _start_both(self) -> None:
        """Start both at once; when one fails, the other's start is broken off and the first failure is raised."""
        failures: list[Exception] = []
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._start_kafka())
                both.create_task(self._start_redis())
        except* Exception as group:
            failures += group.exceptions
        if failures:
            raise failures[0]

    async def _start_kafka(self) -> None:
        if self._external_kafka is None:
            await self._kafka.start(self.supervisor)
        else:
            self._external_versions["broker"] = await reach_kafka(self._external_kafka)

    async def _start_redis(self) -> None:
        if self._external_redis is None:
            await self._valkey.start(self.supervisor)
        else:
            self._external_versions["redis"] = await reach_redis(self._external_redis)

    def _note(self, event: ProcessEvent) -> None:
        """Keep the record of who runs true after a restart, and pass the news on."""
        for server in (self._kafka, self._valkey):
            if event.kind is EventKind.RESTARTED and event.name == server.name:
                server.record(event.pid)
        if self._on_event is not None:
            self._on_event(event)
