"""Which single change would serve an unserved visit, and whether it is proved that no smaller listed one would.

Every change of `linli.matcher.reasons.change_list` is tried beside the present plan, the smallest first. Nothing else
in the plan moves for it, so what is found works as it stands. Whether it is the smallest is for
`linli.matcher.reasons.proofs` to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linli.matcher.day_limits import another_crew
from linli.matcher.insertion import compiled_insertion
from linli.matcher.insertion.insertion import best_in_tour
from linli.matcher.model import Model
from linli.matcher.problem import Team, Visit
from linli.matcher.reasons.change_list import Broken, Candidate, candidates
from linli.matcher.reasons.judging import MOVED_BY_WINDOWS, Judge
from linli.matcher.reasons.lasting import lasting
from linli.matcher.reasons.no_room import Rooms
from linli.matcher.rules import Violation


def broken_by_teams(model: Model, visit: int) -> Broken:
    """Return for every team the pair rules it breaks, at least two of them if it breaks more than one.

    Who was found to fit breaks none. A team that breaks two is helped by no single change, except where it is people.
    """
    wanted, judge = model.visits[visit], Judge(model, visit)
    most = 2 if wanted.safeguarding is None and wanted.gender is None else None
    # A visit that has begun may stand where the rules of today forbid it.
    able = {model.duties[fit.duty].team for fit in model.fits(visit)} if model.fact[visit] else frozenset[int]()
    return [() if t in able else judge.violations(t, most) for t in range(len(model.teams))]


class Served(NamedTuple):
    """The first change of the list that serves, with all that come before it and do not."""

    by: Candidate
    before: tuple[Candidate, ...]


def find_change(asked: Asked) -> Served | None:
    """Return the first change of the list that serves the visit beside the present plan, or None."""
    seen = list[Candidate]()
    for found in candidates(asked.model, asked.visit, asked.broken):
        if asked.is_served(found):
            return Served(found, tuple(seen))
        seen.append(found)
    return None


class Asked:
    """A visit without a place, and what is asked about it.

    Parameters
    ----------
    visit
        The visit.
    broken
        What `broken_by_teams` found for it.
    rooms
        The plan, with what is known of the teams' rooms from explaining other visits of it.
    """

    def __init__(self, visit: int, broken: Broken, rooms: Rooms) -> None:
        self.timetable, self.model, self.visit = rooms.timetable, rooms.model, visit
        self.broken, self.rooms = broken, rooms
        self.judge = Judge(self.model, visit)
        self.movable = [t for t, found in enumerate(broken) if self._is_movable(t, found)]
        self._teams: dict[int, list[tuple[int, Team]]] = {}

    def _is_movable(self, t: int, found: tuple[Violation, ...]) -> bool:
        """Say whether other windows, or consent, may be all that the team lacks."""
        if any(one.rule not in MOVED_BY_WINDOWS for one in found):
            return False
        # Where only the first two were asked for, others may stand behind them.
        return len(found) < 2 or all(one.rule in MOVED_BY_WINDOWS for one in self.judge.violations(t))

    def teams(self, one: Candidate) -> list[tuple[int, Team]]:
        """Return the teams that may go if a change is made."""
        known = self._teams.get(id(one))
        if known is None:
            known = self._teams[id(one)] = list(self._able(one))
        return known

    def _able(self, one: Candidate) -> Iterator[tuple[int, Team]]:
        if one.team is not None:
            team = one.changed or self.model.teams[one.team]
            if self.judge.passes(one.team, team):
                yield one.team, team
            return
        if not self.model.fact[self.visit] and one.wanted.windows and one.wanted.windows[0][0] > self.rooms.latest:
            return
        judge = Judge(self.model, self.visit, one.wanted)
        for t in self.movable:
            if judge.passes_in_time(t):
                yield t, self.model.teams[t]

    def is_served(self, one: Candidate) -> bool:
        """Say whether the visit finds a place on the present tours if a change is made."""
        if one.team is None:
            found = compiled_insertion.is_placed(self.timetable, self.visit, one.wanted)
            if found is not None:
                return found
        return self._is_placed(one, lasting(self.model, self.visit, one.wanted))

    def _is_placed(self, one: Candidate, model: Model) -> bool:
        tours = self.timetable.tours
        for t, team in self.teams(one):
            for duty in near(model, t, one.wanted):
                if not one.more_crews and tours[duty].room < model.duration[self.visit]:
                    continue
                crew = team.crews if one.more_crews else model.duties[duty].crew
                fit = model.cut(one.wanted, team, duty, crew)
                if fit is not None:
                    tour = another_crew(self.timetable, duty) if one.more_crews else tours[duty]
                    if best_in_tour(tour.seen_by(model), self.visit, fit)[1] >= 0:
                        return True
        return False


def near(model: Model, team: int, wanted: Visit) -> list[int]:
    """Return the team's duties in which a window of the visit may lie."""
    first, last = (wanted.windows[0][0], wanted.windows[-1][1]) if wanted.windows else (0, -1)
    return [d for d in model.duties_of_team[team] if model.duties[d].closes >= first and model.duties[d].opens <= last]
