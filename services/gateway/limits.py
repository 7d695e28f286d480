"""Limits: how often somebody may ask, counted in Redis for all gateways together, and here while Redis is away."""

from __future__ import annotations

import time
from typing import Any, Final

from redis.exceptions import RedisError

from linli.schemas.errors import Code
from linli.services.gateway.problems import ProblemError

MINUTE_S: Final = 60
HOUR_S: Final = 3_600

STRANGER_RATE: Final = 120
"""Requests per minute from one address without a working token: a village behind one router, not a guessing machine."""

COUNTERS_MAX: Final = 10_000
"""Counters kept here while Redis is away; with more the oldest window is forgotten, which only lets more through."""


class Limits:
    """Counts in fixed windows.

    Parameters
    ----------
    store
        Redis.
    cluster
        Whose counters they are.

    Notes
    -----
    A fixed window lets through twice the limit around its turn; that is enough for what these limits are for.
    """

    def __init__(self, store: Any, cluster: str) -> None:
        self._store: Any = store
        self._prefix = f"linli-gateway:{cluster}:limit:"
        self._here: dict[str, int] = {}

    async def spend(self, name: str, limit: int, seconds: int = MINUTE_S) -> None:
        """Count one request.

        Raises
        ------
        ProblemError
            ``too_many``, with the seconds until the next window.
        """
        try:
            count = await self._count(name, seconds)
        except (RedisError, OSError):
            count = self._count_here(name, seconds)
        _refuse_above(limit, count, seconds)

    async def spend_strictly(self, name: str, limit: int, seconds: int) -> None:
        """Count one try of a secret; without Redis nobody may try, because every gateway would count for itself.

        Raises
        ------
        ProblemError
            ``too_many``.
        redis.exceptions.RedisError
            If Redis is away.
        """
        _refuse_above(limit, await self._count(name, seconds), seconds)

    async def _count(self, name: str, seconds: int) -> int:
        key = f"{self._prefix}{name}:{int(time.time()) // seconds}"
        async with self._store.pipeline(transaction=False) as pipe:
            pipe.incr(key)
            pipe.expire(key, seconds)
            counted: list[int] = await pipe.execute()
        return counted[0]

    def _count_here(self, name: str, seconds: int) -> int:
        key = f"{name}:{int(time.time()) // seconds}"
        if len(self._here) > COUNTERS_MAX:
            self._here.clear()
        self._here[key] = self._here.get(key, 0) + 1
        return self._here[key]


def _refuse_above(limit: int, count: int, seconds: int) -> None:
    if count > limit:
        raise ProblemError(Code.TOO_MANY, retry=seconds - int(time.time()) % seconds)
