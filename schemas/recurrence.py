"""The rule by which help recurs: the part of RFC 5545 that is understood, and what a county's holidays do to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

INTERVAL_MAX: Final = 52
"""Longest step: every 52 weeks is once a year, and what comes more rarely is ordered when it is needed."""

COUNT_MAX: Final = 1_000
"""Most visits that a rule counts: nearly three years of daily ones."""

RULE_CHARACTERS_MAX: Final = 200
"""The longest rule of this subset has about 150."""

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""Names of days in a rule, Monday first."""

_BY_DAY: Final = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL: Final = re.compile(r"\d{8}(T\d{6}Z?)?")


class Frequency(StrEnum):
    """How often: never more than once a day."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class HolidayRule(StrEnum):
    """What becomes of a visit that falls on a public holiday: none, the last day before, the first after, or as it is.

    ``before`` and ``after``: if another visit of the same order is on that day already, this one is left out.
    """

    SKIP = "skip"
    BEFORE = "before"
    AFTER = "after"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, taken apart.

    Parameters
    ----------
    frequency, interval
        Every so many days, weeks or months.
    by_day
        Days of the week, 0 for Monday; with a number other than 0 the so-many-th of the month, from its end if
        negative.
    by_month_day
        Days of the month, from its end if negative. A month without such a day has no visit: -1 is always its last.
    count
        How many visits there are in all; ``None`` for no end.
    until
        The last day on which there may be one; ``None`` for no end.
    """

    frequency: Frequency
    interval: int = 1
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None


def parse_rule(text: str) -> Rule:
    """Take a rule apart.

    Raises
    ------
    ValueError
        If it is none, or has a part that is not understood here; the message names it.
    """
    parts = _parts(text)
    unknown = [name for name in parts if name not in ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL")]
    if unknown:
        raise ValueError(f"{unknown[0]} is not understood; FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT, UNTIL are")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("COUNT and UNTIL exclude each other")
    rule = Rule(
        frequency=_frequency(parts.get("FREQ", "")),
        interval=_number("INTERVAL", parts.get("INTERVAL", "1"), INTERVAL_MAX),
        by_day=tuple(_day(one) for one in parts["BYDAY"].split(",")) if "BYDAY" in parts else (),
        by_month_day=tuple(_month_day(one) for one in parts["BYMONTHDAY"].split(",")) if "BYMONTHDAY" in parts else (),
        count=_number("COUNT", parts["COUNT"], COUNT_MAX) if "COUNT" in parts else None,
        until=_last_day(parts["UNTIL"]) if "UNTIL" in parts else None,
    )
    _refuse_contradictions(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    """Split ``NAME=VALUE;NAME=VALUE``."""
    parts: dict[str, str] = {}
    for part in text.upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, equals, value = part.partition("=")
        if not re.fullmatch(r"[A-Z-]{1,20}", name) or not equals or not value:
            raise ValueError("a rule is written FREQ=WEEKLY;BYDAY=TU")
        if name in parts:
            raise ValueError(f"{name} is given twice")
        parts[name] = value
    return parts


def _frequency(value: str) -> Frequency:
    if value not in set(Frequency):
        known = value if value in ("SECONDLY", "MINUTELY", "HOURLY", "YEARLY") else "?"
        raise ValueError(f"FREQ={known} is not understood; DAILY, WEEKLY and MONTHLY are")
    return Frequency(value)


def _number(name: str, value: str, most: int) -> int:
    if not value.isdecimal() or not 1 <= int(value[:6]) <= most:
        raise ValueError(f"{name} is a number from 1 to {most}")
    return int(value)


def _day(value: str) -> tuple[int, int]:
    found = _BY_DAY.fullmatch(value)
    if found is None:
        raise ValueError("BYDAY is days like MO,TH or, of a month, 1MO or -1FR")
    return int(found[1] or 0), WEEKDAYS.index(found[2])


def _month_day(value: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,2}", value) or not 1 <= abs(int(value)) <= 31:
        raise ValueError("BYMONTHDAY is days from 1 to 31, or from -1 to -31 counted from the month's end")
    return int(value)


def _last_day(value: str) -> date:
    try:
        if _UNTIL.fullmatch(value) is None:
            raise ValueError(value)
        return datetime.strptime(value[:8], "%Y%m%d").date()
    except ValueError:
        raise ValueError("UNTIL is a date like 20261231") from None


def _refuse_contradictions(rule: Rule) -> None:
    """Refuse what RFC 5545 forbids, or gives a meaning that nobody would guess."""
    if rule.by_month_day and rule.frequency is not Frequency.MONTHLY:
        raise ValueError("BYMONTHDAY goes with FREQ=MONTHLY alone")
    if rule.by_month_day and rule.by_day:
        raise ValueError("BYDAY and BYMONTHDAY together are not understood")
    if rule.frequency is not Frequency.MONTHLY and any(number for number, _ in rule.by_day):
        raise ValueError("a number in BYDAY goes with FREQ=MONTHLY alone")


def canonical(text: str) -> str:
    """Write a rule as it is kept: parts in one order, nothing that means nothing.

    Raises
    ------
    ValueError
        See `parse_rule`.
    """
    rule = parse_rule(text)
    days = ",".join(f"{number or ''}{WEEKDAYS[day]}" for number, day in rule.by_day)
    parts = {
        "FREQ": rule.frequency.value,
        "INTERVAL": "" if rule.interval == 1 else str(rule.interval),
        "BYDAY": days,
        "BYMONTHDAY": ",".join(str(day) for day in rule.by_month_day),
        "COUNT": "" if rule.count is None else str(rule.count),
        "UNTIL": "" if rule.until is None else f"{rule.until:%Y%m%d}",
    }
    return ";".join(f"{name}={value}" for name, value in parts.items() if value)


RuleText = Annotated[str, StringConstraints(min_length=9, max_length=RULE_CHARACTERS_MAX), AfterValidator(canonical)]
"""A rule as text, in the subset that is understood."""
