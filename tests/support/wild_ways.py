"""Ways that are like no ground's, for tests of what must hold with any matrix."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from linli.matcher.problem import Place
from linli.matcher.travel import IntTable


@dataclass(frozen=True)
class WildWays:
    """Ways by lot: there and back differ, and a detour is often quicker."""

    seed: int
    quality: ClassVar[str] = "table"
    symmetric: ClassVar[bool] = False

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres."""
        lot = int.from_bytes(hashlib.blake2b(repr((self.seed, a, b)).encode(), digest_size=8).digest(), "big")
        seconds = 0 if a == b else 60 + lot % (600 if lot % 3 else 6000)
        return seconds, 10 * seconds

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return seconds and metres of all pairs."""
        both = np.array([[self.between(a, b) for b in destinations] for a in origins], dtype=np.int64)
        both = both.reshape(len(origins), len(destinations), 2)
        return np.ascontiguousarray(both[..., 0]), np.ascontiguousarray(both[..., 1])
