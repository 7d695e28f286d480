"""The whole house on one machine: ground, topics, master key, processes; started in order, stopped in reverse."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from linli.schemas.errors import Code, LinliError
from linli.schemas.metrics import SECTIONS
from linli.services.county_files import versions_of_lists
from linli.services.ground.claim import usable_folder
from linli.services.ground.local import LocalGround, ground_of
from linli.services.ground.server import Say
from linli.services.listening import own_address, until_listens
from linli.services.metrics_server import serve_metrics
from linli.services.processes import process_specs
from linli.services.running import (
    Running,
    RunningProcess,
    forget_running,
    read_running,
    started_at,
    write_running,
)
from linli.services.settings import Settings
from linli.services.supervisor import EventKind, ProcessEvent, RestartPolicy
from linli.services.wiring import keyring_of, wanted_of
from linli.streams.board.follower import cluster_id, has_reached, log_ends
from linli.streams.board.store import BoardStore, connect
from linli.streams.bootstrap import bootstrap
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.meters import Meters

BOARD_TIMEOUT_S: Final = 60.0
"""How long the first board may take; an empty one takes a second, a province's week half a minute."""

_PAUSE_S: Final = 0.1


class House:
    """Linli on this machine, from ``async with`` until its end.

    Parameters
    ----------
    settings
        Where everything is and how it should be.
    say
        Told in one sentence what takes long.
    on_event
        Told whenever a process was started, died, was restarted, given up or stopped.
    tethered
        Whether everything is killed when this process is killed (Linux): nothing may go on without its supervisor.
    policy
        How dead processes are restarted.

    Notes
    -----
    Only one house can use a state folder at a time.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        say: Say | None = None,
        on_event: Callable[[ProcessEvent], None] | None = None,
        tethered: bool = True,
        policy: RestartPolicy | None = None,
    ) -> None:
        self.settings = settings
        self._on_event = on_event
        self._tethered = tethered
        self._facts: Facts | None = None
        self._cluster = ""
        self._gateway = ""
        self._ready = False
        self._recording = False
        self._since = datetime.now(UTC)
        self._lock = -1
        self._lists = versions_of_lists(settings)
        self._meters = Meters(SECTIONS["house"])
        self.ground: LocalGround = ground_of(
            settings, tethered=tethered, say=say, on_event=self._note, policy=policy or RestartPolicy()
        )

    @property
    def address(self) -> KafkaAddress:
        """How to reach Kafka."""
        return self.ground.kafka_address

    @property
    def facts(self) -> Facts:
        """The district map and the clock.

        Raises
        ------
        RuntimeError
            Before the start.
        """
        if self._facts is None:
            raise RuntimeError("the house was not started")
        return self._facts

    @property
    def running(self) -> Running:
        """Who runs now."""
        return Running(
            pid=os.getpid(),
            started=started_at(os.getpid()),
            since=self._since,
            ready=self._ready,
            kafka=self.ground.kafka,
            redis=self.ground.redis,
            cluster=self._cluster,
            versions={**self.ground.versions, **self._lists},
            processes=tuple(self._process(name, pid) for name, pid in self.ground.supervisor.pids.items()),
        )

    async def start(self) -> None:
        """Start everything and wait until the board can be read.

        Raises
        ------
        LinliError
            If another house uses the state folder, or the board does not come.
        linli.services.ground.errors.GroundError
            If Kafka or Redis cannot be had or the state folder not be written.
        linli.streams.bootstrap.BootstrapError
            If the topics that are there do not fit the settings.
        linli.streams.sealed.keyring.MasterKeyError
            If the master key cannot be used.
        """
        self._lock = _locked(usable_folder(self.settings.state))
        try:
            serve_metrics(self.settings, "house", self._meters)
            keyring_of(self.settings, make=True)
            await self.ground.start()
            self._facts = await bootstrap(self.address, wanted_of(self.settings))
            self._cluster = await cluster_id(self.address)
            ends = await log_ends(self.address, self._facts.district_map.partitions)
            await self._start_processes()
            await self._until_board(ends)
            await until_listens(self._gateway)
        except BaseException:
            await self.stop()
            raise
        self._ready = True
        self._record()

    async def stop(self) -> None:
        """Stop everything; harmless when repeated."""
        await self.ground.stop()
        if self._lock >= 0:
            forget_running(self.settings.state)
            os.close(self._lock)
            self._lock = -1

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    async def _start_processes(self) -> None:
        self._recording = True
        self._gateway = self.settings.gateway or own_address(self.settings)
        for spec in process_specs(self.settings, self.ground, tethered=self._tethered):
            await self.ground.supervisor.start(spec)

    async def _until_board(self, ends: Mapping[tuple[str, int], int]) -> None:
        """Wait until the board shows what the log held at the start: what is in Redis may be older, or nothing."""
        async with connect(self.ground.redis) as client:
            store = BoardStore(client, self._cluster)
            failed = asyncio.create_task(self.ground.supervisor.wait())
            try:
                async with asyncio.timeout(BOARD_TIMEOUT_S):
                    while (found := await store.find()) is None or not has_reached(found, ends):
                        if failed.done():
                            failed.result()
                        await asyncio.sleep(_PAUSE_S)
            except TimeoutError as error:
                raise LinliError(Code.BOARD_MISSING) from error
            finally:
                failed.cancel()

    def _process(self, name: str, pid: int) -> RunningProcess:
        state = self.settings.state
        servers = {"kafka": self.ground.kafka, "valkey": self.ground.redis.removeprefix("redis://").partition("/")[0]}
        folder = state / name if name in servers else state / "logs"
        address = self._gateway if name == "gateway" else servers.get(name)
        return RunningProcess(
            name=name, pid=pid, started=started_at(pid), address=address, log=str(folder / f"{name}.log")
        )

    def _note(self, event: ProcessEvent) -> None:
        """Keep the record true, count, and pass the news on."""
        if event.kind is EventKind.RESTARTED:
            self._meters.count("linli_process_restarts_total", event.name)
        if self._recording and event.kind in (EventKind.STARTED, EventKind.RESTARTED):
            self._record()
        if self._on_event is not None:
            self._on_event(event)

    def _record(self) -> None:
        write_running(self.settings.state, self.running)


def _locked(state: Path) -> int:
    """Take the state folder for this process alone.

    Raises
    ------
    LinliError
        If another house has it.
    """
    descriptor = os.open(state / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        known = read_running(state)
        who = "" if known is None else f", pid {known.pid}"
        raise LinliError(Code.ALREADY_RUNNING, state=state, who=who) from None
    return descriptor
