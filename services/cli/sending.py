"""Sending: judge an event as intake will, seal it, write it to the inbox, and wait for what becomes of it."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel

from linli.schemas.commands import ApplyTeam, Command, PlaceOrder
from linli.schemas.dead_letters import DeadLetter, Reason
from linli.schemas.errors import Code, LinliError
from linli.schemas.event_types import TYPE_OF_KIND
from linli.schemas.ground_facts import ClockFact
from linli.schemas.orders import Order
from linli.schemas.roster import RegisterTeam
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.topics import INBOX
from linli.services.cli.here import Here
from linli.services.county_files import load_admission, load_districts, load_menu
from linli.services.wiring import keyring_of
from linli.streams.board_entries import KnownOutcome
from linli.streams.board_reader import BoardReader
from linli.streams.clock import Clock
from linli.streams.codec import encode
from linli.streams.gazetteer import BadGeoError, Gazetteer, PlaceError
from linli.streams.ground_facts import Facts, read_facts
from linli.streams.inbox_record import InboxRecord, RefusedError
from linli.streams.inbox_writer import InboxWriter, Outgoing
from linli.streams.intake_admit import World
from linli.streams.intake_judge import DeadOut, judge
from linli.streams.kafka_client import KafkaAddress
from linli.streams.keyring import KEY_BYTES, Keyring
from linli.streams.sealing import seal_order, seal_team

POLL_S: Final = 0.1
"""How often the board is asked for an outcome; a round takes some 50 ms."""

Became = KnownOutcome | DeadLetter
"""What became of an event."""


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
    def number(self) -> str | None:
        """The sender's own number of an order, or a team's id."""
        body = self.command.body
        if isinstance(body, PlaceOrder):
            return body.details.source_id
        return body.details.team if isinstance(body, ApplyTeam) else None


@dataclass(frozen=True, slots=True)
class Desk:
    """What sending needs: where to, and what events are judged with.

    Parameters
    ----------
    here
        The surroundings.
    world
        What intake judges with.
    address, facts
        Where Kafka is and what is stored there; ``None`` for a check without Kafka.
    """

    here: Here
    world: World
    address: KafkaAddress | None = None
    facts: Facts | None = None

    def district(self, wanted: str | None) -> str:
        """Give the district that is meant: the one named, or the only one there is.

        Raises
        ------
        LinliError
            If it is not served here, or several are and none is named.
        """
        served = self.here.settings.districts
        if wanted is None and len(served) == 1:
            return served[0]
        if wanted is None or wanted not in served:
            raise LinliError(Code.UNKNOWN_DISTRICT, id=wanted or "?")
        return wanted

    def prepared(self, body: BaseModel, source: str, district: str) -> Prepared:
        """Seal an event and judge it as intake will.

        Raises
        ------
        RefusedError
            If intake would refuse it; then it need not be sent.
        """
        now = datetime.now(UTC)
        sealed, key = self._sealed(body, district, now)
        at = self.world.at(now)
        event = Outgoing(district, sealed, source, _event_id(sealed), at, key)
        kind = str(type(sealed).model_fields["kind"].default)
        encoded = encode(sealed, event_type=TYPE_OF_KIND[kind], source=source, event_id=event.event_id, time=at)
        record = InboxRecord(INBOX.name, 0, 0, district.encode(), tuple(encoded.headers), encoded.value, now)
        outcome = judge(record, self.world)
        if isinstance(outcome, DeadOut):
            raise RefusedError(outcome.letter.reason, outcome.letter.path, outcome.letter.rule)
        return Prepared(event, outcome.command)

    async def send(self, events: Sequence[Outgoing]) -> list[str]:
        """Write events; return the ids of the commands they become once the broker has acknowledged every one."""
        if self.address is None or self.facts is None:
            raise ValueError("a desk that only checks cannot send")
        async with InboxWriter(self.address, self.facts) as writer:
            return await writer.send(events)

    def _sealed(self, body: BaseModel, district: str, now: datetime) -> tuple[BaseModel, SubjectKey | None]:
        if isinstance(body, Order) and body.personal is not None:
            try:
                order = seal_order(body, self.world.districts[district], self.world.keyring, self.world.digits, now)
            except PlaceError as error:
                reason = Reason.BAD_GEO if isinstance(error, BadGeoError) else Reason.UNKNOWN_PLACE
                raise RefusedError(reason, error.path, error.rule) from None
            return order.order, order.subject_key
        if isinstance(body, RegisterTeam):
            team = seal_team(body, self.world.keyring, now)
            return team.team, team.subject_key
        return body, None


async def open_desk(here: Here, *, check_only: bool = False, seals: bool = True) -> Desk:
    """Put together what sending needs.

    Parameters
    ----------
    here
        The surroundings.
    check_only
        Whether nothing will be sent: then neither Kafka nor the master key is needed, and the clock is the real one
        unless Kafka is there to tell.
    seals
        Whether something personal may have to be sealed; without that, nobody needs the master key.

    Raises
    ------
    LinliError
        If Kafka does not answer.
    SettingsError, MasterKeyError, FactsMissingError
        If settings, key or topics are not there.
    """
    if check_only:
        facts = await read_facts(await here.reach_kafka()) if here.running else None
        now = datetime.now(UTC)
        clock = facts.clock if facts else Clock(ClockFact(started=now, origin=now, rate=1.0))
        return Desk(here, _world(here, clock, _throwaway()))
    address = await here.reach_kafka()
    keyring = keyring_of(here.settings) if seals else _throwaway()
    facts = await read_facts(address)
    return Desk(here, _world(here, facts.clock, keyring), address, facts)


def _throwaway() -> Keyring:
    """Make a key under which nothing is ever sent."""
    return Keyring(secrets.token_bytes(KEY_BYTES))


def _world(here: Here, clock: Clock, keyring: Keyring) -> World:
    settings = here.settings
    return World(
        districts={code: Gazetteer(district) for code, district in load_districts(settings).items()},
        menu=load_menu(settings),
        admission=load_admission(settings),
        at=clock.at,
        keyring=keyring,
        digits=settings.coordinate_digits,
    )


async def outcomes(board: BoardReader, commands: Sequence[str], seconds: float) -> dict[str, Became]:
    """Wait until it is known what became of commands; those that are not known in time are left out."""
    found: dict[str, Became] = {}
    waited = 0.0
    while True:
        for command in commands:
            if command not in found:
                became = await board.outcome(command) or await board.dead_letter(command)
                if became is not None:
                    found[command] = became
        if len(found) == len(commands) or waited >= seconds:
            return found
        await asyncio.sleep(POLL_S)
        waited += POLL_S


def _event_id(body: BaseModel) -> str:
    """Name an event: an order and a team by their own number, so that sending them again is seen to be the same."""
    if isinstance(body, Order):
        return f"order:{body.source_id}"
    return str(uuid.uuid4())
