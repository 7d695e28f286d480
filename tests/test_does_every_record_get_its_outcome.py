"""Asks whether every record of the inbox gets one outcome, the right one, with nothing personal ever shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from linli.matcher.ledger.state import NumberedCommand
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.dead_letters import MEANING, Reason
from linli.schemas.desk import ApplyRecord
from linli.schemas.event_types import TYPE_OF_KIND
from linli.schemas.identity import request_id, standing_id
from linli.schemas.orders import RequestDetails
from linli.schemas.organisation import ApplyNode
from linli.schemas.people import AgeBand, ContactPart, PersonalPart
from linli.schemas.proving import GiveCode
from linli.schemas.standing import PlaceStanding
from linli.schemas.team_changes import ApplyDeputy
from linli.schemas.topics import RECORD_BYTES_MAX
from linli.streams.codec import to_bytes
from linli.streams.intake.dead_letter_payload import unpack
from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.intake.judge import CommandOut, DeadOut, Outcome, judge
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.sealing import unseal, unseal_bytes
from linli.streams.sealed.service_codes import service_code
from tests.support.district import Desk
from tests.support.inbox import (
    BROKEN,
    DISTRICT,
    NAME,
    NOW,
    SECRETS,
    Broken,
    Json,
    good_order,
    good_team,
    record,
    structured,
    window,
    world,
)

WORLD = world()


def command_of(outcome: Outcome) -> CommandOut:
    assert isinstance(outcome, CommandOut), outcome
    return outcome


def details_of(order: Json) -> RequestDetails:
    body = command_of(judge(record(order), WORLD)).command.body
    assert isinstance(body, PlaceOrder)
    return body.details


def in_clear(outcome: Outcome) -> str:
    """Everything that an outcome shows to whoever has no master key."""
    kept = outcome.command if isinstance(outcome, CommandOut) else outcome.letter
    return "\n".join(to_bytes(model).decode() for model in (kept, *outcome.subject_keys))


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.name for broken in BROKEN])
def test_a_broken_record_gets_its_reason_and_path(broken: Broken) -> None:
    """Tests reason, path and position of every dead letter, that a rule is named, and that no value is shown."""
    outcome = judge(broken.record, WORLD)
    assert isinstance(outcome, DeadOut)
    letter = outcome.letter
    assert (letter.reason, letter.path) == (broken.reason, broken.path)
    assert letter.rule or letter.reason is Reason.NOT_UTF8
    assert (letter.id, letter.source.offset, letter.stage) == ("inbox-0-7", 7, "intake")
    assert [secret for secret in SECRETS if secret in in_clear(outcome)] == []


def test_every_reason_of_intake_has_been_seen() -> None:
    """Tests that the list above leaves out no reason that intake can give, and that each is explained."""
    dispatchers = {Reason.DUPLICATE_CONFLICT, Reason.SOLVER_CRASH, Reason.INTERNAL}
    assert {broken.reason for broken in BROKEN} == set(Reason) - dispatchers
    assert set(MEANING) == set(Reason)


@pytest.mark.parametrize("broken", BROKEN[:25], ids=[broken.name for broken in BROKEN[:25]])
def test_the_original_of_a_dead_letter_can_be_had_back(broken: Broken) -> None:
    """Tests that whoever holds the master key sees the record as it came, or that something was cut off."""
    outcome = judge(broken.record, WORLD)
    assert isinstance(outcome, DeadOut)
    assert outcome.letter.payload is not None
    original = unpack(unseal_bytes(outcome.letter.payload, outcome.subject_keys[0], WORLD.keyring))
    value = broken.record.value or b""
    assert (original.key, original.headers) == (broken.record.key, broken.record.headers)
    assert value.startswith(original.value)
    assert original.whole is (original.value == value)


def test_an_order_becomes_a_command_and_nothing_personal_is_left() -> None:
    """Tests an ordinary order: its ids, its times, its place, its menu entry, and that the person is sealed."""
    outcome = command_of(judge(record(good_order()), WORLD))
    command = outcome.command
    assert (command.id, command.district, command.source) == ("inbox-0-7", DISTRICT, "hotline")
    assert (command.request_id, command.received_at) == (request_id("hotline", "SN-1"), NOW)
    assert isinstance(command.body, PlaceOrder)
    details = command.body.details
    assert details.skills == (("company", None),)
    assert (details.minutes, details.urgency, details.legs, details.adults) == (60, 2, 1, 0)
    assert (details.place.lat, details.place.lon, details.place.grid) == (27.939, 108.254, "g1")
    assert (details.community, details.place.coarse, details.referral) == ("c-g1", False, None)
    assert [secret for secret in SECRETS if secret in in_clear(outcome)] == []
    opened = unseal(details.sealed, outcome.subject_keys[0], WORLD.keyring, PersonalPart)
    assert opened == PersonalPart.model_validate_json(json.dumps(good_order()["personal"]))


def test_structured_and_binary_mode_say_the_same() -> None:
    """Tests that the same order in one JSON object becomes the same command."""
    binary, other = (command_of(judge(one, WORLD)).command for one in (record(good_order()), structured(good_order())))
    assert isinstance(binary.body, PlaceOrder)
    assert isinstance(other.body, PlaceOrder)
    assert binary.body.details.marks == other.body.details.marks
    assert (binary.request_id, binary.source) == (other.request_id, other.source)


def test_a_menu_entry_with_qualification_and_limit_is_applied() -> None:
    """Tests that skill, qualification, team kinds, insurance and travel limit come from the menu."""
    details = details_of(good_order() | {"category": "follow_up", "minutes": 20, "teams_needed": 2})
    assert details.skills == (("follow_up", "doctor"),)
    assert (details.team_kinds, details.insured, details.travel_minutes_max) == (("medical",), True, 15)
    assert (details.minutes, details.legs, details.urgency) == (20, 2, 1)


def test_urgent_is_the_highest_class() -> None:
    """Tests that an urgent order goes before whatever the menu says."""
    assert details_of(good_order() | {"urgent": True}).urgency == 0


def test_help_that_was_given_before_may_lie_in_the_past() -> None:
    """Tests that an order recorded afterwards is admitted although its window has passed."""
    details = details_of(good_order() | {"recorded_afterwards": True, "windows": [window(-30, -28)]})
    assert details.recorded_afterwards


def test_one_window_ahead_is_enough() -> None:
    """Tests that an order with one window passed and one to come is admitted."""
    assert len(details_of(good_order() | {"windows": [window(-30, -28), window()]}).windows) == 2


def child(**fields: object) -> Json:
    order = good_order() | {"beneficiary": "left_behind_child", "age_band": "under_14"}
    return order | {"consent": {"beneficiary": True, "guardian": True}} | fields


def test_two_vetted_adults_go_to_a_child() -> None:
    """Tests that a child's visit needs two vetted adults in a category that asks nothing for adults."""
    assert details_of(child(category="company")).adults == 2
    assert details_of(child(category="company", age_band="14_to_17")).adults == 2


