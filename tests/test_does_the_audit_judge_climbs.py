"""Does the audit find a climb that was forged, taken too early, left out, sent elsewhere, never ended or never told?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest
from typing_extensions import override

from linli.matcher.ledger.state import Decision, NumberedCommand
from linli.schemas.answers import Accept, Decline, DeclineReason, Done, Rate, Start, Withdraw
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import ApplyTeam
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.desk import Hold, Refer, Release
from linli.schemas.escalation import Awaited, Climb, Escalation, WaitLimits
from linli.schemas.judging import Remedy
from linli.schemas.orders import Target
from linli.schemas.organisation import ApplyNode, NodeRecord
from linli.schemas.policy import Mode, Policy
from linli.schemas.proving import Resolve
from linli.schemas.referrals import AnswerReferral, ReferralOutcome
from linli.schemas.rounds import DistrictRound, RoundRecord
from linli.services.delivering.notices import notices
from linli.streams.audit.climbs import ClimbAudit
from linli.streams.audit.verdict import Findings, Guarantee
from tests.support.district import DISTRICT, MONDAY, Desk, team
from tests.support.organisation import NODES, registrations

TEN = (10, 10, 10)
QUICK = WaitLimits(
    promised=(10, 15, 20), offered=TEN, accepted=TEN, served=TEN, answered=(30, 30, 30), resolved=(60, 60, 60)
)
POLICY = Policy(
    mode=Mode.AUTO, freeze_minutes=90, work=0, escalation=Escalation(limits=QUICK), answer_minutes=(60, 60, 60)
)
Records = list[AssignmentRecord]
Change = Callable[[AssignmentRecord], AssignmentRecord]


class Watched(Desk):
    """A desk that keeps its rounds as the log has them."""

    def __init__(self) -> None:
        self.rounds: list[RoundRecord] = []
        super().__init__(POLICY, teams=0)

    @override
    def decide(self, *commands: NumberedCommand, **moment: int | bool) -> Decision:
        """Decide, and note the round."""
        decision = super().decide(*commands, **moment)
        self.rounds.append(
            RoundRecord(
                partition=0,
                number=self.round,
                first_offset=0,
                next_offset=0,
                now=self.now,
                build="test",
                policy=self.state.policy,
                districts=(DistrictRound(district=DISTRICT, seed=7, work=0),),
                deadlines=bool(moment.get("deadlines", True)),
            )
        )
        return decision

    def minutes(self, *minutes: float) -> None:
        """Let time pass to some minutes after Monday's beginning of work, one after another."""
        for minute in minutes:
            self.at(minute / 60)


def history() -> Watched:
    """Play a morning: waits of every kind climb, a node is passed over from the middle on, a rating is low."""
    desk = Watched()
    desk.send(*registrations())
    desk.place_order("1", hours=(2, 10), skill="repair")
    desk.place_order("2", hours=(2, 10), skill="repair", urgency=0)
    desk.minutes(5, 10, 15, 20, 30)
    street = next(one for one in NODES if one.node == "n-street")
    desk.send(ApplyNode(details=street.model_copy(update={"active": False})))
    desk.minutes(31, 40, 45)
    desk.send(Refer(target=Target(request_id="r-2"), office="民政办", reason="nobody", by="desk"))
    desk.send(Hold(target=Target(request_id="r-1"), reason="waits", by="desk"))
    desk.minutes(50)
    desk.send(Release(target=Target(request_id="r-1"), by="desk"))
    desk.send(ApplyTeam(details=team("t0")))
    desk.place_order("3", urgency=0, hours=(3, 5))
    desk.minutes(61, 65)
    ((_, offer, name),) = desk.open_offers()
    desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    going = desk.state.requests["r-3"].legs[0].assignment
    assert going is not None
    desk.now = going.start + timedelta(minutes=12)
    desk.decide()
    desk.send(Start(offer=offer, team=name))
    desk.now += timedelta(minutes=40)
    desk.send(Done(offer=offer, team=name, minutes=30))
    desk.send(Rate(target=Target(request_id="r-3"), stars=1, by="call_back"))
    desk.now += timedelta(minutes=61)
    desk.decide()
    desk.send(Resolve(target=Target(request_id="r-3"), remedy=Remedy.EXPLAINED, reason="said", by="desk"))
    return desk


def records_of(desk: Desk) -> Records:
    """Return every record of a request, in the order of the log."""
    return [record for decision in desk.decisions for record in decision.assignments]


