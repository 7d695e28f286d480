"""From chosen columns back to tours."""

from __future__ import annotations

from collections.abc import Sequence

from linli.matcher.exact.choices import Column
from linli.matcher.exact.duty_groups import DutyGroups, alone_of
from linli.matcher.exact.listing import Lister
from linli.matcher.insertion.repair import tour_of
from linli.matcher.route import Tour
from linli.matcher.timetable import Timetable


def carry_out(timetable: Timetable, groups: DutyGroups, lister: Lister, chosen: Sequence[Column]) -> Timetable | None:
    """Return a timetable of chosen tours; among equal crews each keeps the tour most like its own.

    None if there is no room to find the order of a long one.

    Raises
    ------
    EngineFaultError
        If a tour does not hold: then the kernel was wrong.
    """
    by_group: dict[int, list[Column]] = {}
    for column in chosen:
        by_group.setdefault(column.group, []).append(column)
    changed = list[Tour]()
    for group, duties in enumerate(groups.duties):
        mine = _shared_out(timetable, groups, duties, by_group.get(group, []))
        for duty in duties:
            tour = _tour(timetable, lister, duty, mine.get(duty))
            if tour is None:
                return None
            if tour.stops != timetable.tours[duty].stops:
                changed.append(tour)
    return timetable.with_tours(changed)


def _shared_out(
    timetable: Timetable, groups: DutyGroups, duties: tuple[int, ...], columns: list[Column]
) -> dict[int, Column]:
    """Return which duty takes which column."""
    if len(duties) == 1:
        return dict(zip(duties, columns, strict=False))
    shared, left = dict[int, Column](), list(columns)
    now = {duty: frozenset(timetable.tours[duty].stops) for duty in duties}
    made = {column: frozenset(groups.visits[k] for k in column.visits) for column in columns}
    for _, duty, column in sorted((-len(now[duty] & made[one]), duty, one) for duty in duties for one in columns):
        if duty not in shared and column in left:
            shared[duty] = column
            left.remove(column)
    return shared


def _tour(timetable: Timetable, lister: Lister, duty: int, column: Column | None) -> Tour | None:
    """Return the tour of a duty that takes a column, or nothing but what is agreed; the present one if as good."""
    model, now = timetable.model, timetable.tours[duty]
    alone = alone_of(model, now)
    if column is None or alone is None:
        return alone or now
    begun = [visit for visit in now.stops if model.fact[visit]]
    if now.cost - alone.cost == column.cost and sorted(now.stops) == sorted([*begun, *lister.made(column)]):
        return now
    stops = lister.order(column)
    return None if stops is None else tour_of(model, duty, [*begun, *stops])
