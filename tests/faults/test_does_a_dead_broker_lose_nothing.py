"""The broker itself is killed and paused under a working dispatcher."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path

import pytest

from linli.matcher.desk.decide import decide
from linli.services.ground.local import LocalGround
from linli.streams.audit.verifier import judge
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.replay.replay import replay
from tests.faults.conftest import CLOCK_RATE, FaultReport
from tests.support.dispatchers import Dispatchers, strike
from tests.support.district import MONDAY
from tests.support.traffic import Traffic

pytestmark = [pytest.mark.broker, pytest.mark.faults, pytest.mark.timeout(5_400)]

DISTRICTS = ("520624", "520625")
"""Two on the one partition: a round decides both, and either may stand still."""

KILLS_SHORT, KILLS_LONG = 1, 6
PAUSES_S_SHORT, PAUSES_S_LONG = (2.0,), (2.0, 6.0, 13.0, 20.0, 2.0, 13.0)
"""The longest outlive a transaction, which the broker then ends."""


async def test_a_broker_killed_and_paused_loses_and_doubles_nothing(
    tmp_path: Path, report: FaultReport, long_faults: bool
) -> None:
    """Tests that every request acknowledged by a broker that dies and sleeps is in the ledger, once."""
    chance = random.Random(17)
    kills, pauses = (KILLS_LONG, PAUSES_S_LONG) if long_faults else (KILLS_SHORT, PAUSES_S_SHORT)
    async with LocalGround(tmp_path / "ground", tethered=True) as ground:
        facts = await bootstrap(ground.kafka_address, Wanted(DISTRICTS, 1, clock_rate=CLOCK_RATE, clock_origin=MONDAY))
        dispatchers = Dispatchers(ground.kafka_address, 0, tmp_path)
        first, second = (Traffic(dispatchers, facts, seed=5, district=district) for district in DISTRICTS)
        async with first, second:
            supervisor = await dispatchers.supervised()
            for _ in range(kills):
                await dispatchers.progress(2)
                await asyncio.sleep(chance.random())
                await _kill(ground)
            for pause_s in pauses:
                await dispatchers.progress(2)
                await _pause(ground, pause_s)
            await dispatchers.progress(2)
        await dispatchers.settled()
        await supervisor.stop()
        verdict = await judge(ground.kafka_address)
        again = await replay(ground.kafka_address, 0, decide)
    report.add("broker killed and paused", kills + len(pauses), verdict)
    assert verdict.breaks == ()
    assert again.first_difference is None
    acknowledged = len(first.sender.requests) + len(second.sender.requests)
    attempted = len(first.sender.attempted) + len(second.sender.attempted)
    assert acknowledged <= verdict.requests <= attempted


async def _kill(ground: LocalGround) -> None:
    pid = ground.kafka_pid
    assert pid is not None
    strike(pid, signal.SIGKILL)
    while ground.kafka_pid in (None, pid):
        await asyncio.sleep(0.1)
    await ground.wait_ready()


async def _pause(ground: LocalGround, seconds: float) -> None:
    pid = ground.kafka_pid
    assert pid is not None
    strike(pid, signal.SIGSTOP)
    await asyncio.sleep(seconds)
    strike(pid, signal.SIGCONT)
