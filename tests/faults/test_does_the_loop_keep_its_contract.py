"""The dispatcher's loop with a desk that decides next to nothing: poison, garbage, pauses, drains, torn rounds."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand
from linli.schemas.assignment import Cancelled
from linli.schemas.commands import PlaceOrder
from linli.schemas.dead_letters import Reason
from linli.schemas.identity import request_id
from linli.schemas.lifecycle import State
from linli.schemas.plan import PlannedVisit, PlanRecord
from linli.schemas.rounds import OutcomeCode, RoundRecord
from linli.schemas.topics import ASSIGNMENTS, COMMANDS, PLANS, ROUNDS
from linli.services.child import log_tail
from linli.services.process import EXIT_SETTINGS
from linli.streams.audit.verdict import Guarantee
from linli.streams.audit.verifier import judge
from linli.streams.codec import to_bytes
from linli.streams.crash_counts import CRASHES_MAX
from linli.streams.dispatch.command_feed import LogMadeAnewError
from linli.streams.dispatch.transaction import GROUP, transactional_id
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.ledger_records import RecordTooLargeError
from linli.streams.replay.replay import replay
from tests.support.commands_sender import SOURCE, CommandSender
from tests.support.dispatchers import Dispatchers
from tests.support.district import MONDAY
from tests.support.loops import Loops
from tests.support.stand_in_desk import CLOSES_AFTER, PoisonError, decide

pytestmark = pytest.mark.broker


@pytest.fixture
def loops(struck_address: KafkaAddress, struck_facts: Facts, fresh_slot: Callable[[], int], tmp_path: Path) -> Loops:
    """Give the loops of a fresh partition."""
    return Loops(struck_address, struck_facts, fresh_slot(), tmp_path)


def sender_of(loops: Loops) -> CommandSender:
    """Give a sender of commands to the partition's one district."""
    [district] = loops.facts.districts_on(loops.partition)
    return CommandSender(loops.address, loops.facts, district)


async def order_named(sender: CommandSender, name: str) -> int:
    """Send an order with a number of its own and give its offset."""
    details = sender.details(0).model_copy(update={"source_id": name})
    return await sender.send(sender.command(PlaceOrder(details=details), request_id(SOURCE, name)))


def outcomes(rounds: list[RoundRecord]) -> dict[int, OutcomeCode]:
    """Give the outcome of every command."""
    return {outcome.offset: outcome.code for one in rounds for outcome in one.outcomes}


@pytest.mark.parametrize(("name", "error"), [("poison-1", PoisonError), ("huge-1", RecordTooLargeError)])
async def test_a_command_that_breaks_the_decision_is_set_aside(name: str, error: type[Exception], loops: Loops) -> None:
    """Tests that after three failures it is a dead letter with its outcome, and its neighbours are untouched."""
    async with sender_of(loops) as sender:
        await order_named(sender, "before")
        poison = await order_named(sender, name)
        last = await order_named(sender, "after")
    for _ in range(CRASHES_MAX):
        await loops.fails(error)
    async with loops.running():
        await loops.read_to(last + 1)
    written = await loops.rounds()
    assert outcomes(written) == {
        poison - 1: OutcomeCode.APPLIED,
        poison: OutcomeCode.CRASHED,
        last: OutcomeCode.APPLIED,
    }
    [letter] = await loops.dead_letters()
    assert (letter.reason, letter.source.offset) == (Reason.SOLVER_CRASH, poison)
    assert set(await loops.requests()) == {request_id(SOURCE, "before"), request_id(SOURCE, "after")}
    assert (await judge(loops.address, [loops.partition])).breaks == ()
    gc.collect()


