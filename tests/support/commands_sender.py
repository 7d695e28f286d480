"""Commands sent straight into ``commands``, as intake would have made them, and what was told when they were sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaProducer

from linli.schemas.commands import ApplyTeam, Command, CommandBody, PlaceOrder
from linli.schemas.identity import position_id, request_id
from linli.schemas.orders import RequestDetails
from linli.schemas.topics import COMMANDS
from linli.streams.codec import to_bytes
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from tests.support.district import order, team

SOURCE = "test-centre"


class CommandSender:
    """Sends commands of one district; every command counts as accepted once the broker has acknowledged it.

    Use ``async with``. The ids of commands name places of an inbox that nobody wrote: here intake is left out.
    """

    def __init__(self, address: KafkaAddress, facts: Facts, district: str) -> None:
        self._producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address), enable_idempotence=True)
        self._facts = facts
        self.district = district
        self.partition = facts.district_map.districts[district]
        self.number = 0
        self.attempted: set[str] = set()
        self.requests: set[str] = set()
        self.sent: list[Command] = []

    async def __aenter__(self) -> CommandSender:
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    def command(self, body: CommandBody, request: str | None = None) -> Command:
        """Make the next command."""
        self.number += 1
        return Command(
            id=position_id("unwritten", self.partition, self.number),
            district=self.district,
            source=SOURCE,
            received_at=self._facts.clock.now(),
            request_id=request,
            body=body,
        )

    async def send(self, command: Command) -> int:
        """Send a command, again if need be, and give its offset."""
        offset = await self.send_raw(to_bytes(command))
        self.sent.append(command)
        return offset

    async def send_raw(self, value: bytes, topic: str = COMMANDS.name) -> int:
        """Send any bytes to the district's partition of a topic, and give their offset."""
        answer = await self._producer.send_and_wait(topic, value, self.district.encode(), self.partition)
        return int(answer.offset)

    async def teams(self, count: int, crews: int = 2) -> None:
        """Send a roster of teams that all can cut hair."""
        for number in range(count):
            details = team(f"{self.district}-t{number}", crews=crews, north=number / 1000)
            await self.send(self.command(ApplyTeam(details=details)))

    async def order(self, number: int, *, urgent: bool = True, day: int = 0) -> str:
        """Send one order for the morning of a day after today's, and give its request id."""
        details = self.details(number, urgent=urgent, day=day)
        request = request_id(SOURCE, details.source_id)
        self.attempted.add(request)
        await self.send(self.command(PlaceOrder(details=details), request))
        self.requests.add(request)
        return request

    def details(self, number: int, *, urgent: bool = True, day: int = 0) -> RequestDetails:
        """Make the details of an order."""
        first = 24.0 * day + 25
        return order(f"{self.district}-{number}", hours=(first, first + 8), urgency=0 if urgent else 1).model_copy(
            update={"ordered_at": self._facts.clock.now() - timedelta(seconds=1)}
        )
