"""The checker: what a plan must satisfy, recomputed from the definitions and from nothing a solver made.

It is the specification. It runs on every plan, in production as in tests, and names rule, team, visit and amount.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from linli.matcher.check_days import check_days
from linli.matcher.check_together import check_together
from linli.matcher.objective import MOVE_TOLERANCE
from linli.matcher.problem import (
    DECLINED,
    EXCLUDED,
    Member,
    Place,
    Plan,
    Problem,
    Route,
    Stop,
    Team,
    Visit,
    Window,
)
from linli.matcher.rules import Violation


@dataclass(frozen=True, slots=True)
class _Placed:
    """A stop with its visit, team and crew."""

    stop: Stop
    visit: Visit
    team: Team
    crew: int

    def broken(self, rule: str, amount: int, unit: str) -> Violation:
        return Violation(rule, self.team.id, self.visit.id, amount, unit)


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Return every hard rule the plan breaks; an empty list means that it may be carried out.

    Notes
    -----
    A visit that had begun before now is history: it is only checked to stand where it is pinned, and once. A route of
    which every stop, every visit and the team are the very same as when it was last judged good, its crew not yet on
    duty, is not judged again; nothing in it can have changed.
    """
    visits = {visit.id: visit for visit in problem.visits}
    teams = {team.id: team for team in problem.teams}
    found = list(_names(plan, visits, teams))
    guarded: list[_Placed] = []
    for route in plan.routes:
        if route.team in teams:
            stops = [
                _Placed(s, visits[s.visit], teams[route.team], route.crew) for s in route.stops if s.visit in visits
            ]
            found += _judged(problem, route, teams[route.team], stops)
            guarded += (one for one in stops if one.visit.safeguarding is not None)
    days = list(check_days(problem, plan, visits, teams))
    return found + list(_shared_adults(problem, guarded)) + days + list(check_together(plan, visits))


def _judged(problem: Problem, route: Route, team: Team, stops: list[_Placed]) -> list[Violation]:
    """Judge one route; the very same one is not judged again before its crew's first shift begins."""
    known = None
    if problem.memory is not None and len(stops) == len(route.stops):
        known = problem.memory.route(route, tuple(one.visit for one in stops), team)
        if problem.now <= known.good_until:
            return []
    found = [*_route(problem, route, team, stops), *(broken for one in stops for broken in _stop(problem, one))]
    shifts = [_shift(team, one.stop.start) for one in stops]
    if known is not None and not found:
        known.good_until = min((shift[0] for shift in shifts if shift is not None), default=-1)
    return found


def check_promises(problem: Problem, before: Plan, after: Plan, broken: tuple[str, ...]) -> list[Violation]:
    """Return every promised or pinned visit that was placed before, is not now, and is not reported as broken."""
    kept, reported = after.placed(), frozenset(broken)
    held = {visit.id for visit in problem.visits if visit.promised or visit.pin is not None}
    return [
        Violation("promise", route.team, stop.visit, 1, "visits")
        for route in before.routes
        for stop in route.stops
        if stop.visit in held and stop.visit not in kept and stop.visit not in reported
    ]


MOVED_PERCENT = 5
"""Of all visits for which a team was asked, so many per cent may be moved by one new plan."""


def check_moves(problem: Problem, before: Plan, after: Plan) -> list[Violation]:
    """Return whether the new plan moves too many of the visits that teams were asked for; committed ones not a second.

    Moved is a visit that has another team, or begins later than `MOVE_TOLERANCE` after what was told. Nothing is said
    of visits that have no place any more: see `check_promises`; nor of those that people moved since the plan before,
    by another answer or by hand: where such a visit is pinned now, it was not.

    Notes
    -----
    The desk pins team, crew and start of every visit that was offered, so no plan of its can move one. The rule judges
    that, and problems that pin less.
    """
    asked = {visit.id: visit for visit in problem.visits if visit.pin is not None or visit.told is not None}
    was = {stop.visit: (route.team, stop.start) for route in before.routes for stop in route.stops}
    now = {stop.visit: (route.team, stop.start) for route in after.routes for stop in route.stops}
    both = [name for name in asked if name in was and name in now and not _begun(problem, asked[name])]
    both = [name for name in both if _as_pinned(asked[name], was[name])]
    moved = [name for name in both if _moved(asked[name], was[name], now[name])]
    committed = [name for name in moved if _committed(asked[name])]
    over = len(moved) - len(both) * MOVED_PERCENT // 100
    found = [Violation("pinned", now[name][0], name, 1, "choice") for name in committed]
    return found + ([Violation("moves", "", "", over, "visits")] if over > 0 else [])


