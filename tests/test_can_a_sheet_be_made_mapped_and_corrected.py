"""Can a sheet be made, mapped and corrected: templates, mapping files, what holds for every line, what comes back."""

from __future__ import annotations

import json
import os
import re
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from linli.schemas.orders import Order
from linli.services.cli import main
from linli.services.sheets.cells import Cell
from linli.services.sheets.columns import Context
from linli.services.sheets.grid_columns import GRID_COLUMNS
from linli.services.sheets.list_columns import LIST_COLUMNS
from linli.services.sheets.mapping import load_mapping
from linli.services.sheets.notes import rules, sheet_word
from linli.services.sheets.opening import opened
from linli.services.sheets.order_columns import ORDER_COLUMNS
from linli.services.sheets.reading import read_sheets
from linli.services.sheets.team_columns import TEAM_COLUMNS
from tests.support.paper import AT, TEAM_HEADER, run, tables, team, write
from tests.support.sheets import CONTEXT, HEADER, NEXT_MONTH, PHONE, book, csv_bytes, lines_of, order, told


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be set and nothing run here."""
    for name in list(os.environ):
        if name.startswith("LINLI_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_another_systems_export_is_read_by_its_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests the sample mapping file on an invented export: its words, its defaults, its hours, its order of dates."""
    code = main.run(["export", "sample-map"])
    mapping = tmp_path / "hotline.toml"
    mapping.write_text(capsys.readouterr().out, encoding="utf-8")
    header = (
        "受理单号",
        "问题归类",
        "诉求人类型",
        "期望办理时间",
        "登记时刻",
        "所属片区",
        "来电人",
        "来电号码",
        "坐席工号",
        "处置单位",
    )
    rows = [
        (
            "H-1",
            "生活照料-理发",
            "老年群体",
            "明天上午",
            "2026-11-25 16:02",
            "安化社区",
            "虚构甲",
            PHONE,
            "77",
            "甲队（虚构）",
        ),
        ("H-2", "健康服务-取药", "残障群体", "05.12.2026 晚间", "2026-11-25", "文化社区", "虚构乙", PHONE, "78", ""),
    ]
    export = tmp_path / "热线导出.csv"
    export.write_bytes(csv_bytes([header, *rows], "gb18030"))
    columns = ORDER_COLUMNS
    with read_sheets(export, export.name, columns, load_mapping(mapping, columns)) as file:
        lines = list(file.lines(CONTEXT))
    assert (code, told(lines), file.sheets[0].unread) == (0, ["H-1", "H-2"], ())
    first, second = (line.body for line in lines)
    assert isinstance(first, Order)
    assert isinstance(second, Order)
    assert [first.category, second.category, first.requester, first.consent.beneficiary] == [
        *("haircut", "medicine", "hotline", True),
    ]
    assert first.windows[0].start.isoformat() == "2026-11-26T00:30:00+00:00"
    assert second.windows[0].start.isoformat() == "2026-12-05T10:30:00+00:00"
    _, teams = write(tmp_path, [], [team("t-1", "甲队（虚构）")])
    ended, said = run(capsys, "plan", export, teams, "--map", mapping, "-o", tmp_path / "out.xlsx", *AT, "--json")
    assert ended == 0, said
    assert json.loads(said.splitlines()[0])["summary"]["rate"] == "100%"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind = 'sheep'", "kind"),
        ("kind = 'team'", "kind"),
        ("[columns]\n'单号' = 'nummer'", "nummer"),
        ("[day_parts]\n'上午' = ['8', '12']", "day_parts.上午"),
        ("[columns", "Expected"),
        ("colour = 'red'", "colour"),
    ],
)
def test_a_map_that_cannot_be_used_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    """Tests that a mistake in a mapping file is one sentence with the place of it."""
    orders, teams = write(tmp_path, [order("1")], [team("t-1", "甲队")])
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    code, said = run(capsys, "plan", orders, teams, "-o", "out.xlsx", "--map", tmp_path / "m.toml")
    assert (code, said.count("\n")) == (2, 1)
    assert words in said
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("which", ["orders", "teams", "places"])
def test_a_template_can_be_filled_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], which: str, language: str
) -> None:
    """Tests that the example of a template is passed over and, under another number, is a line that is taken."""
    path = tmp_path / "t.xlsx"
    assert run(capsys, "template", which, "-o", path, "--language", language)[0] == 0
    columns = {"orders": ORDER_COLUMNS, "teams": TEAM_COLUMNS, "places": GRID_COLUMNS}[which]
    assert lines_of(tmp_path, path.read_bytes(), columns=columns) == []
    with opened(path, "t") as file:
        table = next(one for one in file.tables if not one.hidden)
        filled = [[cell.text for cell in row.cells] for row in table.rows()]
        hidden = [one.name for one in file.tables if one.hidden]
    filled[1][0] = "n-1"
    (line,) = lines_of(tmp_path, book(filled), columns=columns)
    assert line.refused is None, line.refused
    assert (len(hidden), run(capsys, "template", which, "-o", path)[0]) == (1, 2)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert xml.count("<dataValidation ") >= {"orders": 6, "teams": 1, "places": 2}[which]


