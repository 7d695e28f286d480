"""Simulated residents: what they say after a visit."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from linli.schemas.answers import Rate, Reschedule
from linli.schemas.assignment import AssignmentRecord, DoneState
from linli.schemas.lifecycle import State
from linli.schemas.orders import RequestDetails, Target, Window
from linli.schemas.people import Requester
from linli.schemas.service import RESIDENT_SOURCE
from linli.services.demo.behaviour import behaviour
from linli.services.demo.demand import demand, draw
from linli.services.demo.timed import TimedEvent, chance, timed

SOURCE = "resident-app"
"""The sender of ratings."""

TAGS = {5: ("patient", "skilled"), 4: ("on_time",), 3: ("hurried",), 2: ("late",), 1: ("late", "hurried")}
"""Words that go with the stars."""


def residents_say(record: AssignmentRecord, seed: int, stories: frozenset[str] = frozenset()) -> list[TimedEvent]:
    """Return what a resident will say because of a record of the ledger: a rating, or a wish for another time.

    The same record always gives the same events with the same ids. Requests in ``stories`` are always rated, with
    five stars.
    """
    if isinstance(record.status, DoneState) and record.details is not None:
        return _rating(record, record.status, record.details, seed, record.request_id in stories)
    if record.state is State.FAILED_VISIT and record.details is not None:
        return _another_time(record, record.details, seed)
    return []


def _rating(
    record: AssignmentRecord, status: DoneState, details: RequestDetails, seed: int, told: bool
) -> list[TimedEvent]:
    dice, shares = chance(seed, "rating", record.request_id), behaviour().ratings
    if dice.random() >= shares.rated and not told:
        return []
    stars = 5 if told else draw(dice, behaviour().stars)
    by = _who_rates(dice.random(), details.requester)
    body = Rate(target=Target(request_id=record.request_id), stars=stars, tags=TAGS[stars], by=by)
    at = status.at + timedelta(minutes=dice.uniform(*shares.minutes))
    # Who speaks for themselves does so by case number and code, and the gateway sends it under this name.
    source = RESIDENT_SOURCE if by == "resident" else SOURCE
    return [timed(at, body, "rate", source, record.district, f"{record.request_id}.rate")]


def _who_rates(drawn: float, requester: Requester) -> Literal["resident", "proxy", "call_back"]:
    if requester in demand().proxies:
        return "proxy"
    return "call_back" if drawn < behaviour().ratings.call_back else "resident"


def _another_time(record: AssignmentRecord, details: RequestDetails, seed: int) -> list[TimedEvent]:
    """Ask for the same hours a day later, for some of the visits in vain."""
    dice = chance(seed, "again", record.request_id, record.version)
    if dice.random() >= behaviour().ratings.asks_again:
        return []
    later = tuple(
        Window(start=window.start + timedelta(days=1), end=window.end + timedelta(days=1)) for window in details.windows
    )
    target = Target(request_id=record.request_id)
    body = Reschedule(target=target, windows=later, by="resident", reason="改天再来（模拟）")
    at = record.at + timedelta(minutes=dice.uniform(5.0, 60.0))
    return [timed(at, body, "reschedule", SOURCE, record.district, f"{record.request_id}.again.{record.version}")]
