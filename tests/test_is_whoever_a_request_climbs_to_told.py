"""Is whoever a request climbs to told of it: once, while it waits, the deputy for the contact, and nothing personal?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.schemas.assignment import AssignmentRecord, Committed, Offered, Promised, Referred, Reopened
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.deliveries import DeliveryRecord, Purpose, Track
from linli.schemas.desk import Hold, Refer
from linli.schemas.escalation import Awaited, Escalation, WaitLimits
from linli.schemas.lifecycle import State
from linli.schemas.orders import Target
from linli.schemas.organisation import NodeDetails, NodeRecord
from linli.schemas.people import Channel, ChannelKind, ContactPart, SealedPart
from linli.schemas.policy import Mode, Policy
from linli.schemas.roster import Deputy, TeamKind
from linli.services.delivering.contacts import Contacts, Nobody
from linli.services.delivering.letters import Letters
from linli.services.delivering.notices import notices, still_holds
from linli.streams.codec import encode
from linli.streams.delivery.feed import Keys
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.sealing import seal
from tests.support.district import DISTRICT, MONDAY, Desk, order, team, window
from tests.support.organisation import LINE, registrations

SYNTHETIC = "whsec_" + "c3ludGhldGlj"
KEYRING = Keyring(bytes(range(32)))
QUICK = WaitLimits(promised=(10, 10, 10))
POLICY = Policy(mode=Mode.AUTO, freeze_minutes=90, work=0, escalation=Escalation(limits=QUICK))
TARGET = Target(request_id="r-1")


@pytest.fixture
def desk() -> Desk:
    """A desk with a request that has climbed once."""
    found = Desk(POLICY, teams=0)
    found.send(*registrations())
    found.place_order("1", hours=(2, 10))
    found.at(10 / 60)
    return found


def _last(desk: Desk) -> AssignmentRecord:
    return desk.state.requests["r-1"]


def _told(desk: Desk) -> list[DeliveryRecord]:
    return list(notices(_last(desk), {}, desk.now))


def test_each_level_is_told_once_what_is_awaited(desk: Desk) -> None:
    """Tests node, time and words of each notice, and that what is known is not told again."""
    (first,) = _told(desk)
    assert (first.node, first.team, first.purpose, first.awaited) == (
        LINE[1],
        None,
        Purpose.ESCALATED,
        Awaited.PROMISED,
    )
    assert first.made == MONDAY + timedelta(minutes=10)
    desk.at(20 / 60)
    both = _told(desk)
    assert [one.node for one in both] == list(LINE[1:3])
    assert both[0].id == first.id
    assert [one.node for one in notices(_last(desk), {first.id: first}, desk.now)] == [LINE[2]]


def test_a_climb_that_finds_a_team_is_told_as_well() -> None:
    """Tests that the level's contact hears of it, with what was awaited and where the request stands by now."""
    rules = Escalation(limits=QUICK, pools="by_level", units_from=("estate",), county_from=("county",))
    units = POLICY.model_copy(update={"escalation": rules})
    desk = Desk(units, teams=0)
    desk.send(*registrations())
    far = team("t-unit").model_copy(update={"organisation": "n-estate", "team_kind": TeamKind.UNIT})
    desk.send(ApplyTeam(details=far))
    details = order("1", hours=(2, 10)).model_copy(update={"team_kinds": ("volunteer", "unit")})
    desk.send(PlaceOrder(details=details), request="r-1")
    desk.at(10 / 60)
    assert _last(desk).state is State.PROMISED
    (told,) = _told(desk)
    assert (told.node, told.awaited, told.stands) == (LINE[1], Awaited.PROMISED, State.PROMISED)
    assert still_holds(told, _last(desk))
    assert list(notices(_last(desk), {told.id: told}, desk.now)) == []
    for tongue, said in (("en", "promised"), ("zh", "已排期")):
        assert said in Letters(KEYRING, "", tongue).short(told)  # type: ignore[arg-type]
    assert list(notices(_last(desk), {}, desk.now + timedelta(hours=25))) == []


def test_who_has_heard_of_a_climb_is_not_told_again_when_a_team_is_found(desk: Desk) -> None:
    """Tests that a notice that was tried is all there is, and one that was not is followed by what is true now."""
    (waits,) = _told(desk)
    assert waits.stands is None
    desk.send(ApplyTeam(details=team("t1")))
    assert _last(desk).state is State.PROMISED
    assert not still_holds(waits, _last(desk))
    tried = waits.model_copy(update={"tracks": (Track(channel=ChannelKind.WEBHOOK, attempt=1),)})
    assert list(notices(_last(desk), {waits.id: tried}, desk.now)) == []
    (later,) = notices(_last(desk), {waits.id: waits}, desk.now)
    assert (later.node, later.stands) == (LINE[1], State.PROMISED)
    assert later.id != waits.id


