"""Do the reports equal the log: counted again by other means from every record, and is a changed cell found?"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import BaseModel

from linli.matcher.ledger.state import Decision, NumberedCommand
from linli.schemas.answers import Accept, Decline, DeclineReason, Done, Start
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.desk import Mark, Refer
from linli.schemas.menu import shipped_menu
from linli.schemas.orders import Target
from linli.schemas.places import Terrain
from linli.schemas.policy import Mode, Policy
from linli.schemas.proving import ConfirmService
from linli.schemas.referrals import AnswerReferral, ReferralOutcome
from linli.schemas.roster import TeamDetails, TeamKind, TeamSkill
from linli.services.demo.county import sinan
from linli.services.demo.report_checks import REPORTS_CHECKED, Said, compare
from linli.services.reports.made import MadeReport
from linli.services.reports.periods import period_of
from linli.services.reports.registry import REPORTS, report_named
from linli.services.reports.report import Asked, County
from linli.services.sheets.writing import csv_bytes
from linli.streams.ledger_tables import Tables
from linli.streams.recount.compare import RECOUNTS, differences
from linli.streams.recount.raw_log import Question, RawLog
from linli.streams.recount.visits import unfounded
from tests.support.district import MONDAY, Desk, order, place, team
from tests.support.organisation import registrations

POLICY = Policy(mode=Mode.AUTO, freeze_minutes=90, work=0)
COUNTY = County(sinan(), shipped_menu(), POLICY)
GRID = sinan().grids[0]


def _unit() -> TeamDetails:
    return team("u1", skills=("shopping",)).model_copy(update={"team_kind": TeamKind.UNIT, "organisation": "c1"})


def _medical() -> TeamDetails:
    skill = TeamSkill(skill="nursing", qualifications=("nurse",))
    base = place().model_copy(update={"lat": GRID.lat, "lon": GRID.lon, "terrain": Terrain.SEAT})
    return team("m1").model_copy(update={"team_kind": TeamKind.MEDICAL, "skills": (skill,), "base": base})


def _go(desk: Desk, decline: bool) -> None:
    """Answer every open offer."""
    for _, offer, name in desk.open_offers():
        no = Decline(offer=offer, team=name, reason=DeclineReason.BUSY)
        desk.send(
            no if decline and name != "u1" else Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1"))
        )


def _confirm(desk: Desk, request: str) -> None:
    """Have a grid worker say that the help was given."""
    one = desk.command(ConfirmService(target=Target(request_id=request), by="gw"))
    desk.decide(NumberedCommand(one.offset, one.command.model_copy(update={"source": "officer:gw"})))


@pytest.fixture(scope="module")
def desk() -> Desk:
    """Two days: visits of teams and of a unit, some declined, some confirmed, a hard problem, a skill that is short."""
    found = Desk(POLICY)
    found.send(*registrations(), ApplyTeam(details=_unit()), ApplyTeam(details=_medical()))
    for number in "123":
        found.place_order(number, content=number, household=number, hours=(2, 4))
    by_a_unit = order("4", content="4", skill="shopping", hours=(2, 4)).model_copy(update={"team_kinds": ("unit",)})
    found.send(PlaceOrder(details=by_a_unit), request="r-4")
    found.send(Mark(target=Target(request_id="r-4"), by="d", reason="tried"))
    found.place_order("5", content="5", skill="repair", hours=(2, 30))
    for number, answered in (("6", True), ("7", False)):
        found.place_order(number, content=number, skill="repair", hours=(2, 30))
        target = Target(request_id=f"r-{number}")
        found.send(Refer(target=target, office="property_office", reason="theirs", by="d"))
        if answered:
            found.at(0.5)
            found.send(AnswerReferral(target=target, outcome=ReferralOutcome.DONE, by="d"))
    found.place_order("8", content="8", household="8", hours=(2, 4))
    found.place_order("9", content="9", household="9", hours=(2, 4))
    for step in range(12):
        found.at(1 + step / 20)
        _go(found, decline=step < 2)
    found.now = MONDAY + timedelta(hours=5)
    for request in list(found.state.requests.values()):
        # Of these two nobody says what became of them: one in time, the other never.
        if request.request_id in ("r-8", "r-9"):
            continue
        for going in (leg.assignment for leg in request.legs if leg.assignment is not None):
            found.now = max(found.now, going.start)
            found.send(Start(offer=going.id, team=going.team))
            found.now = found.now + timedelta(minutes=25)
            # Of one it is said that it took much less: a person is to look at it.
            found.send(Done(offer=going.id, team=going.team, minutes=1 if request.request_id == "r-3" else 25))
            if request.request_id != "r-1":
                _confirm(found, request.request_id)
    found.at(8)
    [late] = [leg.assignment for leg in found.state.requests["r-8"].legs if leg.assignment is not None]
    found.send(Done(offer=late.id, team=late.team, minutes=25))
    found.at(29.5)
    return found


def _log(desk: Desk) -> RawLog:
    log = RawLog()
    for decision in desk.decisions:
        for record in _written(decision):
            log.note(record)
    return log


def _written(decision: Decision) -> list[BaseModel]:
    return [*decision.assignments, *decision.roster, *decision.kept]


def _said(desk: Desk, name: str) -> MadeReport:
    state, report = desk.state, report_named(name)
    tables = Tables(
        assignments=tuple(state.requests[one] for one in sorted(state.requests)),
        roster=tuple(state.roster.values()),
        service=tuple(state.service.values()),
        organisation=tuple(state.nodes.values()),
    )
    period = period_of(dict.fromkeys(RECOUNTS[name].period, "2026"), report.takes)
    asked = Asked(desk.now, COUNTY, period)
    return MadeReport(name, report, asked, tuple(report.rows(tables, asked)), None)


def _differences(desk: Desk, name: str, said: bytes) -> list[str]:
    question = Question(COUNTY.district, COUNTY.menu, COUNTY.policy, desk.now, 2026)
    return differences(name, said, _log(desk), question, question)


def test_every_report_is_counted_again() -> None:
    """Tests that no report of the registry is left out."""
    assert set(RECOUNTS) == set(REPORTS)


@pytest.mark.parametrize("name", RECOUNTS)
def test_a_report_is_what_is_counted_from_the_log(desk: Desk, name: str) -> None:
    """Tests every row and cell, and that there is something to count."""
    said = _said(desk, name).csv("en")
    assert _differences(desk, name, said) == []
    assert len(said.splitlines()) > 1


@pytest.mark.parametrize("name", RECOUNTS)
def test_a_changed_cell_is_found_in_every_column(desk: Desk, name: str) -> None:
    """Tests that no column can say something else, that no row can be missing, and none be there twice or too many."""
    header, *rows = list(csv.reader(io.StringIO(_said(desk, name).csv("en").decode("utf-8-sig"))))
    for column in range(len(header)):
        other = [list(row) for row in rows]
        cell = other[0][column]
        other[0][column] = f"{float(cell) + 1:g}" if cell.replace(".", "", 1).isdigit() else f"{cell}x"
        found = _differences(desk, name, csv_bytes(header, other))
        assert found, header[column]
    assert _differences(desk, name, csv_bytes(header, rows[1:]))
    assert _differences(desk, name, csv_bytes(header, [*rows, rows[0]]))
    assert _differences(desk, name, csv_bytes(header, [*rows, ["none", *rows[0][1:]]]))


def test_hours_that_run_lie_between_two_moments(desk: Desk) -> None:
    """Tests that a wait may have grown while it was asked for, by no more than the time that passed."""
    said = _said(desk, "unmet-need").csv("en")
    now = Question(COUNTY.district, COUNTY.menu, COUNTY.policy, desk.now, 2026)
    hour = timedelta(hours=1)
    earlier, later = replace(now, now=desk.now - hour), replace(now, now=desk.now + hour)
    assert differences("unmet-need", said, _log(desk), earlier, later) == []
    assert differences("unmet-need", said, _log(desk), later, replace(now, now=desk.now + 2 * hour)) != []


def test_a_log_that_says_otherwise_is_found(desk: Desk) -> None:
    """Tests the other side: one visit's minutes in the log are not those of the report."""
    said, log = _said(desk, "hours").csv("en"), _log(desk)
    key, visit = next((key, one) for key, one in log.visits.items() if one.credited_minutes)
    log.visits[key] = visit.model_copy(update={"credited_minutes": visit.credited_minutes + 6})
    question = Question(COUNTY.district, COUNTY.menu, COUNTY.policy, desk.now, 2026)
    [first, *_] = differences("hours", said, log, question, question)
    assert "Hours counted is" in first


