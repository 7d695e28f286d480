"""Is it told at which level a request is by now, who usually comes, and what sending somebody else would cost?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import pytest

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.escalation import Escalation, WaitLimits
from linli.schemas.organisation import NodeRecord
from linli.schemas.policy import Mode, Policy
from linli.schemas.standing import StandingRecord
from linli.services.cli.out import Out
from linli.services.cli.request_context import context_of
from linli.streams.board.reader import BoardReader
from tests.support.district import MONDAY, Desk
from tests.support.organisation import LEVELS, LINE, registrations
from tests.support.standing import POLICY, TUESDAY, place, serve, standing, visit


@dataclass
class Board:
    """As much of the board as is asked, filled by a desk."""

    desk: Desk

    async def nodes(self) -> list[NodeRecord]:
        """Return all nodes."""
        return list(self.desk.state.nodes.values())

    async def standing_order(self, order: str) -> StandingRecord | None:
        """Return one standing order."""
        return self.desk.state.standing.get(order)


def _board(desk: Desk) -> BoardReader:
    return cast(BoardReader, Board(desk))


async def test_the_level_is_the_lowest_first_and_the_one_it_climbed_to_then() -> None:
    """Tests node and level from the order on, climb by climb, up to the root."""
    quick = Escalation(limits=WaitLimits(promised=(10, 10, 10)))
    policy = Policy(mode=Mode.AUTO, work=0, escalation=quick)
    desk = Desk(policy, teams=0)
    desk.send(*registrations())
    desk.place_order("1", hours=(2, 10))
    found: list[tuple[object, object]] = []
    for step in range(6):
        desk.now = MONDAY + timedelta(minutes=10 * step)
        desk.decide()
        data = (await context_of(_board(desk), _of(desk, "r-1"))).as_data(policy)
        found.append((data["node"], data["level"]))
    expected = list(zip(LINE, reversed(LEVELS), strict=True))
    assert found == [*expected, expected[-1]]


async def test_without_a_tree_there_is_no_level() -> None:
    """Tests that nothing is said where nobody answers for the place, nor of a regular team of a single request."""
    desk = Desk()
    desk.place_order("1")
    context = await context_of(_board(desk), _of(desk, "r-1"))
    assert context.as_data(POLICY) == {"node": None, "level": None, "regular": [], "price_of_another": None}


async def test_the_regular_team_is_named_with_its_price(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests what is said of a second visit: who came before, and the policy's price of continuity."""
    desk = Desk(POLICY)
    place(desk, standing("FREQ=DAILY"))
    usual = serve(desk, visit(desk, TUESDAY))
    second = visit(desk, TUESDAY + timedelta(days=1))
    context = await context_of(_board(desk), second)
    data = context.as_data(POLICY)
    assert (data["regular"], data["price_of_another"]) == ([usual], POLICY.prices.continuity)
    context.say({usual: "Synthetic"}, POLICY, Out(as_json=False))
    said = capsys.readouterr().out
    assert "Synthetic" in said
    assert f"{POLICY.prices.continuity // 60} min" in said


def _of(desk: Desk, request: str) -> AssignmentRecord:
    return desk.state.requests[request]
