"""What the matcher remembers from round to round, so that a round pays for what changed and not for what is there.

Everything here is a pure function of immutable values that are kept beside it, and is used only for those very values:
a memory can change the speed of a decision and nothing else. A test decides a day with and without it.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from linli.matcher.duties import Duty, Fit, TourTimes
from linli.matcher.problem import Place, Route, Stop, Team, Visit, Weights
from linli.matcher.travel import seconds_by

if TYPE_CHECKING:
    from linli.matcher.kernels.layout import Longs
    from linli.matcher.travel import IntTable, Travel

SPARE: Final = 500
"""So much that is of no use any more may be remembered beyond twice what there is, before everything is forgotten."""


class TravelTable:
    """Another travel, its rows remembered; places are numbered in the order in which they are met.

    Parameters
    ----------
    travel : Travel
        Where travel times come from; the same pair must always have the same answer.
    """

    def __init__(self, travel: Travel) -> None:
        self.travel = travel
        self._seconds = seconds_by(travel)
        self.places: list[Place] = []
        self._number: dict[Place, int] = {}
        self._rows: dict[int, array[int]] = {}
        self._columns: dict[int, array[int]] = {}

    @property
    def quality(self) -> str:
        """How good the figures are."""
        return self.travel.quality

    @property
    def symmetric(self) -> bool:
        """Whether the way back always equals the way there."""
        return self.travel.symmetric

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres from `a` to `b`."""
        return self.travel.between(a, b)

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return seconds and metres, each of shape (origins, destinations)."""
        return self.travel.matrix(origins, destinations)

    def number(self, place: Place) -> int:
        """Return a place's number, a new one for a new place."""
        known = self._number.get(place)
        if known is None:
            known = self._number[place] = len(self.places)
            self.places.append(place)
        return known

    def row(self, place: int) -> array[int]:
        """Return travel seconds from a place to all places numbered so far."""
        row = self._rows.get(place)
        if row is None:
            return self._new_row(place)
        if len(row) < len(self.places):
            later = range(len(row), len(self.places))
            if self.travel.symmetric:
                # Whoever came later knows the way here: a new place costs one row, not a bit of every row.
                row.extend([(self._rows.get(other) or self._new_row(other))[place] for other in later])
            else:
                row.frombytes(self._seconds((self.places[place],), self.places[len(row) :])[0].data.cast("B"))
        return row

    def _new_row(self, place: int) -> array[int]:
        row = self._rows[place] = array("q")
        row.frombytes(self._seconds((self.places[place],), self.places)[0].data.cast("B"))
        return row

    def seconds(self, origin: int, destination: int) -> int:
        """Return travel seconds between two places, without making a row for them."""
        row = self._rows.get(origin)
        if row is not None and destination < len(row):
            return row[destination]
        return self.travel.between(self.places[origin], self.places[destination])[0]

    def column(self, place: int) -> array[int]:
        """Return travel seconds from all places numbered so far to a place."""
        if self.travel.symmetric:
            return self.row(place)
        column = self._columns.get(place)
        if column is None:
            column = self._columns[place] = array("q")
        if len(column) < len(self.places):
            later = self.places[len(column) :] if column else self.places  # the same list again: see `TableTravel`
            column.frombytes(self._seconds(later, (self.places[place],)).ravel().data.cast("B"))
        return column

    def in_metres(self) -> TravelTable:
        """Return a table of metres where this one has seconds; its places are the same."""
        table = TravelTable(_InMetres(self.travel))
        table.places = self.places
        return table


class _InMetres:
    """A travel whose seconds are another one's metres; the way back may have more of them all the same."""

    symmetric = False

    def __init__(self, travel: Travel) -> None:
        self._travel = travel
        self.quality = travel.quality

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return metres twice from `a` to `b`."""
        metres = self._travel.between(a, b)[1]
        return metres, metres

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return metres twice of shape (origins, destinations)."""
        metres = self._travel.matrix(origins, destinations)[1]
        return metres, metres


