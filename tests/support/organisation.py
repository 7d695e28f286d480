"""A made-up organisation tree for tests: one branch of five levels, and a second community. Nobody in it exists."""

from __future__ import annotations

from datetime import datetime

from linli.schemas.organisation import ApplyNode, NodeDetails
from linli.schemas.people import SealedPart
from linli.schemas.roster import Deputy

LEVELS = ("county", "street", "community", "estate", "building")

LINE = ("n-building", "n-estate", "n-community", "n-street", "n-county")
"""Who answers for the grid g1, the lowest first."""


def sealed(key: str) -> SealedPart:
    """Something that looks like a sealed contact."""
    return SealedPart(key_id=key, nonce="bm9uY2U=", ciphertext="Y2lwaGVy")


def node(
    name: str, parent: str | None, level: str, *places: str, deputy: tuple[datetime, datetime] | None = None
) -> NodeDetails:
    """A node with a contact, and perhaps a deputy for a span."""
    return NodeDetails(
        node=name,
        parent=parent,
        level=level,
        name=f"Synthetic {name}",
        places=places,
        sealed_contact=sealed(f"k-{name}"),
        deputy=None if deputy is None else Deputy(start=deputy[0], end=deputy[1], sealed_contact=sealed(f"d-{name}")),
    )


NODES = (
    node("n-county", None, "county"),
    node("n-street", "n-county", "street"),
    node("n-community", "n-street", "community", "c1"),
    node("n-estate", "n-community", "estate"),
    node("n-building", "n-estate", "building", "g1"),
    node("n-other", "n-street", "community", "c2"),
)


def registrations() -> tuple[ApplyNode, ...]:
    """The tree as commands, parents first."""
    return tuple(ApplyNode(details=one) for one in NODES)
