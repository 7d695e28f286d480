"""Standing orders: the same help again and again, looked at and changed."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from linli.schemas.base import Instant
from linli.schemas.errors import Code, LinliError
from linli.schemas.recurrence import HolidayRule
from linli.schemas.standing import ChangeStanding, Served, StandingOrder, StandingRecord, Upcoming
from linli.services.gateway.access import Caller, Scope
from linli.services.gateway.acting import act, sender_of
from linli.services.gateway.answers import Answer, PlaceView, Taken, Wait
from linli.services.gateway.description import also, body_of, may_answer
from linli.services.gateway.given import as_model, read_json
from linli.services.gateway.installation import installation_of
from linli.services.gateway.repeating import PARAMETER, RepeatableRoute
from linli.services.gateway.session import CallerHere, ScopeHere
from linli.streams.board.reader import BoardReader

router = APIRouter(tags=["standing orders"], route_class=RepeatableRoute)

SHOWN_MAX: Final = 200
"""Standing orders of one answer; whoever needs all reads the topic."""

WaitHere = Annotated[Wait, Query(description="Seconds to wait for the decision; 0: only for the broker.")]


class SeriesView(Answer):
    """That a team took all visits of a standing order, since when, and at which offer; who goes it says by itself.

    ``by`` is who at the desk wrote it down, where the team agreed by telephone.
    """

    team: str
    since: Instant
    offer: str
    by: str | None


class ConfirmedView(Answer):
    """That the desk approved a team for all visits: its offers go out without being confirmed one by one."""

    team: str
    by: str
    since: Instant


class StandingView(Answer):
    """A standing order as whoever may see it sees it: nothing that identifies a person.

    ``regular`` is the team that usually comes, for each leg; ``unknown_years`` are those whose public holidays are not
    known yet and would matter. ``series`` is the team that took all visits, for each leg; ``confirmed`` the
    one that the desk approved for all.
    """

    id: str
    source: str
    number: str
    category: str
    rule: str
    holidays: HolidayRule
    zone: str
    until: Instant | None
    active: bool
    paused: bool
    minutes: int
    place: PlaceView
    cause: str
    at: Instant
    upcoming: tuple[Upcoming, ...]
    regular: tuple[str | None, ...]
    served: tuple[Served, ...]
    unknown_years: tuple[int, ...]
    series: tuple[SeriesView | None, ...]
    confirmed: tuple[ConfirmedView | None, ...]


class StandingList(Answer):
    """Standing orders, the one with the next visit first."""

    standing_orders: tuple[StandingView, ...]


def standing_view(record: StandingRecord) -> StandingView:
    """Show a standing order."""
    details = record.details
    template, place = details.template, details.template.place
    return StandingView(
        id=details.standing,
        source=template.source,
        number=template.source_id,
        category=template.category,
        rule=details.rule,
        holidays=details.holidays,
        zone=details.zone,
        until=details.until,
        active=details.active,
        paused=details.paused,
        minutes=template.minutes,
        place=PlaceView(
            grid=place.grid, community=template.community, lat=place.lat, lon=place.lon, coarse=place.coarse
        ),
        cause=record.cause,
        at=record.at,
        upcoming=record.upcoming,
        regular=record.regular,
        served=record.served,
        unknown_years=record.unknown_years,
        series=tuple(
            None if one is None else SeriesView(team=one.team, since=one.since, offer=one.offer, by=one.by)
            for one in record.series
        ),
        confirmed=tuple(
            None if one is None else ConfirmedView(team=one.team, by=one.by, since=one.since)
            for one in record.confirmed
        ),
    )


def sees_standing(caller: Caller, scope: Scope, record: StandingRecord) -> bool:
    """Tell whether a standing order is within a caller's scope."""
    template = record.details.template
    if record.district != caller.district:
        return False
    match scope:
        case Scope.DISTRICT | Scope.ANYTHING:
            return True
        case Scope.OWN_ORDERS:
            return template.source == caller.source
        case Scope.OWN_PLACE:
            return caller.place is not None and caller.place in (template.place.grid, template.community)
        case Scope.OWN_TEAM | Scope.OWN_OFFICE:
            return False


async def standing_of(board: BoardReader, caller: Caller, scope: Scope) -> list[StandingRecord]:
    """Give the standing orders that a caller may see: those that go on first, by their next visit."""
    found = [one for one in await board.standing_orders() if sees_standing(caller, scope, one)]
    return sorted(found, key=lambda one: (not one.details.active, _next(one), one.key))


def _next(record: StandingRecord) -> str:
    coming = (one.start.isoformat() for one in record.upcoming if one.how not in ("skipped", "left_out"))
    return next(coming, "9999")


async def standing_named(board: BoardReader, caller: Caller, scope: Scope, standing: str) -> StandingRecord:
    """Find a standing order.

    Raises
    ------
    LinliError
        ``unknown_standing`` if there is none within the caller's scope.
    """
    record = await board.standing_order(standing)
    if record is None or not sees_standing(caller, scope, record):
        raise LinliError(Code.UNKNOWN_STANDING, id=standing)
    return record


@router.post(
    "/v1/standing-orders",
    status_code=202,
    responses=also(201, Taken, "Decided within the time that was waited.") | may_answer(409, 413, 415, 422, 503),
    openapi_extra={**body_of(StandingOrder), "parameters": [PARAMETER]},
)
async def order_standing(request: Request, response: Response, caller: CallerHere, wait: WaitHere = 0) -> Taken:
    """Order the same help again and again (定期服务): an order for the first visit, and a rule of RFC 5545."""
    given = as_model(StandingOrder, await read_json(request))
    taken = await act(installation_of(request), sender_of(caller), given, wait)
    response.status_code = 202 if taken.outcome is None else 201
    return taken


@router.get("/v1/standing-orders", responses=may_answer(422, 503))
async def list_standing(
    request: Request, caller: CallerHere, scope: ScopeHere, limit: Annotated[int, Query(ge=1, le=SHOWN_MAX)] = 50
) -> StandingList:
    """List standing orders with their next visits; those that have ended come last."""
    found = await standing_of(installation_of(request).board, caller, scope)
    return StandingList(standing_orders=tuple(standing_view(one) for one in found[:limit]))


@router.get("/v1/standing-orders/{standing}", responses=may_answer(404, 422, 503))
async def show_standing(request: Request, caller: CallerHere, scope: ScopeHere, standing: str) -> StandingView:
    """Show a standing order."""
    return standing_view(await standing_named(installation_of(request).board, caller, scope, standing))


@router.post(
    "/v1/standing-orders/{standing}/changes",
    responses=also(202, Taken, "Acknowledged by the broker, not decided yet.")
    | may_answer(404, 409, 413, 415, 422, 503),
    openapi_extra={**body_of(ChangeStanding, "kind", "standing"), "parameters": [PARAMETER]},
)
async def change_standing(
    request: Request, response: Response, caller: CallerHere, scope: ScopeHere, standing: str, wait: WaitHere = 5
) -> Taken:
    """Leave a visit out, give one another time, end the order, interrupt it, or end what a team took as a whole."""
    here = installation_of(request)
    record = await standing_named(here.board, caller, scope, standing)
    given = as_model(ChangeStanding, await read_json(request), standing=record.key)
    event_id: str | None = getattr(request.state, "event_id", None)
    taken = await act(here, sender_of(caller, event_id), given, wait)
    response.status_code = 202 if taken.outcome is None else 200
    return taken
