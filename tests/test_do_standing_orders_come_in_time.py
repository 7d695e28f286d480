"""Visits of a standing order become requests in time, each once, on the days that rule and holidays give."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.state import DistrictState, apply
from linli.matcher.rounds.translate import problem_of
from linli.matcher.standing.occurrences import occurrences
from linli.schemas.commands import ApplyTeam
from linli.schemas.instants import to_seconds
from linli.schemas.lifecycle import State
from linli.schemas.policy import Holiday, HolidayCalendar
from linli.schemas.recurrence import HolidayRule, canonical, parse_rule
from linli.schemas.roster import TeamSkill
from linli.schemas.rounds import OutcomeCode
from linli.schemas.standing import PlaceStanding, StandingStep, Visiting
from tests.support.district import MONDAY, Desk, team
from tests.support.standing import CALENDAR, POLICY, TUESDAY, change, place, standing, starts, visit, visits

WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("FREQ=HOURLY", "HOURLY"),
        ("FREQ=YEARLY", "YEARLY"),
        ("FREQ=WEEKLY;BYHOUR=9", "BYHOUR"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=WEEKLY;BYDAY=2MO", "number in BYDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20261231", "exclude"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;INTERVAL=999999999999999999", "INTERVAL"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL"),
        ("every tuesday", "FREQ=WEEKLY"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
    ],
)
def test_a_rule_outside_the_subset_is_refused_by_name(text: str, named: str) -> None:
    """Tests that whatever is not understood is named, and never half understood."""
    with pytest.raises(ValueError, match=named):
        parse_rule(text)


def test_a_rule_is_kept_in_one_form() -> None:
    """Tests that two ways to write a rule are the same order."""
    assert canonical("rrule:byday=tu,fr;freq=weekly;interval=1;") == "FREQ=WEEKLY;BYDAY=TU,FR"


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;INTERVAL=3;COUNT=3", ["11-24", "11-27", "11-30"]),
        ("FREQ=WEEKLY;BYDAY=TU,FR;UNTIL=20261204", ["11-24", "11-27", "12-01", "12-04"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["12-31", "01-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["11-30", "12-31", "01-31", "02-28"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["11-27", "12-25", "01-29", "02-26"]),
    ],
)
def test_the_days_are_those_of_the_rule(rule: str, days: list[str]) -> None:
    """Tests days, steps and month ends: a month without a 31st has no visit on it, its last day always is one."""
    found = occurrences(standing(rule), None, MONDAY, datetime(2027, 3, 2, tzinfo=UTC))
    assert [f"{one.start + timedelta(hours=8):%m-%d}" for one in found] == days


def test_the_time_of_day_is_local_and_never_changes() -> None:
    """Tests that a year of visits begins at ten in Sinan, whose clocks are never put forward."""
    found = list(occurrences(standing("FREQ=WEEKLY"), None, MONDAY, MONDAY + timedelta(days=365)))
    assert len(found) == 52
    assert {(one.start.hour, one.end - one.start) for one in found} == {(2, timedelta(hours=2))}


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (HolidayRule.KEEP, ["11-24 10:00", "12-01 10:00", "12-08 10:00"]),
        (HolidayRule.SKIP, ["11-24 10:00", "12-08 10:00"]),
        (HolidayRule.BEFORE, ["11-24 10:00", "11-29 10:00", "12-08 10:00"]),
        (HolidayRule.AFTER, ["11-24 10:00", "12-03 10:00", "12-08 10:00"]),
    ],
)
def test_a_holiday_does_what_the_order_says(rule: HolidayRule, days: list[str]) -> None:
    """Tests the four ways to go around days off, as requests at the desk."""
    desk = Desk(POLICY)
    place(desk, standing(holidays=rule))
    for day in range(1, 15):
        desk.at(24 * day)
    assert starts(desk) == days


def test_no_two_visits_fall_on_one_day() -> None:
    """Tests that holidays do not pile up the visits of a daily order on the first day after."""
    found = occurrences(standing("FREQ=DAILY", holidays=HolidayRule.AFTER), CALENDAR, MONDAY, MONDAY + 2 * WEEK)
    days = [one.start.date() for one in found if one.comes]
    assert len(set(days)) == len(days)
    assert date(2026, 12, 1) not in days


def test_a_year_whose_holidays_are_unknown_is_named_and_nothing_guessed() -> None:
    """Tests that visits of an unknown year stay on their day and the order says which year it is."""
    desk = Desk(POLICY)
    record = place(desk, standing("FREQ=MONTHLY;BYMONTHDAY=1", holidays=HolidayRule.SKIP))
    assert record.unknown_years == (2027,)
    assert record.upcoming[0].how is Visiting.SKIPPED or record.upcoming[0].how is Visiting.LEFT_OUT
    assert {one.how for one in record.upcoming[1:]} == {Visiting.RULE}
    assert place(desk, standing(name="s-2")).unknown_years == ()


def test_a_visit_becomes_a_request_a_week_before_by_the_clock_alone() -> None:
    """Tests that the next deadline is when the next visit is due, and that nothing else is needed."""
    desk = Desk(POLICY, teams=0)
    record = place(desk, standing())
    assert starts(desk) == ["11-24 10:00"]
    assert record.due == TUESDAY + WEEK
    due = next_deadline(desk.state)
    assert due == TUESDAY
    desk.now = TUESDAY
    desk.decide()
    assert starts(desk) == ["11-24 10:00", "12-01 10:00"]


def test_a_visit_made_a_week_ahead_does_not_come_before_who_ordered_this_morning() -> None:
    """Tests that nobody counts as waiting for a recurring visit before its day has come."""
    desk = Desk(POLICY)
    place(desk, standing())
    desk.at(24.0 * 4)
    [visit] = [one for one in problem_of(Draft(desk.state, desk.moment())).visits if one.id.endswith("/0")][:1]
    assert visit.registered == to_seconds(TUESDAY + WEEK) > to_seconds(desk.now)


def test_the_same_order_again_changes_nothing_and_another_is_a_conflict() -> None:
    """Tests repetition by number: same rule and content, another rule."""
    desk = Desk(POLICY)
    place(desk, standing())
    again = desk.send(PlaceStanding(details=standing("RRULE:FREQ=WEEKLY;INTERVAL=1")))
    other = desk.send(PlaceStanding(details=standing("FREQ=DAILY")))
    assert [one.outcomes[0].code for one in (again, other)] == [OutcomeCode.DUPLICATE, OutcomeCode.CONFLICT]
    assert len(other.conflicts) == 1
    assert starts(desk) == ["11-24 10:00"]


def test_an_order_without_any_visit_is_refused() -> None:
    """Tests that a rule that has no day left is no order."""
    desk = Desk(POLICY)
    decision = desk.send(PlaceStanding(details=standing("FREQ=WEEKLY;UNTIL=20261101")))
    assert (decision.outcomes[0].code, decision.outcomes[0].detail) == (OutcomeCode.BREAKS_RULE, "no_visit")


def test_a_restart_in_the_middle_makes_every_visit_once() -> None:
    """Tests that a decision taken twice is the same, and that a state read from the ledger goes on alike."""
    desk = Desk(POLICY)
    place(desk, standing("FREQ=DAILY"))
    first, number = list(starts(desk)), desk.round + 1
    desk.now += timedelta(days=1)
    moment = replace(desk.moment(), round=number)
    lost = decide(desk.state, (), moment)
    restored = DistrictState(
        desk.state.district,
        desk.state.policy,
        requests=dict(desk.state.requests),
        plans=dict(desk.state.plans),
        roster=dict(desk.state.roster),
        standing=dict(desk.state.standing),
        now=desk.state.now,
    )
    again = decide(restored, (), moment)
    assert again.kept == lost.kept
    assert again.assignments == lost.assignments
    desk.state = apply(restored, again, desk.now)
    assert len(starts(desk)) == len(first) + 1 == len(set(starts(desk)))
    assert [one.version for one in desk.state.standing.values()] == [3]


def test_a_jump_of_a_week_loses_no_visit_in_silence() -> None:
    """Tests that visits whose time passed while nobody was there are in the ledger, ended as unmet."""
    desk = Desk(POLICY)
    place(desk, standing("FREQ=DAILY"))
    desk.now += timedelta(days=14)
    desk.decide()
    made = visits(desk)
    assert len(made) == 13 + 7
    passed = [one for one in made if one.details and one.details.windows[-1].end < desk.now]
    assert len(passed) == 13
    assert all(one.state is State.CLOSED for one in passed)


def test_an_order_ends_when_its_last_visit_has_passed() -> None:
    """Tests that a counted order is over after its last visit and says so."""
    desk = Desk(POLICY)
    place(desk, standing("FREQ=WEEKLY;COUNT=2"))
    for day in range(1, 16):
        desk.at(24 * day)
    record = desk.state.standing["s-1"]
    assert len(visits(desk)) == 2
    assert record.due is None
    assert not record.details.active
    assert change(desk, StandingStep.STOP) == ("not_allowed_now", "ended")


def test_a_holiday_over_new_year_is_not_cut_short() -> None:
    """Tests that a year is only known where the calendar names it."""
    calendar = HolidayCalendar(
        years=(2026, 2027), holidays=(Holiday(start=date(2026, 12, 31), end=date(2027, 1, 2), name="synthetic"),)
    )
    rule = standing("FREQ=DAILY", holidays=HolidayRule.SKIP)
    found = occurrences(rule, calendar, datetime(2026, 12, 29, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC))
    assert [f"{one.start:%m-%d}" for one in found if one.comes] == ["12-29", "12-30", "01-03"]


def test_a_visit_is_found_by_its_moment() -> None:
    """Tests that a request says which visit of which order it is, with a number a person can read."""
    desk = Desk(POLICY)
    place(desk, standing())
    details = visit(desk, TUESDAY).details
    assert details is not None
    assert (details.standing, details.occurrence, details.source_id) == ("s-1", TUESDAY, "s-1@2026-11-24")


def test_one_sealed_part_serves_every_visit() -> None:
    """Tests that whoever destroys the one key has erased the person from all visits, past and to come."""
    desk = Desk(POLICY)
    record = place(desk, standing("FREQ=DAILY"))
    keys = {one.details.sealed.key_id for one in visits(desk) if one.details}
    assert len(visits(desk)) > 1
    assert keys == {record.details.template.sealed.key_id}


def test_a_follow_up_by_a_doctor_recurs_with_qualified_teams_alone() -> None:
    """Tests that the menu's needs go with the template into every visit: a team without a doctor is never planned."""
    desk = Desk(POLICY, teams=0)
    desk.send(ApplyTeam(details=team("t-plain", skills=("follow_up",))))
    doctors = team("t-doctor", skills=("follow_up",), north=0.05)
    skill = TeamSkill(skill="follow_up", qualifications=("doctor",))
    desk.send(ApplyTeam(details=doctors.model_copy(update={"skills": (skill,)})))
    details = standing("FREQ=MONTHLY;BYDAY=-1TU")
    needs = {"skills": (("follow_up", "doctor"),), "category": "follow_up"}
    place(desk, details.model_copy(update={"template": details.template.model_copy(update=needs)}))
    assert [one.state for one in visits(desk)] == [State.PROMISED]
    planned = {team for team, plan in desk.state.plans.items() if any(plan.crews)}
    assert planned == {"t-doctor"}
