"""What a person at the desk decides: hold, release, refer, assign, confirm."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from linli.schemas.base import Edge, Instant, Name, Note, Ref
from linli.schemas.orders import Target

Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]
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
    ``members`` names who goes.
    """

    kind: Literal["assign"] = "assign"
    target: Target
    team: Ref
    leg: Annotated[int, Field(ge=0, le=1)] = 0
    start: Instant | None = None
    agreed: bool = False
    members: tuple[Ref, ...] = Field(default=(), max_length=20)
    reason: Reason
    by: Ref


class Confirm(Edge):
    """The desk approves the proposed team; the offer goes out."""

    kind: Literal["confirm"] = "confirm"
    target: Target
    leg: Annotated[int, Field(ge=0, le=1)] = 0
    by: Ref
    note: Note = ""
