"""Is a way limited in metres kept: from the county's lists and sheets through intake and the plan to what is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from linli.matcher.checker import check
from linli.matcher.ledger.draft import Draft
from linli.matcher.problem import Plan, Problem
from linli.matcher.rounds.translate import problem_of
from linli.matcher.rounds.translate_teams import limit_of, place_of
from linli.matcher.search.solve import Limits, solve
from linli.matcher.travel import HaversineTravel
from linli.schemas.assignment import Unmet
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.menu import ServiceMenu, shipped_menu
from linli.schemas.orders import RequestDetails
from linli.schemas.roster import RegisterTeam
from linli.services.cli import reasons
from linli.services.cli.out import Out
from linli.services.cli.words import TONGUE
from linli.services.console.case_reasons import explained_teams, reasons_of
from linli.services.console.words import Speech
from linli.services.sheets.list_columns import MENU_COLUMNS, ListRow
from linli.services.sheets.team_columns import TEAM_COLUMNS
from linli.streams.intake.judge import CommandOut, DeadOut, judge
from tests.support.district import AUTO, Desk, order, team
from tests.support.inbox import Json, good_order, good_team, record, world
from tests.support.paper import TEAM_HEADER
from tests.support.paper import team as team_row
from tests.support.sheets import book, lines_of, told

HERE, THERE = place_of(order("1").place), place_of(order("1", north=0.02).place)
_, METRES = HaversineTravel().between(HERE, THERE)


def _menu(**metres: int | None) -> ServiceMenu:
    """The shipped menu with a limit in metres for some categories."""
    menu = shipped_menu()
    items = (
        one.model_copy(update={"travel_metres_max": metres[one.code]}) if one.code in metres else one
        for one in menu.items
    )
    return menu.model_copy(update={"items": tuple(items)})


def _admitted(given: Json, menu: ServiceMenu) -> RequestDetails:
    outcome = judge(record(given), replace(world(), menu=menu))
    assert isinstance(outcome, CommandOut), outcome
    assert isinstance(outcome.command.body, PlaceOrder)
    return outcome.command.body.details


def test_a_categorys_metres_come_with_the_order() -> None:
    """Tests that the menu's metres are applied, beside its minutes, and that a menu without them limits nothing."""
    given = good_order() | {"category": "follow_up", "minutes": 20}
    both = _admitted(given, _menu(follow_up=2_500))
    assert (both.travel_metres_max, both.travel_minutes_max) == (2_500, 15)
    assert _admitted(given, shipped_menu()).travel_metres_max is None


@pytest.mark.parametrize(("first", "second", "kept"), [(900, 400, 400), (None, 400, 400), (900, None, 900)])
def test_the_strictest_of_several_categories_holds(first: int | None, second: int | None, kept: int) -> None:
    """Tests that teams that come for different things are all held to the shortest way."""
    given = good_order() | {"teams_needed": 2, "further": ["shopping"]}
    assert _admitted(given, _menu(company=first, shopping=second)).travel_metres_max == kept


@pytest.mark.parametrize(("limit", "goes"), [(METRES, True), (METRES - 1, False)])
@pytest.mark.parametrize("whose", ["category", "team"])
def test_to_the_metre(whose: str, limit: int, goes: bool) -> None:
    """Tests that a team goes exactly as far as the category allows and as it says of itself, and no metre farther."""
    desk = _desk(limit if whose == "team" else None)
    desk.send(PlaceOrder(details=_far(limit if whose == "category" else None)), request="r-1")
    status = desk.state.requests["r-1"].status
    assert isinstance(status, Unmet) is not goes
    if isinstance(status, Unmet):
        assert [one.rule for one in status.why.rules] == ["travel_limit"]
        change = status.why.change
        assert whose == "category" or (change is not None and (change.change, change.amount, change.unit)) == (
            "extend_travel_limit",
            1,
            "metres",
        )


def _desk(limit: int | None = None) -> Desk:
    desk = Desk(AUTO, teams=0)
    desk.send(ApplyTeam(details=team("t-a").model_copy(update={"travel_metres_max": limit})))
    return desk


