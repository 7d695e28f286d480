"""One HTTP request to a judged target: pinned to its address, without redirects, proxies, or patience without end."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self, cast

import httpcore2
from typing_extensions import override

from linli.services.delivering.targets import Target, Targets

TIMEOUT_S: Final = 15.0
"""For everything from the look-up of the name to the end of the answer: Standard Webhooks asks for 15 to 30 s."""

BODY_BYTES_MAX: Final = 64 * 1024
"""How much of an answer is read: a robot's answer has a hundred bytes, a webhook's is not looked at."""

CONNECTIONS_MAX: Final = 64
"""Connections at a time; more waiting requests than that only wait."""

KEEP_S: Final = 10.0
"""How long a connection is kept for the next delivery. Shortly: a host that moved is resolved again soon."""


class Trouble(StrEnum):
    """Why there is no answer."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    PROTOCOL = "protocol"


class NoAnswerError(Exception):
    """There is no answer; the message is the reason alone, for the target may be a secret."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(trouble.value)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of headers are in small letters; ``body`` is at most `BODY_BYTES_MAX` long."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Poster:
    """Sends requests. Use ``async with``.

    Parameters
    ----------
    targets
        Judges every address that is connected to.
    tls
        Authorities; ``None`` for those of the system.

    Notes
    -----
    It stands on httpcore2, the layer below httpx2, because there a connection's address can be chosen (`_Pinned`) while
    the name that TLS asks for and verifies stays the URL's host. Proxies of the environment and redirects are matters
    of the layer above and do not exist here.
    """

    def __init__(self, targets: Targets, tls: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or ssl.create_default_context(),
            max_connections=CONNECTIONS_MAX,
            keepalive_expiry=KEEP_S,
            network_backend=_Pinned(targets),
        )

    async def __aenter__(self) -> Self:
        """Open."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def post(self, target: Target, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
        """Send one request and read the beginning of its answer.

        Raises
        ------
        RefusedTargetError
            If the host resolves to an address that may not be called.
        NoAnswerError
            If there is no answer, or none in time.
        """
        url = httpcore2.URL(
            scheme=b"https" if target.secure else b"http",
            host=target.host.encode(),
            port=target.port,
            target=target.path.encode(),
        )
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._posted(method, url, body, headers)
        except (TimeoutError, httpcore2.TimeoutException):
            raise NoAnswerError(Trouble.TIMEOUT) from None
        except (httpcore2.NetworkError, OSError) as error:
            raise NoAnswerError(Trouble.TLS if _is_about_tls(error) else Trouble.UNREACHABLE) from None
        except (httpcore2.ProtocolError, UnicodeDecodeError):
            raise NoAnswerError(Trouble.PROTOCOL) from None

    async def _posted(self, method: str, url: httpcore2.URL, body: bytes, headers: Mapping[str, str]) -> Answer:
        given = [(name.encode(), value.encode()) for name, value in headers.items()]
        async with self._pool.stream(method, url, headers=given, content=body) as response:
            read = bytearray()
            async for piece in response.aiter_stream():
                read += piece
                if len(read) >= BODY_BYTES_MAX:
                    break
        found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Answer(response.status, found, bytes(read[:BODY_BYTES_MAX]))


def _is_about_tls(error: BaseException | None) -> bool:
    """Tell whether an error, or what made it, came from TLS: the layers between wrap it more than once."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Pinned(httpcore2.AsyncNetworkBackend):
    """Connects to addresses that were judged, in the order in which they were given."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._inner = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        last: Exception = httpcore2.ConnectError("no address")
        for address in await self._targets.addresses(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise last

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
