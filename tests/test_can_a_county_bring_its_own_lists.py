"""Can a county bring its own lists: a sheet becomes a file, a file is checked, and what is in force is shown."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from linli.schemas.admission import TaskAdmission, shipped_admission
from linli.schemas.list_files import ListKind, as_toml, parse_list, version_of
from linli.schemas.menu import ListError, ServiceMenu, shipped_menu
from linli.services.cli import main
from linli.services.sheets.writing import writing

MENU = """类型,编码,中文名称,英文名称,所需技能,时长,紧急程度,服务对象,可派队伍,路程上限,转办部门,联系渠道
服务,follow_up,随访（模拟）,Follow-up (synthetic),follow_up(doctor),30,1,老人；残疾,medical,15,,
服务,parking,停车（模拟）,Parking (synthetic),,30,2,其他,,,property,
部门,property,物业（模拟）,Property (synthetic),,,,,,,,窗口（模拟）
"""
ADMISSION = """part,code,zh,en,admitted,handled_by
task,t_one,事项一（模拟）,Task one (synthetic),no,=部门（模拟）
certificate,c_one,证明一（模拟）,Certificate one (synthetic),,部门二（模拟）
"""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of Linli run here, and no setting be made."""
    for name in list(os.environ):
        if name.startswith("LINLI_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LINLI_STATE", str(tmp_path / "state"))


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    """Run a command and give its exit code and what it told a program."""
    code = main.run([*words, "--json"])
    said: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return code, said


def test_a_menu_of_a_csv_is_the_menu(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests Chinese headers and words: skills with qualifications, whom it is for, offices; and that it is checked."""
    sheet, made = tmp_path / "menu.csv", tmp_path / "menu.toml"
    sheet.write_text(MENU, encoding="utf-8")
    code, said = run(capsys, "lists", "import", str(sheet), "-o", str(made), "--name", "模拟", "--synthetic")
    assert code == 0, said
    found = parse_list(made.read_text(encoding="utf-8"))
    assert isinstance(found, ServiceMenu)
    follow_up, parking = found.items
    assert [(one.skill, one.qualification) for one in follow_up.skills] == [("follow_up", "doctor")]
    assert (follow_up.travel_minutes_max, follow_up.team_kinds) == (15, ("medical",))
    assert follow_up.beneficiaries == ("empty_nest_elderly", "disabled_resident")
    assert (parking.office, found.offices[0].channel) == ("property", "窗口（模拟）")
    assert run(capsys, "lists", "check", str(made)) == (0, {key: said[key] for key in said if key != "file"})
    assert run(capsys, "lists", "import", str(sheet), "-o", str(made))[0] == 2


def test_an_admission_list_of_a_workbook_is_the_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests English headers in a workbook: tasks, certificates, and a text that looks like a formula stays text."""
    sheet, made = tmp_path / "tasks.xlsx", tmp_path / "tasks.toml"
    headers, *rows = (line.split(",") for line in ADMISSION.splitlines())
    with writing(sheet, overwrite=False) as book:
        table = book.table("tasks", headers)
        for row in rows:
            table.row(row)
    code, said = run(capsys, "lists", "import", str(sheet), "-o", str(made), "--list", "admission")
    assert code == 0, said
    found = parse_list(made.read_text(encoding="utf-8"))
    assert isinstance(found, TaskAdmission)
    assert not found.synthetic
    task = found.task("t_one")
    assert task is not None
    assert task.handled_by == "=部门（模拟）"
    assert found.certificate("c_one") is not None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("follow_up(doctor)", ""), "skills and team_kinds"),
        (("property,\n", "elsewhere,\n"), "elsewhere"),
        ((",30,1,", ",thirty,1,"), "line 2"),
        (("parking,", "follow_up,"), "line 3"),
    ],
)
def test_a_sheet_with_a_mistake_becomes_no_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], named: str
) -> None:
    """Tests that a mistake is named with its row or entry, and that nothing is written."""
    sheet, made = tmp_path / "menu.csv", tmp_path / "menu.toml"
    sheet.write_text(MENU.replace(*change, 1), encoding="utf-8")
    code, said = run(capsys, "lists", "import", str(sheet), "-o", str(made))
    assert code == 2
    assert named in json.dumps(said, ensure_ascii=False)
    assert not made.exists()


def test_what_is_no_list_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests a missing file, something else in TOML, and what is no TOML."""
    assert run(capsys, "lists", "check", str(tmp_path / "none.toml"))[0] == 3
    for text in ("a = 1", "= ="):
        (tmp_path / "wrong.toml").write_text(text, encoding="utf-8")
        assert run(capsys, "lists", "check", str(tmp_path / "wrong.toml"))[0] == 2


def test_the_lists_in_force_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests the samples, and a county's own list in their place."""
    code, said = run(capsys, "lists", "show")
    assert code == 0
    assert said["menu"] == {**dict(said["menu"]), "version": version_of(shipped_menu()), "synthetic": True}  # type: ignore[call-overload]
    assert said["admission"]["version"] == version_of(shipped_admission())  # type: ignore[index]
    assert main.run(["lists", "show"]) == 0
    assert "sample_refused" in capsys.readouterr().out


def test_a_version_is_of_the_content(tmp_path: Path) -> None:
    """Tests that comments change no version, and that an entry does."""
    text = as_toml(ListKind.ADMISSION, "l", [], synthetic=True)
    entry = {"part": "task", "code": "c", "zh": "证", "en": 'a "quoted" \\ name', "admitted": "no", "handled_by": "x"}
    other = as_toml(ListKind.ADMISSION, "l", [entry], synthetic=True)
    assert version_of(parse_list(text)) == version_of(parse_list(f"# said\n{text}"))
    assert version_of(parse_list(text)) != version_of(parse_list(other))
    found = parse_list(other)
    assert isinstance(found, TaskAdmission)
    assert found.tasks[0].en == entry["en"]
    with pytest.raises(ListError, match="part"):
        as_toml(ListKind.MENU, "m", [{"part": "task"}], synthetic=True)
