"""Asks whether the board is the fold of the log: after a day, a flush, kills, aborted transactions, another topic."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from linli.schemas.answers import Accept, Decline, DeclineReason
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.dead_letters import DeadLetter, Reason, SourcePosition
from linli.schemas.lifecycle import OfferState
from linli.schemas.topics import ASSIGNMENTS, DEAD_LETTERS
from linli.services.ground.local import LocalGround
from linli.streams.board.entries import TOPICS
from linli.streams.board.follower import Board, cluster_id
from linli.streams.board.reader import BoardReader, OfferSeen
from linli.streams.board.store import BoardMovedError, BoardStore, connect
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.log_reader import LogRecord
from tests.support.board_image import BoardImage, dump, fold
from tests.support.district import DISTRICT, MONDAY, Desk
from tests.support.ledger import Ledger, committed

pytestmark = pytest.mark.broker

PARTITIONS = 2
CAUGHT_UP_S = 60
"""How long a board may take to reach the end of the log; it takes well under a second."""


class Stage:
    """A ground with topics, a client of its Redis, and a desk whose decisions are written to the log."""

    def __init__(self, ground: LocalGround, client: Any, cluster: str, ledger: Ledger) -> None:
        self.ground = ground
        self.client = client
        self.cluster = cluster
        self.ledger = ledger
        self.desk = Desk(teams=0)
        self.numbers = iter(range(10**6))
        self._written = 0

    def board(self) -> Board:
        return Board(self.ground.kafka_address, BoardStore(self.client, self.cluster), PARTITIONS)

    async def register_teams(self) -> None:
        full = Desk()
        self.desk.state = full.state
        for decision in full.decisions:
            await self.ledger.write(decision)

    async def orders(self, count: int) -> None:
        """Place urgent orders, and let their teams accept or decline."""
        for number in (next(self.numbers) for _ in range(count)):
            await self.ledger.write(self.desk.place_order(str(number), urgency=0, household=f"{number % 10}"))
            for _, offer, team in self.desk.open_offers():
                decline = Decline(offer=offer, team=team, reason=DeclineReason.BUSY)
                accept = Accept(offer=offer, team=team, members=(f"{team}-m0", f"{team}-m1"))
                await self.ledger.write(self.desk.send(decline if number % 3 == 0 else accept))

    async def log(self) -> list[LogRecord]:
        return await committed(self.ground.kafka_address, TOPICS, PARTITIONS)

    async def reached_the_fold(self) -> BoardImage:
        """Wait until the board is the fold of the log, and give it; fail with the difference if it never is."""
        expected = fold(await self.log())
        seen = BoardImage()
        with suppress(TimeoutError):
            async with asyncio.timeout(CAUGHT_UP_S):
                while True:
                    if await self.client.exists(f"linli:{self.cluster}:current"):
                        seen = await dump(self.client, self.cluster)
                    if seen == expected:
                        return seen
                    await asyncio.sleep(0.1)
        assert seen == expected
        return seen


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with LocalGround(tmp_path, tethered=True) as ground:
        await bootstrap(ground.kafka_address, Wanted((DISTRICT,), PARTITIONS))
        async with connect(ground.redis) as client, Ledger(ground.kafka_address) as ledger:
            yield Stage(ground, client, await cluster_id(ground.kafka_address), ledger)


@asynccontextmanager
async def running(board: Board) -> AsyncGenerator[asyncio.Task[None]]:
    """Run a board in this process; what it raised is raised at the end."""
    task = asyncio.create_task(board.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def latest(log: list[LogRecord]) -> dict[str, AssignmentRecord]:
    """Give the last record of every request."""
    records = [AssignmentRecord.model_validate_json(r.value) for r in log if r.topic == ASSIGNMENTS.name and r.value]
    return {record.request_id: record for record in records}


async def test_a_day_a_flush_and_a_restart_end_in_the_fold(stage: Stage) -> None:
    """Tests that the board follows live, heals by itself after FLUSHALL, and goes on where it was after a stop."""
    await stage.register_teams()
    async with running(stage.board()):
        await stage.orders(6)
        await stage.ledger.write(stage.desk.place_order("never", urgency=0), abort=True)
        await stage.reached_the_fold()
        first = await stage.client.get(f"linli:{stage.cluster}:current")
        await stage.client.flushall()
        await stage.reached_the_fold()  # Nothing was written meanwhile: an empty look noticed it.
        await stage.orders(3)
        await stage.client.flushall()
        await stage.orders(3)
        await stage.reached_the_fold()
    second = await stage.client.get(f"linli:{stage.cluster}:current")
    assert second != first
    await stage.orders(2)
    async with running(stage.board()):
        await stage.reached_the_fold()
    assert await stage.client.get(f"linli:{stage.cluster}:current") == second
    assert [key async for key in stage.client.scan_iter(match=f"*:{first}:*")] == []


async def test_the_reader_says_what_the_log_says(stage: Stage) -> None:
    """Tests every question of the reader against the last records of the log."""
    await stage.register_teams()
    letter = DeadLetter(
        id="inbox-0-99",
        source=SourcePosition(topic="inbox", partition=0, offset=99),
        district=None,
        event_type=None,
        received_at=MONDAY,
        stage="intake",
        reason=Reason.NOT_JSON,
    )
    await stage.ledger.write_one(DEAD_LETTERS, letter.id, letter)
    await stage.orders(5)
    async with running(stage.board()):
        await stage.orders(1)
        await stage.reached_the_fold()
    known = latest(await stage.log())
    async with BoardReader(stage.ground.redis, stage.cluster) as reader:
        overview = await reader.overview()
        assert overview.states == Counter(record.state for record in known.values())
        assert (overview.teams, overview.dead_letters, overview.beat is not None) == (3, 1, True)
        assert {round_.partition for round_ in overview.rounds} == {0}
        for record in known.values():
            assert await reader.request(record.request_id) == record
            versions = [line.version for line in await reader.history(record.request_id)]
            assert versions == list(range(1, record.version + 1))
            assert record in await reader.in_state(record.state)
        assert await reader.named("test-centre/3") == await reader.named("3") == await reader.named("r-3") == ["r-3"]
        assert await reader.named("nobody/3") == []
        offers = [
            OfferSeen(record, index, offer)
            for record in known.values()
            for index, leg in enumerate(record.legs)
            for offer in leg.offers
            if offer.state is OfferState.OPEN
        ]
        assert sorted(seen.offer.id for seen in await reader.open_offers()) == sorted(o.offer.id for o in offers)
        assert await reader.dead_letters() == [letter]
        assert await reader.dead_letter(letter.id) == letter
        assert len(await reader.teams()) == 3
        visits = [leg.assignment for record in known.values() for leg in record.legs if leg.assignment is not None]
        for visit in visits:
            found = await reader.visits_of(visit.team, visit.start, visit.end)
            assert visit.id.rsplit(".", 2)[0] in [record.request_id for record in found]
        outcome = await reader.outcome("inbox-0-3")
        assert outcome is not None
        assert (outcome.outcome.code, outcome.outcome.request_id) == ("applied", "r-0")


async def test_two_boards_never_mix_their_writing(stage: Stage) -> None:
    """Tests that two boards on one Redis either move in step or one is refused, and that the board stays the fold."""
    await stage.register_teams()
    both = [asyncio.create_task(stage.board().run()) for _ in range(2)]
    await stage.orders(6)
    await stage.client.flushall()
    await stage.orders(2)
    ended, _ = await asyncio.wait(both, timeout=2)
    assert all(isinstance(task.exception(), BoardMovedError) for task in ended)
    if len(ended) == len(both):  # Each may have been refused by the other; their supervisor would start them again.
        both.append(asyncio.create_task(stage.board().run()))
    await stage.reached_the_fold()
    for task in both:
        task.cancel()
    await asyncio.wait(both)


async def test_another_log_is_not_taken_for_this_one(stage: Stage) -> None:
    """Tests that positions beyond the end, of another record, or of another layout lead to a rebuild."""
    await stage.register_teams()
    await stage.orders(2)
    async with running(stage.board()):
        await stage.reached_the_fold()
    for field, wrong in (
        ("assignments/0", "999:998:1"),
        ("assignments/0", "2:1:1234"),
        ("plans/1", "nonsense"),
        ("layout", "0"),
    ):
        epoch = await stage.client.get(f"linli:{stage.cluster}:current")
        await stage.client.hset(f"linli:{stage.cluster}:{epoch}:positions", field, wrong)
        async with running(stage.board()):
            await stage.reached_the_fold()
            async with asyncio.timeout(CAUGHT_UP_S):
                while await stage.client.get(f"linli:{stage.cluster}:current") == epoch:
                    await asyncio.sleep(0.05)
            await stage.reached_the_fold()


@pytest.mark.faults
async def test_kills_at_random_end_in_the_fold(stage: Stage, tmp_path: Path) -> None:
    """Tests that a board process that is killed again and again, while requests come in, ends in the fold."""
    await stage.register_teams()
    dice = random.Random(20260326)
    env = os.environ | {"LINLI_KAFKA": stage.ground.kafka, "LINLI_REDIS": stage.ground.redis}
    struck = 0
    with (tmp_path / "board.log").open("ab") as log:
        for _ in range(8):
            argv = (sys.executable, "-m", "linli.services.board")
            process = await asyncio.create_subprocess_exec(*argv, env=env, stderr=log)
            writing = asyncio.create_task(stage.orders(4))
            await asyncio.sleep(0.6 + dice.random())
            process.send_signal(signal.SIGKILL)
            struck += await process.wait() == -signal.SIGKILL
            await writing
    assert struck == 8
    async with running(stage.board()):
        await stage.reached_the_fold()
