"""Does the quota move by what was done: good deeds, joint activities, hard problems of registered units and members."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from linli.matcher.ledger.organisation import Tree
from linli.schemas.desk import Mark
from linli.schemas.double_registration import Deed, DoubleRegistration, QuotaPeriod
from linli.schemas.lifecycle import State
from linli.schemas.menu import shipped_menu
from linli.schemas.orders import Target
from linli.schemas.organisation import NodeDetails, NodeRecord
from linli.schemas.policy import Policy
from linli.schemas.roster import RosterRecord, TeamDetails, TeamKind
from linli.schemas.rounds import OutcomeCode
from linli.schemas.service import Proof, ServiceRecord
from linli.services.demo.county import sinan
from linli.services.reports.deeds import deed_rows
from linli.services.reports.double_registration import REPORT, quota_rows
from linli.services.reports.periods import Parameter, period_of
from linli.services.reports.quotas import deeds_of, periods_of
from linli.services.reports.report import Asked, County
from linli.streams.ledger_tables import Tables
from tests.support.district import MONDAY, Desk, member, team

NOVEMBER = datetime(2026, 11, 20, 2, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 20, 2, tzinfo=UTC)
TREE = (
    NodeDetails(node="county", parent=None, level="county", name="County"),
    NodeDetails(node="com", parent="county", level="community", name="Community", places=("c1",)),
    NodeDetails(node="estate", parent="com", level="estate", name="Estate", places=("g1",)),
)


def unit(name: str, members: int = 4) -> TeamDetails:
    """A unit that has registered with the community."""
    people = tuple(member(f"{name}-m{number}") for number in range(members))
    return team(name).model_copy(update={"team_kind": TeamKind.UNIT, "organisation": "com", "members": people})


def single(name: str, of: str) -> TeamDetails:
    """A member who goes alone."""
    changes = {"team_kind": TeamKind.MEMBER, "organisation": "com", "unit": of, "members": (member(f"{name}-m0"),)}
    return team(name).model_copy(update=changes)


def visit(number: int, by: TeamDetails, *who: int, at: datetime = NOVEMBER, **changes: object) -> ServiceRecord:
    """A visit of half an hour that counts, if nothing else is said."""
    record = ServiceRecord(
        district="520624",
        version=1,
        round=1,
        at=at,
        request_id=f"r-{number}",
        leg=0,
        category="shopping",
        community="c1",
        grid="g1",
        team=by.team,
        team_kind=by.team_kind.value,
        node=by.organisation,
        members=tuple(by.members[one].ref for one in who),
        start=at,
        end=at + timedelta(minutes=30),
        minutes=30,
        credited_minutes=30,
        proof=Proof(ways=("service_code",), proven=True),
    )
    return record.model_copy(update=changes)


def tables(teams: tuple[TeamDetails, ...], *visits: ServiceRecord) -> Tables:
    """What the ledger says."""
    roster = tuple(RosterRecord(district="520624", version=1, round=1, at=NOVEMBER, details=one) for one in teams)
    nodes = tuple(NodeRecord(district="520624", version=1, round=1, at=NOVEMBER, details=one) for one in TREE)
    return Tables(roster=roster, service=visits, organisation=nodes)


def asked(rules: DoubleRegistration | None = None, **period: str) -> Asked:
    """What somebody asks on the twenty-sixth of November."""
    policy = Policy(double_registration=rules or DoubleRegistration())
    county = County(sinan(), shipped_menu(), policy)
    return Asked(datetime(2026, 11, 26, tzinfo=UTC), county, period_of(period, REPORT.takes))


def row(made: Tables, question: Asked, name: str) -> dict[str, object]:
    """Return a row by the unit it is about, or by a member."""
    names = [column.name for column in REPORT.columns]
    rows: list[dict[str, object]] = [dict(zip(names, one, strict=True)) for one in quota_rows(made, question)]
    return next(one for one in rows if name == (one["member"] or one["unit"]))


def test_a_visit_counts_for_each_who_went_and_for_nobody_else() -> None:
    """Tests that two of a unit's members have their good deed and the third has not."""
    u1 = unit("u1")
    made = tables((u1,), visit(1, u1, 0, 1))
    found = [row(made, asked(month="2026-11"), f"u1-m{number}") for number in range(3)]
    assert [(one["good_deeds"], one["met"], one["hours"]) for one in found] == [(1, True, 0.5)] * 2 + [(0, False, 0.0)]


def test_what_is_not_proven_waits_and_moves_nothing() -> None:
    """Tests that a visit without credited minutes stands under waiting."""
    u1 = unit("u1")
    found = row(tables((u1,), visit(1, u1, 0, credited_minutes=0)), asked(month="2026-11"), "u1-m0")
    assert (found["good_deeds"], found["waiting"], found["met"]) == (0, 1, False)


