"""The compiled insertion beside the plain one: for which problems it may answer, and in which words it is asked.

It finds what `linli.matcher.insertion.insertion` finds in plain Python, in a twentieth of the time. It answers for a
remembered roster, ways by formula and visits that are not pinned; all else, and everything until the machine code is
loaded, is left to plain Python. Which of both answers changes how long it takes and nothing else.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, fields
from operator import attrgetter
from types import ModuleType
from typing import Final

import numpy as np

from linli.matcher.bare_code import ready, ready_row
from linli.matcher.insertion.able_teams import AbleTeams
from linli.matcher.insertion.cells import cells_of
from linli.matcher.insertion.ground import StandingGround
from linli.matcher.kernels import placing_layout as layout
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.placing_layout import BEYOND, CHEAPEST, CHOICE, EVERY_TEAM, Able
from linli.matcher.memory import SPARE, Memory
from linli.matcher.model import Model
from linli.matcher.problem import DECLINED, EXCLUDED, Team, Visit
from linli.matcher.rules import PAIR_RULES, earliest_end, start_windows
from linli.matcher.timetable import Timetable
from linli.matcher.travel import HaversineTravel

Answer = tuple[int, int, int, int, int]
"""What a place adds to the cost, on which duty, before which stop; the last start there, and the pair's own price."""

RULES: Final = (
    *("team_takes_part", "kind_of_team", "skill_and_qualification", "never_back_to_a_team_that_declined"),
    *("asked_from_a_higher_level",),
    *("asked_often_enough", "household_exclusion", "committed_visits_are_pinned", "requested_gender"),
    *("requested_language", "safeguarding", "travel_limit", "working_hours", "time_window_reachable"),
)
"""The rules it knows: where there are others it does not answer."""

OF_VISIT: Final = frozenset(
    (
        *("id", "request", "leg", "place", "duration", "windows", "needs", "travel_limit", "safeguarding", "gender"),
        *("language", "barred_teams", "urgency", "pin", "household", "promised", "registered", "due", "told"),
        *("regular_team", "kinds", "not_yet"),
    )
)
OF_TEAM: Final = frozenset(
    (
        *("id", "base", "skills", "crews", "shifts", "travel_limit", "languages", "members", "excluded_households"),
        *("active", "max_visits_per_shift", "load", "acceptance", "kind", "asked_enough_until", "asked"),
        *("skill_levels", "scarce"),
    )
)
"""What it knows of a visit and of a team: where anything else is said of one, plain Python answers."""

LEFT_TO_PYTHON: Final = frozenset(("fetch", "joined"))
"""What else may be said of a visit: something is fetched for it on the way, or other visits bind it."""

LIMITS_LEFT_TO_PYTHON: Final = frozenset(
    ("max_visits_per_day", "max_work_per_day", "max_travel_per_shift", "max_metres_per_shift", "shift_days")
)
"""What else may be said of a team: limits that its crews share, or on the way; one such team leaves all to Python."""

_MORE_OF_VISIT = {one.name: one.default for one in fields(Visit) if one.name not in OF_VISIT}
_more_of_visit = attrgetter(*_MORE_OF_VISIT)
_NOTHING_MORE = tuple(_MORE_OF_VISIT.values())
_MORE_OF_TEAM = tuple((one.name, one.default) for one in fields(Team) if one.name not in OF_TEAM)
_KNOWS_THE_RULES = tuple(rule.__name__ for rule in PAIR_RULES) == RULES

EAST_MOST: Final = 154.0
"""Degrees of longitude, either side of Greenwich, beyond which the date line might be the shorter way."""

_loaded: list[ModuleType] = []


def load() -> None:
    """Load the machine code; from then on this process answers with it."""
    if not _loaded:
        from linli.matcher.kernels import boxes, placing, spots

        _loaded.extend((placing, spots, boxes))


def is_loaded() -> bool:
    """Say whether this process answers with machine code."""
    return bool(_loaded)


def unload() -> None:
    """Leave everything to plain Python again: to compare both."""
    _loaded.clear()


@dataclass(slots=True)
class _Wanted:
    """A visit as numbers, ready for machine code, too, with the teams that may be able.

    `guarded` says that people must be cleared to its end, `is_mine` that the finder may answer for it.
    """

    visit: Visit
    numbers: array[int]
    ready: Longs
    guarded: bool
    is_mine: bool
    able: Able | None


