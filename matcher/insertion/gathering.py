"""Finding teams and times for the visits of one request by several teams: all of them, or an account of what failed.

A start is fixed first and the teams follow from it, leg by leg; of several starts the cheapest is taken. It is a search
by hand, not an optimum: a county has a few such requests a day, and their visits must stand before all others move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from linli.matcher.duties import Fit
from linli.matcher.fetching import shifted
from linli.matcher.insertion.insertion import NEVER, Insertion, Spot, best_in_tour, describe
from linli.matcher.joined import Joined
from linli.matcher.problem import Visit, Window
from linli.matcher.timetable import Timetable

TEAMS_TRIED: Final = 8
"""Teams tried for a leg at one time, the cheapest first: with a ninth nothing was ever found that eight had not."""

STARTS_TRIED: Final = 24
"""Starts tried for one request and round: the best of single legs, then every half hour of its windows."""

TRIES_MAX: Final = 600
"""Teams looked at for one request and round in all, some fifty microseconds each."""

STEP: Final = 1_800
"""Seconds between the starts that are tried besides."""


class Held(NamedTuple):
    """A leg that has its team, or has asked it: who, from when until when."""

    team: str
    start: int
    end: int


class Option(NamedTuple):
    """A team that could make a leg: its number, the place, and its start and end."""

    team: int
    spot: Spot
    start: int
    end: int


@dataclass(slots=True)
class _Tried:
    """What one search has cost so far and how far it came."""

    left: int = TRIES_MAX
    stuck: int = 0
    known: dict[tuple[int, Window], list[Option]] = field(default_factory=dict[tuple[int, Window], list[Option]])


class Found(NamedTuple):
    """Teams for all legs that lacked one; or none, and the leg for which none could be found."""

    places: Mapping[int, Insertion]
    stuck: int


class Gathering:
    """One request's legs beside everything that is planned.

    Parameters
    ----------
    timetable
        What is planned; it grows by what `take` is given.
    visits
        The request's visits, in order of legs.
    joined
        What binds them to each other.
    held
        Legs that have a team.
    barred
        Numbers of teams that may not be asked now.
    only
        Per leg the one team that may go; any where it is not named.
    """

    def __init__(
        self,
        timetable: Timetable,
        visits: Sequence[Visit],
        joined: Joined,
        held: Mapping[int, Held],
        barred: frozenset[str] = frozenset(),
        only: Mapping[int, str] | None = None,
    ) -> None:
        model = timetable.model
        self.timetable = timetable
        self.visits = visits
        self.index = [model.visit_index[visit.id] for visit in visits]
        self.held = held
        self.joined = joined
        self._only = {leg: model.team_index.get(team, -1) for leg, team in (only or {}).items()}
        self._taken = {model.team_index.get(one.team, -1) for one in held.values()}
        self._barred = {model.team_index.get(team, -1) for team in barred}
        self._tried = _Tried()

    def seek(self, wished: Mapping[int, int] | None = None) -> Found:
        """Find teams for all legs that have none.

        Parameters
        ----------
        wished
            Starts of legs that should stay as they were told.
        """
        fixed = {leg: (start, start) for leg, start in (wished or {}).items()}
        starts = [None] if self.held or fixed else self._starts()
        best: tuple[int, list[Option]] | None = None
        missing = [leg for leg in range(len(self.visits)) if leg not in self.held]
        for start in starts:
            spans = self._spans(fixed if start is None else {**fixed, 0: (start, start)})
            found = self._arrange(missing, spans, [], 0, NEVER if best is None else best[0])
            if found is not None:
                best = found
        if best is None:
            return Found({}, self._tried.stuck)
        places = {leg: self._described(leg, one) for leg, one in zip(missing, best[1], strict=True)}
        return Found(places, 0)

    def take(self, found: Found) -> None:
        """Put what was found into the timetable, so that nobody else is given the same crew."""
        for leg, place in found.places.items():
            self._put(leg, place)

    def impossible(self) -> int | None:
        """Return the first leg that nobody can make, whatever becomes of the others, or ``None``."""
        lacking = (leg for leg in range(len(self.visits)) if leg not in self.held)
        return next((leg for leg in lacking if not self._options(leg, self._whole(leg))), None)

    def _put(self, leg: int, place: Insertion) -> None:
        model, visit = self.timetable.model, self.index[leg]
        team = model.team_index[place.team]
        span = place.stop.start, place.stop.start
        option = next(one for one in self._options(leg, span) if one.team == team)
        if not self.timetable.put(visit, option.spot.fit, option.spot.position):
            raise AssertionError(f"{place.visit}: a place was found with {place.team} that its schedule refuses")

    def _whole(self, leg: int) -> Window:
        windows = self.visits[leg].windows
        return (windows[0][0], windows[-1][1]) if windows else (0, -1)

    def _starts(self) -> list[int | None]:
        """Return starts of the first leg to try: those that suit single legs best, then steps through the windows."""
        first = self.visits[0].windows
        offset, good = 0, list[int]()
        for leg, visit in enumerate(self.visits):
            good += [one.start - offset for one in self._options(leg, self._whole(leg))]
            offset += visit.duration if self.joined.in_order else 0
        steps = [at for lo, hi in first for at in range(lo, hi + 1, STEP)]
        within = (at for at in (*good, *steps) if any(lo <= at <= hi for lo, hi in first))
        return sorted(islice(dict.fromkeys(within), STARTS_TRIED), key=lambda at: at or 0)

    def _spans(self, fixed: Mapping[int, Window]) -> list[Window]:
        """Return when each leg may begin, as far as the legs after it and wishes say."""
        spans = [self._whole(leg) for leg in range(len(self.visits))]
        for leg, span in fixed.items():
            spans[leg] = _both(spans[leg], span)
        for leg in range(len(self.visits) - 1, -1, -1):
            if leg in self.held:
                spans[leg] = self.held[leg].start, self.held[leg].start
            if leg + 1 < len(spans):
                spans[leg] = _both(spans[leg], self._before(leg, spans[leg + 1]))
        return spans

    def _before(self, leg: int, following: Window) -> Window:
        """Return when a leg may begin so that the next one can begin in its span."""
        if not self.joined.in_order:
            return following
        duration = self.held[leg].end - self.held[leg].start if leg in self.held else self.visits[leg].duration
        return following[0] - self.joined.gap - duration, following[1] - duration

    def _after(self, leg: int, span: Window, so_far: Mapping[int, tuple[int, int]]) -> Window:
        """Return a leg's span cut to what follows from the leg before it."""
        if leg == 0 or leg - 1 not in so_far:
            return span
        start, end = so_far[leg - 1]
        return _both(span, (end, end + self.joined.gap) if self.joined.in_order else (start, start))

    def _arrange(
        self, missing: list[int], spans: list[Window], chosen: list[Option], cost: int, bound: int
    ) -> tuple[int, list[Option]] | None:
        """Choose a team for each missing leg in turn, cheapest first; return the cheapest choice of all below a bound.

        Only so many teams are looked at in all; what was found until then counts.
        """
        if len(chosen) == len(missing):
            return cost, chosen
        leg, best = missing[len(chosen)], None
        times = {k: (one.start, one.end) for k, one in self.held.items()}
        times |= {k: (one.start, one.end) for k, one in zip(missing, chosen, strict=False)}
        span = self._after(leg, spans[leg], times)
        used = self._taken | {one.team for one in chosen}
        options = [one for one in self._options(leg, span) if one.team not in used]
        if not options:
            self._tried.stuck = max(self._tried.stuck, leg)
        for one in options[:TEAMS_TRIED]:
            if self._tried.left <= 0 or cost + one.spot.cost >= bound:
                break
            self._tried.left -= 1
            found = self._arrange(missing, spans, [*chosen, one], cost + one.spot.cost, bound)
            if found is not None:
                bound, best = found[0], found
        return best

    def _options(self, leg: int, span: Window) -> list[Option]:
        """Return who could make a leg beginning within a span, the cheapest first, every team once."""
        if span[0] > span[1]:
            return []
        known = self._tried.known.get((leg, span))
        if known is None:
            known = self._tried.known[leg, span] = self._find(leg, span)
        return known

    def _find(self, leg: int, span: Window) -> list[Option]:
        model, visit = self.timetable.model, self.index[leg]
        best: dict[int, Spot] = {}
        for fit in model.fits(visit):
            team = model.duties[fit.duty].team
            if team in self._barred or self._only.get(leg, team) != team:
                continue
            windows = [_both(one, span) for one in shifted(fit.windows, -model.lead[visit])]
            cut = Fit(
                fit.duty, shifted(tuple(one for one in windows if one[0] <= one[1]), model.lead[visit]), fit.price
            )
            if not cut.windows:
                continue
            bound = best[team].cost if team in best else NEVER
            cost, position = best_in_tour(self.timetable.tours[fit.duty], visit, cut, bound)
            if position >= 0:
                best[team] = Spot(cost, cut, position)
        ordered = sorted(best.items(), key=lambda one: (one[1].cost, one[1].fit.duty))
        return [self._option(leg, team, spot) for team, spot in ordered[: TEAMS_TRIED + len(self.visits)]]

    def _option(self, leg: int, team: int, spot: Spot) -> Option:
        stop = describe(self.timetable, self.index[leg], spot).stop
        return Option(team, spot, stop.start, stop.end)

    def _described(self, leg: int, one: Option) -> Insertion:
        return describe(self.timetable, self.index[leg], one.spot)


def _both(one: Window, other: Window) -> Window:
    return max(one[0], other[0]), min(one[1], other[1])
