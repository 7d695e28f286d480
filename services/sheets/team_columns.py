"""The columns of a spreadsheet of teams. Members are numbers or opaque names; more about them needs NDJSON or JSON."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, time
from typing import Any, Final, cast

from linli.schemas.dead_letters import Reason
from linli.schemas.menu import ServiceMenu
from linli.services.sheets.categories import NAMED_MAX, exact_category, suggested
from linli.services.sheets.cells import Cell, plain
from linli.services.sheets.columns import BadCellError, Column, Columns, Context, Draft, put
from linli.services.sheets.dates import day_of, time_of
from linli.services.sheets.notes import Note
from linli.services.sheets.place_names import PlaceNameError
from linli.services.sheets.values import (
    code_of,
    decimal,
    listed,
    metres,
    minutes,
    number_as_text,
    parts,
    phone,
    text,
    whole_number,
    word_from,
    yes_or_no,
)
from linli.streams.intake.inbox_record import RefusedError

MEMBERS_MAX: Final = 500
"""Members of a team, as the schema has it."""

_DAY_SPAN: Final = re.compile(
    r"^(?:(?:周|星期|礼拜)?([一二三四五六日天])(?:(?:[至到\-~]+(?:周|星期|礼拜)?)([一二三四五六日天]))?|(工作日|每天|每日|周末|双休日)|([0-6])-([0-6]))\s?"
)
_SIGNS: Final = re.compile(r"(?<=[^\x00-\x7f])[/ +](?=[^\x00-\x7f])")
"""Signs between Chinese words that separate them as well: 理发/保洁 陪伴."""

_CODE: Final = re.compile(r"[a-z][a-z0-9_\-]{0,47}")
"""A skill by its code, also one that no category of the menu asks for."""

_NUMBERS: Final = re.compile(r"[约近]?\d+(?:[-~—至多余]+\d*)?(?:名|个)?")
"""How many they are, but not exactly: 5-8人, 10余人."""

_DAY_WORDS: Final = {"工作日": (0, 4), "每天": (0, 6), "每日": (0, 6), "周末": (5, 6), "双休日": (5, 6)}
_WEEKDAYS: Final = "一二三四五六日"


def _skills(cell: Cell, context: Context) -> object:
    """Read ``haircut;nursing:nurse`` or 理发、护理（护士）: a skill, or one with the qualifications shown for it."""
    found: list[dict[str, object]] = []
    for place, part in enumerate(parts(_SIGNS.sub("、", cell.text)), start=1):
        skill, _, qualifications = re.sub(r"[(（]", ":", part.strip("()（） ")).replace("：", ":").partition(":")
        named = [code_of("qualification", one) for one in qualifications.split("+") if one.strip()]
        found.append({"skill": _skill(skill.strip(), place, context), "qualifications": named})
    return found


def _skill(word: str, place: int, context: Context) -> str:
    """Give the code of a skill; a category's name, or words that speak for it alone, stand for the skill it takes."""
    code, menu = code_of("skill", word), _for_volunteers(context.menu)
    if code != word or _CODE.fullmatch(plain(word)):
        item = next((item for item in menu.items if plain(word) == item.code), None)
        return code if item is None else item.skills[0].skill
    named = exact_category(word, menu)
    likely = [named] if named is not None else [one.code for one in suggested(word, menu)]
    if not likely:
        raise BadCellError(f"unknown_skill:{place}")
    if len(likely) > 1:
        names = {item.code: item.zh for item in menu.items}
        raise BadCellError(f"category_unclear:{'、'.join(names[one] for one in likely[:NAMED_MAX])}")
    return next(item.skills[0].skill for item in menu.items if item.code == likely[0])


def _for_volunteers(menu: ServiceMenu) -> ServiceMenu:
    """Leave out what goes to an office: it takes no skill."""
    return menu.model_copy(update={"items": tuple(item for item in menu.items if item.office is None)})


def _days(cell: Cell, _: Context) -> object:
    """Read ``0-6``, ``0;2;4`` with 0 for Monday, or 周一至周五."""
    given = plain(cell.text)
    if re.fullmatch(r"[0-6]([;；、,][0-6])*", given):
        return [int(day) for day in re.findall(r"[0-6]", given)]
    span = _DAY_SPAN.fullmatch(given)
    if span is None:
        raise BadCellError("days_of_the_week")
    return _days_of(span)


def _days_of(found: re.Match[str]) -> list[int]:
    if found[3]:
        first, last = _DAY_WORDS[found[3]]
    elif found[4]:
        first, last = int(found[4]), int(found[5])
    else:
        first = _WEEKDAYS.index(found[1].replace("天", "日"))
        last = _WEEKDAYS.index((found[2] or found[1]).replace("天", "日"))
    if last < first:
        raise BadCellError("days_of_the_week")
    return list(range(first, last + 1))


