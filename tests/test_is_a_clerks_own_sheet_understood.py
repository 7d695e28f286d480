"""Is a clerk's own sheet understood: the words, notes and habits of sheets that were kept by hand before Linli came."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from linli.schemas.orders import Order
from linli.schemas.roster import RegisterTeam
from linli.services.demo.county import urban_communities
from linli.services.sheets.team_columns import TEAM_COLUMNS
from tests.support.paper import AT, TEAM_HEADER, run, tables, team, write
from tests.support.sheets import HEADER, NEXT_MONTH, ZONE, Value, book, lines_of, order, told


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be set and nothing run here."""
    for name in [name for name in os.environ if name.startswith("LINLI_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def one(folder: Path, **changes: Value) -> tuple[Order | None, str]:
    """Read an order with some cells changed; give it, or what is said of it."""
    [line] = lines_of(folder, book([list(HEADER), order("1", **changes)]))
    return (line.body, "") if isinstance(line.body, Order) else (None, told([line])[0])


def window(day: int, start: str, end: str) -> tuple[datetime, datetime]:
    """Give a window of November 2026."""
    first, last = (datetime.fromisoformat(f"2026-11-{day} {clock}").replace(tzinfo=ZONE) for clock in (start, end))
    return first, last


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-26 都可以", window(26, "08:00", "18:00")),
        ("11月27日 尽快", window(27, "08:00", "18:00")),
        ("11.27 下午", window(27, "14:00", "18:00")),
        ("11/27 上午", window(27, "08:00", "12:00")),
        ("2026-11-26 下午3点左右", window(26, "15:00", "16:00")),
        ("2026-11-26 大概9点", window(26, "09:00", "10:00")),
        ("2026-11-26 8:00-2026-11-26 11:30", window(26, "08:00", "11:30")),
        ("2026-11-26 17:00 至 2026-11-27 9:00", (window(26, "17:00", "17:00")[0], window(27, "09:00", "09:00")[0])),
    ],
)
def test_times_are_read_as_they_are_spoken(tmp_path: Path, written: str, meant: tuple[datetime, datetime]) -> None:
    """Tests words for any time, days with a point, about three o'clock, and a span that names both of its days."""
    found, said = one(tmp_path, when=written)
    assert found is not None, said
    assert (found.windows[0].start, found.windows[0].end) == meant


@pytest.mark.parametrize(
    ("written", "why"),
    [("尽快", "day_missing"), ("5.11 上午", "year_missing"), ("2026-11-27 9:00-2026-11-26 9:00", "time_span")],
)
def test_what_could_mean_two_things_is_still_returned(tmp_path: Path, written: str, why: str) -> None:
    """Tests that nothing is guessed: no day at all, the eleventh of May or the fifth of November, an end before."""
    assert one(tmp_path, when=written) == (None, f"when {why}")


@pytest.mark.parametrize(
    ("written", "number", "note"),
    [
        ("13800009999（儿子）", "13800009999", "13800009999（儿子）"),
        ("13800009999 女儿", "13800009999", "13800009999 女儿"),
        ("13800009999/13800009999", "13800009999", None),
        ("无", None, None),
    ],
)
def test_telephones_may_say_whose_they_are(tmp_path: Path, written: str, number: str | None, note: str | None) -> None:
    """Tests that whose number it is goes with what the visitors must know, and that none is none."""
    found, said = one(tmp_path, phone=written)
    assert found is not None, said
    assert found.personal is not None
    assert found.personal.phone == number
    assert found.personal.detail == ("虚构的诉求" if note is None else f"虚构的诉求；{note}")


def test_two_different_numbers_are_still_returned(tmp_path: Path) -> None:
    """Tests that of two numbers none is chosen."""
    assert one(tmp_path, phone="13800009999、13800008888") == (None, "phone one_telephone")


@pytest.mark.parametrize(("written", "urgent"), [("急", True), ("不急", False), ("十万火急", True)])
def test_urgency_is_read_as_it_is_written(tmp_path: Path, written: str, urgent: bool) -> None:
    """Tests the short words of a column that asks whether it is urgent."""
    [line] = lines_of(tmp_path, book([[*HEADER, "是否紧急"], [*order("1"), written]]))
    assert isinstance(line.body, Order), told([line])
    assert line.body.urgent is urgent


def test_headers_of_a_register_are_known(tmp_path: Path) -> None:
    """Tests names of columns that such registers have, and that a resident's own sex is no wish for a visitor's."""
    renamed = {"所在村居": "居住村（社区）"}
    header = (*(renamed.get(name, name) for name in HEADER), "详细住址", "性别")
    [line] = lines_of(tmp_path, book([list(header), [*order("1"), "三组 5 号（虚构）", "女"]]))
    assert isinstance(line.body, Order), told([line])
    assert line.body.personal is not None
    assert line.body.personal.address_line == "三组 5 号（虚构）"
    assert line.body.wishes.gender is None


