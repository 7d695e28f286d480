"""Visits and teams as the compiled insertion knows them: what may be said of them, and visits as numbers."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

from linli.matcher.bare_code import ready_row
from linli.matcher.fetching import NOTHING, Lead, lead_of, shifted
from linli.matcher.insertion.able_teams import AbleTeams
from linli.matcher.kernels import placing_layout as layout
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.placing_layout import BEYOND, Able, Cells
from linli.matcher.memory import SPARE
from linli.matcher.model import Model
from linli.matcher.problem import DECLINED, EXCLUDED, Team, Visit
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


def are_known(teams: Sequence[Team]) -> bool:
    """Say whether nothing is said of any team that is left to plain Python."""
    return all(getattr(team, name) == usual for team in teams for name, usual in _LEFT_OF_TEAM)


def are_known_by_formula(teams: Sequence[Team]) -> bool:
    """Say whether teams may be passed over for how far away they are."""
    widest = max((abs(team.base.lon) for team in teams), default=0.0)
    return widest < EAST_MOST and all(getattr(team, name) == usual for team in teams for name, usual in _MORE_OF_TEAM)


@dataclass(slots=True)
class Asked:
    """A visit as numbers, ready for machine code, too, with the teams that may be able.

    `guarded` says that people must be cleared to its end, `is_known` that it may be answered for, `by_formula` that
    teams may be passed over for how far away they are.
    """

    visit: Visit
    numbers: array[int]
    ready: Longs
    guarded: bool
    is_known: bool
    by_formula: bool
    able: Able | None


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
        return self._now(model, visit, known)

    def changed(self, model: Model, visit: int, changed: Visit) -> Asked | None:
        """Return a visit as numbers if it was changed so; None if it is left to plain Python."""
        return self._now(model, visit, self._read(model, visit, changed))

    def _now(self, model: Model, visit: int, known: Asked) -> Asked | None:
        """Return a visit with what changes from round to round."""
        if not known.is_known:
            return None
        known.numbers[layout.WHERE], known.numbers[layout.NOW] = model.place[visit], model.now
        known.numbers[layout.FIRST_AT] = model.entry[visit]
        if known.guarded:
            known.numbers[layout.ENDS] = earliest_end(model.problem, known.visit)
        return known

    def _read(self, model: Model, visit: int, this: Visit) -> Asked:
        mine = this.pin is None and _more_of_visit(this)[:-1] == _NOTHING_MORE
        formula = self._by_formula and this.fetch is None and abs(this.place.lon) < EAST_MOST
        able = self._able.of if formula else self._able.within_limits
        row = array("q", self._numbers(model, visit, this))
        guarded = this.safeguarding is not None or this.gender is not None
        return Asked(this, row, ready_row(row), guarded, mine, formula, able(model, this) if mine else None)

    def _numbers(self, model: Model, visit: int, this: Visit) -> tuple[int, ...]:
        limit, lead = this.travel_limit, NOTHING if this.fetch is None else lead_of(model.problem, this)
        windows = shifted(starts_of(model.problem, this), lead.seconds)
        seconds, metres = (None, None) if limit is None else (limit.seconds, limit.metres)
        asked_from = BEYOND if this.urgency == 0 or not this.windows else this.windows[0][0]
        regular = -1 if this.regular_team is None else model.team_index.get(this.regular_team, -2)
        return (
            *(model.now, 0, this.duration + lead.seconds, model.place[visit], asked_from),
            *(BEYOND if seconds is None else seconds, BEYOND if metres is None else metres, regular),
            *(model.soft[visit], *(BEYOND if at is None else at - lead.seconds for at in (this.due, this.told))),
            *(lead.seconds, *self._within(model, visit, lead), model.weights.travel * lead.way),
            model.entry[visit],
            *(len(windows), *(end for window in windows for end in window), *self._barred(model, this)),
        )

    def _within(self, model: Model, visit: int, lead: Lead) -> tuple[int, int]:
        """Return seconds and metres from where something is fetched to the visit; metres only where they may count."""
        return lead.way, 0 if self._by_formula else model.metres_within(visit)

    def _barred(self, model: Model, visit: Visit) -> list[int]:
        """Return the teams that may not be sent to this visit, whatever they hold; who is not asked yet is not able."""
        barred = [
            model.team_index[team]
            for team, why in visit.barred_teams
            if why in (DECLINED, EXCLUDED) and team in model.team_index
        ]
        return barred if visit.household is None else barred + self._excluding.get(visit.household, [])
