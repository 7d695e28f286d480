"""Idempotency-Key: a request that is sent again under its key gets the answer it got the first time.

Orders do not need it, because their ids come from sender and number; it spares whoever sends a decision twice the
conflict that the second one would be. Without Redis requests are answered as if they had no key.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from fastapi.routing import APIRoute
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from linli.schemas.errors import Code, LinliError
from linli.services.gateway.installation import Installation, installation_of
from linli.services.gateway.problems import as_response, problem_of
from linli.services.gateway.session import presented

HEADER: Final = "idempotency-key"
REPLAYED: Final = "idempotency-replayed"

KEY_MAX: Final = 128
"""Characters of a key: a UUID with room."""

KEPT_S: Final = 24 * 3_600
"""How long an answer is kept: whoever repeats later than a day asks how the request stands instead."""

PENDING_S: Final = 60
"""How long a key is held by a request that is being answered: twice the longest wait."""

KEPT_STATUSES: Final = frozenset({200, 201, 202, 409})
"""Answers that would be given again; a refusal or a broker that is away is tried anew."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

PARAMETER: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX, "pattern": "^[!-~]+$"},
    "description": "The same key with the same request gets the first answer again, for a day.",
}
"""The header, for the API description."""


class RepeatableRoute(APIRoute):
    """A route that answers a repeated request as it did the first time."""

    @override
    def get_route_handler(self) -> Handler:
        """Wrap the handler."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            key = request.headers.get(HEADER)
            caller = presented(request) if key is not None else None
            if key is None or caller is None:
                return await handler(request)
            if not (1 <= len(key) <= KEY_MAX and key.isascii() and key.isprintable() and " " not in key):
                raise LinliError(Code.NOT_VALID, detail="Idempotency-Key")
            request.state.event_id = f"http:{_digest(caller.token.encode(), key.encode())}"
            return await _Repeat(installation_of(request), request, key, caller.token).answer(handler)

        return answer


@dataclass(frozen=True, slots=True)
class _Repeat:
    """One request with a key."""

    here: Installation
    request: Request
    key: str
    token: str

    async def answer(self, handler: Handler) -> Response:
        name = f"linli-gateway:{self.here.cluster}:answer:{_digest(self.token.encode(), self.key.encode())}"
        told = self.request.scope["path"] + "?" + self.request.url.query
        content = _digest(self.request.method.encode(), told.encode(), await self.request.body())
        store: Any = self.here.store
        try:
            pending = json.dumps({"content": content})
            if not await store.set(name, pending, nx=True, ex=PENDING_S):
                return self._again(await store.get(name), content)
        except (RedisError, OSError):
            return await handler(self.request)
        return await self._first(name, content, handler)

    def _again(self, kept: str | None, content: str) -> Response:
        known: dict[str, Any] = json.loads(kept) if kept else {}
        if known and known["content"] != content:
            return as_response(problem_of(LinliError(Code.KEY_REUSED), self.request))
        if "answer" not in known:
            return as_response(problem_of(LinliError(Code.IN_PROGRESS), self.request))
        return Response(known["answer"], known["status"], {REPLAYED: "true"}, media_type=known["media_type"])

    async def _first(self, name: str, content: str, handler: Handler) -> Response:
        try:
            response = await handler(self.request)
        except LinliError as error:
            response = as_response(problem_of(error, self.request))
        except Exception:
            await self._settle(name, None)
            raise
        await self._settle(name, _kept(content, response) if response.status_code in KEPT_STATUSES else None)
        return response

    async def _settle(self, name: str, kept: str | None) -> None:
        """Keep an answer, or free the key; where Redis is away by now, the key runs out by itself."""
        store: Any = self.here.store
        with contextlib.suppress(RedisError, OSError):
            await (store.delete(name) if kept is None else store.set(name, kept, ex=KEPT_S))


def _kept(content: str, response: Response) -> str:
    media = response.headers.get("content-type", "application/json")
    return json.dumps(
        {
            "content": content,
            "status": response.status_code,
            "media_type": media,
            "answer": bytes(response.body).decode(),
        }
    )


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\x1f".join(parts)).hexdigest()[:40]