def audited(
    desk: Watched, records: Iterable[AssignmentRecord], told: Iterable[DeliveryRecord] = (), old: datetime | None = None
) -> Findings:
    """Audit a log."""
    findings = Findings()
    audit = ClimbAudit(findings)
    for round_ in desk.rounds:
        audit.round(round_)
    for number, record in enumerate(records):
        audit.request(record, f"assignments-0@{number}", MONDAY, compacted=False)
    for decision in desk.decisions:
        for node in decision.kept:
            if isinstance(node, NodeRecord):
                audit.node(node)
    audit.end()
    for delivery in told:
        audit.delivery(delivery)
    if old is not None:
        audit.told(old)
    return findings


def test_a_whole_morning_passes() -> None:
    """Tests that what the desk really writes is not called broken, and that every kind of wait was in it."""
    desk = history()
    records = records_of(desk)
    climbs = [climb for record in desk.state.requests.values() for climb in record.climbs]
    assert {climb.waited_for for climb in climbs} >= {
        Awaited.PROMISED,
        Awaited.ACCEPTED,
        Awaited.SERVED,
        Awaited.RESOLVED,
    }
    assert len(climbs) > 9
    assert audited(desk, records).breaks == []


def _changed(records: Records, number: int, **changes: object) -> Records:
    """Change the last climb of the record with a number, and of all that follow of its request."""
    name, count = records[number].request_id, len(records[number].climbs)
    return [_with(one, count, changes) if one.request_id == name else one for one in records]


def _with(record: AssignmentRecord, count: int, changes: dict[str, object]) -> AssignmentRecord:
    if len(record.climbs) < count:
        return record
    climbs = list(record.climbs)
    climbs[count - 1] = climbs[count - 1].model_copy(update=changes)
    return record.model_copy(update={"climbs": tuple(climbs)})


def _first_climb(records: Records) -> int:
    return next(index for index, record in enumerate(records) if record.cause == "climb")


def _forged(records: Records) -> Records:
    """Let a request climb that waits for nothing: the last record of the one that is held, once more."""
    held = next(record for record in records if record.cause == "hold")
    climb = Climb(node="n-county", level="county", at=held.at, waited_for=Awaited.PROMISED, minutes=15, pools=())
    forged = {"version": held.version + 1, "climbs": (*held.climbs, climb), "escalation": held.escalation + 1}
    at = records.index(held) + 1
    return [*records[:at], held.model_copy(update=forged)]


def _early(records: Records) -> Records:
    at = _first_climb(records)
    soon = records[at].at - timedelta(minutes=1)
    early = _changed(records, at, at=soon)
    early[at] = early[at].model_copy(update={"at": soon})
    return early


def _left_out(records: Records) -> Records:
    """Take a request's first climb out of all its records, as if it had never been."""
    at = _first_climb(records)
    name, taken, version = records[at].request_id, records[at].climbs[0], records[at].version
    kept = [one for number, one in enumerate(records) if number != at]
    return [_without(one, taken, version) if one.request_id == name else one for one in kept][: at + 8]


def _without(record: AssignmentRecord, climb: Climb, version: int) -> AssignmentRecord:
    left = tuple(one for one in record.climbs if one.at != climb.at)
    later = record.version > version
    return record.model_copy(
        update={"climbs": left, "escalation": len(left), "version": record.version - (1 if later else 0)}
    )


def _two_at_once(records: Records) -> Records:
    at = _first_climb(records)
    return [*records[:at], records[at].model_copy(update={"escalation": records[at].escalation + 1})]


def _elsewhere(records: Records) -> Records:
    return _changed(records, _first_climb(records), node="n-other")


def _unreal(records: Records) -> Records:
    return _changed(records, _first_climb(records), node="n-nobody")


def _other_reason(records: Records) -> Records:
    return _changed(records, _first_climb(records), waited_for=Awaited.SERVED)


def _other_limit(records: Records) -> Records:
    return _changed(records, _first_climb(records), minutes=5)


def _unrecorded(records: Records) -> Records:
    at = _first_climb(records)
    return [*records[:at], records[at].model_copy(update={"climbs": ()})]


def _endless(records: Records) -> Records:
    done = next(number for number, record in enumerate(records) if record.cause == "done")
    going = tuple(one.model_copy(update={"ended": None}) for one in records[done].climbs)
    return [*records[:done], records[done].model_copy(update={"climbs": going})]