@pytest.mark.parametrize(
    ("changes", "who", "expected"),
    [
        ({}, (0,), (Deed.GOOD_DEED,)),
        ({"headcount": 60}, (0,), (Deed.GOOD_DEED, Deed.JOINT_ACTIVITY)),
        ({}, (0, 1, 2), (Deed.GOOD_DEED, Deed.JOINT_ACTIVITY)),
        ({"hard": True}, (0,), (Deed.GOOD_DEED, Deed.HARD_PROBLEM)),
        ({"climbed": 1}, (0,), (Deed.GOOD_DEED, Deed.HARD_PROBLEM)),
        ({"climbed": 2}, (0,), (Deed.GOOD_DEED, Deed.HARD_PROBLEM)),
    ],
)
def test_what_counts_as_what(changes: dict[str, Any], who: tuple[int, ...], expected: tuple[Deed, ...]) -> None:
    """Tests activities, visits of several members, marked requests, and what had climbed to the community or above."""
    rules = DoubleRegistration(hard_levels=("community",))
    assert deeds_of(visit(1, unit("u1"), *who, **changes), rules, Tree(TREE)) == expected


def test_climbing_counts_only_where_the_county_says_so() -> None:
    """Tests that without such levels in the policy a request that climbed is no hard problem."""
    assert deeds_of(visit(1, unit("u1"), 0, climbed=2), DoubleRegistration(), Tree(TREE)) == (Deed.GOOD_DEED,)


def test_what_begins_at_the_community_has_not_climbed_to_it() -> None:
    """Tests that a place for which the community itself answers makes no request a hard problem."""
    rules = DoubleRegistration(hard_levels=("community",))
    assert deeds_of(visit(1, unit("u1"), 0, grid="g9"), rules, Tree(TREE)) == (Deed.GOOD_DEED,)


def test_a_unit_needs_both_and_its_single_members_help() -> None:
    """Tests that an activity by the unit and a hard problem solved by a member who goes alone meet its quotas."""
    u1, s1 = unit("u1"), single("s1", "u1")
    clinic = visit(1, u1, 0, headcount=60)
    made = tables((u1, s1), clinic)
    assert row(made, asked(month="2026-11"), "u1")["met"] is False
    found = row(tables((u1, s1), clinic, visit(2, s1, 0, hard=True)), asked(month="2026-11"), "u1")
    assert (found["joint_activities"], found["hard_problems"], found["met"]) == (1, 1, True)


def test_the_year_is_counted_month_by_month() -> None:
    """Tests that two good deeds in October do not stand for one in November, and that months to come ask nothing."""
    u1 = unit("u1")
    made = tables((u1,), visit(1, u1, 0, at=OCTOBER), visit(2, u1, 0, at=OCTOBER + timedelta(days=1)))
    found = row(made, asked(year="2026"), "u1-m0")
    assert (found["good_deeds"], found["periods"], found["periods_met"], found["met"]) == (2, 11, 1, False)


def test_a_months_end_is_that_of_the_county() -> None:
    """Tests that half past midnight of the first of November in Sinan is November, whatever it is in London."""
    u1 = unit("u1")
    made = tables((u1,), visit(1, u1, 0, at=datetime(2026, 10, 31, 16, 30, tzinfo=UTC)))
    assert row(made, asked(month="2026-11"), "u1-m0")["good_deeds"] == 1
    assert row(made, asked(month="2026-10"), "u1-m0")["good_deeds"] == 0


@pytest.mark.parametrize(
    ("period", "question", "count"),
    [
        (QuotaPeriod.MONTH, {"year": "2026"}, 11),
        (QuotaPeriod.QUARTER, {"year": "2026"}, 4),
        (QuotaPeriod.YEAR, {"month": "2026-11"}, 1),
        (QuotaPeriod.MONTH, {}, 1),
    ],
)
def test_periods_are_data(period: QuotaPeriod, question: dict[str, str], count: int) -> None:
    """Tests months, quarters and years, whole ones, up to the present."""
    rules = DoubleRegistration(period=period)
    one = asked(rules, **question)
    assert len(periods_of(one.period, one.now, rules)) == count
    assert frozenset({Parameter.MONTH, Parameter.YEAR}) == REPORT.takes


def test_who_did_what_is_told_visit_by_visit() -> None:
    """Tests that the list has every visit of those who take part, what it counts as, and no other team's."""
    u1, other = unit("u1"), team("t1")
    rows = list(deed_rows(tables((u1, other), visit(2, u1, 0, 1), visit(1, other, 0)), asked(month="2026-11")))
    assert [(one[3], one[4], one[10], one[11]) for one in rows] == [("u1", "u1-m0;u1-m1", "good_deed", True)]


def test_the_desk_marks_a_hard_problem_and_takes_it_back() -> None:
    """Tests that the mark is kept with who and why, said once, and that the request's way goes on as before."""
    desk = Desk()
    desk.place_order("1", urgency=0)
    mark = Mark(target=Target(request_id="r-1"), reason="three offices tried", by="desk-1")
    assert desk.send(mark).outcomes[0].code is OutcomeCode.APPLIED
    record = desk.state.requests["r-1"]
    assert record.hard is not None
    assert (record.state, record.hard.by, record.hard.at) == (State.OFFERED, "desk-1", MONDAY)
    assert desk.send(mark).outcomes[0].code is OutcomeCode.DUPLICATE
    desk.send(mark.model_copy(update={"hard": False}))
    assert desk.state.requests["r-1"].hard is None
    assert desk.send(mark, request="r-9").outcomes[0].code is OutcomeCode.UNKNOWN_REQUEST
