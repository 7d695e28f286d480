"""Orders of visits as a plan: every stop as early as it can be. The checker judges whether it holds."""

from __future__ import annotations

from linli.matcher.problem import Plan, Problem, Route, Stop

Orders = dict[str, list[str]]
"""For each team the visits of its one crew in order."""


def plan_of(problem: Problem, orders: Orders) -> Plan:
    """Schedule orders of visits on single crews with one shift each."""
    visits = {visit.id: visit for visit in problem.visits}
    routes: list[Route] = []
    for team in sorted(problem.teams, key=lambda team: team.id):
        at, free = team.base, max(team.shifts[0][0], problem.now)
        stops: list[Stop] = []
        for name in orders.get(team.id, []):
            visit = visits[name]
            arrival = free + problem.travel.between(at, visit.place)[0]
            start = next((max(arrival, lo) for lo, hi in visit.windows if arrival <= hi), arrival)
            at, free = visit.place, start + visit.duration
            stops.append(Stop(name, arrival, start, free))
        if stops:
            routes.append(Route(team.id, 0, tuple(stops)))
    return Plan(tuple(routes))


def orders_of(plan: Plan) -> Orders:
    """Return the orders of a plan of single crews."""
    return {route.team: [stop.visit for stop in route.stops] for route in plan.routes}
