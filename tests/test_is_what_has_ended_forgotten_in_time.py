"""Is what has ended forgotten in time: not before, not by chance, a few at a time, and with nothing left of it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import Decision, Translations
from linli.matcher.rounds.forgetting import FORGOTTEN_MAX
from linli.schemas.answers import Accept, Decline, DeclineReason, Rate
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.desk import Refer
from linli.schemas.lifecycle import State
from linli.schemas.orders import Cancel, Target
from linli.schemas.policy import KEEP_DAYS_LEAST, Policy
from linli.schemas.rounds import OutcomeCode, RoundRecord
from linli.schemas.standing import StandingStep
from linli.streams.dispatch.round_work import complete, fold
from linli.streams.ledger_records import NO_LONGER_KEPT
from linli.streams.tombstones import round_of_tombstone
from tests.support.district import AUTO, DISTRICT, MONDAY, Desk, order, team
from tests.support.standing import POLICY, change, place, standing

KEEP = timedelta(days=AUTO.keep_days)
TARGET = Target(request_id="r-1")


def ended() -> Desk:
    """A desk with one request that was cancelled on Monday, and its commands."""
    desk = Desk()
    desk.place_order("1")
    desk.send(Cancel(target=TARGET))
    assert desk.state.requests["r-1"].state is State.CANCELLED
    return desk


def codes(decision: Decision) -> list[OutcomeCode]:
    """What became of a decision's commands."""
    return [outcome.code for outcome in decision.outcomes]


def test_it_is_kept_to_the_second_and_then_gone() -> None:
    """Tests both sides of the moment, that a clock which is not trusted forgets nothing, and the tombstone itself."""
    desk = ended()
    desk.now = MONDAY + KEEP - timedelta(seconds=1)
    assert desk.decide().forgotten == ()
    desk.now += timedelta(seconds=1)
    assert desk.decide(deadlines=False).forgotten == ()
    decision = desk.decide()
    [gone] = decision.forgotten
    assert (gone.key, "r-1" in desk.state.requests) == ("r-1", False)
    assert "r-1" not in desk.state.translations.visits
    plan = RoundRecord(partition=0, number=9, first_offset=0, next_offset=0, now=desk.now, build="t", policy=AUTO)
    done = complete(plan, {DISTRICT: decision}, (), "dispatcher-0")
    tombstones = [one for one in done.outgoing if one.value is None]
    assert [(one.topic, one.key, round_of_tombstone(one.headers)) for one in tombstones] == [("assignments", b"r-1", 9)]
    assert (done.record.forgotten, done.record.records) == (1, len(done.outgoing) - 1)


def test_nothing_wakes_up_for_it() -> None:
    """Tests that an idle district has no deadline because of something that ended."""
    desk = Desk(replace_policy(close_days=90))
    desk.send(Cancel(target=TARGET))
    assert next_deadline(desk.state) is None


def test_a_standing_order_goes_with_the_last_of_its_visits() -> None:
    """Tests that one that ended is kept as long as a request of it is, then gets its tombstone, and is gone."""
    desk = Desk(POLICY)
    place(desk, standing())
    change(desk, StandingStep.STOP)
    assert not desk.state.standing["s-1"].details.active
    desk.now += KEEP - timedelta(seconds=1)
    assert desk.decide().forgotten_standing == ()
    desk.now += timedelta(seconds=1)
    first, second = desk.decide(), desk.decide()
    assert (len(first.forgotten), first.forgotten_standing) == (1, ())
    [gone] = second.forgotten_standing
    assert (gone.key, dict(desk.state.standing)) == ("s-1", {})
    plan = RoundRecord(partition=0, number=9, first_offset=0, next_offset=0, now=desk.now, build="t", policy=AUTO)
    done = complete(plan, {DISTRICT: second}, (), "dispatcher-0")
    tombstones = [one for one in done.outgoing if one.value is None]
    assert [(one.topic, one.key, round_of_tombstone(one.headers)) for one in tombstones] == [("standing", b"s-1", 9)]


def test_a_standing_order_that_goes_on_or_is_paused_is_never_forgotten() -> None:
    """Tests that time alone forgets none that somebody may still want."""
    desk = Desk(POLICY)
    place(desk, standing(name="s-1", content="1"))
    place(desk, standing(name="s-2", content="2"))
    change(desk, StandingStep.PAUSE, "s-2")
    desk.now += 10 * KEEP
    for _ in range(3):
        assert desk.decide().forgotten_standing == ()
    assert sorted(desk.state.standing) == ["s-1", "s-2"]


def replace_policy(**changes: object) -> Policy:
    """The usual policy with something changed."""
    return AUTO.model_copy(update=changes)


def test_what_has_not_ended_stays() -> None:
    """Tests that a referred request is kept, for an office still has it."""
    desk = Desk()
    desk.place_order("1")
    desk.send(Refer(target=TARGET, office="Office", reason="not ours", by="desk-1"))
    desk.now += 10 * KEEP
    assert desk.decide().forgotten == ()
    assert desk.state.requests["r-1"].state is State.REFERRED


