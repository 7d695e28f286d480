"""The desk gives a whole standing order to a team that agreed by telephone, or approves a team for all its visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from pydantic import ValidationError

from linli.matcher.desk.deadlines import next_deadline
from linli.schemas.answers import Accept, Decline, DeclineReason
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.desk import Assign, Confirm
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import Target
from linli.schemas.policy import Mode, QuietHours
from linli.schemas.standing import StandingDetails, StandingRecord, StandingStep
from linli.services.console.desk_actions import command_of
from linli.services.console.forms import Form
from tests.support.district import MONDAY, Desk, order
from tests.support.standing import POLICY, TUESDAY, change, place, standing, visit, visits

DAY = timedelta(days=1)

CONFIRMING = POLICY.model_copy(update={"mode": Mode.CONFIRM})


def _given(desk: Desk, record: AssignmentRecord, team: str = "t2", leg: int = 0, **changes: object) -> tuple[str, str]:
    """Let the desk give a whole series by one of its visits; return the outcome."""
    body = {
        "target": Target(request_id=record.request_id),
        "team": team,
        "leg": leg,
        "agreed": True,
        "members": (f"{team}-m0",),
        "series": True,
        "reason": "agreed by telephone",
        "by": "county-desk",
        **changes,
    }
    outcome = desk.send(Assign.model_validate(body)).outcomes[0]
    return outcome.code.value, outcome.detail


def _placed(desk: Desk, details: StandingDetails | None = None) -> StandingRecord:
    record = place(desk, details or standing("FREQ=DAILY"))
    desk.decide()
    return record


def _teams(desk: Desk) -> list[str | None]:
    return [one.legs[0].assignment.team if one.legs[0].assignment else None for one in visits(desk)]


def _states(record: AssignmentRecord) -> list[OfferState]:
    return [one.state for one in record.legs[0].offers]


def test_all_visits_are_the_teams_that_said_yes_by_telephone() -> None:
    """Tests that made visits and those to come are its own, nobody is asked, and who gave it is written down."""
    desk = Desk(POLICY)
    _placed(desk)
    assert _given(desk, visits(desk)[0]) == ("applied", "")
    assert set(_teams(desk)) == {"t2"}
    series = desk.state.standing["s-1"].series_of(0)
    assert series is not None
    assert (series.team, series.members, series.since, series.by) == ("t2", ("t2-m0",), desk.now, "county-desk")
    before = len(visits(desk))
    desk.now += 2 * DAY
    desk.decide()
    assert len(visits(desk)) > before
    assert set(_teams(desk)) == {"t2"}
    assert not any(offer.sent for one in visits(desk)[1:] for offer in one.legs[0].offers)
    assert visits(desk)[0].choices[-1].reason == "agreed by telephone"


def test_a_series_is_given_only_where_the_team_has_agreed() -> None:
    """Tests that nobody's future is given away unasked."""
    desk = Desk(POLICY)
    _placed(desk)
    with pytest.raises(ValidationError, match="series goes with agreed"):
        _given(desk, visits(desk)[0], agreed=False, members=())


def test_who_may_not_make_the_visit_gets_no_series() -> None:
    """Tests that the rules of assign hold: the command is refused, and nothing is noted."""
    desk = Desk(POLICY)
    _placed(desk)
    assert _given(desk, visits(desk)[0], members=("t2-m99",)) == ("breaks_rule", "member_unknown")
    assert desk.state.standing["s-1"].series == ()


def test_what_is_no_standing_order_or_a_childs_is_one_visit() -> None:
    """Tests that the visit is given and the answer says why no more is."""
    desk = Desk(POLICY)
    desk.place_order("1", hours=(26, 28), household="9")
    assert _given(desk, desk.state.requests["r-1"]) == ("applied", "no_series")
    child = order("s-1", hours=(26, 28), child=True, household="0", adults=2)
    _placed(desk, standing("FREQ=DAILY").model_copy(update={"template": child}))
    assert _given(desk, visits(desk)[0], members=("t2-m0", "t2-m1")) == ("applied", "series_child")
    assert set(_teams(desk)[1:]) == {None}


