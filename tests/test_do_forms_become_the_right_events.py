"""Do the pages' forms become the right events, and is a mistake told by its label and never by what was typed?"""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from linli.schemas.answers import Claim, Reschedule
from linli.schemas.deliveries import DeliveryRecord, DeliveryState, Track
from linli.schemas.menu import shipped_menu
from linli.schemas.orders import Together
from linli.schemas.people import ChannelKind
from linli.schemas.places import Grid, Terrain
from linli.schemas.team_changes import ChangeMembers
from linli.services.console.call_book import CallBook
from linli.services.console.forms import Form, FormError
from linli.services.console.mounting import communities_of
from linli.services.console.order_entry import grid_of, order_of, read_back
from linli.services.console.surroundings import Surroundings
from linli.services.console.team_answers import answer_of, claim_of, members_of
from linli.services.console.words import Speech
from tests.support.delivery_stack import DeliveryStack
from tests.support.district import DISTRICT, MONDAY, team

GRIDS = {"c1-01": "东街第1网格", "c1-02": "东街第2网格", "c1-12": "东街第12网格", "c2-01": "河边", "c3-01": "河边"}
MEMBERS = team("t1").members


def form(**fields: str | tuple[str, ...]) -> Form:
    return Form({name: (given,) if isinstance(given, str) else given for name, given in fields.items()})


@pytest.mark.parametrize(
    ("said", "code"),
    [("c1-02", "c1-02"), ("东街第1网格", "c1-01"), ("第12", "c1-12"), ("河边 (c3-01)", "c3-01"), ("c2", "c2-01")],
)
def test_a_grid_is_found_by_code_name_or_a_part_that_is_clear(said: str, code: str) -> None:
    """Tests each way to name a grid; the whole name of one wins over being a part of another's."""
    assert grid_of(said, GRIDS) == code


@pytest.mark.parametrize("said", ["河边", "东街", "西街", "网格"])
def test_a_grid_that_is_not_clear_is_not_guessed(said: str) -> None:
    """Tests names of several grids and of none."""
    with pytest.raises(FormError, match=r"order\.grid_unclear") as caught:
        grid_of(said, GRIDS)
    assert caught.value.field == "order.grid"


def test_a_change_of_members_keeps_what_a_lead_may_not_say() -> None:
    """Tests that vetting stays, that a new member has none, and that being of age is the lead's word."""
    kept = (MEMBERS[0].ref, MEMBERS[1].ref)
    body = members_of(form(keep=kept, adult=kept[:1], ref="t1-m9", new_adult="yes"), MEMBERS, "t1", "lead-1")
    assert isinstance(body, ChangeMembers)
    assert [(one.ref, one.adult) for one in body.members] == [(kept[0], True), (kept[1], False), ("t1-m9", True)]
    assert [one.vetting for one in body.members] == [MEMBERS[0].vetting, MEMBERS[1].vetting, None]


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({}, "team.members"),
        ({"keep": "t1-m0", "ref": "王某某"}, "team.member_ref"),
        ({"keep": "t1-m0", "ref": "t1-m1"}, "team.member_ref"),
        ({"keep": "nobody"}, "team.members"),
    ],
)
def test_members_that_cannot_be_are_refused_by_label(fields: dict[str, str], label: str) -> None:
    """Tests an empty team, a name in place of a number, a number twice, and a stranger who is to stay."""
    with pytest.raises(FormError) as caught:
        members_of(form(**fields), MEMBERS, "t1", "lead-1")
    assert caught.value.field == label
    assert "王" not in str(caught.value)


def test_another_time_is_the_teams_word_and_has_a_reason() -> None:
    """Tests the event of a proposal, and that one without a reason or with an end before its start is refused."""
    filled = {"day": "2026-11-25", "from": "09:00", "until": "11:00", "reason": "agreed"}
    body = answer_of("propose", form(**filled), "r-1.0.2", "t1")
    assert isinstance(body, Reschedule)
    assert (body.target.request_id, body.by, body.reason) == ("r-1", "team", "agreed")
    for wrong, label in (({"reason": ""}, "team.reason"), ({"until": "08:00"}, "order.day")):
        with pytest.raises(FormError) as caught:
            answer_of("propose", form(**{**filled, **wrong}), "r-1.0.2", "t1")
        assert caught.value.field == label