def test_a_check_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that --check says what would be read, line by line, and writes no file."""
    orders, teams = write(tmp_path, [order("1"), order("2", consent="否")], [team("t-1", "甲队（虚构）")])
    before = sorted(tmp_path.iterdir())
    code, said = run(capsys, "plan", orders, teams, "-o", "out.xlsx", "--check", *AT, "--json")
    seen = json.loads(said.splitlines()[0])
    assert (code, seen["orders"]["taken"], seen["orders"]["returned"]) == (1, 1, 1)
    assert seen["orders"]["returned_lines"][0]["reason"] == "consent_missing"
    assert sorted(tmp_path.iterdir()) == before


def test_a_workbook_can_be_submitted_and_its_refused_lines_come_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests the same reader behind `submit`: what was only suggested is not sent, and comes back filled in."""
    days = {"when": f"{NEXT_MONTH} 上午"}
    orders, _ = write(tmp_path, [order("1", **days), order("2", category="帮老人剪头发", **days)], [])
    code, said = run(capsys, "submit", orders, "--check", "--returned", tmp_path / "back.xlsx", "--json")
    seen = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    assert (code, seen["checked"], seen["refused"]) == (1, 1, 1)
    ((row,),) = tables(tmp_path / "back.xlsx").values()
    assert (row["工单编号"], row["服务项目"]) == ("2", "上门理发")
    assert run(capsys, "submit", tmp_path / "back.xlsx", "--check")[0] == 0


def test_a_countys_own_places_are_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests --places: villages of a county of one's own, in another coordinate system, and a mistake in them."""
    header = ("编码", "名称", "纬度", "经度", "坐标系", "地形")
    villages = [("v-1", "甲镇东村", 30.0, 110.0, "wgs84", "丘陵"), ("v-2", "乙乡西村", 30.1, 110.1, "gcj02", "山区")]
    places = tmp_path / "虚构县.xlsx"
    places.write_bytes(book([header, *villages]))
    later = order("2", place="乙乡西村", when="2026-11-26 下午")  # two in one forenoon have no order of their own
    rows = [order("1", place="东村"), later, order("3", place="安化社区")]
    orders, teams = write(tmp_path, rows, [team("t-1", "甲队（虚构）", "甲镇东村")])
    code, said = run(capsys, "plan", orders, teams, "--places", places, "-o", tmp_path / "out.xlsx", *AT)
    assert code == 1, said
    assert "synthetic" not in said
    ways = {row["order number"]: float(row["way, km"]) for row in tables(tmp_path / "out.xlsx")["Dispatch"]}
    assert ways["1"] == 0.0
    assert 20 < ways["2"] < 35
    places.write_bytes(book([header, *villages, ("v-3", "丙村", 30.0, 110.0, "", "")]))
    code, said = run(capsys, "plan", orders, teams, "--places", places, "-o", tmp_path / "other.xlsx", *AT)
    assert (code, "line 4" in said) == (2, True)


