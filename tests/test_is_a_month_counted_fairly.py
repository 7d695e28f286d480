"""A month beside a telephone desk: both serve the same requests, teams answer alike, figures mean one thing."""

from __future__ import annotations

import pytest

from linli.matcher.baseline import first_come_nearest
from linli.matcher.problem import Visit
from linli.services.simulation.month import Month, play_month
from linli.services.simulation.month_figures import compare_month, gini
from linli.services.simulation.people import manners_of
from tests.support.problems import a_team, a_visit, one


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
    assert len(played.state.standing) == month.standing
    assert all(one.version > 1 for one in played.state.standing.values())
