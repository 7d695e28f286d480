"""Sending from the command line: judge an event as intake will, seal it, write it to the inbox."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel

from linli.schemas.ground_facts import ClockFact
from linli.services.cli.here import Here
from linli.services.preparing import Prepared, prepare, world_of
from linli.services.wiring import keyring_of
from linli.streams.clock import Clock
from linli.streams.ground_facts import Facts, read_facts
from linli.streams.intake.admit import World
from linli.streams.intake.inbox_writer import InboxWriter, Outgoing
from linli.streams.kafka_client import KafkaAddress
from linli.streams.sealed.keyring import KEY_BYTES, Keyring


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
        return self.here.district(wanted)

    def prepared(self, body: BaseModel, source: str, district: str) -> Prepared:
        """Seal an event and judge it as intake will.

        Raises
        ------
        RefusedError
            If intake would refuse it; then it need not be sent.
        """
        return prepare(body, source, district, self.world)

    async def send(self, events: Sequence[Outgoing]) -> list[str]:
        """Write events; return the ids of the commands they become once the broker has acknowledged every one."""
        if self.address is None or self.facts is None:
            raise ValueError("a desk that only checks cannot send")
        async with InboxWriter(self.address, self.facts) as writer:
            return await writer.send(events)


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
        return Desk(here, world_of(here.settings, clock, _throwaway()))
    address = await here.reach_kafka()
    keyring = keyring_of(here.settings) if seals else _throwaway()
    facts = await read_facts(address)
    return Desk(here, world_of(here.settings, facts.clock, keyring), address, facts)


def _throwaway() -> Keyring:
    """Make a key under which nothing is ever sent."""
    return Keyring(secrets.token_bytes(KEY_BYTES))