def test_a_child_without_guardian_consent_goes_to_the_child_director() -> None:
    """Tests that such an order is no dead letter: somebody must obtain the consent."""
    details = details_of(child(consent={"beneficiary": False, "guardian": False}))
    assert (details.referral, details.restricted) == ("child_director", False)


def test_a_child_of_unstated_age_counts_as_young() -> None:
    """Tests that a forgotten age does not make a left-behind child an adult."""
    order = child(consent={"beneficiary": True})
    del order["age_band"]
    details = details_of(order)
    assert (details.age_band, details.referral) == (AgeBand.UNDER_14, "child_director")


def test_a_child_with_guardian_consent_is_served() -> None:
    """Tests that the guardian's word is enough for a child under 14."""
    assert details_of(child(consent={"beneficiary": False, "guardian": True})).referral is None


def test_suspected_harm_needs_no_consent_and_is_restricted() -> None:
    """Tests that suspected harm to a child goes to the child director, consent or not."""
    details = details_of(child(flags={"suspected_harm": True}, consent={"beneficiary": False}))
    assert (details.referral, details.restricted) == ("child_director", True)


def test_danger_to_life_is_never_a_volunteers_offer() -> None:
    """Tests that danger is referred at the highest class whatever consent, menu or time say."""
    order = good_order() | {"flags": {"danger_to_life": True}, "consent": {"beneficiary": False}}
    details = details_of(order | {"category": "no_such_thing", "windows": [window(-30, -28)]})
    assert (details.referral, details.urgency, details.skills) == ("emergency", 0, ())


