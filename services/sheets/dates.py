"""Days and times as people write them, in numbers and words; of two possible readings none is ever guessed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

from linli.services.sheets.cells import Cell, plain
from linli.services.sheets.columns import BadCellError, Context

SERIAL_DAYS: Final = (36_526, 73_051)
"""Day numbers of 2000 to 2099: other numbers in a column of dates are no dates."""

HALF_A_YEAR: Final = timedelta(days=183)

NEAR: Final = timedelta(days=45)
"""11.27 without a year is a day only if that is near: further off it may as well be a time, 9.30, or a price."""

_EPOCH: Final = datetime(1899, 12, 30)
_EPOCH_1904: Final = datetime(1904, 1, 1)

_WEEKDAYS: Final = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_RELATIVE: Final = (
    *(("大后天", 3), ("后天", 2), ("后日", 2), ("明天", 1), ("明日", 1), ("次日", 1), ("今天", 0), ("今日", 0)),
    *(("当天", 0), ("当日", 0), ("day after tomorrow", 2), ("tomorrow", 1), ("today", 0)),
)

Read = Callable[[re.Match[str], date, "Context"], date]


def _ymd(found: re.Match[str], _reference: date, _context: Context) -> date:
    return _day(int(found[1]), int(found[2]), int(found[3]))


def _month_and_day(found: re.Match[str], reference: date, _context: Context) -> date:
    """Give the year that brings the day nearest to the reference day: in late December, 1月3日 is next year's."""
    month, day = int(found[1]), int(found[2])
    years = (reference.year - 1, reference.year, reference.year + 1)
    days = [one for year in years if (one := _if_there(year, month, day)) is not None]
    if not days:
        raise BadCellError("no_such_day")
    return min(days, key=lambda one: abs(one - reference))


def _near_day(found: re.Match[str], reference: date, context: Context) -> date:
    """Read 11.27 or 11/27 where only one order makes a day, and a near one; 5.11 has two readings, 9.30 may be none."""
    first, second = int(found[1]), int(found[2])
    both = ((first, second), (second, first))
    orders = both if context.day_first is None else both[context.day_first :][:1]
    years = (reference.year - 1, reference.year, reference.year + 1)
    days = {one for year in years for month, day in orders if (one := _if_there(year, month, day)) is not None}
    near = {one for one in days if abs(one - reference) <= NEAR}
    if len({(one.month, one.day) for one in days}) != 1 or len(near) != 1:
        raise BadCellError("year_missing")
    return near.pop()


def _day_and_month(found: re.Match[str], _reference: date, context: Context) -> date:
    """Read 26.11.2026 or 11/26/2026 where only one order makes a date, or the mapping says which is meant."""
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    day_first, month_first = _if_there(year, second, first), _if_there(year, first, second)
    if context.day_first is not None:
        chosen = day_first if context.day_first else month_first
    elif day_first is not None and month_first is not None and day_first != month_first:
        raise BadCellError("ambiguous_date")
    else:
        chosen = day_first or month_first
    if chosen is None:
        raise BadCellError("no_such_day")
    return chosen


def _refused(rule: str) -> Read:
    def refuse(_found: re.Match[str], _reference: date, _context: Context) -> date:
        raise BadCellError(rule)

    return refuse


def _weekday(found: re.Match[str], reference: date, _context: Context) -> date:
    """Read 周三 as the next one, 本周三 as this week's, 下周三 as next week's; a week begins on Monday."""
    wanted, monday = _WEEKDAYS[found[2]], reference - timedelta(days=reference.weekday())
    if not found[1]:
        return reference + timedelta(days=(wanted - reference.weekday()) % 7)
    return monday + timedelta(days=wanted + 7 * found[1].count("下"))


_DAYS: Final[tuple[tuple[re.Pattern[str], Read], ...]] = (
    (re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号]?"), _ymd),
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)t?"), _ymd),
    (re.compile(r"(20\d{2})(\d{2})(\d{2})(?![\d:])"), _ymd),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)"), _day_and_month),
    (re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?!\d)"), _refused("two_digit_year")),
    (re.compile(r"(\d{1,2})\s?月\s?(\d{1,2})\s?[日号]?"), _month_and_day),
    (re.compile(r"(\d{1,2})[/.](\d{1,2})(?![\d:点时])(?=$|\s)"), _near_day),
    (re.compile(r"\d{1,2}-\d{1,2}(?![\d:点时])(?=$|\s)"), _refused("year_missing")),
    (re.compile(r"(本|这|下+)?(?:周|星期|礼拜)([一二三四五六日天])"), _weekday),
)

