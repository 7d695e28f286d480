"""Standing orders for tests of the desk: weekly by default, from the Tuesday after Monday."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from linli.matcher.standing.standing_visits import request_of
from linli.schemas.answers import Accept, Done, Start
from linli.schemas.assignment import AssignmentRecord, Offer
from linli.schemas.lifecycle import OfferState
from linli.schemas.policy import Holiday, HolidayCalendar, Mode, Policy
from linli.schemas.recurrence import HolidayRule, canonical
from linli.schemas.standing import (
    ChangeStanding,
    PlaceStanding,
    StandingDetails,
    StandingRecord,
    StandingStep,
)
from tests.support.district import MONDAY, Desk, order

TUESDAY = MONDAY + timedelta(days=1, hours=2)
"""The first visit may begin at ten in the morning, Sinan's time."""

CALENDAR = HolidayCalendar(
    years=(2026,), holidays=(Holiday(start=date(2026, 11, 30), end=date(2026, 12, 2), name="synthetic"),)
)
"""Three made-up days off around the second Tuesday."""

POLICY = Policy(mode=Mode.AUTO, freeze_minutes=90, work=2_000, calendar=CALENDAR)


def standing(
    rule: str = "FREQ=WEEKLY",
    *,
    name: str = "s-1",
    holidays: HolidayRule = HolidayRule.KEEP,
    first_hour: float = 26,
    content: str = "0",
    legs: int = 1,
) -> StandingDetails:
    """Return a standing order whose first visit begins so many hours after Monday's beginning of work."""
    template = order(
        name, hours=(first_hour, first_hour + 2), content=content, household=content, legs=legs, north=0.02
    )
    return StandingDetails(standing=name, rule=canonical(rule), template=template, holidays=holidays)


def place(desk: Desk, details: StandingDetails) -> StandingRecord:
    """Place it, and return what became of it."""
    desk.send(PlaceStanding(details=details))
    return desk.state.standing[details.standing]


def change(desk: Desk, step: StandingStep, name: str = "s-1", **given: object) -> tuple[str, str]:
    """Change it; return the outcome."""
    decision = desk.send(ChangeStanding.model_validate({"standing": name, "step": step, **given}))
    outcome = decision.outcomes[0]
    return outcome.code.value, outcome.detail


def visits(desk: Desk, name: str = "s-1") -> list[AssignmentRecord]:
    """Return the requests that its visits have become, by their moment."""
    mine = [one for one in desk.state.requests.values() if one.details and one.details.standing == name]
    return sorted(mine, key=lambda one: one.details.occurrence if one.details and one.details.occurrence else one.at)


def starts(desk: Desk, name: str = "s-1") -> list[str]:
    """Return the first moment of every visit made, in Sinan's time."""
    return [
        f"{one.details.windows[0].start + timedelta(hours=8):%m-%d %H:%M}" for one in visits(desk, name) if one.details
    ]


def visit(desk: Desk, nominal: datetime, name: str = "s-1") -> AssignmentRecord:
    """Return the request of one visit."""
    record = desk.state.standing[name]
    return desk.state.requests[request_of(record.details, nominal)]


def _offered(desk: Desk, number: str) -> Offer:
    """Let time pass until a team is asked for a visit."""
    for _ in range(40):
        desk.decide()
        for one in desk.state.requests[number].legs[0].offers:
            if one.state is OfferState.OPEN:
                return one
        desk.now += timedelta(minutes=10)
    raise AssertionError(f"nobody was asked for {number}")


def serve(desk: Desk, request: AssignmentRecord) -> str:
    """Let a visit that is offered, or will be, be made; return by which team."""
    number = request.request_id
    start = request.details.windows[0].start if request.details else desk.now
    desk.now = max(desk.now, start - timedelta(minutes=90))
    offer = _offered(desk, number)
    desk.send(Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",)))
    going = desk.state.requests[number].legs[0].assignment
    assert going is not None
    desk.now = going.start
    desk.send(Start(offer=offer.id, team=offer.team))
    desk.now = going.end
    desk.send(Done(offer=offer.id, team=offer.team, minutes=30))
    return offer.team
