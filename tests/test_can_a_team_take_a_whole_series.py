"""A lead says yes to a whole standing order: its visits come by themselves, and what cannot is asked for, with why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from linli.schemas.answers import Accept, Decline, DeclineReason, Withdraw
from linli.schemas.assignment import AssignmentRecord, InSeries
from linli.schemas.commands import ApplyTeam
from linli.schemas.desk import Hold, Release
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import Target, Window
from linli.schemas.policy import Mode
from linli.schemas.standing import StandingDetails, StandingRecord, StandingStep
from linli.schemas.team_changes import Absent
from linli.services.console.case_reasons import explained_teams, reasons_of
from linli.services.console.forms import Form
from linli.services.console.team_answers import answer_of
from linli.services.console.words import Speech
from tests.support.district import MONDAY, Desk, order, team
from tests.support.standing import POLICY, TUESDAY, change, place, serve, standing, visit, visits

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def _take(desk: Desk, details: StandingDetails, *, series: bool = True) -> tuple[str, tuple[str, str]]:
    """Place an order and let the team that is asked for its first visit take all; return it and the outcome."""
    place(desk, details)
    desk.now = TUESDAY - timedelta(minutes=90)
    desk.decide()
    return _answer(desk, visit(desk, TUESDAY), series=series)


def _answer(desk: Desk, request: AssignmentRecord, *, series: bool, leg: int = 0) -> tuple[str, tuple[str, str]]:
    offers = desk.state.requests[request.request_id].legs[leg].offers
    offer = next(one for one in offers if one.state is OfferState.OPEN)
    body = Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",), series=series)
    outcome = desk.send(body).outcomes[0]
    return offer.team, (outcome.code.value, outcome.detail)


def _until(desk: Desk, days: float) -> None:
    """Let time pass to a little after the first visit's time, so many days later."""
    desk.now = TUESDAY + days * DAY + timedelta(minutes=1)
    desk.decide()


def _teams(desk: Desk) -> list[str | None]:
    return [one.legs[0].assignment.team if one.legs[0].assignment else None for one in visits(desk)]


def _refusals(desk: Desk) -> list[str]:
    return [said.refused for one in visits(desk) for said in one.series]


def test_visits_that_are_made_already_are_the_teams_at_once() -> None:
    """Tests a daily order: all of the week are committed by one yes, and nobody else was ever asked."""
    desk = Desk(POLICY)
    taken, outcome = _take(desk, standing("FREQ=DAILY"))
    assert outcome == ("applied", "")
    assert set(_teams(desk)) == {taken}
    assert {one.state for one in visits(desk)} == {State.COMMITTED}
    later = visits(desk)[1:]
    assert all(len(one.legs[0].offers) == 1 and not one.legs[0].offers[0].sent for one in later)
    assert all(one.promise is not None for one in later)
    series = desk.state.standing["s-1"].series_of(0)
    assert series is not None
    assert (series.team, series.members, series.since) == (taken, (f"{taken}-m0",), desk.now)


def test_a_later_visit_is_the_teams_a_week_before_it() -> None:
    """Tests weeks: nobody is asked again, and the lead knows each visit a week ahead."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing())
    for week in (1, 2, 3):
        _until(desk, 7 * (week - 1))
        coming = visit(desk, TUESDAY + week * WEEK)
        assert coming.state is State.COMMITTED
        assert coming.cause == "series"
        assert coming.series[0].team == taken
        assert coming.legs[0].assignment is not None
        assert coming.legs[0].assignment.members == (f"{taken}-m0",)
    assert not desk.open_offers()


def test_a_yes_to_one_visit_is_no_yes_to_all() -> None:
    """Tests that nothing changes for who answers as before."""
    desk = Desk(POLICY)
    _take(desk, standing("FREQ=DAILY"), series=False)
    assert _teams(desk)[1:] == [None] * (len(visits(desk)) - 1)
    assert desk.state.standing["s-1"].series == ()


def test_who_is_away_is_not_sent_and_the_next_visit_is_its_own_again() -> None:
    """Tests an absence known before: another team is asked, the reason is told, the series goes on."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing())
    away = TUESDAY + WEEK
    desk.send(Absent(team=taken, by="desk", start=away - timedelta(hours=3), end=away + timedelta(hours=20)))
    _until(desk, 0)
    other = serve(desk, visit(desk, away))
    assert other != taken
    assert _refusals(desk)[0] == "working_hours"
    _until(desk, 8)
    assert visit(desk, away + WEEK).legs[0].assignment is not None
    assert _teams(desk)[2] == taken


