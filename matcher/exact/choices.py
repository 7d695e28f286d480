"""What set packing chooses from: columns, and the groups of duties that take them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from linli.matcher.exact.pool import Column, Pool
from linli.matcher.model import Model
from linli.matcher.timetable import Timetable


@dataclass(frozen=True, slots=True)
class Group:
    """Duties that the same columns fit: one, or all the equal crews of a team in a shift."""

    duties: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A day's limit on several duties: the weights of the chosen columns add up to no more."""

    columns: tuple[int, ...]
    weights: tuple[int, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Choices:
    """One packing problem.

    Parameters
    ----------
    columns : tuple of Column
        The tours to choose from.
    groups : tuple of Group
        Each column is in exactly one; a group takes at most as many as it has duties.
    by_visit : tuple of (int, tuple of int)
        Every visit that occurs, in order, with the columns it is on.
    held : frozenset of int
        The visits that must be on exactly one chosen column; the others on at most one.
    present : frozenset of int
        The columns chosen now.
    shared : tuple of Shared
        What several duties of one team may do together on a day.
    """

    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    by_visit: tuple[tuple[int, tuple[int, ...]], ...]
    held: frozenset[int]
    present: frozenset[int]
    shared: tuple[Shared, ...] = ()


def choices_from(timetable: Timetable, pool: Pool) -> Choices:
    """Return the packing problem of a pool, the present tours included."""
    for tour in timetable.tours:
        pool.see(tour, always=True)
    model = timetable.model
    columns, groups = _grouped(model, pool.columns())
    by_visit: dict[int, list[int]] = {}
    for j, column in enumerate(columns):
        for visit in column.stops:
            by_visit.setdefault(visit, []).append(j)
    return Choices(
        tuple(columns),
        tuple(groups),
        tuple((visit, tuple(by_visit[visit])) for visit in sorted(by_visit)),
        frozenset(v for v in by_visit if model.held[v] and timetable.where[v] >= 0),
        _present(timetable, columns, groups),
        tuple(_shared(model, columns)),
    )


def _shared(model: Model, columns: list[Column]) -> Iterator[Shared]:
    """Yield the limits of every day that duties share."""
    for first, group in model.days.items():
        if first != group[0]:
            continue
        mine = tuple(j for j, column in enumerate(columns) if column.duty in group)
        team = model.teams[model.duties[first].team]
        if team.max_visits_per_day is not None:
            yield Shared(mine, tuple(len(columns[j].stops) for j in mine), team.max_visits_per_day)
        if team.max_work_per_day is not None:
            work = tuple(sum(model.duration[v] for v in columns[j].stops) for j in mine)
            yield Shared(mine, work, team.max_work_per_day)


def _grouped(model: Model, columns: list[Column]) -> tuple[list[Column], list[Group]]:
    """Join the columns of equal crews, so that which of them takes which tour is no choice to be searched."""
    by_shift: dict[tuple[int, int], list[Column]] = {}
    for column in columns:
        duty = model.duties[column.duty]
        by_shift.setdefault((duty.team, duty.shift), []).append(column)
    joined: list[Column] = []
    groups: list[Group] = []
    for (team, shift), mine in sorted(by_shift.items()):
        duties = [d for d in model.duties_of_team[team] if model.duties[d].shift == shift]
        for which, part in _parts(model, duties, mine):
            groups.append(Group(which, tuple(range(len(joined), len(joined) + len(part)))))
            joined += part
    return joined, groups


def _parts(model: Model, duties: list[int], columns: list[Column]) -> list[tuple[tuple[int, ...], list[Column]]]:
    """Return one part for all crews of a shift if they are equal, else one for each."""
    if len(duties) > 1 and _alike(model, duties, columns):
        pool = Pool(len(columns))
        for column in columns:
            pool.add(column._replace(duty=duties[0]))
        return [(tuple(duties), pool.columns())]
    return [((d,), [column for column in columns if column.duty == d]) for d in duties]


def _alike(model: Model, duties: list[int], columns: list[Column]) -> bool:
    """Say whether every visit of the columns fits all the duties in the same way."""
    for visit in sorted({visit for column in columns for visit in column.stops}):
        windows = {None if fit is None else fit.windows for fit in (model.fit(visit, duty) for duty in duties)}
        if len(windows) > 1 or None in windows:
            return False
    return True


def _present(timetable: Timetable, columns: list[Column], groups: list[Group]) -> frozenset[int]:
    present: set[int] = set()
    for group in groups:
        known = {frozenset(columns[j].stops): j for j in group.columns}
        tours = (frozenset(timetable.tours[duty].stops) for duty in group.duties)
        present.update(known[stops] for stops in tours if stops)
    return frozenset(present)
