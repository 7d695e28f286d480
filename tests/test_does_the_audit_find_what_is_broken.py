"""An audit that never finds anything proves nothing: here whole logs are doctored, and each break must be named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from linli.schemas.answers import Accept, Decline, DeclineReason
from linli.schemas.assignment import AssignmentRecord, DoneState, Leg, Registered, Unmet
from linli.schemas.explanation import WhyNobody
from linli.schemas.lifecycle import OfferState
from linli.schemas.orders import Cancel, Target
from linli.schemas.policy import Policy
from linli.schemas.rounds import CommandOutcome, OutcomeCode, RoundRecord
from linli.services.cli.findings import CHINESE
from linli.streams.audit.offset_set import OffsetSet
from linli.streams.audit.requests import RequestAudit, Visit
from linli.streams.audit.rounds import RoundAudit
from linli.streams.audit.verdict import BREAKS_KEPT, Findings, Guarantee, Verdict
from tests.support.district import MONDAY, Desk

Records = list[AssignmentRecord]


def history() -> tuple[Records, set[Visit]]:
    """Play two urgent requests: one accepted at once, one declined first; give all records and the visits planned."""
    desk = Desk()
    desk.place_order("1", urgency=0, hours=(2, 4))
    desk.place_order("2", urgency=0, hours=(2, 4))
    first, second = desk.open_offers()
    desk.send(Accept(offer=first[1], team=first[2], members=(f"{first[2]}-m0",)))
    desk.send(Decline(offer=second[1], team=second[2], reason=DeclineReason.BUSY))
    [again] = desk.open_offers()
    desk.send(Accept(offer=again[1], team=again[2], members=(f"{again[2]}-m0",)))
    records = [record for decision in desk.decisions for record in decision.assignments]
    planned = {
        (visit.request_id, visit.leg) for plan in desk.state.plans.values() for crew in plan.crews for visit in crew
    }
    return records, planned


def audited(records: Records, planned: set[Visit]) -> Findings:
    """Audit a log of assignments."""
    findings = Findings()
    audit = RequestAudit(findings)
    for number, record in enumerate(records):
        audit.read(record, f"assignments-0@{number}", compacted=False)
    audit.last_states(planned)
    return findings


def with_leg(record: AssignmentRecord, leg: Leg) -> AssignmentRecord:
    """Give a record with another first visit."""
    return record.model_copy(update={"legs": (leg, *record.legs[1:])})


def test_a_whole_log_passes() -> None:
    """Tests that what the desk really writes is not called broken."""
    records, planned = history()
    assert len(records) > 8
    assert audited(records, planned).breaks == []


def _skip_one(records: Records) -> Records:
    return records[:1] + records[2:]


def _write_one_twice(records: Records) -> Records:
    return [*records[:2], records[1], *records[2:]]


def _begin_late(records: Records) -> Records:
    return records[1:]


def _jump(records: Records) -> Records:
    done = DoneState(at=MONDAY, minutes=30)
    return [records[0], records[1].model_copy(update={"status": done}), *records[2:]]


def _replace_the_team(records: Records) -> Records:
    last = records[-1]
    going, offer = last.legs[0].assignment, last.legs[0].offers[0]
    assert going is not None
    other = going.model_copy(update={"id": offer.id, "team": offer.team})
    leg = last.legs[0].model_copy(update={"assignment": other})
    return [*records, with_leg(last, leg).model_copy(update={"version": last.version + 1})]


def _open_two(records: Records) -> Records:
    last = records[-1]
    second = last.legs[0].offers[-1].model_copy(update={"id": f"{last.request_id}.0.9", "state": OfferState.OPEN})
    leg = last.legs[0].model_copy(update={"offers": (*last.legs[0].offers, second)})
    return [*records, with_leg(last, leg).model_copy(update={"version": last.version + 1})]


def _rename_an_offer(records: Records) -> Records:
    last = records[-1]
    renamed = last.legs[0].offers[0].model_copy(update={"team": "t-other"})
    leg = last.legs[0].model_copy(update={"offers": (renamed, *last.legs[0].offers[1:])})
    return [*records[:-1], with_leg(last, leg)]


def _revive_an_offer(records: Records) -> Records:
    last = records[-1]
    revived = last.legs[0].offers[0].model_copy(update={"state": OfferState.EXPIRED})
    leg = last.legs[0].model_copy(update={"offers": (revived, *last.legs[0].offers[1:])})
    return [*records[:-1], with_leg(last, leg)]


def _go_unasked(records: Records) -> Records:
    last = records[-1]
    going = last.legs[0].assignment
    assert going is not None
    leg = last.legs[0].model_copy(update={"assignment": going.model_copy(update={"team": "t-unasked"})})
    return [*records[:-1], with_leg(last, leg)]


def _leave_registered(records: Records) -> Records:
    fresh = records[0].model_copy(update={"request_id": "r-left", "status": Registered(), "legs": (Leg(),)})
    return [*records, fresh]


def _be_in_two_places(records: Records) -> Records:
    """Let the crew of the last request go to the first request's household as well, at the same time."""
    last = records[-1]
    going = last.legs[0].assignment
    first = next(record for record in reversed(records) if record.request_id != last.request_id)
    busy = first.legs[0].assignment
    assert going is not None
    assert busy is not None
    both = going.model_copy(update={"team": busy.team, "crew": busy.crew, "start": busy.start, "end": busy.end})
    offer = last.legs[0].offers[-1].model_copy(update={"team": busy.team})
    leg = Leg(offers=(*last.legs[0].offers[:-1], offer), assignment=both)
    return [*records[:-1], with_leg(last, leg)]


