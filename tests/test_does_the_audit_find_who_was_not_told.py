"""Does the audit find an offer that nobody heard of, a delivery that changes its words, and a call to who is gone?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from linli.schemas.answers import Decline, DeclineReason
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import GONE, Answered, DeliveryRecord, DeliveryState
from linli.schemas.desk import ToldOutcome
from linli.schemas.people import Channel, ChannelKind
from linli.schemas.roster import RosterRecord
from linli.services.cli.findings import CHINESE
from linli.services.delivering import tracks
from linli.services.delivering.contacts import Reachable, Way
from linli.services.delivering.notices import notices
from linli.services.delivering.sent import DELIVERED, How, Sent
from linli.services.delivering.tracks import Rules
from linli.streams.audit.day_lists import DayListAudit
from linli.streams.audit.deliveries import DeliveryAudit
from linli.streams.audit.verdict import Findings, Guarantee
from linli.streams.audit.verifier import judge
from tests.support.delivery_stack import DeliveryStack, webhook
from tests.support.district import DISTRICT, MONDAY, Desk, team
from tests.support.providers import Providers, Reply, Request

SOON = MONDAY + timedelta(seconds=5)
LATER = MONDAY + timedelta(minutes=5)
Log = list[DeliveryRecord]


def asked() -> tuple[AssignmentRecord, RosterRecord, DeliveryRecord]:
    """Give a request with an open offer, its team as written, and the delivery that is made of the offer."""
    desk = Desk(teams=1)
    decision = desk.place_order("1", urgency=0)
    record = decision.assignments[-1]
    [made] = notices(record, {}, MONDAY)
    written = RosterRecord(
        district=DISTRICT, version=1, round=1, at=MONDAY - timedelta(days=1), details=team(made.team or "")
    )
    return record, written, made


def told() -> Log:
    """Give what delivery writes of an offer whose webhook fails once: opened, begun, failed, begun, delivered."""
    way = Way(Channel(kind=ChannelKind.WEBHOOK, target="https://example.org/hook"), "mark-1")
    _, _, made = asked()
    log = [tracks.opened(made, Reachable((way,), "", None), lambda _: False, MONDAY, Rules())]
    for sent in (Sent(How.LATER, "http_500"), DELIVERED):
        log.append(tracks.begun(log[-1], 0, SOON))
        log.append(tracks.ended(log[-1], 0, sent, SOON, None))
    return log


def audited(log: Log, *, old: datetime = LATER, teams: tuple[RosterRecord, ...] = ()) -> Findings:
    """Audit a log of deliveries beside one open offer."""
    record, written, _ = asked()
    findings = Findings()
    audit = DeliveryAudit(findings, DayListAudit(findings))
    audit.request(record, "assignments-0@1", MONDAY)
    for registered in (written, *teams):
        audit.team(registered)
    for number, one in enumerate(log):
        audit.delivery(one, f"deliveries-0@{number}")
    audit.last_states(old)
    return findings


def test_what_delivery_really_writes_is_not_called_broken() -> None:
    """Tests the whole course, and every beginning of it: told, or somebody has it."""
    whole = told()
    for length in range(1, len(whole) + 1):
        assert audited(whole[:length]).breaks == []


def _never(_: Log) -> Log:
    return []


def _other_words(log: Log) -> Log:
    return [*log[:-1], log[-1].model_copy(update={"start": SOON})]


def _dropped(log: Log) -> Log:
    return [*log[:-2], tracks.settled(log[-3], DeliveryState.OBSOLETE, SOON)]


def _given_up_early(log: Log) -> Log:
    return [*log[:-2], tracks.settled(log[-3], DeliveryState.GIVEN_UP, SOON)]


def _sent_to_who_is_gone(log: Log) -> Log:
    other = log[1].model_copy(update={"id": "d-other", "offer": "other"})
    gone = tracks.ended(other, 0, Sent(How.GONE, GONE), SOON, None)
    begun = tracks.begun(log[0], 0, SOON)
    return [log[0], gone, begun, *log[2:]]


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (_never, Guarantee.TOLD),
        (_dropped, Guarantee.TOLD),
        (_given_up_early, Guarantee.TOLD),
        (_other_words, Guarantee.SAME_WORDS),
        (_sent_to_who_is_gone, Guarantee.NOT_GONE),
    ],
)
def test_each_break_is_named(spoil: Callable[[Log], Log], broken: Guarantee) -> None:
    """Tests one planted fault each: it is found, under its name, and nothing else is."""
    found = audited(spoil(told()))
    assert set(found.broken) == {broken}
    assert found.breaks[0].where


def test_an_offer_that_has_just_been_made_may_still_wait() -> None:
    """Tests that an offer without a delivery is too new to judge for a while, and is not forgotten for ever."""
    young = audited([], old=MONDAY - timedelta(seconds=1))
    assert (young.breaks, young.waiting) == ([], 1)
    assert audited([], old=MONDAY).broken == {Guarantee.TOLD: 1}


def test_what_a_person_at_the_desk_has_said_is_no_loss() -> None:
    """Tests that a delivery that ended because somebody said so is not a dropped one."""
    said = Answered(command="inbox-0-1", received_at=SOON, outcome=ToldOutcome.WRONG_NUMBER, by="desk-1")
    log = told()[:3]
    ended = tracks.answered(tracks.given_up(log[-1], 0, "http_404", SOON), said, SOON)
    assert ended.state is DeliveryState.GIVEN_UP
    assert audited([*log, ended]).breaks == []


def test_an_address_that_was_gone_may_be_called_once_the_team_was_written_anew() -> None:
    """Tests that a new registration opens it, and that nothing is judged where compaction took what came between."""
    _, written, _ = asked()
    log = _sent_to_who_is_gone(told())
    assert set(audited(log).broken) == {Guarantee.NOT_GONE}
    anew = written.model_copy(update={"version": 2, "at": SOON + timedelta(seconds=1)})
    assert audited(log, teams=(anew,)).breaks == []


def test_an_offer_that_has_ended_needs_nobody() -> None:
    """Tests that a declined or forgotten offer without a delivery is not missed."""
    desk = Desk(teams=1)
    first = desk.place_order("1", urgency=0).assignments[-1]
    [(_, offer, team)] = desk.open_offers()
    second = desk.send(Decline(offer=offer, team=team, reason=DeclineReason.BUSY)).assignments[-1]
    for forgotten in (False, True):
        findings = Findings()
        audit = DeliveryAudit(findings, DayListAudit(findings))
        audit.request(first, "", MONDAY)
        if forgotten:
            audit.forget(first.request_id)
        else:
            audit.request(second, "", MONDAY)
        audit.last_states(LATER)
        assert audit.findings.breaks == []


def test_every_guarantee_has_its_chinese_name() -> None:
    """Tests that the table that a person sees can be shown in both languages."""
    assert set(CHINESE) == set(Guarantee)


def some_are_gone(request: Request) -> Reply | None:
    return Reply(410) if "gone" in request.path else None


@pytest.mark.broker
async def test_the_whole_audit_reads_what_delivery_wrote_and_finds_what_was_planted(stack: DeliveryStack) -> None:
    """Tests the real topics: all held after two offers, one at the desk; then a delivery with other words is found."""
    async with Providers(behave=some_are_gone) as server, stack.delivering(server):
        await stack.register("t1", await stack.seal(webhook(server)), skill="a")
        await stack.register("t2", await stack.seal(webhook(server, "gone")), skill="b")
        await stack.offer("1", skill="a")
        await stack.offer("2", skill="b")
        seen = await stack.until(
            lambda seen: len(seen) == 2 and any(one.settled for one in seen) and any(one.track for one in seen),
            "one told, one at the desk",
        )
    partitions = [stack.partition]
    held = await judge(stack.address, partitions, delivered=True)
    assert {name for name in held.broken if name in (Guarantee.TOLD, Guarantee.SAME_WORDS, Guarantee.NOT_GONE)} == set()
    assert held.records["deliveries"] >= 4
    await stack.spoil(seen[0].model_copy(update={"category": "other"}))
    assert (await judge(stack.address, partitions, delivered=True)).broken[Guarantee.SAME_WORDS] == 1
