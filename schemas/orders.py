"""What a dispatch centre says about a request: order it, amend it, cancel it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from linli.schemas.base import Edge, Inside, Instant, Ref, SourceId, Word
from linli.schemas.people import (
    AgeBand,
    Beneficiary,
    Consent,
    Flags,
    Marks,
    PersonalPart,
    Requester,
    SealedPart,
    Wishes,
)
from linli.schemas.places import Location, RoundedPlace
from linli.schemas.sealed_text import WrittenNote

MINUTES_MAX = 480
"""A visit is at most a working day; longer help is several visits."""

TEAMS_MAX = 5
"""Teams that one request may need: an event that takes more is planned by people, in several requests."""

HEADCOUNT_MAX = 2_000
"""People who may be expected at one activity: more is a public gathering, which the county licenses and polices."""

WINDOWS_MAX = 8
"""Times a resident may offer: more than a week of mornings is not a window but "any time"."""


class Window(Edge):
    """A span in which the visit may begin, both ends included."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end < self.start:
            raise ValueError("the window ends before it starts")
        return self


class Target(Edge):
    """Which request is meant: by our id, or by the sending system's own number."""

    request_id: Ref | None = None
    source_id: SourceId | None = None

    @model_validator(mode="after")
    def _names_exactly_one(self) -> Self:
        if (self.request_id is None) == (self.source_id is None):
            raise ValueError("name the request by request_id or by source_id, one of the two")
        return self


FETCH_MINUTES_MAX = 120
"""Longest stay at a pharmacy or shop before a visit; who needs longer orders two visits."""

FetchMinutes = Annotated[int, Field(ge=0, le=FETCH_MINUTES_MAX)]
FetchWindows = Annotated[tuple[Window, ...], Field(max_length=WINDOWS_MAX)]


class FetchFirst(Edge):
    """What is fetched on the way, say medicine from a pharmacy, and brought straight to the door (先取后送).

    Where: a point, a grid, or both. ``minutes`` it takes there; ``windows`` in which it may be fetched, none for any.
    """

    location: Location | None = None
    grid: Ref | None = None
    minutes: FetchMinutes = 10
    windows: FetchWindows = ()


class FetchPlace(Inside):
    """Where a crew fetches something first, how long it takes, and when it may (empty: at any time)."""

    place: RoundedPlace
    minutes: FetchMinutes
    windows: FetchWindows = ()


class Together(StrEnum):
    """How several teams come: all at one time, or each when the one before has finished (同时、依次)."""

    AT_ONCE = "at_once"
    IN_ORDER = "in_order"


class LegNeeds(Inside):
    """What one team of several comes for: a category of its own, with what that takes (see `RequestDetails`)."""

    category: Word
    skills: tuple[tuple[str, str | None], ...]
    team_kinds: tuple[str, ...]
    minutes: int
    skill_levels: tuple[tuple[str, int], ...] = ()


class Order(Edge):
    """A request for help as it enters (群众点单).

    Either ``personal`` (in clear; intake seals it) or ``sealed`` with ``place`` and ``marks`` (sealed at the edge).
    ``has_phone`` is filled in by whoever seals: whether the person who needs the help can be told by telephone.

    ``teams_needed`` come, all or none, ``together`` at once or in order. ``further`` says what the second and later
    ones come for, where it is not ``category``: a nurse after the haircut.

    An activity (义诊、宣讲、演出) is for the public at a place: ``headcount`` says how many people are expected,
    ``personal`` names who receives the teams there, and nobody's consent is asked.
    """

    kind: Literal["order"] = "order"
    source_id: SourceId
    category: Word
    beneficiary: Beneficiary
    age_band: AgeBand = AgeBand.ADULT
    requester: Requester = Requester.BENEFICIARY
    windows: tuple[Window, ...] = Field(min_length=1, max_length=WINDOWS_MAX)
    minutes: Annotated[int, Field(ge=5, le=MINUTES_MAX)] | None = None
    urgent: bool = False
    teams_needed: Annotated[int, Field(ge=1, le=TEAMS_MAX)] = 1
    together: Together = Together.AT_ONCE
    further: tuple[Word, ...] = Field(default=(), max_length=TEAMS_MAX - 1)
    headcount: Annotated[int, Field(ge=1, le=HEADCOUNT_MAX)] | None = None
    grid: Ref | None = None
    consent: Consent
    flags: Flags = Flags()
    wishes: Wishes = Wishes()
    fetch: FetchFirst | None = None
    department_task: Word | None = None
    certificate: Word | None = None
    recorded_afterwards: bool = False
    personal: PersonalPart | None = None
    sealed: SealedPart | None = None
    place: RoundedPlace | None = None
    marks: Marks | None = None
    has_phone: bool | None = None

    @model_validator(mode="after")
    def _is_clear_or_sealed(self) -> Self:
        if (self.personal is None) == (self.sealed is None):
            raise ValueError("give either personal or sealed")
        if self.sealed is not None and (self.place is None or self.marks is None):
            raise ValueError("a sealed order needs place and marks")
        if self.sealed is None and (self.place is not None or self.marks is not None):
            raise ValueError("place and marks belong to a sealed order")
        return self

    @model_validator(mode="after")
    def _is_for_a_person_or_for_the_public(self) -> Self:
        public = self.beneficiary is Beneficiary.PUBLIC
        if public != (self.headcount is not None):
            raise ValueError("an activity for the public has a headcount, and nothing else has")
        if public and self.age_band is not AgeBand.ADULT:
            raise ValueError("an activity for the public has no age: leave age_band out")
        return self

    @property
    def teams(self) -> int:
        """How many teams come: as many as are asked for, and one for everything that is named besides."""
        return max(self.teams_needed, 1 + len(self.further))


