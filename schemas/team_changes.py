"""What changes in a team from day to day: absences, members, and who answers for the lead."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from linli.schemas.base import Edge, Inside, Instant, Ref
from linli.schemas.people import ContactPart, SealedPart
from linli.schemas.roster import MEMBERS_MAX, Deputy, Member
from linli.schemas.sealed_text import WrittenNote


class _Span(Edge):
    """From when until when."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError("it ends before it starts")
        return self


class Absent(_Span):
    """The team does not go out in a span; visits that become impossible are matched again (请假)."""

    kind: Literal["absent"] = "absent"
    team: Ref
    reason: WrittenNote = ""
    by: Ref


class ChangeMembers(Edge):
    """The team's members from now on, all of them (成员变动)."""

    kind: Literal["members"] = "members"
    team: Ref
    members: Annotated[tuple[Member, ...], Field(min_length=1, max_length=MEMBERS_MAX)]
    by: Ref


class NameDeputy(_Span):
    """Who is told in the lead's place in a span (代理队长); the contact is sealed by whoever takes it in."""

    kind: Literal["deputy"] = "deputy"
    team: Ref
    contact: ContactPart | None = None
    sealed_contact: SealedPart | None = None
    by: Ref

    @model_validator(mode="after")
    def _is_clear_or_sealed(self) -> Self:
        if (self.contact is None) == (self.sealed_contact is None):
            raise ValueError("give either contact or sealed_contact")
        return self


class ApplyDeputy(Inside):
    """A deputy, the contact sealed."""

    kind: Literal["deputy"] = "deputy"
    team: Ref
    deputy: Deputy
    by: Ref