def _far(limit: int | None, **more: int) -> RequestDetails:
    return order("1", north=0.02).model_copy(update={"travel_metres_max": limit, **more})


def test_a_plan_beyond_it_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the checker refuses a visit beyond the category's metres, as the desk translates both."""
    near, far = (_planned(limit) for limit in (METRES, METRES - 7))
    assert check(*near) == []
    assert [(one.rule, one.amount, one.unit) for one in check(*far)] == [("travel_limit", 7, "metres")]


def _planned(limit: int) -> tuple[Problem, Plan]:
    """The problem under a limit, with the plan that was made under another one."""
    desk = _desk()
    desk.send(PlaceOrder(details=_far(METRES)), request="r-1")
    problem = problem_of(Draft(desk.state, desk.moment()))
    plan = solve(problem, Plan(), Limits(0), 1).plan
    assert plan.placed()
    [visit] = problem.visits
    return replace(problem, visits=(replace(visit, travel_limit=limit_of(None, limit)),)), plan


@pytest.mark.parametrize(
    ("minutes", "metres", "english", "chinese"),
    [
        (None, 100, "farther than 100 metres", "超过 100 米"),
        (1, 100, "outside the circle of 1 minutes and 100 metres", "1 分钟、100 米圈之外"),
        (1, None, "outside the 1-minute circle", "1 分钟圈之外"),
    ],
)
def test_the_limit_is_told(
    minutes: int | None, metres: int | None, english: str, chinese: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that page and command say which limits hold, in both languages, and only those."""
    desk = _desk()
    limits = {"travel_minutes_max": minutes} if minutes else {}
    desk.send(PlaceOrder(details=_far(metres, **limits)), request="r-1")
    state = desk.state.requests["r-1"]
    names = {one: one for one in explained_teams(state)}
    assert english in " ".join(reasons_of(state, [], names, Speech("en")).sentences)
    assert chinese in " ".join(reasons_of(state, [], names, Speech("zh")).sentences)
    reasons.explain_case(state, [], names, Out(), AUTO)
    assert (english if TONGUE == "en" else chinese) in capsys.readouterr().out


def test_a_countys_sheet_may_limit_a_way_in_metres(tmp_path: Path) -> None:
    """Tests both sheets under the headers that clerks write, metres with their unit and kilometres too."""
    header = [*TEAM_HEADER, "最远里程"]
    for written, meant in (("3公里", 3_000), ("800米", 800), (1500, 1_500), ("2.5km", 2_500)):
        content = book([header, [*team_row("t-1", "虚构队"), written]])
        [line] = lines_of(tmp_path, content, columns=TEAM_COLUMNS)
        assert isinstance(line.body, RegisterTeam), told([line], TEAM_COLUMNS)
        assert (line.body.travel_metres_max, line.body.travel_minutes_max) == (meant, None)
    content = book([header, [*team_row("t-1", "虚构队"), "很近"]])
    assert told(lines_of(tmp_path, content, columns=TEAM_COLUMNS), TEAM_COLUMNS) == [
        "travel_metres_max length_in_metres"
    ]
    names = ["类型", "编码", "中文名称", "英文名称", "路程上限（米）", "路程上限（分钟）"]
    content = book([names, ["服务", "visit", "走访（模拟）", "Visit (synthetic)", "1200", "15"]])
    [line] = lines_of(tmp_path, content, columns=MENU_COLUMNS)
    assert isinstance(line.body, ListRow), told([line], MENU_COLUMNS)
    assert (line.body.travel_metres_max, line.body.travel_minutes_max) == (1_200, 15)


def test_a_team_registers_how_far_it_goes() -> None:
    """Tests that a registered team's metres are applied, and that 8, which was meant as kilometres, is refused."""
    outcome = judge(record(good_team() | {"travel_metres_max": 4_000}, "team"), world())
    assert isinstance(outcome, CommandOut), outcome
    assert isinstance(outcome.command.body, ApplyTeam)
    assert outcome.command.body.details.travel_metres_max == 4_000
    refused = judge(record(good_team() | {"travel_metres_max": 8}, "team"), world())
    assert isinstance(refused, DeadOut)
    assert refused.letter.path == "travel_metres_max"
