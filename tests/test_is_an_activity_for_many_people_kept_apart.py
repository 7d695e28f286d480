"""Is an activity for many people kept apart from help for one: headcount, nobody's consent, several teams for it."""

from __future__ import annotations

from typing import Any

import pytest

from linli.schemas.answers import Accept
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.dead_letters import Reason
from linli.schemas.lifecycle import State
from linli.schemas.menu import ListError, parse_menu, shipped_menu
from linli.schemas.orders import HEADCOUNT_MAX, RequestDetails
from linli.schemas.people import Beneficiary, Consent
from linli.streams.intake.judge import CommandOut, DeadOut, judge
from tests.support.district import Desk, order, team
from tests.support.inbox import good_order, record, world

WORLD = world()

CLINIC: dict[str, Any] = {
    "category": "free_clinic",
    "beneficiary": "public",
    "headcount": 60,
    "consent": {"beneficiary": False},
}


def admitted(**changes: object) -> RequestDetails:
    """Return what intake makes of an order of a clinic."""
    outcome = judge(record(good_order() | CLINIC | changes), WORLD)
    assert isinstance(outcome, CommandOut), outcome
    assert isinstance(outcome.command.body, PlaceOrder)
    return outcome.command.body.details


def refused(**changes: object) -> tuple[Reason, str, str]:
    """Return why intake refuses such an order."""
    outcome = judge(record(good_order() | CLINIC | changes), WORLD)
    assert isinstance(outcome, DeadOut), outcome
    return outcome.letter.reason, outcome.letter.path, outcome.letter.rule


def test_a_clinic_is_admitted_without_anybodys_consent() -> None:
    """Tests headcount, teams and that no consent is asked where nobody in particular is helped."""
    details = admitted(teams_needed=3)
    assert (details.headcount, details.legs, details.adults, details.referral) == (60, 3, 0, None)


def test_each_team_comes_for_its_own() -> None:
    """Tests that haircuts and paperwork at a clinic ask other skills of the second and third team."""
    details = admitted(further=["haircut", "paperwork"])
    assert details.legs == 3
    assert [details.needs_of(leg).skills for leg in range(3)] == [
        (("nursing", "nurse"),),
        (("haircut", None),),
        (("paperwork", None),),
    ]
    assert details.further == ("haircut", "paperwork")


@pytest.mark.parametrize(
    "changes",
    [
        {"headcount": None},
        {"headcount": 0},
        {"headcount": HEADCOUNT_MAX + 1},
        {"age_band": "under_14"},
        {"teams_needed": 6},
        {"category": "company", "beneficiary": "empty_nest_elderly", "consent": {"beneficiary": True}},
    ],
)
def test_what_is_no_activity_is_refused(changes: dict[str, object]) -> None:
    """Tests that an activity needs its headcount within the limit, and that nothing else has one."""
    assert refused(**changes)[0] is Reason.SCHEMA


def test_a_service_for_one_person_is_not_ordered_for_the_public() -> None:
    """Tests that company for nobody in particular, and a clinic for one person, are not on the menu."""
    off = (Reason.NOT_ON_MENU, "category", "not_for_this_beneficiary")
    assert refused(category="company") == off
    assert refused(beneficiary="other", headcount=None, consent={"beneficiary": True}) == off


def test_further_services_must_be_on_the_menu_too() -> None:
    """Tests that the place in the list is named."""
    assert refused(further=["haircut", "juggling"]) == (Reason.NOT_ON_MENU, "further.1", "not_listed")


def test_the_menu_refuses_an_activity_for_one_person() -> None:
    """Tests that a county's list with such an entry is refused with a sentence."""
    entry = (
        '[[items]]\ncode = "x"\nzh = "x"\nen = "x"\nskills = [{ skill = "x" }]\nminutes = 60\nurgency = 1\n'
        'beneficiaries = ["other"]\nteam_kinds = ["volunteer"]\nactivity = true\n'
    )
    with pytest.raises(ListError, match="public"):
        parse_menu(f'name = "x"\nsynthetic = true\n{entry}')
    assert [item.code for item in shipped_menu().items if item.activity] == ["free_clinic", "talk", "show"]


def test_three_teams_are_asked_and_committed_together() -> None:
    """Tests that the matcher asks for a clinic as for any visit of several teams, consent or not."""
    desk = Desk(teams=0)
    desk.send(*(ApplyTeam(details=team(f"t{n}", skills=("nursing",), north=n / 1000)) for n in range(3)))
    clinic = order("1", skill="nursing", legs=3, headcount=60).model_copy(
        update={"beneficiary": Beneficiary.PUBLIC, "consent": Consent(beneficiary=False)}
    )
    desk.send(PlaceOrder(details=clinic), request="r-1")
    assert len(desk.open_offers()) == 3
    for _, offer, name in desk.open_offers():
        desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    assert desk.state.requests["r-1"].state is State.COMMITTED
