"""The board's side of Redis: applied batch by batch at the expected position, rebuilt aside and swapped in whole."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files
from typing import Any, Final, TypeVar

import orjson
import redis.asyncio
from redis.exceptions import BusyLoadingError, OutOfMemoryError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from linli.streams.board import keys
from linli.streams.board.entries import Entry, to_wire
from linli.streams.log_lines import log_for

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=30)
"""How long Redis may be away before the board gives up: a restart takes a second, reading a big file back ten."""

RETRY: Final = timedelta(milliseconds=500)
"""How long to wait between two tries."""

SOCKET_S: Final = 10.0
"""How long one call may take: the largest batch is applied in some 20 ms, a paused machine takes seconds."""

SWEEP_STEP: Final = 500
"""Keys removed in one step, so that Redis never stands still for long."""

BUILDING: Final = ""
"""Instead of an epoch: the batch goes to an epoch that is still being built."""

_log = log_for("board")


class BoardGoneError(RuntimeError):
    """There is no board in Redis any more; it must be rebuilt."""


class BoardMovedError(RuntimeError):
    """Somebody else writes the board: this writer must not go on from what it believes."""


class StoreUnreachableError(RuntimeError):
    """Redis does not answer, or has no room."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One build of the board."""

    cluster: str
    name: str

    @property
    def prefix(self) -> str:
        """What the names of its keys begin with."""
        return keys.prefix(self.cluster, self.name)

    @property
    def positions(self) -> str:
        """The key of its positions."""
        return self.prefix + keys.POSITIONS


@dataclass(frozen=True, slots=True)
class Found:
    """The board as it was found: its epoch, its positions field by field, and when it was last looked after."""

    epoch: Epoch
    positions: Mapping[str, str]
    beat: datetime | None


def connect(url: str) -> Any:
    """Make a client that speaks text."""
    client: Any = redis.asyncio.from_url(url, decode_responses=True, socket_timeout=SOCKET_S, socket_connect_timeout=5)
    return client


