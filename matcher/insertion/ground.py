"""A roster and its tours as arrays for the compiled insertion: they live on, and change where a tour changes."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from linli.matcher.bare_code import ready
from linli.matcher.duties import NO_LIMIT
from linli.matcher.ends_travel import AllWays, Ends, all_ways_of
from linli.matcher.kernels import placing_layout as layout
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.placing_layout import BEYOND, Ground
from linli.matcher.memory import TravelTable
from linli.matcher.model import Model
from linli.matcher.objective import HOUR, MOVE_TOLERANCE, reoffer_price
from linli.matcher.problem import Team, Weights
from linli.matcher.route import Tour
from linli.matcher.table_travel import NO_TABLE
from linli.matcher.timetable import Timetable
from linli.matcher.travel import Travel

TOURS_FIRST: Final = 64
"""Tours that there is room for at first; it doubles when it is spent."""

POSITIONS_FIRST: Final = 16
"""Positions of a tour that there is room for at first; a day's tour rarely has more."""


class StandingGround:
    """The arrays, and which tours they hold.

    Parameters
    ----------
    model : Model
        Its roster, which must be a remembered one, is what the arrays are for.
    travel : Travel
        Where travel times come from; places are prepared where a formula or a table tells all of them.
    cells : int
        How many cells the roster's grid has.

    Notes
    -----
    Every schedule of a tour has lists of its own, so the very list of latest arrivals says which schedule a row holds.
    """

    def __init__(self, model: Model, travel: Travel, cells: int) -> None:
        self._all_ways = all_ways_of(travel)
        whole = NO_TABLE if self._all_ways is None else self._all_ways.table
        self._team_of = np.array([duty.team for duty in model.duties], dtype=np.int32)
        self._held: dict[int, list[int]] = {}
        self._free = list(range(TOURS_FIRST))
        self._of: object = None
        self._placed = 0
        shifts = [shift for team in model.teams for shift in team.shifts]
        self.ground = Ground(
            teams=_teams(model),
            shifts=np.array(shifts, dtype=np.int64).reshape(-1, 2),
            slot=np.full(len(model.duties), -1, np.int32),
            places=np.zeros((2 * len(model.teams) + TOURS_FIRST, layout.PLACE_COLUMNS)),
            left=np.zeros(2 * len(model.teams) + TOURS_FIRST, np.int32),
            reached=np.zeros(2 * len(model.teams) + TOURS_FIRST, np.int32),
            seconds=whole.seconds,
            metres=whole.metres,
            rows=np.zeros((TOURS_FIRST, POSITIONS_FIRST, layout.ROW_COLUMNS), np.int64),
            books=np.zeros((TOURS_FIRST, layout.BOOK_COLUMNS), np.int64),
            prices=_prices(model.weights),
            boxes=np.zeros((layout.LENGTHS, len(model.teams), layout.BOX_COLUMNS)),
            cell_boxes=np.zeros((layout.LENGTHS, cells, layout.BOX_COLUMNS)),
        )
        self._ready_of, self._ready = self.ground, ready(self.ground)

    def ready(self) -> Ground:
        """Return the arrays, ready for machine code."""
        if self._ready_of is not self.ground:
            self._ready_of, self._ready = self.ground, ready(self.ground)
        return self._ready

    def follow(self, timetable: Timetable) -> list[tuple[int, int]]:
        """Bring the arrays to what the timetable is now; return teams and rows that changed, -1 for an ended tour."""
        tours = timetable.tours
        if self._of is not tours.token:
            self._of = tours.token
            tours.changed.update(self._held, tours.laid_out())
        if not tours.changed:
            return []
        duties = [duty for duty in sorted(tours.changed) if self._changes(duty, tours.get(duty))]
        tours.changed.clear()
        return [(int(self._team_of[duty]), int(self.ground.slot[duty])) for duty in duties]

    def know_places(self, table: TravelTable) -> None:
        """Prepare the places that were numbered since the last time; what bases stand for is numbered, too."""
        places = table.places
        if self._all_ways is None or self._placed == len(places):
            return
        if self._all_ways.formula is not None:
            for base in filter(None, map(self._all_ways.ends.get, places[self._placed :])):
                for end in filter(None, (base.start, base.end)):
                    table.number(end)
        old = self.ground
        if len(places) > len(old.places):
            wider = (_grown(array, len(places)) for array in (old.places, old.left, old.reached))
            self.ground = old._replace(**dict(zip(("places", "left", "reached"), wider, strict=True)))
        for number in range(self._placed, len(places)):
            self._prepare(table, number, self._all_ways)
        self._placed = len(places)

    def _prepare(self, table: TravelTable, number: int, ways: AllWays) -> None:
        """Note where a place lies, or which ones a base of its own stands for."""
        place, ground = table.places[number], self.ground
        if ways.formula is not None and place not in ways.ends:
            ground.left[number] = ground.reached[number] = number
            ground.places[number] = ways.formula.prepared(place)
            return
        ends = ways.ends.get(place) or Ends(place, place)
        ground.left[number], ground.reached[number] = (
            layout.NOWHERE if one is None else table.number(one) if ways.formula is not None else ways.table.row(one)
            for one in (ends.start, ends.end)
        )

    def _changes(self, duty: int, tour: Tour | None) -> bool:
        """Take a duty's tour over; return whether that changed anything."""
        if tour is None or not tour.stops:
            if self._held.pop(duty, None) is None:
                return False
            self._free.append(int(self.ground.slot[duty]))
            self.ground.slot[duty] = -1
            return True
        if self._held.get(duty) is tour.late:
            return False
        if duty not in self._held:
            self.ground.slot[duty] = self._new_row()
        self._held[duty] = tour.late
        self._fill(int(self.ground.slot[duty]), tour)
        return True

    def _new_row(self) -> int:
        if not self._free:
            many = len(self.ground.rows)
            self.ground = self.ground._replace(
                rows=_grown(self.ground.rows, many + 1), books=_grown(self.ground.books, many + 1)
            )
            self._free = list(range(many, len(self.ground.rows)))
        return self._free.pop()

    def _fill(self, row: int, tour: Tour) -> None:
        count = len(tour.stops)
        if count + 1 > self.ground.rows.shape[1]:
            old = self.ground.rows
            rows = np.zeros((len(old), 2 * (count + 2), layout.ROW_COLUMNS), np.int64)
            rows[:, : old.shape[1]] = old
            self.ground = self.ground._replace(rows=rows)
        stops = [_stop(tour, k) for k in range(count)]
        end = (0,) * (layout.ROW_COLUMNS - layout.DURATION)
        ways = zip(tour.done, tour.late, tour.places, tour.hops, tour.entries, _hop_metres(tour), strict=False)
        self.ground.rows[row, : count + 1] = [(*way, *stop) for way, stop in zip(ways, [*stops, end], strict=True)]
        many = max(map(len, tour.windows)) > layout.WINDOWS_MOST
        self.ground.books[row] = count, tour.room, tour.work, tour.load_cost, tour.soft, 0, many, *_spare(tour)


