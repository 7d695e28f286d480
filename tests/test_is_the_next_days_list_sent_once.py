"""Is each team with visits on the next day sent one list of them: in the evening, once, true, and nothing personal?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from linli.schemas.answers import Accept, Start, Withdraw
from linli.schemas.assignment import AssignmentRecord, Audience
from linli.schemas.deliveries import DeliveryRecord, DeliveryState, Purpose
from linli.schemas.glossary import Tongue
from linli.schemas.menu import shipped_menu
from linli.schemas.orders import Cancel, Target
from linli.schemas.people import Channel, ChannelKind, ContactPart, SealedPart
from linli.schemas.policy import QuietHours
from linli.schemas.roster import Deputy, RosterRecord
from linli.services.console.call_pages import call_line
from linli.services.console.rendering import environment
from linli.services.console.words import Speech
from linli.services.delivering import tracks
from linli.services.delivering.contacts import USUAL_ZONE, Contacts, Reachable, Way
from linli.services.delivering.day_lists import DayLists, day_lists, list_holds
from linli.services.delivering.letters import Letters
from linli.services.delivering.schedule import not_before
from linli.services.delivering.sent import How, Sent
from linli.streams.codec import to_bytes
from linli.streams.delivery.book import DeliveryBook
from linli.streams.delivery.feed import Keys
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.sealing import seal
from tests.support.delivery_stack import DeliveryStack, webhook
from tests.support.district import AUTO, DISTRICT, MONDAY, Desk, team
from tests.support.providers import Providers, Reply, Request, properly

KEYRING = Keyring(bytes(range(32)))
EVENING = time(18)
SIX = MONDAY + timedelta(hours=10)
"""Six in the evening of Monday."""

MORNING = 26.0
"""Ten on Tuesday morning, in hours after Monday's beginning of work."""


def _accept(desk: Desk) -> list[str]:
    """Let every team that is asked agree; give the ids of the visits."""
    asked = desk.open_offers()
    for _, offer, name in asked:
        desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))
    return [offer for _, offer, _ in asked]


def _agreed(desk: Desk, number: str, first: float = MORNING, **details: object) -> str:
    """Let a team agree to a visit; give its id."""
    desk.place_order(number, **{"urgency": 0, "hours": (first, first + 2), **details})
    [visit] = _accept(desk)
    return visit


def _due(desk: Desk, now: datetime = SIX) -> list[DeliveryRecord]:
    return list(day_lists(desk.state.requests.values(), EVENING, Contacts(KEYRING, Keys()).zone_of, now))


def _usual(_: str, __: str) -> str:
    return USUAL_ZONE


def _unknown(_: str) -> bool:
    return False


def _west(_: str, __: str) -> str:
    return "UTC"


def _of_the_day(told: DeliveryRecord) -> tuple[str | None, date | None, int]:
    return told.team, told.day, len(told.visits)


def test_each_team_with_visits_is_told_from_the_hour_on() -> None:
    """Tests counts, first start and last end of two teams; one that goes today alone is told nothing."""
    desk = Desk(AUTO, teams=3)
    desk.place_order("1", urgency=0, hours=(MORNING, MORNING + 2), legs=2)
    desk.place_order("2", urgency=0, hours=(MORNING + 4, MORNING + 6))
    desk.place_order("3", urgency=0, hours=(2, 4))
    _accept(desk)
    assert _due(desk, SIX - timedelta(seconds=1)) == []
    told = _due(desk)
    going = [leg.assignment for one in ("r-1", "r-2") for leg in desk.state.requests[one].legs]
    assert {(one.team, one.id) for one in going if one} == {(one.team, v.id) for one in told for v in one.visits}
    assert {one.day for one in told} == {date(2026, 11, 24)}
    for one in told:
        starts, ends = [v.start for v in one.visits], [v.end for v in one.visits]
        assert (one.start, one.end, one.until) == (min(starts), max(ends), max(starts))
        assert starts == sorted(starts)
        assert (one.purpose, one.request, one.district) == (Purpose.DAY_AHEAD, None, DISTRICT)


