"""Lets all threads of a process share one heap, where the C library would give each its own."""

from __future__ import annotations

import ctypes
import sys

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's `mallopt`."""


def share_one_arena() -> None:
    """Have the threads that begin from now on take memory from the heap that is there.

    Threads that plan take memory a few times a second, so they never wait for each other there; but what each leaves
    unused in a heap of its own nobody else gets: 17 MB of 188 on a day of 216 teams and 2,400 visits. Only glibc knows
    the setting, elsewhere nothing happens. It holds for the whole process, so only one that solves and ends asks for
    it.
    """
    if sys.platform != "linux":
        return
    try:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
    except (OSError, AttributeError):
        return  # Another C library.
