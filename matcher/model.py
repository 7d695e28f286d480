"""The problem in indices: visits, places and duties as numbers, and on which duties a visit fits.

A duty is one crew's work in one shift. It begins and ends at the base, so duties are independent of each other: the
solvers plan duties, and a crew's route is the sequence of its duties.

Everything here is computed from the problem when first asked for, so a round that only places a few new visits pays for
those alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from linli.matcher.objective import continuity_price, reoffer_price
from linli.matcher.problem import Place, Problem, Team, Visit, Window, is_fact, validate
from linli.matcher.rules import (
    adults_a_crew_may_need,
    first_violation,
    gender_until,
    may_serve,
    safeguarded_until,
    start_windows,
)

NO_LIMIT = 1 << 30
"""More visits than any shift holds."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One crew in one shift, in indices; `base` is an index into `Model.places`."""

    team: int
    crew: int
    shift: int
    opens: int
    closes: int
    base: int
    most: int


class Fit(NamedTuple):
    """A duty on which a visit may be placed as far as pair rules say.

    `windows` are the visit's start windows cut to the duty and to what safeguarding allows; `price` is what this pair
    costs wherever the visit lands on the duty.
    """

    duty: int
    windows: tuple[Window, ...]
    price: int


def _shifts_with_history(problem: Problem, team: Team) -> list[Window]:
    """Return the team's shifts, and one more around each begun visit that lies outside all of them."""
    shifts = list(team.shifts)
    for visit in problem.visits:
        if visit.pin is None or visit.pin.start is None or visit.pin.team != team.id:
            continue
        start = visit.pin.start
        if is_fact(visit, problem.now) and not any(lo <= start <= hi for lo, hi in shifts):
            shifts.append((start, start + visit.duration))
    return sorted(shifts)


