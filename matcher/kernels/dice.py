"""Random integers: xorshift64* (Vigna 2016, doi 10.1145/2845077), in signed arithmetic that wraps."""

from __future__ import annotations

from linli.matcher.compiled import inner
from linli.matcher.kernels.layout import DICE, Longs

_LOW_57 = (1 << 57) - 1
_LOW_31 = (1 << 31) - 1
_STAR = 2685821657736338717


@inner
def roll(numbers: Longs) -> int:
    """Return 31 random bits."""
    x = int(numbers[DICE])
    x ^= x << 13
    x ^= (x >> 7) & _LOW_57
    x ^= x << 17
    numbers[DICE] = x
    return ((x * _STAR) >> 33) & _LOW_31


@inner
def below(numbers: Longs, n: int) -> int:
    """Return an integer in [0, n), by scaling; n below 2**31."""
    return (roll(numbers) * n) >> 31


@inner
def waiting(numbers: Longs, mean: int) -> int:
    """Return an integer spread like the waiting time for a rare event of this mean.

    The logarithm is that of base 2, taken straight between powers of 2: an error of at most 0.09 times the mean, and no
    library's logarithm, of which no two agree to the last bit.
    """
    bits = roll(numbers) | 1
    halvings = 0
    while bits < 1 << 30:
        bits <<= 1
        halvings += 1
    # -log2 = halvings + 1 - (bits - 2**30) / 2**30, times ln 2 in 1024ths.
    scaled = (halvings + 1 << 20) - (bits - (1 << 30) >> 10)
    return (mean * 710 >> 10) * scaled >> 20
