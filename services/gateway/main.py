"""The gateway's process: ``python -m linli.services.gateway.main`` or ``linli run gateway``."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator
from typing import Final

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from linli.services.gateway.app import make_app
from linli.services.gateway.installation import open_installation, put_into
from linli.services.listening import listening_socket, own_address
from linli.services.metrics_server import serve_metrics
from linli.services.process import run_process
from linli.services.settings import Settings
from linli.streams.log_lines import log_for

GRACEFUL_S: Final = 5
"""How long open answers may take when the process is told to stop; the supervisor waits four times as long."""

KEEP_ALIVE_S: Final = 30
"""How long an idle connection is kept: a browser between two clicks."""

CONNECTIONS_MAX: Final = 2_000
"""Connections at once, feeds included: more than a province's desks and phones; each costs some 50 kB."""


class _Server(uvicorn.Server):
    """A server that leaves signals to the process, which stops it."""

    @contextlib.contextmanager
    @override
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


async def run_gateway(settings: Settings) -> None:
    """Answer until cancelled.

    Raises
    ------
    SettingsError
        If it is not said where Kafka and Redis are.
    LinliError
        ``port_in_use``.
    Exception
        Whatever ends the reader of the ledger.
    """
    with listening_socket(settings.gateway or own_address(settings)) as listener:
        async with open_installation(settings) as here:
            serve_metrics(settings, "gateway", here.meters)
            app = make_app()
            put_into(app, here)
            host, port = listener.getsockname()[:2]
            log_for("gateway").info("listening", host=host, port=port)
            async with asyncio.TaskGroup() as together:
                feed = together.create_task(here.feed.run(), name="feed")
                together.create_task(here.keys.catch_up(), name="keys")
                await serve(app, listener, feed)


async def serve(app: FastAPI, listener: socket.socket, feed: asyncio.Task[None]) -> None:
    """Serve until cancelled; then end the feed first, because open streams would keep the server from stopping."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACEFUL_S,
        limit_concurrency=CONNECTIONS_MAX,
    )
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        feed.cancel()
        server.should_exit = True
        await serving
        raise


def main() -> None:
    """Run the process."""
    run_process("gateway", run_gateway)


if __name__ == "__main__":
    main()
