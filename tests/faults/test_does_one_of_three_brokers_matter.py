"""Does the death of one of three brokers matter: three copies of everything, one broker killed in mid-traffic."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from linli.matcher.desk.decide import decide
from linli.schemas.topics import ASSIGNMENTS, TOPICS
from linli.streams.audit.verifier import judge
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.replay.replay import replay
from tests.faults.conftest import CLOCK_RATE, FaultReport
from tests.support.dispatchers import Dispatchers
from tests.support.district import DISTRICT, MONDAY
from tests.support.three_brokers import COUNT, three_brokers
from tests.support.traffic import Traffic

pytestmark = [pytest.mark.broker, pytest.mark.faults, pytest.mark.long, pytest.mark.timeout(900)]

ROUNDS_AFTER: Final = 20
"""Rounds that must be committed while one broker is dead."""


async def test_the_loop_goes_on_without_the_leader(tmp_path: Path, report: FaultReport) -> None:
    """Tests that with the leader of the ledger killed for good, rounds go on, and nothing is lost or doubled."""
    async with three_brokers(tmp_path) as brokers:
        facts = await bootstrap(brokers.address, Wanted((DISTRICT,), 1, clock_rate=CLOCK_RATE, clock_origin=MONDAY))
        assert await _copies(brokers.address) == {topic.name: COUNT for topic in TOPICS}
        dispatchers = Dispatchers(brokers.address, 0, tmp_path)
        async with Traffic(dispatchers, facts, seed=11) as traffic:
            supervisor = await dispatchers.supervised()
            await dispatchers.progress(5)
            leader = await _leader(brokers.address)
            brokers.kill(leader)
            began, sent = time.monotonic(), len(traffic.sender.requests)
            await dispatchers.progress(1)
            back_s = time.monotonic() - began
            await dispatchers.progress(ROUNDS_AFTER)
            assert await _leader(brokers.address) != leader
            await asyncio.sleep(1)
            assert len(traffic.sender.requests) > sent, "nobody could order any more"
        await dispatchers.settled()
        await supervisor.stop()
        verdict = await judge(brokers.address)
        again = await replay(brokers.address, 0, decide)
    print(f"\nthe next round was committed {back_s:.1f} s after the leader's death")
    report.add("one of three brokers killed", 1, verdict)
    assert verdict.breaks == ()
    assert again.first_difference is None
    assert len(traffic.sender.requests) <= verdict.requests <= len(traffic.sender.attempted)


async def _described(address: KafkaAddress) -> list[Any]:
    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    await admin.start()
    try:
        found: list[Any] = await admin.describe_topics([topic.name for topic in TOPICS])
        return found
    finally:
        await admin.close()


async def _copies(address: KafkaAddress) -> dict[str, int]:
    """Give the least number of copies of any partition, by topic."""
    return {one["topic"]: min(len(part["replicas"]) for part in one["partitions"]) for one in await _described(address)}


async def _leader(address: KafkaAddress) -> int:
    """Give the broker that leads the ledger's partition."""
    [ledger] = [one for one in await _described(address) if one["topic"] == ASSIGNMENTS.name]
    [leader] = [int(part["leader"]) for part in ledger["partitions"]]
    return leader
