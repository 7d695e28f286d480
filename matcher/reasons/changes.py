"""Which single change would serve an unserved visit, and whether it is proved that no smaller listed one would.

Every change of `linli.matcher.reasons.change_list` is tried beside the present plan, the smallest first. Nothing else
in the plan moves for it, so what is found works as it stands. Then every smaller one is to be refuted: by the pair
rules, which holds for every plan; or because no team that may go has room, in whatever order it makes the visits it
has, which holds as long as every other visit stays with its team. What cannot be refuted leaves a change "found", not
"smallest".
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace

from linli.matcher.day_limits import another_crew
from linli.matcher.fetching import lead_of
from linli.matcher.insertion import compiled_insertion
from linli.matcher.insertion.insertion import best_in_tour
from linli.matcher.model import Model
from linli.matcher.problem import Team, Visit
from linli.matcher.reasons.change_list import KINDS, Broken, Candidate, Change, candidates
from linli.matcher.reasons.judging import MOVED_BY_WINDOWS, Judge
from linli.matcher.reasons.no_room import Labels, Rooms, Windows, has_no_room
from linli.matcher.rules import FOREVER, Violation
from linli.matcher.timetable import Timetable

LABELS_MAX = 20_000
"""Labels that may be looked at to prove that changes are the smallest, for all explanations of one round together: some
milliseconds of machine code; in plain Python, before that is loaded, a fifth of a second."""

LABELS_EACH = 2_000
"""Labels for one change: tours of up to nine visits rarely need more, longer ones tens of thousands."""


def broken_by_teams(model: Model, visit: int) -> Broken:
    """Return for every team the pair rules it breaks, at least two of them if it breaks more than one.

    Who was found to fit breaks none. A team that breaks two is helped by no single change, except where it is people.
    """
    wanted, judge = model.visits[visit], Judge(model, visit)
    most = 2 if wanted.safeguarding is None and wanted.gender is None else None
    # A visit that has begun may stand where the rules of today forbid it.
    able = {model.duties[fit.duty].team for fit in model.fits(visit)} if model.fact[visit] else frozenset[int]()
    return [() if t in able else judge.violations(t, most) for t in range(len(model.teams))]


def find_change(
    timetable: Timetable, visit: int, broken: Broken, labels: Labels, rooms: Rooms | None = None
) -> Change | None:
    """Return the first change of the list that serves the visit beside the present plan, or None.

    Parameters
    ----------
    timetable, visit
        The plan, and a visit that has no place in it.
    broken
        What `broken_by_teams` found for the visit.
    labels
        What may be looked at to prove that it is the smallest.
    rooms
        What is known of the teams' rooms from explaining other visits of this plan.
    """
    asked = _Asked(timetable, visit, broken, rooms or Rooms(timetable))
    seen = list[Candidate]()
    for found in candidates(timetable.model, visit, broken):
        if asked.is_served(found):
            smaller = [one for one in seen if one.size < found.size]
            mine = Labels(min(labels.each, labels.left))
            change = asked.proved(found.change, smaller, mine)
            labels.left -= min(labels.each, labels.left) - max(0, mine.left)
            return change
        seen.append(found)
    return None


class _Asked:
    """A visit without a place, and what is asked about it."""

    def __init__(self, timetable: Timetable, visit: int, broken: Broken, rooms: Rooms) -> None:
        self.timetable, self.model, self.visit = timetable, timetable.model, visit
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
        with _lasting(self.model, self.visit, one.wanted):
            return self._is_placed(one)

    def _is_placed(self, one: Candidate) -> bool:
        model, tours = self.model, self.timetable.tours
        for t, team in self.teams(one):
            for duty in _near(model, t, one.wanted):
                if not one.more_crews and tours[duty].room < model.duration[self.visit]:
                    continue
                crew = team.crews if one.more_crews else model.duties[duty].crew
                fit = model.cut(one.wanted, team, duty, crew)
                if fit is not None:
                    tour = another_crew(self.timetable, duty) if one.more_crews else tours[duty]
                    if best_in_tour(tour, self.visit, fit)[1] >= 0:
                        return True
        return False

    def proved(self, change: Change, smaller: list[Candidate], labels: Labels) -> Change:
        """Return the change with what is proved of it."""
        if self._is_entangled() or self._has_lost_waits() or self._has_unlisted(change):
            return change
        refuted = _Refuted(self.rooms, self.visit, labels)
        whole = True
        present = Candidate(change, self.model.visits[self.visit])
        contained = frozenset[int]()
        # The larger first: where that finds no room, what is contained in it needs no look.
        for one in [*reversed(smaller), present]:
            if id(one) in contained:
                continue
            if one.change.kind == "widen_window" and self._widens_alone():
                contained = frozenset(
                    id(each) for each in (*smaller, present) if each is not one and self._widens(each)
                )
            with _lasting(self.model, self.visit, one.wanted):
                for t, team in self.teams(one):
                    windows = _windows(self.model, t, team, one.wanted)
                    whole = whole and not windows
                    if not refuted.are_refuted(t, windows, one.changed):
                        return change
        return replace(change, proved=True, whole=whole)

    def _widens(self, one: Candidate) -> bool:
        """Say whether a change is a wider window, or none at all."""
        return one.team is None and (one.change.kind == "widen_window" or one.wanted is self.model.visits[self.visit])

    def _widens_alone(self) -> bool:
        """Say whether wider windows only ever allow more, to any team: no start and no asking counts against them."""
        wanted = self.model.visits[self.visit]
        asked = wanted.urgency != 0 and any(self.model.teams[t].asked_enough_until is not None for t in self.movable)
        return wanted.told is None and wanted.fetch is None and not asked

    def _is_entangled(self) -> bool:
        """Say whether the visit belongs to others of its request: what serves it alone may not serve them."""
        request = self.model.visits[self.visit].request
        return sum(visit.request == request for visit in self.model.visits) > 1

    def _has_lost_waits(self) -> bool:
        """Say whether several waits for what is fetched are possible: all but the least were lost (`lead_of`)."""
        wanted = self.model.visits[self.visit]
        return wanted.fetch is not None and len(wanted.fetch.windows) > 1 and len(wanted.windows) > 1

    def _has_unlisted(self, change: Change) -> bool:
        """Say whether clearing people longer, which is no change of the list, might do what only larger ones do."""
        wanted = self.model.visits[self.visit]
        if KINDS.index(change.kind) <= KINDS.index("clear_members") or not (wanted.safeguarding or wanted.gender):
            return False
        late = {"working_hours", "time_window"}
        return any(
            late & {one.rule for one in found} and self.model.cleared_until(wanted, team) < FOREVER
            for found, team in zip(self.broken, self.model.teams, strict=True)
        )


@contextmanager
def _lasting(model: Model, visit: int, wanted: Visit) -> Generator[None]:
    """Let a visit last as long as it would if it was changed: with other windows what is fetched waits otherwise."""
    if wanted.fetch is None:
        yield
        return
    known = model.lead[visit], model.idle[visit], model.duration[visit]
    lead = lead_of(model.problem, wanted)
    model.lead[visit], model.idle[visit] = lead.seconds, lead.idle
    model.duration[visit] = wanted.duration + lead.seconds
    try:
        yield
    finally:
        model.lead[visit], model.idle[visit], model.duration[visit] = known


def _near(model: Model, team: int, wanted: Visit) -> list[int]:
    """Return the team's duties in which a window of the visit may lie."""
    first, last = (wanted.windows[0][0], wanted.windows[-1][1]) if wanted.windows else (0, -1)
    return [d for d in model.duties_of_team[team] if model.duties[d].closes >= first and model.duties[d].opens <= last]


