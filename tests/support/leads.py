"""Simulated team leads: they read the ledger and answer offers, often late, twice, or to the wrong effect."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from linli.schemas.answers import Accept, Decline, DeclineReason, Done
from linli.schemas.assignment import AssignmentRecord, Offer
from linli.schemas.commands import Command
from linli.schemas.lifecycle import OfferState
from linli.schemas.topics import ASSIGNMENTS
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from tests.support.commands_sender import CommandSender

ACCEPTS, DECLINES = 0.7, 0.2
"""The rest lets the offer expire."""

REPEATS = 0.1
"""So many answers come twice."""


class Leads:
    """Answers the offers of one district until it is stopped. Use ``async with``."""

    def __init__(self, address: KafkaAddress, sender: CommandSender, seed: int) -> None:
        self._consumer: Any = AIOKafkaConsumer(
            **kafka_client_kwargs(address), isolation_level="read_committed", auto_offset_reset="earliest"
        )
        self._sender = sender
        self._chance = random.Random(seed)
        self._answered: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Leads:
        await self._consumer.start()
        pair = TopicPartition(ASSIGNMENTS.name, self._sender.partition)
        self._consumer.assign([pair])
        await self._consumer.seek_to_beginning(pair)
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
        await self._consumer.stop()

    async def _run(self) -> None:
        async for raw in self._consumer:
            if raw.value is None:
                continue
            record = AssignmentRecord.model_validate_json(raw.value)
            if record.district != self._sender.district:
                continue
            for leg in record.legs:
                for offer in leg.offers:
                    if offer.state is OfferState.OPEN and offer.id not in self._answered:
                        self._answered.add(offer.id)
                        await self._answer(record, offer)
                if leg.assignment is not None and f"done {leg.assignment.id}" not in self._answered:
                    self._answered.add(f"done {leg.assignment.id}")
                    await self._finish(record, leg.assignment.id, leg.assignment.team)

    async def _answer(self, record: AssignmentRecord, offer: Offer) -> None:
        chance = self._chance.random()
        if chance < ACCEPTS:
            body: Accept | Decline = Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",))
        elif chance < ACCEPTS + DECLINES:
            body = Decline(offer=offer.id, team=offer.team, reason=DeclineReason.BUSY)
        else:
            return
        await self._send(self._sender.command(body, record.request_id))

    async def _finish(self, record: AssignmentRecord, offer: str, team: str) -> None:
        if self._chance.random() < DECLINES:
            await self._send(self._sender.command(Done(offer=offer, team=team, minutes=30), record.request_id))

    async def _send(self, command: Command) -> None:
        await self._sender.send(command)
        if self._chance.random() < REPEATS:
            await self._sender.send(command)
