"""Counting what is asked and answered, for Prometheus: by operation and kind of answer, never by person or path."""

from __future__ import annotations

from typing import Any, Final

from starlette.types import Scope

from linli.streams.meters import Meters

API: Final = "/v1/"

NOT_LET_IN: Final = frozenset({401, 403, 429})
"""Answers to whoever has no working token, no right, or asked too often."""

UNAVAILABLE: Final = 503

OF_A_PAGE: Final = "page"
"""Stands for the code where a page was answered, which has words and no code."""


def count_answer(meters: Meters, scope: Scope, status: int, seconds: float) -> None:
    """Count one answer.

    Parameters
    ----------
    meters
        Where it is counted.
    scope
        The request's.
    status
        Of the answer; 0 if whoever asked went away before there was one.
    seconds
        From the request to the beginning of its answer.
    """
    operation = operation_of(scope)
    meters.count("linli_gateway_requests_total", operation, f"{status // 100}xx" if status else "gone")
    meters.observe("linli_gateway_request_seconds", seconds, operation)
    state: dict[str, Any] = scope.get("state", {})
    code = str(state.get("problem", OF_A_PAGE))
    if status in NOT_LET_IN:
        meters.count("linli_gateway_refused_total", code)
    if status == UNAVAILABLE:
        meters.count("linli_gateway_unavailable_total", code)


def operation_of(scope: Scope) -> str:
    """Name an operation as the policy does; a page by its handler, and what is not there as nothing."""
    name = str(getattr(scope.get("route"), "name", ""))
    if not name:
        return "none"
    return name if scope["path"].startswith(API) else f"page_{name}"
