"""The dispatcher's one input: what intake made of the records of the inbox."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from linli.schemas.answers import (
    Accept,
    Claim,
    Decline,
    Done,
    FailedVisit,
    Rate,
    Reschedule,
    Start,
    SwapMembers,
    Withdraw,
)
from linli.schemas.base import Inside, Instant, Ref
from linli.schemas.desk import ApplyRecord, Assign, Confirm, Hold, Mark, RecordVisit, Refer, Release, Told
from linli.schemas.erasure import Erase
from linli.schemas.orders import Amend, Cancel, Order, RequestDetails
from linli.schemas.organisation import ApplyNode, RegisterNode
from linli.schemas.proving import ConfirmService, GiveCode, Resolve, ReviewService
from linli.schemas.referrals import AnswerReferral
from linli.schemas.roster import RegisterTeam, TeamDetails
from linli.schemas.standing import ChangeStanding, PlaceStanding, StandingOrder
from linli.schemas.team_changes import Absent, ApplyDeputy, ChangeMembers, NameDeputy

InboxBody = Annotated[
    Order
    | Amend
    | Cancel
    | Hold
    | Release
    | Refer
    | AnswerReferral
    | Assign
    | Confirm
    | RegisterTeam
    | Accept
    | Decline
    | Withdraw
    | Reschedule
    | Start
    | Done
    | FailedVisit
    | Rate
    | RecordVisit
    | Claim
    | SwapMembers
    | Absent
    | ChangeMembers
    | NameDeputy
    | RegisterNode
    | Told
    | GiveCode
    | ConfirmService
    | ReviewService
    | Resolve
    | StandingOrder
    | ChangeStanding
    | Erase
    | Mark,
    Field(discriminator="kind"),
]
"""Everything that may arrive in the inbox."""


class PlaceOrder(Inside):
    """An admitted order."""

    kind: Literal["order"] = "order"
    details: RequestDetails


class ApplyTeam(Inside):
    """A team for the roster, its base converted and its contact sealed."""

    kind: Literal["team"] = "team"
    details: TeamDetails


CommandBody = Annotated[
    PlaceOrder
    | Amend
    | Cancel
    | Hold
    | Release
    | Refer
    | AnswerReferral
    | Assign
    | Confirm
    | ApplyTeam
    | Accept
    | Decline
    | Withdraw
    | Reschedule
    | Start
    | Done
    | FailedVisit
    | Rate
    | ApplyRecord
    | Claim
    | SwapMembers
    | Absent
    | ChangeMembers
    | ApplyDeputy
    | ApplyNode
    | Told
    | GiveCode
    | ConfirmService
    | ReviewService
    | Resolve
    | PlaceStanding
    | ChangeStanding
    | Erase
    | Mark,
    Field(discriminator="kind"),
]


class Command(Inside):
    """One thing the dispatcher may act on.

    ``id`` names the inbox record it came from, so a record that intake handled twice is recognised. ``received_at``
    is the time at which the broker appended that record: an answer counts by it. ``request_id`` is resolved from the
    sender's own number where that was given; for an answer it is the request of the offer; for a team, a delivery, a
    standing order or an erasure it is null.
    """

    id: str
    district: Ref
    source: str
    received_at: Instant
    request_id: Ref | None
    body: CommandBody
