"""How each event of the simulated day is said over HTTP: who asks, at which address, with which body. Pure.

What only another system's events can express, and a roster that is imported, has no address here: it goes to Kafka.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from pydantic import BaseModel

from linli.schemas.answers import Accept, Decline, Done, FailedVisit, Rate, Reschedule, Start, Withdraw
from linli.schemas.identity import request_id
from linli.schemas.orders import Amend, Cancel, Order, Target
from linli.schemas.proving import ConfirmService
from linli.schemas.standing import StandingOrder
from linli.services.demo.callers import DESK, lead_of, ordered_from, sends_as
from linli.services.demo.timed import TimedEvent

SOON_S: Final = 3.0
"""How long somebody asks again for an offer that they heard of and the board does not show yet."""

BY_AND_BY_S: Final = 30.0
"""How long somebody asks again for a request that they ordered: the dispatcher may be on its way back."""

OrderedBy: TypeAlias = Callable[[str], str]
"""Gives the sender of a request's order, by the request's id."""


@dataclass(frozen=True, slots=True)
class Said:
    """A request to the gateway.

    Parameters
    ----------
    who
        Whose token it carries.
    path, body
        Where it goes to, and its JSON; without one something is only asked for.
    patience_s
        Real seconds for which "there is none" is asked again: the board follows the ledger.
    """

    who: str
    path: str
    body: bytes
    patience_s: float = 0.0


NOW: Final = "?wait=0"
"""Nobody waits for the decision: it is seen in the ledger, and waiting costs the gateway looks at the board."""

_WORDS: Final[dict[type[BaseModel], str]] = {
    Accept: "accept",
    Decline: "decline",
    Withdraw: "withdraw",
    Start: "start",
    Done: "done",
    FailedVisit: "failed",
}
"""The last part of the address of each answer."""


def goes_to_kafka(event: TimedEvent) -> bool:
    """Tell whether an event is no request to the gateway: another system's, or the roster that an office imports."""
    return event.by_event or event.kind == "team"


def said(event: TimedEvent, ordered_by: OrderedBy) -> Said:
    """Say an event over HTTP.

    Parameters
    ----------
    event
        One of the day's that does not go to Kafka directly, and is no resident's own rating.
    ordered_by
        Who ordered a request: they also speak for its resident later on.

    Raises
    ------
    TypeError
        If there is no address for such an event.
    """
    match event.body:
        case None | Order() | Cancel():
            path = "/v1/cancellations" if event.kind == "cancel" else "/v1/requests"
            return Said(event.source, path + NOW, event.value)
        case Amend() | Reschedule():
            return _about_request(event, event.body, ordered_by)
        case Accept() | Decline() | Withdraw() | Start() | Done() | FailedVisit():
            path = f"/v1/offers/{event.body.offer}/{_WORDS[type(event.body)]}{NOW}"
            return Said(lead_of(event.body.team), path, _json(event.body, "offer", "team"), SOON_S)
        case Rate():
            return _rated_for_them(event.body, ordered_by)
        case StandingOrder():
            return Said(event.source, f"/v1/standing-orders{NOW}", event.value)
        case ConfirmService():
            path = f"/v1/requests/{event.body.target.request_id}/confirm-service{NOW}"
            return Said(event.source, path, _json(event.body, "target", "by", "of_team"), SOON_S)
        case _:
            raise TypeError(f"{event.kind} has no address")


def code_wanted(request: str, ordered_by: OrderedBy) -> Said:
    """Have whoever ordered ask for the code that is told to the resident."""
    return Said(ordered_from(ordered_by(request)), f"/v1/requests/{request}/code", b"", SOON_S)


def own_word(rating: Rate, case: str, code: str) -> Said:
    """Say a resident's own rating, with their number and code and nobody's token."""
    body = {"case": case, "code": code, "stars": rating.stars, "tags": list(rating.tags)}
    return Said("", f"/v1/cases/rating{NOW}", json.dumps(body).encode())


def _about_request(event: TimedEvent, body: Amend | Reschedule, ordered_by: OrderedBy) -> Said:
    name, who = _named(body.target, event.source, ordered_by)
    return Said(who, f"/v1/requests/{name}/{body.kind}{NOW}", _json(body, "target"), BY_AND_BY_S)


def _rated_for_them(rating: Rate, ordered_by: OrderedBy) -> Said:
    """Say the word of somebody who was rung up, or for whom the proxy speaks."""
    request = rating.target.request_id or ""
    who = ordered_from(ordered_by(request)) if rating.by == "proxy" else DESK
    return Said(who, f"/v1/requests/{request}/rate{NOW}", _json(rating, "target", "by"), SOON_S)


def _named(target: Target, source: str, ordered_by: OrderedBy) -> tuple[str, str]:
    """Give the id of the request that is meant, and who speaks about it."""
    if target.source_id is not None:
        return request_id(sends_as(source), target.source_id), source
    found = target.request_id or ""
    return found, ordered_from(ordered_by(found))


def _json(body: BaseModel, *known: str) -> bytes:
    """Write a body without what the address and the token say."""
    return body.model_dump_json(exclude_none=True, exclude={"kind", *known}).encode()
