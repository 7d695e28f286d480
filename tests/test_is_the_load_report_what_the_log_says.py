"""Is the load report what the log says: hours, asks and odds counted anew from the records, one by one."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from linli.matcher.ledger.state import Decision
from linli.schemas.answers import Accept, Decline, DeclineReason, Done, Start
from linli.schemas.menu import shipped_menu
from linli.schemas.policy import Mode, Policy, Prices
from linli.schemas.topics import ASSIGNMENTS
from linli.services.demo.county import sinan
from linli.services.reports.load import load_rows
from linli.services.reports.made import MadeReport, make_report
from linli.services.reports.odds import REPORT as ODDS
from linli.services.reports.odds import odds_rows
from linli.services.reports.periods import Period
from linli.services.reports.report import Asked, County
from linli.streams.kafka_client import KafkaAddress
from linli.streams.ledger_tables import LedgerTables, Tables
from tests.conftest import TOLD_PARTITIONS
from tests.support.district import DISTRICT, MONDAY, Desk
from tests.support.ledger import Ledger, committed

POLICY = Policy(mode=Mode.AUTO, freeze_minutes=90, work=0, prices=Prices(notifications_free=2))
COUNTY = County(sinan(), shipped_menu(), POLICY)


def worked() -> Desk:
    """A day with five requests: some teams decline, the rest of the visits are made; then a night passes."""
    desk = Desk(POLICY)
    for number in "12345":
        desk.place_order(number, content=number, hours=(2, 4))
    for round_ in range(20):
        desk.at(1 + round_ / 20)
        for _, offer, team in desk.open_offers():
            if round_ < 3:
                desk.send(Decline(offer=offer, team=team, reason=DeclineReason.BUSY))
            else:
                desk.send(Accept(offer=offer, team=team, members=(f"{team}-m0",)))
    desk.now = MONDAY + timedelta(hours=5)
    going = [leg.assignment for one in desk.state.requests.values() for leg in one.legs if leg.assignment is not None]
    for assignment in going:
        desk.send(Start(offer=assignment.id, team=assignment.team))
        desk.send(Done(offer=assignment.id, team=assignment.team, minutes=30))
    desk.at(26)
    return desk


async def _written(desk: Desk, address: KafkaAddress, partition: int) -> None:
    gone = next(iter(desk.state.requests.values())).model_copy(update={"request_id": "r-gone"})
    torn = gone.model_copy(update={"request_id": "r-torn"})
    async with Ledger(address, partition, f"dispatcher-{partition}") as ledger:
        for decision in desk.decisions:
            await ledger.write(decision)
        await ledger.write(Decision(assignments=(gone,)))
        await ledger.write_one(ASSIGNMENTS, "r-gone", None)
        await ledger.write(Decision(assignments=(torn,)), abort=True)


async def made(tables: LedgerTables, partition: int, now: datetime) -> MadeReport:
    """Make the report as of a moment."""
    return await make_report("load", {}, tables, partition, COUNTY, now)


async def counted(address: KafkaAddress, partition: int) -> dict[str, dict[str, Any]]:
    """Count from the raw log, by other means than the report: every offer and visit of the last record of a request."""
    last: dict[str, Any] = {}
    for record in await committed(address, [ASSIGNMENTS], TOLD_PARTITIONS):
        if record.partition != partition:
            continue
        key = (record.key or b"").decode()
        if record.value is None:
            last.pop(key)
        else:
            last[key] = record.value
    values = [json.loads(one) for one in last.values()]
    legs = [leg for one in values for leg in one["legs"]]
    offers = [offer for leg in legs for offer in leg["offers"]]
    visits = [leg["assignment"] for one in values for leg in one["legs"] if one["status"]["state"] == "done"]
    answers = Counter((offer["team"], offer["state"]) for offer in offers)
    found: dict[str, dict[str, Any]] = {}
    for team in ("t0", "t1", "t2"):
        given = [_span(one["start"], one["end"]) for one in visits if one["team"] == team]
        asked = sum(count for (name, _), count in answers.items() if name == team)
        taken = answers[team, "accepted"]
        heard = taken + answers[team, "declined"]
        found[team] = {
            "hours": round(sum(given) / 3600, 2),
            "asked": asked,
            "accepted": taken,
            "declined": answers[team, "declined"],
            "odds": int(1000 * (taken + 5) / (heard + answers[team, "expired"] / 2 + 5)) // 50 * 50 / 1000,
            "too_often": asked > 2,
        }
    return found


def _span(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


async def test_hours_asks_and_odds_are_those_of_the_log(told_partition: tuple[KafkaAddress, int]) -> None:
    """Tests every figure, on a log with a torn round and a forgotten request; and that reading on changes nothing."""
    address, partition = told_partition
    desk = worked()
    await _written(desk, address, partition)
    tables = LedgerTables(address)
    report = await made(tables, partition, desk.now)
    rows = {str(row["team"]): row for row in report.data()["rows"]}  # type: ignore[attr-defined]
    expected = await counted(address, partition)
    assert {team: {name: rows[team][name] for name in expected[team]} for team in expected} == expected
    assert any(one["too_often"] for one in expected.values())
    assert any(one["hours"] for one in expected.values())
    assert sum(one["declined"] for one in expected.values()) >= 3
    assert (await made(tables, partition, desk.now)).rows == report.rows
    assert (await made(LedgerTables(address), partition, desk.now)).rows == report.rows


async def test_what_comes_later_is_read_on(told_partition: tuple[KafkaAddress, int]) -> None:
    """Tests that a reader that has read before sees a request that was forgotten since, and today's asks apart."""
    address, partition = told_partition
    desk = worked()
    await _written(desk, address, partition)
    tables = LedgerTables(address)
    before = (await made(tables, partition, desk.now)).rows
    async with Ledger(address, partition, f"dispatcher-{partition}") as ledger:
        for request in desk.state.requests:
            await ledger.write_one(ASSIGNMENTS, request, None)
    after = (await made(tables, partition, desk.now)).rows
    assert sum(int(str(row[4])) for row in before) > 0
    assert sum(int(str(row[4])) for row in after) == 0
    assert len(after) == 3


