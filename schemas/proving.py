"""What is said of a visit when it is over: the code, a confirmation, a review, what came of a reopened case."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from linli.schemas.base import Edge, Note, Ref
from linli.schemas.desk import Reason
from linli.schemas.judging import Remedy, Verdict
from linli.schemas.orders import TEAMS_MAX, Target
from linli.schemas.people import SealedPart
from linli.schemas.sealed_text import WrittenNote

ServiceCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class GiveCode(Edge):
    """The team says the service code that the resident told it when the help was given (核销码).

    ``right`` is filled in by intake, which alone can make the code; what a sender says there is not believed.
    """

    kind: Literal["code"] = "code"
    offer: Ref
    team: Ref
    code: ServiceCode | None = None
    right: bool | None = None


class ConfirmService(Edge):
    """A grid worker who is not of the team says that the help was given (网格员核实).

    ``of_team`` is the team that whoever confirms belongs to, if any.
    """

    kind: Literal["confirm_service"] = "confirm_service"
    target: Target
    leg: Annotated[int, Field(ge=0, le=TEAMS_MAX - 1)] = 0
    by: Ref
    of_team: Ref | None = None
    note: WrittenNote = ""


class ReviewService(Edge):
    """A person decides about a visit with anomalies: its hours count, or they do not (复核).

    ``reason`` is given in clear, and sealed by the gateway, the command line or intake: ``sealed_reason`` stays.
    """

    kind: Literal["review_service"] = "review_service"
    target: Target
    leg: Annotated[int, Field(ge=0, le=TEAMS_MAX - 1)] = 0
    verdict: Verdict
    reason: Note = ""
    sealed_reason: SealedPart | None = None
    by: Ref

    @model_validator(mode="after")
    def _says_why_once(self) -> Self:
        if bool(self.reason.strip()) == (self.sealed_reason is not None):
            raise ValueError("give either reason or sealed_reason")
        return self


class Resolve(Edge):
    """The community says what came of a case that a low rating had reopened (办结回访)."""

    kind: Literal["resolve"] = "resolve"
    target: Target
    remedy: Remedy
    reason: Reason
    by: Ref
