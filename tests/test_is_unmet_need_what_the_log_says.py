"""Is the report of unmet need what the log says: every time without anybody who could go, counted anew step by step?"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest

from linli.matcher.ledger.shortfalls import shortfall_of
from linli.matcher.rules import RULES
from linli.schemas.assignment import AssignmentRecord, Unmet
from linli.schemas.commands import ApplyTeam
from linli.schemas.desk import Refer
from linli.schemas.escalation import Escalation, WaitLimits
from linli.schemas.explanation import RuleCount, WhyNobody
from linli.schemas.lifecycle import State
from linli.schemas.menu import shipped_menu
from linli.schemas.orders import Target
from linli.schemas.policy import Mode, Policy
from linli.services.demo.county import sinan
from linli.services.reports.periods import Period
from linli.services.reports.report import Asked, County, Row
from linli.services.reports.unmet_need import unmet_rows
from linli.streams.ledger_tables import Tables
from tests.support.district import MONDAY, Desk, team
from tests.support.organisation import registrations

LIMITS = WaitLimits(promised=(10, 10, 10))
POLICY = Policy(mode=Mode.AUTO, freeze_minutes=90, work=0, escalation=Escalation(limits=LIMITS))
COUNTY = County(sinan(), shipped_menu(), POLICY)


@pytest.fixture(scope="module")
def desk() -> Desk:
    """A day: one skill nobody has until noon, one team that is full, one case that is referred, one that runs out."""
    found = Desk(POLICY, teams=0)
    found.send(*registrations(), ApplyTeam(details=team("t0")))
    found.place_order("1", skill="repair", hours=(1, 9))
    found.place_order("2", skill="repair", hours=(1, 2))
    found.place_order("3", skill="nursing", hours=(1, 9))
    for number in "45678":
        found.place_order(number, hours=(1, 1.5), minutes=60)
    for hour in (0.2, 0.4, 1, 2.5):
        found.at(hour)
    found.send(Refer(target=Target(request_id="r-3"), office="o", reason="r", by="d"))
    found.at(4)
    found.send(ApplyTeam(details=team("t1", skills=("repair",))))
    found.at(4.05)
    return found


def _steps(desk: Desk) -> dict[str, list[AssignmentRecord]]:
    steps: defaultdict[str, list[AssignmentRecord]] = defaultdict(list)
    for decision in desk.decisions:
        for record in decision.assignments:
            steps[record.request_id].append(record)
    return dict(steps)


def _counted(desk: Desk) -> set[tuple[str, str, int, int, int, float, float]]:
    """Count from all versions of every request: when each became unmet, and when it was so no longer."""
    lines: defaultdict[tuple[str, str], list[tuple[str, timedelta, bool, bool]]] = defaultdict(list)
    for request, steps in _steps(desk).items():
        never = steps[-1].state is State.CLOSED and steps[-2].state is State.UNMET
        for number, record in enumerate(steps):
            before = steps[number - 1].state if number else None
            if not isinstance(record.status, Unmet) or before is State.UNMET or record.details is None:
                continue
            after = next((one.at for one in steps[number:] if one.state is not State.UNMET), None)
            short = shortfall_of(record.status.why)
            waited = (after or desk.now) - record.at
            lines[record.details.category, short].append((request, waited, after is None, never))
    return {
        (
            skill,
            short,
            len({one[0] for one in found}),
            len({one[0] for one in found if one[2]}),
            len({one[0] for one in found if one[3]}),
            round(sum(one[1].total_seconds() for one in found) / 3_600, 2),
            round(max(one[1].total_seconds() for one in found) / 3_600, 2),
        )
        for (skill, short), found in lines.items()
    }


ALWAYS = Period()


def _rows(desk: Desk, period: Period = ALWAYS) -> list[Row]:
    tables = Tables(assignments=tuple(desk.state.requests.values()))
    return list(unmet_rows(tables, Asked(desk.now, COUNTY, period)))


def test_the_rows_are_those_counted_from_every_version(desk: Desk) -> None:
    """Tests counts, waits and what was short against the whole log, and that the day has every case in it."""
    rows = _rows(desk)
    assert {row[2:] for row in rows} == _counted(desk)
    assert {(row[0], row[1]) for row in rows} == {("c1", "g1")}
    found = {row[2:4]: row[4:] for row in rows}
    assert found["repair", "skill"][:3] == (2, 0, 1)
    assert found["nursing", "skill"][:3] == (1, 0, 0)
    assert found["haircut", "lost"][:3] == (4, 0, 4)


def test_a_climb_does_not_begin_the_wait_anew(desk: Desk) -> None:
    """Tests that a request that climbed on the way is in one spell, from the loss of hope to the promise."""
    (spell,) = desk.state.requests["r-1"].spells
    assert desk.state.requests["r-1"].escalation > 0
    assert (spell.since, spell.until, spell.shortfall) == (MONDAY, MONDAY + timedelta(hours=4), "skill")


def test_a_days_list_holds_what_began_on_that_day(desk: Desk) -> None:
    """Tests the period."""
    tomorrow = MONDAY + timedelta(days=1)
    assert _rows(desk, Period(MONDAY, tomorrow)) == _rows(desk)
    assert _rows(desk, Period(tomorrow, None)) == []


def test_what_was_short_is_where_the_nearest_teams_failed() -> None:
    """Tests the name of a shortfall for each outcome, whatever the order and number of teams."""
    rules = tuple(
        RuleCount(rule=rule, teams=teams, examples=()) for rule, teams in (("skill", 50), ("travel_limit", 1))
    )
    assert shortfall_of(WhyNobody(outcome="impossible", rules=rules)) == "travel_limit"
    assert shortfall_of(WhyNobody(outcome="impossible", rules=rules[:1])) == "skill"
    assert shortfall_of(WhyNobody(outcome="lost", rules=rules)) == "lost"
    assert shortfall_of(WhyNobody(outcome="impossible")) == "impossible"
    assert list(RULES).index("skill") < list(RULES).index("travel_limit")