def test_what_cannot_be_given_at_once_says_why_at_once() -> None:
    """Tests a day off that was told before the series was taken: the visit of that day keeps its promise, and tells."""
    desk = Desk(POLICY, teams=1)
    away = TUESDAY + 3 * DAY
    desk.send(Absent(team="t0", by="desk", start=away - timedelta(hours=3), end=away + timedelta(hours=9)))
    desk.send(ApplyTeam(details=team("t9", north=0.3)))
    taken, _ = _take(desk, standing("FREQ=DAILY"))
    assert taken == "t0"
    assert [one.refused for one in visit(desk, away).series] == ["working_hours"]
    assert visit(desk, away).state is State.PROMISED
    assert [teams for number, teams in enumerate(_teams(desk)) if number != 3] == ["t0"] * (len(visits(desk)) - 1)


def test_what_the_desk_held_is_the_teams_again_after_it() -> None:
    """Tests that a hold takes a visit of a series back, and its end gives it again."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing("FREQ=DAILY"))
    mine = Target(request_id=visits(desk)[2].request_id)
    desk.send(Hold(target=mine, by="desk", reason="no key"))
    assert _teams(desk)[2] is None
    desk.send(Release(target=mine, by="desk"))
    assert _teams(desk)[2] == taken


def test_an_absence_told_later_frees_the_visits_in_it_alone() -> None:
    """Tests that a visit that was given already is taken back and asked for like any other."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing("FREQ=DAILY"))
    away = TUESDAY + 3 * DAY
    desk.send(Absent(team=taken, by="desk", start=away - timedelta(hours=3), end=away + timedelta(hours=9)))
    free = [one for one in visits(desk) if one.legs[0].assignment is None]
    assert [one.details.occurrence for one in free if one.details] == [away]
    assert serve(desk, free[0]) != taken


def test_one_visit_given_back_is_asked_for_and_the_others_stay() -> None:
    """Tests that giving one back ends nothing."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing("FREQ=DAILY"))
    mine = visits(desk)[2]
    assert mine.legs[0].assignment is not None
    desk.send(Withdraw(offer=mine.legs[0].assignment.id, team=taken, reason="ill"))
    assert [one == taken for one in _teams(desk)] == [number != 2 for number in range(len(visits(desk)))]
    assert desk.state.standing["s-1"].series_of(0) is not None
    assert serve(desk, visits(desk)[2]) != taken


def test_a_series_ends_from_the_visit_on_that_is_named() -> None:
    """Tests the notice: earlier visits stay, that one and all later ones are free, none is given any more."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing("FREQ=DAILY"))
    mine = visits(desk)[2].legs[0].assignment
    assert mine is not None
    ended = desk.send(Withdraw(offer=mine.id, team=taken, reason="moving away", series=True))
    assert ended.outcomes[0].detail == ""
    assert _teams(desk)[:2] == [taken] * 2
    assert set(_teams(desk)[2:]) == {None}
    assert desk.state.standing["s-1"].series == (None,)
    assert desk.state.standing["s-1"].reason == "moving away"
    desk.at(24 * 3)
    assert desk.state.standing["s-1"].cause in ("standing", "series_ended")
    assert _teams(desk)[-1] is None


def test_the_desk_ends_a_series_and_agreed_visits_stay() -> None:
    """Tests what a person at the desk can do, once."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing("FREQ=DAILY"))
    assert change(desk, StandingStep.ASK_EACH, reason="the resident asked") == ("applied", "")
    assert change(desk, StandingStep.ASK_EACH) == ("duplicate", "no_series")
    assert set(_teams(desk)) == {taken}
    _until(desk, 1)
    assert _teams(desk)[-1] is None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"active": False}, "inactive_team"),
        ({"skills": ()}, "skill"),
        ({"excluded_households": ("0" * 32,)}, "excluded"),
        ({"members": ()}, "member_unknown"),
    ],
)
def test_who_may_not_go_any_more_is_not_sent(changes: dict[str, object], rule: str) -> None:
    """Tests that leaving, a lost skill, an exclusion and members who left forbid it, each by its own name."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing())
    desk.now = TUESDAY + timedelta(hours=-1)
    desk.send(ApplyTeam(details=team(taken, north=int(taken[1]) / 1000).model_copy(update=changes)))
    _until(desk, 0)
    coming = visit(desk, TUESDAY + WEEK)
    assert coming.state is State.PROMISED
    assert [one.refused for one in coming.series] == [rule]