@pytest.mark.parametrize(
    "said", [Refer(target=TARGET, office="o", reason="r", by="d"), Hold(target=TARGET, reason="r", by="d")]
)
def test_what_does_not_wait_any_more_is_told_as_it_stands(desk: Desk, said: Refer | Hold) -> None:
    """Tests that a notice is dropped when the desk has taken the request in hand, and what is so takes its place."""
    (first,) = _told(desk)
    assert still_holds(first, _last(desk))
    desk.send(said)
    assert not still_holds(first, _last(desk))
    assert [(one.node, one.stands) for one in _told(desk)] == [(first.node, _last(desk).state)]


def test_the_sentence_names_a_code_and_what_is_awaited_and_nothing_else(desk: Desk) -> None:
    """Tests both languages, and that a request has one code at every level."""
    desk.at(20 / 60)
    first, second = _told(desk)
    for tongue, awaited in (("en", "a promised time"), ("zh", "排期")):
        letters = Letters(KEYRING, "", tongue)  # type: ignore[arg-type]
        assert awaited in letters.short(first)
        assert letters.code(first) in letters.short(first)
        assert letters.short(first) == letters.short(second)
        assert letters.code(first) in letters.subject(first)


def _contacts(name: str, *, deputy: bool) -> Contacts:
    keys, sealed = Keys(), list[SealedPart]()
    for who in ("contact", "deputy"):
        channel = Channel(kind=ChannelKind.WEBHOOK, target=f"https://{who}.example.invalid/", secret=SYNTHETIC)
        group = Channel(kind=ChannelKind.WECOM, target=f"https://{who}.example.invalid/group")
        part, key = seal(ContactPart(name=who, channels=(channel, group)), KEYRING, MONDAY)
        event = encode(key, event_type="linli.subject-key.v1", source="test", event_id=key.key_id, time=MONDAY)
        keys.put(key.key_id, event.value)
        sealed.append(part)
    span = Deputy(start=MONDAY, end=MONDAY + timedelta(hours=1), sealed_contact=sealed[1])
    details = NodeDetails(
        node=name,
        parent=None,
        level="estate",
        name="Synthetic",
        sealed_contact=sealed[0],
        deputy=span if deputy else None,
    )
    contacts = Contacts(KEYRING, keys)
    contacts.put(NodeRecord(district=DISTRICT, version=1, round=1, at=MONDAY, details=details))
    return contacts


def test_the_deputy_is_told_while_one_is_named(desk: Desk) -> None:
    """Tests whose channels are opened within the span of the deputy and after it."""
    (first,) = _told(desk)
    contacts = _contacts(LINE[1], deputy=True)
    ways = contacts.of(first, MONDAY + timedelta(minutes=10)).ways
    assert ways[0].channel.target == "https://deputy.example.invalid/"
    later = contacts.of(first, MONDAY + timedelta(hours=2)).ways
    assert later[0].channel.target == "https://contact.example.invalid/"


def test_nothing_of_a_child_goes_into_a_group(desk: Desk) -> None:
    """Tests that a group is no way for a child's case at any level."""
    (first,) = _told(desk)
    contacts = _contacts(LINE[1], deputy=False)
    kinds = {
        one: [way.kind for way in contacts.of(first.model_copy(update={"child": one}), MONDAY).ways]
        for one in (True, False)
    }
    assert kinds == {False: [ChannelKind.WEBHOOK, ChannelKind.WECOM], True: [ChannelKind.WEBHOOK]}


def test_a_node_that_is_not_known_is_waited_for(desk: Desk) -> None:
    """Tests the code for a node that has not been read yet: a person sees to it in the end."""
    (first,) = _told(desk)
    assert Contacts(KEYRING, Keys()).of(first, MONDAY).why_none == Nobody.UNKNOWN_NODE


@pytest.mark.parametrize("awaited", Awaited)
def test_whatever_is_awaited_is_told_in_some_state(desk: Desk, awaited: Awaited) -> None:
    """Tests that no kind of wait was forgotten: a climb for it is told of while the request stands where it waits."""
    (first,) = _told(desk)
    made = first.model_copy(update={"awaited": awaited})
    last = _last(desk)
    aside = Referred(office="o", reason="r"), Reopened(stars=1, tags=(), by="resident")
    statuses = (last.status, Promised(window=window(2, 10)), Offered(), Committed(), *aside)
    held = [still_holds(made, last.model_copy(update={"status": status})) for status in statuses]
    assert any(held)
    assert not all(held)