def _as_pinned(visit: Visit, was: tuple[str, int]) -> bool:
    """Say whether a visit stood where its pin has it now."""
    pin = visit.pin
    return pin is None or (pin.team in (None, was[0]) and pin.start in (None, was[1]))


def _moved(visit: Visit, was: tuple[str, int], now: tuple[str, int]) -> bool:
    told = was[1] if visit.told is None else visit.told
    return was[0] != now[0] or now[1] > told + MOVE_TOLERANCE


def _names(plan: Plan, visits: dict[str, Visit], teams: dict[str, Team]) -> Iterator[Violation]:
    """Check for only known names, every visit once, every crew one route."""
    seen: set[str] = set()
    crews: set[tuple[str, int]] = set()
    for route in plan.routes:
        if route.team not in teams:
            yield Violation("known", route.team, "", 1, "choice")
        if (route.team, route.crew) in crews:
            yield Violation("crew_capacity", route.team, "", 1, "crews")
        crews.add((route.team, route.crew))
        for stop in route.stops:
            if stop.visit not in visits:
                yield Violation("known", route.team, stop.visit, 1, "choice")
            if stop.visit in seen:
                yield Violation("once", route.team, stop.visit, 1, "visits")
            seen.add(stop.visit)


def _begun(problem: Problem, visit: Visit) -> bool:
    return _committed(visit) and visit.pin is not None and (visit.pin.start or 0) <= problem.now


def _committed(visit: Visit) -> bool:
    return visit.pin is not None and visit.pin.team is not None and visit.pin.start is not None


def _stop(problem: Problem, one: _Placed) -> Iterator[Violation]:
    """Everything that concerns one stop alone."""
    yield from _pinned(one)
    if _begun(problem, one.visit):
        return
    yield from _choices(one)
    yield from _skills(one)
    yield from _people(one)
    yield from _way(problem, one)
    yield from _window(one)


def _pinned(one: _Placed) -> Iterator[Violation]:
    pin = one.visit.pin
    if pin is None:
        return
    if pin.team not in (None, one.team.id) or (pin.crew is not None and pin.crew != one.crew):
        yield one.broken("pinned", 1, "choice")
    if pin.start is not None and pin.start != one.stop.start:
        yield one.broken("pinned", abs(pin.start - one.stop.start), "seconds")


def _choices(one: _Placed) -> Iterator[Violation]:
    visit, team = one.visit, one.team
    if not team.active or team.crews < 1:
        yield one.broken("inactive_team", 1, "crews")
    if visit.kinds and team.kind not in visit.kinds:
        yield one.broken("team_kind", 1, "choice")
    reasons = {reason for name, reason in visit.barred_teams if name == team.id}
    if DECLINED in reasons:
        yield one.broken("declined", 1, "choice")
    late = visit.not_yet
    if late is not None and team.id in late.bound and team.id not in late.asked:
        yield one.broken("pool", 1, "choice")
    until = team.asked_enough_until
    asked = visit.pin is not None and visit.pin.team is not None
    if until is not None and not asked and visit.urgency > 0 and any(lo <= until for lo, _ in visit.windows):
        yield one.broken("asked_enough", 1, "choice")
    if EXCLUDED in reasons or (visit.household is not None and visit.household in team.excluded_households):
        yield one.broken("excluded", 1, "choice")
    if visit.language is not None and visit.language not in team.languages:
        yield one.broken("language", 1, "choice")


def _skills(one: _Placed) -> Iterator[Violation]:
    held, levels = dict(one.team.skills), dict(one.team.skill_levels)
    missing = [
        need
        for need in one.visit.needs
        if need.skill not in held
        or levels.get(need.skill, 1) < need.level
        or (need.qualification is not None and need.qualification not in held[need.skill])
    ]
    if missing:
        yield one.broken("skill", len(missing), "skills")


