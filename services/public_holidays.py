"""China's public holidays as they were announced, from the library that follows the announcements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import groupby
from typing import Final

from chinese_calendar.constants import Holiday as Known
from chinese_calendar.constants import holidays

from linli.schemas.policy import Holiday, HolidayCalendar

YEARS: Final = 2
"""The last years that the library knows: the calendar is in the record of every round, where each year takes 400 bytes;
whoever needs others names them in the policy."""


@cache
def shipped_calendar() -> HolidayCalendar:
    """Return the calendar of the last years that are known.

    Notes
    -----
    The holidays of a year are announced in the last months of the year before. Until then, and until the library has
    been renewed, the next year is not known: it is not among the calendar's years, and nothing is guessed.
    """
    last = max(holidays).year
    years = tuple(range(last - YEARS + 1, last + 1))
    return HolidayCalendar(years=years, holidays=tuple(_spans([day for day in sorted(holidays) if day.year in years])))


def _spans(days: list[date]) -> Iterator[Holiday]:
    """Yield runs of days of the same holiday; a run does not cross into another year."""

    def run(numbered: tuple[int, date]) -> tuple[int, int, str]:
        number, day = numbered
        return day.year, day.toordinal() - number, holidays[day]

    for (_, _, name), group in groupby(enumerate(days), run):
        found = [day for _, day in group]
        yield Holiday(start=found[0], end=found[-1], name=Known(name).chinese)
