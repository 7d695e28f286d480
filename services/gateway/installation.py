"""Everything that a handler needs, put together once per process."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request

from linli.schemas.metrics import SECTIONS
from linli.schemas.policy import Policy
from linli.services.county_files import load_policy
from linli.services.gateway.feed import Feed
from linli.services.gateway.inbox import Inbox
from linli.services.gateway.limits import Limits
from linli.services.gateway.tokens import TOKENS_FILE, TokenBook
from linli.services.ground.reach import reach_kafka
from linli.services.preparing import world_of
from linli.services.settings import Settings
from linli.services.wiring import kafka_of, keyring_of, redis_of
from linli.streams.board.follower import cluster_id
from linli.streams.board.reader import BoardReader
from linli.streams.clock import Clock
from linli.streams.ground_facts import Facts, read_facts
from linli.streams.intake.admit import World
from linli.streams.intake.inbox_writer import InboxWriter
from linli.streams.kafka_client import KafkaAddress
from linli.streams.ledger_tables import LedgerTables
from linli.streams.meters import Meters
from linli.streams.sealed.key_index import KeyIndex
from linli.streams.sealed.keyring import Keyring
from linli.streams.silent_redis import connect_impatiently


@dataclass(frozen=True, slots=True)
class Installation:
    """What the gateway works with.

    Parameters
    ----------
    settings, facts
        How everything should be, and what is stored in Kafka.
    address, cluster
        Where Kafka is, and its id.
    world, policy, keyring
        What events are judged by, how the county wants to be served, and what events are sealed with.
    keys
        The keys of sealed parts.
    inbox, board, feed, tables
        The way in; the read model; the live transitions; what reports read of the ledger.
    store
        Redis, for limits and for answers to repeated requests; nothing that must not be lost.
    tokens, limits
        Who may come in, and how often.
    meters
        Counts what is asked and answered.
    """

    settings: Settings
    facts: Facts
    address: KafkaAddress
    cluster: str
    world: World
    policy: Policy
    keyring: Keyring
    keys: KeyIndex
    inbox: Inbox
    board: BoardReader
    feed: Feed
    tables: LedgerTables
    store: Any
    tokens: TokenBook
    limits: Limits
    meters: Meters

    @property
    def clock(self) -> Clock:
        """The shared clock."""
        return self.facts.clock


@asynccontextmanager
async def open_installation(settings: Settings) -> AsyncGenerator[Installation]:
    """Connect to everything. Redis may be away: orders are taken without it.

    Raises
    ------
    SettingsError
        If it is not said where Kafka and Redis are, or a list cannot be used.
    linli.services.ground.errors.GroundError
        If Kafka does not answer or does not let us in.
    Exception
        Whatever Kafka or the master key's file say.
    """
    meters = Meters(SECTIONS["gateway"])
    address, keyring = kafka_of(settings), keyring_of(settings)
    await reach_kafka(address)
    facts, cluster = await read_facts(address), await cluster_id(address)
    store = connect_impatiently(redis_of(settings))
    try:
        async with InboxWriter(address, facts) as writer:
            yield Installation(
                settings=settings,
                facts=facts,
                address=address,
                cluster=cluster,
                world=world_of(settings, facts.clock, keyring),
                policy=load_policy(settings),
                keyring=keyring,
                keys=KeyIndex(address, facts.district_map.partitions),
                inbox=Inbox(writer),
                board=BoardReader(redis_of(settings), cluster, store),
                feed=Feed(address, facts.district_map.partitions, meters),
                tables=LedgerTables(address),
                store=store,
                tokens=TokenBook(settings.state / TOKENS_FILE),
                limits=Limits(store, cluster),
                meters=meters,
            )
    finally:
        await store.aclose()


def put_into(app: FastAPI, installation: Installation) -> None:
    """Give an application its installation."""
    app.state.installation = installation


def installation_of(request: Request) -> Installation:
    """Give the installation that answers a request."""
    found: Installation = request.app.state.installation
    return found