def _time(cell: Cell, _: Context) -> object:
    if cell.number is not None and 0 <= cell.number < 1:
        return f"{round(cell.number * 1440) // 60:02}:{round(cell.number * 1440) % 60:02}"
    found = time_of(plain(cell.text))
    if found is None or found[2]:
        raise BadCellError("time_of_day")
    return f"{found[0]:%H:%M}"


def _hours(cell: Cell, context: Context) -> object:
    """Read 周一至周五 8:00-18:00；周六上午."""
    return [_working_hours(plain(part), context) for part in re.split(r"[;；\n]", cell.text) if part.strip()]


def _working_hours(given: str, context: Context) -> dict[str, object]:
    days = _DAY_SPAN.match(given)
    rest = given[days.end() :].strip() if days else given
    named = context.day_parts.get(rest or "全天")
    if named is not None:
        return {"days": _days_of(days) if days else list(range(7)), "start": named[0], "end": named[1]}
    start = time_of(rest)
    end = time_of(re.sub(r"^[-~—至到]+\s?", "", start[2]), start[1]) if start and start[2] else None
    if start is None or end is None or end[2]:
        raise BadCellError("working_hours")
    return {
        "days": _days_of(days) if days else list(range(7)),
        "start": f"{start[0]:%H:%M}",
        "end": f"{end[0]:%H:%M}",
    }


def _members(cell: Cell, _: Context) -> object:
    """Read how many they are, or their opaque names."""
    given = plain(cell.text).removesuffix("人")
    if not given.isdigit() and _NUMBERS.fullmatch(given):
        raise BadCellError("whole_number")
    return _count(given) if given.isdigit() else parts(cell.text)


def _count(text: str) -> int:
    count = int(text)
    if count > MEMBERS_MAX:
        raise BadCellError("members_max")
    return count


def _languages(cell: Cell, _: Context) -> object:
    return [code_of("language", one) for one in parts(cell.text)]


def _until(cell: Cell, context: Context) -> object:
    """Read the last day on which something is valid; it is valid to the end of it."""
    day, rest = day_of(cell, context.reference.date(), context)
    if day is None or rest:
        raise BadCellError("date_and_time")
    return datetime.combine(day, time(23, 59, 59), context.zone).isoformat()


_COLUMNS: Final[tuple[Column, ...]] = (
    Column("team", "team", number_as_text, ("the team's id", "队伍编号"), required=True, part=True),
    Column("name", "name", text, ("its name", "队伍名称"), required=True),
    Column("team_kind", "team_kind", word_from("team_kind"), ("kind of team", "队伍类别"), required=True),
    Column(
        "skills", "skills", _skills, ("haircut;nursing:nurse", "技能，可带资质，如 理发、护理（护士）"), required=True
    ),
    Column("grid", "grid", text, ("code or name of its grid or village", "驻地网格或村居"), part=True),
    Column("town", "town", text, ("the town, where village names repeat", "乡镇街道，村名重复时需要"), part=True),
    Column("lat", "base.lat", decimal, ("latitude in degrees", "纬度")),
    Column("lon", "base.lon", decimal, ("longitude in degrees", "经度")),
    Column("crs", "base.crs", text, ("wgs84, gcj02 or bd09", "坐标系")),
    Column("crews", "crews", whole_number, ("crews at a time", "可同时出动小组数")),
    Column("hours", "hours", _hours, ("周一至周五 8:00-18:00", "服务时间，如 周一至周五 8:00-18:00"), required=True),
    Column("days", "hours.0.days", _days, ("0-6, Monday is 0; instead of hours", "工作日，可代替服务时间")),
    Column("start", "hours.0.start", _time, ("from, 08:00", "开始时间")),
    Column("end", "hours.0.end", _time, ("until, 18:00", "结束时间")),
    Column("travel_minutes_max", "travel_minutes_max", minutes, ("longest way", "路程上限（分钟）")),
    Column("travel_metres_max", "travel_metres_max", metres, ("longest way in metres", "路程上限（米）")),
    Column("visits_max", "visits_max", whole_number, ("most visits a day", "每日最多上门次数")),
    Column("languages", "languages", _languages, ("languages, by ;", "会说的语言")),
    Column(
        "members",
        "members",
        _members,
        ("how many adults, or their refs", "成年成员人数或编号"),
        required=True,
        part=True,
    ),
    Column("women", "women", whole_number, ("how many of them are women", "其中女性人数"), part=True),
    Column("vetted", "vetted", whole_number, ("how many are vetted", "其中通过从业查询的人数"), part=True),
    Column("vetting_authority", "vetting_authority", text, ("who vetted them", "从业查询机关"), part=True),
    Column("vetted_until", "vetted_until", _until, ("how long that holds", "从业查询有效期"), part=True),
    Column("insured", "insured", whole_number, ("how many are insured", "其中已投保人数"), part=True),
    Column("insured_until", "insured_until", _until, ("how long that holds", "保险有效期"), part=True),
    Column("organisation", "organisation", text, ("its organisation", "所属组织")),
    Column("unit", "unit", text, ("the unit of a single member", "所在单位编号")),
    Column("excluded_households", "excluded_households", listed, ("marks, by ;", "回避住户标记")),
    Column("active", "active", yes_or_no, ("takes part", "是否启用")),
    Column("contact_name", "contact.name", text, ("its lead", "联系人"), personal=True),
    Column("contact_phone", "contact.phone", phone, ("the lead's telephone", "联系电话"), part=True, personal=True),
)

