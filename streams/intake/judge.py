"""Judging a record of the inbox: one record in, one outcome out, a command or a dead letter. Pure but for keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from pydantic import BaseModel, ValidationError

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
from linli.schemas.commands import ApplyTeam, Command, CommandBody, PlaceOrder
from linli.schemas.dead_letters import DeadLetter, Reason, SourcePosition
from linli.schemas.desk import ApplyRecord, Assign, Confirm, Hold, Mark, RecordVisit, Refer, Release, Told
from linli.schemas.erasure import Erase
from linli.schemas.identity import position_id, request_id, standing_id
from linli.schemas.orders import Amend, Cancel, Order, Target
from linli.schemas.organisation import ApplyNode, NodeDetails, RegisterNode
from linli.schemas.proving import ConfirmService, GiveCode, Resolve, ReviewService
from linli.schemas.referrals import AnswerReferral
from linli.schemas.roster import Deputy, RegisterTeam, TeamDetails
from linli.schemas.standing import ChangeStanding, PlaceStanding, StandingDetails, StandingOrder
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.team_changes import Absent, ApplyDeputy, ChangeMembers, NameDeputy
from linli.streams.gazetteer import BadGeoError, Gazetteer, PlaceError
from linli.streams.intake.admit import World, admit, refuse_out_of_time
from linli.streams.intake.dead_letter_payload import pack
from linli.streams.intake.envelope import Opened, kind_of, open_event, type_to_show
from linli.streams.intake.field_errors import refusal
from linli.streams.intake.inbox_record import InboxRecord, RefusedError
from linli.streams.intake.named_case import case_named
from linli.streams.intake.strict_json import as_bytes, parse, path_of_unseen
from linli.streams.sealed.sealing import seal, seal_bytes, seal_node, seal_review, seal_team
from linli.streams.sealed.service_codes import is_service_code
from linli.streams.sealed.written_reasons import case_of, naming, seal_written

STAGE: Final = "intake"
"""Where in the house a record became a dead letter."""

Targeted: TypeAlias = (
    Amend
    | Cancel
    | Hold
    | Release
    | Refer
    | Assign
    | Confirm
    | Reschedule
    | Rate
    | Claim
    | ConfirmService
    | ReviewService
    | Resolve
    | AnswerReferral
    | Mark
)
"""What names a request by its id or by the sender's number."""

_BODIES: Final[tuple[type[BaseModel], ...]] = (
    *(Order, Amend, Cancel, Hold, Release, Refer, AnswerReferral, Assign, Confirm, RegisterTeam),
    *(Accept, Decline, Withdraw, Reschedule, Start, Done, FailedVisit, Rate, Claim, SwapMembers),
    *(RecordVisit, Absent, ChangeMembers, NameDeputy, RegisterNode, Told),
    *(GiveCode, ConfirmService, ReviewService, Resolve, Mark),
    *(StandingOrder, ChangeStanding, Erase),
)
_HOUSEHOLD: Final = re.compile("[0-9a-f]{32}")
_OF_NODE: Final = tuple(name for name in NodeDetails.model_fields if name != "deputy")
_BODY_OF_KIND: Final = {str(body.model_fields["kind"].default): body for body in _BODIES}


@dataclass(frozen=True, slots=True)
class CommandOut:
    """The record is a command. Its keys must be acknowledged in ``subject-keys`` before it is sent."""

    command: Command
    subject_keys: tuple[SubjectKey, ...] = ()

    @property
    def erased(self) -> tuple[str, ...]:
        """The ids of keys that are destroyed before the command is sent."""
        return self.command.body.keys if isinstance(self.command.body, Erase) else ()


@dataclass(frozen=True, slots=True)
class DeadOut:
    """The record is a dead letter; the key is that of its sealed payload."""

    letter: DeadLetter
    subject_keys: tuple[SubjectKey, ...] = ()


Outcome: TypeAlias = CommandOut | DeadOut


def judge(record: InboxRecord, world: World) -> Outcome:
    """Judge one record.

    Parameters
    ----------
    record
        Any record, however broken.
    world
        What else the judgement depends on.

    Returns
    -------
    Outcome
        Always exactly one; the same for the same record but for fresh keys and what is sealed under them.
    """
    try:
        return _command(record, world)
    except RefusedError as refused:
        return dead_letter(record, world, refused)
    except PlaceError as error:
        reason = Reason.BAD_GEO if isinstance(error, BadGeoError) else Reason.UNKNOWN_PLACE
        return dead_letter(record, world, RefusedError(reason, error.path, error.rule))