@pytest.mark.parametrize(
    ("doctor", "guarantee"),
    [
        (_skip_one, Guarantee.GAPLESS),
        (_write_one_twice, Guarantee.GAPLESS),
        (_begin_late, Guarantee.GAPLESS),
        (_jump, Guarantee.LIFE_CYCLE),
        (_replace_the_team, Guarantee.ONE_ASSIGNMENT),
        (_open_two, Guarantee.ONE_ASSIGNMENT),
        (_rename_an_offer, Guarantee.UNIQUE_IDS),
        (_revive_an_offer, Guarantee.UNIQUE_IDS),
        (_go_unasked, Guarantee.UNIQUE_IDS),
        (_leave_registered, Guarantee.REASON_OR_PLAN),
        (_be_in_two_places, Guarantee.ONE_PLACE),
    ],
)
def test_each_break_is_named(doctor: Callable[[Records], Records], guarantee: Guarantee) -> None:
    """Tests that a doctored log is called broken, by the name of what was broken."""
    records, planned = history()
    assert guarantee in audited(doctor(records), planned).broken


def test_a_promise_without_a_place_is_found() -> None:
    """Tests that a promised request that no plan holds counts as lost, and one with a reason does not."""
    records, _ = history()
    promised = records[1]
    assert promised.state.value == "promised"
    assert audited(records[:2], set()).broken == {Guarantee.REASON_OR_PLAN: 1}
    unmet = promised.model_copy(update={"version": 3, "status": Unmet(why=WhyNobody(outcome="stopped"))})
    assert audited([*records[:2], unmet], set()).broken == {}


def round_record(number: int, first: int, next_: int, *offsets: int, records: int = 0) -> RoundRecord:
    """Make a round that read some commands."""
    return RoundRecord(
        partition=0,
        number=number,
        first_offset=first,
        next_offset=next_,
        now=MONDAY + timedelta(minutes=number),
        build="test",
        policy=Policy(),
        outcomes=tuple(
            CommandOutcome(offset=offset, command=f"c{offset}", request_id=None, code=OutcomeCode.APPLIED)
            for offset in offsets
        ),
        records=records,
    )


def rounds_audited(*rounds: RoundRecord, ledger: dict[int, int] | None = None) -> Findings:
    """Audit rounds, given how many ledger records each has."""
    findings = Findings()
    audit = RoundAudit(findings, 0)
    for one in rounds:
        audit.read(one, f"rounds-0@{one.number}", compacted=False)
    for number, count in (ledger or {}).items():
        for version in range(count):
            audit.wrote("plans", f"t{number}", version + 1, number, "plans-0@0", compacted=False)
    audit.whole(0)
    return findings


def test_whole_rounds_pass() -> None:
    """Tests that rounds that follow each other, with all their records, are not called broken."""
    first, second = round_record(1, 0, 2, 0, 1, records=2), round_record(2, 2, 3, 2)
    assert rounds_audited(first, second, ledger={1: 2}).breaks == []


@pytest.mark.parametrize(
    ("rounds", "ledger", "guarantee"),
    [
        ([round_record(1, 0, 1), round_record(3, 1, 2)], {}, Guarantee.GAPLESS),
        ([round_record(1, 0, 1), round_record(1, 1, 2)], {}, Guarantee.GAPLESS),
        ([round_record(2, 0, 1)], {}, Guarantee.GAPLESS),
        ([round_record(1, 0, 2, 0, 1), round_record(2, 2, 3, 1)], {}, Guarantee.COMMAND_OUTCOME),
        ([round_record(1, 0, 2, 0, 0)], {}, Guarantee.COMMAND_OUTCOME),
        ([round_record(1, 0, 2), round_record(2, 3, 4)], {}, Guarantee.WHOLE_ROUNDS),
        ([round_record(1, 0, 2, records=3)], {1: 2}, Guarantee.WHOLE_ROUNDS),
        ([round_record(1, 0, 2)], {2: 1}, Guarantee.WHOLE_ROUNDS),
    ],
)
def test_each_broken_round_is_named(rounds: list[RoundRecord], ledger: dict[int, int], guarantee: Guarantee) -> None:
    """Tests that gaps, repetitions, second outcomes and torn rounds are found."""
    assert guarantee in rounds_audited(*rounds, ledger=ledger).broken