class RequestDetails(Inside):
    """A request as the dispatcher knows it: admitted, placed on the map, sealed.

    ``skills`` pairs a skill with the qualification it needs (or null); ``minutes`` is the length of the visit;
    ``adults`` is how many vetted adults must go (0: no rule); ``urgency`` 0 is the highest class; ``has_phone`` says
    whether the beneficiary has one (null: not known); ``spend_limit_fen`` is how much may be laid out (null: nothing).
    ``fetch`` is what the team fetches first; ``skill_levels`` names the skills that must be held above level 1.
    ``consent_office`` is the office with which a child's case waited until the guardian had agreed.
    ``leg_needs`` says for each leg what its team comes for, where they do not all come for the same; then the fields
    above are those of the first. ``headcount`` is how many people are expected at an activity (null: a visit).
    ``travel_minutes_max`` and ``travel_metres_max``: the longest way of its categories, each null for no limit.
    ``standing`` is the standing order whose visit it is, and ``occurrence`` the moment that its rule gives the visit.
    """

    source: str
    source_id: str
    category: Word
    skills: tuple[tuple[str, str | None], ...]
    team_kinds: tuple[str, ...]
    beneficiary: Beneficiary
    age_band: AgeBand
    requester: Requester
    windows: tuple[Window, ...]
    minutes: int
    urgency: Annotated[int, Field(ge=0, le=2)]
    legs: int
    adults: int
    insured: bool
    travel_minutes_max: int | None
    place: RoundedPlace
    community: Ref
    consent: Consent
    flags: Flags
    wishes: Wishes
    sealed: SealedPart
    marks: Marks
    ordered_at: Instant
    referral: str | None = None
    restricted: bool = False
    recorded_afterwards: bool = False
    has_phone: bool | None = None
    spend_limit_fen: int | None = None
    fetch: FetchPlace | None = None
    skill_levels: tuple[tuple[str, int], ...] = ()
    consent_office: str | None = None
    together: Together = Together.AT_ONCE
    leg_needs: tuple[LegNeeds, ...] = ()
    headcount: int | None = None
    standing: Ref | None = None
    occurrence: Instant | None = None
    travel_metres_max: int | None = None

    @property
    def further(self) -> tuple[str, ...]:
        """What the second and later teams come for, where that differs from the first."""
        return tuple(one.category for one in self.leg_needs[1:])

    def needs_of(self, leg: int) -> LegNeeds:
        """Return what the team of a leg comes for."""
        if leg < len(self.leg_needs):
            return self.leg_needs[leg]
        return LegNeeds(
            category=self.category,
            skills=self.skills,
            team_kinds=self.team_kinds,
            minutes=self.minutes,
            skill_levels=self.skill_levels,
        )

    @property
    def grid(self) -> str:
        """The grid or village of the visit: the one that the order named, else the nearest."""
        return self.place.grid


class Amend(Edge):
    """Changes an order that has not been done: only the fields given are changed.

    ``consent`` brings what was missing: a child's case that waited with the child director goes on by it.
    """

    kind: Literal["amend"] = "amend"
    target: Target
    windows: tuple[Window, ...] | None = Field(default=None, min_length=1, max_length=WINDOWS_MAX)
    minutes: Annotated[int, Field(ge=5, le=MINUTES_MAX)] | None = None
    urgent: bool | None = None
    consent: Consent | None = None
    reason: WrittenNote = ""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.windows is None and self.minutes is None and self.urgent is None and self.consent is None:
            raise ValueError("an amendment changes windows, minutes, urgent or consent")
        return self


class Cancel(Edge):
    """The help is no longer wanted. It is honoured even when it arrives before its order."""

    kind: Literal["cancel"] = "cancel"
    target: Target
    reason: WrittenNote = ""
