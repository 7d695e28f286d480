"""What the desk does with nodes of the organisation tree."""

from __future__ import annotations

from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.organisation import UNKNOWN_PARENT
from linli.schemas.organisation import ApplyNode
from linli.schemas.rounds import OutcomeCode


def apply_node(draft: Draft, body: ApplyNode) -> Result:
    """Take a node into the tree, or replace it; refused is what would make the tree none.

    Notes
    -----
    Every node is judged by itself, for an import may be cut anywhere: parents come before their children. A place moves
    from one node to another in two steps, first away, then there.
    """
    new, known = body.details, draft.kept.nodes.get(body.details.node)
    if known is not None and known.details == new:
        return OutcomeCode.DUPLICATE, ""
    fault = draft.tree.fault(new)
    if fault:
        return OutcomeCode.UNKNOWN_NODE if fault == UNKNOWN_PARENT else OutcomeCode.NOT_ALLOWED_NOW, fault
    draft.write_node(new)
    return APPLIED
