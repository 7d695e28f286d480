"""From yesterday's plan to a feasible start: keep what still holds, drop what does not, then insert what is missing.

The world moves between rounds: requests are cancelled, teams fall ill, the clock runs. What was promised comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from linli.matcher.duties import Fit
from linli.matcher.engine_fault import EngineFaultError
from linli.matcher.insertion import compiled_insertion
from linli.matcher.insertion.carry_over import take_over
from linli.matcher.insertion.insertion import NEVER, best_in_tour, fit_of_stop, place
from linli.matcher.model import Model
from linli.matcher.problem import Plan
from linli.matcher.route import Tour
from linli.matcher.timetable import Timetable

Wanted = tuple[int, Fit]

Rank = tuple[bool, bool, bool, bool, int]
"""A visit's precedence, the most binding first."""

Key = tuple[Rank, int, str]
"""By what visits are ordered for insertion: precedence, choice, id."""


def rank(model: Model, visit: int) -> Rank:
    """Return a visit's precedence, the most binding first: begun, committed, offered, promised, then level."""
    wanted = model.visits[visit]
    return not model.fact[visit], not model.fixed[visit], wanted.pin is None, not wanted.promised, model.level[visit]


def repair(model: Model, plan: Plan) -> tuple[Timetable, tuple[int, ...]]:
    """Read a plan made for an earlier problem; return what still holds of it and the visits that had to leave it."""
    timetable = Timetable(model)
    wanted: dict[int, list[Wanted]] = {}
    placed: set[int] = set()
    dropped: list[int] = []
    for route in plan.routes:
        if take_over(timetable, route, placed):
            continue
        for stop in route.stops:
            visit, fit = model.visit_index.get(stop.visit, -1), fit_of_stop(model, route, stop)
            if visit >= 0 and fit is not None and visit not in placed:
                placed.add(visit)
                wanted.setdefault(fit.duty, []).append((visit, fit))
            elif visit >= 0:
                dropped.append(visit)
    for duty in sorted(wanted):
        kept, left = _rebuild(timetable.tours[duty].bare(), wanted[duty])
        timetable.set_tour(kept)
        dropped += left
    return timetable, tuple(dropped)


def _rebuild(bare: Tour, wanted: list[Wanted]) -> tuple[Tour, list[int]]:
    """Return a bare tour with as many of the stops as still hold in this order, and those that do not."""
    model, tour = bare.model, bare.bare()
    if tour.lay(wanted):
        return tour, []
    tour = bare
    places = {visit: k for k, (visit, _) in enumerate(wanted)}
    left: list[int] = []
    for visit, fit in sorted(wanted, key=lambda one: (rank(model, one[0]), places[one[0]])):
        position = sum(places[other] < places[visit] for other in tour.stops)
        if not tour.put(position, visit, fit):
            tour.take(position)
            left.append(visit)
    return tour, left


def tour_of(model: Model, duty: int, stops: Sequence[int]) -> Tour:
    """Return the tour of a duty with these stops in this order.

    Raises
    ------
    EngineFaultError
        If it is not feasible: then whoever made the tour was wrong.
    """
    tour = Tour(model, duty)
    wanted = [(visit, fit) for visit in stops if (fit := model.fit(visit, duty)) is not None]
    if len(wanted) < len(stops) or not tour.lay(wanted):
        raise EngineFaultError(f"a tour made for duty {duty} cannot be driven")
    return tour


def insertion_order(timetable: Timetable, visits: list[int], known: dict[int, Key] | None = None) -> list[int]:
    """Order visits for insertion: by precedence, then by how little choice of time and crew they leave.

    Nothing of that depends on what stands where, so `known` keeps it from one call to the next.
    """
    if len(visits) < 2:
        return visits[:]
    known = {} if known is None else known
    for visit in visits:
        if visit not in known:
            model = timetable.model
            known[visit] = rank(model, visit), choice_of(timetable, visit), model.visits[visit].id
    return sorted(visits, key=known.__getitem__)


