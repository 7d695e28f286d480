"""Where a command finds Kafka, Redis and the board: in the settings, or in the record of ``linli up``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from linli.schemas.errors import Code, LinliError
from linli.schemas.orders import Target
from linli.services.running import Running, read_running
from linli.services.settings import Settings, load_settings
from linli.streams.kafka_client import KafkaAddress, ask_for_brokers, is_refusal

if TYPE_CHECKING:
    from linli.streams.board.reader import BoardReader

T = TypeVar("T")

BROKER_TIMEOUT_S: Final = 10.0
"""How long Kafka may take to answer a person at the terminal; across a county's network it takes well under one."""

DESK: Final = "desk"
"""The sender that commands of the desk are marked with, unless another is named."""


@dataclass
class Here:
    """The surroundings of a command."""

    settings: Settings

    @classmethod
    def look(cls) -> Here:
        """Read the settings.

        Raises
        ------
        linli.services.settings.SettingsError
            If one cannot be used.
        """
        return cls(load_settings())

    @cached_property
    def running(self) -> Running | None:
        """What ``linli up`` recorded, if it still runs."""
        running = read_running(self.settings.state)
        return running if running is not None and running.alive else None

    @property
    def address(self) -> KafkaAddress:
        """Where Kafka is.

        Raises
        ------
        LinliError
            If neither the settings nor a running ``linli up`` says.
        """
        own = self.settings.kafka_address
        if own is not None:
            return own
        return KafkaAddress(self._record().kafka)

    @property
    def redis(self) -> str:
        """Where Redis is; may hold a password.

        Raises
        ------
        LinliError
            If neither the settings nor a running ``linli up`` says.
        """
        return self.settings.redis or self._record().redis

    def district(self, wanted: str | None) -> str:
        """Give the district that is meant: the one named, or the only one there is.

        Raises
        ------
        LinliError
            If it is not served here, or several are and none is named.
        """
        served = self.settings.districts
        if wanted is None and len(served) == 1:
            return served[0]
        if wanted is None or wanted not in served:
            raise LinliError(Code.UNKNOWN_DISTRICT, id=wanted or "?")
        return wanted

    async def reach_kafka(self) -> KafkaAddress:
        """Make sure that Kafka answers, and say where it is.

        Raises
        ------
        LinliError
            If it does not, or does not let us in.
        """
        # Here, because help and usage errors must not load a Kafka client.
        from aiokafka.errors import KafkaError

        address = self.address
        try:
            async with asyncio.timeout(BROKER_TIMEOUT_S):
                await ask_for_brokers(address)
        except (KafkaError, OSError, TimeoutError) as error:
            if is_refusal(error):
                name = type(error).__name__
                raise LinliError(Code.BROKER_REFUSED, address=address.bootstrap, detail=name) from error
            raise LinliError(Code.BROKER_UNREACHABLE, address=address.bootstrap) from error
        return address

    async def cluster(self) -> str:
        """Give the id of the Kafka cluster, which names its board."""
        from linli.streams.board.follower import cluster_id

        if self.running is not None:
            return self.running.cluster
        return await cluster_id(await self.reach_kafka())

    @asynccontextmanager
    async def board(self) -> AsyncGenerator[BoardReader]:
        """Open the board for reading."""
        from linli.streams.board.reader import BoardReader

        async with BoardReader(self.redis, await self.cluster()) as reader:
            yield reader

    def _record(self) -> Running:
        if self.running is None:
            raise LinliError(Code.NOT_RUNNING, state=self.settings.state)
        return self.running


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine."""
    return asyncio.run(work)


def request_named(name: str) -> str:
    """Give our id of a request that is named by our id or as ``SOURCE/NUMBER``.

    Raises
    ------
    LinliError
        If it is neither.
    """
    from linli.schemas.identity import request_id

    source, slash, number = name.partition("/")
    if slash and source and number:
        return request_id(source, number)
    if name.startswith("r-") and name.replace("-", "").isalnum():
        return name
    raise LinliError(Code.UNKNOWN_REQUEST, id=name)


def target_named(name: str) -> Target:
    """Give the target of a command about a named request."""
    return Target(request_id=request_named(name))
