"""What a person at the desk decides: hold, release, refer, assign, confirm, mark, record, tell."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from linli.schemas.base import Edge, Inside, Instant, Name, Ref
from linli.schemas.orders import TEAMS_MAX, Order, RequestDetails, Target
from linli.schemas.sealed_text import WrittenNote, WrittenReason

Reason = WrittenReason
"""A decision that overrides the plan always says why."""


class Hold(Edge):
    """Keep the request where it is; nobody is asked until it is released (挂起)."""

    kind: Literal["hold"] = "hold"
    target: Target
    reason: Reason
    by: Ref


class Release(Edge):
    """End a hold; the request is matched again at once."""

    kind: Literal["release"] = "release"
    target: Target
    by: Ref


class Refer(Edge):
    """Hand the request to an office that is not a volunteer team (转办)."""

    kind: Literal["refer"] = "refer"
    target: Target
    office: Name
    reason: Reason
    by: Ref


class Assign(Edge):
    """A person names the team (社区派单). Costs may be overridden, hard rules may not.

    With ``agreed`` the team has already said yes by telephone: the visit is committed without an offer, and
    ``members`` names who goes. ``series``, with ``agreed``: it said yes to the whole standing order that the visit
    belongs to (整个系列): later visits are its own like this one, as long as it can make them.
    """

    kind: Literal["assign"] = "assign"
    target: Target
    team: Ref
    leg: Annotated[int, Field(ge=0, le=TEAMS_MAX - 1)] = 0
    start: Instant | None = None
    agreed: bool = False
    members: tuple[Ref, ...] = Field(default=(), max_length=20)
    series: bool = False
    reason: Reason
    by: Ref

    @model_validator(mode="after")
    def _is_a_series_agreed_on(self) -> Self:
        if self.series and not self.agreed:
            raise ValueError("series goes with agreed")
        return self


class Confirm(Edge):
    """The desk approves the proposed team; the offer goes out.

    ``series`` approves it for the whole standing order: its offers of later visits go out without being confirmed.
    """

    kind: Literal["confirm"] = "confirm"
    target: Target
    leg: Annotated[int, Field(ge=0, le=TEAMS_MAX - 1)] = 0
    by: Ref
    note: WrittenNote = ""
    series: bool = False


class Mark(Edge):
    """The desk or the community calls a request a hard problem (疑难问题), or takes that back."""

    kind: Literal["mark"] = "mark"
    target: Target
    hard: bool = True
    reason: Reason
    by: Ref


class _Given(Edge):
    """Who gave a help that nobody had planned, when, for how long, and who says so."""

    team: Ref
    members: tuple[Ref, ...] = Field(default=(), max_length=20)
    start: Instant
    minutes: Annotated[int, Field(ge=0, le=1440)]
    reason: Reason
    by: Ref


class RecordVisit(_Given):
    """Help that was given before it was entered (补录): of a request that is known, or of one that comes with it."""

    kind: Literal["record"] = "record"
    target: Target | None = None
    order: Order | None = None

    @model_validator(mode="after")
    def _is_about_one_request(self) -> Self:
        if (self.target is None) == (self.order is None):
            raise ValueError("give either target or order")
        return self


class ApplyRecord(Inside):
    """A record of given help, its order admitted and sealed; ``details`` is null where the request was known."""

    kind: Literal["record"] = "record"
    details: RequestDetails | None = None
    team: Ref
    members: tuple[Ref, ...] = ()
    start: Instant
    minutes: int
    reason: str
    by: Ref


class ToldOutcome(StrEnum):
    """What became of a call, or of an errand to tell somebody in person."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"


class Told(Edge):
    """A person says what became of a call or of telling somebody in person; the delivery is settled by it (回告)."""

    kind: Literal["told"] = "told"
    delivery: Ref
    outcome: ToldOutcome
    by: Ref
    note: WrittenNote = ""