def choice_of(timetable: Timetable, visit: int) -> int:
    """Return how much choice of time and crew a visit leaves: minutes of start, over all crews that may go."""
    found = compiled_insertion.choice(timetable, visit)
    return choice_plainly(timetable.model, visit) if found is None else found


def choice_plainly(model: Model, visit: int) -> int:
    """Return what `choice_of` returns, in plain Python."""
    return sum(1 + (hi - lo) // 60 for fit in model.fits(visit) for lo, hi in fit.windows)


def insert_all(timetable: Timetable, visits: list[int], until: Callable[[], bool] | None = None) -> int:
    """Insert what can be inserted, in a good order; make room for what is held; return how many were placed.

    Parameters
    ----------
    timetable : Timetable
        Changed in place.
    visits : list of int
        Without a place.
    until : callable or None
        Asked before every visit but those held, which come first: when it says so, the others stay without a place.
    """
    model = timetable.model
    known = dict[int, Key]()
    queue = insertion_order(timetable, visits, known)
    inserted = 0
    while queue:
        visit = queue.pop(0)
        if until is not None and not model.held[visit] and until():
            break
        if _place_committed(timetable, visit) or place(timetable, visit) is not None:
            inserted += 1
        elif model.held[visit]:
            ejected = make_room(timetable, visit)
            inserted += ejected is not None
            if ejected:
                queue = insertion_order(timetable, queue + ejected, known)
    return inserted


def _place_committed(timetable: Timetable, visit: int) -> bool:
    """Put a visit with a fixed start where its time puts it, history first of all."""
    model = timetable.model
    if not model.fact[visit]:
        return False
    for fit in model.fits(visit):
        begins = fit.windows[0][0]
        position = sum(start < begins for start in timetable.tours[fit.duty].start)
        if timetable.put(visit, fit, position):
            return True
    return False


def make_room(timetable: Timetable, visit: int) -> list[int] | None:
    """Place a visit where only visits of lower precedence are in the way; return those put out, or None if it fails.

    Of all duties the one is chosen that loses the least, the highest levels first, and among these the cheapest.
    """
    best: tuple[tuple[object, ...], Tour, list[int]] | None = None
    for fit in timetable.model.fits(visit):
        trial = _trial(timetable.tours[fit.duty], visit, fit)
        if trial is None:
            continue
        tour, ejected = trial
        lost = tuple(sorted(timetable.model.level[v] for v in ejected))
        score = (len(lost), lost, tour.cost, fit.duty)
        if best is None or score < best[0]:
            best = score, tour, ejected
    if best is None:
        return None
    timetable.set_tour(best[1])
    return best[2]


def _trial(tour: Tour, visit: int, fit: Fit) -> tuple[Tour, list[int]] | None:
    """Return the tour with the visit and as many of its lesser stops as go beside it, and those that do not."""
    model = tour.model
    mine = _precedence(model, visit)
    bare = tour.bare()
    lesser: list[Wanted] = []
    for k, other in enumerate(tour.stops):
        kept = Fit(tour.duty, tour.windows[k], tour.prices[k])
        if _precedence(model, other) > mine:
            lesser.append((other, kept))
        elif not bare.put(len(bare.stops), other, kept):
            return None
    if not _add(bare, visit, fit):
        return None
    lesser.sort(key=lambda one: rank(model, one[0]))
    return bare, [other for other, kept in lesser if not _add(bare, other, kept)]


def _precedence(model: Model, visit: int) -> tuple[bool, int]:
    """Return what may put out what: held before free, then the level among the free, but never one held the other."""
    return (False, 0) if model.held[visit] else (True, model.level[visit])


def _add(tour: Tour, visit: int, fit: Fit) -> bool:
    cost, position = best_in_tour(tour, visit, fit)
    if cost >= NEVER or position < 0:
        return False
    return tour.put(position, visit, fit)
