"""Visits and teams as the compiled insertion knows them: what may be said of them, and visits as numbers."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import chain
from operator import attrgetter
from struct import Struct
from typing import Final

from linli.matcher.bare_code import ready_row
from linli.matcher.fetching import NOTHING, Lead, lead_of, shifted
from linli.matcher.insertion.able_teams import AbleTeams
from linli.matcher.kernels.placing_layout import BEYOND, ENDS, FIRST_AT, NOW, WHERE, Able, Cells
from linli.matcher.memory import SPARE
from linli.matcher.model import Model
from linli.matcher.problem import DECLINED, EXCLUDED, Team, Visit, Window
from linli.matcher.rules import earliest_end, starts_of

OF_VISIT: Final = frozenset(
    (
        *("id", "request", "leg", "place", "duration", "windows", "needs", "travel_limit", "safeguarding", "gender"),
        *("language", "barred_teams", "urgency", "pin", "household", "promised", "registered", "due", "told"),
        *("regular_team", "kinds", "not_yet", "fetch"),
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

LIMITS_OF_A_SHIFT: Final = frozenset(("max_travel_per_shift", "max_metres_per_shift"))
"""What it knows of a team only where it looks at all of them: with one such team all are looked at."""

LEFT_TO_PYTHON: Final = frozenset(("joined",))
"""What else may be said of a visit: other visits bind it."""

LIMITS_LEFT_TO_PYTHON: Final = frozenset(("max_visits_per_day", "max_work_per_day", "shift_days"))
"""What else may be said of a team: limits that its crews share; one such team leaves all to Python."""

EAST_MOST: Final = 154.0
"""Degrees of longitude, either side of Greenwich, beyond which the date line might be the shorter way."""

_MORE_OF_VISIT = {one.name: one.default for one in fields(Visit) if one.name not in OF_VISIT}
_more_of_visit = attrgetter(*_MORE_OF_VISIT, "id")
_NOTHING_MORE = tuple(_MORE_OF_VISIT.values())
_MORE_OF_TEAM = tuple((one.name, one.default) for one in fields(Team) if one.name not in OF_TEAM)
_LEFT_OF_TEAM = tuple((name, usual) for name, usual in _MORE_OF_TEAM if name not in LIMITS_OF_A_SHIFT)


@cache
def _packer(words: int) -> Callable[..., bytes]:
    """Return what writes so many numbers into bytes, in a quarter of the time that an array takes."""
    return Struct(f"{words}q").pack


def are_known(teams: Sequence[Team]) -> bool:
    """Say whether nothing is said of any team that is left to plain Python."""
    return all(getattr(team, name) == usual for team in teams for name, usual in _LEFT_OF_TEAM)


def are_known_by_formula(teams: Sequence[Team]) -> bool:
    """Say whether teams may be passed over for how far away they are."""
    widest = max((abs(team.base.lon) for team in teams), default=0.0)
    return widest < EAST_MOST and all(getattr(team, name) == usual for team in teams for name, usual in _MORE_OF_TEAM)


WORDS_FIRST: Final = 64
"""So many words of a visit there is room for at first: of most a third."""

BYTES: Final = 8
"""Of a word."""


@dataclass(slots=True)
class Asked:
    """A visit as numbers of 64 bits, with the teams that may be able; none are where it never may start.

    `guarded` says that people must be cleared to its end, `is_known` that it may be answered for, `by_formula` that
    teams may be passed over for how far away they are.
    """

    visit: Visit
    numbers: bytes
    guarded: bool
    is_known: bool
    by_formula: bool
    able: Able | None


class Wanted:
    """The row in which machine code reads which visit is asked for: one for all, so that it stays in the cache.

    Attributes
    ----------
    ready : array
        The row, ready; another one where a visit did not fit.
    """

    __slots__ = ("_bytes", "_row", "ready")

    def __init__(self) -> None:
        self._make_room(WORDS_FIRST)

    def write(self, model: Model, visit: int, asked: Asked) -> None:
        """Write a visit down, with what changes from round to round."""
        numbers = asked.numbers
        if len(numbers) > len(self._bytes):
            self._make_room(len(numbers) // BYTES)
        self._bytes[: len(numbers)] = numbers
        row = self._row
        row[NOW], row[WHERE], row[FIRST_AT] = model.now, model.place[visit], model.entry[visit]
        if asked.guarded:
            row[ENDS] = earliest_end(model.problem, asked.visit)

    def _make_room(self, words: int) -> None:
        self._row = array("q", bytes(BYTES * words))
        self._bytes = memoryview(self._row).cast("B")
        self.ready = ready_row(self._row)


class AskedVisits:
    """Visits as numbers, each remembered as long as it is the same.

    Parameters
    ----------
    model : Model
        A problem with a remembered roster.
    cells : Cells
        Its teams in a grid.
    by_formula : bool
        Whether all teams may be passed over for how far away they are.
    """

    def __init__(self, model: Model, cells: Cells, *, by_formula: bool) -> None:
        self._by_formula = by_formula
        self._able = AbleTeams(model, cells)
        self._asked: dict[str, Asked] = {}
        self._excluding: dict[str, list[int]] = {}
        for t, team in enumerate(model.teams):
            for household in team.excluded_households:
                self._excluding.setdefault(household, []).append(t)

    def known(self, model: Model, visit: int) -> Asked | None:
        """Return a visit as numbers; None if it is left to plain Python."""
        this = model.visits[visit]
        known = self._asked.get(this.id)
        if known is None or known.visit is not this:
            if len(self._asked) > 2 * len(model.visits) + SPARE:
                self._asked.clear()
            known = self._asked[this.id] = self._read(model, visit, this)
        return known if known.is_known else None

    def changed(self, model: Model, visit: int, changed: Visit) -> Asked | None:
        """Return a visit as numbers if it was changed so; None if it is left to plain Python."""
        known = self._read(model, visit, changed)
        return known if known.is_known else None

    def _read(self, model: Model, visit: int, this: Visit) -> Asked:
        mine = this.pin is None and _more_of_visit(this)[:-1] == _NOTHING_MORE
        formula = self._by_formula and this.fetch is None and abs(this.place.lon) < EAST_MOST
        able = self._able.of if formula else self._able.within_limits
        lead = NOTHING if this.fetch is None else lead_of(model.problem, this)
        windows = shifted(starts_of(model.problem, this), lead.seconds)
        row = self._numbers(model, visit, this, lead, windows)
        guarded = this.safeguarding is not None or this.gender is not None
        numbers = _packer(len(row))(*row)
        return Asked(this, numbers, guarded, mine, formula, able(model, this) if mine and windows else None)

    def _numbers(
        self, model: Model, visit: int, this: Visit, lead: Lead, windows: tuple[Window, ...]
    ) -> tuple[int, ...]:
        limit, due, told = this.travel_limit, this.due, this.told
        seconds, metres = (None, None) if limit is None else (limit.seconds, limit.metres)
        barred = self._barred(model, this) if this.barred_teams or this.household is not None else ()
        return (
            *(0, 0, this.duration + lead.seconds, 0),
            BEYOND if this.urgency == 0 or not this.windows else this.windows[0][0],
            BEYOND if seconds is None else seconds,
            BEYOND if metres is None else metres,
            -1 if this.regular_team is None else model.team_index.get(this.regular_team, -2),
            model.soft[visit],
            BEYOND if due is None else due - lead.seconds,
            BEYOND if told is None else told - lead.seconds,
            lead.seconds,
            lead.way,
            0 if self._by_formula else model.metres_within(visit),  # only where they may count
            model.weights.travel * lead.way,
            *(0, len(barred), len(windows), *chain.from_iterable(windows), *barred),
        )

    def _barred(self, model: Model, visit: Visit) -> list[int]:
        """Return the teams that may not be sent to this visit, whatever they hold; who is not asked yet is not able."""
        barred = [
            model.team_index[team]
            for team, why in visit.barred_teams
            if why in (DECLINED, EXCLUDED) and team in model.team_index
        ]
        return barred if visit.household is None else barred + self._excluding.get(visit.household, [])
