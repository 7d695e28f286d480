"""The columns of a spreadsheet of orders, and how a row's parts become one order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from linli.schemas.dead_letters import Reason
from linli.services.sheets.categories import NAMED_MAX, SURE_ENOUGH, exact_category, suggested
from linli.services.sheets.cells import Cell
from linli.services.sheets.columns import BadCellError, Column, Columns, Context, Draft, put
from linli.services.sheets.dates import day_of
from linli.services.sheets.notes import Note
from linli.services.sheets.place_names import PlaceNameError
from linli.services.sheets.spans import instant_of, spans_of
from linli.services.sheets.values import (
    decimal,
    listed,
    minutes,
    number_as_text,
    phone,
    text,
    urgent_or_not,
    whole_number,
    word_from,
    yes_or_no,
)
from linli.streams.intake.inbox_record import RefusedError

T = TypeVar("T")

DETAIL_MAX: Final = 500
"""Characters of what is needed, as the schema has it; remarks are appended only as far as there is room."""


def _cell(cell: Cell, _: Context) -> object:
    """Keep a cell for later, when all of the row is known."""
    return cell


_COLUMNS: Final[tuple[Column, ...]] = (
    Column("source_id", "source_id", number_as_text, ("the sender's own number", "来源编号"), required=True),
    Column("category", "category", text, ("a category of the menu", "服务项目"), required=True, part=True),
    Column("beneficiary", "beneficiary", word_from("beneficiary"), ("who is helped", "服务对象"), required=True),
    Column("age_band", "age_band", word_from("age"), ("under_14, 14_to_17, adult", "年龄段")),
    Column("requester", "requester", word_from("requester"), ("who orders", "下单人身份")),
    Column("window_start", "windows.0.start", _cell, ("from when", "最早上门"), required=True, part=True),
    Column("window_end", "windows.0.end", _cell, ("until when", "最晚上门"), required=True, part=True),
    Column("when", "windows", _cell, ("2026-11-26 9:00-11:00, instead of both", "预约时间，可代替前两列"), part=True),
    Column("date", "windows.date", _cell, ("the day, beside time", "预约日期，与时段配合"), part=True),
    Column("time", "windows.time", _cell, ("morning, 9:00-11:00", "预约时段，如上午、9:00-11:00"), part=True),
    Column("ordered", "ordered", _cell, ("when it was ordered", "登记时间，“明天”从此日算起"), part=True),
    Column("minutes", "minutes", minutes, ("length of the visit", "服务时长（分钟）")),
    Column("urgent", "urgent", urgent_or_not, ("yes or no", "是否紧急")),
    Column("teams_needed", "teams_needed", whole_number, ("1 to 5", "需几支队伍")),
    Column("together", "together", word_from("together"), ("at_once or in_order, of several", "多队同时或依次")),
    Column("further", "further", listed, ("what the further teams come for", "其余队伍的服务项目")),
    Column("headcount", "headcount", whole_number, ("people expected at an activity", "活动人数")),
    Column("grid", "grid", text, ("code or name of the grid or village", "网格或村居的编码或名称"), part=True),
    Column("town", "town", text, ("the town, where village names repeat", "乡镇街道，村名重复时需要"), part=True),
    Column("lat", "personal.location.lat", decimal, ("latitude in degrees", "纬度"), personal=True),
    Column("lon", "personal.location.lon", decimal, ("longitude in degrees", "经度"), personal=True),
    Column("crs", "personal.location.crs", text, ("wgs84, gcj02 or bd09", "坐标系")),
    Column("name", "personal.name", text, ("who is helped", "姓名"), required=True, personal=True),
    Column("phone", "personal.phone", phone, ("telephone", "电话"), part=True, personal=True),
    Column("address_line", "personal.address_line", text, ("address", "地址"), personal=True),
    Column("health_note", "personal.health_note", text, ("health note", "健康备注"), personal=True),
    Column("detail", "personal.detail", text, ("what is needed", "需求描述"), personal=True),
    Column(
        "remarks", "personal.detail", text, ("added to what is needed", "备注，并入需求描述"), part=True, personal=True
    ),
    Column("consent", "consent.beneficiary", yes_or_no, ("the person agrees", "本人同意"), required=True),
    Column("guardian_consent", "consent.guardian", yes_or_no, ("the guardian agrees", "监护人同意")),
    Column("guardian_name", "personal.guardian.name", text, ("the guardian", "监护人姓名"), personal=True),
    Column(
        "guardian_phone", "personal.guardian.phone", phone, ("the guardian's", "监护人电话"), part=True, personal=True
    ),
    Column("requester_name", "personal.requester_name", text, ("who ordered", "代点人姓名"), personal=True),
    Column(
        "requester_phone", "personal.requester_phone", phone, ("who ordered", "代点人电话"), part=True, personal=True
    ),
    Column("gender", "wishes.gender", word_from("gender"), ("female or male", "要求上门人员性别")),
    Column("language", "wishes.language", word_from("language", closed=False), ("a language", "要求语言")),
    Column("excluded_teams", "wishes.excluded_teams", listed, ("team ids, by ;", "回避的队伍")),
    Column("danger_to_life", "flags.danger_to_life", yes_or_no, ("yes or no", "是否危及生命")),
    Column("suspected_harm", "flags.suspected_harm", yes_or_no, ("yes or no", "是否疑似伤害")),
    Column("department_task", "department_task", text, ("of the admission list", "部门任务")),
    Column("certificate", "certificate", text, ("a certificate's code of that list", "所需证明的清单编码")),
    Column("recorded_afterwards", "recorded_afterwards", yes_or_no, ("yes or no", "是否补录")),
    Column(
        "desk_team",
        "desk_team",
        text,
        ("the desk's own choice, to compare with", "派单台自选队伍，用于比对"),
        part=True,
    ),
)

_NEEDS: Final[tuple[tuple[tuple[str, ...], ...], ...]] = (
    (("source_id",),),
    (("category",), ("detail",)),
    (("beneficiary",),),
    (("window_start", "window_end"), ("when",), ("date",)),
    (("name",),),
    (("consent",),),
)


def _finish(draft: Draft, context: Context) -> None:
    """Put an order's parts together: telephones, words, category, place, windows."""
    for column in ("phone", "guardian_phone", "requester_phone"):
        _phone(draft, column)
    _remarks(draft)
    _category(draft, context)
    _place(draft, context)
    _windows(draft, context)


