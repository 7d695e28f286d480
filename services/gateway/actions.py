"""Everything a caller can do to a request, an offer, a team, a node, a delivery: one table of events and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from linli.schemas.answers import (
    Accept,
    Decline,
    Done,
    FailedVisit,
    Rate,
    Reschedule,
    Start,
    SwapMembers,
    Withdraw,
)
from linli.schemas.desk import Assign, Confirm, Hold, Mark, RecordVisit, Refer, Release, Told
from linli.schemas.orders import Amend, Cancel
from linli.schemas.organisation import RegisterNode
from linli.schemas.proving import ConfirmService, GiveCode, Resolve, ReviewService
from linli.schemas.referrals import AnswerReferral
from linli.schemas.roster import RegisterTeam
from linli.schemas.team_changes import Absent, ChangeMembers, NameDeputy


class About(StrEnum):
    """What an action is about: it stands in the address."""

    REQUEST = "request"
    OFFER = "offer"
    TEAM = "team"
    NODE = "node"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done.

    Parameters
    ----------
    name
        As in the policy and in the API description.
    about
        What it is about.
    word
        The last part of the address.
    model
        The event that it becomes.
    filled
        Fields that the address or the token says.
    meaning
        One sentence.
    method
        How it is asked for.
    """

    name: str
    about: About
    word: str
    model: type[BaseModel]
    filled: tuple[str, ...]
    meaning: str
    method: str = "POST"

    @property
    def path(self) -> str:
        """Its address."""
        start = {
            About.REQUEST: "/v1/requests/{name}",
            About.OFFER: "/v1/offers/{offer}",
            About.TEAM: "/v1/teams/{team}",
            About.NODE: "/v1/nodes/{node}",
            About.DELIVERY: "/v1/deliveries/{delivery}",
        }[self.about]
        return f"{start}/{self.word}" if self.word else start


_TARGET: Final = ("kind", "target")
_DECIDED: Final = ("kind", "target", "by")
_ANSWERED: Final = ("kind", "offer", "team")
_OF_TEAM: Final = ("kind", "team", "by")

_R, _O, _T, _N, _D = About.REQUEST, About.OFFER, About.TEAM, About.NODE, About.DELIVERY

ACTIONS: Final[tuple[Action, ...]] = (
    Action("amend", _R, "amend", Amend, _TARGET, "Change windows, length or urgency (修改点单)."),
    Action("cancel", _R, "cancel", Cancel, _TARGET, "The help is no longer wanted (取消)."),
    Action("confirm", _R, "confirm", Confirm, _DECIDED, "Approve the proposed team; its offer goes out (确认)."),
    Action("assign", _R, "assign", Assign, _DECIDED, "Name the team; costs may be overridden, hard rules not (指派)."),
    Action("hold", _R, "hold", Hold, _DECIDED, "Keep the request; nobody is asked (挂起)."),
    Action("release", _R, "release", Release, _DECIDED, "End a hold (恢复)."),
    Action("refer", _R, "refer", Refer, _DECIDED, "Hand the request to an office (转办)."),
    Action("referral_answer", _R, "answer", AnswerReferral, _DECIDED, "What an office says of a referral (转办答复)."),
    Action("reschedule", _R, "reschedule", Reschedule, _TARGET, "Agree on another time (改约)."),
    Action("record", _R, "record", RecordVisit, (*_DECIDED, "order"), "Record help that was given before (补录)."),
    Action("rate", _R, "rate", Rate, _DECIDED, "Record the resident's word (评价)."),
    Action(
        "confirm_service",
        _R,
        "confirm-service",
        ConfirmService,
        (*_DECIDED, "of_team"),
        "A grid worker says that the help was given (网格员核实).",
    ),
    Action("review_service", _R, "review", ReviewService, _DECIDED, "Decide about a visit with anomalies (复核)."),
    Action("mark", _R, "mark", Mark, _DECIDED, "Call the request a hard problem, or no longer (疑难问题)."),
    Action("resolve", _R, "resolve", Resolve, _DECIDED, "Say what came of a case with a low rating (差评回访)."),
    Action("accept", _O, "accept", Accept, _ANSWERED, "The team goes, and says who; or to a whole series (接单)."),
    Action("decline", _O, "decline", Decline, _ANSWERED, "The team does not go (婉拒)."),
    Action("withdraw", _O, "withdraw", Withdraw, _ANSWERED, "The team can no longer go, or to no later visit (退单)."),
    Action("propose", _O, "reschedule", Reschedule, _DECIDED, "The team proposes another time (改约)."),
    Action("swap", _O, "swap", SwapMembers, _ANSWERED, "Other members go (换人)."),
    Action("start", _O, "start", Start, _ANSWERED, "The team is at the door (开始服务)."),
    Action("done", _O, "done", Done, _ANSWERED, "The help was given (完成)."),
    Action("failed_visit", _O, "failed", FailedVisit, _ANSWERED, "The team was there in vain (上门未果)."),
    Action("give_code", _O, "code", GiveCode, (*_ANSWERED, "right"), "The resident's service code (核销码)."),
    Action("absent", _T, "absences", Absent, _OF_TEAM, "The team does not go out in a span (请假)."),
    Action("members", _T, "members", ChangeMembers, _OF_TEAM, "The team's members from now on (成员变动).", "PUT"),
    Action("deputy", _T, "deputy", NameDeputy, _OF_TEAM, "Who is told in the lead's place (代理队长).", "PUT"),
    Action("register", _T, "", RegisterTeam, ("kind", "team"), "Put a team on the roster, whole (登记队伍).", "PUT"),
    Action(
        "register_node",
        About.NODE,
        "",
        RegisterNode,
        ("kind", "node"),
        "Put a node into the organisation, whole.",
        "PUT",
    ),
    Action("told", _D, "told", Told, ("kind", "delivery", "by"), "What became of a call (回告)."),
)
"""Every action."""
