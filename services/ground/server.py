"""What the local Kafka and Valkey have in common: a claimed folder, stored ports, a return to the same address."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from pathlib import Path

from linli.services.child import ProcessSpec, log_tail
from linli.services.ground.claim import FolderClaim
from linli.services.ground.errors import GroundError
from linli.services.ground.ports import LOOPBACK, free_port, is_free
from linli.services.language import both
from linli.services.supervisor import ProcessDiedEarlyError, Supervisor

START_TRIES = 4
"""How often a start is tried when the port is taken between choice and start: once is rare, four times no accident."""

POLL_S = 0.05
"""How often a starting server is asked whether it is there: small against the seconds it needs."""

CLASH_WORDS = "already in use"
"""What both Java and Valkey write to their logs when a port is taken."""

Say = Callable[[str], None]
"""Somebody who is told in one sentence what goes on."""


class LocalServer(ABC):
    """A server of our own, in a folder of its own, on the loopback address.

    Parameters
    ----------
    name
        Its name towards people and the supervisor, and of its log file.
    title
        Its name in sentences.
    folder
        Its state. Made if missing; data and address are kept from one start to the next.
    port_names
        What it needs ports for.
    start_timeout_s
        Seconds it may take from its launch to its first answer.
    say
        Told in one sentence what takes long or what is odd.
    """

    def __init__(
        self, name: str, title: str, folder: Path, port_names: tuple[str, ...], start_timeout_s: float, say: Say
    ) -> None:
        self.name = name
        self.folder = folder.absolute()
        self.ports: dict[str, int] = {}
        self._title = title
        self._port_names = port_names
        self._start_timeout_s = start_timeout_s
        self._say = say
        self._claim: FolderClaim | None = None

    @property
    def log(self) -> Path:
        """Its log file."""
        return self.folder / f"{self.name}.log"

    async def start(self, supervisor: Supervisor) -> None:
        """Start the server under a supervisor and wait until it answers.

        Raises
        ------
        GroundError
            If its program cannot be had, the folder cannot be used, or the server does not get ready.
        """
        # In a thread, because a server left over from a killed owner may take seconds to stop.
        self._claim = await asyncio.to_thread(FolderClaim.take, self.folder)
        try:
            await self._prepare()
            await self._start_on_a_free_port(supervisor, self._claim)
            self._claim.record(supervisor.pid(self.name))
        except BaseException:
            self._claim.release()
            raise

    def record(self, pid: int) -> None:
        """Write down the process id the server has now, for whoever finds it after our death."""
        if self._claim is not None:
            self._claim.record(pid)

    async def stop(self, supervisor: Supervisor) -> None:
        """Stop the server and give its folder back; harmless when it does not run."""
        if self.name in supervisor.pids:
            await supervisor.stop_one(self.name)
        if self._claim is not None:
            self._claim.release()

    @abstractmethod
    async def _prepare(self) -> None:
        """Find the program, once per start."""

    @abstractmethod
    async def _spec(self, lock: int) -> ProcessSpec:
        """Give the process for the ports as they are now; it must keep the descriptor ``lock`` open."""

    @abstractmethod
    async def _answer(self) -> None:
        """Return when the server, which listens already, answers a real request."""

    async def _start_on_a_free_port(self, supervisor: Supervisor, claim: FolderClaim) -> None:
        for tries_left in reversed(range(START_TRIES)):
            self.ports = stored_ports(self.folder, self._port_names, self._say)
            try:
                await supervisor.start(await self._spec(claim.descriptor), self.wait_ready)
            except ProcessDiedEarlyError as error:
                if CLASH_WORDS not in str(error) or not tries_left:
                    raise GroundError(
                        both(f"{self._title} does not run.", f"{self._title} 未能运行。"), str(error)
                    ) from error
                forget_ports(self.folder)
            else:
                return

    async def wait_ready(self) -> None:
        """Wait until the server answers, for example after it was restarted.

        Raises
        ------
        GroundError
            If it does not within its limit.
        """
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await _until_listening(self.ports[self._port_names[0]])
                await self._answer()
        except TimeoutError as error:
            raise GroundError(
                both(
                    f"{self._title} did not answer within {self._start_timeout_s:g} s.",
                    f"{self._title} 在 {self._start_timeout_s:g} 秒内没有响应。",
                ),
                both(
                    f"Look at its log, {self.log}, which ends:\n{log_tail(self.log)}",
                    f"请查看其日志 {self.log}，末尾为：\n{log_tail(self.log)}",
                ),
            ) from error


def stored_ports(folder: Path, names: tuple[str, ...], say: Say) -> dict[str, int]:
    """Give the ports that a server had before, or new ones, and store them.

    Parameters
    ----------
    folder
        The server's state folder.
    names
        What the ports are for.
    say
        Told when a port of old is taken and the address therefore changes.
    """
    file = folder / "ports.json"
    known: dict[str, int] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    ports: dict[str, int] = {}
    for name in names:
        # Chance may draw a number twice, once in ten thousand starts, and nobody can listen twice on one port.
        ports[name] = _keep_or_choose(name, known.get(name), set(ports.values()), say)
    if ports != known:
        file.write_text(json.dumps(ports), encoding="utf-8")
    return ports


def forget_ports(folder: Path) -> None:
    """Forget stored ports, so that others are chosen."""
    (folder / "ports.json").unlink(missing_ok=True)


def _keep_or_choose(name: str, known: int | None, others: Collection[int], say: Say) -> int:
    if known is not None and known not in others and is_free(known):
        return known
    chosen = free_port(others)
    if known is not None:
        say(f"Port {known} ({name}) is taken by another program; {chosen} is used from now on.")
    return chosen


async def _until_listening(port: int) -> None:
    """Wait until somebody accepts connections on a loopback port; the caller sets the limit."""
    while True:
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            await asyncio.sleep(POLL_S)
        else:
            writer.close()
            return
