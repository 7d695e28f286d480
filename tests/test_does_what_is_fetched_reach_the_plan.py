"""An order that asks for something to be fetched first, and a menu that asks for a level, reach plan and ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from linli.matcher.ledger.draft import Draft
from linli.matcher.problem import Fetch, Place, SkillNeed
from linli.matcher.rounds.translate import problem_of
from linli.matcher.rounds.translate_teams import teams_of
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.dead_letters import Reason
from linli.schemas.instants import to_seconds
from linli.schemas.orders import FetchPlace, Window
from linli.schemas.roster import TeamSkill
from linli.streams.intake.judge import CommandOut, DeadOut, judge
from tests.support.district import AUTO, MONDAY, Desk, order, place, team
from tests.support.inbox import good_order, record, world

PHARMACY = FetchPlace(place=place(0.01), minutes=10)


def test_a_pharmacy_is_placed_like_a_home() -> None:
    """Tests that intake rounds the place of a pick-up, and refuses one that is unknown."""
    fetch: dict[str, Any] = {"location": {"crs": "wgs84", "lat": 27.80123, "lon": 108.10123}, "minutes": 15}
    outcome = judge(record(good_order() | {"fetch": fetch}), world())
    assert isinstance(outcome, CommandOut)
    body = outcome.command.body
    assert isinstance(body, PlaceOrder)
    found = body.details.fetch
    assert found is not None
    assert (found.place.lat, found.place.lon, found.place.grid, found.minutes) == (27.801, 108.101, "g2", 15)
    nowhere = judge(record(good_order() | {"fetch": {"minutes": 15}}), world())
    assert isinstance(nowhere, DeadOut)
    assert (nowhere.letter.reason, nowhere.letter.path) == (Reason.UNKNOWN_PLACE, "fetch.grid")


def test_the_plan_says_when_it_is_fetched() -> None:
    """Tests a whole decision: the pick-up is in the plan's record, and the next round goes on from it."""
    desk = Desk(AUTO, teams=2)
    details = order("1", hours=(5, 7)).model_copy(update={"fetch": PHARMACY})
    desk.send(PlaceOrder(details=details), request="r-1")
    problem = problem_of(Draft(desk.state, desk.moment()))
    (visit,) = problem.visits
    assert visit.fetch == Fetch(Place(27.948, 108.25, "seat"), 600)
    (planned,) = [one for plan in desk.state.plans.values() for crew in plan.crews for one in crew]
    assert planned.fetch is not None
    way = problem.travel.between(Place(27.948, 108.25, "seat"), visit.place)[0]
    assert to_seconds(planned.start) - to_seconds(planned.fetch) == 600 + way
    desk.at(1)
    assert [one for plan in desk.state.plans.values() for crew in plan.crews for one in crew] == [planned]


def test_a_pharmacys_hours_bind() -> None:
    """Tests that nobody is promised what cannot be fetched."""
    shut = PHARMACY.model_copy(update={"windows": (Window(start=MONDAY, end=MONDAY - timedelta(0)),)})
    desk = Desk(AUTO, teams=2)
    desk.send(PlaceOrder(details=order("1", hours=(9, 9.5)).model_copy(update={"fetch": shut})), request="r-1")
    assert desk.state.requests["r-1"].state.value == "unmet"


def test_a_level_asked_for_is_a_level_held() -> None:
    """Tests that a skill's level goes from menu and roster to the plan."""
    skilled = team("t9").model_copy(update={"skills": (TeamSkill(skill="haircut", level=3),)})
    desk = Desk(AUTO, teams=2)
    desk.send(ApplyTeam(details=skilled))
    asked = order("1", urgency=0).model_copy(update={"skill_levels": (("haircut", 3),)})
    desk.send(PlaceOrder(details=asked), request="r-1")
    assert [one for _, _, one in desk.open_offers()] == ["t9"]
    draft = Draft(desk.state, desk.moment())
    assert problem_of(draft).visits[0].needs == (SkillNeed("haircut", None, 3),)
    assert {one.id: one.skill_levels for one in teams_of(draft)}["t9"] == (("haircut", 3),)