class BoardStore:
    """Reads and writes one cluster's board.

    Parameters
    ----------
    client
        From `connect`.
    cluster
        The id of the Kafka cluster whose log this is.

    Notes
    -----
    The whole board is written by one script per batch, so Redis either has a batch with its position or has neither,
    whatever dies. A Redis that forgets its last second after a power cut forgets both, and the writer is refused.
    """

    def __init__(self, client: Any, cluster: str) -> None:
        self._client: Any = client
        self._cluster = cluster
        self._apply: Any = client.register_script(_script("apply.lua"))
        self._swap: Any = client.register_script(_script("swap.lua"))
        self._sweep: Any = client.register_script(_script("sweep.lua"))

    async def find(self) -> Found | None:
        """Give the current board; ``None`` if there is none."""
        name: str | None = await self._patiently(lambda: self._client.get(self._pointer))
        if name is None:
            return None
        epoch = Epoch(self._cluster, name)
        positions: dict[str, str] = await self._patiently(lambda: self._client.hgetall(epoch.positions))
        beat: str | None = await self._patiently(lambda: self._client.get(epoch.prefix + keys.BEAT))
        return Found(epoch, positions, None if beat is None else datetime.fromisoformat(beat))

    def next_epoch(self, former: Epoch | None) -> Epoch:
        """Name a new epoch: later than the former one in the order of names, and like no other."""
        millis = int(datetime.now(UTC).timestamp() * 1000)
        if former is not None:
            millis = max(millis, int(former.name.partition("-")[0]) + 1)
        return Epoch(self._cluster, f"{millis:015d}-{secrets.token_hex(4)}")

    async def apply(
        self,
        epoch: Epoch,
        entries: list[Entry],
        expected: Mapping[str, str],
        following: Mapping[str, str],
        *,
        building: bool = False,
    ) -> None:
        """Apply a batch; harmless when repeated.

        Parameters
        ----------
        epoch
            Where to.
        entries
            The changes, in the order of the log.
        expected, following
            The positions of the partitions concerned, before and after.
        building
            Whether the epoch is still being built, and therefore not the current one.

        Raises
        ------
        BoardGoneError
            If there is no board any more, for example after FLUSHALL.
        BoardMovedError
            If the board stands somewhere else: another writer was there.
        StoreUnreachableError
            If Redis stays away for longer than `PATIENCE`, or has no memory left.
        """
        told = [
            epoch.prefix,
            BUILDING if building else epoch.name,
            orjson.dumps(dict(expected)),
            orjson.dumps(dict(following)),
            to_wire(entries),
            datetime.now(UTC).isoformat(),
        ]
        named = [epoch.positions, self._pointer, epoch.prefix + keys.BEAT]
        answer: str = await self._patiently(lambda: self._apply(keys=named, args=told))
        if answer == "gone":
            raise BoardGoneError("the board is gone from Redis")
        if answer == "moved":
            raise BoardMovedError("the board in Redis stands at another position than expected: somebody else wrote it")

    async def swap(self, former: Epoch | None, built: Epoch, positions: Mapping[str, str]) -> None:
        """Make a built epoch the current one.

        Raises
        ------
        BoardMovedError
            If another one was made current since ``former`` was read, or the built one was touched.
        """
        named = [built.positions, self._pointer]
        told = ["" if former is None else former.name, built.name, orjson.dumps(dict(positions))]
        answer: str = await self._patiently(lambda: self._swap(keys=named, args=told))
        if answer != "swapped":
            raise BoardMovedError("another board was made the current one while this one was built")

    async def sweep(self, current: Epoch) -> int:
        """Remove what is left of earlier epochs, in steps.

        Returns
        -------
        int
            How many keys were removed.

        Raises
        ------
        BoardMovedError
            If ``current`` is not the current epoch any more.

        Notes
        -----
        Later epochs are left alone: somebody may be building one. One that was abandoned is removed by its successor.
        """
        removed, cursor = 0, 0
        while True:
            cursor, page = await self._patiently(partial(self._page, cursor))
            former = [key for key in page if _epoch_in(key) < current.name]
            if former:
                named = [self._pointer, *former]
                answer: str = await self._patiently(partial(self._sweep, keys=named, args=[current.name]))
                if answer != "swept":
                    raise BoardMovedError("the board was rebuilt by somebody else")
            removed += len(former)
            if cursor == 0:
                return removed

    @property
    def _pointer(self) -> str:
        return keys.pointer(self._cluster)

    async def _page(self, cursor: int) -> tuple[int, list[str]]:
        pattern = f"linli:{self._cluster}:*"
        answer: tuple[int, list[str]] = await self._client.scan(cursor=cursor, match=pattern, count=SWEEP_STEP)
        return answer

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call Redis, and again while it is away, within `PATIENCE`."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        while True:
            try:
                return await call()
            except OutOfMemoryError as error:
                raise StoreUnreachableError(f"{self._place} has no memory left: raise its maxmemory") from error
            except (RedisConnectionError, RedisTimeoutError, BusyLoadingError, OSError) as error:
                waited = loop.time() - started
                if waited > PATIENCE.total_seconds():
                    raise StoreUnreachableError(f"{self._place} did not answer for {waited:.0f} s") from error
                _log.warning("redis is away", place=self._place, error=type(error).__name__, for_s=round(waited))
                await asyncio.sleep(RETRY.total_seconds())

    @property
    def _place(self) -> str:
        known: dict[str, Any] = self._client.connection_pool.connection_kwargs
        return f"Redis at {known.get('path') or known.get('host')}:{known.get('port', '')}".rstrip(":")


def _script(name: str) -> str:
    return files("linli.streams.board").joinpath(name).read_text(encoding="utf-8")


def _epoch_in(key: str) -> str:
    """Give the epoch that a key belongs to: the third part of its name; the pointer's sorts behind every epoch."""
    return key.split(":", 3)[2]
