"""The organisation tree: who is responsible for which places, level by level, and who is told there (组织树).

In town: 县委 – 街道党工委 – 社区党组织 – 小区党支部 – 楼栋党小组; in villages: 县委 – 乡镇党委 – 村党支部 – 村民小组.
Names, depth and codes are data.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from linli.schemas.base import Edge, Inside, Instant, Name, Ref, Word
from linli.schemas.kept import KeptRecord
from linli.schemas.people import ContactPart, SealedPart
from linli.schemas.roster import Deputy, who_is_told

DEPTH_MAX: Final = 8
"""Levels of a tree: the county's article knows five; whoever needs more than eight asks too many people in a row."""

PLACES_MAX: Final = 400
"""Grids or communities of one node: more than a whole county has in one town."""

Places = Annotated[tuple[Ref, ...], Field(max_length=PLACES_MAX)]


class NodeDeputy(Edge):
    """Who is told at a node in the contact's place, and in which span; the contact is sealed by whoever takes it in."""

    start: Instant
    end: Instant
    contact: ContactPart | None = None
    sealed_contact: SealedPart | None = None

    @model_validator(mode="after")
    def _is_one_span_of_one_person(self) -> Self:
        if self.end <= self.start:
            raise ValueError("it ends before it starts")
        if (self.contact is None) == (self.sealed_contact is None):
            raise ValueError("give either contact or sealed_contact")
        return self


class RegisterNode(Edge):
    """A node of the tree as it enters; a later one of the same id replaces it whole, its deputy included.

    ``parent`` is null for the root alone. A grid or community in ``places`` is named by one node only: the lowest that
    answers for it.
    """

    kind: Literal["node"] = "node"
    node: Ref
    parent: Ref | None = None
    level: Word
    name: Name
    places: Places = ()
    contact: ContactPart | None = None
    sealed_contact: SealedPart | None = None
    deputy: NodeDeputy | None = None
    active: bool = True

    @model_validator(mode="after")
    def _is_sound_by_itself(self) -> Self:
        if self.contact is not None and self.sealed_contact is not None:
            raise ValueError("give either contact or sealed_contact")
        if self.parent == self.node:
            raise ValueError("a node cannot be its own parent")
        if len(set(self.places)) < len(self.places):
            raise ValueError("a place is named twice")
        return self


class NodeDetails(Inside):
    """A node of the tree: its parent (null: the root), its level's name, and the grids or communities it answers for.

    A node answers for its own ``places`` and for all below it. ``sealed_contact`` is who is told, ``deputy`` who is
    told instead while one is named. An inactive node is passed over: who climbs goes on to the one above.
    """

    node: Ref
    parent: Ref | None
    level: Word
    name: Name
    places: tuple[Ref, ...] = ()
    sealed_contact: SealedPart | None = None
    deputy: Deputy | None = None
    active: bool = True

    def contact_at(self, moment: datetime) -> SealedPart | None:
        """Return whose contact holds at a moment: the deputy's while one is named, else the node's own."""
        return who_is_told(self.sealed_contact, self.deputy, moment)


class ApplyNode(Inside):
    """A node for the tree, its contact and its deputy's sealed."""

    kind: Literal["node"] = "node"
    details: NodeDetails


class NodeRecord(KeptRecord):
    """A node as applied by the dispatcher: the value of the topic ``organisation``."""

    details: NodeDetails

    @property
    def key(self) -> str:
        """The node."""
        return self.details.node