def test_a_backlog_is_forgotten_a_piece_at_a_time() -> None:
    """Tests that one decision forgets so many and not more, the oldest first, and the next one the rest."""
    desk = Desk()
    count = FORGOTTEN_MAX + 3
    for number in range(count):
        desk.send(Cancel(target=Target(request_id=f"r-{number}")))
    desk.now += KEEP
    first, second, third = (desk.decide().forgotten for _ in range(3))
    assert [len(first), len(second), len(third)] == [FORGOTTEN_MAX, 3, 0]
    assert desk.state.requests == {}


def test_a_repetition_does_not_bring_it_back() -> None:
    """Tests that the very commands that made it find it gone: the order is a dead letter, the others are recorded."""
    desk = ended()
    old = [desk.command(PlaceOrder(details=order("1")), "r-1"), desk.command(Cancel(target=TARGET))]
    desk.now += KEEP
    assert len(desk.decide().forgotten) == 1
    desk.now += timedelta(days=1)
    decision = desk.decide(*old)
    assert codes(decision) == [OutcomeCode.NO_LONGER_KEPT, OutcomeCode.UNKNOWN_REQUEST]
    assert (decision.outlived, decision.assignments, desk.state.requests) == ((old[0],), (), {})
    plan = RoundRecord(partition=0, number=9, first_offset=0, next_offset=99, now=desk.now, build="t", policy=AUTO)
    [letter] = [one.value or b"" for one in complete(plan, {DISTRICT: decision}, (), "d").outgoing]
    assert b'"reason":"expired"' in letter
    assert f'"rule":"{NO_LONGER_KEPT}"'.encode() in letter


def test_late_words_find_nothing_and_a_new_order_begins_anew() -> None:
    """Tests that answers and ratings are recorded without effect, and that a source may use its number again."""
    desk = ended()
    desk.now += KEEP
    desk.decide()
    late = desk.send(
        Accept(offer="r-1.0.1", team="t0", members=("t0-m0",)), Rate(target=TARGET, stars=5, by="resident")
    )
    assert codes(late) == [OutcomeCode.UNKNOWN_REQUEST, OutcomeCode.UNKNOWN_REQUEST]
    assert desk.state.requests == {}
    hour = (desk.now - MONDAY) / timedelta(hours=1)
    again = desk.place_order("1", hours=(hour + 30, hour + 34))
    assert codes(again) == [OutcomeCode.APPLIED]
    assert again.assignments[0].version == 1


def test_a_retired_teams_empty_plan_goes_and_comes_back() -> None:
    """Tests that only an empty plan of a team that left is forgotten, and begins anew if the team returns."""
    desk = Desk(teams=1)
    desk.place_order("1")
    desk.send(Cancel(target=TARGET))
    assert (desk.state.plans["t0"].crews, desk.decide().forgotten_plans) == ((), ())
    [gone] = desk.send(ApplyTeam(details=team("t0").model_copy(update={"active": False}))).forgotten_plans
    assert (gone.key, gone.version, desk.state.plans) == ("t0", 2, {})
    desk.send(ApplyTeam(details=team("t0")))
    desk.place_order("2")
    assert desk.state.plans["t0"].version == 1


def test_what_is_remembered_forgets_as_well() -> None:
    """Tests that after as many came as went, a desk with a long memory decides like one that was just restored."""
    desk = Desk(teams=2)
    desk.place_order("1", urgency=0)
    [(_, offer, asked)] = desk.open_offers()
    desk.send(Decline(offer=offer, team=asked, reason=DeclineReason.BUSY))
    desk.send(Cancel(target=TARGET))
    desk.now += KEEP
    assert len(desk.place_order("2", hours=hours_from(desk, 2)).forgotten) == 1
    restored = replace(desk.state, translations=Translations())
    another = desk.command(PlaceOrder(details=order("3", hours=hours_from(desk, 2), urgency=0)), "r-3")
    remembered, fresh = (decide(state, [another], desk.moment()) for state in (desk.state, restored))
    assert (remembered.assignments, remembered.plans) == (fresh.assignments, fresh.plans)
    assert (
        desk.state.translations.answers.counted.records.keys()
        == restored.translations.answers.counted.records.keys()
        == {"r-2"}
    )


def hours_from(desk: Desk, hours: float) -> tuple[float, float]:
    """A window some hours from now."""
    first = (desk.now - MONDAY) / timedelta(hours=1) + hours
    return first, first + 4


def test_records_stay_in_their_order_when_some_go_and_some_come() -> None:
    """Tests that a round that forgets as much as it learns leaves the same order as a restart would find."""
    desk = ended()
    late = desk.place_order("2", hours=(24 * 40, 24 * 40 + 4))
    assert late.assignments
    desk.now += KEEP
    decision = desk.send(Cancel(target=Target(request_id="r-0")))
    assert [one.key for one in decision.forgotten] == ["r-1"]
    before = replace(desk.state, requests={**ended().state.requests, "r-2": desk.state.requests["r-2"]})
    after = fold({DISTRICT: before}, {DISTRICT: decision}, desk.now)[DISTRICT]
    assert list(after.requests) == ["r-0", "r-2"]


@pytest.mark.parametrize("days", [KEEP_DAYS_LEAST - 1, 0, 3_661])
def test_too_short_or_too_long_is_refused(days: int) -> None:
    """Tests that the policy knows its limits."""
    with pytest.raises(ValidationError, match="keep_days"):
        Policy(keep_days=days)
