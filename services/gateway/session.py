"""Who speaks: from a token in the request to a caller whom the policy lets through."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import Request

from linli.schemas.errors import Code, LinliError
from linli.services.gateway.access import PUBLIC, Caller, Scope, scope_of
from linli.services.gateway.installation import installation_of
from linli.services.gateway.limits import STRANGER_RATE

COOKIE: Final = "linli_token"
"""The cookie in which a browser keeps its token: not readable by scripts, never sent from another site."""

SAFE: Final = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""


def route_of(request: Request) -> str:
    """Give the name of the route that answers a request."""
    return str(getattr(request.scope.get("route"), "name", ""))


async def admit(request: Request) -> None:
    """Let a request through if the policy does; every route of the application passes here.

    Raises
    ------
    LinliError
        ``unauthenticated`` without a working token, ``forbidden`` if the policy does not name the role.
    """
    route = route_of(request)
    if route in PUBLIC:
        return
    caller, here = presented(request), installation_of(request)
    if caller is None:
        await here.limits.spend(f"stranger:{peer_of(request)}", STRANGER_RATE)
        raise LinliError(Code.UNAUTHENTICATED)
    await here.limits.spend(f"token:{caller.token}", here.settings.gateway_rate)
    scope = scope_of(route, caller.role)
    if scope is None:
        raise LinliError(Code.FORBIDDEN)
    request.state.caller, request.state.scope = caller, scope


def peer_of(request: Request) -> str:
    """Say from which address a request comes; behind a proxy that is the proxy's."""
    return request.client.host if request.client is not None else "?"


def presented(request: Request) -> Caller | None:
    """Say whose token a request brings along, in its header or, from a browser, in its cookie."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme:
        token = given.strip() if scheme.lower() == "bearer" else ""
    else:
        token = request.cookies.get(COOKIE, "") if _is_from_here(request) else ""
    return installation_of(request).tokens.caller(token, datetime.now(UTC)) if token else None


def _is_from_here(request: Request) -> bool:
    """Tell whether a browser's request comes from our own pages: what changes something must not come from others'."""
    if request.method in SAFE:
        return True
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] == request.headers.get("host")


def caller_of(request: Request) -> Caller:
    """Give whom the policy let through."""
    caller: Caller = request.state.caller
    return caller


def scope_granted(request: Request) -> Scope:
    """Give of which objects they may use this route."""
    scope: Scope = request.state.scope
    return scope


CallerHere = Annotated[Caller, Depends(caller_of)]
ScopeHere = Annotated[Scope, Depends(scope_granted)]
