"""Delivery as it really runs, on a real Kafka: a ledger to write into, leads to tell, a look at what was told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from pydantic import BaseModel

from linli.matcher.ledger.state import Decision
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import ApplyTeam, Command
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.ground_facts import ClockFact
from linli.schemas.metrics import SECTIONS
from linli.schemas.people import Channel, ChannelKind, ContactPart, SealedPart
from linli.schemas.topics import COMMANDS, DELIVERIES
from linli.services.delivery import Beat, open_office
from linli.services.settings import Settings
from linli.streams.clock import Clock
from linli.streams.codec import decode_as, to_bytes
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.log_reader import open_reader
from linli.streams.meters import Meters
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.sealing import seal
from linli.streams.sealed.subject_keys import write_subject_key
from tests.support.district import AUTO, DISTRICT, MONDAY, Desk, team
from tests.support.ledger import Ledger
from tests.support.providers import Providers

PATIENT = AUTO.model_copy(update={"answer_minutes": (240, 240, 240)})
"""Teams have four hours to answer, which are minutes here: an offer must not lapse because a machine is busy."""

SETTLE_S = 90.0
"""How long something may take to be told; nothing is measured with it."""

KEYRING = Keyring(bytes(range(32)))
SECRET = "whsec_" + "c3ludGhldGljLXNlY3JldC0wMTIzNDU2Nzg5"


def webhook(server: Providers, name: str = "lead", secret: str = SECRET) -> Channel:
    """A webhook channel at a server."""
    server.secrets[f"/hook/{name}"] = secret.split(",")[0]
    return Channel(kind=ChannelKind.WEBHOOK, target=server.url(f"/hook/{name}"), secret=secret)


@dataclass
class DeliveryStack:
    """One district on one partition of its own, and its delivery.

    The desk's decisions come from the real `decide`; they are written as the dispatcher writes them.
    """

    address: KafkaAddress
    partition: int
    partitions: int
    folder: Path
    ledger: Ledger
    producer: Any
    rate: float = 60.0
    desk: Desk = field(default_factory=lambda: Desk(PATIENT, teams=0))
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    meters: Meters = field(default_factory=lambda: Meters(SECTIONS["delivery"]))
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def clock(self) -> Clock:
        """The district's clock: Monday, eight in the morning, when the test began."""
        return Clock(ClockFact(started=self.begun, origin=MONDAY, rate=self.rate))

    async def seal(self, *channels: Channel, phone: str | None = None) -> SealedPart:
        """Seal a contact and put its key where delivery finds it."""
        sealed, key = seal(ContactPart(name="合成队长", phone=phone, channels=channels), KEYRING, MONDAY)
        await write_subject_key(self.producer, key, "test")
        return sealed

    async def register(self, name: str, sealed: SealedPart | None, *, skill: str = "haircut", crews: int = 1) -> None:
        """Register a team with a contact."""
        details = team(name, skills=(skill,), crews=crews).model_copy(update={"sealed_contact": sealed})
        await self.decided(self.desk.send(ApplyTeam(details=details)))

    async def decided(self, decision: Decision) -> Decision:
        """Write a decision of the desk."""
        await self.ledger.write(decision)
        return decision

    async def offer(self, number: str, **details: object) -> tuple[str, str]:
        """Place an urgent order; give the offer that came of it, and its team."""
        await self.decided(self.desk.place_order(number, **{"urgency": 0, **details}))
        [(_, offer, asked)] = [one for one in self.desk.open_offers() if one[0] == f"r-{number}"]
        return offer, asked

    async def written(self, records: Iterable[AssignmentRecord]) -> None:
        """Write records as they are."""
        await self.ledger.write(Decision(assignments=tuple(records)))

    async def spoil(self, record: DeliveryRecord) -> None:
        """Write a record of a delivery that delivery would not write."""
        await self.producer.send_and_wait(DELIVERIES.name, to_bytes(record), record.id.encode(), self.partition)

    async def command(self, body: BaseModel, number: int) -> None:
        """Write a command into ``commands``, as intake does."""
        command = Command(
            id=f"inbox-9-{number}",
            district=DISTRICT,
            source="desk",
            received_at=MONDAY + timedelta(seconds=number),
            request_id=None,
            body=body,  # type: ignore[arg-type]
        )
        await self.producer.send_and_wait(COMMANDS.name, to_bytes(command), DISTRICT.encode(), self.partition)

    @asynccontextmanager
    async def delivering(self, *servers: Providers) -> AsyncGenerator[asyncio.Task[None]]:
        """Run delivery in this process; what ended it is raised at the end."""
        loopback = tuple(server.address for server in servers)
        chosen = Settings(kafka=self.address.bootstrap, state=self.folder, delivery_loopback=loopback, **self.settings)
        beat = Beat(self.address, {DISTRICT: self.partition}, self.partitions, self.clock)
        async with open_office(chosen, beat, KEYRING, self.meters) as office:
            task = asyncio.create_task(office.run())
            try:
                yield task
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def log(self) -> list[DeliveryRecord]:
        """Read everything that delivery wrote."""
        async with open_reader(self.address) as reader:
            [span] = await reader.spans(DELIVERIES.name, [self.partition])
            return [decode_as(DeliveryRecord, one.value or b"") async for one in reader.read(span)]

    async def deliveries(self) -> list[DeliveryRecord]:
        """Give the last record of every delivery, in the order in which they were made."""
        return list({record.id: record for record in await self.log()}.values())

    async def until(self, reached: Callable[[list[DeliveryRecord]], bool], what: str) -> list[DeliveryRecord]:
        """Wait until the deliveries are as expected, and give them."""
        seen: list[DeliveryRecord] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                while True:
                    began = asyncio.get_running_loop().time()
                    seen = await self.deliveries()
                    if seen and reached(seen):
                        return seen
                    # Reading takes longer the more there is; delivery, in the same process, must get its turn.
                    await asyncio.sleep(max(0.05, 3 * (asyncio.get_running_loop().time() - began)))
        raise AssertionError(f"{what} never came; {[(one.purpose, one.state, one.tracks) for one in seen[:5]]}")

    async def settled(self, count: int = 1) -> list[DeliveryRecord]:
        """Wait until so many deliveries are known and all are settled."""
        return await self.until(
            lambda seen: len(seen) >= count and all(one.settled for one in seen), f"{count} settled deliveries"
        )

    async def at_the_desk(self, count: int = 1) -> list[DeliveryRecord]:
        """Wait until so many deliveries wait for a person, and give those."""

        def waiting(seen: list[DeliveryRecord]) -> list[DeliveryRecord]:
            return [one for one in seen if one.track is not None]

        return waiting(await self.until(lambda seen: len(waiting(seen)) >= count, f"{count} at the desk"))


@asynccontextmanager
async def delivery_stack(
    address: KafkaAddress,
    partition: int,
    partitions: int,
    folder: Path,
    *,
    rate: float = 60.0,
) -> AsyncGenerator[DeliveryStack]:
    """Open the ledger of one partition and give what a test works with."""
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), enable_idempotence=True)
    await producer.start()
    try:
        async with Ledger(address, partition, f"dispatcher-{partition}") as ledger:
            yield DeliveryStack(address, partition, partitions, folder, ledger, producer, rate, Desk(PATIENT, teams=0))
    finally:
        await producer.stop()
