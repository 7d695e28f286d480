"""Around every request: an id, limits on the body, headers that protect, a log line without personal values."""

from __future__ import annotations

import secrets
import time
import traceback
from pathlib import Path
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linli.schemas.errors import Code, LinliError
from linli.services.gateway.counting import count_answer
from linli.services.gateway.problems import as_response, problem_of
from linli.streams.log_lines import log_for
from linli.streams.meters import Meters

BODY_BYTES_MAX: Final = 8 * 1024 * 1024
"""Largest body of all: a file of some 20,000 orders; larger ones are given to `linli submit`."""

SECURITY: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
}
"""Sent with every answer. Referrers are switched off because a one-tap link is in the address."""

PRIVATE: Final = "no-store"
"""What is answered is about people's cases: no cache keeps it, unless the route says so."""

_log = log_for("gateway")


class AroundEverything:
    """The outermost layer, in plain ASGI, because a stream must pass through it unbuffered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        with structlog.contextvars.bound_contextvars(request=exchange.id):
            await exchange.answer(self._app)


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.id = secrets.token_hex(8)
        self._scope, self._receive, self._send = scope, receive, send
        # Read at once: an application mounted within ours, as for assets, writes itself into the scope.
        self._meters: Meters = scope["app"].state.installation.meters
        self._began = time.monotonic()
        self._status = 0
        self._answered_s: float | None = None
        self._taken = 0

    async def answer(self, app: ASGIApp) -> None:
        """Let the application answer; what it did not foresee is answered as our own fault."""
        try:
            self._look_at_the_stated_length()
            await app(self._scope, self._counted, self._dressed)
        except LinliError as error:
            await self._fail(error)
        except Exception as error:
            # The process goes on: a handler holds no state that could be spoilt, and a stranger's request must not be
            # able to end the service for everybody.
            self._tell(error)
            if not self._status:
                await self._fail(LinliError(Code.INTERNAL, detail=self.id))
        finally:
            count_answer(self._meters, self._scope, self._status, self._answered_s or self._since())
            self._log()

    def _look_at_the_stated_length(self) -> None:
        stated = Headers(scope=self._scope).get("content-length", "0")
        if stated.isascii() and stated.isdigit() and int(stated) > BODY_BYTES_MAX:
            raise LinliError(Code.TOO_LARGE, limit=f"{BODY_BYTES_MAX} bytes")

    def _since(self) -> float:
        return time.monotonic() - self._began

    async def _counted(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > BODY_BYTES_MAX:
            raise LinliError(Code.TOO_LARGE, limit=f"{BODY_BYTES_MAX} bytes")
        return message

    async def _dressed(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._answered_s = message["status"], self._since()
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", PRIVATE)
            headers["x-request-id"] = self.id
        await self._send(message)

    async def _fail(self, error: LinliError) -> None:
        response = as_response(problem_of(error, Request(self._scope)))
        await response(self._scope, self._receive, self._dressed)

    def _tell(self, error: Exception) -> None:
        """Say where it failed; not its text, which may quote what was sent."""
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
        _log.error("a request failed", error=type(error).__name__, where=where)

    def _log(self) -> None:
        """Write the route and not the path: numbers, codes and signatures stand in paths."""
        state: dict[str, object] = self._scope.get("state", {})
        caller = state.get("caller")
        _log.info(
            "answered",
            route=str(getattr(self._scope.get("route"), "name", "")),
            method=self._scope["method"],
            status=self._status,
            ms=round(1000 * self._since(), 1),
            role=str(getattr(caller, "role", "")),
            token=str(getattr(caller, "token", "")),
        )
