"""The county's lists as spreadsheets: service menu and task admission, a row an entry, headers Chinese or English."""

from __future__ import annotations

import re
from typing import Final

from linli.schemas.base import Edge
from linli.schemas.list_files import ListKind
from linli.services.sheets.cells import Cell, plain
from linli.services.sheets.columns import BadCellError, Column, Columns, Context, Convert, Draft
from linli.services.sheets.values import code_of, metres, parts, text, whole_number, word_from, yes_or_no

_SKILL: Final = re.compile(r"([a-z][a-z0-9_]*)(?:\(([a-z][a-z0-9_]*)\))?(?:[*x]([1-5]))?", re.ASCII)
_PARTS: Final = {
    **dict.fromkeys(("item", "服务", "服务项目"), "item"),
    **dict.fromkeys(("office", "部门", "转办部门"), "office"),
    **dict.fromkeys(("task", "事项", "部门事项"), "task"),
    **dict.fromkeys(("certificate", "证明"), "certificate"),
}


class ListRow(Edge):
    """A row of either list; whether it is complete is for the list to say."""

    kind: str = "list"
    part: str = ""
    code: str
    zh: str
    en: str
    skills: tuple[dict[str, str | int], ...] | None = None
    minutes: int | None = None
    urgency: int | None = None
    beneficiaries: tuple[str, ...] | None = None
    team_kinds: tuple[str, ...] | None = None
    insured: bool | None = None
    adults: int | None = None
    travel_minutes_max: int | None = None
    travel_metres_max: int | None = None
    spend_limit_fen: int | None = None
    activity: bool | None = None
    recurs: bool | None = None
    office: str | None = None
    channel: str | None = None
    admitted: str | None = None
    handled_by: str | None = None


def _part(cell: Cell, _: Context) -> object:
    found = _PARTS.get(plain(cell.text))
    if found is None:
        raise BadCellError("one_of:服务、部门、事项、证明")
    return found


def _skills(cell: Cell, _: Context) -> object:
    """Read ``nursing(nurse); company``: a skill, its qualification in brackets, its level after a star."""
    found: list[dict[str, str | int]] = []
    for part in parts(cell.text):
        named = _SKILL.fullmatch(plain(part).replace("（", "(").replace("）", ")").replace(" ", ""))
        if named is None:
            raise BadCellError("one_of:nursing(nurse)")
        skill, qualification, level = named.groups()
        more: dict[str, str | int] = {"qualification": qualification} if qualification else {}
        found.append({"skill": skill, **more, **({"level": int(level)} if level else {})})
    return found


def _codes(glossary: str) -> Convert:
    def convert(cell: Cell, _: Context) -> object:
        return [code_of(glossary, part) for part in parts(cell.text)]

    return convert


def _finish(_: Draft, __: Context) -> None:
    """A row has no parts that must be put together."""


_BOTH: Final = (
    Column("part", "part", _part, ("what the row is: item, office; task, certificate", "类型：服务、部门；事项、证明")),
    Column("code", "code", text, ("its code, in small letters", "编码，小写字母"), required=True),
    Column("zh", "zh", text, ("its Chinese name", "中文名称"), required=True),
    Column("en", "en", text, ("its English name", "英文名称"), required=True),
)
_NEEDS: Final = ((("code",),), (("zh",),), (("en",),))

MENU_COLUMNS: Final = Columns(
    "menu",
    (
        *_BOTH,
        Column("skills", "skills", _skills, ("skills, qualification in brackets", "技能，资质写在括号内")),
        Column("minutes", "minutes", whole_number, ("length of a visit", "服务时长（分钟）")),
        Column("urgency", "urgency", whole_number, ("0 to 2, 0 the highest", "紧急程度，0 最高")),
        Column("beneficiaries", "beneficiaries", _codes("beneficiary"), ("for whom, by ;", "服务对象")),
        Column("team_kinds", "team_kinds", _codes("team_kind"), ("who may go, by ;", "可派队伍类别")),
        Column("insured", "insured", yes_or_no, ("insured members only", "须投保")),
        Column("adults", "adults", whole_number, ("vetted adults who go", "经查询的成人数")),
        Column("travel_minutes_max", "travel_minutes_max", whole_number, ("longest way", "路程上限（分钟）")),
        Column("travel_metres_max", "travel_metres_max", metres, ("longest way in metres", "路程上限（米）")),
        Column("spend_limit_fen", "spend_limit_fen", whole_number, ("may be laid out, in fen", "代付上限（分）")),
        Column("activity", "activity", yes_or_no, ("for the public", "是否集体活动")),
        Column("recurs", "recurs", yes_or_no, ("usually wanted again and again", "是否通常定期需要")),
        Column("office", "office", text, ("code of the office it goes to", "转办部门编码")),
        Column("channel", "channel", text, ("how an office is reached", "部门联系渠道")),
    ),
    _finish,
    _NEEDS,
    ListRow,
    "code",
)
"""The columns of a service menu."""

ADMISSION_COLUMNS: Final = Columns(
    "admission",
    (
        *_BOTH,
        Column("admitted", "admitted", word_from("admitted"), ("statutory, assisted or no", "是否准入")),
        Column("handled_by", "handled_by", text, ("who handles it", "办理单位"), required=True),
    ),
    _finish,
    (*_NEEDS, (("handled_by",),)),
    ListRow,
    "code",
)
"""The columns of a task admission list."""

LIST_COLUMNS: Final = {ListKind.MENU: MENU_COLUMNS, ListKind.ADMISSION: ADMISSION_COLUMNS}
"""The columns of each list."""
