"""A plan as the solvers change it: all tours of all crews, and on which each visit stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from linli.matcher.day_limits import share_day, share_days
from linli.matcher.duties import Fit
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Route, Stop
from linli.matcher.route import Tour


class Tours:
    """One tour per duty, laid out when it is first asked for: most crews have nothing to do on most days.

    Attributes
    ----------
    token : object
        Stands for these very tours.
    changed : set of int
        Duties of which a tour was replaced or changed; whoever follows the changes empties it.
    """

    __slots__ = ("_laid_out", "_model", "changed", "token")

    def __init__(self, model: Model) -> None:
        self._model = model
        self._laid_out: dict[int, Tour] = {}
        self.token = object()
        self.changed: set[int] = set()

    def get(self, duty: int) -> Tour | None:
        """Return a duty's tour if it was laid out."""
        return self._laid_out.get(duty)

    def laid_out(self) -> Iterable[int]:
        """Return the duties whose tours were laid out."""
        return self._laid_out

    def __getitem__(self, duty: int) -> Tour:
        tour = self._laid_out.get(duty)
        if tour is None:
            tour = self._laid_out[duty] = Tour(self._model, duty)
        return tour

    def __setitem__(self, duty: int, tour: Tour) -> None:
        self._laid_out[duty] = tour
        self.changed.add(duty)

    def __iter__(self) -> Iterator[Tour]:
        """Yield the tours that were laid out, in the order of duties; all others are empty."""
        return iter([self._laid_out[duty] for duty in sorted(self._laid_out)])

    def copy(self) -> Tours:
        """Return tours that change on their own; those without a stop are laid out anew when asked for."""
        twin = Tours(self._model)
        twin._laid_out = {duty: tour.copy() for duty, tour in self._laid_out.items() if tour.stops}
        return twin


class Timetable:
    """All tours of all crews, and on which each visit stands.

    Attributes
    ----------
    tours : Tours
        One per duty.
    where : list of int
        For each visit its duty, or -1.
    """

    __slots__ = ("model", "tours", "where")

    def __init__(self, model: Model) -> None:
        self.model = model
        self.tours = Tours(model)
        self.where = [-1] * len(model.visits)

    def copy(self) -> Timetable:
        """Return a timetable that changes on its own."""
        twin = Timetable.__new__(Timetable)
        twin.model = self.model
        twin.tours = self.tours.copy()
        twin.where = self.where[:]
        share_days(twin.model, twin.tours)
        return twin

    def put(self, visit: int, fit: Fit, position: int) -> bool:
        """Place a visit; if that is not feasible change nothing and return False."""
        tour = self.tours[fit.duty]
        self.tours.changed.add(fit.duty)
        if tour.put(position, visit, fit):
            self.where[visit] = fit.duty
            share_day(self.model, self.tours, fit.duty)
            return True
        tour.take(position)
        return False

    def take(self, visit: int) -> bool:
        """Take a visit off its tour; if the others cannot hold then, change nothing and return False.

        Leaving a stop out can only hurt where the direct way is slower than the detour with a very short service.
        """
        tour = self.tours[self.where[visit]]
        self.tours.changed.add(tour.duty)
        position = tour.stops.index(visit)
        fit = Fit(tour.duty, tour.windows[position], tour.prices[position])
        if tour.take(position):
            self.where[visit] = -1
            share_day(self.model, self.tours, tour.duty)
            return True
        tour.put(position, visit, fit)
        return False

    def set_tour(self, tour: Tour) -> None:
        """Replace a duty's tour by another of the same duty."""
        for visit in self.tours[tour.duty].stops:
            self.where[visit] = -1
        self.tours[tour.duty] = tour
        for visit in tour.stops:
            self.where[visit] = tour.duty
        share_day(self.model, self.tours, tour.duty)

    def with_tours(self, tours: Sequence[Tour]) -> Timetable:
        """Return a timetable in which these tours stand for those of their duties; visits may have changed places."""
        result = self.copy()
        for tour in tours:
            for visit in result.tours[tour.duty].stops:
                result.where[visit] = -1
        for tour in tours:
            result.tours[tour.duty] = tour
            for visit in tour.stops:
                result.where[visit] = tour.duty
        share_days(result.model, result.tours)
        return result

    def unserved(self) -> list[int]:
        """Return all visits on no tour."""
        return [visit for visit, duty in enumerate(self.where) if duty < 0]

    def cost(self) -> int:
        """Return the soft cost of all tours."""
        return sum(tour.cost for tour in self.tours)

    def key(self) -> tuple[int, ...]:
        """Return what solvers compare, the better one smaller: held visits placed, then the objective's vector."""
        model = self.model
        served = [0] * model.levels
        held = 0
        for visit, duty in enumerate(self.where):
            if duty >= 0:
                served[model.level[visit]] -= 1
                held -= model.held[visit]
        return (held, *served, self.cost())

    def plan(self) -> Plan:
        """Return the timetable as a plan, routes sorted by team and crew, empty ones left out."""
        stops: dict[tuple[str, int], list[Stop]] = {}
        for tour in self.tours:
            if tour.stops:
                duty = self.model.duties[tour.duty]
                stops.setdefault((self.model.teams[duty.team].id, duty.crew), []).extend(_stops(tour))
        return Plan(tuple(Route(team, crew, tuple(stops[team, crew])) for team, crew in sorted(stops)))


def _stops(tour: Tour) -> tuple[Stop, ...]:
    """Return the stops of a tour as a plan has them."""
    if not tour.told:
        tour.told = tuple(tour.told_stop(k) for k in range(len(tour.stops)))
    return tour.told