def dead_letter(record: InboxRecord, world: World, refused: RefusedError, attempts: int = 1) -> DeadOut:
    """Make a dead letter of a record: why, where, and the sealed original.

    Notes
    -----
    District and type are shown only where they are ours: a stranger may have put anything there. The key says what case
    a record is about, so that an erasure reaches it; one on which judging failed is not looked into once more.
    """
    about = None if refused.reason is Reason.INTERNAL else case_named(record)
    payload, key = seal_bytes(pack(record), world.keyring, record.appended_at)
    letter = DeadLetter(
        id=position_id(record.topic, record.partition, record.offset),
        source=SourcePosition(topic=record.topic, partition=record.partition, offset=record.offset),
        district=_known_district(record, world),
        event_type=type_to_show(record),
        received_at=world.at(record.appended_at),
        stage=STAGE,
        reason=refused.reason,
        path=refused.path,
        rule=refused.rule,
        answer=refused.answer,
        payload=payload,
        attempts=attempts,
    )
    return DeadOut(letter, naming((key,), about))


def _command(record: InboxRecord, world: World) -> CommandOut:
    event = open_event(record, parse(record.value))
    kind = kind_of(event.meta.type)
    district = _known_district(record, world)
    if district is None:
        raise RefusedError(Reason.UNKNOWN_DISTRICT, "key", "missing" if record.key is None else "not_served")
    body = _body(event, kind)
    accepted, resolved, keys = _accepted(body, event.meta.source, record, world, world.districts[district])
    command = Command(
        id=position_id(record.topic, record.partition, record.offset),
        district=district,
        source=event.meta.source,
        received_at=world.at(record.appended_at),
        request_id=resolved,
        body=accepted,
    )
    written, reasons = seal_written(accepted, case_of(command), world.keyring, record.appended_at)
    return CommandOut(command.model_copy(update={"body": written}), (*keys, *reasons))


def _known_district(record: InboxRecord, world: World) -> str | None:
    code = (record.key or b"").decode(errors="replace")
    return code if code in world.districts else None


def _body(event: Opened, kind: str) -> BaseModel:
    """Read the data as what its type says it is."""
    data = event.data if "kind" in event.data else {**event.data, "kind": kind}
    try:
        body = _BODY_OF_KIND[kind].model_validate_json(as_bytes(data))
    except ValidationError as error:
        raise refusal(error) from None
    unseen = path_of_unseen(data)
    if unseen is not None:
        raise RefusedError(Reason.SCHEMA, unseen, "unseen_character")
    return body


_Accepted: TypeAlias = tuple[CommandBody, str | None, tuple[SubjectKey, ...]]
"""A command's body, the request it is about, and the keys made for it."""


def _accepted(body: BaseModel, source: str, record: InboxRecord, world: World, gazetteer: Gazetteer) -> _Accepted:
    match body:
        case Order():
            admitted = admit(body, source, gazetteer, world, record.appended_at)
            return PlaceOrder(details=admitted.details), request_id(source, body.source_id), admitted.subject_keys
        case RegisterTeam():
            team, keys = _team(body, record, world, gazetteer)
            return ApplyTeam(details=team), None, keys
        case NameDeputy():
            deputy, keys = _deputy(body, record, world)
            return ApplyDeputy(team=body.team, deputy=deputy, by=body.by), None, keys
        case RegisterNode():
            node, keys = _node(body, record, world, gazetteer)
            return ApplyNode(details=node), None, keys
        case RecordVisit():
            return _recorded(body, source, record, world, gazetteer)
        case StandingOrder():
            return _standing(body, source, record, world, gazetteer)
        case Absent() | ChangeMembers() | Told() | ChangeStanding() | Erase():
            return body, None, ()
        case Amend() | Reschedule():
            if body.windows is not None:
                refuse_out_of_time(body.windows, world.at(record.appended_at))
            return body, _resolved(body.target, source), ()
        case Accept() | Decline() | Withdraw() | Start() | Done() | FailedVisit() | SwapMembers():
            return body, body.offer.partition(".")[0], ()
        case ReviewService():
            review, keys = seal_review(body, world.keyring, record.appended_at)
            case = _resolved(body.target, source)
            return review, case, naming(keys, case)
        case GiveCode():
            return _checked(body, world), body.offer.partition(".")[0], ()
        case _:
            targeted = cast(Targeted, body)
            return targeted, _resolved(targeted.target, source), ()