class Model:
    """A problem compiled for the solvers.

    Parameters
    ----------
    problem : Problem
        The problem; it is validated.

    Raises
    ------
    ProblemError
        If the problem is malformed.
    """

    def __init__(self, problem: Problem) -> None:
        validate(problem)
        self.problem = problem
        self.now = problem.now
        self.weights = problem.weights
        self.visits: tuple[Visit, ...] = problem.visits
        self.teams: tuple[Team, ...] = problem.teams
        self.visit_index = {visit.id: i for i, visit in enumerate(self.visits)}
        self.team_index = {team.id: i for i, team in enumerate(self.teams)}
        self._place_index: dict[Place, int] = {}
        self.base = [self._place(team.base) for team in self.teams]
        self.place = [self._place(visit.place) for visit in self.visits]
        self.places: tuple[Place, ...] = tuple(self._place_index)
        self.duration = [visit.duration for visit in self.visits]
        self.fact = [is_fact(visit, problem.now) for visit in self.visits]
        self.fixed = [visit.pin is not None and visit.pin.start is not None for visit in self.visits]
        self.soft = [visit.due is not None or visit.told is not None for visit in self.visits]
        self.held = [visit.promised or visit.pin is not None for visit in self.visits]
        self.classes = 1 + max((visit.urgency for visit in problem.visits), default=0)
        self.duties: list[Duty] = []
        self.duties_of_team: list[list[int]] = []
        self._lay_out_duties()
        self._adults = adults_a_crew_may_need(problem)
        self._fits: list[tuple[Fit, ...] | None] = [None] * len(self.visits)
        self._rows: dict[int, list[int]] = {}
        self._columns: dict[int, list[int]] = {}

    def _place(self, place: Place) -> int:
        return self._place_index.setdefault(place, len(self._place_index))

    def _lay_out_duties(self) -> None:
        """Lay out the duties by team, shift and crew, so that a team's equal crews stand side by side."""
        history = {v.pin.team for v in self.visits if v.pin is not None}
        for t, team in enumerate(self.teams):
            shifts = _shifts_with_history(self.problem, team) if team.id in history else list(team.shifts)
            most = NO_LIMIT if team.max_visits_per_shift is None else team.max_visits_per_shift
            mine = [
                Duty(t, crew, s, opens, closes, self.base[t], most)
                for s, (opens, closes) in enumerate(shifts)
                for crew in range(team.crews)
            ]
            self.duties_of_team.append(list(range(len(self.duties), len(self.duties) + len(mine))))
            self.duties += mine

    def seconds_from(self, place: int) -> list[int]:
        """Return travel seconds from a place to all places."""
        row = self._rows.get(place)
        if row is None:
            seconds, _ = self.problem.travel.matrix((self.places[place],), self.places)
            row = self._rows[place] = seconds[0].tolist()
        return row

    def seconds_to(self, place: int) -> list[int]:
        """Return travel seconds from all places to a place."""
        if self.problem.travel.symmetric:
            return self.seconds_from(place)
        column = self._columns.get(place)
        if column is None:
            seconds, _ = self.problem.travel.matrix(self.places, (self.places[place],))
            column = self._columns[place] = seconds[:, 0].tolist()
        return column

    def fits(self, visit: int) -> tuple[Fit, ...]:
        """Return every duty the visit fits on by the pair rules, in the order of duties."""
        known = self._fits[visit]
        if known is None:
            known = self._fits[visit] = tuple(self._find_fits(visit))
        return known

    def fit(self, visit: int, duty: int) -> Fit | None:
        """Return how the visit fits on one duty, or None."""
        known = self._fits[visit]
        if known is not None:
            return next((fit for fit in known if fit.duty == duty), None)
        team = self.duties[duty].team
        if first_violation(self.problem, self.visits[visit], self.teams[team]) is not None:
            return None
        return self._fit(visit, duty)

    def _find_fits(self, visit: int) -> list[Fit]:
        pin = self.visits[visit].pin
        teams = range(len(self.teams)) if pin is None else [self.team_index.get(pin.team, -1)]
        windows = start_windows(self.visits[visit])
        first, last = (windows[0][0], windows[-1][1]) if windows else (self.now, self.now)
        way, home = self.seconds_to(self.place[visit]), self.seconds_from(self.place[visit])
        wanted, found = self.visits[visit], list[Fit]()
        for t in teams:
            base = self.base[t]
            if t < 0 or not may_serve(self.problem, wanted, self.teams[t], way[base], home[base]):
                continue
            near = [
                d for d in self.duties_of_team[t] if self.duties[d].closes >= first and self.duties[d].opens <= last
            ]
            found += [fit for fit in (self._fit(visit, duty) for duty in near) if fit is not None]
        return found

    def _fit(self, visit: int, duty: int) -> Fit | None:
        on = self.duties[duty]
        wanted, team = self.visits[visit], self.teams[on.team]
        if not self.fact[visit]:
            return self.cut(wanted, team, duty, on.crew)
        if wanted.pin is None or wanted.pin.start is None or wanted.pin.crew not in (None, on.crew):
            return None
        start = wanted.pin.start
        within = on.opens <= start <= on.closes
        return Fit(duty, ((start, start),), pair_price(self.problem, wanted, team)) if within else None

    def cut(self, wanted: Visit, team: Team, duty: int, crew: int) -> Fit | None:
        """Cut a visit's windows to a duty and to what protects the person visited; None if nothing remains.

        The pair rules must have passed. Visit and team may differ from the problem's own, so that an explanation can
        ask what would be if.
        """
        on = self.duties[duty]
        if wanted.pin is not None and wanted.pin.crew is not None and wanted.pin.crew != crew:
            return None
        committed = wanted.pin is not None and wanted.pin.start is not None
        earliest = on.opens if committed else max(on.opens, self.now)
        safe = safeguarded_until(wanted, team, crew * self._adults)
        latest = min(on.closes, safe, gender_until(wanted, team)) - wanted.duration
        cut = [(max(lo, earliest), min(hi, latest)) for lo, hi in start_windows(wanted)]
        windows = tuple((lo, hi) for lo, hi in cut if lo <= hi)
        return Fit(duty, windows, pair_price(self.problem, wanted, team)) if windows else None


def pair_price(problem: Problem, visit: Visit, team: Team) -> int:
    """Return what sending this team costs whatever the route: continuity of carer and the odds of a new offer."""
    return continuity_price(problem.weights, visit, team) + reoffer_price(problem.weights, team)