def test_a_full_day_is_no_reason_to_break_other_promises() -> None:
    """Tests that a visit for which the team has no time left is asked for."""
    desk = Desk(POLICY, teams=2)
    taken, _ = _take(desk, standing())
    busy = Window(start=TUESDAY + WEEK - timedelta(hours=1), end=TUESDAY + WEEK + timedelta(hours=3))
    desk.send(Absent(team=taken, by="desk", start=busy.start, end=busy.end))
    _until(desk, 0)
    assert _refusals(desk)[-1] in ("working_hours", "time_window", "crew_capacity")


def test_nobody_takes_all_visits_to_a_child() -> None:
    """Tests that the visit is the team's and the series is not: a child's visits are decided one by one."""
    details = standing("FREQ=DAILY")
    child = order("s-1", hours=(26, 28), child=True, household="0", adults=2)
    desk = Desk(POLICY)
    place(desk, details.model_copy(update={"template": child}))
    desk.now = TUESDAY - timedelta(minutes=90)
    desk.decide()
    offer = next(one for one in visit(desk, TUESDAY).legs[0].offers if one.state is OfferState.OPEN)
    members = (f"{offer.team}-m0", f"{offer.team}-m1")
    said = desk.send(Accept(offer=offer.id, team=offer.team, members=members, series=True)).outcomes[0]
    assert (said.code.value, said.detail) == ("applied", "series_child")
    assert _teams(desk)[1:] == [None] * (len(visits(desk)) - 1)


def test_a_single_request_has_no_series() -> None:
    """Tests that the answer counts for the visit."""
    desk = Desk(POLICY)
    desk.place_order("1")
    desk.at(0.6)
    ((request, _, _),) = desk.open_offers()
    assert _answer(desk, desk.state.requests[request], series=True)[1] == ("applied", "no_series")


def test_who_stands_in_does_not_take_it_from_who_has_it() -> None:
    """Tests that a series is one active team's; once that has left, another may take it."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing())
    away = TUESDAY + WEEK
    desk.send(Absent(team=taken, by="desk", start=away - timedelta(hours=3), end=away + timedelta(hours=20)))
    _until(desk, 0)
    desk.now = away - timedelta(minutes=90)
    desk.decide()
    other, outcome = _answer(desk, visit(desk, away), series=True)
    assert outcome == ("applied", "series_taken")
    desk.send(ApplyTeam(details=team(taken).model_copy(update={"active": False})))
    _until(desk, 7)
    desk.now = away + WEEK - timedelta(minutes=90)
    desk.decide()
    last, outcome = _answer(desk, visit(desk, away + WEEK), series=True)
    assert outcome == ("applied", "")
    held = desk.state.standing["s-1"].series_of(0)
    assert held is not None
    assert held.team == last != taken
    assert other != taken


def test_a_visit_too_near_is_asked_for() -> None:
    """Tests that nobody is sent to a visit that was told too late to say no."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing())
    _until(desk, 2)
    soon = Window(start=desk.now + timedelta(hours=4), end=desk.now + timedelta(hours=6))
    assert change(desk, StandingStep.MOVE, occurrence=TUESDAY + WEEK, windows=(soon,)) == ("applied", "")
    moved = visit(desk, TUESDAY + WEEK)
    assert moved.legs[0].assignment is None
    assert [one.refused for one in moved.series] == ["short_notice"]
    assert taken


def test_a_moved_visit_goes_with_the_series() -> None:
    """Tests that another day is the same team's as well."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing())
    _until(desk, 2)
    later = Window(start=TUESDAY + WEEK + DAY, end=TUESDAY + WEEK + DAY + timedelta(hours=1))
    assert change(desk, StandingStep.MOVE, occurrence=TUESDAY + WEEK, windows=(later,)) == ("applied", "")
    going = visit(desk, TUESDAY + WEEK).legs[0].assignment
    assert going is not None
    assert (going.team, going.start >= later.start) == (taken, True)


def test_a_paused_series_goes_on_with_its_team() -> None:
    """Tests that what a pause held is the same team's after it."""
    desk = Desk(POLICY)
    taken, _ = _take(desk, standing("FREQ=DAILY"))
    change(desk, StandingStep.PAUSE)
    assert set(_teams(desk)) == {None}
    change(desk, StandingStep.RESUME)
    assert set(_teams(desk)[1:]) == {taken}