_NAMED_DAY: Final = re.compile(r"^\s*[(\[]?\s*(?:周|星期|礼拜)([一二三四五六日天])\s*[)\]]?")
"""A day of the week behind a date: 2026-11-26 (周四)."""


def day_of(cell: Cell, reference: date, context: Context) -> tuple[date | None, str]:
    """Read the day that a cell begins with.

    Parameters
    ----------
    cell
        The cell; a number is a day number of the spreadsheet.
    reference
        The day that relative words count from.
    context
        How 05.11.2026 is meant, and where day numbers begin.

    Returns
    -------
    tuple
        The day, ``None`` if the text names none, and what is left of the text, in plain form.

    Raises
    ------
    BadCellError
        If there is no such day, or it could be read in two ways.
    """
    text = plain(cell.text)
    serial = _serial(cell, text, context)
    if serial is not None:
        return serial
    for word, days in _RELATIVE:
        if text.startswith(word):
            return reference + timedelta(days=days), text.removeprefix(word).strip()
    for pattern, read in _DAYS:
        found = pattern.match(text)
        if found:
            day = read(found, reference, context)
            return day, _without_weekday(text[found.end() :], day)
    return None, text


def _serial(cell: Cell, text: str, context: Context) -> tuple[date | None, str] | None:
    """Read a day number, and the time of day behind its point; ``None`` if it is no number."""
    number = cell.number
    if number is None and re.fullmatch(r"\d{5}(\.\d{1,15})?", text):
        number = float(text)
    if number is None:
        return None
    if 0 <= number < 1 and (cell.dated or number > 0):
        return None, _clock(number)
    if not SERIAL_DAYS[0] <= number < SERIAL_DAYS[1]:
        if re.fullmatch(r"20\d{6}", text):
            return None
        raise BadCellError("date_and_time")
    moment = (_EPOCH_1904 if context.date_1904 else _EPOCH) + timedelta(days=int(number))
    return moment.date(), _clock(number % 1) if number % 1 else ""


def _clock(part: float) -> str:
    """Write the part of a day as a time, to the minute: day numbers are not exact to the second."""
    minutes = round(part * 1_440)
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _without_weekday(rest: str, day: date) -> str:
    """Take off a day of the week that is written behind a date; one that is not that date's makes it doubtful."""
    named = _NAMED_DAY.match(rest)
    if named is None:
        return rest.strip()
    if _WEEKDAYS[named[1]] != day.weekday():
        raise BadCellError("weekday_differs")
    return rest[named.end() :].strip()


def _day(year: int, month: int, day: int) -> date:
    found = _if_there(year, month, day)
    if found is None:
        raise BadCellError("no_such_day")
    return found


def _if_there(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_PARTS_OF_CLOCK: Final = "上午|下午|早上|中午|傍晚|晚上|凌晨|am|pm"
_TIME: Final = re.compile(
    rf"(?P<part>{_PARTS_OF_CLOCK})?\s?(?P<hour>\d{{1,2}})"
    r"(?:\s?[:点时]\s?(?:(?P<minute>\d{1,2})(?::\d{2})?\s?分?|(?P<half>半)|(?P<quarter>一刻))?)?\s?(?P<after>am|pm)?"
)
_LATE: Final = frozenset({"下午", "傍晚", "晚上", "pm"})


def time_of(text: str, part: str = "") -> tuple[time, str, str] | None:
    """Read the time that a text begins with: 9:00, 9点半, 下午2点, 2pm.

    Parameters
    ----------
    text
        In plain form.
    part
        The part of the day that was named before and holds on: 下午2点-4点.

    Returns
    -------
    tuple or None
        The time, the part of the day it is in, and what is left of the text; ``None`` if it begins with no time.

    Raises
    ------
    BadCellError
        If there is no such time.
    """
    found = _TIME.match(text)
    if found is None:
        return None
    part = found["part"] or found["after"] or part
    hour = int(found["hour"])
    minute = 30 if found["half"] else 15 if found["quarter"] else int(found["minute"] or 0)
    if (part in _LATE and hour < 12) or (part == "中午" and hour < 3):
        hour += 12
    if hour > 23 or minute > 59:
        raise BadCellError("time_of_day")
    return time(hour, minute), part, text[found.end() :].strip()