def _may_go(visit: Visit, member: Member, until: int) -> bool:
    """Say whether the member is an adult and every clearance asked for is valid to the end of service."""
    asked = visit.safeguarding
    vetted = asked is None or not asked.vetted or (member.vetted_until is not None and member.vetted_until >= until)
    insured = asked is None or not asked.insured or (member.insured_until is not None and member.insured_until >= until)
    return member.adult and vetted and insured


def _people(one: _Placed) -> Iterator[Violation]:
    visit = one.visit
    if visit.safeguarding is None and visit.gender is None:
        return
    able = [member for member in one.team.members if _may_go(visit, member, one.stop.end)]
    if visit.safeguarding is not None:
        if not visit.safeguarding.consent:
            yield one.broken("safeguarding", 1, "choice")
        if len(able) < visit.safeguarding.adults:
            yield one.broken("safeguarding", visit.safeguarding.adults - len(able), "members")
    if visit.gender is not None and all(member.gender != visit.gender for member in able):
        yield one.broken("gender", 1, "members")


def _way(problem: Problem, one: _Placed) -> Iterator[Violation]:
    for limit in (one.visit.travel_limit, one.team.travel_limit):
        if limit is None:
            continue
        seconds, metres = problem.travel.between(one.team.base, one.visit.place)
        if limit.seconds is not None and seconds > limit.seconds:
            yield one.broken("travel_limit", seconds - limit.seconds, "seconds")
        if limit.metres is not None and metres > limit.metres:
            yield one.broken("travel_limit", metres - limit.metres, "metres")


def _outside(windows: tuple[Window, ...], time: int) -> int:
    """Return by how many seconds a time misses the nearest window; the whole time where there is none."""
    return min((max(lo - time, time - hi, 0) for lo, hi in windows), default=time)


def _window(one: _Placed) -> Iterator[Violation]:
    missed = _outside(one.visit.windows, one.stop.start)
    if missed > 0:
        yield one.broken("time_window", missed, "seconds")
    if one.stop.end != one.stop.start + one.visit.duration:
        yield one.broken("crew_capacity", abs(one.stop.end - one.stop.start - one.visit.duration), "seconds")


def _shift(team: Team, time: int) -> Window | None:
    return next(((lo, hi) for lo, hi in team.shifts if lo <= time <= hi), None)


def _route(problem: Problem, route: Route, team: Team, stops: list[_Placed]) -> Iterator[Violation]:
    """Everything that concerns one crew's stops in a row."""
    if not 0 <= route.crew < team.crews:
        yield Violation("crew_capacity", team.id, "", max(1, route.crew - team.crews + 1), "crews")
    shifts = [_shift(team, one.stop.start) for one in stops]
    for k, one in enumerate(stops):
        if not _begun(problem, one.visit):
            before = stops[k - 1] if k > 0 and (shifts[k - 1] == shifts[k] or shifts[k] is None) else None
            yield from _arrival(problem, one, before, shifts[k])
            last = k + 1 == len(stops) or shifts[k + 1] != shifts[k]
            yield from _end(problem, one, shifts[k], last=last)
    if team.max_visits_per_shift is not None:
        for shift in dict.fromkeys(s for s in shifts if s is not None):
            over = shifts.count(shift) - team.max_visits_per_shift
            if over > 0 and not _all_agreed(stops, shifts, shift):
                yield Violation("crew_capacity", team.id, "", over, "stops")
    yield from _on_the_way(problem, team, stops, shifts)


def _all_agreed(stops: list[_Placed], shifts: list[Window | None], shift: Window) -> bool:
    """Say whether team and start of all stops in a shift are fixed: a limit lowered later takes none of them back."""
    return all(_committed(one.visit) for one, its in zip(stops, shifts, strict=True) if its == shift)


def _on_the_way(problem: Problem, team: Team, stops: list[_Placed], shifts: list[Window | None]) -> Iterator[Violation]:
    """Check that a crew is on the way no longer, and goes no farther, than it may in a shift."""
    if team.max_travel_per_shift is None and team.max_metres_per_shift is None:
        return
    for shift in dict.fromkeys(s for s in shifts if s is not None):
        if _all_agreed(stops, shifts, shift):
            continue
        places = [team.base]
        for one, its in zip(stops, shifts, strict=True):
            if its == shift:
                fetch = one.visit.fetch
                places += [one.visit.place] if fetch is None else [fetch.place, one.visit.place]
        ways = [problem.travel.between(a, b) for a, b in pairwise([*places, team.base])]
        seconds, metres = sum(way[0] for way in ways), sum(way[1] for way in ways)
        if team.max_travel_per_shift is not None and seconds > team.max_travel_per_shift:
            yield Violation("shift_travel", team.id, "", seconds - team.max_travel_per_shift, "seconds")
        if team.max_metres_per_shift is not None and metres > team.max_metres_per_shift:
            yield Violation("shift_metres", team.id, "", metres - team.max_metres_per_shift, "metres")


