"""Of which teams one more hour would serve somebody who goes without: a flow of hours from what is asked to who can.

Hours are poured like water: an order may be shared by teams, and neither place nor time of day counts. Where not
everything can be served, following what is unserved to the teams that could take it, from these to what they serve
instead, from that to other teams that could, and so on, leads to every team whose hours are short, and to no other
(the cut nearest to the source; Ford and Fulkerson 1956, doi 10.4153/CJM-1956-045-5). All of it in integers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import pairwise

from linli.matcher.futures.sampled_days import Wanted

Skills = frozenset[str]

Supply = Mapping[Skills, int]
"""Seconds that teams with exactly these skills work on a day."""


def short_groups(wanted: Wanted, supply: Supply) -> frozenset[Skills]:
    """Return the groups of teams of which one more second would serve one more.

    Parameters
    ----------
    wanted : mapping
        Seconds asked for, by the skills needed; what no team has the skills for is left out.
    supply : mapping
        Seconds there are, by the skills that teams have.
    """
    flow = _Flow(wanted, supply)
    flow.pour()
    while (end := flow.look()) is not None:
        flow.move(end)
    return frozenset(flow.groups[g] for g in flow.via)


class _Flow:
    """What is asked for, and who takes how much of it.

    Attributes
    ----------
    groups
        Groups of teams, the least versatile first.
    via
        After `look`: every group that what is unserved leads to, and by which need.
    """

    def __init__(self, wanted: Wanted, supply: Supply) -> None:
        self.groups = sorted(supply, key=lambda skills: (len(skills), sorted(skills)))
        able = {need: [g for g, held in enumerate(self.groups) if held.issuperset(need)] for need in wanted}
        needs = sorted((need for need in wanted if able[need]), key=lambda need: (len(able[need]), need))
        self._able = [able[need] for need in needs]
        self._left = [wanted[need] for need in needs]
        self._free = [supply[group] for group in self.groups]
        self._takes: list[dict[int, int]] = [{} for _ in self.groups]
        self.via: dict[int, int] = {}
        self._from: dict[int, int | None] = {}

    def pour(self) -> None:
        """Give what few can do to whom can do little else, as far as there are hours."""
        for need, able in enumerate(self._able):
            for group in able:
                self._shift(need, group, min(self._left[need], self._free[group]))

    def _shift(self, need: int, group: int, seconds: int) -> None:
        if seconds:
            self._left[need] -= seconds
            self._free[group] -= seconds
            self._takes[group][need] = self._takes[group].get(need, 0) + seconds

    def look(self) -> int | None:
        """Follow what is unserved; return a group that has hours left, or None once every group is known."""
        unserved = [need for need, left in enumerate(self._left) if left]
        self.via, self._from = {}, dict.fromkeys(unserved)
        queue = deque(unserved)
        while queue:
            need = queue.popleft()
            for group in self._able[need]:
                if group in self.via:
                    continue
                self.via[group] = need
                if self._free[group]:
                    return group
                for other in self._takes[group]:
                    if other not in self._from:
                        self._from[other] = group
                        queue.append(other)
        return None

    def move(self, end: int) -> None:
        """Hand hours on along the way that `look` has found, to the group that has some left."""
        way: list[tuple[int, int]] = []
        group: int | None = end
        while group is not None:
            need = self.via[group]
            way.append((need, group))
            group = self._from[need]
        given = [self._takes[group][need] for (need, _), (_, group) in pairwise(way)]
        seconds = min(self._free[end], self._left[way[-1][0]], *given)
        for (need, _), (_, group) in pairwise(way):
            self._give_up(need, group, seconds)
        for need, group in way:
            self._shift(need, group, seconds)

    def _give_up(self, need: int, group: int, seconds: int) -> None:
        self._left[need] += seconds
        self._free[group] += seconds
        self._takes[group][need] -= seconds
        if not self._takes[group][need]:
            del self._takes[group][need]
