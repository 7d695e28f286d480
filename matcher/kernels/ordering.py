"""Few keys in ascending order: cheaper in machine code than a general sort."""

from __future__ import annotations

from linli.matcher.compiled import inner
from linli.matcher.kernels.layout import Longs


@inner
def put_in_order(keys: Longs, many: int, key: int) -> None:
    """Put a key among the first so many, which are in order; one more are in order then."""
    at = many
    while at > 0 and keys[at - 1] > key:
        keys[at] = keys[at - 1]
        at -= 1
    keys[at] = key