def _arrival(problem: Problem, one: _Placed, before: _Placed | None, shift: Window | None) -> Iterator[Violation]:
    """Check that the crew can be there when service starts, coming from the stop before, or from its base."""
    if before is not None:
        free, at = before.stop.end, before.visit.place
    else:
        free, at = (one.stop.start if shift is None else shift[0]), one.team.base
    leave = free if _committed(one.visit) else max(free, problem.now)
    if one.visit.fetch is not None:
        yield from _fetched(problem, one, leave, at)
        return
    earliest = leave + problem.travel.between(at, one.visit.place)[0]
    if one.stop.arrival < earliest:
        yield one.broken("crew_capacity", earliest - one.stop.arrival, "seconds")
    if one.stop.start < one.stop.arrival:
        yield one.broken("crew_capacity", one.stop.arrival - one.stop.start, "seconds")


def _fetched(problem: Problem, one: _Placed, leave: int, at: Place) -> Iterator[Violation]:
    """Check that the crew can fetch what it brings, there in time and within the hours, and then be at the visit."""
    fetch, begins = one.visit.fetch, one.stop.fetch
    if fetch is None or begins is None:
        yield one.broken("fetch", 1, "visits")
        return
    there = leave + problem.travel.between(at, fetch.place)[0]
    if begins < there:
        yield one.broken("crew_capacity", there - begins, "seconds")
    missed = _outside(fetch.windows, begins) if fetch.windows else 0
    if missed > 0:
        yield one.broken("fetch", missed, "seconds")
    brought = begins + fetch.duration + problem.travel.between(fetch.place, one.visit.place)[0]
    if one.stop.arrival < brought:
        yield one.broken("fetch", brought - one.stop.arrival, "seconds")
    if one.stop.start < one.stop.arrival:
        yield one.broken("crew_capacity", one.stop.arrival - one.stop.start, "seconds")


def _end(problem: Problem, one: _Placed, shift: Window | None, *, last: bool) -> Iterator[Violation]:
    """Check that service lies within one shift, and that after the last stop the crew is home before the shift ends."""
    if shift is None:
        yield one.broken("working_hours", max(1, _outside(one.team.shifts, one.stop.start)), "seconds")
        return
    home = problem.travel.between(one.visit.place, one.team.base)[0] if last else 0
    if one.stop.end + home > shift[1]:
        yield one.broken("working_hours", one.stop.end + home - shift[1], "seconds")


def _shared_adults(problem: Problem, guarded: list[_Placed]) -> Iterator[Violation]:
    """Check that crews of one team at protected people's homes at the same time do not count on the same adult."""
    by_team: dict[str, list[_Placed]] = {}
    for one in guarded:
        if not _begun(problem, one.visit):
            by_team.setdefault(one.team.id, []).append(one)
    for mine in by_team.values():
        for one in mine:
            beside = [p for p in mine if p.stop.start <= one.stop.start < p.stop.end]
            if len(beside) > 1:
                missing = _missing_adults(beside)
                if missing > 0:
                    yield one.broken("safeguarding", missing, "members")


def _missing_adults(beside: list[_Placed]) -> int:
    """Return how many places in simultaneous parties stay empty in the best assignment of members (Kuhn's method)."""
    seats = [p for p in beside for _ in range(p.visit.safeguarding.adults if p.visit.safeguarding else 0)]
    able = [[m for m, who in enumerate(p.team.members) if _may_go(p.visit, who, p.stop.end)] for p in seats]
    taken: dict[int, int] = {}
    return sum(not _seat(s, able, taken, set()) for s in range(len(seats)))


def _seat(seat: int, able: list[list[int]], taken: dict[int, int], tried: set[int]) -> bool:
    for member in able[seat]:
        if member in tried:
            continue
        tried.add(member)
        if member not in taken or _seat(taken[member], able, taken, tried):
            taken[member] = seat
            return True
    return False
