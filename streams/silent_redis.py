"""A Redis that takes calls and never answers: one caller finds it out, the others are told at once, for a moment."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Self, TypeVar

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import TimeoutError as RedisTimeoutError
from typing_extensions import override

T = TypeVar("T")

ANSWER_S: Final = 2.0
"""How long somebody who looks at a page waits for Redis: the longest list takes 50 ms, a batch of the board 20 ms, and
a Redis that copies itself to write its file stands still for less than a second."""

CONNECT_S: Final = 1.0
"""How long a connection may take: a fraction of a millisecond within a computer centre, lost packets are sent again."""

REMEMBERED_S: Final = 3.0
"""How long a silence is remembered: less than the five seconds after which callers are asked to try again, so that
whoever does finds Redis as it is by then."""


def connect_impatiently(url: str) -> Any:
    """Make a client that speaks text, for those whom somebody waits for."""
    client: Any = redis.asyncio.from_url(
        url,
        decode_responses=True,
        socket_timeout=ANSWER_S,
        socket_connect_timeout=CONNECT_S,
        retry=OneAtATime(REMEMBERED_S),
    )
    return client


class OneAtATime(Retry):
    """Calls Redis once, and while it is silent lets one caller a while find out whether it still is.

    Parameters
    ----------
    remembered_s
        How long the others are refused without a try.
    clock
        Tells the seconds.

    Notes
    -----
    It stands where the client keeps its rule for trying again, because every call passes there, connecting as well. A
    Redis that is away altogether refuses quickly by itself and is asked each time.
    """

    def __init__(self, remembered_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(NoBackoff(), 0)
        self._remembered_s = remembered_s
        self._clock = clock
        self._refused_until: float | None = None

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        """Stay one for all connections of a client, which gives each of them a copy."""
        return self

    @override
    async def call_with_retry(
        self,
        do: Callable[[], Awaitable[T]],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> T:
        """Call, unless it is known that nobody answers.

        Raises
        ------
        redis.exceptions.TimeoutError
            If Redis is silent, or was a moment ago.
        redis.exceptions.RedisError
            Whatever else the call ends with.
        """
        self._refuse()
        try:
            answer = await super().call_with_retry(do, fail, is_retryable, with_failure_count)
        except RedisTimeoutError:
            self._refused_until = self._clock() + self._remembered_s
            raise
        self._refused_until = None
        return answer

    def _refuse(self) -> None:
        """Let the first caller after the while try; until that one knows, the others are still refused."""
        if self._refused_until is None:
            return
        now = self._clock()
        if now < self._refused_until:
            raise RedisTimeoutError("Redis was silent a moment ago")
        self._refused_until = now + self._remembered_s
