"""What is answered about the organisation tree."""

from __future__ import annotations

from linli.services.gateway.answers import Answer


class NodeView(Answer):
    """A node of the organisation: whether somebody is told there, never who."""

    node: str
    version: int
    parent: str | None
    level: str
    name: str
    places: tuple[str, ...]
    active: bool
    contact: bool
    deputy: bool


class NodeList(Answer):
    """Nodes in the order of their ids; ``next`` is the ``after`` of the following page."""

    nodes: tuple[NodeView, ...]
    next: str | None
