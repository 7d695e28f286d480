"""The organisation tree: who is responsible for which places, level by level, and who is told there (组织树).

In town: 县委 – 街道党工委 – 社区党组织 – 小区党支部 – 楼栋党小组; in villages: 县委 – 乡镇党委 – 村党支部 – 村民小组.
Names, depth and codes are data.
"""

from __future__ import annotations

from linli.schemas.base import Inside, Name, Ref, Word
from linli.schemas.kept import KeptRecord
from linli.schemas.people import SealedPart
from linli.schemas.roster import Deputy


class NodeDetails(Inside):
    """A node of the tree: its parent (null: the root), its level's name, and the grids or communities it answers for.

    A node answers for its own ``places`` and for all below it. ``sealed_contact`` is who is told, ``deputy`` who is
    told instead while one is named.
    """

    node: Ref
    parent: Ref | None
    level: Word
    name: Name
    places: tuple[Ref, ...] = ()
    sealed_contact: SealedPart | None = None
    deputy: Deputy | None = None
    active: bool = True


class NodeRecord(KeptRecord):
    """A node as applied by the dispatcher: the value of the topic ``organisation``."""

    details: NodeDetails

    @property
    def key(self) -> str:
        """The node."""
        return self.details.node
