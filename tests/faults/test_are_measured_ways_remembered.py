"""Does a dispatcher ask a routing server once, keep what it said over a restart, and tell where it failed?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.orders import RequestDetails, Window
from linli.schemas.roster import WorkingHours
from linli.schemas.topics import WAYS
from linli.schemas.ways import Unmeasured, WaysRecord, WaysReport
from linli.services.travel.surveyed import surveyor_of
from linli.streams.audit.verifier import judge
from linli.streams.dispatch.round_work import Desk
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.replay.replay import replay
from tests.support.commands_sender import CommandSender
from tests.support.district import order, team
from tests.support.loops import Loops
from tests.support.routing_server import running, seconds_between

pytestmark = pytest.mark.broker

DESK = Desk(decide, next_deadline)
ALL_DAY = WorkingHours(days=tuple(range(7)), start=time(0), end=time(23, 59))


def tomorrow(number: str, north: float) -> RequestDetails:
    """An order for some time tomorrow, in real time."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    window = Window(start=start, end=start + timedelta(hours=20))
    return order(number, north=north).model_copy(update={"windows": (window,), "ordered_at": start - timedelta(days=1)})


async def test_the_dispatcher_asks_tells_and_remembers(
    struck_address: KafkaAddress, struck_facts: Facts, fresh_slot: Callable[[], int], tmp_path: Path
) -> None:
    """Tests on a real Kafka: measured, not asked again after a restart, failed and told, replayed byte for byte."""
    loops = Loops(struck_address, struck_facts, fresh_slot(), tmp_path)
    [district] = struck_facts.districts_on(loops.partition)
    with running() as router:
        async with CommandSender(struck_address, struck_facts, district) as sender:

            async def ordered(number: str, north: float) -> None:
                command = sender.command(PlaceOrder(details=tomorrow(number, north)), f"r-{number}")
                last = await sender.send(command)
                async with loops.running(desk=DESK, surveyor=surveyor_of(f"osrm:{router.address}")):
                    await loops.read_to(last + 1)

            await sender.send(
                sender.command(ApplyTeam(details=team(f"t-{district}").model_copy(update={"hours": (ALL_DAY,)})))
            )
            await ordered("1", 0.01)
            asked = router.asked
            await ordered("2", 0.01)
            assert router.asked == asked > 0
            router.mood = "broken"
            await ordered("3", 0.02)
    reports = [part.ways for one in await loops.rounds() for part in one.districts if part.ways is not None]
    assert reports == [
        WaysReport(source="osrm", measured=1, estimated=0),
        WaysReport(source="osrm", measured=0, estimated=1, fallback=Unmeasured.FAILED),
    ]
    [kept] = [WaysRecord.model_validate_json(one.value or b"") for one in await loops.log(WAYS.name)]
    [way] = kept.place.measured()
    assert way.seconds == round(seconds_between((108.25, 27.948), (108.25, 27.938)))
    assert {one.promise is not None for one in (await loops.requests()).values()} == {True}
    assert (await judge(struck_address, [loops.partition])).breaks == ()
    again = await replay(struck_address, loops.partition, decide)
    assert (again.first_difference, again.rounds > 3) == (None, True)
