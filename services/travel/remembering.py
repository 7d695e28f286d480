"""A provider that remembers what it was told, and goes on by the estimate where a source fails, saying so."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np

from linli.matcher.problem import Place
from linli.schemas.errors import Both
from linli.schemas.ways import UNKNOWN
from linli.services.travel.provider import MissingWaysError, Provider, ProviderError, Ways
from linli.streams.ways_sources import Rest

PAIRS_MAX = 500_000
"""Pairs remembered, those used longest ago forgotten first: some hundred megabytes, 700 places among each other."""

Key = tuple[Place, Place, int]


class Remembering:
    """Asks a source once for each pair and hour; falls back to another provider when the source fails.

    Parameters
    ----------
    source, fallback
        Who is asked, and who stands in.
    by_hour
        Whether the source's answers depend on the hour of departure.
    pairs_max
        How many pairs are remembered.
    clock
        Monotonic seconds.

    Attributes
    ----------
    failure
        What the source did instead of answering, the last time, in both languages; ``None`` if it answered.
    """

    def __init__(
        self,
        source: Provider,
        fallback: Provider,
        *,
        by_hour: bool = False,
        pairs_max: int = PAIRS_MAX,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._fallback = source, fallback
        self._by_hour = by_hour
        self._pairs_max = pairs_max
        self._known: OrderedDict[Key, tuple[int, int]] = OrderedDict()
        self._rest = Rest(clock)
        self._quality = "routed"
        self.failure: Both | None = None

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime) -> Ways:
        """Return ways: remembered, asked for, or estimated with the quality ``fallback``."""
        hour = departure.hour if self._by_hour else 0
        missing = [a for a in origins if any((a, b, hour) not in self._known for b in destinations)]
        told: Ways | None = None
        if missing and self._rest.is_over:
            told = self._ask(missing, destinations, departure)
        if missing and told is None:
            return self._stood_in(origins, destinations, departure, hour)
        fresh = dict(zip(missing, range(len(missing)), strict=True))
        pairs = [
            [self._pair((a, b, hour), told, fresh.get(a), column) for column, b in enumerate(destinations)]
            for a in origins
        ]
        self._forget()
        return _ways(pairs, (len(origins), len(destinations)), self._quality)

    def _ask(self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime) -> Ways | None:
        try:
            told = self._source.matrix(origins, destinations, departure)
        except ProviderError as error:
            self.failure = error.said
            if isinstance(error, MissingWaysError):
                self._learn(error.ways, origins, destinations, departure)
            self._rest.begin()
            return None
        self.failure, self._quality = None, told.quality
        return told

    def _learn(self, ways: Ways, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime) -> None:
        """Remember the ways that the source does know."""
        hour = departure.hour if self._by_hour else 0
        for i, j in np.argwhere(ways.seconds != UNKNOWN).tolist():
            self._known[origins[i], destinations[j], hour] = int(ways.seconds[i, j]), int(ways.metres[i, j])

    def _pair(self, key: Key, told: Ways | None, row: int | None, column: int) -> tuple[int, int]:
        if told is not None and row is not None:
            self._known[key] = int(told.seconds[row, column]), int(told.metres[row, column])
        self._known.move_to_end(key)
        return self._known[key]

    def _stood_in(
        self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime, hour: int
    ) -> Ways:
        """Estimate everything that is not remembered."""
        estimate = self._fallback.matrix(origins, destinations, departure)
        pairs = [
            [
                self._known.get((a, b, hour), (int(estimate.seconds[i, j]), int(estimate.metres[i, j])))
                for j, b in enumerate(destinations)
            ]
            for i, a in enumerate(origins)
        ]
        return _ways(pairs, (len(origins), len(destinations)), "fallback")

    def _forget(self) -> None:
        while len(self._known) > self._pairs_max:
            self._known.popitem(last=False)


def _ways(pairs: list[list[tuple[int, int]]], shape: tuple[int, int], quality: str) -> Ways:
    both = np.array(pairs, dtype=np.int64).reshape(*shape, 2)
    return Ways(both[:, :, 0].copy(), both[:, :, 1].copy(), quality)
