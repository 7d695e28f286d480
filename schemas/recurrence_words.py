"""How a rule by which help recurs is said to a person, in both languages."""

from __future__ import annotations

from typing import Final

from linli.schemas.errors import Both
from linli.schemas.recurrence import Frequency, Rule, parse_rule

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_CHINESE: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

_UNITS: Final = {
    Frequency.DAILY: Both("day", "天"),
    Frequency.WEEKLY: Both("week", "周"),
    Frequency.MONTHLY: Both("month", "个月"),
}


def rule_in_words(text: str) -> Both:
    """Say how often help recurs.

    Parameters
    ----------
    text
        The rule, like ``FREQ=WEEKLY;BYDAY=MO``.

    Returns
    -------
    Both
        Like "every week on Monday" and "每周：周一".

    Raises
    ------
    ValueError
        If it is no rule.
    """
    rule = parse_rule(text)
    english, chinese = _often(rule)
    on, chinese_on = _days(rule)
    until, chinese_until = _end(rule)
    return Both(
        f"{english}{f' on {on}' if on else ''}{until}",
        f"{chinese}{f'：{chinese_on}' if chinese_on else ''}{chinese_until}",
    )


def _often(rule: Rule) -> Both:
    unit = _UNITS[rule.frequency]
    if rule.interval == 1:
        return Both(f"every {unit.en}", f"每{unit.zh.removeprefix('个')}")
    return Both(f"every {rule.interval} {unit.en}s", f"每 {rule.interval} {unit.zh}")


def _days(rule: Rule) -> Both:
    said = [*(_weekday(number, day) for number, day in rule.by_day), *(_month_day(day) for day in rule.by_month_day)]
    return Both(", ".join(one.en for one in said), "、".join(one.zh for one in said))


def _weekday(number: int, day: int) -> Both:
    if number == 0:
        return Both(_DAYS[day], _DAYS_CHINESE[day])
    counted = _counted(number)
    return Both(f"the {counted.en} {_DAYS[day]}", f"{counted.zh}个{_DAYS_CHINESE[day]}")


def _month_day(day: int) -> Both:
    if day > 0:
        return Both(f"day {day}", f"{day} 日")
    counted = _counted(day)
    return Both(f"the {counted.en} day", f"{counted.zh}天")


def _counted(number: int) -> Both:
    if number == -1:
        return Both("last", "最后一")
    if number < 0:
        return Both(f"{_ordinal(-number)} last", f"倒数第 {-number} ")
    return Both(_ordinal(number), f"第 {number} ")


def _ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number in (11, 12, 13) else endings.get(number % 10, 'th')}"


def _end(rule: Rule) -> Both:
    if rule.count is not None:
        return Both(f", {rule.count} times", f"，共 {rule.count} 次")
    if rule.until is not None:
        return Both(f", until {rule.until}", f"，至 {rule.until}")
    return Both("", "")