def _none() -> dict[int, Fit | None]:
    """Return answers for no duty yet: ``dict[int, ...]()`` takes three times as long."""
    return {}


@dataclass(slots=True)
class Fits:
    """Where one visit fits, as long as the clock shows no more than `until`: later, the time that is left decides.

    `until` is None as long as nobody asked, `asked` when the clock first did; `all` is every fit once somebody asked
    for them; `on` holds answers for single duties.
    """

    visit: Visit
    asked: int
    until: int | None = None
    all: tuple[Fit, ...] | None = None
    on: dict[int, Fit | None] = field(default_factory=_none)


@dataclass(slots=True)
class Roster:
    """Duties of a roster, and the fits of visits on them; all of it holds for these teams, weights and adults alone.

    `adults` is how many cleared adults are kept for each crew; see `linli.matcher.rules.adults_a_crew_may_need`.
    `cleared` says until when enough people are cleared, by team and by duty, for what visits ask of them: a few kinds.
    `lapses` says of a team when its people's clearances lapse, by what is asked for. `finder` belongs to
    `linli.matcher.insertion.compiled_insertion`, which makes it when it is first asked.
    """

    teams: tuple[Team, ...]
    weights: Weights
    adults: int
    bases: list[int]
    duties: list[Duty]
    duties_of_team: list[list[int]]
    fits: dict[str, Fits] = field(default_factory=dict[str, Fits])
    cleared: dict[object, tuple[Longs, Longs]] = field(default_factory=dict[object, "tuple[Longs, Longs]"])
    lapses: dict[tuple[int, bool, bool], list[int]] = field(default_factory=dict[tuple[int, bool, bool], "list[int]"])
    finder: object = None

    def is_for(self, teams: tuple[Team, ...], weights: Weights, adults: int) -> bool:
        """Say whether it holds for a problem's teams, weights and adults."""
        return self.teams is teams and self.adults == adults and self.weights == weights

    def forget_the_gone(self, count: int) -> None:
        """Forget all fits if most of them belong to visits that are gone."""
        if len(self.fits) > 2 * count + SPARE:
            self.fits.clear()


@dataclass(slots=True)
class KnownRoute:
    """What was found out about one crew's route, as long as its stops, visits and team are the very same.

    Attributes
    ----------
    good_until
        Until this time the checker has nothing against it: later its crew may have set out.
    terms
        What it costs, term by term in the order of `linli.matcher.objective.CostTerms`.
    roster, tours, laid_until
        Its tours as they were laid out on a roster's duties, and until when the clock does not cut into them.
    """

    stops: tuple[Stop, ...]
    visits: tuple[Visit, ...]
    team: Team
    good_until: int = -1
    terms: tuple[int, ...] | None = None
    roster: Roster | None = None
    tours: tuple[TourTimes, ...] = ()
    laid_until: int = -1


class Memory:
    """One district's memory.

    Parameters
    ----------
    travel : Travel
        Where travel times come from.
    weights : Weights
        What costs are remembered for; a problem with others must have another memory.
    """

    def __init__(self, travel: Travel, weights: Weights) -> None:
        self.travel = TravelTable(travel)
        self.weights = weights
        self.roster: Roster | None = None
        self._routes: dict[tuple[str, int], KnownRoute] = {}

    def route(self, route: Route, visits: tuple[Visit, ...], team: Team) -> KnownRoute:
        """Return what is known of a route; whatever was known of the crew's other route before is forgotten.

        Parameters
        ----------
        route : Route
            Team, crew and stops.
        visits : tuple of Visit
            The visits of its stops, in order.
        team : Team
            Whose route it is.
        """
        known = self._routes.get((route.team, route.crew))
        if known is None or known.team is not team or known.visits != visits or known.stops != route.stops:
            known = self._routes[route.team, route.crew] = KnownRoute(route.stops, visits, team)
        return known

    def is_full(self, count: int) -> bool:
        """Say whether most places it knows are those of visits that are gone; `count` is how many places there are."""
        return len(self.travel.places) > 2 * count + SPARE
