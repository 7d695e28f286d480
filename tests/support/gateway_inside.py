"""A gateway within the test's own process: what its application works with, put together from a test's own parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from linli.schemas.metrics import SECTIONS
from linli.schemas.policy import Mode, Policy
from linli.services.gateway.feed import Feed
from linli.services.gateway.inbox import Inbox
from linli.services.gateway.installation import Installation
from linli.services.gateway.limits import Limits
from linli.services.gateway.tokens import TokenBook
from linli.services.preparing import world_of
from linli.services.settings import load_settings
from linli.streams.board.reader import BoardReader
from linli.streams.ground_facts import Facts
from linli.streams.intake.inbox_writer import InboxWriter
from linli.streams.kafka_client import KafkaAddress
from linli.streams.ledger_tables import LedgerTables
from linli.streams.meters import Meters
from linli.streams.sealed.key_index import KeyIndex
from linli.streams.sealed.keyring import Keyring


def installation(
    address: KafkaAddress, store: Any, cluster: str, facts: Facts, keyring: Keyring, folder: Path
) -> Installation:
    """Put an installation together; nothing of it is started, so it reads boards and cannot send.

    Parameters
    ----------
    address, facts
        Kafka, and what is stored there.
    store, cluster
        A client of Redis, and whose board is read.
    keyring
        What opens and signs.
    folder
        For tokens and settings.
    """
    settings, meters = load_settings({}, state=folder), Meters(SECTIONS["gateway"])
    return Installation(
        settings=settings,
        facts=facts,
        address=address,
        cluster=cluster,
        world=world_of(settings, facts.clock, keyring),
        policy=Policy(mode=Mode.AUTO),
        keyring=keyring,
        keys=KeyIndex(address, facts.district_map.partitions),
        inbox=Inbox(InboxWriter(address, facts)),
        board=BoardReader("", cluster, store),
        feed=Feed(address, 1, meters),
        tables=LedgerTables(address),
        store=store,
        tokens=TokenBook(folder / "tokens.json"),
        limits=Limits(store, cluster),
        meters=meters,
    )