def test_what_holds_for_every_line_is_given_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests --set for a column that is not there, and what is said without it."""
    header, rows = [*HEADER[:7], HEADER[8]], [[*order("1")[:7], "x"]]
    orders, teams = tmp_path / "o.csv", tmp_path / "t.csv"
    orders.write_bytes(csv_bytes([header, *rows]))
    teams.write_bytes(csv_bytes([TEAM_HEADER, team("t-1", "甲队（虚构）")]))
    code, said = run(capsys, "plan", orders, teams, "-o", tmp_path / "out.csv", *AT)
    assert code == 2
    assert "lacks the columns consent (本人同意)" in said
    assert "--set" in said
    assert run(capsys, "plan", orders, teams, "-o", tmp_path / "out.csv", *AT, "--set", "本人同意=是")[0] == 0
    assert {path.name for path in tmp_path.glob("out*.csv")} >= {"out.csv", "out-Teams.csv", "out-Summary.csv"}


def test_a_team_is_counted_in_people_and_fails_closed(tmp_path: Path) -> None:
    """Tests members given as numbers: those who are vetted and those who are insured overlap as little as they can."""
    header = [*TEAM_HEADER, "女队员人数", "已查询人数", "查询机关", "查询有效期", "已投保人数", "保险有效期"]
    row = [*team("", "甲队（虚构）", members=4), 1, 2, "虚构局", "2027-06-30", 2, "2027-06-30"]
    (line,) = lines_of(tmp_path, book([header, row]), columns=TEAM_COLUMNS)
    assert line.refused is None, line.refused
    members: Any = getattr(line.body, "members", ())
    assert [bool(one.vetting) for one in members] == [True, True, False, False]
    assert [bool(one.insured_until) for one in members] == [False, False, True, True]
    assert [one.gender for one in members] == ["male", "male", "male", "female"]
    assert str(getattr(line.body, "team", "")).startswith("t-")


def test_every_rule_of_the_reader_has_words() -> None:
    """Tests that each rule named in the reader's code is said in both languages."""
    named: set[str] = set()
    for file in files("linli.services.sheets").iterdir():
        if file.name.endswith(".py"):
            text = file.read_text(encoding="utf-8")
            named |= set(re.findall(r'BadCellError\(\s*"([a-z_]+)"', text))
            named |= set(re.findall(r'fault="([a-z_]+)"', text))
            named |= set(re.findall(r'PlaceNameError\(\s*"([a-z_]+)', text))
            named |= {f"confirm_{rule}" for rule in re.findall(r'Note\("(\w+)",[^)]*confirm=True', text)}
    assert {"ambiguous_date", "formula_without_value", "confirm_lost_digits"} <= named
    assert named <= rules(), named - rules()
    assert sheet_word("note.lost_digits", "zh") != sheet_word("note.lost_digits", "en")


def test_no_header_means_two_things() -> None:
    """Tests that within a kind of sheet no name is given to two columns, by accident of spelling."""
    for columns in (ORDER_COLUMNS, TEAM_COLUMNS, GRID_COLUMNS, *LIST_COLUMNS.values()):
        names = [(text, one) for one in columns.all for text in (one.name, *columns.aliases(one))]
        taken = [text for text, one in names if (found := columns.of_header(text)) is None or found[0] is not one]
        assert taken == [], columns.kind


def test_a_context_can_do_without_places() -> None:
    """Tests that where no district is known a place is passed on as it was written."""
    context = Context(CONTEXT.zone, CONTEXT.menu, CONTEXT.reference)
    found = [(ORDER_COLUMNS.by_name["grid"], Cell("520624001001-01"))]
    assert ORDER_COLUMNS.draft_of(found, context).event["grid"] == "520624001001-01"
