"""The topic ``team-homes``: one partition, one order, in which the first claim of a team's id counts for ever.

No dispatcher sees what another partition's dispatcher decides. So each claims an id here before it registers a team,
and then reads who was first: the broker's order of the claims is the same for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from linli.schemas import event_types
from linli.schemas.team_homes import TeamHome
from linli.schemas.topics import TEAM_HOMES
from linli.streams.codec import decode_as, encode
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.log_reader import LogReader, open_reader

REQUEST_TIMEOUT_MS: Final = 20_000
"""How long a claim waits for the broker, as long as a round does."""


class HomesMissingError(RuntimeError):
    """Nobody made the topic."""


class TeamHomes:
    """Claims teams' ids for districts and knows whose they are.

    Parameters
    ----------
    address
        How to reach Kafka.
    source
        Who claims, for the headers.

    Notes
    -----
    A claim is final before the team is registered, and is never taken back: whoever dies in between finds its own claim
    again, and a registration that is refused for another reason leaves an id to a district that does not use it. Two
    dispatchers of one partition, one of them a zombie, may both claim: for the same district, which is harmless. An id
    that two districts had before there were claims stays with both, for nothing is taken from anybody; the audit names
    it.
    """

    def __init__(self, address: KafkaAddress, source: str) -> None:
        self._address = address
        self._source = source
        self._owners: dict[str, str] = {}
        self._next: int | None = None

    async def claim(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """Claim ids that nobody has claimed yet; the first call reads all claims, even if it asks for nothing.

        Parameters
        ----------
        wanted
            The district that wants each team's id.

        Returns
        -------
        dict
            The district that owns each of these ids.

        Raises
        ------
        HomesMissingError
            If the topic is not there.
        aiokafka.errors.KafkaError
            If the broker does not take a claim.
        """
        if self._next is not None and wanted.keys() <= self._owners.keys():
            return {team: self._owners[team] for team in wanted}
        async with open_reader(self._address) as reader:
            if not await reader.knows(TEAM_HOMES.name):
                raise HomesMissingError(f"The topic {TEAM_HOMES.name} is missing: run `linli up`, which makes it.")
            await self._read(reader)
            free = [TeamHome(team=team, district=wanted[team]) for team in wanted if team not in self._owners]
            if free:
                await self._send(free)
                await self._read(reader)
        return {team: self._owners[team] for team in wanted}

    async def _read(self, reader: LogReader) -> None:
        """Read on to the end; a later claim of an id changes nothing."""
        [span] = await reader.spans(TEAM_HOMES.name, [0])
        async for record in reader.read(replace(span, start=max(span.start, self._next or 0))):
            home = decode_as(TeamHome, record.value or b"")
            self._owners.setdefault(home.team, home.district)
        self._next = span.end

    async def _send(self, homes: list[TeamHome]) -> None:
        """Write claims and wait until the broker has every one of them."""
        producer: Any = AIOKafkaProducer(
            **kafka_client_kwargs(self._address),
            acks="all",
            enable_idempotence=True,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        async with producer:
            answers = [await self._send_one(producer, home) for home in homes]
            for answer in answers:
                await answer

    async def _send_one(self, producer: Any, home: TeamHome) -> Any:
        event = encode(
            home,
            event_type=event_types.TEAM_HOME,
            source=self._source,
            event_id=f"{TEAM_HOMES.name}/{home.district}/{home.team}",
            time=datetime.now(UTC),
        )
        return await producer.send(TEAM_HOMES.name, event.value, home.team.encode(), 0, headers=event.headers)
