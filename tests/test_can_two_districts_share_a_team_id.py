"""Can two districts share a team's id, on one partition or two: the second is refused, nobody's team written over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import Decision
from linli.schemas.commands import ApplyTeam
from linli.schemas.dead_letters import Reason
from linli.schemas.policy_file import parse_policy
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import OutcomeCode
from linli.schemas.topics import COMMANDS, ROSTER, TEAM_HOMES
from linli.services.ground.local import LocalGround
from linli.services.process import EXIT_SETTINGS
from linli.streams.audit.verdict import Guarantee
from linli.streams.audit.verifier import judge
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.dispatch.round_work import Desk
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.ledger_records import TEAM_OF_ANOTHER_DISTRICT
from linli.streams.log_reader import open_reader
from linli.streams.replay.replay import replay
from linli.streams.replay.what_if import WhatIf, what_if
from linli.streams.team_homes import TeamHomes
from tests.support.commands_sender import CommandSender
from tests.support.dispatchers import Dispatchers
from tests.support.district import MONDAY, team
from tests.support.ledger import Ledger
from tests.support.loops import Loops

pytestmark = pytest.mark.broker

DESK = Desk(decide, next_deadline)

FIRST, SECOND = "100001", "100002"


async def test_the_first_district_keeps_its_team_and_the_second_is_told(tmp_path: Path) -> None:
    """Tests one id in two districts of a partition, at once and after a restart; the owner may still change it."""
    desk = DESK
    async with LocalGround(tmp_path / "ground", tethered=True) as ground:
        address = ground.kafka_address
        await bootstrap(address, Wanted((FIRST, SECOND), 1))
        await _ends_clearly_without_the_topic(address, tmp_path)
        loops = Loops(address, await bootstrap(address, Wanted((FIRST, SECOND), 1)), 0, tmp_path)
        async with (
            CommandSender(address, loops.facts, FIRST) as ours,
            CommandSender(address, loops.facts, SECOND) as theirs,
        ):
            mine, other = team("t-shared"), team("t-shared").model_copy(update={"crews": 1})
            await ours.send(ours.command(ApplyTeam(details=mine)))
            last = await theirs.send(theirs.command(ApplyTeam(details=other)))
            async with loops.running(desk=desk):
                await loops.read_to(last + 1)
            await theirs.send(theirs.command(ApplyTeam(details=other)))
            changed = mine.model_copy(update={"crews": mine.crews + 1})
            last = await ours.send(ours.command(ApplyTeam(details=changed)))
            async with loops.running(desk=desk):
                await loops.read_to(last + 1)
        roster = [RosterRecord.model_validate_json(one.value or b"") for one in await loops.log(ROSTER.name)]
        assert [(one.district, one.version, one.details.crews) for one in roster] == [
            (FIRST, 1, mine.crews),
            (FIRST, 2, mine.crews + 1),
        ]
        letters = await loops.dead_letters()
        assert [(one.district, one.reason, one.rule) for one in letters] == 2 * [
            (SECOND, Reason.DUPLICATE_CONFLICT, TEAM_OF_ANOTHER_DISTRICT)
        ]
        codes = [outcome.code for one in await loops.rounds() for outcome in one.outcomes]
        assert codes == [OutcomeCode.APPLIED, OutcomeCode.REFUSED, OutcomeCode.REFUSED, OutcomeCode.APPLIED]
        assert (await judge(address, [0])).breaks == ()
        assert (await replay(address, 0, decide)).first_difference is None
        found = WhatIf()
        await what_if(address, 0, parse_policy(""), desk, found)
        then, now = found.figures
        assert then == now
        assert (found.rounds > 0, found.refused) == (True, {})


async def _ends_clearly_without_the_topic(address: KafkaAddress, folder: Path) -> None:
    """Take the topic away: a dispatcher says what to do, and that starting it again would not help."""
    admin: Any = AIOKafkaAdminClient(**kafka_client_kwargs(address))
    await admin.start()
    await admin.delete_topics([TEAM_HOMES.name])
    while TEAM_HOMES.name in await admin.list_topics():
        await asyncio.sleep(0.1)
    await admin.close()
    child = await Dispatchers(address, 0, folder).launch()
    assert await child.wait() == EXIT_SETTINGS
    said = child.spec.log.read_text()
    assert "team-homes is missing" in said
    assert "linli up" in said


class Pair:
    """Two districts on two partitions of one Kafka, each with a sender and its loops."""

    def __init__(self, address: KafkaAddress, facts: Facts, folder: Path) -> None:
        self.address = address
        self.senders = [CommandSender(address, facts, code) for code in (FIRST, SECOND)]
        self.loops = [Loops(address, facts, sender.partition, folder) for sender in self.senders]

    async def register(self, number: int, *teams: str) -> None:
        """Let one of the districts register teams."""
        for name in teams:
            await self.senders[number].send(self.senders[number].command(ApplyTeam(details=team(name))))

    async def dispatch(self) -> None:
        """Run both dispatchers side by side until each has read what was sent to it."""
        async with self.loops[0].running(desk=DESK), self.loops[1].running(desk=DESK):
            for loops in self.loops:
                async with open_reader(self.address) as reader:
                    [span] = await reader.spans(COMMANDS.name, [loops.partition])
                await loops.read_to(span.end)

    async def homes(self) -> dict[str, set[str]]:
        """Give the districts that have each team in their roster."""
        records = [one for loops in self.loops for one in await loops.log(ROSTER.name)]
        found: dict[str, set[str]] = {}
        for one in (RosterRecord.model_validate_json(record.value or b"") for record in records):
            found.setdefault(one.details.team, set()).add(one.district)
        return found


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    """Set up two districts on two partitions."""
    async with LocalGround(tmp_path / "ground", tethered=True) as ground:
        facts = await bootstrap(ground.kafka_address, Wanted((FIRST, SECOND), 2))
        made = Pair(ground.kafka_address, facts, tmp_path)
        assert {loops.partition for loops in made.loops} == {0, 1}
        async with made.senders[0], made.senders[1]:
            yield made


async def test_two_partitions_never_both_get_it(pair: Pair) -> None:
    """Tests ids claimed side by side, a claim whose dispatcher died, a restart, and teams that were there before."""
    shared = [f"t-shared-{number}" for number in range(20)]
    await TeamHomes(pair.address, "dispatcher-9").claim({"t-died": SECOND})
    await asyncio.gather(pair.register(0, *shared, "t-died"), pair.register(1, *shared, "t-died"))
    await pair.dispatch()
    homes = await pair.homes()
    assert homes.keys() == {*shared, "t-died"}
    assert [name for name, districts in homes.items() if len(districts) != 1] == []
    assert homes["t-died"] == {SECOND}
    letters = [letter for loops in pair.loops for letter in await loops.dead_letters()]
    refused = (Reason.DUPLICATE_CONFLICT, TEAM_OF_ANOTHER_DISTRICT)
    assert [(one.reason, one.rule) for one in letters] == len(homes) * [refused]
    await asyncio.gather(pair.register(0, *shared), pair.register(1, *shared))
    await pair.dispatch()
    assert await pair.homes() == homes
    assert (await judge(pair.address)).breaks == ()
    for loops in pair.loops:
        assert (await replay(pair.address, loops.partition, decide)).first_difference is None


async def test_ids_that_were_shared_before_stay_and_are_named(pair: Pair) -> None:
    """Tests a ledger from before there were claims: nobody loses a team, the audit names it."""
    for number, district in enumerate((FIRST, SECOND)):
        old = RosterRecord(district=district, version=1, round=1, at=MONDAY, details=team("t-old"))
        async with Ledger(pair.address, pair.loops[number].partition, f"dispatcher-{number}") as ledger:
            await ledger.write(Decision(roster=(old,)))
    await pair.dispatch()
    assert await pair.homes() == {"t-old": {FIRST, SECOND}}
    broken = (await judge(pair.address)).broken
    assert broken.get(Guarantee.ONE_HOME) == 1
