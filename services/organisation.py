"""The organisation as pages and the gateway need it: who may be asked already, and who has a request in hand."""

from __future__ import annotations

from linli.matcher.ledger.organisation import Tree
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.organisation import NodeDetails
from linli.schemas.policy import Policy
from linli.streams.board.reader import BoardReader


async def organisation_of(board: BoardReader, policy: Policy, district: str) -> Tree:
    """Give a district's organisation; an empty tree where every team may be asked at once, whatever it is."""
    if policy.escalation.pools == "open":
        return Tree()
    return Tree(one.details for one in await board.nodes() if one.district == district)


async def node_now(board: BoardReader, record: AssignmentRecord) -> NodeDetails | None:
    """Return the node at whose level a request is by now; ``None`` where nobody answers for its place."""
    details = record.details
    if details is None:
        return None
    tree = Tree(one.details for one in await board.nodes() if one.district == record.district)
    line = tree.responsible(details.grid, details.community)
    return line[min(record.escalation, len(line) - 1)] if line else None
