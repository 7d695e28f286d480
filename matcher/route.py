"""One tour with slack: the stops of a crew in one shift, with the times that follow.

For every position a tour knows when the crew can leave its predecessor and by when it must reach its successor, so that
a new stop is tested in constant time, whatever the length of the tour.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub

from linli.matcher.duties import NO_LIMIT, Fit, TourTimes
from linli.matcher.duties import first_start as first_start
from linli.matcher.duties import last_start as last_start
from linli.matcher.model import Model
from linli.matcher.objective import (
    lateness_price,
    load_price,
    move_price,
)
from linli.matcher.problem import Stop, Window


class Tour:
    """The stops of one duty, in order, with the times that follow.

    Attributes
    ----------
    stops : list of int
        Visits, in order; `n` of them.
    windows : list of tuple of Window
        Each stop's start windows on this duty.
    prices : list of int
        What each pairing costs.
    places : list of int
        Base, every stop's place, base: n + 2 places.
    entries : list of int
        Where each stop is entered, and the base: n + 1 places; other than `places[1:]` only where something is fetched.
    hops : list of int
        Travel seconds from each place to the next entry, n + 1 of them.
    start : list of int
        Start of service at each stop.
    done : list of int
        When the crew is free to leave each place: the shift's opening, then each end of service; n + 1 times.
    leave : list of int
        `done`, but never before now: what an uncommitted stop must reckon with.
    late : list of int
        The latest arrival at each stop, and last at the base, with which all that follows still holds; n + 1 times.
    travel, work, cost : int
        Seconds of travel, seconds of service, and the tour's part of the objective.
    room : int
        No stop with a longer service can be added; -1 if none can.
    most, most_work : int
        How many stops, and how much service, this tour may have: what the day's other tours leave of it.
    load, load_cost : int
        The team's load before this tour, and the price of load with it.
    soft : bool
        Whether shifting some stop in time has a price.
    memo : dict of int to (int, int)
        For solvers: what inserting a visit would cost, and where, as long as the tour stays as it is.
    told : tuple of Stop
        The stops as a plan has them, once they were asked for and as long as the tour stays as it is.

    Notes
    -----
    Every stop starts as early as it can. A crew waits at the place, not before it sets out.
    """

    __slots__ = (
        "cost", "done", "duty", "entries", "hops", "late", "leave", "load", "load_cost", "memo", "model", "most",
        "most_work", "places", "prices", "room", "soft", "start", "stops", "told", "travel", "windows", "work",
    )  # fmt: skip

    def __init__(self, model: Model, duty: int) -> None:
        on = model.duties[duty]
        self.model = model
        self.duty = duty
        self.stops: list[int] = []
        self.windows: list[tuple[Window, ...]] = []
        self.prices: list[int] = []
        self.memo: dict[int, tuple[int, int]] = {}
        # What `schedule` would find: most tours are empty, and a crew with nothing to do stays at its base.
        self.places = [on.base, on.base]
        self.entries = [on.base]
        self.hops = [0]
        self.start: list[int] = []
        self.done = [on.opens]
        self.leave = [max(on.opens, model.now)]
        self.late = [on.closes]
        self.travel = self.work = self.cost = self.load_cost = 0
        self.most, self.most_work = on.most, on.most_work
        self.room = min(on.closes - on.opens, on.most_work) if on.most > 0 else -1
        self.load = model.teams[on.team].load
        self.soft = False
        self.told: tuple[Stop, ...] = ()

    def copy(self) -> Tour:
        """Return a tour that changes on its own; schedules are replaced as a whole, so their lists are shared."""
        twin = Tour.__new__(Tour)
        for name in Tour.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.stops, twin.windows, twin.prices = self.stops[:], self.windows[:], self.prices[:]
        return twin

    def seen_by(self, model: Model) -> Tour:
        """Return the same tour in a model that differs only in what is not on it; itself if that is its own."""
        if model is self.model:
            return self
        twin = self.copy()
        twin.model = model
        return twin

    def on_the_way(self) -> int:
        """Return the seconds of travel, those from pick-ups to their visits included."""
        return self.travel + sum(map(self.model.within.__getitem__, self.stops))

    def metres(self) -> int:
        """Return the metres of the way, those from pick-ups to their visits included."""
        if not self.stops:
            return 0
        ways = (self.model.metres(a, b) for a, b in zip(self.places, self.entries, strict=False))
        return sum(ways) + sum(map(self.model.metres_within, self.stops))

    def bare(self) -> Tour:
        """Return the same duty's tour without a stop, allowed as much as this one."""
        tour = Tour(self.model, self.duty)
        tour.allow(self.most, self.most_work)
        return tour

    def allow(self, most: int, most_work: int) -> None:
        """Set how many stops and how much service the tour may have."""
        if (most, most_work) != (self.most, self.most_work):
            self.most, self.most_work = most, most_work
            self.room = self._room()

    def _room(self) -> int:
        """Return the longest service for which there is room."""
        if len(self.stops) >= self.most:
            return -1
        slack: int = max(map(sub, self.late, self.done))
        return min(slack, self.most_work - self.work)

    def times(self) -> TourTimes:
        """Return all but the visits' numbers, which hold for one problem only."""
        return TourTimes(
            duty=self.duty,
            stops=len(self.stops),
            windows=self.windows[:],
            prices=self.prices[:],
            places=self.places,
            entries=self.entries,
            hops=self.hops,
            start=self.start,
            done=self.done,
            leave=self.leave,
            late=self.late,
            travel=self.travel,
            work=self.work,
            cost=self.cost,
            room=self.room,
            load_cost=self.load_cost,
            soft=self.soft,
        )

    @classmethod
    def again(cls, model: Model, times: TourTimes, stops: list[int], told: tuple[Stop, ...]) -> Tour:
        """Return a tour laid out before, its visits by the numbers they have now."""
        tour = cls(model, times.duty)
        tour.stops, tour.windows, tour.prices, tour.told = stops, times.windows[:], times.prices[:], told
        tour.places, tour.entries = times.places, times.entries
        tour.hops, tour.start, tour.done = times.hops, times.start, times.done
        tour.leave, tour.late, tour.travel, tour.work = times.leave, times.late, times.travel, times.work
        tour.cost, tour.room, tour.load_cost, tour.soft = times.cost, times.room, times.load_cost, times.soft
        if times.duty in model.days:
            tour.room = tour._room()
        return tour

    def put(self, position: int, visit: int, fit: Fit) -> bool:
        """Insert a stop and reschedule; return whether the tour is feasible."""
        self.stops.insert(position, visit)
        self.windows.insert(position, fit.windows)
        self.prices.insert(position, fit.price)
        return self.schedule()

    def lay(self, wanted: Sequence[tuple[int, Fit]]) -> bool:
        """Set all stops at once and reschedule; return whether the tour is feasible.

        A part of a tour need not hold by itself where a detour is quicker than the direct way.
        """
        self.stops, self.windows = [visit for visit, _ in wanted], [fit.windows for _, fit in wanted]
        self.prices = [fit.price for _, fit in wanted]
        return self.schedule()

    def take(self, position: int) -> bool:
        """Remove a stop and reschedule; return whether the tour is feasible."""
        del self.stops[position], self.windows[position], self.prices[position]
        return self.schedule()

    def take_all(self, visits: list[int]) -> bool:
        """Remove several stops and reschedule; return whether the tour is feasible."""
        kept = [k for k, visit in enumerate(self.stops) if visit not in visits]
        self.stops = [self.stops[k] for k in kept]
        self.windows = [self.windows[k] for k in kept]
        self.prices = [self.prices[k] for k in kept]
        return self.schedule()

    def schedule(self) -> bool:
        """Recompute all times from the stops; return whether they hold.

        When they do not hold, the times are meaningless and the caller must undo its change.
        """
        model, duty = self.model, self.model.duties[self.duty]
        self.memo, self.told = {}, ()
        self.places = [duty.base, *(model.place[v] for v in self.stops), duty.base]
        self.entries = [*(model.entry[v] for v in self.stops), duty.base] if model.fetches else self.places[1:]
        # A crew with nothing to do stays at its base; most tours are empty.
        ways = zip(self.places, self.entries, strict=False) if self.stops else ()
        self.hops = [model.seconds(a, b) for a, b in ways] or [0]
        self.travel = sum(self.hops)
        self.work = sum(model.duration[v] for v in self.stops)
        self.soft = any(model.soft[v] for v in self.stops)
        feasible = (
            len(self.stops) <= self.most and self.work <= self.most_work and self.on_the_way() <= duty.most_travel
        )
        feasible = feasible and (duty.most_metres >= NO_LIMIT or self.metres() <= duty.most_metres)
        # Limits that were lowered later take back nothing that is agreed; they only let nothing more in.
        feasible = feasible or all(model.fixed[v] for v in self.stops)
        feasible = feasible and self._backward(duty.closes) and self._forward(duty.opens)
        if feasible:
            self.room = self._room()
            self.cost = self._price()
        return feasible

    def _backward(self, closes: int) -> bool:
        model, n = self.model, len(self.stops)
        self.late = [closes] * (n + 1)
        for k in range(n - 1, -1, -1):
            visit = self.stops[k]
            limit = self.late[k + 1] - self.hops[k + 1] - model.duration[visit]
            latest = self.windows[k][0][0] if model.fact[visit] else last_start(self.windows[k], limit)
            if latest < 0:
                return False
            self.late[k] = latest
        return True

    def _forward(self, opens: int) -> bool:
        model, now = self.model, self.model.now
        free = opens
        self.start, self.done, self.leave = [], [free], [max(free, now)]
        for k, visit in enumerate(self.stops):
            arrival = (free if model.fixed[visit] else max(free, now)) + self.hops[k]
            if model.fact[visit]:
                start = self.windows[k][0][0]
            elif arrival > self.late[k]:
                return False
            else:
                start = first_start(self.windows[k], arrival)
            free = start + model.duration[visit]
            self.start.append(start)
            self.done.append(free)
            self.leave.append(max(free, now))
        return True

    def _price(self) -> int:
        model = self.model
        self.load_cost = load_price(model.weights, self.load, self.work)
        price = model.weights.travel * self.travel + self.load_cost + sum(self.prices)
        if self.soft:
            for visit, start in zip(self.stops, self.start, strict=True):
                price += soft_price(model, visit, start)
        return price

    def arrival(self, position: int) -> int:
        """Return when the crew reaches a stop, or the place where something is fetched for it."""
        visit = self.stops[position]
        if self.model.fact[visit]:
            return self.start[position]
        free = self.done[position] if self.model.fixed[visit] else self.leave[position]
        return free + self.hops[position]

    def told_stop(self, position: int) -> Stop:
        """Return a stop as a plan has it."""
        model, visit, begins = self.model, self.stops[position], self.start[position]
        name, lead, end = model.visits[visit].id, model.lead[visit], begins + model.duration[visit]
        if model.visits[visit].fetch is None:
            return Stop(name, self.arrival(position), begins, end)
        return Stop(name, begins + lead - model.idle[visit], begins + lead, end, begins)


def soft_price(model: Model, visit: int, start: int) -> int:
    """Return the price of one visit's start."""
    if not model.soft[visit]:
        return 0
    wanted, begins = model.visits[visit], start + model.lead[visit]
    return lateness_price(model.weights, wanted, begins) + move_price(model.weights, wanted, begins)