@pytest.mark.parametrize("field", ["detail", "health_note"])
@pytest.mark.parametrize("text", ["老人晕 倒 了", "He has CHEST  PAIN since noon", "说不想活了", "煤气.中.毒"])
def test_words_raise_the_alarm(field: str, text: str) -> None:
    """Tests that words of danger, however spaced or written, are heard in what was told."""
    order = good_order()
    order["personal"] = order["personal"] | {field: text}
    details = details_of(order)
    assert details.flags.danger_to_life
    assert details.referral == "emergency"


def test_words_of_harm_are_heard_for_a_child() -> None:
    """Tests that bruises tell of harm to a child and not to an old person, and that abuse does for both."""
    for text, elderly, young in (("腿上有淤青", False, True), ("He is abused", True, True), ("陪伴聊天", False, False)):
        order, small = good_order(), child()
        order["personal"] = small["personal"] = order["personal"] | {"detail": text}
        assert details_of(order).flags.suspected_harm is elderly
        assert details_of(small).flags.suspected_harm is young


def test_words_never_clear_a_flag() -> None:
    """Tests that a flag of the sender stays whatever the words say."""
    order = good_order() | {"flags": {"danger_to_life": True}}
    order["personal"] = order["personal"] | {"detail": "一切正常，没有危险", "health_note": ""}
    assert details_of(order).flags.danger_to_life


def test_a_place_name_becomes_its_grids_centroid() -> None:
    """Tests that a grid without coordinates is used coarsely."""
    order: Json = good_order() | {"grid": "g3"}
    order["personal"]["location"] = None
    place = details_of(order).place
    assert (place.lat, place.lon, place.coarse, place.terrain.value) == (28.05, 108.4, True, "mountain")


def test_the_grid_of_coordinates_is_the_nearest() -> None:
    """Tests that coordinates without a grid find theirs, whatever system they are stated in."""
    order = good_order()
    del order["grid"]
    for crs, shift in (("wgs84", 0.0), ("gcj02", 0.004), ("bd09", 0.01)):
        location = {"crs": crs, "lat": 27.80, "lon": 108.10 + shift}
        order["personal"] = order["personal"] | {"location": location}
        assert details_of(order).place.grid == "g2"


def test_a_team_is_placed_and_its_contact_sealed() -> None:
    """Tests that a team's base is converted and rounded and that its lead cannot be read."""
    outcome = command_of(judge(record(good_team(), "team"), WORLD))
    assert outcome.command.request_id is None
    assert isinstance(outcome.command.body, ApplyTeam)
    details = outcome.command.body.details
    assert (details.base.lat, details.base.lon, details.zone) == (27.939, 108.254, "Asia/Shanghai")
    assert details.sealed_contact is not None
    assert [secret for secret in SECRETS if secret in in_clear(outcome)] == []


