"""The organisation tree: who answers for a place, level by level, and what would make it no tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from linli.schemas.organisation import DEPTH_MAX, NodeDetails

UNKNOWN_PARENT: Final = "unknown_parent"
SECOND_ROOT: Final = "second_root"
CYCLE: Final = "cycle"
TOO_DEEP: Final = "too_deep"
PLACE_TAKEN: Final = "place_taken"


class Tree:
    """Nodes by id, by the places they name, and by what hangs below them."""

    def __init__(self, nodes: Iterable[NodeDetails] = ()) -> None:
        self._nodes: dict[str, NodeDetails] = {}
        self._below: dict[str | None, set[str]] = {}
        self._of_place: dict[str, str] = {}
        for node in nodes:
            self.put(node)

    def __bool__(self) -> bool:
        return bool(self._nodes)

    def get(self, node: str) -> NodeDetails | None:
        """Return a node."""
        return self._nodes.get(node)

    def put(self, node: NodeDetails) -> None:
        """Take a node in, or replace it."""
        before = self._nodes.get(node.node)
        if before is not None:
            self._below[before.parent].discard(node.node)
            for place in before.places:
                if self._of_place.get(place) == node.node:
                    del self._of_place[place]
        self._nodes[node.node] = node
        self._below.setdefault(node.parent, set()).add(node.node)
        if node.active:
            self._of_place.update((place, node.node) for place in node.places)

    def line(self, node: str | None) -> list[NodeDetails]:
        """Return a node and all above it, the root last; at most `DEPTH_MAX`, even where it goes round."""
        found: list[NodeDetails] = []
        while node is not None and len(found) < DEPTH_MAX and (here := self._nodes.get(node)) is not None:
            found.append(here)
            node = here.parent
        return found

    def responsible(self, grid: str, community: str) -> tuple[NodeDetails, ...]:
        """Return who answers for a place, from the lowest level to the root; empty where nobody does.

        The node that names the grid, else the one that names its community, and the active ones above it.
        """
        lowest = self._of_place.get(grid) or self._of_place.get(community)
        return tuple(node for node in self.line(lowest) if node.active)

    def fault(self, new: NodeDetails) -> str:
        """Say what would be wrong with the tree if a node were taken in; an empty text if nothing."""
        if new.active and any(self._of_place.get(place, new.node) != new.node for place in new.places):
            return PLACE_TAKEN
        if new.parent is None:
            return SECOND_ROOT if self._below.get(None, set()) - {new.node} else ""
        if new.parent not in self._nodes:
            return UNKNOWN_PARENT
        above = self.line(new.parent)
        if any(node.node == new.node for node in above):
            return CYCLE
        return TOO_DEEP if len(above) + self._height(new.node) > DEPTH_MAX else ""

    def _height(self, node: str) -> int:
        """Return how many levels a node and those below it take."""
        return 1 + max((self._height(other) for other in self._below.get(node, ())), default=0)
