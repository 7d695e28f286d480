"""An event judged as intake will judge it, and sealed: the same at the command line and in the gateway."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel

from linli.schemas.commands import ApplyTeam, Command, PlaceOrder
from linli.schemas.dead_letters import Reason
from linli.schemas.desk import RecordVisit
from linli.schemas.event_types import TYPE_OF_KIND
from linli.schemas.orders import Order
from linli.schemas.organisation import ApplyNode, RegisterNode
from linli.schemas.proving import ReviewService
from linli.schemas.roster import RegisterTeam
from linli.schemas.standing import PlaceStanding, StandingOrder
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.team_changes import NameDeputy
from linli.schemas.topics import INBOX
from linli.services.county_files import load_admission, load_districts, load_menu
from linli.services.settings import Settings
from linli.streams.clock import Clock
from linli.streams.codec import encode
from linli.streams.gazetteer import BadGeoError, Gazetteer, PlaceError
from linli.streams.intake.admit import World
from linli.streams.intake.inbox_record import InboxRecord, RefusedError, refused_in
from linli.streams.intake.inbox_writer import Outgoing
from linli.streams.intake.judge import DeadOut, judge
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.sealing import seal, seal_node, seal_order, seal_review, seal_team
from linli.streams.sealed.written_reasons import case_of, naming, seal_written


@dataclass(frozen=True, slots=True)
class Prepared:
    """An event that is ready to be sent, and the command that intake will make of it."""

    event: Outgoing
    command: Command

    @property
    def referral(self) -> str | None:
        """The office that an order is referred to instead of volunteers: danger to life, or suspected harm."""
        body = self.command.body
        return body.details.referral if isinstance(body, PlaceOrder) else None

    @property
    def standing(self) -> str | None:
        """The id of a standing order."""
        body = self.command.body
        return body.details.standing if isinstance(body, PlaceStanding) else None

    @property
    def number(self) -> str | None:
        """The sender's own number of an order, or the id of a team or node."""
        match self.command.body:
            case PlaceOrder(details=details):
                return details.source_id
            case PlaceStanding(details=standing):
                return standing.template.source_id
            case ApplyTeam(details=team):
                return team.team
            case ApplyNode(details=node):
                return node.node
            case _:
                return None


def prepare(body: BaseModel, source: str, district: str, world: World, event_id: str | None = None) -> Prepared:
    """Seal an event and judge it as intake will.

    Parameters
    ----------
    body
        One of the inbox models.
    source, district
        Who sends, and where to.
    world
        What intake judges with.
    event_id
        Its id; ``None`` for one made from its own number, or a fresh one.

    Raises
    ------
    RefusedError
        If intake would refuse it; then it need not be sent.
    """
    now = datetime.now(UTC)
    sealed, keys = _sealed(body, district, world, now)
    at = world.at(now)
    named = event_id or _event_id(sealed)
    kind = str(type(sealed).model_fields["kind"].default)
    encoded = encode(sealed, event_type=TYPE_OF_KIND[kind], source=source, event_id=named, time=at)
    record = InboxRecord(INBOX.name, 0, 0, district.encode(), tuple(encoded.headers), encoded.value, now)
    outcome = judge(record, world)
    if isinstance(outcome, DeadOut):
        raise refused_in(outcome.letter)
    # Judged in clear, so that a character that nobody sees is found in it; it leaves here sealed.
    case = case_of(outcome.command)
    written, reasons = seal_written(sealed, case, world.keyring, now)
    if isinstance(sealed, ReviewService):
        keys = naming(keys, case)
    return Prepared(Outgoing(district, written, source, named, at, (*keys, *reasons)), outcome.command)


def world_of(settings: Settings, clock: Clock, keyring: Keyring) -> World:
    """Put together what intake judges with.

    Raises
    ------
    linli.services.settings.SettingsError
        If one of the county's lists cannot be used.
    """
    return World(
        districts={code: Gazetteer(district) for code, district in load_districts(settings).items()},
        menu=load_menu(settings),
        admission=load_admission(settings),
        at=clock.at,
        keyring=keyring,
        digits=settings.coordinate_digits,
    )


def _sealed(body: BaseModel, district: str, world: World, now: datetime) -> tuple[BaseModel, tuple[SubjectKey, ...]]:
    if isinstance(body, Order) and body.personal is not None:
        return _sealed_order(body, district, world, now)
    if isinstance(body, RecordVisit) and body.order is not None and body.order.personal is not None:
        order, keys = _sealed_order(body.order, district, world, now)
        return body.model_copy(update={"order": order}), keys
    if isinstance(body, StandingOrder) and body.order.personal is not None:
        order, keys = _sealed_order(body.order, district, world, now)
        return body.model_copy(update={"order": order}), keys
    if isinstance(body, NameDeputy) and body.contact is not None:
        contact, key = seal(body.contact, world.keyring, now)
        return body.model_copy(update={"contact": None, "sealed_contact": contact}), (key,)
    if isinstance(body, RegisterTeam):
        team = seal_team(body, world.keyring, now)
        return team.team, () if team.subject_key is None else (team.subject_key,)
    if isinstance(body, RegisterNode):
        return seal_node(body, world.keyring, now)
    if isinstance(body, ReviewService):
        return seal_review(body, world.keyring, now)
    return body, ()


def _sealed_order(order: Order, district: str, world: World, now: datetime) -> tuple[Order, tuple[SubjectKey, ...]]:
    try:
        sealed = seal_order(order, world.districts[district], world.keyring, world.digits, now)
    except PlaceError as error:
        reason = Reason.BAD_GEO if isinstance(error, BadGeoError) else Reason.UNKNOWN_PLACE
        raise RefusedError(reason, error.path, error.rule) from None
    return sealed.order, (sealed.subject_key,)


def _event_id(body: BaseModel) -> str:
    """Name an event: an order and a team by their own number, so that sending them again is seen to be the same."""
    if isinstance(body, Order):
        return f"order:{body.source_id}"
    if isinstance(body, StandingOrder):
        return f"standing:{body.order.source_id}"
    return str(uuid.uuid4())
