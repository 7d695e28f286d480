"""Do several delivery processes share the partitions: each lead told once, also when one of them is killed?"""

from __future__ import annotations

import os
import signal
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import BaseModel
from typing_extensions import override

from linli.matcher.ledger.state import Decision
from linli.schemas.deliveries import DeliveryState
from linli.services.child import Child, ProcessSpec
from linli.services.delivering.slots import districts_of, slot_name
from linli.services.ground.local import LocalGround
from linli.services.processes import process_specs
from linli.services.settings import Settings, SettingsError
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.kafka_client import KafkaAddress
from tests.conftest import RunningGround
from tests.support.delivery_stack import DeliveryStack, delivery_stack, webhook
from tests.support.district import DISTRICT, MONDAY
from tests.support.providers import Providers

OTHER = "520625"
SLOTS = 2
RATE = 60.0

Model = TypeVar("Model", bound=BaseModel)


@pytest.fixture(scope="module")
def shared_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGround]:
    running = RunningGround(tmp_path_factory.mktemp("shared"))
    wanted = Wanted((DISTRICT, OTHER), SLOTS, clock_rate=RATE, clock_origin=MONDAY)
    running.do(bootstrap(running.ground.kafka_address, wanted))
    yield running
    running.stop()


@dataclass
class OtherDistrict(DeliveryStack):
    """A stack whose desk decides for another district than the tests' usual one."""

    @override
    async def decided(self, decision: Decision) -> Decision:
        there = replace(
            decision,
            assignments=tuple(map(elsewhere, decision.assignments)),
            plans=tuple(map(elsewhere, decision.plans)),
            roster=tuple(map(elsewhere, decision.roster)),
        )
        await self.ledger.write(there)
        return decision


def elsewhere(record: Model) -> Model:
    return type(record).model_validate_json(record.model_dump_json().replace(DISTRICT, OTHER))


@pytest.fixture
async def stacks(shared_ground: RunningGround, tmp_path: Path) -> AsyncIterator[tuple[DeliveryStack, OtherDistrict]]:
    """Give both districts, each on its partition."""
    address = shared_ground.ground.kafka_address
    (tmp_path / "master.key").write_bytes(b64encode(bytes(range(32))))
    (tmp_path / "master.key").chmod(0o600)
    async with (
        delivery_stack(address, 0, SLOTS, tmp_path, rate=RATE) as here,
        delivery_stack(address, 1, SLOTS, tmp_path, rate=RATE) as there,
    ):
        yield here, OtherDistrict(there.address, 1, SLOTS, tmp_path, there.ledger, there.producer, RATE, there.desk)


def process(stack: DeliveryStack, server: Providers, slot: int) -> ProcessSpec:
    return ProcessSpec(
        name=slot_name(slot, SLOTS),
        argv=(sys.executable, "-m", "linli.services.delivery", "--slot", str(slot)),
        log=stack.folder / f"delivery-{slot}.log",
        env={
            "LINLI_KAFKA": stack.address.bootstrap,
            "LINLI_STATE": str(stack.folder),
            "LINLI_DELIVERY_SLOTS": str(SLOTS),
            "LINLI_DELIVERY_LOOPBACK": server.address,
        },
        tethered=True,
    )


@pytest.mark.broker
async def test_each_lead_is_told_once_and_a_slot_that_was_killed_goes_on_where_it_was(
    stacks: tuple[DeliveryStack, OtherDistrict],
) -> None:
    """Tests two real processes and one team id in both districts: SIGKILL delays the one district, and not the other.

    When the process is back every lead was told exactly once, at the right address.
    """
    here, there = stacks
    async with Providers() as server:
        for stack, name in ((here, "here"), (there, "there")):
            await stack.register("t1", await stack.seal(webhook(server, name)), crews=4)
        first, second = [await Child.launch(process(here, server, slot)) for slot in range(SLOTS)]
        await here.offer("h1")
        await there.offer("x1")
        await here.settled()
        await there.settled()
        os.kill(first.pid, signal.SIGKILL)
        await first.wait()
        await here.offer("h2")
        await there.offer("x2")
        await there.settled(2)
        assert len(await here.deliveries()) == 1, "somebody else delivered for the district of the killed process"
        first = await Child.launch(process(here, server, 0))
        told = [*await here.settled(2), *await there.settled(2)]
        for child in (first, second):
            await child.stop()
    assert {one.state for one in told} == {DeliveryState.DELIVERED}
    assert sorted((one.path, one.json["data"]["request"]) for one in server.taken) == [
        ("/hook/here", "r-h1"), ("/hook/here", "r-h2"), ("/hook/there", "r-x1"), ("/hook/there", "r-x2"),
    ]  # fmt: skip
    assert {one.json["data"]["district"] for one in server.taken if one.path == "/hook/there"} == {OTHER}
    assert (here.folder / "metrics" / "delivery-1").exists()


def test_every_district_is_delivered_for_by_exactly_one_slot() -> None:
    """Tests all numbers of slots over nine partitions, and that a slot without work says what to set."""
    districts = {f"5206{number:02}": number % 9 for number in range(20)}
    for slots in range(1, 10):
        shares = [districts_of(districts, slot, slots) for slot in range(slots)]
        assert sorted(code for share in shares for code in share) == sorted(districts)
        owned = [{*share.values()} for share in shares]
        assert sum(map(len, owned)) == len(set(districts.values()))
    with pytest.raises(SettingsError, match=r"Slot 9 of 10 has nothing to deliver.*9 partitions.*LINLI_DELIVERY_SLOTS"):
        districts_of(districts, 9, 10)


@pytest.mark.parametrize(
    ("slots", "names"),
    [(1, ["delivery"]), (2, ["delivery-0", "delivery-1"]), (5, ["delivery-0", "delivery-1", "delivery-2"])],
)
def test_the_supervisor_starts_the_slots_that_have_work(slots: int, names: list[str], tmp_path: Path) -> None:
    """Tests which processes are named for three districts on four partitions."""
    codes = ("520623", "520624", "520625")
    chosen = Settings(state=tmp_path, partitions=4, districts=codes, delivery_slots=slots, gateway="127.0.0.1:1")
    ground = LocalGround(
        tmp_path, tethered=False, external_kafka=KafkaAddress("127.0.0.1:1"), external_redis="redis://127.0.0.1:1"
    )
    specs = process_specs(chosen, ground, tethered=False)
    assert [spec.name for spec in specs if spec.name.startswith("delivery")] == names
    assert [spec.argv[-1] for spec in specs if spec.name.startswith("delivery")] == [str(n) for n in range(len(names))]
