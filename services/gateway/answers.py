"""What the gateway answers: requests, offers and visits as each role may see them, never a sealed part or a mark."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from linli.schemas.answers import DeclineReason
from linli.schemas.assignment import BrokenPromise, InSeries, Status
from linli.schemas.base import Instant
from linli.schemas.escalation import Climb
from linli.schemas.explanation import WhyNobody, WhyTeam
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.orders import Together, Window
from linli.schemas.people import AgeBand, Beneficiary, Requester, Wishes
from linli.schemas.referrals import OfficeAnswer
from linli.schemas.roles import Role
from linli.schemas.roster import Absence, Member, TeamKind, TeamSkill, WorkingHours
from linli.schemas.rounds import OutcomeCode
from linli.schemas.service import ServiceRecord


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


class ServiceList(Answer):
    """Service records, and whether more follow."""

    visits: tuple[ServiceRecord, ...]
    more: bool


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
    together: Together
    further: tuple[str, ...]
    headcount: int | None
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
    climbs: tuple[Climb, ...] = ()
    office_answers: tuple[OfficeAnswer, ...] = ()


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
    ``referral`` says that no volunteer is sent, and whom to turn to at once. ``standing`` is a standing order's id.
    """

    command: str
    request_id: str | None
    number: str | None = None
    referral: str | None = None
    standing: str | None = None
    outcome: OutcomeCode | None = None
    detail: str = ""
    state: State | None = None
    version: int | None = None


class OfferView(Answer):
    """An offer as its team sees it: the need without the person, and of other teams nothing.

    ``request_state`` says what became of the request, so that a late answer is told what happened. ``visit`` is the
    team's own, once it has accepted. ``standing`` is the standing order it belongs to: its series can be taken.
    """

    id: str
    request_id: str
    version: int
    leg: int
    team: str
    state: OfferState
    ended: OfferEnd | None
    expires: Instant
    start: Instant
    end: Instant
    request_state: State
    category: str
    beneficiary: Beneficiary
    age_band: AgeBand
    minutes: int
    urgency: int
    adults: int
    insured: bool
    wishes: Wishes
    place: PlaceView
    visit: VisitAgreed | None
    standing: str | None


class Contact(Answer):
    """Whom the team visits, once it has accepted. ``door_code`` is what a visitor says at the door."""

    offer: str
    name: str
    phone: str | None
    address_line: str | None
    detail: str | None
    health_note: str | None
    requester_name: str | None
    requester_phone: str | None
    door_code: str


class CodeView(Answer):
    """The code of a case, to be told to the person it is about."""

    request_id: str
    code: str
    until: Instant


class OfferReasons(Answer):
    """Why a team was asked."""

    offer: str
    team: str
    why: WhyTeam | None


class TentativeView(Answer):
    """A team that the plan holds a promised request for; it may still change."""

    team: str
    leg: int
    start: Instant


class Explanation(Answer):
    """Why this team, or why nobody.

    ``offers`` pairs an offer with its reasons; ``tentative`` are the teams that the plan holds it for. ``series``: what
    came of it that a team took the whole standing order, and the rule by which it cannot make this visit.
    """

    request_id: str
    state: State
    offers: tuple[OfferReasons, ...]
    nobody: WhyNobody | None
    tentative: tuple[TentativeView, ...]
    series: tuple[InSeries, ...]


class Step(Answer):
    """A transition of the past."""

    version: int
    at: Instant
    state: State
    cause: str
    who: str | None


class History(Answer):
    """The last transitions of a request, oldest first."""

    request_id: str
    steps: tuple[Step, ...]


class RequestPage(Answer):
    """Part of a list; ``next`` is the ``after`` of the following page, null at the end."""

    requests: tuple[RequestView, ...]
    next: str | None


class OfferList(Answer):
    """Offers, the first to expire first."""

    offers: tuple[OfferView, ...]


class VisitList(Answer):
    """Visits in the order in which they are made."""

    visits: tuple[OfferView, ...]


class TeamView(Answer):
    """A team; members as references, the contact never."""

    team: str
    version: int
    name: str
    team_kind: TeamKind
    skills: tuple[TeamSkill, ...]
    crews: int
    hours: tuple[WorkingHours, ...]
    absences: tuple[Absence, ...]
    members: tuple[Member, ...]
    active: bool


class TeamList(Answer):
    """Teams in the order of their ids; ``next`` is the ``after`` of the following page."""

    teams: tuple[TeamView, ...]
    next: str | None


class ItemRefused(Answer):
    """A line or item that was not taken, and why; never its values."""

    item: int
    reason: str
    field: str
    rule: str
    message: str


class ItemTaken(Answer):
    """A line or item that the broker has acknowledged."""

    item: int
    command: str
    request_id: str | None
    number: str | None
    referral: str | None


class Batch(Answer):
    """What became of every line or item, counted from 1."""

    taken: tuple[ItemTaken, ...]
    refused: tuple[ItemRefused, ...]


class Decided(Answer):
    """What became of a command."""

    command: str
    request_id: str | None
    outcome: OutcomeCode | None
    detail: str
    refused: str | None


class CaseView(Answer):
    """A request as the person it is about sees it; ``teams`` are the names of those who come.

    ``service_codes`` are the digits that they tell the helpers when the help was given, one for each team.
    """

    request_id: str
    state: State
    promise: Window | None
    visits: tuple[Window, ...]
    teams: tuple[str, ...]
    stars: int | None
    service_codes: tuple[str, ...] = ()


class OverviewView(Answer):
    """How everything stands in the district's installation: counts alone."""

    states: dict[str, int]
    open_offers: int
    proposed: int
    teams: int
    dead_letters: int
    beat: Instant | None


class LetterView(Answer):
    """A record that could not be acted on; the sealed original is left out."""

    id: str
    received_at: Instant
    event_type: str | None
    reason: str
    field: str
    rule: str


class LetterList(Answer):
    """The last dead letters, the newest last."""

    dead_letters: tuple[LetterView, ...]


class Health(Answer):
    """How the gateway is."""

    ok: bool
    build: str = ""
    waits_for: tuple[str, ...] = ()


Wait = Annotated[float, Field(ge=0, le=30)]
"""Seconds a caller may wait for a decision: longer is what the feed is for."""
