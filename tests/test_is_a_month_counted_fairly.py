"""A month beside a telephone desk: both serve the same requests, teams answer alike, figures mean one thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linli.matcher.insertion.baseline import first_come_nearest
from linli.matcher.problem import Plan, Visit
from linli.services.demo.demand import draw
from linli.services.demo.leads import minutes_lost
from linli.services.demo.timed import chance
from linli.services.simulation.month import Month, play_month
from linli.services.simulation.month_figures import compare_month, gini
from linli.services.simulation.people import manners_of
from tests.support.problems import HOUR, a_team, a_visit, one


@pytest.mark.parametrize(
    ("hours", "found"), [([], 0.0), ([0.0, 0.0], 0.0), ([2.0, 2.0, 2.0], 0.0), ([0.0, 0.0, 0.0, 8.0], 0.75)]
)
def test_gini_says_how_uneven_hours_are(hours: list[float], found: float) -> None:
    """Tests the ends: all alike, and one team everything."""
    assert gini(hours) == pytest.approx(found)


def test_a_desk_asks_the_next_where_a_team_says_no() -> None:
    """Tests that a no leaves a visit to others, and that giving up leaves it to nobody."""
    problem = one(a_visit(), a_team())
    asked: list[str] = []

    def refuses(visit: Visit, team: str) -> bool | None:
        asked.append(team)
        return False

    assert first_come_nearest(problem, refuses).placed() == frozenset()
    assert asked == [a_team().id]
    assert len(first_come_nearest(problem).placed()) == 1


def test_a_desk_sends_the_usual_team_without_asking() -> None:
    """Tests that a team that took a whole standing order is sent first, and that others are asked where it cannot."""
    problem = one(a_visit(), a_team())
    asked: list[str] = []

    def hears(visit: Visit, team: str) -> bool | None:
        asked.append(team)
        return True

    assert len(first_come_nearest(problem, hears, lambda visit: a_team().id).placed()) == 1
    assert asked == []
    assert len(first_come_nearest(problem, hears, lambda visit: "nobody").placed()) == 1
    assert asked == [a_team().id]


def test_a_desk_sends_nobody_before_the_order_came_and_the_answers_too() -> None:
    """Tests that every no costs the time it took, and that a usual team does not go before the order came either."""
    problem = replace(one(a_visit(), a_team()), teams=(a_team(), a_team(1)))
    opens, last = a_visit().windows[0]
    heard = [opens + HOUR]

    def refuses_once(visit: Visit, team: str) -> bool | None:
        heard.append(heard[-1] + 600)
        return len(heard) > 2

    def begins(plan: Plan) -> list[int]:
        return [stop.start for route in plan.routes for stop in route.stops]

    assert begins(first_come_nearest(problem, refuses_once, ready=lambda visit: heard[-1])) == [opens + HOUR + 600]
    usual = first_come_nearest(problem, usual=lambda visit: a_team(1).id, ready=lambda visit: opens + HOUR)
    assert begins(usual) == [opens + HOUR]
    assert begins(first_come_nearest(problem, ready=lambda visit: last + 1)) == []


@pytest.mark.parametrize("offer", [f"r-{number}.1" for number in range(40)])
def test_a_no_takes_as_long_as_in_the_month_beside_it(offer: str) -> None:
    """Tests by the very dice: who goes costs nothing, silence the whole time, anything else some of it."""
    manner = manners_of((0.2, 0.4), 1)("t-01")
    fate = draw(chance(1, "offer", offer), manner.offers.model_dump())
    lost = minutes_lost(offer, 30.0, 1, manner)
    assert {
        "accepted": lost == 0.0,
        "expired": lost == 30.0,
        "declined": 0.0 < lost <= 20.0,
        "withdrawn": lost > manner.visits.withdrawal[0],
    }[fate]


def test_both_serve_the_same_days() -> None:
    """Tests a few days: the same requests are wanted, visits recur, and nobody is served who was not asked for."""
    month = Month(days=4, requests=6, standing=6)
    played = play_month(month)
    ours, desk = compare_month(played, manners_of(month.accept, month.seed), month.seed)
    assert ours.wanted == desk.wanted > 0
    for figures in (ours, desk):
        assert 0 < figures.served <= figures.wanted
        assert figures.on_time <= figures.served <= figures.offers
    assert ours.recurring > 0
    assert ours.mean_after_opening_minutes is not None
    assert desk.mean_after_opening_minutes is not None
    assert desk.mean_after_opening_minutes > -5.0
    assert len(played.state.standing) == month.standing
    assert all(one.version > 1 for one in played.state.standing.values())
