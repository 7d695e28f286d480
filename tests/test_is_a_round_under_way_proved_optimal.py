"""Rounds in the middle of a day: what has begun or is agreed stays, and nothing beats a plan that is said to be proved.

Every plan is tried: all ways to share the visits that may move out among the crews, in all orders, each visit as early
as it can, judged by the checker and by the objective alone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product

import pytest

from linli.matcher import compiled
from linli.matcher.checker import check
from linli.matcher.exact import proving
from linli.matcher.objective import evaluate
from linli.matcher.problem import Pin, Place, Plan, Problem, Route, Stop, Team, Visit, Weights, is_committed, is_fact
from linli.matcher.search.solve import Limits, solve
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, one

NOON = MIDNIGHT + 12 * HOUR
PLENTY = Limits(400_000)

NEAR_BY_CHANCE = 1127, 1396, 1568
"""Rounds in which a crew that is out already could make a visit that the pair rules refuse it from its base."""

Crew = tuple[str, int]


def _spot(rng: random.Random) -> Place:
    terrain = rng.choice(("seat", "seat", "hill"))
    return Place(round(rng.uniform(27.86, 27.94), 3), round(rng.uniform(108.16, 108.24), 3), terrain)


def _round(seed: int) -> Problem:
    """Return a round at noon: two teams, six visits, some of which have begun, are committed, offered or promised."""
    rng = random.Random(seed)
    teams = tuple(
        replace(
            a_team(number),
            base=_spot(rng),
            crews=rng.choice((1, 1, 2)),
            members=(),
            shifts=((MIDNIGHT + 8 * HOUR, MIDNIGHT + rng.choice((15, 17, 19)) * HOUR),),
            load=rng.choice((0, 9, 30)) * HOUR,
            acceptance=rng.choice((1000, 700)),
            max_visits_per_day=rng.choice((None, None, 2, 4)),
            max_work_per_day=rng.choice((None, None, 3 * HOUR, 6 * HOUR)),
            max_visits_per_shift=rng.choice((None, None, 3)),
            max_travel_per_shift=rng.choice((None, None, HOUR)),
        )
        for number in range(2)
    )
    weights = Weights(
        travel=rng.choice((1, 1, 2)), lateness=rng.choice((0, 1)), load=rng.choice((0, 25, 500)), waiting=(HOUR,)
    )
    visits = tuple(_visit(rng, number, teams) for number in range(6))
    return replace(one(a_visit(), a_team(), NOON), visits=visits, teams=teams, weights=weights)


def _visit(rng: random.Random, number: int, teams: tuple[Team, ...]) -> Visit:
    lo = NOON + rng.randint(-2, 8) * 1800
    windows = [(lo, lo + rng.choice((900, 3600, 2 * HOUR)))]
    if rng.random() < 0.3:
        windows.append((windows[0][1] + 1800, windows[0][1] + HOUR))
    visit = replace(
        a_visit(number),
        place=_spot(rng),
        duration=rng.randint(0, 6) * 600,
        windows=tuple(windows),
        urgency=rng.randrange(2),
        promised=rng.random() < 0.2,
        due=lo if rng.random() < 0.5 else None,
        told=lo if rng.random() < 0.2 else None,
        registered=NOON - rng.choice((0, 2)) * HOUR,
    )
    team, sort = rng.choice(teams), rng.random()
    if number < 2 and sort < 0.5:
        start = NOON - rng.randint(1, 4) * 1800 + number * 7200
        windows = [(start, start)]
        return replace(
            visit, windows=tuple(windows), told=None, pin=Pin(team.id, rng.randrange(team.crews), start), promised=True
        )
    if sort < 0.6:
        return replace(visit, pin=Pin(team.id))
    return visit


def _as_planned(problem: Problem) -> Plan:
    """Return a plan of what has begun or is committed: each stands with its crew at its time."""
    stops: dict[Crew, list[Stop]] = {}
    for visit in problem.visits:
        pin = visit.pin
        if pin is not None and pin.team is not None and pin.start is not None:
            stop = Stop(visit.id, pin.start, pin.start, pin.start + visit.duration)
            stops.setdefault((pin.team, pin.crew or 0), []).append(stop)
    return Plan(tuple(Route(*crew, tuple(sorted(stops[crew], key=lambda s: s.start))) for crew in sorted(stops)))


def _route(problem: Problem, team: Team, crew: int, order: tuple[Visit, ...]) -> Route | None:
    """Return the route in this order, everybody as early as can be; what has begun comes first, as it was."""
    begun = [(NOON + 1 - (visit.pin.start or 0)) if visit.pin and is_fact(visit, NOON) else 0 for visit in order]
    if begun != sorted(begun, key=lambda since: (since == 0, -since)):
        return None
    free, at, stops = team.shifts[0][0], team.base, list[Stop]()
    for visit in order:
        arrival = (free if is_committed(visit) else max(free, problem.now)) + problem.travel.between(at, visit.place)[0]
        if is_fact(visit, problem.now):
            assert visit.pin is not None
            start, arrival = visit.pin.start or 0, visit.pin.start or 0
        else:
            begins = visit.windows if visit.told is None else _not_before(visit, visit.told)
            start = next((max(lo, arrival) for lo, hi in begins if arrival <= hi), -1)
        if start < 0:
            return None
        stops.append(Stop(visit.id, arrival, start, start + visit.duration))
        free, at = start + visit.duration, visit.place
    return Route(team.id, crew, tuple(stops))


def _not_before(visit: Visit, told: int) -> tuple[tuple[int, int], ...]:
    return tuple((max(lo, told), hi) for lo, hi in visit.windows if hi >= told) or visit.windows


def _best_route(problem: Problem, team: Team, crew: int, mine: tuple[Visit, ...]) -> Route | None:
    alone = replace(problem, visits=mine)
    routes = (_route(problem, team, crew, order) for order in permutations(mine))
    held = [route for route in routes if route is not None and not check(alone, Plan((route,)))]
    return min(held, key=lambda route: evaluate(alone, Plan((route,))).key(), default=None)


def _plans(problem: Problem) -> Iterator[Plan]:
    """Yield all plans that the checker accepts, each crew's route the best of what it makes."""
    crews = [(team, crew) for team in problem.teams for crew in range(team.crews)]
    known: dict[tuple[int, tuple[int, ...]], Route | None] = {}
    choices = [_may_go(visit, crews) for visit in problem.visits]
    for shares in product(*choices):
        routes = list[Route]()
        for k, (team, crew) in enumerate(crews):
            mine = tuple(i for i, share in enumerate(shares) if share == k)
            if mine and (k, mine) not in known:
                known[k, mine] = _best_route(problem, team, crew, tuple(problem.visits[i] for i in mine))
            route = known.get((k, mine))
            if mine and route is None:
                break
            if route is not None:
                routes.append(route)
        else:
            plan = Plan(tuple(sorted(routes, key=lambda route: (route.team, route.crew))))
            if not check(problem, plan):
                yield plan


