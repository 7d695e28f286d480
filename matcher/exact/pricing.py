"""Looks for a crew's best routes at given prices of visits, exactly or in a hurry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from linli.matcher.exact.grounds import BUCKETS, COARSE, Crews, coarsely
from linli.matcher.kernels.layout import Longs
from linli.matcher.kernels.look_ahead import look_ahead
from linli.matcher.kernels.routes import (
    BEFORE,
    BEST,
    FULL,
    IN_A_HURRY,
    LABEL_COLUMNS,
    LAST,
    MADE,
    PAUSED,
    PROGRESS,
    REWARD,
    STRICT,
    Ahead,
    grow,
)
from linli.matcher.model import Model
from linli.matcher.problem import Plan

ROOM = 400_000
"""Partial routes kept at most for one crew, 25 MB; where they are too few, what looking ahead found is the bound."""

SLICE = 20_000_000
"""Partial routes compared, some tenths of a second, before it is asked whether to stop."""

ROUTES = 12
"""Routes taken over from one look: several, for the prices of the next look will be others."""

APART = 0.5
"""A further route is taken where at most such a share of its stops is on one taken before."""


class Route(NamedTuple):
    """A route and how often it comes to which visit, by the model's number."""

    visits: tuple[int, ...]


class Found(NamedTuple):
    """What a crew can win: no route wins more than `most`; some of the good ones, the best first."""

    most: int
    routes: tuple[Route, ...]


def room_to_look(visits: int, buckets: int = BUCKETS) -> Ahead:
    """Return arrays for looking ahead over so many visits, a shift cut into so many pieces."""
    size = visits, buckets
    first, hope, rank = np.empty(visits, np.int32), np.empty(visits, np.int64), np.empty(visits, np.int32)
    best, other, won = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    return Ahead(best, np.empty(size, np.int32), other, first, hope, rank, won)


class Desk:
    """Working memory for one thread: made once, for it is large."""

    def __init__(self) -> None:
        self.labels = np.zeros((ROOM, LABEL_COLUMNS), dtype=np.int64)

    def price(
        self, crews: Crews, reward: Longs, floor: int, strict: bool, is_over: Callable[[], bool] = lambda: False
    ) -> Found:
        """Return what one of these crews can win beyond `floor`.

        Parameters
        ----------
        crews : Crews
            Who.
        reward : array, (visits of the model,)
            What each visit is worth now; none is negative.
        floor : int
            Routes that win no more are of no interest; `Found.most` is at least this.
        strict : bool
            Whether `Found.most` must be a bound; else it is the best that was found in a hurry.
        is_over : callable
            Asked again and again whether to be content with what looking ahead found.
        """
        mine = reward[crews.visits]
        seen, buckets = (crews, BUCKETS) if strict and not is_over() else (coarsely(crews), BUCKETS // COARSE)
        ahead = room_to_look(len(mine), buckets)
        top = look_ahead(seen.ground, mine, ahead) if strict else int(mine.sum())
        if top <= floor:
            return Found(floor, ())
        found = self.grown(seen, mine, ahead, floor, strict=False, is_over=is_over)
        if not strict:
            return found or Found(top, ())
        # A good route found in a hurry spares most of the partial routes that could not become better.
        known = found or Found(floor, ())
        best = self.grown(seen, mine, ahead, known.most, strict=True, is_over=is_over)
        if best is None:
            return Found(top, known.routes)
        return Found(best.most, (*best.routes, *(one for one in known.routes if one not in best.routes)))

    def grown(
        self, crews: Crews, mine: Longs, ahead: Ahead, floor: int, *, strict: bool, is_over: Callable[[], bool]
    ) -> Found | None:
        """Return what growing partial routes finds beyond `floor`; None if it is over, or there is no more room."""
        head, progress = np.empty(len(mine), np.int32), np.zeros(PROGRESS, np.int64)
        if is_over():
            return None
        how = STRICT if strict else IN_A_HURRY
        while (state := grow(crews.ground, mine, ahead, floor, self.labels, head, how, progress, SLICE)) == PAUSED:
            if is_over():
                return None
        if state == FULL:
            return None
        return Found(int(progress[BEST]), self._routes(crews, int(progress[MADE]), floor))

    def _routes(self, crews: Crews, made: int, floor: int) -> tuple[Route, ...]:
        """Return the best partial routes as they stand, none too much like one before it."""
        rewards = self.labels[:made, REWARD]
        good = np.flatnonzero(rewards > floor)
        order = good[np.argsort(-rewards[good], kind="stable")]
        routes: list[Route] = []
        for label in order[: 20 * ROUTES].tolist():
            stops = self._stops(crews, label)
            if all(len(set(stops) & set(one.visits)) <= APART * len(stops) for one in routes):
                routes.append(Route(stops))
            if len(routes) == ROUTES:
                break
        return tuple(routes)

    def _stops(self, crews: Crews, label: int) -> tuple[int, ...]:
        stops: list[int] = []
        while label >= 0:
            stops.append(int(crews.visits[self.labels[label, LAST]]))
            label = int(self.labels[label, BEFORE])
        return tuple(sorted(stops))


def routes_of(model: Model, groups: Sequence[Crews], plan: Plan) -> Iterator[tuple[int, Route]]:
    """Yield the routes of a plan with their groups, one for each shift, visits left out that the group does not know.

    A route that does not hold would spoil prices, but no bound.
    """
    group_of = {(crews.team, crews.shift): number for number, crews in enumerate(groups)}
    for route in plan.routes:
        team = model.team_index.get(route.team, -1)
        stops: dict[int, list[int]] = {}
        for stop in route.stops:
            visit = model.visit_index.get(stop.visit, -1)
            shifts = model.teams[team].shifts if team >= 0 else ()
            shift = next((k for k, (lo, hi) in enumerate(shifts) if lo <= stop.start <= hi), -1)
            number = group_of.get((team, shift), -1)
            if number >= 0 and visit in groups[number].visits:
                stops.setdefault(number, []).append(visit)
        yield from ((number, Route(tuple(sorted(visits)))) for number, visits in stops.items())
