"""Erasing a person: the keys of what identifies them are destroyed, and what was still to come for them is ended."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from linli.schemas.base import Edge, Ref

KEYS_MAX: Final = 50
"""Sealed parts that one event erases: a household that ordered more often is erased by several events."""


class Erase(Edge):
    """Erases a person (删除个人信息): ``keys`` name the sealed parts that identify them.

    Each key is destroyed, wherever its part was copied. Requests and standing orders that carry one of them end, as far
    as they have not been served. No reason is given: whoever wrote one would write about the person.
    """

    kind: Literal["erase"] = "erase"
    keys: Annotated[tuple[Ref, ...], Field(min_length=1, max_length=KEYS_MAX)]
    by: Ref