def _may_go(visit: Visit, crews: list[tuple[Team, int]]) -> list[int]:
    """Return the crews that may go, -1 for none; who is committed stays."""
    pin = visit.pin
    able = [k for k, (team, _) in enumerate(crews) if pin is None or pin.team == team.id]
    if pin is not None and pin.start is not None:
        return [k for k in able if crews[k][1] == pin.crew]
    return [-1, *able]


def test_nothing_beats_a_proven_round() -> None:
    """Tests rounds with history, agreements, limits of days and prices of time and load against all their plans."""
    assert compiled.is_warm()
    seen = Counter[str]()
    for seed in (*range(100), *NEAR_BY_CHANCE):
        problem = _round(seed)
        result = solve(problem, _as_planned(problem), PLENTY, seed)
        assert check(problem, result.plan) == []
        if not (result.report.complete and result.report.proven):
            seen["not proven"] += 1
            continue
        held = {visit.id for visit in problem.visits if (visit.promised or visit.pin)} & result.plan.placed()
        best = min(evaluate(problem, plan).key() for plan in _plans(problem) if held <= plan.placed())
        assert result.objective.key() == best, seed
        seen["proven"] += 1
        seen["begun"] += any(is_fact(visit, NOON) for visit in problem.visits)
        seen["agreed"] += any(is_committed(visit) and not is_fact(visit, NOON) for visit in problem.visits)
        seen["left out"] += len(result.plan.placed()) < len(problem.visits)
    assert seen["proven"] > 80
    assert min(seen["begun"], seen["agreed"], seen["left out"]) > 15


@pytest.mark.parametrize("room", [60, 400])
def test_little_room_proves_nothing_false(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that where there is no room for all tours, plans are as good or not said to be proved."""
    from linli.matcher.exact import listing

    problems = [_round(seed) for seed in range(30)]
    whole = [solve(problem, _as_planned(problem), PLENTY, 1) for problem in problems]
    monkeypatch.setattr(listing, "LABELS_MOST", room)
    monkeypatch.setattr(listing, "SETS_MOST", room // 4)
    monkeypatch.setattr(proving, "AT_ONCE", 3)
    for problem, expected in zip(problems, whole, strict=True):
        found = solve(problem, _as_planned(problem), PLENTY, 1)
        if found.report.proven and expected.report.proven:
            assert found.objective == expected.objective