def test_a_series_of_another_team_is_not_given_over_its_head() -> None:
    """Tests that the desk ends a series first, and may then give it to another team."""
    desk = Desk(POLICY)
    _placed(desk)
    _given(desk, visits(desk)[0])
    desk.now = MONDAY + DAY
    desk.decide()
    free = visits(desk)[-1].legs[0].assignment
    assert free is not None
    change(desk, StandingStep.SKIP, occurrence=TUESDAY + 2 * DAY)
    change(desk, StandingStep.ASK_EACH)
    desk.now += 7 * DAY
    desk.decide()
    open_one = next(one for one in visits(desk) if one.state is State.PROMISED)
    assert _given(desk, open_one, "t1") == ("applied", "")
    held = desk.state.standing["s-1"].series_of(0)
    assert held is not None
    assert held.team == "t1"


def test_where_nothing_is_sent_a_series_is_not_taken() -> None:
    """Tests mode suggest: the desk names the team for each visit, and is told that this is so."""
    desk = Desk(POLICY.model_copy(update={"mode": Mode.SUGGEST}))
    _placed(desk)
    assert _given(desk, visits(desk)[0]) == ("applied", "series_suggest")
    assert desk.state.standing["s-1"].series == ()
    assert set(_teams(desk)[1:]) == {None}


def _proposed(desk: Desk) -> AssignmentRecord:
    """Let time pass until the first visit has a proposal."""
    _placed(desk)
    desk.now = TUESDAY - timedelta(minutes=90)
    desk.decide()
    found = visit(desk, TUESDAY)
    assert _states(found) == [OfferState.PROPOSED]
    return found


def _confirm(desk: Desk, record: AssignmentRecord, *, series: bool = True, by: str = "county-desk") -> tuple[str, str]:
    body = Confirm(target=Target(request_id=record.request_id), by=by, series=series)
    outcome = desk.send(body).outcomes[0]
    return outcome.code.value, outcome.detail


def test_a_team_confirmed_for_all_visits_is_asked_without_the_desk() -> None:
    """Tests that the next visit's offer to that team goes out by itself, in the name of who confirmed."""
    desk = Desk(CONFIRMING)
    first = _proposed(desk)
    team = first.legs[0].offers[0].team
    assert _confirm(desk, first) == ("applied", "")
    confirmed = desk.state.standing["s-1"].confirmed_of(0)
    assert confirmed is not None
    assert (confirmed.team, confirmed.by, confirmed.since) == (team, "county-desk", desk.now)
    desk.now += DAY
    desk.decide()
    second = visit(desk, TUESDAY + DAY).legs[0].offers[-1]
    assert (second.state, second.team, second.by, second.sent) == (OfferState.OPEN, team, "county-desk", True)


def test_a_confirmation_of_one_visit_is_none_of_the_next() -> None:
    """Tests that without the word nothing changes: the next visit waits for the desk."""
    desk = Desk(CONFIRMING)
    _confirm(desk, _proposed(desk), series=False)
    desk.now += DAY
    desk.decide()
    assert _states(visit(desk, TUESDAY + DAY)) == [OfferState.PROPOSED]


def test_another_team_than_the_confirmed_one_waits_for_the_desk() -> None:
    """Tests that a person approved one team and not whoever else is found."""
    desk = Desk(CONFIRMING)
    first = _proposed(desk)
    _confirm(desk, first)
    team = first.legs[0].offers[0].team
    desk.now += DAY
    desk.decide()
    mine = visit(desk, TUESDAY + DAY).legs[0].offers[-1]
    desk.send(Decline(offer=mine.id, team=team, reason=DeclineReason.BUSY))
    desk.now += timedelta(minutes=1)
    desk.decide()
    last = visit(desk, TUESDAY + DAY).legs[0].offers[-1]
    assert last.team != team
    assert last.state is OfferState.PROPOSED


def test_asking_for_each_ends_the_confirmation_too() -> None:
    """Tests that the desk can take its word back."""
    desk = Desk(CONFIRMING)
    _confirm(desk, _proposed(desk))
    assert change(desk, StandingStep.ASK_EACH) == ("applied", "")
    desk.now += DAY
    desk.decide()
    assert _states(visit(desk, TUESDAY + DAY)) == [OfferState.PROPOSED]


