"""A day on paper for tests: sheets of teams, what a command says, and what stands in the workbook it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from linli.services.cli import main
from linli.services.sheets.opening import opened
from tests.support.sheets import HEADER, PHONE, Value, book

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
