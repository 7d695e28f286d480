"""Dispatchers killed and paused at random; a second owner while the first is only asleep."""

from __future__ import annotations

import asyncio
import random
import signal

import pytest

from linli.matcher.desk.decide import decide
from linli.services.supervisor import Supervisor
from linli.streams.audit.verifier import judge
from linli.streams.fenced_producer import TRANSACTION_TIMEOUT_MS
from linli.streams.ground_facts import Facts
from linli.streams.replay.replay import replay
from tests.faults.conftest import FaultReport
from tests.support.dispatchers import Dispatchers, strike
from tests.support.traffic import ORDERS_PER_SECOND, ORDERS_PER_SECOND_LONG, Traffic

pytestmark = [pytest.mark.broker, pytest.mark.faults, pytest.mark.timeout(5_400)]

KILLS_SHORT, KILLS_LONG = 4, 150
ZOMBIES_SHORT, ZOMBIES_LONG = 1, 25
PAUSES_LONG = 5
"""A pause that outlives a transaction takes a quarter of a minute: only in the long list."""

ZOMBIE_DEATH_S = 20.0
"""A dispatcher that is no longer the owner learns it with its next round, at the latest a heartbeat after it wakes."""

FENCED = 70


def _rate(long_faults: bool) -> float:
    return ORDERS_PER_SECOND_LONG if long_faults else ORDERS_PER_SECOND


async def _finish(what: str, struck: int, traffic: Traffic, dispatchers: Dispatchers, report: FaultReport) -> None:
    """Let everything settle under a dispatcher that runs, and judge."""
    verdict = await judge(dispatchers.address, [dispatchers.slot])
    report.add(what, struck, verdict)
    assert verdict.breaks == ()
    assert verdict.requests == len(traffic.sender.requests)
    assert verdict.assignments > 0, "no lead ever got an answer through"
    again = await replay(dispatchers.address, dispatchers.slot, decide)
    assert again.first_difference is None
    assert (again.first_round, again.rounds) == (1, verdict.rounds)


async def test_killed_at_random_it_loses_and_doubles_nothing(
    dispatchers: Dispatchers, struck_facts: Facts, report: FaultReport, long_faults: bool
) -> None:
    """Tests that SIGKILL at random moments, each after some progress, leaves every request exactly once."""
    chance, kills = random.Random(7), KILLS_LONG if long_faults else KILLS_SHORT
    async with Traffic(dispatchers, struck_facts, seed=2, per_second=_rate(long_faults)) as traffic:
        supervisor = await dispatchers.supervised()
        for _ in range(kills):
            await dispatchers.progress(2)
            await asyncio.sleep(chance.random())
            strike(supervisor.pid(f"dispatcher-{dispatchers.slot}"), signal.SIGKILL)
        await dispatchers.progress(2)
    await dispatchers.settled()
    await supervisor.stop()
    await _finish("SIGKILL at random", kills, traffic, dispatchers, report)


async def test_a_zombie_is_fenced_out_and_dies(
    dispatchers: Dispatchers, struck_facts: Facts, report: FaultReport, long_faults: bool
) -> None:
    """Tests that an owner that slept while another took over dies when it wakes, and has committed nothing."""
    chance, zombies = random.Random(11), ZOMBIES_LONG if long_faults else ZOMBIES_SHORT
    async with Traffic(dispatchers, struck_facts, seed=3, per_second=_rate(long_faults)) as traffic:
        owner = await dispatchers.launch()
        for _ in range(zombies):
            await dispatchers.progress(2)
            await asyncio.sleep(chance.random())
            strike(owner.pid, signal.SIGSTOP)
            second = await dispatchers.launch()
            await dispatchers.progress(2)
            strike(owner.pid, signal.SIGCONT)
            async with asyncio.timeout(ZOMBIE_DEATH_S):
                assert await owner.wait() == FENCED
            owner = second
        await dispatchers.progress(2)
    await dispatchers.settled()
    assert await owner.stop() == 0
    await _finish("zombies", zombies, traffic, dispatchers, report)


async def test_a_long_sleep_without_a_second_owner_does_no_harm(
    dispatchers: Dispatchers, struck_facts: Facts, report: FaultReport, long_faults: bool
) -> None:
    """Tests that a dispatcher that slept, in the long list longer than a transaction may last, goes on or restarts."""
    chance, pauses = random.Random(13), PAUSES_LONG if long_faults else 1
    length_s = TRANSACTION_TIMEOUT_MS / 1000 + 3 if long_faults else 2.0
    async with Traffic(dispatchers, struck_facts, seed=4, per_second=_rate(long_faults)) as traffic:
        supervisor = await dispatchers.supervised()
        for _ in range(pauses):
            await dispatchers.progress(2)
            await asyncio.sleep(chance.random())
            await _sleep_through(supervisor, dispatchers.slot, length_s)
        await dispatchers.progress(2)
    await dispatchers.settled()
    await supervisor.stop()
    await _finish(f"SIGSTOP of {length_s:g} s", pauses, traffic, dispatchers, report)


async def _sleep_through(supervisor: Supervisor, slot: int, length_s: float) -> None:
    pid = supervisor.pid(f"dispatcher-{slot}")
    strike(pid, signal.SIGSTOP)
    await asyncio.sleep(length_s)
    strike(pid, signal.SIGCONT)