def test_proposals_that_wait_already_go_out_with_the_confirmation() -> None:
    """Tests two visits of one day: one word of the desk sends both."""
    desk = Desk(CONFIRMING.model_copy(update={"freeze_minutes": 2880}))
    _placed(desk)
    desk.now = TUESDAY - timedelta(minutes=90)
    desk.decide()
    waiting = [one for one in visits(desk) if OfferState.PROPOSED in _states(one)]
    assert len(waiting) > 1
    assert len({one.legs[0].offers[-1].team for one in waiting}) == 1
    _confirm(desk, waiting[0])
    sent = [_states(desk.state.requests[one.request_id])[-1] for one in waiting]
    assert set(sent) == {OfferState.OPEN}


def test_a_confirmed_team_is_not_woken() -> None:
    """Tests that quiet hours hold: what the desk approves at night goes out in the morning, without another word."""
    night = QuietHours(start=time(22), end=time(6))
    desk = Desk(CONFIRMING.model_copy(update={"quiet_hours": night, "freeze_minutes": 2880}))
    _placed(desk)
    for hours in (10, 13):
        desk.now = TUESDAY + timedelta(hours=hours)
        desk.decide()
    named, waits = (visit(desk, TUESDAY + days * DAY) for days in (1, 2))
    assert _states(named)[-1] is _states(waits)[-1] is OfferState.PROPOSED
    _confirm(desk, named)
    assert _states(visit(desk, TUESDAY + 2 * DAY))[-1] is OfferState.PROPOSED
    due = next_deadline(desk.state)
    assert due is not None
    assert desk.now < due <= TUESDAY + timedelta(hours=20)
    desk.now = TUESDAY + timedelta(hours=20)
    desk.decide()
    sent = visit(desk, TUESDAY + 2 * DAY).legs[0].offers[-1]
    assert (sent.state, sent.by) == (OfferState.OPEN, "county-desk")


def test_a_childs_visits_and_single_requests_are_confirmed_one_by_one() -> None:
    """Tests that the one visit's offer goes out and the answer says why no more is confirmed."""
    desk = Desk(CONFIRMING)
    child = order("s-1", hours=(26, 28), child=True, household="0", adults=2)
    place(desk, standing("FREQ=DAILY").model_copy(update={"template": child}))
    desk.now = TUESDAY - timedelta(minutes=90)
    desk.decide()
    assert _confirm(desk, visit(desk, TUESDAY)) == ("applied", "series_child")
    assert desk.state.standing["s-1"].confirmed == ()


def test_in_suggest_nothing_is_confirmed() -> None:
    """Tests that a county that only wants advice sends nothing, also after it once confirmed a series."""
    desk = Desk(CONFIRMING)
    _confirm(desk, _proposed(desk))
    desk.state = replace(desk.state, policy=POLICY.model_copy(update={"mode": Mode.SUGGEST}))
    desk.now += DAY
    desk.decide()
    coming = visit(desk, TUESDAY + DAY)
    assert OfferState.OPEN not in _states(coming)
    assert _confirm(desk, coming)[0] == "not_allowed_now"


def test_a_lead_can_say_yes_to_the_whole_after_the_desk_confirmed() -> None:
    """Tests that both words fit together: the lead takes the series, and nobody is asked again."""
    desk = Desk(CONFIRMING)
    first = _proposed(desk)
    _confirm(desk, first)
    offer = visit(desk, TUESDAY).legs[0].offers[-1]
    desk.send(Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",), series=True))
    assert set(_teams(desk)) == {offer.team}


def test_the_box_of_the_desks_page_becomes_the_command() -> None:
    """Tests both forms, with and without the box."""
    filled = {"team": ("t2",), "agreed": ("yes",), "members": ("t2-m0",), "reason": ("by telephone",), "leg": ("0",)}
    for action in ("assign", "confirm"):
        ticked = command_of(action, Form({**filled, "series": ("yes",)}), "r-1", "county-desk")
        plain = command_of(action, Form(filled), "r-1", "county-desk")
        assert (ticked.model_dump()["series"], plain.model_dump()["series"]) == (True, False)


def test_old_records_have_no_confirmation() -> None:
    """Tests that commands and records from before are read as before."""
    desk = Desk(POLICY)
    _placed(desk)
    old = desk.state.standing["s-1"].model_dump_json(exclude={"confirmed"})
    assert StandingRecord.model_validate_json(old).confirmed_of(0) is None
    body = '{"kind":"assign","target":{"request_id":"r-1"},"team":"t1","reason":"x","by":"desk"}'
    assert Assign.model_validate_json(body).series is False
