"""A month of the county in virtual time, with recurring visits among the demand, as Linli and as a telephone desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from linli.schemas.policy import Mode, Policy, Prices
from linli.schemas.recurrence import HolidayRule
from linli.schemas.standing import StandingOrder
from linli.services.demo.county import layout
from linli.services.demo.demand import Scenario, ask
from linli.services.demo.requests import MONDAY, day
from linli.services.demo.teams import midnight, registrations
from linli.services.demo.timed import TimedEvent, chance, timed
from linli.services.public_holidays import shipped_calendar
from linli.services.simulation.people import manners_of
from linli.services.simulation.virtual_day import DAY_ENDS, VirtualDay

RULES: Final = ("FREQ=WEEKLY", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=DAILY;INTERVAL=2")
"""How often the recurring visits of the month come, in equal shares; an assumption, like all of the demand."""

SERIALS_FROM: Final = 8_000
"""Numbers of the standing orders: above those that a day's orders have."""


_SHIPPED: Final = Prices()


@dataclass(frozen=True, slots=True)
class Month:
    """What is simulated.

    Parameters
    ----------
    seed
        Of everything invented.
    days
        How many, from `MONDAY` on.
    standing
        How many standing orders are placed on the first day.
    accept
        From and to which share of its offers a team accepts; each team has its own.
    work
        Deterministic units of search per round.
    requests
        Single orders a day; None for as many as such a day brings.
    continuity, load, reoffer
        The price of another team than the regular one, of an hour for every hour a team gave, and of asking again; by
        default those that are shipped.
    patience
        Minutes after which an ordinary visit that has not begun costs; None: as long as its first window.
    """

    seed: int = 1
    days: int = 30
    standing: int = 40
    accept: tuple[float, float] = (0.4, 1.0)
    work: int = 0
    requests: int | None = None
    continuity: int = _SHIPPED.continuity
    load: int = _SHIPPED.load
    reoffer: int = _SHIPPED.reoffer
    patience: int | None = None

    @property
    def dates(self) -> list[date]:
        """The days."""
        return [MONDAY + timedelta(days=number) for number in range(self.days)]

    @property
    def ends(self) -> datetime:
        """The evening of the last day."""
        last = self.dates[-1]
        return datetime.combine(last, DAY_ENDS, midnight(last).tzinfo).astimezone(UTC)


def play_month(month: Month) -> VirtualDay:
    """Play a month as Linli dispatches it.

    Notes
    -----
    The demand of each day is that of the demo, what goes wrong on the way included; the days know nothing of each
    other but for the standing orders. Teams are as the roster has them on the first day.
    """
    first = midnight(MONDAY).astimezone(UTC) + timedelta(hours=6)
    events = [*registrations(MONDAY, first), *_standing(month)]
    for on in month.dates:
        events += _day(month, on)
    played = VirtualDay(
        seed=month.seed,
        work=month.work,
        policy=Policy(
            mode=Mode.AUTO,
            calendar=shipped_calendar(),
            prices=Prices(continuity=month.continuity, load=month.load, reoffer=month.reoffer),
            patience_minutes=month.patience,
        ),
        manners=manners_of(month.accept, month.seed),
        events=tuple(sorted(events, key=lambda event: event.at)),
    )
    played.ends = month.ends
    return played.play()


def _day(month: Month, on: date) -> Iterator[TimedEvent]:
    """Yield a day's stream under names that no other day has; special cases come on the first day alone."""
    for event in day(month.seed, month.requests, Scenario.CALM, on):
        yield replace(event, event_id=f"{on:%m%d}-{event.event_id}", note="")


def _standing(month: Month) -> Iterator[TimedEvent]:
    """Yield standing orders, all placed on the first morning, for visits from the second day on."""
    dice = chance(month.seed, "standing")
    serial = SERIALS_FROM
    made = 0
    while made < month.standing:
        serial += 1
        placed = ask(dice, MONDAY, serial, Scenario.CALM)
        if placed.order.urgent:
            continue
        later = timedelta(days=1 + dice.randrange(7))
        first = placed.order.windows[0]
        length = first.end - first.start
        at = datetime.combine(first.start.date(), first.start.timetz())
        window = first.model_copy(update={"start": at + later, "end": at + later + length})
        order = placed.order.model_copy(update={"windows": (window,)})
        rule = RULES[made % len(RULES)]
        body = StandingOrder(order=order, rule=rule, holidays=HolidayRule.SKIP)
        when = datetime.combine(MONDAY, time(7, 0), midnight(MONDAY).tzinfo) + timedelta(seconds=20 * made)
        yield timed(when, body, "standing", placed.source, layout().code, f"standing-{serial}")
        made += 1
