"""JSON Schemas of everything on the wire, made from the models: one per inbox body, command and topic value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, cast

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
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.base import Edge, Inside
from linli.schemas.commands import Command
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.desk import Assign, Confirm, Hold, Mark, RecordVisit, Refer, Release, Told
from linli.schemas.erasure import Erase
from linli.schemas.event_types import (
    ASSIGNMENT,
    COMMAND,
    DEAD_LETTER,
    DELIVERY,
    FACT,
    NODE,
    PLAN,
    ROSTER,
    ROUND,
    SERVICE,
    STANDING,
    SUBJECT_KEY,
    TEAM_HOME,
    TYPE_OF_KIND,
    WAYS,
)
from linli.schemas.ground_facts import ClockFact, DistrictMap
from linli.schemas.orders import Amend, Cancel, Order
from linli.schemas.organisation import NodeRecord, RegisterNode
from linli.schemas.plan import PlanRecord
from linli.schemas.proving import ConfirmService, GiveCode, Resolve, ReviewService
from linli.schemas.referrals import AnswerReferral
from linli.schemas.roster import RegisterTeam, RosterRecord
from linli.schemas.rounds import RoundRecord
from linli.schemas.service import ServiceRecord
from linli.schemas.standing import ChangeStanding, StandingOrder, StandingRecord
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.team_changes import Absent, ChangeMembers, NameDeputy
from linli.schemas.team_homes import TeamHome
from linli.schemas.ways import WaysRecord

Schema = Mapping[str, object]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

INBOX_MODELS: Final[dict[str, type[Edge]]] = {
    "order": Order,
    "amend": Amend,
    "cancel": Cancel,
    "hold": Hold,
    "release": Release,
    "refer": Refer,
    "referral_answer": AnswerReferral,
    "assign": Assign,
    "confirm": Confirm,
    "team": RegisterTeam,
    "accept": Accept,
    "decline": Decline,
    "withdraw": Withdraw,
    "reschedule": Reschedule,
    "start": Start,
    "done": Done,
    "failed_visit": FailedVisit,
    "rate": Rate,
    "record": RecordVisit,
    "claim": Claim,
    "swap": SwapMembers,
    "absent": Absent,
    "members": ChangeMembers,
    "deputy": NameDeputy,
    "node": RegisterNode,
    "told": Told,
    "code": GiveCode,
    "confirm_service": ConfirmService,
    "review_service": ReviewService,
    "resolve": Resolve,
    "standing": StandingOrder,
    "standing_change": ChangeStanding,
    "mark": Mark,
    "erase": Erase,
}
"""The model of each inbox kind."""

WIRE_MODELS: Final[dict[str, type[Edge] | type[Inside]]] = {
    **{TYPE_OF_KIND[kind]: model for kind, model in INBOX_MODELS.items()},
    COMMAND: Command,
    ASSIGNMENT: AssignmentRecord,
    PLAN: PlanRecord,
    ROSTER: RosterRecord,
    ROUND: RoundRecord,
    NODE: NodeRecord,
    STANDING: StandingRecord,
    SERVICE: ServiceRecord,
    WAYS: WaysRecord,
    DEAD_LETTER: DeadLetter,
    DELIVERY: DeliveryRecord,
    SUBJECT_KEY: SubjectKey,
    TEAM_HOME: TeamHome,
    FACT.replace(".v1", ".districts.v1"): DistrictMap,
    FACT.replace(".v1", ".clock.v1"): ClockFact,
}
"""Event type to the model of its data. The two facts share an event type; their record keys tell them apart."""


def json_schema(event_type: str) -> dict[str, object]:
    """Return the JSON Schema of one event type's data.

    Raises
    ------
    KeyError
        If the event type is none of ours.
    """
    made = cast(dict[str, object], WIRE_MODELS[event_type].model_json_schema(mode="validation"))
    return {"$schema": DIALECT, "$id": f"urn:linli:{event_type}", **made}


def json_schemas() -> dict[str, dict[str, object]]:
    """Return the JSON Schema of every event type, by the name of its file without the ending."""
    return {event_type: json_schema(event_type) for event_type in sorted(WIRE_MODELS)}


def as_text(schema: Schema) -> str:
    """Return a schema as it is committed: sorted, indented, one line at the end."""
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
