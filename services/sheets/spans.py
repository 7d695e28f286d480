"""When somebody may come, as people write it: 11月26日上午, 2026-11-26 9:00-11:00, 明天下午. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from linli.services.sheets.cells import Cell, plain
from linli.services.sheets.columns import BadCellError, Context
from linli.services.sheets.dates import day_of, time_of

ALONE_MINUTES: Final = 60
"""A single time is taken as this long a window, and marked: people who say nine o'clock do not mean the second."""

SPANS_MAX: Final = 8
"""Windows of one cell, as many as an order may have."""

_TO: Final = re.compile(r"^(?:-|~|–|—|至|到|to |until )\s?")
_ALTERNATIVES: Final = re.compile(r"\s*(?:或者|或|、|;|,|\+| or |/(?=\D))\s*")
_DAY_WORDS: Final = re.compile(r"\d{4}|[年月周]|星期|礼拜|[今明后]天")
_ABOUT: Final = re.compile(r"^(?:大概|大约|约|差不多)\s?|\s?(?:左右|前后)$")
_BEFORE: Final = re.compile(r"^\s?(?:以?前|之前|before)$")
_AFTER: Final = re.compile(r"^\s?(?:以?后|之后|起|after)$")


@dataclass(frozen=True, slots=True)
class Span:
    """A window of a day; ``assumed`` names what was not said: ``whole_day``, ``one_hour``, or nothing."""

    start: datetime
    end: datetime
    assumed: str = ""


def spans_of(cells: list[Cell], reference: date, context: Context) -> list[Span]:
    """Read the windows that a cell names, or two cells with the day in the one and the time in the other.

    Raises
    ------
    BadCellError
        If there is no day, or it cannot be read in exactly one way.
    """
    day: date | None = None
    rests: list[str] = []
    for cell in cells:
        # 9-11 beside a column with the day is a time and no day without its year.
        is_time = day is not None and cell.number is None and not _DAY_WORDS.search(cell.text)
        found, rest = (None, plain(cell.text)) if is_time else day_of(cell, reference, context)
        if found is not None and day is not None and found != day:
            raise BadCellError("two_days")
        day = found or day
        rests.append(rest)
    if day is None:
        raise BadCellError("day_missing")
    return list(_spans(day, " ".join(rest for rest in rests if rest), reference, context))[:SPANS_MAX]


def _spans(day: date, text: str, reference: date, context: Context) -> Iterator[Span]:
    if not text:
        start, end = context.day_parts["全天"]
        yield _span(day, time.fromisoformat(start), time.fromisoformat(end), context, "whole_day")
        return
    for part in _ALTERNATIVES.split(text):
        # 11月26日上午或27日下午: a further day may be named in an alternative.
        other, rest = day_of(Cell(part), reference, context) if _DAY_WORDS.search(part) else (None, part)
        day = other or day
        if other is not None and not rest:
            raise BadCellError("time_span")
        yield _one(day, _ABOUT.sub("", rest or part), reference, context)


def _one(day: date, text: str, reference: date, context: Context) -> Span:
    named = context.day_parts.get(text)
    if named is not None:
        return _span(day, time.fromisoformat(named[0]), time.fromisoformat(named[1]), context)
    first = time_of(text)
    if first is None:
        raise BadCellError("time_span")
    start, part, rest = first
    whole_day = context.day_parts["全天"]
    if not rest:
        moment = _at(day, start, context)
        return Span(moment, moment + timedelta(minutes=ALONE_MINUTES), "one_hour")
    if _BEFORE.match(rest):
        return _span(day, time.fromisoformat(whole_day[0]), start, context)
    if _AFTER.match(rest):
        return _span(day, start, time.fromisoformat(whole_day[1]), context)
    until = _TO.match(rest)
    if until is None:
        raise BadCellError("time_span")
    # 2026-11-26 17:00 至 2026-11-27 9:00: the end may name its own day.
    last, rest = day_of(Cell(rest[until.end() :]), reference, context) if _DAY_WORDS.search(rest) else (None, rest)
    second = time_of(rest if last else rest[until.end() :], part)
    if second is None or second[2]:
        raise BadCellError("time_span")
    return _span(day, start, second[0], context, last=last)


def instant_of(cell: Cell, day: date | None, reference: date, context: Context) -> datetime:
    """Read one moment: a day and a time, or a time alone where the day stands in a column of its own.

    Raises
    ------
    BadCellError
        If it is none.
    """
    exact = _iso(cell.text)
    if exact is not None:
        return exact
    named, rest = day_of(cell, reference, context)
    day = named or day
    if day is None:
        raise BadCellError("date_and_time")
    found = time_of(rest)
    if found is None or found[2]:
        raise BadCellError("time_missing" if not rest else "date_and_time")
    return _at(day, found[0], context)


def _iso(text: str) -> datetime | None:
    """Read a moment that states its zone."""
    try:
        moment = datetime.fromisoformat(plain(text).upper())
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _span(day: date, start: time, end: time, context: Context, assumed: str = "", *, last: date | None = None) -> Span:
    first, final = _at(day, start, context), _at(last or day, end, context)
    if final < first:
        raise BadCellError("time_span")
    return Span(first, final, assumed)


def _at(day: date, at: time, context: Context) -> datetime:
    return datetime.combine(day, at, context.zone)