async def test_what_is_no_command_is_refused_and_stops_nothing(loops: Loops) -> None:
    """Tests that garbage and a foreign district become dead letters, and the next command is decided."""
    async with sender_of(loops) as sender:
        await sender.send_raw(b"\xff not a command")
        foreign = sender.command(PlaceOrder(details=sender.details(1)), "r-foreign")
        await sender.send_raw(to_bytes(foreign.model_copy(update={"district": "999999"})))
        last = await order_named(sender, "good")
        async with loops.running():
            await loops.read_to(last + 1)
    assert list(outcomes(await loops.rounds()).values()) == [
        OutcomeCode.REFUSED,
        OutcomeCode.REFUSED,
        OutcomeCode.APPLIED,
    ]
    assert [letter.reason for letter in await loops.dead_letters()] == [Reason.SCHEMA, Reason.UNKNOWN_DISTRICT]
    assert (await judge(loops.address, [loops.partition])).breaks == ()


async def test_a_backlog_is_read_to_its_end_before_deadlines_fire(loops: Loops) -> None:
    """Tests that rounds of a drain share one time, and only the last of them may fire deadlines."""
    async with sender_of(loops) as sender:
        last = [await order_named(sender, f"order-{number}") for number in range(5)][-1]
    async with loops.running(batch_max=2):
        await loops.read_to(last + 1)
    drain = [one for one in await loops.rounds() if one.outcomes]
    assert [len(one.outcomes) for one in drain] == [2, 2, 1]
    assert [one.deadlines for one in drain] == [False, False, True]
    assert len({one.now for one in drain}) == 1


async def test_a_deadline_fires_once_and_replay_agrees(loops: Loops) -> None:
    """Tests that what is due without any command gets a round, one only, and that replay writes the same bytes."""
    async with sender_of(loops) as sender, loops.running():
        await order_named(sender, "waits")
        async with asyncio.timeout(CLOSES_AFTER / timedelta(seconds=1) / loops.facts.clock_fact.rate + 10):
            while [one.state for one in (await loops.requests()).values()] != [State.CLOSED]:
                await asyncio.sleep(0.1)
    [closing] = [one for one in await loops.rounds() if one.records and not one.outcomes]
    assert closing.deadlines
    assert (await judge(loops.address, [loops.partition])).breaks == ()
    again = await replay(loops.address, loops.partition, decide)
    assert (again.first_difference, again.rounds) == (None, len(await loops.rounds()))
    different = await replay(loops.address, loops.partition, _forgetful)
    assert different.first_difference is not None
    assert different.first_difference.round == closing.number


def _forgetful(state: DistrictState, commands: Sequence[NumberedCommand], moment: Moment) -> Decision:
    """Decide like the stand-in, but forget deadlines."""
    return decide(state, commands, moment) if commands else Decision()


async def test_idle_is_not_taken_for_down_but_down_is(loops: Loops) -> None:
    """Tests that heartbeats keep idleness from counting, and that a real absence is written down, once."""
    async with loops.running():
        await asyncio.sleep(3)
    idle = await loops.rounds()
    assert len(idle) > 3
    assert [one.down_seconds for one in idle] == [0] * len(idle)
    absent_s = 4
    await asyncio.sleep(absent_s)
    async with loops.running():
        await asyncio.sleep(1.5)
    later = (await loops.rounds())[len(idle) :]
    assert later[0].now == idle[-1].now, "the opening round hides the absence"
    [down] = [one.down_seconds for one in later if one.down_seconds]
    assert down >= absent_s * loops.facts.clock_fact.rate


async def test_after_a_torn_round_plans_are_emptied_and_requests_kept(loops: Loops) -> None:
    """Tests that ledger records without a round record raise an alarm, and are built upon, not lost."""
    [district] = loops.facts.districts_on(loops.partition)
    async with sender_of(loops) as sender, loops.running():
        first = await order_named(sender, "kept")
        await loops.read_to(first + 1)
    number = (await loops.rounds())[-1].number
    await _tear(loops, district, number + 1)
    async with loops.running(), sender_of(loops) as sender:
        second = await order_named(sender, "next")
        await loops.read_to(second + 1)
    opening, planned = (await loops.rounds())[number : number + 2]
    assert (opening.number, opening.healed, opening.records) == (number + 1, True, 1)
    assert [part.district for part in planned.districts] == [district]
    plans = [PlanRecord.model_validate_json(one.value or b"") for one in await loops.log(PLANS.name)]
    assert [(plan.version, len(plan.crews)) for plan in plans] == [(1, 1), (2, 0)]
    assert set(await loops.requests()) == {request_id(SOURCE, "kept"), request_id(SOURCE, "next"), "r-torn"}
    verdict = await judge(loops.address, [loops.partition])
    assert set(verdict.broken) == {Guarantee.WHOLE_ROUNDS}
    assert (await replay(loops.address, loops.partition, decide)).first_difference is None


