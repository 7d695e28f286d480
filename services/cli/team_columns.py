"""The columns of a CSV of teams. Members are plain adults there; vetting and certificates need NDJSON or JSON."""

from __future__ import annotations

import re
from typing import Final

from linli.services.cli.csv_columns import (
    BadCellError,
    Column,
    Columns,
    Context,
    decimal,
    listed,
    text,
    whole_number,
    word_from,
    yes_or_no,
)


def _skills(cell: str, context: Context) -> object:
    """Read ``haircut;nursing:nurse``: a skill, or a skill with the qualifications the team can show for it."""
    found: list[dict[str, object]] = []
    for part in re.split(r"[;；、]", cell):
        skill, _, qualifications = part.strip().partition(":")
        named = [word_from("qualification")(one.strip(), context) for one in qualifications.split("+") if one.strip()]
        found.append({"skill": word_from("skill")(skill.strip(), context), "qualifications": named})
    return found


def _days(cell: str, _: Context) -> object:
    """Read ``0-6`` or ``0;2;4``: 0 is Monday."""
    span = re.fullmatch(r"([0-6])-([0-6])", cell)
    if span:
        return list(range(int(span[1]), int(span[2]) + 1))
    if not re.fullmatch(r"[0-6]([;；、][0-6])*", cell):
        raise BadCellError("days_from_0_to_6")
    return [int(day) for day in re.findall(r"[0-6]", cell)]


def _time(cell: str, _: Context) -> object:
    if not re.fullmatch(r"[0-2]?[0-9]:[0-5][0-9]", cell):
        raise BadCellError("time_of_day")
    return cell.rjust(5, "0")


def _members(cell: str, _: Context) -> object:
    return [{"ref": ref.strip(), "adult": True} for ref in re.split(r"[;；、]", cell) if ref.strip()]


def _languages(cell: str, context: Context) -> object:
    return [word_from("language")(one.strip(), context) for one in re.split(r"[;；、]", cell) if one.strip()]


_COLUMNS: Final[tuple[Column, ...]] = (
    Column("team", ("队伍编号", "队伍"), "team", text, ("the team's id", "队伍编号"), True),
    Column("name", ("队伍名称", "名称"), "name", text, ("its name", "队伍名称"), True),
    Column("team_kind", ("队伍类别",), "team_kind", word_from("team_kind"), ("kind of team", "队伍类别"), True),
    Column("skills", ("技能",), "skills", _skills, ("haircut;nursing:nurse", "技能，可带资质"), True),
    Column("lat", ("纬度",), "base.lat", decimal, ("latitude in degrees", "纬度"), True),
    Column("lon", ("经度",), "base.lon", decimal, ("longitude in degrees", "经度"), True),
    Column("crs", ("坐标系",), "base.crs", text, ("wgs84, gcj02 or bd09", "坐标系"), True),
    Column("grid", ("网格", "网格编码"), "grid", text, ("code of its grid", "网格编码")),
    Column("crews", ("小组数",), "crews", whole_number, ("crews at a time", "可同时出动小组数")),
    Column("days", ("工作日",), "hours.0.days", _days, ("0-6, Monday is 0", "工作日，周一为 0"), True),
    Column("start", ("上班时间",), "hours.0.start", _time, ("from, 08:00", "开始时间"), True),
    Column("end", ("下班时间",), "hours.0.end", _time, ("until, 18:00", "结束时间"), True),
    Column(
        "travel_minutes_max", ("路程上限",), "travel_minutes_max", whole_number, ("longest way", "路程上限（分钟）")
    ),
    Column("visits_max", ("每日上限",), "visits_max", whole_number, ("most visits a day", "每日最多上门次数")),
    Column("languages", ("语言",), "languages", _languages, ("languages, by ;", "会说的语言")),
    Column("members", ("成员",), "members", _members, ("refs of adults, by ;", "成年成员编号"), True),
    Column("organisation", ("所属组织",), "organisation", text, ("its organisation", "所属组织")),
    Column("excluded_households", ("回避住户",), "excluded_households", listed, ("marks, by ;", "回避住户标记")),
    Column("active", ("启用",), "active", yes_or_no, ("takes part", "是否启用")),
    Column("contact_name", ("联系人",), "contact.name", text, ("its lead", "联系人")),
    Column("contact_phone", ("联系电话",), "contact.phone", text, ("the lead's telephone", "联系电话")),
)

TEAM_COLUMNS: Final = Columns("team", _COLUMNS)
"""The columns of a CSV of teams."""
