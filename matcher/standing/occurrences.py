"""When the visits of a standing order are: the rule's days in local time, holidays, what was skipped or moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from dateutil import rrule

from linli.schemas.orders import Window
from linli.schemas.policy import HolidayCalendar
from linli.schemas.recurrence import Frequency, HolidayRule, Rule, parse_rule
from linli.schemas.standing import StandingDetails, Visiting

SHIFT_DAYS_MAX: Final = 20
"""Farthest that holidays move a visit: more than the longest run of days off, so that it always comes out."""

_AROUND: Final = timedelta(days=2 * SHIFT_DAYS_MAX)
"""How far around the visits asked for others are looked at, which holidays may move to the same day."""

_FREQUENCY: Final[dict[Frequency, Literal[1, 2, 3]]] = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
}

_DAY: Final = timedelta(days=1)


class Occurrence(NamedTuple):
    """A visit of a standing order: the moment the rule gives it, how it comes about, and when it may begin.

    `unknown` is the year whose holidays would have to be known.
    """

    nominal: datetime
    how: Visiting
    windows: tuple[Window, ...]
    unknown: int | None

    @property
    def start(self) -> datetime:
        """The first moment at which it may begin."""
        return min(window.start for window in self.windows)

    @property
    def end(self) -> datetime:
        """The last moment at which it may begin."""
        return max(window.end for window in self.windows)

    @property
    def comes(self) -> bool:
        """Whether there is a visit at all."""
        return self.how not in (Visiting.SKIPPED, Visiting.LEFT_OUT)

    @property
    def soonest(self) -> datetime:
        """The moment by which it is decided when it is made a request: never later than the rule has it."""
        return min(self.nominal, self.start)


def occurrences(
    details: StandingDetails, calendar: HolidayCalendar | None, after: datetime, until: datetime
) -> Iterator[Occurrence]:
    """Yield the visits whose moment by the rule lies after one moment and not after another, in order.

    Parameters
    ----------
    details
        The standing order.
    calendar
        The public holidays; without any, none is known of any year.
    after, until
        Between which moments.
    """
    zone = ZoneInfo(details.zone)
    days = _Days(details.holidays, calendar or HolidayCalendar())
    near = list(_by_rule(details, zone, after - _AROUND, until + _AROUND))
    taken = {local.date() for local in near if not days.off(local.date())}
    moved = {one.occurrence: one.windows for one in details.moved}
    for local in near:
        nominal = local.replace(tzinfo=zone).astimezone(UTC)
        day, how = _day_of(local.date(), days, taken)
        if not after < nominal <= until:
            continue
        unknown = days.unknown(local.date())
        if nominal in moved:
            yield Occurrence(nominal, Visiting.MOVED, moved[nominal], unknown)
        else:
            how = Visiting.SKIPPED if nominal in details.skipped else how
            yield Occurrence(nominal, how, _windows(details, zone, datetime.combine(day, local.time())), unknown)


def _day_of(day: date, days: _Days, taken: set[date]) -> tuple[date, Visiting]:
    """Say on which day a visit is: no two of one order on the same day, those that stay where they are first."""
    if not days.off(day):
        return day, Visiting.RULE
    other = days.instead(day)
    if other is None or other in taken:
        return day, Visiting.LEFT_OUT
    taken.add(other)
    return other, Visiting.HOLIDAY


class _Days:
    """The days off, as far as an order minds them."""

    def __init__(self, rule: HolidayRule, calendar: HolidayCalendar) -> None:
        self._rule, self._years = rule, frozenset(calendar.years)
        self._off = days_off(tuple((one.start, one.end) for one in calendar.holidays))

    def off(self, day: date) -> bool:
        """Say whether an order has no visit on a day because it is a holiday."""
        return self._rule is not HolidayRule.KEEP and day in self._off

    def unknown(self, day: date) -> int | None:
        """Return the day's year if its holidays would matter and are not known."""
        return day.year if self._rule is not HolidayRule.KEEP and day.year not in self._years else None

    def instead(self, day: date) -> date | None:
        """Return the day to which a visit of a holiday is moved, if it is moved."""
        if self._rule is HolidayRule.SKIP:
            return None
        step = -_DAY if self._rule is HolidayRule.BEFORE else _DAY
        near = (day + number * step for number in range(1, SHIFT_DAYS_MAX + 1))
        return next((other for other in near if other not in self._off), None)


@lru_cache(maxsize=8)
def days_off(spans: tuple[tuple[date, date], ...]) -> frozenset[date]:
    """Return every single day of spans, first and last included."""
    return frozenset(start + number * _DAY for start, end in spans for number in range((end - start).days + 1))


def first_start(details: StandingDetails) -> datetime:
    """Return the earliest moment of the first visit as it was ordered."""
    return min(window.start for window in details.template.windows)


def _windows(details: StandingDetails, zone: ZoneInfo, local: datetime) -> tuple[Window, ...]:
    """Return the windows of the visit that begins at a local time, as far from it as those of the first one."""
    first = first_start(details).astimezone(zone).replace(tzinfo=None)

    def at(moment: datetime) -> datetime:
        given = moment.astimezone(zone).replace(tzinfo=None)
        return (local + (given - first)).replace(tzinfo=zone).astimezone(UTC)

    return tuple(Window(start=at(one.start), end=at(one.end)) for one in details.template.windows)


def _by_rule(details: StandingDetails, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the local times that the rule gives between two moments, whatever became of them."""
    first = first_start(details).astimezone(zone).replace(tzinfo=None)
    last = until if details.until is None else min(until, details.until)
    low, high = (one.astimezone(zone).replace(tzinfo=None) for one in (after, last))
    series = _series(parse_rule(details.rule), first)
    return (local for local in takewhile(lambda one: one <= high, series.xafter(low, inc=True)))


def _series(rule: Rule, first: datetime) -> rrule.rrule:
    """Return the rule's local times from the first visit on; `first` has no zone."""
    weekdays = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)
    return rrule.rrule(
        _FREQUENCY[rule.frequency],
        dtstart=first,
        interval=rule.interval,
        byweekday=[weekdays[day](number) if number else weekdays[day] for number, day in rule.by_day] or None,
        bymonthday=list(rule.by_month_day) or None,
        count=rule.count,
        until=None if rule.until is None else datetime.combine(rule.until, time.max),
    )
