"""What the county does on the demo's day beside the ordinary stream, as ``county_day.toml`` says.

Teams and units stand at a node of the organisation; a clinic for many people, a weekly order and a request in the
evening are served for certain; grid workers confirm visits. It is the demo's own: simulated days do not have it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

from pydantic import BaseModel, ConfigDict

from linli.schemas.assignment import AssignmentRecord, DoneState
from linli.schemas.identity import occurrence_request_id, request_id, standing_id
from linli.schemas.orders import Order, Target, Window
from linli.schemas.people import Beneficiary, Consent, Requester
from linli.schemas.proving import ConfirmService
from linli.schemas.recurrence import HolidayRule
from linli.schemas.roster import RegisterTeam
from linli.schemas.standing import StandingOrder
from linli.services.demo.callers import grid_worker_of, sends_as
from linli.services.demo.county import data_text, grids_by_code, layout
from linli.services.demo.demand import person, source_of
from linli.services.demo.teams import SOURCE, midnight, registrations, roster
from linli.services.demo.timed import TimedEvent, chance, timed
from linli.services.demo.units import units

SERIAL = 8_000
"""Numbers of these orders begin here, beyond those of the stream."""


class CountyOrder(BaseModel):
    """One order, a table of ``county_day.toml``; with a ``rule`` it is a standing one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: str
    at: float
    category: str
    detail: str
    beneficiary: Beneficiary
    requester: Requester
    grid: str
    window: tuple[float, float]
    teams: int = 1
    headcount: int | None = None
    rule: str = ""


class CountyDay(BaseModel):
    """The whole of ``county_day.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confirmed: float
    minutes: tuple[float, float]
    order: tuple[CountyOrder, ...]


@lru_cache(maxsize=1)
def county_day() -> CountyDay:
    """Read ``county_day.toml``."""
    return CountyDay.model_validate(tomllib.loads(data_text("county_day.toml")))


def everybody(day: date) -> tuple[RegisterTeam, ...]:
    """Return the teams and the units, each with the node it belongs to."""
    return (*(_at_its_node(team) for team in roster(day)), *units(day))


def registered(day: date, at: datetime) -> list[TimedEvent]:
    """Return one event for every team and unit, all sent at the same moment."""
    joined = (timed(at, one, "team", SOURCE, layout().code, f"{one.team}-{day:%Y%m%d}") for one in units(day))
    return [*at_their_nodes(registrations(day, at)), *joined]


def at_their_nodes(events: Iterable[TimedEvent]) -> list[TimedEvent]:
    """Give events with the node of every team that is registered in them."""
    return [_placed(event) for event in events]


def _placed(event: TimedEvent) -> TimedEvent:
    if not isinstance(event.body, RegisterTeam):
        return event
    body = _at_its_node(event.body)
    return replace(event, body=body, value=body.model_dump_json(exclude_none=True).encode())


def _at_its_node(team: RegisterTeam) -> RegisterTeam:
    """Let a team belong to the community or village in which its base is, unless it belongs somewhere already."""
    node = team.organisation or grids_by_code()[team.grid or ""].community
    return team.model_copy(update={"organisation": node})


def orders(day: date) -> list[TimedEvent]:
    """Return the orders of the day."""
    return [_ordered(one, number, day) for number, one in enumerate(county_day().order, start=SERIAL)]


def served_for_certain(day: date) -> frozenset[str]:
    """Name the requests that come of them on the day and go well, the first visit of a standing order among them."""
    return frozenset(_request_of(event, day) for event in orders(day))


def _request_of(event: TimedEvent, day: date) -> str:
    if not isinstance(event.body, StandingOrder):
        return request_id(sends_as(event.source), event.event_id)
    first = event.body.order.windows[0].start.astimezone(midnight(day).tzinfo).replace(tzinfo=None)
    return occurrence_request_id(
        standing_id(sends_as(event.source), event.event_id), first.isoformat(timespec="minutes")
    )


def _ordered(wanted: CountyOrder, number: int, day: date) -> TimedEvent:
    name = f"SN{day:%Y%m%d}-{wanted.note}"
    begins = midnight(day) + timedelta(hours=wanted.at)
    grid = grids_by_code()[wanted.grid]
    dice = Random(number)  # noqa: S311 - an invented address
    public = wanted.beneficiary is Beneficiary.PUBLIC
    order = Order(
        source_id=name,
        category=wanted.category,
        beneficiary=wanted.beneficiary,
        requester=wanted.requester,
        windows=(_window(wanted, day),),
        teams_needed=wanted.teams,
        headcount=wanted.headcount,
        grid=wanted.grid,
        consent=Consent(beneficiary=not public),
        personal=person(dice, grid, number, wanted.beneficiary, wanted.requester, wanted.detail),
    )
    source, note = source_of(wanted.requester), f"county:{wanted.note}"
    if not wanted.rule:
        return timed(begins, order, "order", source, layout().code, name, note)
    body = StandingOrder(order=order, rule=wanted.rule, holidays=HolidayRule.AFTER)
    return timed(begins, body, "standing", source, layout().code, name, note)


def _window(wanted: CountyOrder, day: date) -> Window:
    start, end = (midnight(day) + timedelta(hours=hour) for hour in wanted.window)
    return Window(start=start, end=end)


def grid_workers_say(record: AssignmentRecord, seed: int, certain: frozenset[str] = frozenset()) -> list[TimedEvent]:
    """Return what the grid worker of a place says because of a record: of some visits that they have seen the help.

    The same record always gives the same events with the same ids.
    """
    details, status = record.details, record.status
    if not isinstance(status, DoneState) or details is None:
        return []
    dice = chance(seed, "confirmed", record.request_id)
    if dice.random() >= county_day().confirmed and record.request_id not in certain:
        return []
    at = status.at + timedelta(minutes=dice.uniform(*county_day().minutes))
    worker = grid_worker_of(details.community)
    return [
        timed(
            at,
            ConfirmService(target=Target(request_id=record.request_id), leg=leg, by=worker),
            "confirm_service",
            worker,
            record.district,
            f"{record.request_id}.confirmed.{leg}",
        )
        for leg in range(len(record.legs))
    ]
