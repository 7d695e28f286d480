"""The compiled insertion beside the plain one: for which problems it may answer, and in which words it is asked.

It finds what `linli.matcher.insertion.insertion` finds in plain Python, in a twentieth of the time. It answers for a
remembered roster and visits that are not pinned, in one of two ways: where ways are estimated by formula it passes over
teams that are too far away; where they are read from a table or measured, or something is fetched, or the time on the
way is limited, or routes end elsewhere than they begin, all able teams are looked at. All else, and everything until
the machine code is loaded, is left to plain Python. Which of them answers changes how long it takes and nothing else.
"""

from __future__ import annotations

from struct import Struct
from types import ModuleType
from typing import Any, Final, cast

import numpy as np

from linli.matcher.bare_code import StandingCall, ready, ready_row
from linli.matcher.ends_travel import all_ways_of
from linli.matcher.insertion.asked_visits import Asked, AskedVisits, Wanted, are_known, are_known_by_formula
from linli.matcher.insertion.cells import cells_of, one_cell
from linli.matcher.insertion.ground import StandingGround
from linli.matcher.kernels import placing_layout as layout
from linli.matcher.kernels.placing_layout import CHEAPEST, CHOICE, EVERY_TEAM, Able
from linli.matcher.memory import Memory, TravelTable
from linli.matcher.model import Model
from linli.matcher.problem import Visit
from linli.matcher.rules import PAIR_RULES
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

_answer_at = Struct(f"{layout.ANSWER_COLUMNS}q").unpack_from

_KNOWS_THE_RULES = tuple(rule.__name__ for rule in PAIR_RULES) == RULES

_loaded: list[ModuleType] = []


def load() -> None:
    """Load the machine code; from then on this process answers with it."""
    if not _loaded:
        from linli.matcher.kernels import boxes, by_rows, placing, spots

        _loaded.extend((placing, spots, boxes, by_rows))


def is_loaded() -> bool:
    """Say whether this process answers with machine code."""
    return bool(_loaded)


def unload() -> None:
    """Leave everything to plain Python again: to compare both."""
    _loaded.clear()


class Finder:
    """Finds places for visits among the crews of one roster.

    Parameters
    ----------
    model : Model
        A problem with a remembered roster.
    table : TravelTable
        The travel of that memory.
    """

    def __init__(self, model: Model, table: TravelTable) -> None:
        travel = table.travel
        formula = travel if type(travel) is HaversineTravel and are_known_by_formula(model.teams) else None
        self._by_formula = formula is not None
        self._cells = one_cell(model) if formula is None else cells_of(model, formula)
        self._all_cells = ready(self._cells)
        self._ground = StandingGround(model, travel, len(self._cells.begins) - 1)
        self._no_ways = None if all_ways_of(travel) is None else (ready(np.zeros(0, np.int64)),) * 4
        self._is_enclosed = False
        self._asked = AskedVisits(model, self._cells, by_formula=self._by_formula)
        self._wanted = Wanted()
        self._answers = np.zeros((len(model.teams) + 1, layout.ANSWER_COLUMNS), np.int64)
        self._first_answer = memoryview(self._answers[0]).cast("B")
        self._ready_answers = ready(self._answers)
        self._calls: dict[int, StandingCall] = {}
        self._called_on: tuple[object, object] = None, None
        self._metres = None if all(t.max_metres_per_shift is None for t in model.teams) else table.in_metres()
        self.knows_teams = are_known(model.teams)

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
        asked = self._asked.known(timetable.model, visit)
        return None if asked is None else self._find(timetable, memory, asked, visit, what)

    def is_placed(self, timetable: Timetable, memory: Memory, visit: int, changed: Visit) -> bool | None:
        """Say whether a visit would find a place if it was changed so; None where plain Python has to look."""
        if changed.fetch is not None:  # with other windows what is fetched waits otherwise
            return None
        asked = self._asked.changed(timetable.model, visit, changed)
        found = None if asked is None else self._find(timetable, memory, asked, visit, CHEAPEST)
        return None if found is None else bool(found)

    def knows(self, model: Model, visit: int) -> bool:
        """Say whether the visit is one for this finder."""
        return self._asked.known(model, visit) is not None

    def looked_at(self) -> int:
        """Return at how many teams' tours was looked so far."""
        return int(self._ground.ground.prices[layout.LOOKED_AT])

    def _find(self, timetable: Timetable, memory: Memory, asked: Asked, visit: int, what: int) -> list[Answer] | None:
        if asked.able is None:
            return [_chosen(0)] if what == CHOICE else []
        self._follow(timetable, memory)
        self._wanted.write(timetable.model, visit, asked)
        if asked.by_formula:
            many = self._call(what, asked.able)(asked.able)
        else:
            ways = self._no_ways or self._ways(timetable.model, memory, visit)
            given = self._ground.ready(), asked.able, self._wanted.ready
            many = _loaded[3].find(*given, *ways, what, self._ready_answers)
        if many < 0:
            return None
        if what == CHOICE:
            return [_chosen(many)]
        if many == 1:
            return [cast("Answer", _answer_at(self._first_answer))]
        return [(c, d, p, last, fee) for c, d, p, last, fee in self._answers[:many].tolist()] if many else []

    def _call(self, what: int, able: Able) -> StandingCall:
        """Return the call of machine code that passes over teams too far away; all but who is able stands in it."""
        ground, wanted = self._ground.ready(), self._wanted.ready
        if self._called_on[0] is not ground or self._called_on[1] is not wanted:
            self._calls, self._called_on = {}, (ground, wanted)
        call = self._calls.get(what)
        if call is None:
            words = ground, wanted, what, self._ready_answers, able
            call = self._calls[what] = StandingCall(_loaded[0].find, *words)
        return call

    def _ways(self, model: Model, memory: Memory, visit: int) -> tuple[Any, ...]:
        """Return the ways to where a visit begins and from where it ends, ready: seconds, and metres if any count."""
        entry, place = model.entry[visit], model.place[visit]
        seconds = ready_row(memory.travel.column(entry)), ready_row(memory.travel.row(place))
        if self._metres is None:
            return *seconds, *seconds
        return *seconds, ready_row(self._metres.column(entry)), ready_row(self._metres.row(place))

    def _follow(self, timetable: Timetable, memory: Memory) -> None:
        """Bring the arrays to what the timetable is now."""
        changed = self._ground.follow(timetable)
        self._ground.know_places(memory.travel)
        if not self._by_formula:
            return
        if not changed and self._is_enclosed:
            return
        _, spots, boxes, _ = _loaded
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
        finder = roster.finder = Finder(model, memory.travel)
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
