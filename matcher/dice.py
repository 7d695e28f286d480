"""The engine's own random numbers: integers only, the same on every machine."""

from __future__ import annotations

MASK = (1 << 64) - 1


class Dice:
    """SplitMix64 (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195).

    Parameters
    ----------
    seed : int
        Any integer; its low 64 bits count.
    """

    def __init__(self, seed: int) -> None:
        self._state = seed & MASK

    def next(self) -> int:
        """Return the next 64 random bits as an integer."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n: int) -> int:
        """Return an integer in [0, n), by scaling: its bias is below n / 2**64."""
        return (self.next() * n) >> 64
