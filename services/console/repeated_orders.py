"""The same help again and again, as it is entered: a few plain choices become a rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final

from linli.schemas.orders import Order
from linli.schemas.recurrence import WEEKDAYS, HolidayRule
from linli.schemas.recurrence_words import rule_in_words as in_words
from linli.schemas.standing import StandingOrder
from linli.services.console.form_events import made_of
from linli.services.console.forms import Form, FormError
from linli.services.console.words import ZONE, Speech

REPEAT: Final = ("repeat", "repeat_holidays", "repeat_until")
"""The fields of a repetition."""

CHOICES: Final = {
    "daily": "standing.repeat_daily",
    "weekly": "standing.repeat_weekly",
    "two_weeks": "standing.repeat_two_weeks",
    "monthly": "standing.repeat_monthly",
}
"""How often, with its name in the catalogue; whoever needs another rule gives it by file or HTTP."""

SURE_DAY: Final = 28
"""The last day that every month has: a later one is taken as the month's last."""

_LABELS: Final = {"rule": "standing.repeat", "until": "standing.until", "holidays": "standing.holidays"}


def repeat_options(speech: Speech) -> dict[str, list[tuple[str, str]]]:
    """Give what can be chosen."""
    often = [("", speech("standing.repeat_no")), *((one, speech(name)) for one, name in CHOICES.items())]
    return {"repeat": often, "repeat_holidays": [(one.value, speech.of(one)) for one in HolidayRule]}


def repeated(form: Form, order: Order) -> StandingOrder | None:
    """Make a standing order of an order, if it is to be repeated.

    Raises
    ------
    linli.services.console.forms.FormError
        If something cannot be read, or what is ordered cannot recur.
    """
    often = form.text("repeat")
    if often not in CHOICES:
        return None
    first = order.windows[0].start
    until = _until(form.text("repeat_until"))
    return made_of(
        lambda: StandingOrder(
            order=order,
            rule=_rule(often, first),
            holidays=_holidays(form.text("repeat_holidays")),
            until=until,
        ),
        _LABELS,
        "standing.repeat",
    )


def _until(day: str) -> datetime | None:
    """Read the last day."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59), ZONE)
    except ValueError:
        raise FormError("order.bad", "standing.until") from None


def _holidays(code: str) -> HolidayRule:
    """Read what becomes of a visit on a holiday; nobody comes unless that was asked for."""
    if code and code not in set(HolidayRule):
        raise FormError("order.bad", "standing.holidays")
    return HolidayRule(code or HolidayRule.SKIP)


def _rule(often: str, first: datetime) -> str:
    """Write the rule of a choice; the first visit says the day of the week or of the month."""
    first = first.astimezone(ZONE)
    day = WEEKDAYS[first.weekday()]
    month_day = first.day if first.day <= SURE_DAY else -1
    return {
        "daily": "FREQ=DAILY",
        "weekly": f"FREQ=WEEKLY;BYDAY={day}",
        "two_weeks": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={day}",
        "monthly": f"FREQ=MONTHLY;BYMONTHDAY={month_day}",
    }[often]


def rule_in_words(standing: StandingOrder | None, speech: Speech) -> Iterator[tuple[str, str]]:
    """Say what was chosen, to be read to the person once more."""
    if standing is not None:
        yield speech("standing.repeat"), said_rule(standing.rule, speech)
        yield speech("standing.holidays"), speech.of(standing.holidays)


def said_rule(rule: str, speech: Speech) -> str:
    """Say how often."""
    said = in_words(rule)
    return said.zh if speech.tongue == "zh" else said.en
