"""The organisation as lines of text: the tree, and one node with those above it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from linli.matcher.ledger.organisation import Tree
from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word
from linli.schemas.organisation import NodeDetails, NodeRecord
from linli.services.cli.here import Here
from linli.services.cli.out import Out
from linli.services.cli.words import TONGUE, both


async def known_tree(district: str | None, *, check: bool) -> Tree:
    """Give the tree as the board has it; an empty one where only a file is looked at."""
    if check:
        return Tree()
    async with Here.look().board() as board:
        found = await board.nodes()
    return Tree(one.details for one in found if district in (None, one.district))


def show_tree(found: Sequence[NodeRecord], out: Out) -> None:
    """Show every node, those below a node indented."""
    for record in found:
        out.data(_data(record))
    rows = [_row(node, depth) for node, depth in _in_order([one.details for one in found])]
    headers = (both("id", "编号"), both("level", "层级"), both("name", "名称"), both("places", "网格"))
    out.table((*headers, both("contact", "联系人"), ""), rows)
    out.say(f"{len(found)} nodes.", f"共 {len(found)} 个组织。")


def show_one(node: str, found: Sequence[NodeRecord], out: Out) -> None:
    """Show a node and those above it.

    Raises
    ------
    LinliError
        ``unknown_node`` if there is none.
    """
    record = next((one for one in found if one.key == node), None)
    if record is None:
        raise LinliError(Code.UNKNOWN_NODE, id=node)
    line = Tree(one.details for one in found).line(node)
    out.data({**_data(record), "above": [one.node for one in line[1:]]})
    headers = (both("id", "编号"), both("level", "层级"), both("name", "名称"), both("places", "网格"))
    out.table((*headers, both("contact", "联系人"), ""), [_row(one, 0) for one in line])


def _data(record: NodeRecord) -> dict[str, object]:
    """Give a node to a program, without what is sealed."""
    details = record.details.model_dump(mode="json", exclude={"sealed_contact", "deputy"})
    told = {"contact": record.details.sealed_contact is not None, "deputy": record.details.deputy is not None}
    return {"version": record.version, **details, **told}


def _row(node: NodeDetails, depth: int) -> tuple[str, ...]:
    return (
        "  " * depth + node.node,
        word(f"level.{node.level}", TONGUE),
        node.name,
        str(len(node.places)) if node.places else "",
        _contact(node),
        "" if node.active else both("does not take part", "未启用"),
    )


def _contact(node: NodeDetails) -> str:
    if node.deputy is not None:
        return both("yes, and a deputy", "有，另有代理人")
    return both("yes", "有") if node.sealed_contact is not None else ""


def _in_order(nodes: Iterable[NodeDetails]) -> Iterator[tuple[NodeDetails, int]]:
    """Yield every node after the one above it, with how deep it is."""
    below: defaultdict[str | None, list[NodeDetails]] = defaultdict(list)
    for node in nodes:
        below[node.parent].append(node)
    left = [(node, 0) for node in reversed(below[None])]
    while left:
        node, depth = left.pop()
        yield node, depth
        left += [(child, depth + 1) for child in reversed(below[node.node])]
