"""The checker's part about a team's whole day: how many visits all its crews make together, and how long they serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linli.matcher.problem import Plan, Problem, Stop, Team, Visit, is_committed
from linli.matcher.rules import Violation


def check_days(
    problem: Problem, plan: Plan, visits: Mapping[str, Visit], teams: Mapping[str, Team]
) -> Iterator[Violation]:
    """Yield every day on which a team makes more visits than it may, or serves longer; what is all agreed does not.

    Service counts from the beginning of a pick-up, where something is fetched first.
    """
    limited = [team for team in teams.values() if _is_limited(team)]
    for team in limited:
        days: dict[int, list[Stop]] = {}
        for route in plan.routes:
            if route.team == team.id:
                for stop in route.stops:
                    if stop.visit in visits:
                        days.setdefault(_day(team, stop.start), []).append(stop)
        for stops in days.values():
            if not all(is_committed(visits[stop.visit]) for stop in stops):
                yield from _over(team, stops)


def _is_limited(team: Team) -> bool:
    return team.max_visits_per_day is not None or team.max_work_per_day is not None


def _day(team: Team, start: int) -> int:
    """Return the day of the shift in which service starts; -1 outside all of them."""
    shift = next((i for i, (lo, hi) in enumerate(team.shifts) if lo <= start <= hi), -1)
    return team.shift_days[shift] if shift >= 0 and team.shift_days else shift


def _over(team: Team, stops: list[Stop]) -> Iterator[Violation]:
    if team.max_visits_per_day is not None and len(stops) > team.max_visits_per_day:
        yield Violation("day_limit", team.id, "", len(stops) - team.max_visits_per_day, "visits")
    served = sum(stop.end - (stop.start if stop.fetch is None else stop.fetch) for stop in stops)
    if team.max_work_per_day is not None and served > team.max_work_per_day:
        yield Violation("day_limit", team.id, "", served - team.max_work_per_day, "seconds")
