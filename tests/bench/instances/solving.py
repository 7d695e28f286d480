"""Solves a public instance: at once, as it becomes known, or in two steps where two must come together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from linli.matcher.checker import check
from linli.matcher.problem import Pin, Plan, Problem
from linli.matcher.solve import Limits, solve
from tests.bench.instances.home_care import both_fixed, first_alone
from tests.bench.instances.instance import Instance


def plan_of(instance: Instance, path: Path, work: int) -> Plan:
    """Return a plan that our checker accepts, with so much work in all; what has to be struck is struck.

    Raises
    ------
    AssertionError
        If the checker finds a broken rule.
    """
    if "two at once" in instance.unsaid:
        plan = _in_two_steps(instance, path, work)
    elif instance.released is not None:
        plan = _as_it_comes(instance, work)
    else:
        plan = solve(instance.problem, Plan(), Limits(work), 1).plan
        _must_hold(instance.problem, plan)
    return without(plan, instance.strike(plan))


def _must_hold(problem: Problem, plan: Plan) -> None:
    broken = check(problem, plan)
    if broken:
        raise AssertionError(f"a plan that breaks {broken[0].rule}")


def without(plan: Plan, struck: frozenset[str]) -> Plan:
    """Return a plan without some visits; the others keep their times."""
    if not struck:
        return plan
    kept = (replace(one, stops=tuple(s for s in one.stops if s.visit not in struck)) for one in plan.routes)
    return Plan(tuple(route for route in kept if route.stops))


def _in_two_steps(instance: Instance, path: Path, work: int) -> Plan:
    alone = first_alone(path, instance.problem)
    first = solve(alone, Plan(), Limits(work // 2), 1).plan
    both = both_fixed(path, instance.problem, first)
    plan = solve(both, first, Limits(work // 2), 1).plan
    _must_hold(both, plan)
    return plan


def _as_it_comes(instance: Instance, work: int) -> Plan:
    """Plan anew whenever a visit becomes known; whoever has set out by then goes there."""
    released = instance.released or {}
    moments = sorted({0, *released.values()})
    plan = Plan()
    for now in moments:
        pins, wanted = _set_out(instance.problem, plan, now), instance.problem.visits
        known = tuple(replace(v, pin=pins.get(v.id)) for v in wanted if released.get(v.id, 0) <= now)
        problem = replace(instance.problem, now=now, visits=known)
        plan = solve(problem, plan, Limits(max(1_000, work // len(moments))), 1).plan
        _must_hold(problem, plan)
    return plan


def _set_out(problem: Problem, plan: Plan, now: int) -> dict[str, Pin]:
    """Return who has set out for whom: as late as it goes, nobody knowing what will come."""
    place = {visit.id: visit.place for visit in problem.visits}
    pins: dict[str, Pin] = {}
    for route in plan.routes:
        at = next(team.base for team in problem.teams if team.id == route.team)
        for stop in route.stops:
            way, at = problem.travel.between(at, place[stop.visit])[0], place[stop.visit]
            if stop.start - way <= now:
                pins[stop.visit] = Pin(route.team, route.crew, stop.start)
    return pins