@pytest.mark.parametrize(
    ("written", "days", "hours"),
    [
        ("全天", range(7), ("08:00", "18:00")),
        ("周末", range(5, 7), ("08:00", "18:00")),
        ("工作日上午", range(5), ("08:00", "12:00")),
        ("周一至周五", range(5), ("08:00", "18:00")),
    ],
)
def test_hours_of_a_team_may_be_parts_of_the_day(
    tmp_path: Path, written: str, days: range, hours: tuple[str, str]
) -> None:
    """Tests hours that are given in words, by the same parts of the day as an order's."""
    content = book([list(TEAM_HEADER), team("t-1", "虚构队", hours=written)])
    [line] = lines_of(tmp_path, content, columns=TEAM_COLUMNS)
    assert isinstance(line.body, RegisterTeam), told([line], TEAM_COLUMNS)
    [found] = line.body.hours
    assert (found.days, f"{found.start:%H:%M}", f"{found.end:%H:%M}") == (tuple(days), *hours)


def test_skills_are_taken_from_words_that_name_one_help(tmp_path: Path) -> None:
    """Tests what a team does in its own words, and that a word for nothing on the menu is named in the refusal."""
    rows = [team("t-1", "虚构队", skills="代办社保/智能手机 陪诊"), team("t-2", "虚构队二", skills="理发、搬家")]
    known, unknown = lines_of(tmp_path, book([list(TEAM_HEADER), *rows]), columns=TEAM_COLUMNS)
    assert isinstance(known.body, RegisterTeam), told([known], TEAM_COLUMNS)
    assert [one.skill for one in known.body.skills] == ["paperwork", "smartphone", "escort"]
    assert told([unknown], TEAM_COLUMNS) == ["skills unknown_skill:2"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"beneficiary": "外星人"}, "beneficiary one_of:空巢老人、残疾人、留守儿童、其他居民、群众（集体活动）"),
        ({"category": None, "detail": "想搬家"}, "category not_listed"),
    ],
)
def test_a_refusal_says_what_would_do(tmp_path: Path, changes: dict[str, Value], why: str) -> None:
    """Tests that a word of no list is answered with the list, and a need that is not on the menu with that."""
    assert one(tmp_path, **changes) == (None, why)


@pytest.mark.parametrize("written", ["5-8人", "约10人", "10余人"])
def test_about_so_many_members_are_no_number(tmp_path: Path, written: str) -> None:
    """Tests that a number of members is asked for where there is only an idea of it."""
    content = book([list(TEAM_HEADER), team("t-1", "虚构队", members=written)])
    assert told(lines_of(tmp_path, content, columns=TEAM_COLUMNS), TEAM_COLUMNS) == ["members whole_number"]


