"""Which tests stay together, and which come first, where pytest-xdist divides them among several processes.

Most tests wait: for a broker to start, for a fast clock, for another process. One after the other they leave a machine
idle for half of the time.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
from xdist.scheduler import LoadGroupScheduling

SHARED = ("house", "county", "told_ground", "struck_ground", "own_house")
"""The fixtures that start what takes long to start, once a process: whatever uses one stays in one process.

In the order in which they have their turn, those that last longest first.
"""


class ByServer(LoadGroupScheduling):  # type: ignore[misc] # the library has no types of its own to inherit
    """Gives out the tests of a shared server together, all others file by file."""

    def _split_scope(self, nodeid: str) -> str:
        together: str = super()._split_scope(nodeid)
        return together if together in SHARED else nodeid.partition("::")[0]


def in_turn(items: list[pytest.Item]) -> None:
    """Name what stays together, and sort: shared servers, what waits for a broker or browser, then all that is short.

    Parameters
    ----------
    items
        All tests as they were collected, sorted in place; those of a file stay in their order.
    """
    files: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[str(item.path)].append(item)
    ranks = {name: _rank(found) for name, found in files.items()}
    for name, found in files.items():
        if ranks[name] < len(SHARED):
            for item in found:
                item.add_marker(pytest.mark.xdist_group(SHARED[ranks[name]]))
    items.sort(key=lambda item: ranks[str(item.path)])


def _rank(items: list[pytest.Item]) -> int:
    asked: set[str] = {name for item in items for name in getattr(item, "fixturenames", ())}
    for rank, shared in enumerate(SHARED):
        if shared in asked:
            return rank
    waits = any(item.get_closest_marker("broker") or item.get_closest_marker("browser") for item in items)
    return len(SHARED) + (0 if waits else 1)