TARGETED: dict[str, Json] = {
    "amend": {"urgent": True},
    "cancel": {},
    "hold": {"reason": "等回访", "by": "desk-1"},
    "release": {"by": "desk-1"},
    "refer": {"office": "民政局", "reason": "超出范围", "by": "desk-1"},
    "referral_answer": {"outcome": "returned", "note": "请志愿者上门", "by": "office-1"},
    "assign": {"team": "t-1", "reason": "熟悉住户", "by": "desk-1"},
    "confirm": {"by": "desk-1"},
    "reschedule": {"windows": [window()], "by": "resident"},
    "rate": {"stars": 5, "by": "resident"},
    "claim": {"team": "t-1", "members": ["t-1-m1"]},
    "record": {"team": "t-1", "start": "2026-11-22T09:00:00+08:00", "minutes": 30, "reason": "顺路", "by": "desk-1"},
    "confirm_service": {"by": "grid-1"},
    "review_service": {"verdict": "refused", "reason": "不属实", "by": "office-1"},
    "mark": {"reason": "多次协调未果", "by": "desk-1"},
    "resolve": {"remedy": "explained", "reason": "已沟通", "by": "desk-1"},
}
ANSWERS: dict[str, Json] = {
    "accept": {"members": ["t-1-m1"]},
    "decline": {"reason": "busy"},
    "withdraw": {"reason": "车坏了"},
    "start": {},
    "done": {"minutes": 40},
    "failed_visit": {"reason": "nobody_home"},
    "swap": {"members": ["t-1-m2"]},
    "code": {"code": "0417"},
}
SPAN: Json = {"start": "2026-11-23T09:00:00+08:00", "end": "2026-11-24T09:00:00+08:00"}
OTHERS: dict[str, Json] = {
    "absent": {"team": "t-1", **SPAN, "reason": "学习", "by": "t-1"},
    "members": {"team": "t-1", "members": [{"ref": "t-1-m1", "adult": True}], "by": "t-1"},
    "deputy": {"team": "t-1", **SPAN, "contact": {"name": NAME}, "by": "t-1"},
    "told": {"delivery": "d-1", "outcome": "reached", "by": "desk-1"},
    "node": {
        "node": "n-1",
        "parent": "n-0",
        "level": "community",
        "name": "示例",
        "places": ["g1"],
        "contact": {"name": NAME},
        "deputy": {**SPAN, "contact": {"name": NAME}},
    },
    "standing": {"order": good_order(), "rule": "FREQ=WEEKLY"},
    "standing_change": {"standing": "s-1", "step": "pause", "reason": "住院"},
    "erase": {"keys": ["k-1"], "by": "desk-1"},
}
"""Kinds that are about a team, a node, a delivery or a standing order, not about a request."""


def test_a_standing_order_is_admitted_and_sealed_like_an_order() -> None:
    """Tests that its id comes from the number, one sealed part serves all visits, and nothing of it is readable."""
    outcome = command_of(judge(record(OTHERS["standing"], "standing"), WORLD))
    body = outcome.command.body
    assert isinstance(body, PlaceStanding)
    assert (body.details.standing, body.details.rule) == (standing_id("hotline", "SN-1"), "FREQ=WEEKLY")
    assert body.details.template.sealed.key_id == outcome.subject_keys[0].key_id
    assert [secret for secret in SECRETS if secret in in_clear(outcome)] == []


def test_a_standing_order_that_an_office_must_see_is_the_one_order() -> None:
    """Tests that danger does not wait for a rule."""
    order = good_order() | {"flags": {"danger_to_life": True}}
    outcome = command_of(judge(record({"order": order, "rule": "FREQ=DAILY"}, "standing"), WORLD))
    assert isinstance(outcome.command.body, PlaceOrder)
    assert outcome.command.body.details.referral == "emergency"
    assert outcome.command.request_id == request_id("hotline", "SN-1")


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"rule": "FREQ=HOURLY"}, "rule", "HOURLY"),
        ({"order": good_order() | {"urgent": True}}, "", "urgent"),
        ({"order": good_order() | {"category": "gardening"}}, "category", "not_listed"),
        ({"until": "2020-01-01T00:00:00Z"}, "", "until"),
    ],
)
def test_a_standing_order_that_cannot_be_is_refused_with_its_reason(change: Json, path: str, said: str) -> None:
    """Tests that rule, order and end are looked at before anything is promised."""
    letter = judge(record(OTHERS["standing"] | change, "standing"), WORLD)
    assert isinstance(letter, DeadOut)
    assert letter.letter.path == path
    assert said in letter.letter.rule