def _stop(tour: Tour, k: int) -> tuple[int, ...]:
    """Return the columns of a row that tell of the stop itself."""
    model, visit, windows = tour.model, tour.stops[k], tour.windows[k][: layout.WINDOWS_MOST]
    wanted, lead = model.visits[visit], model.lead[visit]
    due, told = wanted.due, wanted.told
    spans = [end for window in windows for end in window]
    return (
        model.duration[visit],
        BEYOND if due is None else due - lead,
        BEYOND if told is None else told - lead,
        tour.start[k],
        model.place[visit],
        len(windows),
        *spans,
        *[0] * (2 * layout.WINDOWS_MOST - len(spans)),
    )


def _hop_metres(tour: Tour) -> list[int]:
    """Return the metres of each way of a tour, 0 where its crew's metres are not limited."""
    if tour.model.duties[tour.duty].most_metres >= NO_LIMIT:
        return [0] * len(tour.done)
    return [tour.model.metres(a, b) for a, b in zip(tour.places, tour.entries, strict=False)]


def _spare(tour: Tour) -> tuple[int, int]:
    """Return how many seconds and metres longer a crew may be on the way."""
    duty = tour.model.duties[tour.duty]
    return (
        BEYOND if duty.most_travel >= NO_LIMIT else duty.most_travel - tour.on_the_way(),
        BEYOND if duty.most_metres >= NO_LIMIT else duty.most_metres - tour.metres(),
    )


def _teams(model: Model) -> Longs:
    rows = np.zeros((len(model.teams), layout.TEAM_COLUMNS), np.int64)
    shift = 0
    for t, team in enumerate(model.teams):
        duties = model.duties_of_team[t]
        until = -1 if team.asked_enough_until is None else team.asked_enough_until
        most = NO_LIMIT if team.max_visits_per_shift is None else team.max_visits_per_shift
        on_the_way = team.max_travel_per_shift, team.max_metres_per_shift
        rows[t] = (
            duties[0] if duties else 0,
            shift,
            shift + len(team.shifts),
            team.crews,
            *_limits(team),
            until,
            team.load,
            reoffer_price(model.weights, team) + model.weights.notification * team.asked,
            model.base[t],
            most <= 0,
            0,
            *(BEYOND if limit is None or limit >= NO_LIMIT else limit for limit in on_the_way),
        )
        shift += len(team.shifts)
    return rows


def _limits(team: Team) -> tuple[int, int]:
    """Return how far a team goes, in seconds and metres."""
    limit = team.travel_limit
    seconds, metres = (None, None) if limit is None else (limit.seconds, limit.metres)
    return BEYOND if seconds is None else seconds, BEYOND if metres is None else metres


def _prices(weights: Weights) -> Longs:
    row = np.zeros(layout.PRICES, np.int64)
    row[layout.TRAVEL_WEIGHT], row[layout.LATENESS_WEIGHT] = weights.travel, weights.lateness
    row[layout.MOVE_WEIGHT], row[layout.LOAD_WEIGHT] = weights.move, weights.load
    row[layout.CONTINUITY], row[layout.MOVE_TOLERANCE] = weights.continuity, MOVE_TOLERANCE
    row[layout.LOAD_UNIT] = 2 * HOUR * HOUR
    return row


def _grown(array: NDArray[Any], least: int) -> Any:
    """Return a larger copy of an array, of the same type; what is new is zero."""
    more = max(least, 2 * len(array)) - len(array)
    return np.concatenate((array, np.zeros((more, *array.shape[1:]), array.dtype)))
