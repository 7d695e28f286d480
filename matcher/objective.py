"""What a plan is worth: an integer vector, computed here alone and from the plan alone."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from linli.matcher.problem import Plan, Problem, Route, Stop, Team, Visit, Weights

MOVE_TOLERANCE = 900
"""Seconds by which a start may slip before it counts as a move: people take a quarter of an hour for on time."""

HOUR = 3600


@dataclass(frozen=True, slots=True)
class CostTerms:
    """The soft cost, term by term, each in priced seconds."""

    travel: int = 0
    lateness: int = 0
    moves: int = 0
    continuity: int = 0
    reoffers: int = 0
    load: int = 0

    def total(self) -> int:
        """Return the sum of all terms."""
        return self.travel + self.lateness + self.moves + self.continuity + self.reoffers + self.load

    def __sub__(self, other: CostTerms) -> CostTerms:
        return CostTerms(
            self.travel - other.travel,
            self.lateness - other.lateness,
            self.moves - other.moves,
            self.continuity - other.continuity,
            self.reoffers - other.reoffers,
            self.load - other.load,
        )

    def __add__(self, other: CostTerms) -> CostTerms:
        return CostTerms(
            self.travel + other.travel,
            self.lateness + other.lateness,
            self.moves + other.moves,
            self.continuity + other.continuity,
            self.reoffers + other.reoffers,
            self.load + other.load,
        )


@dataclass(frozen=True, slots=True)
class Objective:
    """The vector: visits served per class of urgency, the most urgent first, then cost.

    Parameters
    ----------
    served : tuple of int
        Number served in each class that occurs up to the least urgent one.
    terms : CostTerms
        What the plan costs.
    """

    served: tuple[int, ...]
    terms: CostTerms

    @property
    def cost(self) -> int:
        """The soft cost in priced seconds."""
        return self.terms.total()

    def key(self) -> tuple[int, ...]:
        """Return the vector as one tuple; the better plan has the smaller one."""
        return (*(-count for count in self.served), self.cost)


def load_price(weights: Weights, load: int, work: int) -> int:
    """Return the convex price of `work` more seconds for a team that has given `load` seconds in 28 days.

    An hour costs ``weights.load`` for every hour already given, so the price is the integral of a line.
    """
    return weights.load * (2 * load * work + work * work) // (2 * HOUR * HOUR)


def lateness_price(weights: Weights, visit: Visit, start: int) -> int:
    """Return the price of starting later than due."""
    return 0 if visit.due is None else weights.lateness * max(0, start - visit.due)


def move_price(weights: Weights, visit: Visit, start: int) -> int:
    """Return the price of starting noticeably later than the resident and the team were told."""
    return weights.move if visit.told is not None and start > visit.told + MOVE_TOLERANCE else 0


def continuity_price(weights: Weights, visit: Visit, team: Team) -> int:
    """Return the price of sending another team than the regular one."""
    return weights.continuity if visit.regular_team is not None and visit.regular_team != team.id else 0


def reoffer_price(weights: Weights, team: Team) -> int:
    """Return the expected price of asking somebody else after a refusal."""
    return weights.reoffer * (1000 - team.acceptance) // 1000


def shift_of(team: Team, stop: Stop) -> int:
    """Return the number of the shift in which service starts, or -1."""
    return next((i for i, (lo, hi) in enumerate(team.shifts) if lo <= stop.start <= hi), -1)


def stops_by_shift(team: Team, stops: tuple[Stop, ...]) -> list[tuple[Stop, ...]]:
    """Split a crew's stops where one shift ends and another begins."""
    parts: list[list[Stop]] = []
    last: int | None = None
    for stop in stops:
        shift = shift_of(team, stop)
        if last is None or shift != last:
            parts.append([])
        parts[-1].append(stop)
        last = shift
    return [tuple(part) for part in parts]


def _cost_of_shift(problem: Problem, team: Team, stops: tuple[Stop, ...], visits: dict[str, Visit]) -> CostTerms:
    weights = problem.weights
    at, travel, work, lateness, moves, continuity = team.base, 0, 0, 0, 0, 0
    for stop in stops:
        visit = visits[stop.visit]
        travel += problem.travel.between(at, visit.place)[0]
        at, work = visit.place, work + visit.duration
        lateness += lateness_price(weights, visit, stop.start)
        moves += move_price(weights, visit, stop.start)
        continuity += continuity_price(weights, visit, team)
    travel += problem.travel.between(at, team.base)[0]
    reoffers = len(stops) * reoffer_price(weights, team)
    return CostTerms(
        weights.travel * travel, lateness, moves, continuity, reoffers, load_price(weights, team.load, work)
    )


def evaluate(problem: Problem, plan: Plan) -> Objective:
    """Compute the objective of a plan.

    Raises
    ------
    KeyError
        If the plan names a visit or a team the problem does not know: check the plan first.
    """
    visits = {visit.id: visit for visit in problem.visits}
    teams = {team.id: team for team in problem.teams}
    served = [0] * (1 + max((visit.urgency for visit in problem.visits), default=0))
    terms = CostTerms()
    for route in plan.routes:
        mine = tuple(visits[stop.visit] for stop in route.stops)
        terms += _cost_of_route(problem, route, teams[route.team], mine)
        for visit in mine:
            served[visit.urgency] += 1
    return Objective(tuple(served), terms)


def _cost_of_route(problem: Problem, route: Route, team: Team, visits: tuple[Visit, ...]) -> CostTerms:
    """Return what a route costs, remembered as long as it is the same."""
    known = problem.memory.route(route, visits, team) if problem.memory is not None else None
    if known is not None and known.terms is not None:
        return CostTerms(*known.terms)
    terms, by_id = CostTerms(), {visit.id: visit for visit in visits}
    for stops in stops_by_shift(team, route.stops):
        terms += _cost_of_shift(problem, team, stops, by_id)
    if known is not None:
        known.terms = astuple(terms)
    return terms