@pytest.mark.parametrize("kind", TARGETED)
def test_a_request_is_found_by_either_number(kind: str) -> None:
    """Tests that the sender's own number and our id lead to the same request."""
    theirs = command_of(judge(record({"target": {"source_id": "SN-1"}} | TARGETED[kind], kind), WORLD)).command
    ours = request_id("hotline", "SN-1")
    by_id = command_of(judge(record({"target": {"request_id": ours}} | TARGETED[kind], kind), WORLD)).command
    assert (theirs.request_id, by_id.request_id, theirs.body.kind) == (ours, ours, kind)


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_is_about_its_offers_request(kind: str) -> None:
    """Tests that an offer's id names the request."""
    answer = {"kind": kind, "offer": "r-abc.0.3", "team": "t-1"} | ANSWERS[kind]
    command = command_of(judge(record(answer, kind), WORLD)).command
    assert (command.request_id, command.body.kind) == ("r-abc", kind)


def test_a_service_code_is_compared_here_and_goes_no_further() -> None:
    """Tests that intake alone says whether a code is right, whatever the sender says, and that no digit is sent on."""
    right = service_code("r-abc.0.3", WORLD.keyring)
    wrong = f"{(int(right) + 1) % 10_000:04d}"
    for said, claimed, found in ((right, False, True), (wrong, True, False)):
        event = {"kind": "code", "offer": "r-abc.0.3", "team": "t-1", "code": said, "right": claimed}
        body = command_of(judge(record(event, "code"), WORLD)).command.body
        assert isinstance(body, GiveCode)
        assert (body.code, body.right) == (None, found)
    none = judge(record({"kind": "code", "offer": "r-abc.0.3", "team": "t-1", "right": True}, "code"), WORLD)
    assert isinstance(none, DeadOut)


def test_every_kind_has_been_judged() -> None:
    """Tests that no kind of the inbox was forgotten above."""
    assert {"order", "team", *TARGETED, *ANSWERS, *OTHERS} == set(TYPE_OF_KIND)


@pytest.mark.parametrize("kind", OTHERS)
def test_what_concerns_no_request_becomes_a_command_without_one(kind: str) -> None:
    """Tests that news of a team or of a delivery name no request, and that no name is readable in them."""
    outcome = command_of(judge(record(OTHERS[kind], kind), WORLD))
    assert (outcome.command.request_id, outcome.command.body.kind) == (None, kind)
    assert NAME not in in_clear(outcome)


def test_a_deputys_contact_is_sealed_with_its_channels() -> None:
    """Tests that channels and their secrets are inside the sealed part, and come back whole."""
    channel = {"kind": "wecom", "target": "https://example.invalid/robot", "secret": "s3cret-of-robot"}
    body = OTHERS["deputy"] | {"contact": {"name": NAME, "channels": [channel]}}
    outcome = command_of(judge(record(body, "deputy"), WORLD))
    assert isinstance(outcome.command.body, ApplyDeputy)
    assert "example.invalid" not in in_clear(outcome)
    opened = unseal(outcome.command.body.deputy.sealed_contact, outcome.subject_keys[0], WORLD.keyring, ContactPart)
    assert [(one.kind, one.target, one.secret) for one in opened.channels] == [
        ("wecom", "https://example.invalid/robot", "s3cret-of-robot")
    ]


