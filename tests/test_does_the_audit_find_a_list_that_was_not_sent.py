"""Does the audit find a team that had agreed to visits by the hour and was sent no list of its next day?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import pytest

from linli.schemas.answers import Accept, Start, Withdraw
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, DeliveryState
from linli.schemas.roster import RosterRecord
from linli.services.delivering import tracks
from linli.services.delivering.contacts import USUAL_ZONE
from linli.services.delivering.day_lists import day_lists
from linli.streams.audit.day_lists import COUNTED, DayListAudit, Evening, evening_of
from linli.streams.audit.deliveries import DUE, DeliveryAudit
from linli.streams.audit.verdict import LOSSES, Findings, Guarantee
from linli.streams.kafka_client import KafkaAddress
from tests.support.district import AUTO, DISTRICT, MONDAY, Desk, team

SIX = MONDAY + timedelta(hours=10)
"""Six in the evening of Monday."""

NINE = SIX + timedelta(hours=3)
MORNING = 26.0
"""Ten on Tuesday morning, in hours after Monday's beginning of work."""


def _agree(desk: Desk, number: str, first: float = MORNING, **details: object) -> None:
    desk.place_order(number, **{"urgency": 0, "hours": (first, first + 2), **details})
    for _, offer, name in desk.open_offers():
        desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))


def _lists(desk: Desk, now: datetime = SIX) -> list[DeliveryRecord]:
    """Give the lists that delivery makes."""
    return list(day_lists(desk.state.requests.values(), time(18), lambda _, __: USUAL_ZONE, now))


def _audited(
    log: Sequence[AssignmentRecord],
    told: Sequence[DeliveryRecord] = (),
    now: datetime = NINE,
    zones: Sequence[str] = (USUAL_ZONE,),
    at: time | None = time(18),
) -> DayListAudit:
    """Audit what the ledger and delivery have written, as the verifier does, some time after."""
    findings = Findings()
    lists = DayListAudit(findings, None if at is None else Evening(at, now, now - DUE))
    audit = DeliveryAudit(findings, lists)
    for number, record in enumerate(log):
        audit.request(record, f"assignments-0@{number}", MONDAY)
    for name in ("t0", "t1"):
        for version, zone in enumerate(zones, 1):
            details = team(name).model_copy(update={"zone": zone})
            audit.team(RosterRecord(district=DISTRICT, version=version, round=1, at=MONDAY, details=details))
    for number, one in enumerate(told):
        audit.delivery(one, f"deliveries-0@{number}")
    audit.last_states(MONDAY)
    findings.breaks = [one for one in findings.breaks if one.guarantee is not Guarantee.TOLD]
    return lists


def _written(desk: Desk) -> list[AssignmentRecord]:
    return [record for decision in desk.decisions for record in decision.assignments]


def test_a_team_without_a_list_is_named_with_its_day() -> None:
    """Tests two teams of which one was sent its list: the other is found, with the day and how many visits."""
    desk = Desk(AUTO, teams=2)
    _agree(desk, "1", legs=2)
    _agree(desk, "2", MORNING + 4, legs=2)
    told = _lists(desk)
    assert {one.team for one in told} == {"t0", "t1"}
    whole = _audited(_written(desk), told)
    assert (whole.findings.breaks, whole.due) == ([], 2)
    one = _audited(_written(desk), [one for one in told if one.team == "t1"])
    assert (set(one.findings.broken), one.due) == ({Guarantee.LISTED}, 2)
    [found] = one.findings.breaks
    assert found.detail == f"t0 of {DISTRICT} was sent no list of 2026-11-24: 2 visits were agreed by the hour"
    assert found.where.startswith("assignments-0@")
    assert Guarantee.LISTED in LOSSES


@pytest.mark.parametrize("state", [DeliveryState.GIVEN_UP, DeliveryState.OBSOLETE, DeliveryState.DELIVERED])
def test_a_list_that_was_made_is_one_whatever_became_of_it(state: DeliveryState) -> None:
    """Tests that a team without a telephone, and a list that is waiting, are no break."""
    desk = Desk(AUTO, teams=1)
    _agree(desk, "1")
    [made] = _lists(desk)
    assert _audited(_written(desk), [made, tracks.settled(made, state, NINE)]).findings.breaks == []


def test_who_has_none_to_get_is_not_missed() -> None:
    """Tests before the hour, agreed since, a visit that has begun or is off, another day, and an unknown team."""
    desk = Desk(AUTO, teams=1)
    _agree(desk, "1")
    log = _written(desk)
    assert _audited(log).findings.broken == {Guarantee.LISTED: 1}
    for audit in (
        _audited(log, now=SIX - timedelta(seconds=1)),
        _audited(log, now=MONDAY + timedelta(hours=40)),
        _audited(log, zones=()),
        _audited(log, zones=("UTC",)),
        _audited(log, zones=(USUAL_ZONE, "UTC")),
        _audited(log, at=None),
        _audited(log, at=time(22)),
    ):
        assert (audit.findings.breaks, audit.due, audit.findings.waiting) == ([], 0, 0)
    desk.now = SIX + timedelta(minutes=1)
    _agree(desk, "2", MORNING + 24)
    assert _audited(_written(desk), now=SIX + timedelta(hours=30)).due == 1
    going = desk.state.requests["r-1"].legs[0].assignment
    assert going is not None
    early = going.start - timedelta(minutes=1)
    desk.now = early
    desk.send(Start(offer=going.id, team="t0"))
    assert _audited(_written(desk), now=early).due == 0


def test_a_visit_that_was_given_back_is_not_counted() -> None:
    """Tests that a team which withdrew is owed nothing, and that a forgotten request is not either."""
    desk = Desk(AUTO, teams=1)
    _agree(desk, "1")
    going = desk.state.requests["r-1"].legs[0].assignment
    assert going is not None
    desk.send(Withdraw(offer=going.id, team="t0", reason="ill"))
    assert _audited(_written(desk)).due == 0


def test_what_is_due_since_a_moment_ago_is_too_new_to_judge() -> None:
    """Tests the hour itself, the time until all is counted again, and a visit that was moved in since."""
    desk = Desk(AUTO, teams=1)
    _agree(desk, "1")
    log = _written(desk)
    last = SIX + COUNTED + DUE
    young = _audited(log, now=last - timedelta(seconds=1))
    assert (young.findings.breaks, young.findings.waiting) == ([], 1)
    assert _audited(log, now=last).findings.broken == {Guarantee.LISTED: 1}
    going = log[-1].legs[0].assignment
    assert going is not None
    later = going.model_copy(update={"start": going.start + timedelta(hours=1), "end": going.end + timedelta(hours=1)})
    leg = log[-1].legs[0].model_copy(update={"assignment": later})
    moved = log[-1].model_copy(update={"legs": (leg,), "at": NINE - timedelta(minutes=5)})
    assert _audited([*log, moved]).findings.waiting == 1
    noted = log[-1].model_copy(update={"at": NINE - timedelta(minutes=5)})
    assert _audited([*log, noted]).findings.broken == {Guarantee.LISTED: 1}


async def test_nobody_asks_for_the_clock_where_no_lists_are_sent() -> None:
    """Tests that an installation without lists is judged without it."""
    assert await evening_of(KafkaAddress("127.0.0.1:1"), None, MONDAY, MONDAY) is None
