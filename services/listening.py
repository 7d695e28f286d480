"""Where the gateway listens: on a loopback port of its own by default, elsewhere only if a setting says so."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from linli.schemas.errors import Code, LinliError
from linli.services.ground.claim import usable_folder
from linli.services.ground.ports import LOOPBACK
from linli.services.ground.server import stored_ports
from linli.services.settings import Settings

NAME: Final = "gateway"
"""Of the process, of its folder in the state folder, and of its port there."""

BACKLOG: Final = 1_024
"""Connections that may wait to be accepted: a rush of phones after one message."""

TAKES_NOTHING_S: Final = 30
"""How long a connection may take nothing of what is sent to it: a telephone in a tunnel comes back after seconds, and
a page whose connection has ended asks anew."""

SEND_BYTES: Final = 128 * 1024
"""How much the system keeps for a connection that does not take it; left alone it would be megabytes for each."""

LISTENS_WITHIN_S: Final = 60.0
"""How long the gateway may take to listen: three seconds, on a busy machine ten."""

_PAUSE_S: Final = 0.1


def own_address(settings: Settings) -> str:
    """Give the gateway's own loopback address.

    Notes
    -----
    The port is kept in the state folder, so that a link that was sent still works after a restart.
    """
    folder = usable_folder(settings.state / NAME)
    return f"{LOOPBACK}:{stored_ports(folder, (NAME,), _silence)[NAME]}"


def base_url(settings: Settings) -> str:
    """Say what links to the gateway begin with; ``settings.gateway`` is set in every process under ``linli up``."""
    return settings.gateway_url or f"http://{settings.gateway or own_address(settings)}"


def host_and_port(address: str) -> tuple[str, int]:
    """Split an address such as ``127.0.0.1:8080`` or ``[::1]:8080``."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


@contextmanager
def listening_socket(address: str) -> Generator[socket.socket]:
    """Listen; whoever takes nothing of what it is sent is let go after a while, where the system knows how.

    Raises
    ------
    LinliError
        ``port_in_use``.
    """
    host, port = host_and_port(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise LinliError(Code.PORT_IN_USE, port=port) from error
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; each accepted connection inherits it.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * TAKES_NOTHING_S)
        listener.listen(BACKLOG)
        listener.setblocking(False)
        yield listener


async def listens(host: str, port: int) -> bool:
    """Tell whether somebody accepts connections at an address."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


async def until_listens(address: str, seconds: float = LISTENS_WITHIN_S) -> None:
    """Wait until somebody accepts connections at an address: whoever reads it afterwards may use it at once.

    Raises
    ------
    LinliError
        ``process_gave_up`` if it takes longer.
    """
    host, port = host_and_port(address)
    try:
        async with asyncio.timeout(seconds):
            while not await listens(host, port):
                await asyncio.sleep(_PAUSE_S)
    except TimeoutError as error:
        raise LinliError(Code.PROCESS_GAVE_UP, process=NAME) from error


def _silence(_: str) -> None:
    """Say nothing."""
