"""Where a crew would make a visit only on its way from, or to, another one: the pair rules refuse it such a visit.

They judge by the direct ways. Where a detour over another visit is quicker, its service reckoned, or where a crew is
out already for what is agreed, a plan could hold what they refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.matcher.clearances import FOREVER
from linli.matcher.duties import first_start, last_start
from linli.matcher.fetching import shifted
from linli.matcher.kernels.layout import Longs
from linli.matcher.model import Model
from linli.matcher.problem import Window
from linli.matcher.rules import first_violation, starts_of
from linli.matcher.table import PairTable
from linli.matcher.timetable import Timetable

Flags = npt.NDArray[np.bool_]


class _Ways(NamedTuple):
    """When a crew of each duty reaches each visit at the soonest, and its seconds home from there: (visits, duties)."""

    there: Longs
    home: Longs


def detours_might_do(timetable: Timetable, table: PairTable) -> bool:
    """Say whether a crew could make a visit that is refused it for its times alone, beside others.

    Parameters
    ----------
    timetable : Timetable
        The present tours; what is agreed on them counts.
    table : PairTable
        Where the visits that may move fit.

    Notes
    -----
    Limits of a crew's day and whether what lies before and after a visit goes together are not looked at: so it is
    rather said too often.
    """
    model = timetable.model
    coming = [v for v, has_begun in enumerate(model.fact) if not has_begun]
    duties = _unlike(timetable)
    if all(model.fixed[v] for v in coming) or not duties:
        return False
    fits = np.zeros((len(model.visits), len(model.duties)), np.bool_)
    fits[table.visit, table.duty] = True
    fits[model.fixed] = True
    fits = fits[np.ix_(coming, duties)]
    direct = _from_bases(model, coming, duties)
    in_time = _judge(model, coming, duties)
    refused = ~fits & ~in_time(direct)
    between = _from_each_to_the_end_of_each(model, coming)
    start = _Ways(np.minimum(direct.there, _from_what_is_agreed(timetable, coming, duties)), direct.home)
    if refused.any():
        refused &= in_time(_over_the_best_other(model, coming, start, between))
    if refused.any():
        refused &= in_time(_over_any_others(model, coming, start, between, np.flatnonzero(refused.any(axis=0))))
    for d in np.flatnonzero(refused.any(axis=0)).tolist():
        on_duty = [
            timetable.where[v] == duties[d] if model.fixed[v] else bool(fits[k, d]) for k, v in enumerate(coming)
        ]
        able = np.flatnonzero(refused[:, d] | np.array(on_duty, dtype=np.bool_))
        mine, visits = _Ways(start.there[able, d], start.home[able, d]), [coming[k] for k in able.tolist()]
        made = _made_over_others(model, visits, mine, between[np.ix_(able, able)], duties[d])
        hidden: list[int] = able[made & refused[able, d]].tolist()
        if any(_is_refused_for_times(model, coming[k], duties[d]) for k in hidden):
            return True
    return False


def _unlike(timetable: Timetable) -> list[int]:
    """Return the duties that are not over, of equal crews the first one, and those on which something is fixed."""
    model = timetable.model
    named = {timetable.where[v] for v, is_fixed in enumerate(model.fixed) if is_fixed}
    return [d for d, duty in enumerate(model.duties) if duty.closes >= model.now and (duty.crew == 0 or d in named)]


def _is_refused_for_times(model: Model, visit: int, duty: int) -> bool:
    broken = first_violation(model.problem, model.visits[visit], model.teams[model.duties[duty].team])
    return broken is not None and broken.rule == "time_window"


def _from_bases(model: Model, coming: list[int], duties: list[int]) -> _Ways:
    """Return when crews reach visits from their bases, directly, and their ways home."""
    team = [model.duties[d].team for d in duties]
    leave = np.array([max(model.duties[d].opens, model.now) for d in duties], dtype=np.int64)
    there = model.ways(model.base, [model.entry[v] for v in coming]).T[:, team]
    return _Ways(there + leave, model.ways([model.place[v] for v in coming], model.base)[:, team])


def _from_what_is_agreed(timetable: Timetable, coming: list[int], duties: list[int]) -> Longs:
    """Return when crews reach visits from what has begun or is agreed, each directly from there."""
    model = timetable.model
    there = np.full((len(coming), len(duties)), FOREVER, np.int64)
    tours = [(d, timetable.tours[duty]) for d, duty in enumerate(duties) if duty in timetable.tours.laid_out()]
    left = [(d, tour.leave[k + 1], v) for d, tour in tours for k, v in enumerate(tour.stops) if model.fixed[v]]
    ways = model.ways([model.place[v] for *_, v in left], [model.entry[v] for v in coming])
    for (d, leave, _), way in zip(left, ways, strict=True):
        there[:, d] = np.minimum(there[:, d], leave + way)
    return there


def _from_each_to_the_end_of_each(model: Model, coming: list[int]) -> Longs:
    """Return seconds from leaving a visit to the end of another one; never from one to itself."""
    ways = model.ways([model.place[v] for v in coming], [model.entry[v] for v in coming])
    ways = ways + np.array([model.duration[v] for v in coming], dtype=np.int64)
    np.fill_diagonal(ways, FOREVER)
    return ways


def _over_the_best_other(model: Model, coming: list[int], start: _Ways, between: Longs) -> _Ways:
    """Return what no way over others beats: the one reached first, and from there the nearest."""
    duration = np.array([model.duration[v] for v in coming], dtype=np.int64)[:, None]
    there = (start.there + duration).min(axis=0) + (between - duration.T).min(axis=0)[:, None]
    home = between.min(axis=1)[:, None] + start.home.min(axis=0)
    return _Ways(np.minimum(start.there, there), np.minimum(start.home, home))


def _over_any_others(model: Model, coming: list[int], start: _Ways, between: Longs, some: Longs) -> _Ways:
    """Return the ways of some duties over any others, whoever may make them and whenever (Floyd and Warshall)."""
    duration = np.array([model.duration[v] for v in coming], dtype=np.int64)
    ends, there, home = between.copy(), start.there[:, some], start.home[:, some]
    for over in range(len(coming)):
        np.minimum(ends, ends[:, over, None] + ends[over], out=ends)
    for over in range(len(coming)):
        reached = start.there[over, some] + duration[over]
        np.minimum(there, reached + (ends[over] - duration)[:, None], out=there)
        np.minimum(home, ends[:, over, None] + start.home[over, some], out=home)
    found = _Ways(start.there.copy(), start.home.copy())
    found.there[:, some], found.home[:, some] = there, home
    return found


def _made_over_others(model: Model, visits: list[int], start: _Ways, between: Longs, duty: int) -> Flags:
    """Return which of the visits that a crew may be able to make it can make, over any others of them in their windows.

    A visit may be passed twice, which only lets more pass.
    """
    windows = [shifted(starts_of(model.problem, model.visits[v]), model.lead[v]) for v in visits]
    duration = np.array([model.duration[v] for v in visits], dtype=np.int64)
    ways, there, latest = between - duration, start.there, model.duties[duty].closes - start.home
    for _ in visits:
        before = there, latest
        ends = _each(first_start, windows, there, FOREVER) + duration
        there = np.minimum(there, (ends[:, None] + ways).min(axis=0))
        begins = _each(last_start, windows, latest - duration, -FOREVER)
        latest = np.maximum(latest, (begins - ways).max(axis=1))
        if np.array_equal(before, (there, latest)):
            break
    clear = _clear_until(model, visits, [duty])[:, 0]
    return _each(first_start, windows, there, FOREVER) + duration <= np.minimum(latest, clear)


def _each(
    when: Callable[[tuple[Window, ...], int], int], windows: list[tuple[Window, ...]], times: Longs, never: int
) -> Longs:
    """Return for each visit's windows the start that is found by its time."""
    found = [when(mine, time) for mine, time in zip(windows, times.tolist(), strict=True)]
    return np.array([never if start == -1 else start for start in found], dtype=np.int64)