@pytest.mark.parametrize(
    ("doctor", "said"),
    [
        (_forged, "not nothing"),
        (_early, "due at"),
        (_left_out, "should have climbed"),
        (_two_at_once, "leads from level"),
        (_elsewhere, "went to n-other"),
        (_unreal, "went to n-nobody"),
        (_other_reason, "for want of served"),
        (_other_limit, "after 5 min"),
        (_unrecorded, "without a climb"),
        (_endless, "have no end"),
    ],
)
def test_each_break_is_named(doctor: Callable[[Records], Records], said: str) -> None:
    """Tests that a doctored log is called broken, and by what."""
    desk = history()
    found = audited(desk, doctor(records_of(desk)))
    assert Guarantee.CLIMBS in found.broken
    assert any(said in one.detail for one in found.breaks), [one.detail for one in found.breaks]


def test_who_was_not_told_of_a_climb_is_found() -> None:
    """Tests that every climb needs its notice to its own node, and that a young one may still wait for it."""
    desk = history()
    records = records_of(desk)
    told = {one.id: one for record in records for one in notices(record, {}, record.at) if one.node}
    soon, late = MONDAY - timedelta(seconds=1), MONDAY
    assert audited(desk, records, told.values(), late).breaks == []
    waiting = audited(desk, records, (), soon)
    assert (waiting.broken, waiting.waiting > 0) == ({}, True)
    first = next(iter(told.values()))
    fewer = [one for one in told.values() if (one.request, one.node) != (first.request, first.node)]
    assert audited(desk, records, fewer, late).broken == {Guarantee.TOLD: 1}
    strayed = [*fewer, first.model_copy(update={"node": "n-other"})]
    assert audited(desk, records, strayed, late).broken == {Guarantee.TOLD: 1}


def _anything(desk: Watched, rng: random.Random, number: int) -> object:
    """Let something happen that people do, sensible or not."""
    request = rng.choice([*desk.state.requests, "r-none"])
    target, offers = Target(request_id=request), desk.open_offers()
    if number < 3 or rng.random() < 0.2:
        hour = (desk.now - MONDAY).total_seconds() / 3_600
        span = (hour + rng.choice((0.5, 2, 5)), hour + rng.choice((6, 9)))
        skill, urgency, legs = rng.choice(("haircut", "repair")), rng.randrange(3), rng.choice((1, 1, 2))
        return desk.place_order(str(number), hours=span, skill=skill, urgency=urgency, legs=legs)
    if offers and rng.random() < 0.4:
        _, offer, name = rng.choice(offers)
        yes = Accept(offer=offer, team=name, members=(f"{name}-m0",))
        return desk.send(yes if rng.random() < 0.6 else Decline(offer=offer, team=name, reason=DeclineReason.BUSY))
    known = desk.state.requests.get(request)
    going = [leg.assignment for leg in (known.legs if known else ()) if leg.assignment is not None]
    if going and rng.random() < 0.6:
        one = going[0]
        told = (Start(offer=one.id, team=one.team), Done(offer=one.id, team=one.team, minutes=30))
        return desk.send(rng.choice((*told, Withdraw(offer=one.id, team=one.team, reason="ill"))))
    body = rng.choice(
        (
            Hold(target=target, reason="x", by="desk"),
            Release(target=target, by="desk"),
            Refer(target=target, office="民政办", reason="x", by="desk"),
            AnswerReferral(target=target, outcome=rng.choice(list(ReferralOutcome)), note="x", by="office"),
            Rate(target=target, stars=rng.choice((1, 5)), by="call_back"),
            Resolve(target=target, remedy=Remedy.EXPLAINED, reason="x", by="desk"),
            ApplyNode(details=rng.choice(NODES[1:5]).model_copy(update={"active": rng.random() < 0.5})),
        )
    )
    return desk.send(body)


@pytest.mark.parametrize("seed", range(16))
def test_no_day_of_any_kind_is_called_broken(seed: int) -> None:
    """Tests that the auditor's own reckoning agrees with the desk's on days on which anything may happen."""
    rng, desk = random.Random(seed), Watched()
    desk.send(*registrations())
    desk.send(*(ApplyTeam(details=team(f"t{number}")) for number in range(rng.randrange(4))))
    for number in range(50):
        desk.now += timedelta(minutes=rng.choice((0, 1, 3, 7, 10, 20, 45)))
        _anything(desk, rng, number)
        if rng.random() < 0.2:
            desk.decide(deadlines=rng.random() < 0.5)
    assert audited(desk, records_of(desk)).breaks == []
    assert any(record.climbs for record in desk.state.requests.values())
