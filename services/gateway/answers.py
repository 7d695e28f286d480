"""What the gateway answers: requests, offers and visits as each role may see them, never a sealed part or a mark."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from linli.schemas.answers import DeclineReason
from linli.schemas.assignment import BrokenPromise, Status
from linli.schemas.base import Instant
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import Window
from linli.schemas.people import AgeBand, Beneficiary, Requester, Wishes
from linli.schemas.roles import Role
from linli.schemas.rounds import OutcomeCode


class Answer(BaseModel):
    """Something that is answered; what a newer build adds is no surprise to a client."""

    model_config = ConfigDict(frozen=True)


class Me(Answer):
    """Who is signed in."""

    role: Role
    name: str
    district: str
    team: str | None
    place: str | None


class PlaceView(Answer):
    """Where it is, as coarsely as the matcher knows it."""

    grid: str
    community: str
    lat: float
    lon: float
    coarse: bool


class Need(Answer):
    """What is asked for; nothing that identifies a person."""

    source: str
    number: str
    category: str
    beneficiary: Beneficiary
    age_band: AgeBand
    requester: Requester
    windows: tuple[Window, ...]
    minutes: int
    urgency: int
    teams_needed: int
    adults: int
    insured: bool
    wishes: Wishes
    place: PlaceView
    ordered_at: Instant
    referral: str | None


class OfferMade(Answer):
    """An offer as the desk sees it."""

    id: str
    leg: int
    team: str
    state: OfferState
    offered_at: Instant
    expires: Instant
    start: Instant
    end: Instant
    declined: DeclineReason | None


class VisitAgreed(Answer):
    """A team that goes."""

    id: str
    leg: int
    team: str
    members: tuple[str, ...]
    start: Instant
    end: Instant
    started: bool


class RequestView(Answer):
    """A request as it stands.

    ``need`` is null for a cancellation that came before its order, and where access is restricted. ``version`` goes up
    by one with every transition.
    """

    request_id: str
    district: str
    version: int
    state: State
    cause: str
    at: Instant
    registered_at: Instant | None
    status: Status | None
    restricted: bool
    need: Need | None
    promise: Window | None
    offers: tuple[OfferMade, ...]
    visits: tuple[VisitAgreed, ...]
    broken: tuple[BrokenPromise, ...]
    barred: tuple[tuple[str, str], ...]
    linked: tuple[str, ...]
    escalation: int


class Change(Answer):
    """A transition in the live feed: enough to know whether the case must be read anew."""

    request_id: str
    version: int
    state: State
    cause: str
    at: Instant
    number: str | None
    urgency: int | None
    team: str | None


class Taken(Answer):
    """What became of something that was sent.

    ``command`` names it for later questions. ``outcome``, ``state`` and ``version`` are null until it is decided.
    ``referral`` says that no volunteer is sent, and whom to turn to at once.
    """

    command: str
    request_id: str | None
    number: str | None = None
    referral: str | None = None
    outcome: OutcomeCode | None = None
    detail: str = ""
    state: State | None = None
    version: int | None = None


class Health(Answer):
    """How the gateway is."""

    ok: bool
    build: str = ""
    waits_for: tuple[str, ...] = ()


Wait = Annotated[float, Field(ge=0, le=30)]
"""Seconds a caller may wait for a decision: longer is what the feed is for."""
