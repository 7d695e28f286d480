"""Can two districts share a team's id: the second registration is refused, and nobody's team is written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from linli.matcher.deadlines import next_deadline
from linli.matcher.desk import decide
from linli.schemas.commands import ApplyTeam
from linli.schemas.dead_letters import Reason
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import OutcomeCode
from linli.schemas.topics import ROSTER
from linli.services.ground.local import LocalGround
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.ledger_records import TEAM_OF_ANOTHER_DISTRICT
from linli.streams.replay import replay
from linli.streams.round_work import Desk
from linli.streams.verifier import judge
from tests.support.commands_sender import CommandSender
from tests.support.district import team
from tests.support.loops import Loops

pytestmark = pytest.mark.broker

FIRST, SECOND = "100001", "100002"


async def test_the_first_district_keeps_its_team_and_the_second_is_told(tmp_path: Path) -> None:
    """Tests one id in two districts of a partition, at once and after a restart; the owner may still change it."""
    desk = Desk(decide, next_deadline)
    async with LocalGround(tmp_path / "ground", tethered=True) as ground:
        address = ground.kafka_address
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