def test_a_sheet_of_which_nothing_can_be_used_is_returned_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that the dispatch sheet is written with every line and its reason, and that this is said."""
    orders, teams = write(tmp_path, [order("1", when="尽快"), order("2", when="尽快")], [team("t-1", "虚构队")])
    code, said = run(capsys, "plan", orders, teams, "-o", tmp_path / "d.xlsx", *AT)
    assert code == 1, said
    assert "No order could be used" in said
    returned: list[dict[str, Any]] = tables(tmp_path / "d.xlsx")["Returned"]
    assert len(returned) == 2


def test_columns_that_are_missing_and_strange_ones_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests the sentence about a header: what is lacking, what was not understood, and how to say it for all lines."""
    header = [("经办人" if name == "本人同意" else name) for name in HEADER]
    (tmp_path / "o.xlsx").write_bytes(book([header, order("1")]))
    (tmp_path / "t.xlsx").write_bytes(book([list(TEAM_HEADER), team("t-1", "虚构队")]))
    code, said = run(capsys, "plan", "o.xlsx", "t.xlsx", "-o", "d.xlsx", *AT)
    assert code == 2
    assert "lacks the columns consent (本人同意); not understood: 经办人." in said
    assert "--set 本人同意=是" in said or "--set COLUMN=VALUE" in said


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("工单.ods", b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
        ("工单.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("工单.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("工单.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "submit"])
def test_files_of_other_programs_are_answered_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, name: str, begins: bytes
) -> None:
    """Tests that nobody is left alone with a file that the county's own program has saved."""
    (tmp_path / name).write_bytes(begins + bytes(2_000))
    (tmp_path / "t.xlsx").write_bytes(book([list(TEAM_HEADER), team("t-1", "虚构队")]))
    words = ("t.xlsx", "-o", "d.xlsx") if command == "plan" else ("--check",)
    code, said = run(capsys, command, name, *words)
    assert code == 2
    assert "save it as .xlsx" in said


@pytest.mark.parametrize("command", ["submit", "teams import"])
def test_own_names_of_places_may_be_given_with_a_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Tests that what the county calls a place is found by its own sheet, and returned without it."""
    code = f"{urban_communities()[0].code}-01"
    places: list[list[Value]] = [
        ["网格编码", "网格名称", "所属村社区编码", "纬度", "经度", "坐标系"],
        [code, "虚构老街", code[:12], 27.941, 108.254, "wgs84"],
    ]
    (tmp_path / "p.xlsx").write_bytes(book(places))
    teams: list[list[Value]] = [list(TEAM_HEADER), team("t-1", "虚构队", place="虚构老街")]
    orders: list[list[Value]] = [list(HEADER), order("1", when=f"{NEXT_MONTH} 上午", place="虚构老街")]
    sheet = teams if command == "teams import" else orders
    (tmp_path / "s.xlsx").write_bytes(book(sheet))
    without, said = run(capsys, *command.split(), "s.xlsx", "--check")
    assert (without, "no grid or village of that name" in said) == (1, True), said
    found, said = run(capsys, *command.split(), "s.xlsx", "--check", "--places", "p.xlsx")
    assert found == 0, said


@pytest.mark.parametrize(
    "cells",
    [
        ["合计", 12],
        ["", "", "总 计：", 12, 3.5],
        ["小计：3单"],
        ["共12条", "", "12"],
        ["合计", "合计", "合计", "12单", "480分钟"],
        ["Grand total", 12],
    ],
    ids=lambda cells: str(cells[0] or cells[2]),
)
def test_a_sum_is_passed_over(tmp_path: Path, cells: list[Value]) -> None:
    """Tests the foot of a sheet as clerks write it: it is no order that is returned."""
    lines = lines_of(tmp_path, book([list(HEADER), order("1"), cells[:9]]))
    assert told(lines) == ["1"]


@pytest.mark.parametrize("cells", [["合计", "12", "张无人某"], ["合计人", 12], ["12", "合计"], order("合计")])
def test_what_holds_a_word_more_is_no_sum(tmp_path: Path, cells: list[Value]) -> None:
    """Tests that nothing that might be an order is passed over: it is returned, or taken."""
    assert len(lines_of(tmp_path, book([list(HEADER), order("1"), cells]))) == 2


@pytest.mark.parametrize("command", ["plan", "submit", "teams import"])
def test_sums_are_said_in_one_sentence_and_are_no_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Tests that a sheet with sums alone amiss ends well, and that the lines are named."""
    orders: list[list[Value]] = [
        order("1", when=f"{NEXT_MONTH} 上午"),
        ["小计", 1],
        order("2", when=f"{NEXT_MONTH} 上午"),
    ]
    files = write(tmp_path, [*orders, ["合计", 2]], [team("t-1", "虚构队"), ["合计", "", "", "", "", "", 5]])
    words: tuple[str | Path, ...] = {
        "plan": ("plan", *files, "--check", "--at", f"{NEXT_MONTH - timedelta(days=1)}T07:00"),
        "submit": ("submit", files[0], "--check"),
        "teams import": ("teams", "import", files[1], "--check"),
    }[command]
    code, said = run(capsys, *words)
    assert code == 0, said
    named = {"plan": ["line 3, 5", "line 3."], "submit": ["line 3, 5"], "teams import": ["line 3."]}[command]
    assert said.count("sums are passed over") == len(named)
    assert all(one in said for one in named)


def test_what_holds_for_every_team_may_be_said_at_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests a sheet of teams that does not say what kind they are, for a plan and for the roster."""
    header, row = list(TEAM_HEADER), team("t-1", "虚构队")
    del header[2], row[2]
    files = write(tmp_path, [order("1")], [])
    files[1].write_bytes(book([header, row]))
    plan, kind = ("plan", *files, "--check", *AT), "队伍类别=志愿服务队"
    missing, said = run(capsys, *plan)
    assert (missing, "队伍类别" in said or "team_kind" in said) == (2, True), said
    assert run(capsys, *plan, "--team-set", kind)[0] == 0
    assert run(capsys, *plan, "--set", kind)[0] == 2
    assert run(capsys, "teams", "import", files[1], "--check", "--set", kind)[0] == 0
