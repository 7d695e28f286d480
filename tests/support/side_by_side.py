"""In which order tests are taken where pytest-xdist divides their files among several processes.

Most tests wait: for a broker to start, for a fast clock, for another process. One after the other they leave a machine
idle for half of the time.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

SHARED = ("served", "house", "county", "told_ground", "struck_ground", "own_house")
"""The fixtures that start what takes long to start, once a process: their files follow each other.

In the order in which they have their turn, those that last longest first. The first is the demo that is served: one
file's alone, it plays a day for two minutes, and so one process begins with it while the other starts its servers.
"""


def in_turn(items: list[pytest.Item]) -> None:
    """Sort: what shares servers, what waits for a broker or browser, then what is short, so that no end is long.

    Parameters
    ----------
    items
        All tests as they were collected, sorted in place; those of a file stay in their order.
    """
    files: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[str(item.path)].append(item)
    ranks = {name: _rank(found) for name, found in files.items()}
    items.sort(key=lambda item: ranks[str(item.path)])


def _rank(items: list[pytest.Item]) -> int:
    asked: set[str] = {name for item in items for name in getattr(item, "fixturenames", ())}
    for rank, shared in enumerate(SHARED):
        if shared in asked:
            return rank
    waits = any(item.get_closest_marker("broker") or item.get_closest_marker("browser") for item in items)
    return len(SHARED) + (0 if waits else 1)
