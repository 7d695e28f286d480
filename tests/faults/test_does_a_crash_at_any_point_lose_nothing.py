"""The dispatcher dies at each of its named points, in mid-traffic; the log says whether anything was lost."""

from __future__ import annotations

import asyncio
import signal
import time
from datetime import timedelta

import pytest

from linli.matcher.desk.decide import decide
from linli.services.child import Child
from linli.streams.audit.verifier import judge
from linli.streams.dispatch.crash_points import CrashPoint
from linli.streams.ground_facts import Facts
from linli.streams.replay.replay import replay
from tests.faults.conftest import FaultReport
from tests.support.commands_sender import CommandSender
from tests.support.dispatchers import Dispatchers
from tests.support.leads import Leads
from tests.support.traffic import ORDERS_PER_SECOND, ORDERS_PER_SECOND_LONG

pytestmark = [pytest.mark.broker, pytest.mark.faults, pytest.mark.timeout(5_400)]

PASSINGS = {CrashPoint.AFTER_FENCE: (1,), CrashPoint.DURING_RESTORE: (1,), CrashPoint.AFTER_DECIDE: (1, 2, 3)}
"""At which passings to die. The points of a transaction are passed by the opening round as well, hence from 2 on."""

TRANSACTION_PASSINGS = (2, 3, 1)

ROTATIONS_SHORT, ROTATIONS_LONG = 1, 12
"""How often every point is struck; a strike takes about three seconds."""

DEATH_S = 120.0
"""How long the process may take to reach the point: a start takes two seconds, ten on a busy machine."""

RUNNING = timedelta(hours=1)
"""While the dispatcher is dead nothing is settled: only what is wrong for good counts."""


async def test_a_crash_at_any_point_loses_and_doubles_nothing(
    dispatchers: Dispatchers, struck_facts: Facts, report: FaultReport, long_faults: bool
) -> None:
    """Tests that dispatchers killed at every point in turn leave every request once; repeats change nothing."""
    [district] = struck_facts.districts_on(dispatchers.slot)
    struck, pause_s = 0, 1 / (ORDERS_PER_SECOND_LONG if long_faults else ORDERS_PER_SECOND)
    began, judged, judging_s = time.monotonic(), 0, 0.0
    async with CommandSender(dispatchers.address, struck_facts, district) as sender:
        await sender.teams(8)
        async with Leads(dispatchers.address, sender, seed=1):
            for rotation in range(ROTATIONS_LONG if long_faults else ROTATIONS_SHORT):
                for point in CrashPoint:
                    passings = PASSINGS.get(point, TRANSACTION_PASSINGS)
                    child = await dispatchers.launch(f"{point}:{passings[rotation % len(passings)]}")
                    await _orders_until_death(child, sender, pause_s)
                    struck += 1
                    # The whole log is read for a verdict, and it grows: after every death while that takes no longer
                    # than the deaths themselves, and once a rotation at another point each whatever it takes.
                    always = rotation == 0 or point is list(CrashPoint)[rotation % len(CrashPoint)]
                    looked = time.monotonic()
                    if always or judging_s < looked - began - judging_s:
                        at_death = await judge(dispatchers.address, [dispatchers.slot], patience=RUNNING)
                        assert at_death.breaks == (), f"after a crash {point}"
                        judging_s, judged = judging_s + time.monotonic() - looked, judged + 1
            supervisor = await dispatchers.supervised()
            await dispatchers.progress(3)
        await dispatchers.settled()
        await supervisor.stop()
    verdict = await judge(dispatchers.address, [dispatchers.slot])
    times = struck // len(CrashPoint)
    report.add(f"crash points, each {times} times, judged after {judged} of the deaths", struck, verdict)
    assert verdict.breaks == ()
    assert verdict.requests == len(sender.requests)
    assert verdict.assignments > 0, "no lead ever got an answer through"
    assert (await replay(dispatchers.address, dispatchers.slot, decide)).first_difference is None


async def _orders_until_death(child: Child, sender: CommandSender, pause_s: float) -> None:
    """Send orders until the process has killed itself, then some commands again as an intake that died would."""
    async with asyncio.timeout(DEATH_S):
        while child.code is None:
            await sender.order(len(sender.requests), day=len(sender.requests) % 5)
            await asyncio.sleep(pause_s)
    assert child.code == -signal.SIGKILL
    for command in sender.sent[-3:]:
        await sender.send(command)