def test_in_suggest_nobody_is_sent_by_a_series() -> None:
    """Tests that a county that only wants advice gets no visit without a word of its desk."""
    desk = Desk(POLICY)
    _take(desk, standing())
    desk.state = replace(desk.state, policy=POLICY.model_copy(update={"mode": Mode.SUGGEST}))
    _until(desk, 0)
    assert visit(desk, TUESDAY + WEEK).legs[0].assignment is None
    assert _refusals(desk)[-1] == "suggest"


def test_each_of_two_teams_takes_its_own_part() -> None:
    """Tests a visit by two: both take it, and the next one is committed with the same two, each its own leg."""
    desk = Desk(POLICY)
    place(desk, standing("FREQ=DAILY", legs=2))
    desk.decide()
    first = visits(desk)[0]
    both = [_answer(desk, first, series=True, leg=leg)[0] for leg in (0, 1)]
    assert len(set(both)) == 2
    desk.now = MONDAY + DAY
    desk.decide()
    last = visits(desk)[-1]
    assert [leg.assignment.team if leg.assignment else None for leg in last.legs] == both
    assert last.state is State.COMMITTED


def test_a_visit_that_another_team_declined_is_given_to_who_takes_the_rest() -> None:
    """Tests an offer that was out to another team when the series was taken."""
    desk = Desk(POLICY)
    place(desk, standing("FREQ=DAILY", first_hour=26))
    desk.now = TUESDAY - timedelta(minutes=90)
    desk.decide()
    offer = next(one for one in visit(desk, TUESDAY).legs[0].offers if one.state is OfferState.OPEN)
    desk.send(Decline(offer=offer.id, team=offer.team, reason=DeclineReason.BUSY))
    taken, outcome = _answer(desk, visit(desk, TUESDAY), series=True)
    assert outcome == ("applied", "")
    assert taken != offer.team
    assert set(_teams(desk)) == {taken}


@pytest.mark.parametrize(
    ("refused", "given", "english", "chinese"),
    [
        ("", "t1", "t1 goes because it took the whole series", "由t1上门，因为该队已于"),
        ("", "t2", "this visit was taken back from it or given back", "本次已退回"),
        ("working_hours", "t2", "cannot make this visit: working hours and absences", "但本次无法上门：工作时间与请假"),
    ],
)
def test_a_case_says_what_came_of_the_series(refused: str, given: str, english: str, chinese: str) -> None:
    """Tests the sentences at the desk, in both languages."""
    desk = Desk(POLICY)
    _take(desk, standing())
    going = visit(desk, TUESDAY).legs[0].assignment
    assert going is not None
    leg = visit(desk, TUESDAY).legs[0].model_copy(update={"assignment": going.model_copy(update={"team": given})})
    said = InSeries(leg=0, team="t1", since=TUESDAY, refused=refused)
    record = visit(desk, TUESDAY).model_copy(update={"legs": (leg,), "series": (said,)})
    names = {f"t{number}": f"t{number}" for number in range(3)}
    assert explained_teams(record)[0] == "t1"
    assert english in reasons_of(record, [], names, Speech("en")).sentences[0]
    assert chinese in reasons_of(record, [], names, Speech("zh")).sentences[0]


def test_both_forms_of_a_lead_can_say_yes_to_all() -> None:
    """Tests that the box of the pages becomes the answer, and that no box says nothing of a series."""
    ticked = Form({"member": ("m1",), "series": ("yes",), "reason": ("away",)})
    plain = Form({"member": ("m1",), "reason": ("away",)})
    for action in ("accept", "withdraw"):
        assert answer_of(action, ticked, "r-1.0.1", "t1").model_dump()["series"] is True
        assert answer_of(action, plain, "r-1.0.1", "t1").model_dump()["series"] is False


def test_what_lies_in_old_topics_means_one_visit() -> None:
    """Tests that answers and records that know no series are read as before."""
    old = b'{"kind": "accept", "offer": "r-1.0.1", "team": "t1", "members": ["m1"]}'
    assert Accept.model_validate_json(old).series is False
    desk = Desk(POLICY)
    place(desk, standing())
    record = desk.state.standing["s-1"].model_dump_json(exclude={"series"})
    assert StandingRecord.model_validate_json(record).series_of(0) is None