def test_a_list_has_one_id_for_ever() -> None:
    """Tests that a later look, with another count, gives a list of the same id, and another day or team another one."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    [first] = _due(desk)
    _agreed(desk, "2", MORNING + 3)
    [again] = _due(desk, SIX + timedelta(hours=5))
    assert (first.id, len(first.visits)) == (again.id, 1)
    assert len(again.visits) == 2
    _agreed(desk, "3", MORNING + 24)
    [other] = _due(desk, SIX + timedelta(hours=24))
    assert _of_the_day(other) == ("t0", date(2026, 11, 25), 1)
    assert other.id != first.id


def test_who_agreed_after_the_hour_is_told_of_that_alone() -> None:
    """Tests that a restart in the night makes no list of a visit that was agreed since."""
    desk = Desk(AUTO, teams=1)
    desk.now = SIX + timedelta(hours=1)
    _agreed(desk, "1")
    assert _due(desk, SIX + timedelta(hours=6)) == []


def test_an_offer_that_is_open_is_not_listed() -> None:
    """Tests a team that agreed to one visit and has not answered for another: that has a message of its own."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    desk.place_order("2", urgency=0, hours=(MORNING + 4, MORNING + 6))
    assert len(desk.open_offers()) == 1
    assert [len(one.visits) for one in _due(desk)] == [1]


def test_a_list_that_is_late_is_due_until_the_first_visit_begins() -> None:
    """Tests the night, the next morning, and that what has begun is no news; the rest of the day still is."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    _agreed(desk, "2", MORNING + 4)
    start = min(one.start for one in _due(desk)[0].visits)
    for late in (SIX + timedelta(hours=9), start - timedelta(minutes=1)):
        assert [_of_the_day(one) for one in _due(desk, late)] == [("t0", date(2026, 11, 24), 2)]
    assert [len(one.visits) for one in _due(desk, start)] == [1]
    assert _due(desk, MONDAY + timedelta(hours=40)) == []


def test_who_waits_for_others_or_is_rung_up_is_not_listed() -> None:
    """Tests a visit of two teams with one that has not answered, and a request that no team is told of."""
    desk = Desk(AUTO, teams=2)
    desk.place_order("1", urgency=0, hours=(MORNING, MORNING + 2), legs=2)
    _, offer, name = desk.open_offers()[0]
    desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))
    assert desk.state.requests["r-1"].is_gathering
    assert _due(desk) == []
    _accept(desk)
    assert len(_due(desk)) == 2
    quiet = [one.model_copy(update={"notify": (Audience.RESIDENT,)}) for one in desk.state.requests.values()]
    assert list(day_lists(quiet, EVENING, _usual, SIX)) == []


def test_a_list_holds_while_a_visit_is_left() -> None:
    """Tests one of two called off, then both; what is off is told by itself."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    last = _agreed(desk, "2", MORNING + 4)
    [told] = _due(desk)
    desk.send(Cancel(target=Target(request_id="r-1"), reason="not needed"))
    assert list_holds(told, desk.state.requests)
    desk.send(Withdraw(offer=last, team="t0", reason="ill"))
    assert not list_holds(told, desk.state.requests)
    assert not list_holds(told, {})


def test_a_visit_that_has_begun_is_not_news() -> None:
    """Tests that a list whose visits are under way says nothing any more."""
    desk = Desk(AUTO, teams=1)
    visit = _agreed(desk, "1")
    [told] = _due(desk)
    desk.now = told.visits[0].start
    desk.send(Start(offer=visit, team="t0"))
    assert not list_holds(told, desk.state.requests)


def test_it_is_the_teams_own_evening() -> None:
    """Tests a team eight hours to the west: six in its evening comes as much later."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    requests = list(desk.state.requests.values())
    shift = timedelta(hours=8)
    west = [list(day_lists(requests, EVENING, _west, moment)) for moment in (SIX, SIX + shift)]
    assert [[(one.zone, one.day) for one in some] for some in west] == [[], [("UTC", date(2026, 11, 24))]]
    assert [one.zone for one in _due(desk)] == [USUAL_ZONE]


def test_all_is_counted_at_the_hour_and_not_at_every_look() -> None:
    """Tests that nothing is gone through between the hours, that the hour is met, and that without one nothing is."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    requests = list(desk.state.requests.values())
    fresh = DayLists(EVENING, _usual)
    assert fresh.due([], SIX - timedelta(minutes=30), _unknown) == []
    assert len(fresh.due(requests, SIX, _unknown)) == 1  # Agreed since the last count.
    lists = DayLists(EVENING, _usual)
    assert lists.due(requests, SIX - timedelta(minutes=30), _unknown) == []
    assert lists.due(_never(), SIX - timedelta(seconds=1), _unknown) == []
    assert len(lists.due(requests, SIX, _unknown)) == 1
    assert lists.due(_never(), SIX + timedelta(minutes=59), _unknown) == []
    assert len(lists.due(requests, SIX + timedelta(minutes=60), _unknown)) == 1
    assert lists.due(requests, SIX + timedelta(minutes=120), lambda _: True) == []
    assert DayLists(None, _usual).due(_never(), SIX, _unknown) == []