def test_the_longest_contact_fits_into_its_sealed_part() -> None:
    """Tests that every channel full of the widest characters still becomes a command."""
    wide = "\U00020000"
    channel = {"kind": "copy", "target": wide * 300, "secret": "x" * 200}
    contact = {"name": wide * 60, "endpoint": "\u3000" * 300, "channels": [channel] * 6}
    assert isinstance(judge(record(OTHERS["deputy"] | {"contact": contact}, "deputy"), WORLD), CommandOut)


def test_the_contacts_of_a_node_are_sealed_each_under_its_own_key() -> None:
    """Tests that both the contact and its deputy can be opened, each with its key."""
    outcome = command_of(judge(record(OTHERS["node"], "node"), WORLD))
    assert isinstance(outcome.command.body, ApplyNode)
    node = outcome.command.body.details
    assert node.deputy is not None
    for sealed, key in zip((node.sealed_contact, node.deputy.sealed_contact), outcome.subject_keys, strict=True):
        assert sealed is not None
        assert unseal(sealed, key, WORLD.keyring, ContactPart).name == NAME


def test_a_node_answers_for_known_places_only() -> None:
    """Tests that grids and communities are known and others refused with where it stands."""
    assert isinstance(judge(record(OTHERS["node"] | {"places": ["g2", "c-g1"]}, "node"), WORLD), CommandOut)
    letter = judge(record(OTHERS["node"] | {"places": ["g1", "g-nowhere"]}, "node"), WORLD)
    assert isinstance(letter, DeadOut)
    assert (letter.letter.reason, letter.letter.path) == (Reason.UNKNOWN_PLACE, "places.1")


def test_help_given_without_an_order_brings_its_own() -> None:
    """Tests that a record with an order is admitted and sealed like one, though its windows have passed."""
    order = good_order() | {"windows": [{"start": "2026-11-20T09:00:00+08:00", "end": "2026-11-20T10:00:00+08:00"}]}
    body = TARGETED["record"] | {"order": order}
    outcome = command_of(judge(record(body, "record"), WORLD))
    assert outcome.command.request_id == request_id("hotline", "SN-1")
    assert isinstance(outcome.command.body, ApplyRecord)
    assert outcome.command.body.details is not None
    assert outcome.command.body.details.recorded_afterwards
    assert [secret for secret in SECRETS if secret in in_clear(outcome)] == []


def test_whether_somebody_has_a_telephone_is_known_without_the_number() -> None:
    """Tests that the one fact about a resident's telephone that leaves the sealed part is whether there is one."""
    assert details_of(good_order()).has_phone is True
    order = good_order()
    order["personal"] = {name: value for name, value in order["personal"].items() if name != "phone"}
    assert details_of(order).has_phone is False


def test_time_is_the_districts() -> None:
    """Tests that a command carries decision time, made from the broker's append time and nothing else."""

    def three_days_on(real: datetime) -> datetime:
        return real + timedelta(days=3)

    shifted = replace(WORLD, at=three_days_on)
    outcome = judge(record({"target": {"source_id": "SN-1"}}, "cancel"), shifted)
    assert command_of(outcome).command.received_at == NOW + timedelta(days=3)
    assert isinstance(judge(record(good_order()), shifted), DeadOut)


def test_judging_twice_differs_in_nothing_but_keys() -> None:
    """Tests that intake may handle a record twice: ids, marks and everything decided are the same."""
    keyring = Keyring(bytes(range(32)), lambda count: bytes(count))
    fixed = world(keyring)
    for one in (record(good_order()), record(good_team(), "team"), BROKEN[5].record):
        assert judge(one, fixed) == judge(one, fixed)
    details = [details_of(good_order()) for _ in range(2)]
    assert details[0].marks == details[1].marks
    assert details[0].sealed != details[1].sealed