class Finder:
    """Finds places for visits among the crews of one roster.

    Parameters
    ----------
    model : Model
        A problem with a remembered roster.
    travel : HaversineTravel
        The travel of that memory.
    """

    def __init__(self, model: Model, travel: HaversineTravel) -> None:
        self._cells = cells_of(model, travel)
        self._all_cells = ready(self._cells)
        self._ground = StandingGround(model, travel, len(self._cells.begins) - 1)
        self._is_enclosed = False
        self._able = AbleTeams(model, self._cells)
        self._wanted: dict[str, _Wanted] = {}
        self._answers = np.zeros((len(model.teams) + 1, layout.ANSWER_COLUMNS), np.int64)
        self._ready_answers = ready(self._answers)
        self._excluding: dict[str, list[int]] = {}
        for t, team in enumerate(model.teams):
            for household in team.excluded_households:
                self._excluding.setdefault(household, []).append(t)
        self.knows_teams = all(getattr(team, name) == usual for team in model.teams for name, usual in _MORE_OF_TEAM)
        widest = max((abs(team.base.lon) for team in model.teams), default=0.0)
        self.knows_teams = self.knows_teams and widest < EAST_MOST

    def find(self, timetable: Timetable, memory: Memory, visit: int, what: int) -> list[Answer] | None:
        """Return the places found; None where plain Python has to look.

        Parameters
        ----------
        timetable : Timetable
            The plan beside which a place is sought.
        memory : Memory
            Its problem's memory.
        visit : int
            The visit.
        what : int
            `CHEAPEST`, `EVERY_TEAM`, or `CHOICE`: then the one answer's cost is how much choice there is.
        """
        wanted = self._known(timetable.model, visit)
        return None if wanted is None else self._find(timetable, memory, wanted, what)

    def is_placed(self, timetable: Timetable, memory: Memory, visit: int, changed: Visit) -> bool | None:
        """Say whether a visit would find a place if it was changed so; None where plain Python has to look."""
        model = timetable.model
        wanted = self._read(model, visit, changed)
        if not wanted.is_mine:
            return None
        if wanted.guarded:
            wanted.numbers[layout.ENDS] = earliest_end(model.problem, changed)
        found = self._find(timetable, memory, wanted, CHEAPEST)
        return None if found is None else bool(found)

    def knows(self, model: Model, visit: int) -> bool:
        """Say whether the visit is one for this finder."""
        return self._known(model, visit) is not None

    def looked_at(self) -> int:
        """Return at how many teams' tours was looked so far."""
        return int(self._ground.ground.prices[layout.LOOKED_AT])

    def _find(self, timetable: Timetable, memory: Memory, wanted: _Wanted, what: int) -> list[Answer] | None:
        if wanted.able is None or wanted.numbers[layout.SPANS] == 0:
            return [_chosen(0)] if what == CHOICE else []
        self._follow(timetable, memory)
        many = _loaded[0].find(self._ground.ready(), wanted.able, wanted.ready, what, self._ready_answers)
        if many < 0:
            return None
        if what == CHOICE:
            return [_chosen(many)]
        return [(c, d, p, last, fee) for c, d, p, last, fee in self._answers[:many].tolist()] if many else []

    def _follow(self, timetable: Timetable, memory: Memory) -> None:
        """Bring the arrays to what the timetable is now."""
        changed = self._ground.follow(timetable)
        self._ground.know_places(memory.travel)
        if not changed and self._is_enclosed:
            return
        _, spots, boxes = _loaded
        ground = self._ground.ready()
        for team, row in changed:
            if row >= 0:
                spots.measure(ground, self._all_cells, team, row)
        if not self._is_enclosed:
            boxes.enclose_all(ground, self._all_cells)
            self._is_enclosed = True
            return
        for team in {team for team, _ in changed}:
            boxes.enclose(ground, self._all_cells, team)

    def _known(self, model: Model, visit: int) -> _Wanted | None:
        """Return a visit as numbers, remembered as long as it is the same; None if it is none for this finder."""
        this = model.visits[visit]
        known = self._wanted.get(this.id)
        if known is None or known.visit is not this:
            if len(self._wanted) > 2 * len(model.visits) + SPARE:
                self._wanted.clear()
            known = self._wanted[this.id] = self._read(model, visit, this)
        if not known.is_mine:
            return None
        known.numbers[layout.WHERE], known.numbers[layout.NOW] = model.place[visit], model.now
        if known.guarded:
            known.numbers[layout.ENDS] = earliest_end(model.problem, this)
        return known

    def _read(self, model: Model, visit: int, this: Visit) -> _Wanted:
        mine = this.pin is None and _more_of_visit(this) == _NOTHING_MORE and abs(this.place.lon) < EAST_MOST
        windows, limit = start_windows(this), this.travel_limit
        seconds, metres = (None, None) if limit is None else (limit.seconds, limit.metres)
        asked_from = BEYOND if this.urgency == 0 or not this.windows else this.windows[0][0]
        regular = -1 if this.regular_team is None else model.team_index.get(this.regular_team, -2)
        numbers = (
            *(model.now, 0, this.duration, model.place[visit], asked_from),
            *(BEYOND if seconds is None else seconds, BEYOND if metres is None else metres, regular),
            *(model.soft[visit], BEYOND if this.due is None else this.due, BEYOND if this.told is None else this.told),
            *(len(windows), *(end for window in windows for end in window), *self._barred(model, this)),
        )
        guarded = this.safeguarding is not None or this.gender is not None
        able = self._able.of(model, this) if mine else None
        row = array("q", numbers)
        return _Wanted(this, row, ready_row(row), guarded, mine, able)

    def _barred(self, model: Model, visit: Visit) -> list[int]:
        """Return the teams that may not be sent to this visit, whatever they hold; who is not asked yet is not able."""
        barred = [
            model.team_index[team]
            for team, why in visit.barred_teams
            if why in (DECLINED, EXCLUDED) and team in model.team_index
        ]
        return barred if visit.household is None else barred + self._excluding.get(visit.household, [])


