"""For which period a report is asked: a month, a year, or from one day to another, as people say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from linli.schemas.errors import Both

ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Days are those of the districts; all of China keeps this zone."""

_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)


class Parameter(StrEnum):
    """What a report can be asked with, as options are named."""

    MONTH = "month"
    YEAR = "year"
    FROM = "from"
    UNTIL = "until"


class Period(NamedTuple):
    """From a moment to before another; null is without limit."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment is in it."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)


_LIKE: Final = {"month": "2026-03", "year": "2026", "from": "2026-03-01", "until": "2026-03-31"}
"""How each part of a period is written."""


class WrongPeriodError(ValueError):
    """A report cannot be asked like that; ``parameter`` says which is wrong."""

    def __init__(self, parameter: str, value: str) -> None:
        super().__init__(f"{parameter} {value!r}")
        self.parameter = parameter
        self.value = value

    def said(self) -> Both:
        """Say at the command line which option is wrong, and how it is written."""
        like = _LIKE.get(self.parameter)
        if like is None:
            return Both(f"--{self.parameter} is not for this report", f"此处不能使用 --{self.parameter}")
        return Both(
            f"--{self.parameter} {self.value}: it is written {like}, and a period ends after it begins",
            f"--{self.parameter} {self.value}：写作 {like}，且结束不得早于开始",
        )


def period_of(given: Mapping[str, str], takes: frozenset[Parameter]) -> Period:
    """Read the period that is asked for; what is empty was not given.

    Parameters
    ----------
    given
        Values by the name of their parameter: a month like 2026-03, a year like 2026, days like 2026-03-26; the day
        ``until`` which is included.
    takes
        What the report can be asked with.

    Raises
    ------
    WrongPeriodError
        If a value is none, the report takes no such parameter, or two contradict each other.
    """
    asked = {name: value.strip() for name, value in given.items() if value.strip()}
    for name, value in asked.items():
        if name not in takes:
            raise WrongPeriodError(name, value)
    found = [_READ[Parameter(name)](value) for name, value in asked.items()]
    start = max((one.start for one in found if one.start is not None), default=None)
    end = min((one.end for one in found if one.end is not None), default=None)
    if start is not None and end is not None and end <= start:
        raise WrongPeriodError(*next(iter(asked.items())))
    return Period(start, end)


def _month(value: str) -> Period:
    found = _MONTH.fullmatch(value)
    if found is None or not 1 <= int(found[2]) <= 12 or not 1 <= int(found[1]) < date.max.year:
        raise WrongPeriodError(Parameter.MONTH, value)
    year, month = int(found[1]), int(found[2])
    return Period(_begin(date(year, month, 1)), _begin(date(year + month // 12, month % 12 + 1, 1)))


def _year(value: str) -> Period:
    if _YEAR.fullmatch(value) is None or not 1 <= int(value) < date.max.year:
        raise WrongPeriodError(Parameter.YEAR, value)
    return Period(_begin(date(int(value), 1, 1)), _begin(date(int(value) + 1, 1, 1)))


def _from(value: str) -> Period:
    return Period(start=_begin(_day(Parameter.FROM, value)))


def _until(value: str) -> Period:
    return Period(end=_begin(_day(Parameter.UNTIL, value) + timedelta(days=1)))


def _day(parameter: Parameter, value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise WrongPeriodError(parameter, value) from None
    if not 1 < day.year < date.max.year:
        raise WrongPeriodError(parameter, value)
    return day


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


_READ: Final = {Parameter.MONTH: _month, Parameter.YEAR: _year, Parameter.FROM: _from, Parameter.UNTIL: _until}
