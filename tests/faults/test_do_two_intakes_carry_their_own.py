"""Do two intakes carry their own: each its partitions, while the other is dead, and both again when it is back?"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from linli.services.child import Child
from linli.streams.intake.app import GROUP
from linli.streams.kafka_client import kafka_client_kwargs
from tests.support.dispatchers import strike
from tests.support.inbox import good_order, record
from tests.support.intake_stack import PARTITIONS, IntakeStack, intake_spec, intake_stack

pytestmark = [pytest.mark.broker, pytest.mark.faults, pytest.mark.long, pytest.mark.timeout(600)]

SHARE_S: Final = 120.0
"""How long the two may take to share the partitions, and one to take the other's over: ten seconds after a death, when
the group gives it up, and a few more; six times that on a busy machine."""

OWN_S: Final = 5.0
"""So long after a death the group still waits for the dead one: only the survivor's own partition moves."""

PAUSE_S: Final = 0.1


async def test_one_dies_and_the_other_goes_on(tmp_path: Path) -> None:
    """Tests that both work, that a death stops one partition alone, that it is taken over, and that nothing is lost."""
    async with intake_stack(tmp_path) as stack:
        second = await Child.launch(intake_spec(stack.ground, tmp_path, 1))
        stop = asyncio.Event()
        sending = asyncio.create_task(_send_until(stack, stop))
        try:
            dead = await _until_shared(stack, second)
            behind = await _handled(stack)
            survivor = 1 - dead
            await _until(stack, lambda now: now[dead] > behind[dead], "nobody took the dead one's partition over")
            again = await Child.launch(intake_spec(stack.ground, tmp_path, 1))
            before = await _handled(stack)
            await _until(
                stack, lambda now: all(now[one] > before[one] + 20 for one in (dead, survivor)), "one stands still"
            )
            assert again.code is None
        finally:
            stop.set()
        numbers = await sending
        outcomes = await stack.outcomes_of(numbers)
        assert {one.source for one in outcomes} == set(numbers)
        again.send(signal.SIGKILL)
        await again.wait()


async def _until_shared(stack: IntakeStack, second: Child) -> int:
    """Kill the second one while each has a partition; give the partition that stands still then."""
    async with asyncio.timeout(SHARE_S):
        while await _members(stack) < PARTITIONS:
            await asyncio.sleep(PAUSE_S)
    before = await _handled(stack)
    await _until(stack, lambda now: all(now[one] > before[one] + 20 for one in range(PARTITIONS)), "one stands still")
    strike(second.pid, signal.SIGKILL)
    await second.wait()
    await asyncio.sleep(PAUSE_S)
    at_death = await _handled(stack)
    await asyncio.sleep(OWN_S)
    moved = {one for one, count in (await _handled(stack)).items() if count > at_death[one]}
    assert len(moved) == 1, f"the survivor's partition alone was to move, and these did: {moved}"
    return 1 - moved.pop()


async def _members(stack: IntakeStack) -> int:
    """Count the members of the group that have settled who does what; none while they have not."""
    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(stack.ground.kafka_address))
    await admin.start()
    try:
        [answer] = await admin.describe_consumer_groups([GROUP])
        [(_, _, state, _, _, members, *_)] = answer.groups
        return len(members) if state == "Stable" else 0
    except GroupCoordinatorNotAvailableError:  # The first to ask for the group makes the broker prepare its topic.
        return 0
    finally:
        await admin.close()


async def _handled(stack: IntakeStack) -> Counter[int]:
    """Count the outcomes of each partition of the inbox."""
    return Counter(int(one.source.split("-")[1]) for one in await stack.outcomes())


async def _until(stack: IntakeStack, reached: Callable[[Counter[int]], bool], otherwise: str) -> None:
    try:
        async with asyncio.timeout(SHARE_S):
            while not reached(await _handled(stack)):
                await asyncio.sleep(PAUSE_S)
    except TimeoutError:
        raise AssertionError(f"{otherwise}. {stack.log()[-1000:]}") from None


async def _send_until(stack: IntakeStack, stop: asyncio.Event) -> list[str]:
    """Send orders to both partitions in turn; return their ids."""
    numbers: list[str] = []
    while not stop.is_set():
        order = record(good_order() | {"source_id": f"SN-{len(numbers)}"})
        numbers.append(await stack.send(order, len(numbers) % PARTITIONS))
        await asyncio.sleep(PAUSE_S / 4)
    return numbers