@pytest.mark.parametrize(
    ("records", "early_s", "found"),
    [(slice(None), 0, {}), (slice(None), 1, {Guarantee.KEPT: 1}), (slice(-1), 0, {Guarantee.KEPT: 1})],
)
def test_what_is_forgotten_must_have_ended_long_ago(records: slice, early_s: int, found: dict[Guarantee, int]) -> None:
    """Tests a tombstone in time, one that comes a second early, and one of a request that nobody has closed."""
    desk = Desk()
    desk.place_order("1", hours=(48, 52))
    desk.send(Cancel(target=Target(request_id="r-1")))
    findings = Findings()
    audit = RequestAudit(findings)
    for record in [one for decision in desk.decisions for one in decision.assignments][records]:
        audit.read(record, "assignments-0@0", compacted=False)
    audit.forget("r-1", MONDAY - timedelta(seconds=early_s), "assignments-0@9", compacted=False)
    assert findings.broken == found
    assert (audit.knew("r-1"), audit.seen) == (True, {})


def test_a_tombstone_from_nowhere_is_found() -> None:
    """Tests that forgetting what nobody ever heard of is named, unless compaction may have removed it."""
    findings = Findings()
    audit = RequestAudit(findings)
    audit.forget("r-1", MONDAY, "assignments-0@9", compacted=True)
    assert findings.broken == {}
    audit.forget("r-2", MONDAY, "assignments-0@9", compacted=False)
    assert findings.broken == {Guarantee.KEPT: 1}


@pytest.mark.parametrize("tombstones", [0, 2])
def test_tombstones_that_their_round_does_not_count_are_found(tombstones: int) -> None:
    """Tests that a round must have as many tombstones as it says, and that a key may begin anew after one."""
    findings = Findings()
    audit = RoundAudit(findings, 0)
    audit.read(round_record(1, 0, 0, records=2).model_copy(update={"forgotten": 1}), "rounds-0@1", compacted=False)
    for number in range(tombstones):
        audit.wrote("plans", f"t{number}", 1, 1, "plans-0@0", compacted=False)
        audit.forgot("plans", f"t{number}", 1)
        audit.wrote("plans", f"t{number}", 1, 2, "plans-0@0", compacted=False)
    audit.whole(0)
    assert findings.broken[Guarantee.WHOLE_ROUNDS] >= 1
    assert findings.broken[Guarantee.GAPLESS] == 0


def test_a_version_that_repeats_is_found() -> None:
    """Tests that plans and roster are held to gapless versions as well."""
    findings = Findings()
    audit = RoundAudit(findings, 0)
    for version in (1, 2, 2):
        audit.wrote("plans", "t1", version, 1, "plans-0@0", compacted=False)
    assert findings.broken == {Guarantee.GAPLESS: 1}


def test_a_flood_of_breaks_is_counted_not_kept() -> None:
    """Tests that memory stays bounded while the count stays true, and that losses and doubles are told apart."""
    findings = Findings()
    for number in range(BREAKS_KEPT + 50):
        findings.add(Guarantee.ONE_ASSIGNMENT if number else Guarantee.INBOX_OUTCOME, "here", "wrong")
    assert len(findings.breaks) == BREAKS_KEPT
    verdict = Verdict(tuple(findings.breaks), dict(findings.broken), {}, {}, 0, 0, 0, 0, 0, 0)
    assert (verdict.held, verdict.lost, verdict.doubled) == (False, 1, BREAKS_KEPT + 49)


def test_every_guarantee_is_said_in_both_languages() -> None:
    """Tests that the audit has Chinese words for everything that it judges."""
    assert CHINESE.keys() == set(Guarantee)


def test_offsets_are_kept_as_bits() -> None:
    """Tests that a set of offsets knows what it holds, far apart or not, and tells what is new."""
    offsets = OffsetSet()
    assert [offsets.add(offset) for offset in (5, 5, 100_000, 0)] == [True, False, True, True]
    assert [offset in offsets for offset in (0, 4, 5, 100_000, 10_000_000)] == [True, False, True, True, False]
    assert len(offsets) == 3
