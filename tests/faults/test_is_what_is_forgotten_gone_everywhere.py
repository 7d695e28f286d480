"""Is what is forgotten gone everywhere: from ledger, restart, replay and board, whoever dies over it?"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from linli.matcher.desk.decide import decide
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.dead_letters import DeadLetter, Reason
from linli.schemas.desk import Hold
from linli.schemas.identity import request_id
from linli.schemas.lifecycle import State
from linli.schemas.orders import Cancel, Target
from linli.schemas.policy import KEEP_DAYS_LEAST
from linli.schemas.topics import ASSIGNMENTS, DEAD_LETTERS, PLANS, Topic
from linli.services.ground.local import LocalGround
from linli.streams.audit.verifier import judge
from linli.streams.board.entries import TOPICS
from linli.streams.board.follower import Board, cluster_id
from linli.streams.board.store import BoardStore, connect
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.dispatch.crash_points import CrashPoint
from linli.streams.dispatch.ledger import restore
from linli.streams.kafka_client import KafkaAddress
from linli.streams.ledger_records import NO_LONGER_KEPT
from linli.streams.log_reader import LogRecord
from linli.streams.replay.replay import replay
from tests.support.board_image import BoardImage, dump, fold
from tests.support.commands_sender import SOURCE, CommandSender
from tests.support.dispatchers import Dispatchers
from tests.support.district import DISTRICT, MONDAY, team, window
from tests.support.ledger import committed

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

DAYS_PER_SECOND: Final = 1
"""Speed of the clock: what ended is forgotten fifteen seconds later."""

ORDERS: Final = 3

DEATHS: Final = {
    f"{CrashPoint.AFTER_FIRST_SEND}:1": 0,  # The opening round before it sends no record.
    f"{CrashPoint.BEFORE_ROUND_RECORD}:2": 0,
    f"{CrashPoint.BEFORE_COMMIT}:2": 0,
    f"{CrashPoint.AFTER_COMMIT}:2": ORDERS,
}
"""Where the dispatcher dies in the round that forgets, and how many tombstones of requests are committed then."""

DEATH_S: Final = 60.0
"""How long a process may take to start and die; a start takes two seconds, ten on a busy machine."""


async def test_it_is_gone_whenever_the_dispatcher_dies(tmp_path: Path) -> None:
    """Tests four deaths around the tombstones, a restart, late repetitions, the audit, the replay and the board."""
    policy = tmp_path / "policy.toml"
    policy.write_text(f"keep_days = {KEEP_DAYS_LEAST}\n")
    async with LocalGround(tmp_path / "ground", tethered=True) as ground:
        address = ground.kafka_address
        wanted = Wanted((DISTRICT,), 1, clock_rate=DAYS_PER_SECOND * 86_400.0, clock_origin=MONDAY)
        facts = await bootstrap(address, wanted)
        dispatchers = Dispatchers(address, 0, tmp_path, LINLI_POLICY=str(policy))
        async with CommandSender(address, facts, DISTRICT) as sender, _board(ground) as image_of:
            kept = await _ordered_and_ended(dispatchers, sender)
            await asyncio.sleep((KEEP_DAYS_LEAST + 1) / DAYS_PER_SECOND)
            for crash_at, tombstones in DEATHS.items():
                child = await dispatchers.launch(crash_at)
                async with asyncio.timeout(DEATH_S):
                    assert await child.wait() == -signal.SIGKILL
                assert len(await _tombstones(address)) == tombstones, crash_at
            ordered = [one for one in sender.sent if isinstance(one.body, PlaceOrder) and one.request_id != kept]
            for command in ordered:
                await sender.send(command)
            supervisor = await dispatchers.supervised()
            await dispatchers.settled()
            await supervisor.stop()
            restored = await restore(address, 0)
            assert (set(restored.requests), set(restored.plans)) == ({kept}, set())
            assert [one.key for one in await _tombstones(address, PLANS)] == [b"t-left"]
            letters = [
                DeadLetter.model_validate_json(one.value or b"") for one in await committed(address, (DEAD_LETTERS,), 1)
            ]
            assert [(one.reason, one.rule) for one in letters] == ORDERS * [(Reason.EXPIRED, NO_LONGER_KEPT)]
            assert (await judge(address, [0])).breaks == ()
            assert (await replay(address, 0, decide)).first_difference is None
            image = await image_of()
            assert [key for key in image.documents if key.startswith("request:")] == [f"request:{kept}"]
            listed = [found for name, found in image.sets.items() if name.startswith(("state:", "number:", "planned:"))]
            assert {member for found in listed for member in found} == {kept}


async def _ordered_and_ended(dispatchers: Dispatchers, sender: CommandSender) -> str:
    """Have some orders planned, then cancelled and their team gone, and one held by the desk; then stop."""
    child = await dispatchers.launch()
    await sender.send(sender.command(ApplyTeam(details=team("t-left", crews=8))))
    details = sender.details(0).model_copy(update={"windows": (window(25, 24.0 * 300),)})
    requests = [request_id(SOURCE, str(number)) for number in range(ORDERS + 1)]
    for number, request in enumerate(requests):
        body = PlaceOrder(details=details.model_copy(update={"source_id": str(number)}))
        await sender.send(sender.command(body, request))
    await dispatchers.settled()
    kept, *ended = requests
    await sender.send(sender.command(Hold(target=Target(request_id=kept), reason="asked", by="desk-1"), kept))
    for request in ended:
        await sender.send(sender.command(Cancel(target=Target(request_id=request)), request))
    gone = team("t-left", crews=8).model_copy(update={"active": False})
    await sender.send(sender.command(ApplyTeam(details=gone)))
    await dispatchers.settled()
    child.send(signal.SIGKILL)
    await child.wait()
    found = (await restore(dispatchers.address, 0)).requests
    assert {one.state for one in found.values()} == {State.CANCELLED, State.ON_HOLD}, (
        "the dispatcher was not killed in time"
    )
    assert len(found) == ORDERS + 1
    return kept


async def _tombstones(address: KafkaAddress, topic: Topic = ASSIGNMENTS) -> list[LogRecord]:
    return [one for one in await committed(address, (topic,), 1) if one.value is None]


@asynccontextmanager
async def _board(ground: LocalGround) -> AsyncGenerator[Callable[[], Coroutine[None, None, BoardImage]]]:
    """Run a board, and give what shows it once it is the fold of the log."""
    address = ground.kafka_address
    async with connect(ground.redis) as client:
        cluster = await cluster_id(address)
        task = asyncio.create_task(Board(address, BoardStore(client, cluster), 1).run())

        async def settled() -> BoardImage:
            async with asyncio.timeout(DEATH_S):
                while (image := await dump(client, cluster)) != fold(await committed(address, TOPICS, 1)):
                    await asyncio.sleep(0.2)
            return image

        try:
            yield settled
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