json_values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
spoilt_lists: st.SearchStrategy[object] = st.just([{NAME: NAME}])
names = st.sampled_from(["ce_type", "ce_id", "ce_source", "ce_time", "CE_TYPE", "x", "ce_"])
pairs = st.tuples(names, st.binary(max_size=30))


@settings(max_examples=400, deadline=None)
@given(
    value=st.none() | st.binary(max_size=200),
    headers=st.lists(pairs, max_size=6),
    key=st.none() | st.binary(max_size=20),
)
def test_any_bytes_have_an_outcome(value: bytes | None, headers: list[tuple[str, bytes]], key: bytes | None) -> None:
    """Tests that no bytes at all can make judging fail."""
    outcome = judge(InboxRecord("inbox", 0, 1, key, tuple(headers), value, NOW), WORLD)
    assert isinstance(outcome, DeadOut)


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(sorted(TYPE_OF_KIND)), data=st.data())
def test_any_fields_have_an_outcome(kind: str, data: st.DataObject) -> None:
    """Tests that any values in the fields of any kind end in an outcome, and that a name in them is not shown."""
    bodies = {"order": good_order(), "team": good_team(), **TARGETED, **ANSWERS, **OTHERS}
    about: Json = {} if kind in OTHERS else {"target": {"source_id": "SN-1"}, "offer": "r-1.0.1", "team": "t-1"}
    fields: Json = about | bodies[kind]
    for name in data.draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=3)):
        fields[name] = data.draw(st.one_of(json_values, st.just(NAME), spoilt_lists))
    outcome = judge(record(fields, kind), WORLD)
    if isinstance(outcome, DeadOut):
        assert NAME not in in_clear(outcome)


STRANGE_MOMENTS = (
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:01Z",
    "1900-01-01T00:00:00+14:00",
    "1969-12-31T23:59:59Z",
    "9998-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59Z",
)
"""At the calendar's ends, at those of our years, and before the first second that computers count."""


Spot = tuple[str | int, ...]


def _moments(value: JsonValue, at: Spot = ()) -> Iterator[Spot]:
    """Yield where a record names a moment."""
    inner = list[tuple[str | int, JsonValue]]()
    if isinstance(value, dict):
        inner += value.items()
    elif isinstance(value, list):
        inner += enumerate(value)
    elif isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        yield at
    for name, one in inner:
        yield from _moments(one, (*at, name))


def _with(value: Any, at: Spot, moment: str) -> Any:
    """Return a copy of a record with another moment."""
    if not at:
        return moment
    changed = deepcopy(value)
    changed[at[0]] = _with(value[at[0]], at[1:], moment)
    return changed


@pytest.mark.parametrize("kind", sorted(TYPE_OF_KIND))
def test_any_moment_has_an_outcome(kind: str) -> None:
    """Tests that a moment at the calendar's ends is refused with its path, and one that is let in can be decided on."""
    bodies = {"order": good_order(), "team": good_team(), **TARGETED, **ANSWERS, **OTHERS}
    about: Json = {} if kind in OTHERS else {"target": {"source_id": "SN-1"}, "offer": "r-1.0.1", "team": "t-1"}
    fields: Json = about | bodies[kind]
    for at, moment in product(_moments(fields), STRANGE_MOMENTS):
        outcome = judge(record(_with(fields, at, moment), kind), WORLD)
        if isinstance(outcome, DeadOut):
            assert outcome.letter.path or outcome.letter.rule
        else:
            Desk().decide(NumberedCommand(0, command_of(outcome).command))
        if moment[:4] in ("0001", "9999"):
            assert isinstance(outcome, DeadOut), (at, moment)


def test_the_largest_record_that_is_allowed_is_read() -> None:
    """Tests that the limit of size is where it is said to be."""
    padded = record(good_order()).value or b""
    padded += b" " * (RECORD_BYTES_MAX - len(padded))
    assert isinstance(judge(record(padded), WORLD), CommandOut)
    assert isinstance(judge(record(padded + b" "), WORLD), DeadOut)