def _checked(body: GiveCode, world: World) -> GiveCode:
    """Compare a code with the one that the resident was told; the digits end here, and only the answer goes on."""
    if body.code is None:
        raise RefusedError(Reason.SCHEMA, "code", "missing")
    right = is_service_code(body.code, body.offer, world.keyring)
    return body.model_copy(update={"code": None, "right": right})


def _standing(body: StandingOrder, source: str, record: InboxRecord, world: World, gazetteer: Gazetteer) -> _Accepted:
    """Admit a standing order like the order in it; one sealed part serves all its visits.

    What an office must see first, for danger or for want of consent, cannot wait for a rule: it is the one order.
    """
    admitted = admit(body.order, source, gazetteer, world, record.appended_at)
    if admitted.details.referral is not None:
        number = request_id(source, body.order.source_id)
        return PlaceOrder(details=admitted.details), number, admitted.subject_keys
    details = StandingDetails(
        standing=standing_id(source, body.order.source_id),
        rule=body.rule,
        template=admitted.details,
        until=body.until,
        zone=gazetteer.district.zone,
        holidays=body.holidays,
    )
    return PlaceStanding(details=details), None, admitted.subject_keys


def _resolved(target: Target, source: str) -> str:
    """Return our id of the request that is meant; a sender's own number means one of that sender's requests."""
    if target.request_id is not None:
        return target.request_id
    return request_id(source, target.source_id or "")


def _recorded(body: RecordVisit, source: str, record: InboxRecord, world: World, gazetteer: Gazetteer) -> _Accepted:
    """Admit the order that came with help already given, if one came; its windows may well have passed."""
    given = {name: getattr(body, name) for name in ("team", "members", "start", "minutes", "reason", "by")}
    if body.order is None:
        resolved = _resolved(body.target or Target(), source)
        return ApplyRecord(**given), resolved, ()
    order = body.order.model_copy(update={"recorded_afterwards": True})
    admitted = admit(order, source, gazetteer, world, record.appended_at)
    command = ApplyRecord(details=admitted.details, **given)
    return command, request_id(source, order.source_id), admitted.subject_keys


def _deputy(body: NameDeputy, record: InboxRecord, world: World) -> tuple[Deputy, tuple[SubjectKey, ...]]:
    """Seal a deputy's contact like a lead's."""
    if body.sealed_contact is not None:
        return Deputy(start=body.start, end=body.end, sealed_contact=body.sealed_contact), ()
    if body.contact is None:
        raise RefusedError(Reason.SCHEMA, "contact", "missing")
    sealed, key = seal(body.contact, world.keyring, record.appended_at)
    return Deputy(start=body.start, end=body.end, sealed_contact=sealed), (key,)


def _node(
    body: RegisterNode, record: InboxRecord, world: World, gazetteer: Gazetteer
) -> tuple[NodeDetails, tuple[SubjectKey, ...]]:
    for number, place in enumerate(body.places):
        if not gazetteer.knows(place):
            raise RefusedError(Reason.UNKNOWN_PLACE, f"places.{number}", "unknown_grid")
    sealed, keys = seal_node(body, world.keyring, record.appended_at)
    deputy, named = sealed.deputy, {name: getattr(sealed, name) for name in _OF_NODE}
    if deputy is None or deputy.sealed_contact is None:
        return NodeDetails(**named), keys
    told = Deputy(start=deputy.start, end=deputy.end, sealed_contact=deputy.sealed_contact)
    return NodeDetails(deputy=told, **named), keys


def _team(
    team: RegisterTeam, record: InboxRecord, world: World, gazetteer: Gazetteer
) -> tuple[TeamDetails, tuple[SubjectKey, ...]]:
    if team.contact is not None and team.sealed_contact is not None:
        raise RefusedError(Reason.SCHEMA, "contact", "give_either_contact_or_sealed_contact")
    for number, mark in enumerate(team.excluded_households):
        # Anything else keeps nobody away, and a name written here would stand in the roster for ever.
        if _HOUSEHOLD.fullmatch(mark) is None:
            raise RefusedError(Reason.SCHEMA, f"excluded_households.{number}", "household_mark")
    base = gazetteer.place(team.base, team.grid, world.digits, "base")
    sealed = seal_team(team, world.keyring, record.appended_at)
    own = [name for name in TeamDetails.model_fields if name not in ("base", "zone", "deputy")]
    named = {name: getattr(sealed.team, name) for name in own}
    details = TeamDetails(base=base, zone=gazetteer.district.zone, **named)
    return details, () if sealed.subject_key is None else (sealed.subject_key,)