def _never() -> Iterator[AssignmentRecord]:
    """Give what must not be gone through."""
    raise AssertionError
    yield


@pytest.mark.parametrize(
    ("tongue", "says"),
    [("en", ("Tuesday", "2 visit(s)", "as of 11-23 18:00")), ("zh", ("周二", "2 次", "截至 11-23 18:00"))],
)
def test_it_says_how_many_from_when_to_when_and_where_the_rest_is(tongue: Tongue, says: tuple[str, ...]) -> None:
    """Tests both languages, the way to the day's page, the subject, and that no request is named."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    _agreed(desk, "2", MORNING + 4)
    [told] = _due(desk)
    letters = Letters(KEYRING, "https://linli.example", tongue)
    said = letters.short(told)
    assert all(one in said for one in (*says, letters.window(told), "https://linli.example/team/day?day=2026-11-24"))
    assert "r-1" not in said
    assert len(said.encode()) < 400
    assert says[0] in letters.subject(told)


def test_a_program_is_told_each_visit_by_its_id() -> None:
    """Tests the body of a webhook: the day, how many, and of each visit its id, request and times."""
    desk = Desk(AUTO, teams=1)
    ids = [_agreed(desk, "1"), _agreed(desk, "2", MORNING + 4)]
    [told] = _due(desk)
    said = json.loads(Letters(KEYRING, "").body(told))
    assert said["type"] == "linli.delivery.day_ahead"
    data = said["data"]
    assert (data["team"], data["day"], data["count"], data["request"]) == ("t0", "2026-11-24", 2, None)
    assert [one["visit"] for one in data["visits"]] == ids
    assert all(set(one) == {"visit", "request", "start", "end"} for one in data["visits"])


def test_a_list_with_a_child_in_it_stays_out_of_groups() -> None:
    """Tests that one visit to a child keeps the whole list from many eyes."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    assert [one.child for one in _due(desk)] == [False]
    _agreed(desk, "2", MORNING + 4, child=True)
    assert [one.child for one in _due(desk)] == [True]


@pytest.mark.parametrize("why", ["no_contact", "contact_erased", ""])
def test_the_desk_is_not_made_to_ring_for_it(why: str) -> None:
    """Tests that a list which no channel takes is given up with the reason, and that a failed channel is the last."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    [told] = _due(desk)
    rules = tracks.Rules()
    ways = () if why else (Way(Channel(kind=ChannelKind.MAIL, target="x"), "m"),)
    reach = Reachable(ways, why, None)
    over = tracks.opened(told, reach, lambda _: False, SIX, rules)
    if not why:
        assert not over.settled
        begun = tracks.begun(over, 0, SIX)
        failed = tracks.ended(begun, 0, Sent(How.NEVER, "bad_address"), SIX, None)
        over = tracks.opened(failed, reach, lambda _: False, SIX, rules)
    assert (over.state, over.error, over.track) == (DeliveryState.GIVEN_UP, why or "bad_address", None)


def test_a_webhook_that_fails_goes_on_alone() -> None:
    """Tests that a list is not given up while its last channel is still tried."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    [told] = _due(desk)
    reach = Reachable((Way(Channel(kind=ChannelKind.WEBHOOK, target="x"), "m"),), "", None)
    record = tracks.opened(told, reach, lambda _: False, SIX, tracks.Rules())
    for _ in range(4):
        record = tracks.ended(tracks.begun(record, 0, SIX), 0, Sent(How.LATER, "http_500"), SIX, None)
        record = tracks.opened(record, reach, lambda _: False, SIX, tracks.Rules())
    assert [one.channel for one in record.tracks] == [ChannelKind.WEBHOOK]
    assert not record.settled