@pytest.mark.parametrize(("days", "counts"), [(0, False), (1, True), (28, True), (29, False)])
def test_four_weeks_before_today_count(days: int, counts: bool) -> None:
    """Tests the edges of the window: neither today nor what is older than 28 days."""
    desk = worked()
    tables = Tables(tuple(desk.state.requests.values()), tuple(desk.state.roster.values()))
    rows = list(load_rows(tables, Asked(MONDAY + timedelta(days=days, hours=6), COUNTY, Period())))
    assert (sum(int(str(row[4])) for row in rows) > 0) == counts
    assert (sum(float(str(row[3])) for row in rows) > 0) == counts


def test_the_odds_are_what_the_plan_uses_and_can_be_counted_again() -> None:
    """Tests that the estimate is its formula, the plan's figure its step below, and that every split adds up."""
    desk = worked()
    tables = Tables(tuple(desk.state.requests.values()), tuple(desk.state.roster.values()))
    asked = Asked(desk.now, COUNTY, Period())
    names = [column.name for column in ODDS.columns]
    rows = [dict(zip(names, row, strict=True)) for row in odds_rows(tables, asked)]
    whole = [row for row in rows if row["split"] == "all"]
    assert sum(int(str(row["declined"])) for row in whole) >= 3
    assert sum(int(str(row["accepted"])) for row in whole) >= 1
    for row in whole:
        taken, declined, silent = (int(str(row[name])) for name in ("accepted", "declined", "silent"))
        estimate = (taken + 5) / (taken + declined + silent / 2 + 5)
        assert row["estimate"] == round(estimate, 3)
        assert row["used"] == int(estimate * 1_000) // 50 * 50 / 1_000
        for split in ("hour", "urgency"):
            parts = [one for one in rows if (one["team"], one["split"]) == (row["team"], split)]
            assert sum(int(str(one["asked"])) for one in parts) == row["asked"]


def test_districts_share_no_report() -> None:
    """Tests that the desk of these tests belongs to the district that is asked for."""
    assert sinan().code == DISTRICT
