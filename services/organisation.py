"""The organisation as pages and the gateway need it: a tree, only where it decides who may be asked."""

from __future__ import annotations

from linli.matcher.organisation import Tree
from linli.schemas.policy import Policy
from linli.streams.board_reader import BoardReader


async def organisation_of(board: BoardReader, policy: Policy, district: str) -> Tree:
    """Give a district's organisation; an empty tree where every team may be asked at once, whatever it is."""
    if policy.escalation.pools == "open":
        return Tree()
    return Tree(one.details for one in await board.nodes() if one.district == district)