NIGHT = QuietHours(start=time(17, 30), end=time(7, 30))
"""Quiet hours that hold the hour of the lists."""


def test_a_list_that_is_due_in_quiet_hours_waits_for_their_end() -> None:
    """Tests that nobody is woken, not even for an early visit, of which the team was told by itself."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    _agreed(desk, "2", MORNING + 4)
    [made] = _due(desk)
    end = SIX + timedelta(hours=13.5)
    told = made.model_copy(update={"start": end - timedelta(minutes=30)})
    assert told.until is not None
    assert told.until > end
    for moment in (SIX, SIX + timedelta(hours=9), end - timedelta(seconds=1)):
        assert not_before(told, NIGHT, moment) == end
    assert not_before(told, NIGHT, end) is None
    assert not_before(told, None, SIX) is None
    visit = told.model_copy(update={"purpose": Purpose.COMMITTED})
    assert not_before(visit, NIGHT, SIX) is None  # It begins while it is still quiet.
    assert not_before(visit.model_copy(update={"start": told.until}), NIGHT, SIX) == end
    assert not_before(visit.model_copy(update={"urgency": 0, "start": None}), NIGHT, SIX) is None


@pytest.mark.parametrize(
    ("first", "last", "who"),
    [
        (SIX - timedelta(hours=2), SIX + timedelta(days=2), "deputy"),
        (SIX + timedelta(hours=6), SIX + timedelta(days=2), "deputy"),
        (SIX - timedelta(hours=9), SIX + timedelta(hours=6), "lead"),
        (SIX + timedelta(days=1), SIX + timedelta(days=2), "lead"),
    ],
)
def test_it_goes_to_whoever_answers_for_that_day(first: datetime, last: datetime, who: str) -> None:
    """Tests a deputy who stands in already, one who does from midnight on, and one who does no more or not yet."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    [told] = _due(desk)
    keys, sealed = Keys(), dict[str, SealedPart]()
    for name in ("lead", "deputy"):
        channel = Channel(kind=ChannelKind.MAIL, target=f"{name}@example.org")
        sealed[name], key = seal(ContactPart(name="合成队长", channels=(channel,)), KEYRING, MONDAY)
        keys.put(key.key_id, to_bytes(key))
    contacts = Contacts(KEYRING, keys)
    deputy = Deputy(start=first, end=last, sealed_contact=sealed["deputy"])
    details = team("t0").model_copy(update={"sealed_contact": sealed["lead"], "deputy": deputy})
    contacts.put(RosterRecord(district=DISTRICT, version=1, round=1, at=MONDAY, details=details))
    [way] = contacts.of(told, SIX).ways
    assert way.channel.target == f"{who}@example.org"
    now = contacts.of(told.model_copy(update={"purpose": Purpose.COMMITTED}), SIX)
    assert now.ways[0].channel.target == ("deputy" if first <= SIX <= last else "lead") + "@example.org"


@pytest.mark.parametrize(("error", "why"), [("", "too_late"), ("http_500", "http_500")])
def test_a_list_whose_day_has_begun_is_given_up_with_the_reason(error: str, why: str) -> None:
    """Tests the reason of a failed try, and the one where there was none."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    [told] = _due(desk)
    over = tracks.expired(told.model_copy(update={"error": error}), told.visits[0].start)
    assert (over.state, over.error) == (DeliveryState.GIVEN_UP, why)


def test_whoever_pastes_it_into_a_chat_finds_that_day() -> None:
    """Tests the call of a team whose own channel is a text to copy: it leads to the day and to no single case."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    [told] = _due(desk)
    reach = Reachable((Way(Channel(kind=ChannelKind.COPY), ""),), "", None)
    assert tracks.opened(told, reach, lambda _: False, SIX, tracks.Rules()).track is not None
    here: Any = SimpleNamespace(menu=shipped_menu(), grids={}, clock=SimpleNamespace(now=lambda: SIX))
    speech = Speech("en")
    line = call_line(told, "Synthetic team t0", here, speech)
    values = dict.fromkeys(("why_not", "problem", "contact", "text", "form_token", "person"))
    values |= {"w": speech, "call": line, "outcomes": (), "path": "/desk/call", "synthetic": True}
    shown = environment().get_template("call.html").render(values)
    assert 'href="/desk/day?day=2026-11-24"' in shown
    assert "/desk/case/" not in shown


