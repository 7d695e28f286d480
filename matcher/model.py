"""The problem in indices: visits, places and duties as numbers, and on which duties a visit fits.

A duty is one crew's work in one shift. It begins and ends at the base, so duties are independent of each other: the
solvers plan duties, and a crew's route is the sequence of its duties.

Everything here is computed from the problem when first asked for, so a round that only places a few new visits pays for
those alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from linli.matcher.clearances import FOREVER, lapses_of
from linli.matcher.duties import NO_LIMIT, Duty, Fit
from linli.matcher.fetching import NOTHING, entry_of, fetch_price, lead_of, shifted
from linli.matcher.memory import Fits, Memory, Roster
from linli.matcher.objective import level_of, levels_of, pair_price
from linli.matcher.problem import Place, Problem, Safeguarding, Team, Visit, Window, is_committed, is_fact
from linli.matcher.rules import (
    adults_a_crew_may_need,
    first_violation,
    gender_until,
    may_serve,
    safeguarded_until,
    starts_of,
)
from linli.matcher.travel import IntTable
from linli.matcher.validation import faults_of_visit, validate


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


def _or_none(limit: int | None) -> int:
    return NO_LIMIT if limit is None else limit


def _day_of(team: Team, shifts: list[Window], number: int) -> int:
    """Return the day of a shift; one that history added belongs to none."""
    if not team.shift_days:
        return number
    return team.shift_days[team.shifts.index(shifts[number])] if shifts[number] in team.shifts else -1


class Model:
    """A problem compiled for the solvers.

    Of a visit for which something is fetched `entry` is the place of the pick-up, `place` the visit's own; start and
    duration count from the pick-up, `lead` seconds before service at the visit; see `linli.matcher.fetching`.

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
        self.problem = problem
        self.now = problem.now
        self.weights = problem.weights
        self.visits: tuple[Visit, ...] = problem.visits
        self.teams: tuple[Team, ...] = problem.teams
        self.visit_index = {visit.id: i for i, visit in enumerate(self.visits)}
        self.team_index = {team.id: i for i, team in enumerate(self.teams)}
        memory = problem.memory or Memory(problem.travel, problem.weights)
        self._table = memory.travel
        self._is_validated = False
        self.adults_kept = adults_a_crew_may_need(problem)
        self.roster = self._roster_of(memory)
        self._validate()
        self.base = self.roster.bases
        self.place = [self._table.number(visit.place) for visit in self.visits]
        self.fetches = any(visit.fetch is not None for visit in self.visits)
        leads = [lead_of(problem, visit) for visit in self.visits] if self.fetches else [NOTHING] * len(self.visits)
        self.lead = [lead.seconds for lead in leads]
        self.idle = [lead.idle for lead in leads]
        self.within = [lead.way for lead in leads]
        self.entry = [self._table.number(entry_of(visit)) for visit in self.visits] if self.fetches else self.place
        self.duration = [visit.duration + lead.seconds for visit, lead in zip(self.visits, leads, strict=True)]
        self.fact = [is_fact(visit, problem.now) for visit in self.visits]
        self.fixed = [is_committed(visit) for visit in self.visits]
        self.soft = [visit.due is not None or visit.told is not None for visit in self.visits]
        self.held = [visit.promised or visit.pin is not None for visit in self.visits]
        self.levels = levels_of(problem)
        self.level = [level_of(problem, visit) for visit in self.visits]
        self.duties = self.roster.duties
        self.duties_of_team = self.roster.duties_of_team
        self.days = self._days_shared()
        self._fits: list[Fits | None] = [None] * len(self.visits)

    def _days_shared(self) -> dict[int, list[int]]:
        """Return for each duty that shares a day's limit with others all duties of that team and day."""
        groups: dict[tuple[int, int], list[int]] = {}
        for d, duty in enumerate(self.duties):
            team = self.teams[duty.team]
            if team.max_visits_per_day is not None or team.max_work_per_day is not None:
                groups.setdefault((duty.team, duty.day), []).append(d)
        return {d: group for group in groups.values() if len(group) > 1 for d in group}

    def _roster_of(self, memory: Memory) -> Roster:
        """Return the roster's duties, remembered unless history needs a shift of its own."""
        known = memory.roster
        if self._has_history_outside():
            return self._lay_out_roster()
        if known is None or not known.is_for(self.teams, self.weights, self.adults_kept):
            known = memory.roster = self._lay_out_roster(known)
        known.forget_the_gone(len(self.visits))
        return known

    def _has_history_outside(self) -> bool:
        """Say whether a visit has begun outside all shifts of its team."""
        begun = [v.pin for v in self.visits if v.pin is not None and is_fact(v, self.now)]
        return any(
            not any(lo <= (pin.start or 0) <= hi for lo, hi in self.teams[self.team_index[pin.team]].shifts)
            for pin in begun
            if pin.team is not None and pin.team in self.team_index
        )

    def _lay_out_roster(self, last: Roster | None = None) -> Roster:
        """Lay out the duties by team, shift and crew, so that a team's equal crews stand side by side."""
        validate(self.problem)
        self._is_validated = True
        if last is not None and last.teams is self.teams:
            # The very same teams have the same duties; `last` was laid out without history, or it were not remembered.
            return Roster(self.teams, self.weights, self.adults_kept, last.bases, last.duties, last.duties_of_team)
        bases = [self._table.number(team.base) for team in self.teams]
        roster = Roster(self.teams, self.weights, self.adults_kept, bases, [], [])
        history = {v.pin.team for v in self.visits if v.pin is not None}
        for t, team in enumerate(self.teams):
            shifts = _shifts_with_history(self.problem, team) if team.id in history else list(team.shifts)
            most = min(_or_none(team.max_visits_per_shift), _or_none(team.max_visits_per_day))
            on_the_way = _or_none(team.max_travel_per_shift), _or_none(team.max_metres_per_shift)
            limits = most, _or_none(team.max_work_per_day), *on_the_way
            mine = [
                Duty(t, crew, s, opens, closes, bases[t], *limits, _day_of(team, shifts, s))
                for s, (opens, closes) in enumerate(shifts)
                for crew in range(team.crews)
            ]
            roster.duties_of_team.append(list(range(len(roster.duties), len(roster.duties) + len(mine))))
            roster.duties += mine
        return roster

    def _validate(self) -> None:
        """Refuse a malformed problem; the teams of a remembered roster and remembered visits were looked at before."""
        if self._is_validated:
            return
        known = self.roster.fits
        unknown = [v for v in self.visits if (fits := known.get(v.id)) is None or fits.visit is not v]
        if len(self.visit_index) < len(self.visits) or any(
            faults_of_visit(visit, "", self.problem.travel) for visit in unknown
        ):
            validate(self.problem)

    def places(self, numbers: Sequence[int]) -> list[Place]:
        """Return places by their numbers."""
        return [self._table.places[number] for number in numbers]

    def ways(self, origins: Sequence[int], destinations: Sequence[int]) -> IntTable:
        """Return travel seconds of shape (origins, destinations)."""
        return self.problem.travel.matrix(self.places(origins), self.places(destinations))[0]

    def ways_with_metres(self, places: Sequence[int]) -> tuple[IntTable, IntTable]:
        """Return travel seconds, and metres, between all of these places."""
        names = self.places(places)
        return self.problem.travel.matrix(names, names)

    def seconds(self, origin: int, destination: int) -> int:
        """Return travel seconds between two places."""
        return self._table.seconds(origin, destination)

    def metres(self, origin: int, destination: int) -> int:
        """Return the metres from one place to another."""
        return self._table.between(self._table.places[origin], self._table.places[destination])[1]

    def metres_within(self, visit: int) -> int:
        """Return the metres from where something is fetched for a visit to the visit; 0 where nothing is."""
        return self.metres(self.entry[visit], self.place[visit]) if self.visits[visit].fetch is not None else 0

    def seconds_from(self, place: int) -> array[int]:
        """Return travel seconds from a place to all places."""
        return self._table.row(place)

    def seconds_to(self, place: int) -> array[int]:
        """Return travel seconds from all places to a place."""
        return self._table.column(place)

    def fits(self, visit: int, able: Sequence[int] | None = None) -> tuple[Fit, ...]:
        """Return every duty the visit fits on by the pair rules, in the order of duties.

        `able` are the teams that break none of them, where they are known already.
        """
        known = self._known(visit)
        if known.all is None:
            known.all = tuple(self._find_fits(visit, able))
            known.on = {fit.duty: fit for fit in known.all}
        return known.all

    def knows(self, visit: int) -> bool:
        """Say whether it is known where the visit fits."""
        return self._known(visit).all is not None

    def take(self, visit: int, fits: tuple[Fit, ...]) -> None:
        """Take over where a visit fits, as `fits` would find it."""
        known = self._known(visit)
        known.all, known.on = fits, {fit.duty: fit for fit in fits}

    def fit(self, visit: int, duty: int) -> Fit | None:
        """Return how the visit fits on one duty, or None."""
        known = self._known(visit)
        if known.all is None and duty not in known.on:
            team = self.teams[self.duties[duty].team]
            breaks = first_violation(self.problem, self.visits[visit], team)
            known.on[duty] = self._fit(visit, duty) if breaks is None else None
        return known.on.get(duty)

    def fit_found(self, visit: int, duty: int, latest: int, price: int) -> Fit:
        """Return how a visit fits on a duty on which it was found to have a place, without asking a rule again.

        Parameters
        ----------
        visit, duty : int
            A visit without a pin, and where.
        latest, price : int
            The last start there, counted from the pick-up where something is fetched, and what the pair costs wherever
            the visit lands, as whoever found the place has them.
        """
        known = self._known(visit)
        fit = known.on.get(duty)
        if fit is None:
            lead = self.lead[visit]
            earliest = max(self.duties[duty].opens, self.now) - lead
            windows = shifted(starts_of(self.problem, self.visits[visit]), lead)
            # A place was found, so the duty is open for longer than nothing, and what is left of a window, too.
            cut = [
                (lo if lo > earliest else earliest, hi if hi < latest else latest)
                for lo, hi in windows
                if lo <= latest and hi >= earliest
            ]
            fit = known.on[duty] = Fit(duty, tuple(cut), price)
        return fit

    def _known(self, visit: int) -> Fits:
        """Return what is known of where a visit fits, from an earlier problem if it still holds."""
        known = self._fits[visit]
        if known is None:
            wanted, memory = self.visits[visit], self.roster.fits
            known = memory.get(wanted.id)
            if known is None or known.visit is not wanted or self._is_past(known, visit):
                known = memory[wanted.id] = Fits(wanted, self.now)
            self._fits[visit] = known
        return known

    def _is_past(self, known: Fits, visit: int) -> bool:
        """Say whether the clock now decides where a visit fits; at the very time of asking nothing has changed."""
        if known.asked == self.now:
            return False
        if known.until is None:
            known.until = self._unhurried_until(visit)
        return known.until < self.now

    def _unhurried_until(self, visit: int) -> int:
        """Return until when it makes no difference for the visit's fits what time it is.

        Until any team, setting out then, is there before the first window opens, the clock cuts nothing off.
        """
        windows = starts_of(self.problem, self.visits[visit])
        farthest = max(map(self.seconds_to(self.entry[visit]).__getitem__, self.base), default=0)
        return windows[0][0] - self.lead[visit] - farthest - 1 if windows else -1

    def _find_fits(self, visit: int, able: Sequence[int] | None) -> list[Fit]:
        windows = starts_of(self.problem, self.visits[visit])
        first, last = (windows[0][0], windows[-1][1]) if windows else (self.now, self.now)
        found = list[Fit]()
        for t in self._able(visit) if able is None else able:
            near = [
                d for d in self.duties_of_team[t] if self.duties[d].closes >= first and self.duties[d].opens <= last
            ]
            found += [fit for fit in (self._fit(visit, duty) for duty in near) if fit is not None]
        return found

    def _able(self, visit: int) -> list[int]:
        """Return the teams that break no pair rule."""
        wanted, lead = self.visits[visit], self.lead[visit]
        way, home = self.seconds_to(self.entry[visit]), self.seconds_from(self.place[visit])
        named = None if wanted.pin is None else wanted.pin.team
        asked = range(len(self.teams)) if named is None else [t for t in (self.team_index.get(named),) if t is not None]
        return [
            t
            for t, base in ((t, self.base[t]) for t in asked)
            if may_serve(self.problem, wanted, self.teams[t], way[base] + lead, home[base])
        ]

    def _fit(self, visit: int, duty: int) -> Fit | None:
        on = self.duties[duty]
        wanted, team = self.visits[visit], self.teams[on.team]
        if not self.fact[visit]:
            return self.cut(wanted, team, duty, on.crew)
        if wanted.pin is None or wanted.pin.start is None or wanted.pin.crew not in (None, on.crew):
            return None
        start, lead = wanted.pin.start, self.lead[visit]
        within = on.opens <= start <= on.closes
        return Fit(duty, ((start - lead, start - lead),), self._price(wanted, team)) if within else None

    def lapses(self, asked: Safeguarding, team: Team) -> list[int]:
        """Return a team's `lapses_of`, remembered of the roster's teams as they are."""
        t = self.team_index.get(team.id, -1)
        if t < 0 or self.teams[t] is not team:
            return lapses_of(asked, team)
        key = t, asked.vetted, asked.insured
        known = self.roster.lapses.get(key)
        if known is None:
            known = self.roster.lapses[key] = lapses_of(asked, team)
        return known

    def cleared_until(self, wanted: Visit, team: Team, taken: int = 0) -> int:
        """Return until when enough people are cleared beside so many adults that other crews may need; 0 if never."""
        asked = wanted.safeguarding
        safe = FOREVER if asked is None else safeguarded_until(wanted, team, taken, self.lapses(asked, team))
        return min(safe, gender_until(wanted, team))

    def _price(self, wanted: Visit, team: Team) -> int:
        return pair_price(self.weights, wanted, team) + fetch_price(self.problem, wanted)

    def cut(self, wanted: Visit, team: Team, duty: int, crew: int) -> Fit | None:
        """Cut a visit's windows to a duty and to what protects the person visited; None if nothing remains.

        The pair rules must have passed. Visit and team may differ from the problem's own, so that an explanation can
        ask what would be if.
        """
        on = self.duties[duty]
        if wanted.pin is not None and wanted.pin.crew is not None and wanted.pin.crew != crew:
            return None
        earliest = on.opens if is_committed(wanted) else max(on.opens, self.now)
        latest = min(on.closes, self.cleared_until(wanted, team, crew * self.adults_kept)) - wanted.duration
        cut = [(max(lo, earliest), min(hi, latest)) for lo, hi in starts_of(self.problem, wanted)]
        windows = tuple((lo, hi) for lo, hi in cut if lo <= hi)
        if not windows:
            return None
        return Fit(duty, shifted(windows, lead_of(self.problem, wanted).seconds), self._price(wanted, team))
