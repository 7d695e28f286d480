"""What a tour costs, term by term."""

from __future__ import annotations

from linli.matcher.objective import (
    CostTerms,
    continuity_price,
    lateness_price,
    load_price,
    move_price,
    notification_price,
    reoffer_price,
    scarcity_price,
)
from linli.matcher.route import Tour


def terms_of(tour: Tour) -> CostTerms:
    """Return a tour's cost term by term; they add up to `Tour.cost`."""
    model = tour.model
    weights, team = model.weights, model.teams[model.duties[tour.duty].team]
    visits = [model.visits[v] for v in tour.stops]
    starts = [(visit, start + model.lead[v]) for visit, v, start in zip(visits, tour.stops, tour.start, strict=True)]
    return CostTerms(
        travel=weights.travel * (tour.travel + sum(model.within[v] for v in tour.stops)),
        lateness=sum(lateness_price(weights, visit, start) for visit, start in starts),
        moves=sum(move_price(weights, visit, start) for visit, start in starts),
        continuity=sum(continuity_price(weights, visit, team) for visit in visits),
        reoffers=len(visits) * reoffer_price(weights, team),
        load=load_price(weights, team.load, tour.work),
        notifications=sum(notification_price(weights, visit, team) for visit in visits),
        scarcity=sum(scarcity_price(weights, visit, team) for visit in visits),
    )