def test_the_book_finds_a_list_by_each_request_in_it_and_forgets_it_with_all_others() -> None:
    """Tests that a change of one visit finds the list, and that nothing of it stays when it is old."""
    desk = Desk(AUTO, teams=1)
    _agreed(desk, "1")
    _agreed(desk, "2", MORNING + 4)
    [told] = _due(desk)
    book = DeliveryBook()
    book.put(tracks.settled(told, DeliveryState.OBSOLETE, SIX))
    assert [[one.id for one in book.of_request(name)] for name in ("r-1", "r-2", "r-3")] == [[told.id], [told.id], []]
    assert book.forget(SIX + timedelta(days=31)) == 1
    assert [book.of_request(name) for name in ("r-1", "r-2")] == [[], []]


def _lists(seen: list[DeliveryRecord]) -> list[DeliveryRecord]:
    return [one for one in seen if one.purpose is Purpose.DAY_AHEAD]


def _at_half_past_five(stack: DeliveryStack, rate: float) -> None:
    """Let the district's clock stand half an hour before the lists are due."""
    stack.rate = rate
    stack.begun -= timedelta(hours=9.5) / rate


def _refusing(request: Request) -> Reply | None:
    """Refuse lists, and nothing else."""
    return Reply(500) if b"day_ahead" in request.body else properly(request)


@pytest.mark.broker
async def test_it_is_sent_once_whatever_is_restarted(stack: DeliveryStack) -> None:
    """Tests two teams, of which one has a visit tomorrow: one list, and none after two restarts in the same evening."""
    _at_half_past_five(stack, 600.0)
    async with Providers() as server:
        async with stack.delivering(server):
            for name, skill in (("t1", "a"), ("t2", "b")):
                await stack.register(name, await stack.seal(webhook(server, name)), skill=skill)
            for number, skill, first in (("1", "a", MORNING), ("2", "b", 3)):
                offer, asked = await stack.offer(number, skill=skill, hours=(first, first + 2))
                await stack.decided(stack.desk.send(Accept(offer=offer, team=asked, members=(f"{asked}-m0",))))
            seen = await stack.until(lambda seen: any(one.settled for one in _lists(seen)), "the list")
        for _ in range(2):
            async with stack.delivering(server):
                await asyncio.sleep(1.2)
        seen = await stack.deliveries()
    assert [(one.team, one.state, len(one.visits)) for one in _lists(seen)] == [("t1", DeliveryState.DELIVERED, 1)]
    lists = [one.json for one in server.taken if one.json["type"] == "linli.delivery.day_ahead"]
    assert [one["data"]["team"] for one in lists] == ["t1"]


@pytest.mark.broker
async def test_a_list_waits_out_a_bad_evening_and_is_dropped_when_nothing_is_left(stack: DeliveryStack) -> None:
    """Tests a target that was down at the hour: told late under one id; and a list whose only visit was called off."""
    _at_half_past_five(stack, 1_200.0)
    async with Providers() as server:
        server.behave = _refusing
        async with stack.delivering(server):
            for name, skill in (("t1", "a"), ("t2", "b")):
                await stack.register(name, await stack.seal(webhook(server, name)), skill=skill)
            for number, skill in (("1", "a"), ("2", "b")):
                offer, asked = await stack.offer(number, skill=skill, hours=(MORNING, MORNING + 2))
                await stack.decided(stack.desk.send(Accept(offer=offer, team=asked, members=(f"{asked}-m0",))))
            await stack.until(
                lambda seen: len(_lists(seen)) == 2 and all(one.error == "http_500" for one in _lists(seen)), "tries"
            )
            await stack.decided(stack.desk.send(Cancel(target=Target(request_id="r-2"), reason="not needed")))
            await stack.until(lambda seen: any(one.settled for one in _lists(seen)), "the end of the second list")
            server.behave = properly
            seen = await stack.until(lambda seen: all(one.settled for one in _lists(seen)), "the first list")
    assert {one.team: one.state for one in _lists(seen)} == {
        "t1": DeliveryState.DELIVERED,
        "t2": DeliveryState.OBSOLETE,
    }
