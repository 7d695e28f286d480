"""What a plan is worth: an integer vector, computed here alone and from the plan alone."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, fields
from operator import attrgetter

from linli.matcher.fetching import entry_of, lead_of
from linli.matcher.problem import Plan, Problem, Route, Stop, Team, Visit, Weights, Window

MOVE_TOLERANCE = 900
"""Seconds by which a start may slip before it counts as a move: people take a quarter of an hour for on time."""

HOUR = 3600

PER_HOUR = 1_000 * HOUR
"""What is lost is told per thousand, and the price of scarcity is that of an hour."""


@dataclass(frozen=True, slots=True)
class CostTerms:
    """The soft cost, term by term, each in priced seconds."""

    travel: int = 0
    lateness: int = 0
    moves: int = 0
    continuity: int = 0
    reoffers: int = 0
    load: int = 0
    notifications: int = 0
    scarcity: int = 0

    def total(self) -> int:
        """Return the sum of all terms."""
        return sum(self.each())

    def each(self) -> tuple[int, ...]:
        """Return the terms in their order, in a fiftieth of the time of `dataclasses.astuple`, which copies deeply."""
        terms: tuple[int, ...] = _each(self)
        return terms

    def __sub__(self, other: CostTerms) -> CostTerms:
        return CostTerms(*(a - b for a, b in zip(self.each(), other.each(), strict=True)))

    def __add__(self, other: CostTerms) -> CostTerms:
        return CostTerms(*(a + b for a, b in zip(self.each(), other.each(), strict=True)))


_each = attrgetter(*(term.name for term in fields(CostTerms)))


@dataclass(frozen=True, slots=True)
class Objective:
    """The vector: visits served per class of urgency and band of waiting, the highest first, then cost.

    Parameters
    ----------
    served : tuple of int
        Number served at each level, see `level_of`: of the most urgent class those who have waited longest, then the
        next band, down to the least urgent class that occurs.
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


def band_of(weights: Weights, waited: int) -> int:
    """Return the band of a visit that was registered so many seconds ago, 0 for the longest waiting."""
    return sum(waited < bound for bound in weights.waiting)


def level_of(problem: Problem, visit: Visit) -> int:
    """Return where a visit counts in the vector: by class of urgency, within it by band of waiting; 0 is the highest.

    Waiting is counted from the registration to the problem's present, whatever windows were asked for.
    """
    bands = len(problem.weights.waiting) + 1
    return visit.urgency * bands + band_of(problem.weights, problem.now - visit.registered)


def levels_of(problem: Problem) -> int:
    """Return how many levels there are."""
    classes = 1 + max((visit.urgency for visit in problem.visits), default=0)
    return classes * (len(problem.weights.waiting) + 1)


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


def notification_price(weights: Weights, visit: Visit, team: Team) -> int:
    """Return the price of asking the team once more; nothing where the visit is its own already."""
    return weights.notification * team.asked if visit.pin is None or visit.pin.team != team.id else 0


def spared_hour(weights: Weights, needs: frozenset[str], team: Team) -> int:
    """Return the price of a thousand hours of a team for a visit that needs these skills.

    An hour is given once: it costs what the rarest skill that is not needed is worth, less what the rarest that is
    needed is worth.
    """
    used = max((odds for skill, odds in team.scarce if skill in needs), default=0)
    spared = max((odds for skill, odds in team.scarce if skill not in needs), default=0)
    return weights.scarcity * max(0, spared - used)


def scarcity_price(weights: Weights, visit: Visit, team: Team) -> int:
    """Return the price of taking a team's time for a visit that does not need the rarest of its skills."""
    if not team.scarce:
        return 0
    return visit.duration * spared_hour(weights, frozenset(need.skill for need in visit.needs), team) // PER_HOUR


def pair_price(weights: Weights, visit: Visit, team: Team) -> int:
    """Return what sending this team costs whatever the route: continuity, odds, one more message, a rare skill."""
    of_team = (
        reoffer_price(weights, team) + notification_price(weights, visit, team) + scarcity_price(weights, visit, team)
    )
    return continuity_price(weights, visit, team) + of_team


def shift_of(team: Team, stop: Stop) -> int:
    """Return the number of the shift in which service starts, the first if two meet there, or -1."""
    at = bisect_left(team.shifts, stop.start, key=_closing)
    return at if at < len(team.shifts) and team.shifts[at][0] <= stop.start else -1


def _closing(shift: Window) -> int:
    return shift[1]


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
    at, travel, work, lateness, moves, continuity, notifications, scarcity = team.base, 0, 0, 0, 0, 0, 0, 0
    for stop in stops:
        visit = visits[stop.visit]
        travel += problem.travel.between(at, entry_of(visit))[0] + lead_of(problem, visit).way
        at, work = visit.place, work + visit.duration + lead_of(problem, visit).seconds
        lateness += lateness_price(weights, visit, stop.start)
        moves += move_price(weights, visit, stop.start)
        continuity += continuity_price(weights, visit, team)
        notifications += notification_price(weights, visit, team)
        scarcity += scarcity_price(weights, visit, team)
    travel += problem.travel.between(at, team.base)[0]
    reoffers = len(stops) * reoffer_price(weights, team)
    load = load_price(weights, team.load, work)
    return CostTerms(weights.travel * travel, lateness, moves, continuity, reoffers, load, notifications, scarcity)


def evaluate(problem: Problem, plan: Plan) -> Objective:
    """Compute the objective of a plan.

    Raises
    ------
    KeyError
        If the plan names a visit or a team the problem does not know: check the plan first.
    """
    visits = {visit.id: visit for visit in problem.visits}
    teams = {team.id: team for team in problem.teams}
    served = [0] * levels_of(problem)
    terms = CostTerms()
    for route in plan.routes:
        mine = tuple(visits[stop.visit] for stop in route.stops)
        terms += _cost_of_route(problem, route, teams[route.team], mine)
        for visit in mine:
            served[level_of(problem, visit)] += 1
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
        known.terms = terms.each()
    return terms
