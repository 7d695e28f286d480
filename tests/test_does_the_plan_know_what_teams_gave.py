"""Load, the team that usually comes and the messages of the day reach the plan from the ledger alone."""

from __future__ import annotations

from datetime import timedelta

from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.past_service import LOAD_DAYS, PastService
from linli.matcher.rounds.translate import problem_of
from linli.matcher.rounds.translate_teams import teams_of
from linli.schemas.answers import Accept, Done, Start
from linli.schemas.instants import to_seconds
from linli.schemas.policy import Mode, Policy, Prices
from tests.support.district import MONDAY, Desk

AUTO = Policy(mode=Mode.AUTO, work=0, prices=Prices(notifications_free=1))


def _serve(desk: Desk, number: str, **details: object) -> str:
    """Have an urgent request served; return by whom."""
    desk.place_order(number, urgency=0, **details)
    ((request, offer, team),) = desk.open_offers()
    desk.send(Accept(offer=offer, team=team, members=(f"{team}-m0",)))
    assignment = desk.state.requests[request].legs[0].assignment
    assert assignment is not None
    desk.now = assignment.start
    desk.send(Start(offer=offer, team=team))
    desk.now = assignment.end
    desk.send(Done(offer=offer, team=team, minutes=30))
    return team


def test_hours_of_the_last_weeks_are_a_teams_load() -> None:
    """Tests that a visit made counts from the next day on, for four weeks, and that counting anew finds the same."""
    desk = Desk(AUTO, teams=2)
    team = _serve(desk, "1", minutes=60)
    past = PastService()
    past.update(desk.state.requests)
    noon = to_seconds(MONDAY + timedelta(hours=4))
    loads = [past.load(team, noon + 86_400 * days) for days in (0, 1, LOAD_DAYS, LOAD_DAYS + 1)]
    assert loads == [0, 3600, 3600, 0]
    desk.at(24)
    known = {one.id: one.load for one in teams_of(Draft(desk.state, desk.moment()))}
    assert known == {"t0": 3600 * (team == "t0"), "t1": 3600 * (team == "t1")}


def test_who_came_last_is_preferred_for_the_same_need() -> None:
    """Tests that the next visit of a household is planned with the team that came before, another need without."""
    desk = Desk(AUTO, teams=3)
    team = _serve(desk, "1", household="a", north=0.02)
    desk.place_order("2", household="a", hours=(26, 28), content="2")
    desk.place_order("3", household="b", hours=(26, 28), content="3")
    regular = {v.request: v.regular_team for v in problem_of(Draft(desk.state, desk.moment())).visits}
    assert regular["r-2"] == team
    assert regular["r-3"] is None


def test_messages_above_the_free_ones_are_counted() -> None:
    """Tests that the plan knows how many messages a team got today beyond those that are free."""
    desk = Desk(AUTO, teams=1)
    for number in range(3):
        desk.place_order(str(number), urgency=0, hours=(1 + 2 * number, 2 + 2 * number))
    assert len(desk.open_offers()) == 3
    desk.at(0.01)
    assert [one.asked for one in teams_of(Draft(desk.state, desk.moment()))] == [2]