def _phone(draft: Draft, column: str) -> None:
    """Put a telephone number in; lost digits are reported and never made up."""
    if column not in draft.parts:
        return
    number = draft.parts[column]
    if number is None:
        draft.notes.append(Note("lost_digits", column, confirm=True))
        return
    if number.number:
        put(draft.event, ORDER_COLUMNS.by_name[column].path, number.number)
    _add_detail(draft, number.said)


def _personal(draft: Draft) -> dict[str, Any]:
    found: Any = draft.event.get("personal", {})
    return dict(found)


def _remarks(draft: Draft) -> None:
    """Add the remarks to what is needed: a word of danger must be seen wherever it stands."""
    _add_detail(draft, draft.parts.get("remarks", ""))


def _add_detail(draft: Draft, more: str) -> None:
    """Add to what the visitors must know, as far as there is room."""
    if more:
        said = _personal(draft).get("detail", "")
        put(draft.event, "personal.detail", f"{said}；{more}"[:DETAIL_MAX] if said else more)


def _category(draft: Draft, context: Context) -> None:
    """Take the category that is named; else suggest one by the words of the text, to be confirmed."""
    given = draft.parts.get("category", "")
    exact = exact_category(given, context.menu) if given else None
    if exact is not None:
        draft.event["category"] = exact
        return
    likely = suggested(given, context.menu) or suggested(_personal(draft).get("detail", ""), context.menu)
    names = {item.code: item.zh for item in context.menu.items}
    if likely and likely[0].per_cent >= SURE_ENOUGH:
        best = likely[0]
        draft.event["category"] = best.code
        detail = f"{names[best.code]} {best.per_cent}%"
        draft.notes.append(Note("category_suggested", "category", detail, confirm=True, suggested=names[best.code]))
    elif likely:
        listed_names = "、".join(names[one.code] for one in likely[:NAMED_MAX])
        raise RefusedError(Reason.NOT_ON_MENU, "category", f"category_unclear:{listed_names}")
    elif given or _personal(draft).get("detail"):
        raise RefusedError(Reason.NOT_ON_MENU, "category", "not_listed")


def _place(draft: Draft, context: Context) -> None:
    """Resolve a place name, or the one in the address, to its grid; coordinates, where given, count first."""
    town, given = draft.parts.get("town", ""), draft.parts.get("grid", "")
    if context.places is None:
        if given:
            draft.event["grid"] = given
        return
    try:
        if given:
            found, column = context.places.named(given, town), "grid"
        else:
            personal = _personal(draft)
            address = "" if "location" in personal else personal.get("address_line", "")
            within = context.places.within(address, town) if address else None
            if within is None:
                return
            found, column = within, "address_line"
    except PlaceNameError as error:
        raise RefusedError(Reason.UNKNOWN_PLACE, "grid" if given else "address_line", str(error)) from None
    draft.event["grid"] = found.grid.code
    if given != found.grid.code or column == "address_line":
        draft.notes.append(Note("place_by_name", column, found.grid.name))


def _windows(draft: Draft, context: Context) -> None:
    reference = _reference(draft, context)
    if "window_start" in draft.parts or "window_end" in draft.parts:
        _start_and_end(draft, reference, context)
        return
    names = [name for name in ("date", "when", "time") if name in draft.parts]
    if not names:
        return
    spans = _read(names[0], lambda: spans_of([draft.parts[name] for name in names], reference, context))
    draft.event["windows"] = [{"start": one.start.isoformat(), "end": one.end.isoformat()} for one in spans]
    for assumed in sorted({one.assumed for one in spans if one.assumed}):
        draft.notes.append(
            _assumption(assumed, names, spans[0].start.strftime("%H:%M"), spans[0].end.strftime("%H:%M"))
        )


def _assumption(assumed: str, names: Sequence[str], start: str, end: str) -> Note:
    column = "time" if "time" in names else names[-1]
    return Note(assumed, column, f"{start}-{end}", confirm=assumed == "one_hour")


def _start_and_end(draft: Draft, reference: date, context: Context) -> None:
    """Read the two ends of a window; the day may stand in a column of its own."""
    day: date | None = None
    if "date" in draft.parts:
        day = _read("date", lambda: day_of(draft.parts["date"], reference, context)[0])
    for name in ("window_start", "window_end"):
        if name in draft.parts:
            moment = _read(name, lambda name=name: instant_of(draft.parts[name], day, reference, context))  # type: ignore[misc]
            put(draft.event, ORDER_COLUMNS.by_name[name].path, moment.isoformat())


def _reference(draft: Draft, context: Context) -> date:
    """Give the day that relative words count from: when it was ordered, else when the file is read."""
    today = context.reference.astimezone(context.zone).date()
    if "ordered" not in draft.parts:
        return today
    return _read("ordered", lambda: day_of(draft.parts["ordered"], today, context)[0]) or today


def _read(column: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except BadCellError as error:
        raise RefusedError(Reason.SCHEMA, column, str(error)) from None


ORDER_COLUMNS: Final = Columns("order", _COLUMNS, _finish, _NEEDS, number="source_id")
"""The columns of a spreadsheet of orders."""
