"""Orders without end and leads who answer, around a test's faults."""

from __future__ import annotations

import asyncio

from linli.streams.ground_facts import Facts
from tests.support.commands_sender import CommandSender
from tests.support.dispatchers import Dispatchers
from tests.support.leads import Leads

ORDERS_PER_SECOND, ORDERS_PER_SECOND_LONG = 15, 2
"""Enough to be in mid-traffic at any moment; fewer in a long list, so that the district does not outgrow its teams."""


class Traffic:
    """Orders without end, and leads who answer, around a test's faults. Use ``async with``."""

    def __init__(
        self,
        dispatchers: Dispatchers,
        facts: Facts,
        seed: int,
        district: str | None = None,
        per_second: float = ORDERS_PER_SECOND,
    ) -> None:
        district = district or facts.districts_on(dispatchers.slot)[0]
        self.sender = CommandSender(dispatchers.address, facts, district)
        self._leads = Leads(dispatchers.address, self.sender, seed)
        self._pause_s = 1 / per_second
        self._task: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    async def __aenter__(self) -> Traffic:
        await self.sender.__aenter__()
        await self.sender.teams(10)
        await self._leads.__aenter__()
        self._task = asyncio.create_task(self._order())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ending.set()
        if self._task is not None:
            await self._task
        await self._leads.__aexit__()
        await self.sender.__aexit__()

    async def _order(self) -> None:
        while not self._ending.is_set():
            number = len(self.sender.requests)
            await self.sender.order(number, urgent=number % 3 != 0, day=number % 6)
            await asyncio.sleep(self._pause_s)
