"""Days of home care on which lateness has a price, planned by the matcher's search for visits by two."""

from __future__ import annotations

import numpy as np

from linli.matcher.joining.plan_joint import JointDay, JointVisit, plan_joint
from linli.matcher.problem import Plan, Route, Stop
from tests.bench.instances.budget import Budget
from tests.bench.instances.care_day import CareDay, Order, earliest
from tests.bench.instances.instance import Scale

FINE = Scale(100)
"""Finer than our seconds elsewhere: nothing but the order is taken from this search."""


def may_join(day: CareDay) -> bool:
    """Say whether the search fits a day: lateness has a price, hours have no end, and of two it is said who begins."""
    return not day.strict and all(not pair.either for pair in day.pairs)


def solve_joint(day: CareDay, scale: Scale, budget: Budget) -> Plan:
    """Return the best plan found within a budget; its starts follow from its order.

    Raises
    ------
    AssertionError
        If somebody finds no place.
    """
    names = list(day.services)
    found = plan_joint(joint_day(day), budget.part(1.0), 1)
    if found is None:
        raise AssertionError("a visit finds no place")
    order = [(carer, [names[v] for v in mine]) for carer, mine in zip(day.carers, found, strict=True)]
    return _plan(day, order, scale)


def joint_day(day: CareDay) -> JointDay:
    """Return a day of a file as the search has it."""
    numbers = {name: k for k, name in enumerate(day.services)}
    bonds: dict[str, tuple[int, int]] = {}
    for pair in day.pairs:
        bonds[pair.first] = numbers[pair.second], -FINE.time(pair.most)
        bonds[pair.second] = numbers[pair.first], FINE.time(pair.least)
    visits = tuple(
        JointVisit(
            one.row,
            FINE.time(one.duration),
            FINE.time(one.opens),
            FINE.time(one.closes),
            frozenset(k for k, carer in enumerate(day.carers.values()) if one.skill in carer.skills),
            *bonds.get(name, (-1, 0)),
        )
        for name, one in day.services.items()
    )
    ways = np.array([[FINE.time(way) for way in row] for row in day.ways], dtype=np.int64)
    return JointDay(visits, tuple(carer.begin for carer in day.carers.values()), ways)


def _plan(day: CareDay, order: Order, scale: Scale) -> Plan:
    starts = earliest(day, order, {}) or {}
    return Plan(
        tuple(
            Route(
                carer, 0, tuple(_stop(name, starts.get(name, 0.0), day.services[name].duration, scale) for name in mine)
            )
            for carer, mine in order
            if mine
        )
    )


def _stop(name: str, start: float, duration: float, scale: Scale) -> Stop:
    begins = scale.time(start)
    return Stop(name, begins, begins, begins + scale.time(duration))
