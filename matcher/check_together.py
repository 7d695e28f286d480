"""The checker's part about requests of several teams: all of them or none, at the right times, no team twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from linli.matcher.problem import Plan, Stop, Visit
from linli.matcher.rules import Violation

TOGETHER: Final = "together"
"""The rule's name."""


class _Place(NamedTuple):
    team: str
    stop: Stop
    visit: Visit

    def broken(self, amount: int, unit: str) -> Violation:
        return Violation(TOGETHER, self.team, self.visit.id, amount, unit)


def check_together(plan: Plan, visits: Mapping[str, Visit]) -> Iterator[Violation]:
    """Check every request that several teams serve together and of which the plan has any visit.

    Parameters
    ----------
    plan
        The plan.
    visits
        The problem's visits by id. One that is not `joined` to others is none of this rule's business: of what somebody
        has begun nothing can be undone, whoever else fails to come.
    """
    found: dict[str, dict[int, _Place]] = {}
    for route in plan.routes:
        for stop in route.stops:
            visit = visits.get(stop.visit)
            if visit is not None and visit.joined is not None:
                found.setdefault(visit.request, {})[visit.leg] = _Place(route.team, stop, visit)
    for request in sorted(found):
        yield from _request([found[request][leg] for leg in sorted(found[request])])


def _request(places: list[_Place]) -> Iterator[Violation]:
    joined = places[0].visit.joined
    if joined is None:
        return
    if len(places) < joined.legs:
        yield places[0].broken(joined.legs - len(places), "visits")
    teams: set[str] = set()
    for place in places:
        if place.team in teams:
            yield place.broken(1, "teams")
        teams.add(place.team)
    for before, after in pairwise(places):
        earliest = before.stop.end if joined.in_order else before.stop.start
        latest = earliest + joined.gap if joined.in_order else earliest
        missed = max(earliest - after.stop.start, after.stop.start - latest)
        if missed > 0:
            yield after.broken(missed, "seconds")
