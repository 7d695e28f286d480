"""The audit on real topics: an inbox record, a command or an order that leads to nothing must be found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from linli.schemas.commands import PlaceOrder
from linli.schemas.identity import position_id
from linli.schemas.rounds import CommandOutcome, OutcomeCode, RoundRecord
from linli.schemas.topics import INBOX, ROUNDS
from linli.streams.audit.verdict import Guarantee
from linli.streams.audit.verifier import judge
from linli.streams.codec import to_bytes
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress
from tests.support.commands_sender import CommandSender
from tests.support.loops import Loops

pytestmark = pytest.mark.broker


@pytest.fixture
def loops(struck_address: KafkaAddress, struck_facts: Facts, fresh_slot: Callable[[], int], tmp_path: Path) -> Loops:
    """Give the loops of a fresh partition."""
    return Loops(struck_address, struck_facts, fresh_slot(), tmp_path)


async def test_what_leads_to_nothing_is_found_and_what_is_new_may_wait(loops: Loops) -> None:
    """Tests that a record without outcome is broken when old, waiting when new, and whole once it has its outcome."""
    [district] = loops.facts.districts_on(loops.partition)
    async with CommandSender(loops.address, loops.facts, district) as sender:
        place = await sender.send_raw(b"{}", INBOX.name)
        nothing = await judge(loops.address, [loops.partition])
        assert nothing.broken == {Guarantee.INBOX_OUTCOME: 1}
        assert nothing.lost == 1
        patient = await judge(loops.address, [loops.partition], patience=timedelta(minutes=1))
        assert (patient.held, patient.waiting) == (True, 1)
        command = sender.command(PlaceOrder(details=sender.details(1)), "r-1")
        named = command.model_copy(update={"id": position_id(INBOX.name, loops.partition, place)})
        offset = await sender.send_raw(to_bytes(named))
        assert (await judge(loops.address, [loops.partition])).broken == {Guarantee.COMMAND_OUTCOME: 1}
        async with loops.running():
            await loops.read_to(offset + 1)
    settled = await judge(loops.address, [loops.partition])
    assert (settled.breaks, settled.requests, settled.commands) == ((), 1, 1)


async def test_a_round_that_claims_more_than_the_ledger_has_is_found(loops: Loops) -> None:
    """Tests that an order called applied, or a conflict, of which no other topic knows, is a break."""
    [district] = loops.facts.districts_on(loops.partition)
    async with CommandSender(loops.address, loops.facts, district) as sender:
        async with loops.running():
            await loops.read_to(0)
        for number in range(2):
            await sender.send(sender.command(PlaceOrder(details=sender.details(number)), f"r-{number}"))
        last = (await loops.rounds())[-1]
        await sender.send_raw(to_bytes(_boasting(last)), ROUNDS.name)
    found = await judge(loops.address, [loops.partition])
    assert found.broken[Guarantee.ORDER_KEPT] == 1
    assert "was set aside without a dead letter" in [one.detail for one in found.breaks]


def _boasting(last: RoundRecord) -> RoundRecord:
    """Give a round that claims to have applied one order and refused another."""
    codes = (OutcomeCode.APPLIED, OutcomeCode.CONFLICT)
    claims = tuple(
        CommandOutcome(offset=offset, command=f"c{offset}", request_id=f"r-{offset}", code=code)
        for offset, code in enumerate(codes)
    )
    return last.model_copy(update={"number": last.number + 1, "next_offset": 2, "outcomes": claims})
