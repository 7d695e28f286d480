"""The teams: what they can do, when, from where, and who their members are."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from linli.schemas.base import Edge, Inside, Instant, Name, Ref, WayMetres, Word
from linli.schemas.people import ContactPart, SealedPart
from linli.schemas.places import Location, RoundedPlace

CREWS_MAX = 20
"""Crews of one team that can be out at the same time; the largest real teams have fewer than ten."""

MEMBERS_MAX = 500
"""Members of one team; larger organisations register as several teams."""


ABSENCES_MAX = 60
"""Absences of one team: more than a year of weekly ones that are still to come."""


class TeamKind(StrEnum):
    """Who stands behind a team."""

    VOLUNTEER = "volunteer"
    UNIT = "unit"
    MEMBER = "member"
    MEDICAL = "medical"


SKILL_LEVELS = 5
"""Levels of a skill: more steps than a county's training certificates have."""

SkillLevel = Annotated[int, Field(ge=1, le=SKILL_LEVELS)]


class TeamSkill(Edge):
    """A skill the team offers, the qualifications it can show for it, and how well it can do it: 1 is the lowest."""

    skill: Word
    qualifications: tuple[Word, ...] = Field(default=(), max_length=10)
    level: SkillLevel = 1


class WorkingHours(Edge):
    """Weekly hours in the district's zone. ``days``: 0 is Monday; hours do not cross midnight."""

    days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = Field(min_length=1, max_length=7)
    start: time
    end: time

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError("working hours end before they start")
        return self


class Absence(Edge):
    """A span in which the team does not go out."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end < self.start:
            raise ValueError("the absence ends before it starts")
        return self


class Vetting(Edge):
    """Result of the check whether a person may work with children (从业查询)."""

    authority: Name
    passed: bool
    valid_until: Instant


class Member(Edge):
    """A member as an opaque reference; names stay with the team."""

    ref: Ref
    adult: bool
    gender: Literal["female", "male"] | None = None
    certificates: tuple[Word, ...] = Field(default=(), max_length=20)
    vetting: Vetting | None = None
    insured_until: Instant | None = None


class RegisterTeam(Edge):
    """A team as it enters the roster; a later one with the same id replaces it whole.

    ``travel_minutes_max`` and ``travel_metres_max``: the longest way from the base; where both are given, both hold.
    ``visits_max`` and ``hours_day_max``: visits on one day, and hours of service, by all crews together.
    ``organisation`` is the node the team belongs to; a unit or a single member registers with a community (双报到).
    ``unit`` is the unit of a single member that is a team of its own.
    """

    kind: Literal["team"] = "team"
    team: Ref
    name: Name
    team_kind: TeamKind
    skills: tuple[TeamSkill, ...] = Field(min_length=1, max_length=40)
    base: Location
    grid: Ref | None = None
    crews: Annotated[int, Field(ge=1, le=CREWS_MAX)] = 1
    hours: tuple[WorkingHours, ...] = Field(min_length=1, max_length=14)
    absences: tuple[Absence, ...] = Field(default=(), max_length=ABSENCES_MAX)
    travel_minutes_max: Annotated[int, Field(ge=1, le=600)] | None = None
    travel_metres_max: WayMetres | None = None
    visits_max: Annotated[int, Field(ge=1, le=50)] | None = None
    hours_day_max: Annotated[int, Field(ge=1, le=24)] | None = None
    languages: tuple[Word, ...] = Field(default=(), max_length=10)
    members: tuple[Member, ...] = Field(min_length=1, max_length=MEMBERS_MAX)
    organisation: Ref | None = None
    unit: Ref | None = None
    excluded_households: tuple[str, ...] = Field(default=(), max_length=200)
    active: bool = True
    contact: ContactPart | None = None
    sealed_contact: SealedPart | None = None


class Deputy(Inside):
    """Who is told in the lead's place, and from when until when."""

    start: Instant
    end: Instant
    sealed_contact: SealedPart


def who_is_told(own: SealedPart | None, deputy: Deputy | None, moment: datetime) -> SealedPart | None:
    """Return whose contact holds at a moment: the deputy's while one is named, else one's own."""
    if deputy is not None and deputy.start <= moment <= deputy.end:
        return deputy.sealed_contact
    return own


class TeamDetails(Inside):
    """A team as the dispatcher knows it: base converted and rounded, contact sealed."""

    team: Ref
    name: Name
    team_kind: TeamKind
    skills: tuple[TeamSkill, ...]
    base: RoundedPlace
    zone: str
    crews: int
    hours: tuple[WorkingHours, ...]
    absences: tuple[Absence, ...]
    travel_minutes_max: int | None
    visits_max: int | None
    languages: tuple[Word, ...]
    members: tuple[Member, ...]
    organisation: Ref | None
    excluded_households: tuple[str, ...]
    active: bool
    sealed_contact: SealedPart | None
    deputy: Deputy | None = None
    hours_day_max: int | None = None
    unit: Ref | None = None
    travel_metres_max: int | None = None

    def contact_at(self, moment: datetime) -> SealedPart | None:
        """Return whose contact holds at a moment: the deputy's while one is named, else the lead's."""
        return who_is_told(self.sealed_contact, self.deputy, moment)


class RosterRecord(Inside):
    """A team as applied by the dispatcher: the value of the topic ``roster``."""

    district: Ref
    version: int
    round: int
    at: Instant
    details: TeamDetails

    @property
    def key(self) -> str:
        """The team."""
        return self.details.team
