"""What an explanation needs beside the reasons: at which level a request is, and who usually comes, at what price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from linli.schemas.assignment import AssignmentRecord, Unmet
from linli.schemas.explanation import Reached
from linli.schemas.glossary import word, word_of
from linli.schemas.organisation import NodeDetails
from linli.schemas.policy import Policy
from linli.services.cli.out import Out, clock
from linli.services.cli.words import TONGUE
from linli.services.organisation import node_now
from linli.streams.board.reader import BoardReader


@dataclass(frozen=True, slots=True)
class Context:
    """Where a request stands in the organisation, and the teams that usually make its standing order's visits.

    ``node`` is null where nobody answers for the place, ``reached`` where nothing unmet has climbed. ``regular`` has a
    team or null for each leg, and is empty where it is no visit of a standing order.
    """

    node: NodeDetails | None
    reached: Reached | None
    regular: tuple[str | None, ...]

    @property
    def teams(self) -> list[str]:
        """The teams that are named."""
        return [team for team in self.regular if team is not None]

    def as_data(self, policy: Policy) -> dict[str, object]:
        """Give it to a program; the price is what the plan pays for sending somebody else, in seconds."""
        price = policy.prices.continuity if self.regular else None
        return {
            "node": None if self.node is None else self.node.node,
            "level": None if self.node is None else self.node.level,
            "regular": list(self.regular),
            "price_of_another": price,
        }

    def say(self, names: Mapping[str, str], policy: Policy, out: Out) -> None:
        """Say it to a person."""
        if self.node is not None:
            level, name = word(f"level.{self.node.level}", TONGUE), self.node.name
            out.say(f"It is at the level {level}: {name}.", f"目前由{level}办理：{name}。")
        if self.reached is not None:
            moment, awaited = clock(self.reached.at), word_of(self.reached.waited_for, TONGUE)
            out.say(
                f"{self.reached.node} was told at {moment}, for it still waited for: {awaited}.",
                f"已于 {moment} 告知 {self.reached.node}，仍待{awaited}。",
            )
        minutes = policy.prices.continuity / 60
        for team in self.teams:
            out.say(
                f"{names[team]} usually comes; sending another costs the plan {minutes:.0f} min.",
                f"通常由{names[team]}上门；改派其他队伍，计划代价增加 {minutes:.0f} 分钟。",
            )


async def context_of(board: BoardReader, record: AssignmentRecord) -> Context:
    """Look both up on the board."""
    standing = None if record.details is None else record.details.standing
    order = None if standing is None else await board.standing_order(standing)
    reached = record.status.why.climbed if isinstance(record.status, Unmet) else None
    return Context(await node_now(board, record), reached, () if order is None else order.regular)
