"""The stream of a synthetic day: orders with their peaks, and all that goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from linli.schemas.dead_letters import Reason
from linli.schemas.orders import Amend, Cancel, Target
from linli.schemas.people import AgeBand
from linli.services.demo.county import layout
from linli.services.demo.demand import Ask, Scenario, ask, demand, usual_requests, windows
from linli.services.demo.flood import flood
from linli.services.demo.malformed import MISTAKES, malformed
from linli.services.demo.special_cases import CASES
from linli.services.demo.timed import TimedEvent, chance, timed

MONDAY = date(2026, 3, 16)
"""The demo's day unless another is asked for."""

LATE_MAX = timedelta(hours=8)
"""A late order comes on the day on which it was written down."""

Disturbance = Callable[[Random, Ask], list[TimedEvent]]


def day(
    seed: int, requests: int | None = None, scenario: Scenario = Scenario.CALM, on: date = MONDAY
) -> list[TimedEvent]:
    """Return a day's stream, sorted by time.

    Parameters
    ----------
    seed
        The same seed gives the same day, byte for byte.
    requests
        How many different well-formed orders there are, special cases included; by default as many as such a day
        brings. Repeated, malformed and conflicting records come on top.
    scenario
        What kind of day it is.
    on
        The date.

    Notes
    -----
    The roster is not part of the stream: see `linli.services.demo.teams.registrations`. Only a flood's changes are.
    """
    count = usual_requests(scenario, on) if requests is None else requests
    dice = chance(seed, scenario, on.isoformat())
    special = [(note, make(on, i + 1)) for i, (note, make) in enumerate(CASES[:count])]
    plain = [ask(dice, on, serial, scenario) for serial in range(len(special) + 1, count + 1)]
    events = [ordered(case, note) for note, case in special]
    events += _ordinary(dice, plain)
    events += _spoilt(dice, seed, plain, count)
    if scenario is Scenario.FLOOD:
        events += flood(plain, on)
    return sorted(events, key=lambda event: event.at)


def ordered(placed: Ask, note: str = "") -> TimedEvent:
    """Return the event of an order."""
    number = placed.order.source_id
    return timed(placed.at, placed.order, "order", placed.source, layout().code, number, note)


def _ordinary(dice: Random, plain: list[Ask]) -> Iterator[TimedEvent]:
    """Yield every ordinary order, some disturbed, some cancelled or amended later on; nothing happens to one twice."""
    shares = demand()
    fates: list[Disturbance] = [_left_alone] * len(plain)
    chosen = iter(dice.sample(range(len(plain)), len(plain)))
    ways = ((DISTURBANCES, shares.disturbed), ((_cancelled,), shares.cancelled), ((_amended,), shares.amended))
    for disturbances, share in ways:
        for number, index in zip(range(round(share * len(plain))), chosen, strict=False):
            fates[index] = disturbances[number % len(disturbances)]
    for fate, placed in zip(fates, plain, strict=True):
        yield from fate(dice, placed)


def _left_alone(dice: Random, placed: Ask) -> list[TimedEvent]:
    return [ordered(placed)]


def _repeated(dice: Random, placed: Ask) -> list[TimedEvent]:
    """Send the very same record again: the sender missed the first acknowledgement."""
    again = _moved(ordered(placed, "repeated"), dice.uniform(0.2, 30.0))
    return [ordered(placed), again]


def _sent_anew(dice: Random, placed: Ask) -> list[TimedEvent]:
    """Send the same order as a new event: two clerks pressed the button."""
    first = ordered(placed)
    again = timed(first.at, placed.order, "order", placed.source, layout().code, first.event_id + "-again", "repeated")
    return [first, _moved(again, dice.uniform(1.0, 40.0))]


def _late(dice: Random, placed: Ask) -> list[TimedEvent]:
    """Send an order when its window is already half over; an order for another day is repeated instead."""
    window = placed.order.windows[0]
    if window.start - placed.at > LATE_MAX:
        return _repeated(dice, placed)
    late = Ask(window.start + (window.end - window.start) / 2, placed.source, placed.serial, placed.order)
    return [ordered(late, "late")]


def _cancelled_first(dice: Random, placed: Ask) -> list[TimedEvent]:
    """Send the cancellation before the order it cancels."""
    before = _cancellation(placed, -dice.uniform(1.0, 10.0), "cancelled before its order")
    return [before, ordered(placed, "after its cancellation")]


def _conflicting(dice: Random, placed: Ask) -> list[TimedEvent]:
    """Use a number again for another order: a dead letter, and the first order stands."""
    first = ordered(placed)
    other = placed.order.model_copy(update={"urgent": not placed.order.urgent})
    second = timed(
        first.at, other, "order", placed.source, layout().code, f"{first.event_id}-other", "invalid: number used twice"
    )
    moved = _moved(second, dice.uniform(1.0, 40.0))
    return [first, replace(moved, expected=Reason.DUPLICATE_CONFLICT)]


DISTURBANCES: tuple[Disturbance, ...] = (_repeated, _cancelled_first, _late, _sent_anew, _conflicting)
"""Late, repeated and out of order, in turn."""


def _cancelled(dice: Random, placed: Ask) -> list[TimedEvent]:
    return [ordered(placed), _cancellation(placed, dice.uniform(5.0, 90.0), "cancelled")]


def _amended(dice: Random, placed: Ask) -> list[TimedEvent]:
    """Give another time some minutes later."""
    at = placed.at + timedelta(minutes=dice.uniform(5.0, 60.0))
    other = windows(dice, at, placed.order.beneficiary, urgent=False)
    body = Amend(target=Target(source_id=placed.order.source_id), windows=other, reason="改个时间（模拟）")
    number = f"{placed.order.source_id}-amended"
    return [ordered(placed), timed(at, body, "amend", placed.source, layout().code, number, "amended")]


def _moved(event: TimedEvent, minutes: float) -> TimedEvent:
    return replace(event, at=event.at + timedelta(minutes=minutes))


def _cancellation(placed: Ask, minutes: float, note: str) -> TimedEvent:
    at = placed.at + timedelta(minutes=minutes)
    body = Cancel(target=Target(source_id=placed.order.source_id), reason="不需要了（模拟）")
    return timed(at, body, "cancel", placed.source, layout().code, f"{placed.order.source_id}-cancel", note)


def _spoilt(dice: Random, seed: int, plain: list[Ask], count: int) -> Iterator[TimedEvent]:
    """Yield the malformed records: the department's task always, the others in turn from day to day.

    Only orders for adults are spoilt: a child's without consent is no mistake but a case for the child director. They
    take turns: one is written to Kafka by another system, the next is refused at the gateway's door.
    """
    adults = [placed for placed in plain if placed.order.age_band is AgeBand.ADULT]
    wanted = min(max(2, round(demand().invalid * count)), len(adults))
    others = MISTAKES[1:]
    start = seed * wanted
    chosen = (MISTAKES[0], *(others[(start + i) % len(others)] for i in range(wanted - 1)))
    # Where the second cannot be said over HTTP, the first is: every day shows both ways.
    turn = int(wanted > 1 and chosen[1].only_by_event)
    for place, (mistake, good) in enumerate(zip(chosen, dice.sample(adults, wanted), strict=False)):
        at = good.at + timedelta(minutes=dice.uniform(0.0, 30.0))
        yield malformed(mistake, good, at, by_event=place % 2 == turn)
