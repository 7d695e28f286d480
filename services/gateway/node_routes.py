"""The organisation: its nodes, level by level."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request

from linli.schemas.organisation import NodeRecord
from linli.services.gateway.description import may_answer
from linli.services.gateway.installation import installation_of
from linli.services.gateway.node_answers import NodeList, NodeView
from linli.services.gateway.session import CallerHere

router = APIRouter(tags=["nodes"])

NODES_MAX: Final = 500
"""Nodes of one page: a county's tree in two or three."""


@router.get("/v1/nodes", responses=may_answer(422, 503))
async def list_nodes(
    request: Request,
    caller: CallerHere,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=NODES_MAX)] = 200,
) -> NodeList:
    """List the nodes of the district's organisation."""
    known = [one for one in await installation_of(request).board.nodes() if one.district == caller.district]
    following = [one for one in known if one.key > after]
    shown = following[:limit]
    more = shown[-1].key if len(following) > limit else None
    return NodeList(nodes=tuple(_view(one) for one in shown), next=more)


def _view(record: NodeRecord) -> NodeView:
    node = record.details
    return NodeView(
        node=node.node,
        version=record.version,
        parent=node.parent,
        level=node.level,
        name=node.name,
        places=node.places,
        active=node.active,
        contact=node.sealed_contact is not None,
        deputy=node.deputy is not None,
    )