def _judge(model: Model, coming: list[int], duties: list[int]) -> Callable[[_Ways], Flags]:
    """Return what says which visits a crew of each duty can begin in some window and be home from in its shift."""
    owner = [(k, span) for k, v in enumerate(coming) for span in starts_of(model.problem, model.visits[v])]
    of = np.array([k for k, _ in owner], dtype=np.int64)
    lead = np.array([model.lead[coming[k]] for k, _ in owner], dtype=np.int64)
    spans = np.array([span for _, span in owner], dtype=np.int64).reshape(-1, 2) - lead[:, None]
    duration = np.array([model.duration[v] for v in coming], dtype=np.int64)[:, None]
    closes = np.array([model.duties[d].closes for d in duties], dtype=np.int64)
    until, begins = _clear_until(model, coming, duties), np.flatnonzero(np.diff(of, prepend=-1))

    def in_time(ways: _Ways) -> Flags:
        last = np.minimum(closes - ways.home, until) - duration
        found = np.zeros(last.shape, np.bool_)
        if owner:
            flags = np.maximum(ways.there[of], spans[:, :1]) <= np.minimum(last[of], spans[:, 1:])
            found[of[begins]] = np.logical_or.reduceat(flags, begins)
        return found

    return in_time


def _clear_until(model: Model, coming: list[int], duties: list[int]) -> Longs:
    """Return by when a visit has to be over for those of each duty to be clear; for ever also where they never are."""
    until = np.full((len(coming), len(duties)), FOREVER, np.int64)
    team_of = np.array([model.duties[d].team for d in duties], dtype=np.int64)
    for k, v in enumerate(coming):
        visit = model.visits[v]
        if visit.safeguarding is not None or visit.gender is not None:
            known = model.roster.cleared.get((visit.safeguarding, visit.gender))
            teams = known[0] if known else np.array([model.cleared_until(visit, team) for team in model.teams])
            until[k] = np.where(teams == 0, FOREVER, teams)[team_of]
    return until