def test_a_service_record_without_its_visit_is_found(desk: Desk) -> None:
    """Tests that each record's team and members stand in a step of the request, and that another's name is found."""
    log = _log(desk)
    assert log.visits
    assert unfounded(log) == []
    key = min(log.visits)
    for other in ({"team": "t9"}, {"members": ("t9-m0",)}):
        altered = {**log.visits, key: log.visits[key].model_copy(update=other)}
        assert unfounded(replace(log, visits=altered)) == [key]


def test_the_demos_verdict_names_the_cell_that_was_altered(desk: Desk) -> None:
    """Tests that the guarantee is broken by one altered cell of one of the two, and says where."""
    right = {name: Said(_said(desk, name).csv("en"), desk.now, desk.now) for name in RECOUNTS}
    held = compare(_log(desk), {"the page": right, "the command": right}, COUNTY)
    assert held.broken == []
    assert set(held.rows) == set(RECOUNTS)
    header, first, *rows = csv.reader(io.StringIO(right["load"].csv.decode("utf-8-sig")))
    first[header.index("Asked")] += "0"
    altered = right | {"load": Said(csv_bytes(header, [first, *rows]), desk.now, desk.now)}
    [broken] = compare(_log(desk), {"the page": altered, "the command": right}, COUNTY).broken
    assert broken.startswith(f"{REPORTS_CHECKED[0]}: load on the page: {first[0]}: Asked is ")