def _chosen(much: int) -> Answer:
    return much, 0, 0, 0, 0


def _finder(timetable: Timetable) -> tuple[Finder, Memory] | None:
    """Return the finder of a timetable's roster; None where plain Python has to answer."""
    model = timetable.model
    memory, roster = model.problem.memory, model.roster
    if not _loaded or memory is None or memory.roster is not roster or not _KNOWS_THE_RULES:
        return None
    finder = roster.finder
    if not isinstance(finder, Finder):
        travel = memory.travel.travel
        if type(travel) is not HaversineTravel:
            return None
        finder = roster.finder = Finder(model, travel)
    return (finder, memory) if finder.knows_teams else None


def knows(timetable: Timetable, visit: int) -> bool:
    """Say whether places are sought here for a visit, and not in plain Python."""
    known = _finder(timetable)
    return known is not None and known[0].knows(timetable.model, visit)


def find(timetable: Timetable, visit: int, what: int) -> list[Answer] | None:
    """Return the places found for a visit; None where plain Python has to look."""
    known = _finder(timetable)
    return None if known is None else known[0].find(timetable, known[1], visit, what)


def cheapest(timetable: Timetable, visit: int) -> list[Answer] | None:
    """Return the cheapest place, or none; None where plain Python has to look."""
    return find(timetable, visit, CHEAPEST)


def is_placed(timetable: Timetable, visit: int, changed: Visit) -> bool | None:
    """Say whether a visit would find a place if it was changed so; None where plain Python has to look."""
    known = _finder(timetable)
    return None if known is None else known[0].is_placed(timetable, known[1], visit, changed)


def looked_at(timetable: Timetable) -> int:
    """Return at how many teams' tours was looked so far, for the roster of a timetable: to see what is passed over."""
    known = _finder(timetable)
    return 0 if known is None else known[0].looked_at()


def of_every_team(timetable: Timetable, visit: int) -> list[Answer] | None:
    """Return the cheapest place of every team that has one, cheapest first; None where plain Python has to look."""
    found = find(timetable, visit, EVERY_TEAM)
    return None if found is None else sorted(found)


def choice(timetable: Timetable, visit: int) -> int | None:
    """Return how much choice of time and crew a visit leaves; None where plain Python has to count."""
    found = find(timetable, visit, CHOICE)
    return None if found is None else found[0][0]