_NEEDS: Final[tuple[tuple[tuple[str, ...], ...], ...]] = (
    (("name",),),
    (("team_kind",),),
    (("skills",),),
    (("grid",), ("lat", "lon", "crs")),
    (("hours",), ("days", "start", "end")),
    (("members",),),
)


def _finish(draft: Draft, context: Context) -> None:
    """Put a team's parts together: its id, base, members and contact."""
    _team_id(draft)
    _base(draft, context)
    _people(draft)
    if "contact_phone" in draft.parts:
        number = draft.parts["contact_phone"]
        if number is None:
            draft.notes.append(Note("lost_digits", "contact_phone", confirm=True))
        elif number.number:
            put(draft.event, "contact.phone", number.number)


def _team_id(draft: Draft) -> None:
    """Take the id that is given, or make one of the name, the same every time."""
    given, name = draft.parts.get("team"), draft.event.get("name")
    if given:
        draft.event["team"] = given
    elif name:
        draft.event["team"] = "t-" + hashlib.sha256(str(name).encode()).hexdigest()[:8]


def _base(draft: Draft, context: Context) -> None:
    """Put the base at the coordinates given, or in the middle of the place that is named."""
    given, town = draft.parts.get("grid", ""), draft.parts.get("town", "")
    if not given or context.places is None:
        if given:
            draft.event["grid"] = given
        return
    try:
        found = context.places.named(given, town)
    except PlaceNameError as error:
        raise RefusedError(Reason.UNKNOWN_PLACE, "grid", str(error)) from None
    draft.event["grid"] = found.grid.code
    if "base" not in draft.event:
        draft.event["base"] = {"crs": "wgs84", "lat": found.grid.lat, "lon": found.grid.lon}
        draft.notes.append(Note("place_by_name", "grid", found.grid.name))


def _people(draft: Draft) -> None:
    """Make the members: opaque, adult, with what the numbers say of them.

    Notes
    -----
    Numbers do not say who is both vetted and insured, or a vetted woman. The vetted are counted from the front, the
    insured and the women from the back, so that as few as possible are both: what is not known does not open a door.
    """
    given = draft.parts.get("members")
    if given is None:
        return
    team = str(draft.event.get("team", ""))
    refs = [f"{team}-m{n:02d}" for n in range(1, given + 1)] if isinstance(given, int) else cast(list[str], given)
    people: list[dict[str, Any]] = [{"ref": ref, "adult": True} for ref in refs]
    women = draft.parts.get("women")
    if women is not None:
        for number, one in enumerate(reversed(people)):
            one["gender"] = "female" if number < women else "male"
    _vetting(draft, people)
    if draft.parts.get("insured"):
        if "insured_until" not in draft.parts:
            raise RefusedError(Reason.SCHEMA, "insured_until", "missing")
        for one in people[-draft.parts["insured"] :]:
            one["insured_until"] = draft.parts["insured_until"]
    draft.event["members"] = people


def _vetting(draft: Draft, people: list[dict[str, Any]]) -> None:
    if not draft.parts.get("vetted"):
        return
    for name in ("vetting_authority", "vetted_until"):
        if name not in draft.parts:
            raise RefusedError(Reason.SCHEMA, name, "missing")
    for one in people[: draft.parts["vetted"]]:
        one["vetting"] = {
            "authority": draft.parts["vetting_authority"],
            "passed": True,
            "valid_until": draft.parts["vetted_until"],
        }


TEAM_COLUMNS: Final = Columns("team", _COLUMNS, _finish, _NEEDS, number="team")
"""The columns of a spreadsheet of teams."""