def test_a_claim_names_who_goes() -> None:
    """Tests the event, and that nobody goes unnamed."""
    body = claim_of(form(member=("t1-m0", "t1-m1")), "r-1", 1, "t1")
    assert isinstance(body, Claim)
    assert (body.leg, body.members) == (1, ("t1-m0", "t1-m1"))
    with pytest.raises(FormError) as caught:
        claim_of(form(), "r-1", 0, "t1")
    assert caught.value.field == "team.who_goes"


def test_a_community_is_called_by_what_its_grids_have_in_common() -> None:
    """Tests names that begin alike, a single grid, and grids that have nothing in common."""

    def grid(code: str, name: str, community: str) -> Grid:
        return Grid(code=code, name=name, community=community, lat=27.9, lon=108.2, terrain=Terrain.SEAT)

    alike = [grid("a-1", "东街第1网格", "a"), grid("a-2", "东街第2网格", "a"), grid("b-1", "河边", "b")]
    named = communities_of([*alike, grid("c-1", "山上", "c"), grid("c-2", "水下", "c")])
    assert named == {"a": "东街", "b": "河边", "c": "c"}


@pytest.mark.broker
async def test_the_call_list_forgets_what_waits_for_nobody(stack: DeliveryStack) -> None:
    """Tests that of many deliveries only those are held that wait for a person now, and that old ones are dropped."""
    waits = DeliveryRecord(
        id="d-0", offer="r-0.0.1", team="t1", channel="desk", state=DeliveryState.PENDING, attempt=0, at=MONDAY,
        district=DISTRICT, tracks=(Track(channel=ChannelKind.DESK),),
    )  # fmt: skip
    book = CallBook(stack.address, stack.partition + 1)
    others = len(await book.waiting())
    for number in range(20):
        await stack.spoil(waits.model_copy(update={"id": f"d-{number}"}))
    assert len(await book.waiting(at_once=True)) == len(book) == others + 20
    for number in range(15):
        settled = {"id": f"d-{number}", "state": DeliveryState.DELIVERED}
        await stack.spoil(waits.model_copy(update=settled))
    assert len(await book.waiting(at_once=True)) == len(book) == others + 5
    assert await book.get("d-0") is None
    await stack.spoil(waits.model_copy(update={"id": "d-new", "at": MONDAY + timedelta(days=31)}))
    assert [one.id for one in await book.waiting(at_once=True)] == ["d-new"]


HERE = cast(Surroundings, SimpleNamespace(menu=shipped_menu(), grids=GRIDS))
FILLED = {
    "name": "李无人某",
    "grid": "c1-01",
    "beneficiary": "empty_nest_elderly",
    "age": "adult",
    "requester": "grid_worker",
    "consent": "yes",
    "category": "haircut",
    "day": "2026-11-25",
    "from": "09:00",
    "until": "11:00",
}


def test_several_teams_in_order_are_ordered_with_what_each_comes_for() -> None:
    """Tests that the second team's service is kept, that an empty one is the first's, and what is read back."""
    filled = {**FILLED, "teams": "3", "together": "in_order", "further_1": "company", "further_2": ""}
    order = order_of(form(**filled), HERE, "D1")
    assert (order.teams, order.together, order.further) == (3, Together.IN_ORDER, ("company",))
    facts = dict(read_back(order, HERE, Speech("en")))
    assert facts["Teams needed"].startswith("3, in order")
    assert order_of(form(**FILLED), HERE, "D2").teams == 1


@pytest.mark.parametrize("teams", ["0", "6"])
def test_more_teams_than_can_be_are_refused_by_label(teams: str) -> None:
    """Tests the limits, told by the field's label."""
    with pytest.raises(FormError) as caught:
        order_of(form(**FILLED, teams=teams), HERE, "D1")
    assert caught.value.field == "order.teams"


def test_an_activity_asks_how_many_people_and_no_consent() -> None:
    """Tests a talk for sixty, and that without a headcount it is asked for."""
    activity = {**FILLED, "beneficiary": "public", "category": "talk", "consent": ""}
    order = order_of(form(**activity, headcount="60"), HERE, "D1")
    assert (order.headcount, order.consent.beneficiary) == (60, False)
    assert "60" in dict(read_back(order, HERE, Speech("en")))["For"]
    with pytest.raises(FormError) as caught:
        order_of(form(**activity), HERE, "D1")
    assert caught.value.field == "order.headcount"
