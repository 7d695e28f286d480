"""Can units and members be registered: the synthetic 84 and 1,600, and a county's own sheet of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from linli.schemas.commands import ApplyTeam
from linli.schemas.roster import MEMBERS_MAX, RegisterTeam, TeamKind
from linli.services.demo.county import sinan
from linli.services.demo.organisation import organisation
from linli.services.demo.units import ALONE, MEMBERS, UNITS, units
from linli.services.sheets.team_columns import TEAM_COLUMNS
from linli.streams.intake.judge import CommandOut, judge
from tests.support.inbox import good_team, record, world
from tests.support.sheets import Value, book, lines_of, told

GRID = sinan().grids[0].code
DAY = date(2026, 11, 26)
HEADER = ["队伍编号", "队伍名称", "队伍类别", "技能", "驻地", "服务时间", "成员", "所属组织", "所在单位"]


def test_the_sample_has_as_many_as_were_published() -> None:
    """Tests 84 units and 1,600 members, each with a community of the sample tree, and every name synthetic."""
    sample = units(DAY)
    kinds = [one.team_kind for one in sample]
    assert (kinds.count(TeamKind.UNIT), kinds.count(TeamKind.MEMBER)) == (UNITS, ALONE)
    members = [member.ref for one in sample for member in one.members]
    assert len(set(members)) == len(members) == MEMBERS
    assert max(len(one.members) for one in sample) <= MEMBERS_MAX
    nodes = {node.node: node.level for node in organisation()}
    assert {nodes[one.organisation or ""] for one in sample} == {"community"}
    assert {one.unit for one in sample if one.team_kind is TeamKind.MEMBER} <= {one.team for one in sample}
    assert all("模拟" in one.name for one in sample)


def test_a_countys_own_sheet_of_units_and_members_is_read(tmp_path: Path) -> None:
    """Tests a unit with its members' number and a member who goes alone, with the unit he belongs to."""
    rows: list[list[Value]] = [
        ["u-1", "示例单位（模拟）", "双报到单位", "代购、陪伴", GRID, "周末 8:00-18:00", 12, "c-1", ""],
        ["p-1", "示例党员（模拟）", "党员", "代购", GRID, "周末 8:00-18:00", 1, "c-1", "u-1"],
    ]
    found = lines_of(tmp_path, book([[*HEADER], *rows]), columns=TEAM_COLUMNS)
    bodies = [line.body for line in found if isinstance(line.body, RegisterTeam)]
    assert len(bodies) == 2, told(found, TEAM_COLUMNS)
    assert [(one.team_kind, len(one.members), one.organisation, one.unit) for one in bodies] == [
        (TeamKind.UNIT, 12, "c-1", None),
        (TeamKind.MEMBER, 1, "c-1", "u-1"),
    ]


def test_the_roster_keeps_the_unit() -> None:
    """Tests that intake hands on what a single member's registration says."""
    outcome = judge(
        record(good_team() | {"team_kind": "member", "organisation": "c-1", "unit": "u-1"}, "team"), world()
    )
    assert isinstance(outcome, CommandOut), outcome
    assert isinstance(outcome.command.body, ApplyTeam)
    assert (outcome.command.body.details.organisation, outcome.command.body.details.unit) == ("c-1", "u-1")