async def _tear(loops: Loops, district: str, number: int) -> None:
    """Commit a plan and a request of a round that never got its record."""
    [record] = (await loops.requests()).values()
    gone = Cancelled(reason="torn")
    torn = record.model_copy(update={"request_id": "r-torn", "version": 1, "round": number, "status": gone})
    visit = PlannedVisit(request_id="r-torn", leg=0, arrival=MONDAY, start=MONDAY, end=MONDAY)
    plan = PlanRecord(team="t0", district=district, version=1, round=number, at=MONDAY, crews=((visit,),))
    name = transactional_id(loops.partition)
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(loops.address), transactional_id=name)
    async with producer, producer.transaction():
        await producer.send_and_wait(ASSIGNMENTS.name, to_bytes(torn), b"r-torn", partition=loops.partition)
        await producer.send_and_wait(PLANS.name, to_bytes(plan), b"t0", partition=loops.partition)


async def test_rounds_are_numbered_through_restarts(loops: Loops) -> None:
    """Tests that two loops of one partition, one after the other, number their rounds without a gap."""
    for _ in range(2):
        async with loops.running():
            await asyncio.sleep(1)
    numbers = [one.number for one in await loops.rounds()]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_the_lag_of_the_group_is_told_and_never_believed(loops: Loops) -> None:
    """Tests that the group's offset follows each round, and that a wrong one changes nothing."""
    async with sender_of(loops) as sender:
        first = await order_named(sender, "one")
        async with loops.running():
            await loops.read_to(first + 1)
        assert await _group_offset(loops) == first + 1
        await _set_group_offset(loops, 0)
        second = await order_named(sender, "two")
        async with loops.running():
            await loops.read_to(second + 1)
    assert outcomes(await loops.rounds()) == {first: OutcomeCode.APPLIED, second: OutcomeCode.APPLIED}
    assert await _group_offset(loops) == second + 1


async def test_a_topic_made_anew_beside_an_old_ledger_is_refused(loops: Loops) -> None:
    """Tests that a ledger that has read further than the log goes is not continued in silence."""
    async with loops.running():
        await loops.read_to(0)
    ahead = (await loops.rounds())[-1].model_copy(update={"number": 99, "next_offset": 1_000})
    async with sender_of(loops) as sender:
        await sender.send_raw(to_bytes(ahead), ROUNDS.name)
    await loops.fails(LogMadeAnewError)


async def test_a_slot_that_is_no_partition_is_refused(struck_address: KafkaAddress, tmp_path: Path) -> None:
    """Tests that the process says which slots there are, and that starting it again would not help."""
    dispatchers = Dispatchers(struck_address, 999, tmp_path)
    child = await dispatchers.launch()
    assert await child.wait() == EXIT_SETTINGS
    assert "There is no slot 999" in log_tail(child.spec.log)


async def _group_offset(loops: Loops) -> int | None:
    consumer: Any = AIOKafkaConsumer(**kafka_client_kwargs(loops.address), group_id=GROUP, enable_auto_commit=False)
    async with consumer:
        offset: int | None = await consumer.committed(TopicPartition(COMMANDS.name, loops.partition))
    return offset


async def _set_group_offset(loops: Loops, offset: int) -> None:
    consumer: Any = AIOKafkaConsumer(**kafka_client_kwargs(loops.address), group_id=GROUP, enable_auto_commit=False)
    async with consumer:
        pair = TopicPartition(COMMANDS.name, loops.partition)
        consumer.assign([pair])
        await consumer.commit({pair: offset})