def _windows(model: Model, team: int, who: Team, wanted: Visit) -> Windows:
    """Return when a variant of the visit may start on the team's duties; every crew counts as the first."""
    pinned = wanted.pin is not None and wanted.pin.crew is not None
    found = {d: model.cut(wanted, who, d, model.duties[d].crew if pinned else 0) for d in _near(model, team, wanted)}
    return {duty: fit.windows for duty, fit in found.items() if fit is not None}


class _Refuted:
    """For which windows which team was found to have no room."""

    def __init__(self, rooms: Rooms, visit: int, labels: Labels) -> None:
        self._rooms, self._visit, self._labels = rooms, visit, labels
        self._refuted: dict[tuple[int, int], list[Windows]] = {}

    def are_refuted(self, team: int, windows: Windows, changed: Team | None) -> bool:
        """Say whether it is proved that the team, itself changed or not, has no room within these windows."""
        if changed is not None:
            return has_no_room(self._rooms, self._visit, windows, changed, self._labels)
        # What lasts longer, waiting for what is fetched, says nothing of what does not.
        known = self._refuted.setdefault((team, self._rooms.model.duration[self._visit]), [])
        if any(_contains(wider, windows) for wider in known):
            return True
        who = self._rooms.model.teams[team]
        if not has_no_room(self._rooms, self._visit, windows, who, self._labels):
            return False
        known.append(windows)
        return True


def _contains(wider: Windows, windows: Windows) -> bool:
    return all(
        any(lo <= one[0] and one[1] <= hi for lo, hi in wider.get(duty, ()))
        for duty, mine in windows.items()
        for one in mine
    )
