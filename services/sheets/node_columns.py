"""The columns of a spreadsheet of the organisation: nodes with what is above them, their places, contact and deputy."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Final

from linli.matcher.ledger.organisation import CYCLE, PLACE_TAKEN, UNKNOWN_PARENT, Tree
from linli.schemas.dead_letters import Reason
from linli.schemas.glossary import words
from linli.schemas.organisation import NodeDetails, RegisterNode
from linli.services.sheets.cells import Cell
from linli.services.sheets.columns import BadCellError, Column, Columns, Context, Convert, Draft, put
from linli.services.sheets.dates import day_of
from linli.services.sheets.notes import Note
from linli.services.sheets.reading import Line
from linli.services.sheets.values import code_of, listed, number_as_text, phone, text, yes_or_no
from linli.streams.intake.inbox_record import RefusedError

_CODE: Final = re.compile(r"[a-z][a-z0-9_\-]{0,47}")
"""A level by a code of the county's own."""

END_OF_DAY: Final = time(23, 59, 59)


def _level(cell: Cell, _: Context) -> object:
    """Read a level by its word of the glossary, or by a code of the county's own."""
    code = code_of("level", cell.text)
    if _CODE.fullmatch(code) is None:
        raise BadCellError(f"one_of:{'、'.join(zh for _, zh in words('level').values())}")
    return code


def _at(hour: time) -> Convert:
    """Make a reader of days: a deputy's span begins and ends with a whole day."""

    def convert(cell: Cell, context: Context) -> object:
        day, rest = day_of(cell, context.reference.date(), context)
        if day is None or rest:
            raise BadCellError("date_and_time")
        return datetime.combine(day, hour, context.zone).isoformat()

    return convert


_COLUMNS: Final[tuple[Column, ...]] = (
    Column("node", "node", number_as_text, ("the node's id", "组织编号"), required=True),
    Column("parent", "parent", number_as_text, ("id of the node above, if any", "上级组织编号；最高一级不填")),
    Column("level", "level", _level, ("its level: county, street, 社区党组织", "层级，如 街道党工委"), required=True),
    Column("name", "name", text, ("its name", "组织名称"), required=True),
    Column("places", "places", listed, ("codes of its grids or communities, by ;", "所辖网格或社区编码，用分号隔开")),
    Column("active", "active", yes_or_no, ("takes part", "是否启用")),
    Column("contact_name", "contact.name", text, ("who is told", "联系人"), personal=True),
    Column("contact_phone", "contact.phone", phone, ("their telephone", "联系电话"), part=True, personal=True),
    Column("deputy_name", "deputy.contact.name", text, ("who is told meanwhile", "代理联系人"), personal=True),
    Column("deputy_phone", "deputy.contact.phone", phone, ("their telephone", "代理人电话"), part=True, personal=True),
    Column("deputy_from", "deputy.start", _at(time()), ("first day of the deputy", "代理开始日期")),
    Column("deputy_until", "deputy.end", _at(END_OF_DAY), ("last day of the deputy", "代理结束日期")),
)

_NEEDS: Final[tuple[tuple[tuple[str, ...], ...], ...]] = ((("node",),), (("level",),), (("name",),))


def _finish(draft: Draft, _: Context) -> None:
    """Put the telephones in their places."""
    for column, path in (("contact_phone", "contact.phone"), ("deputy_phone", "deputy.contact.phone")):
        if column not in draft.parts:
            continue
        number = draft.parts[column]
        if number is None:
            draft.notes.append(Note("lost_digits", column, confirm=True))
        elif number.number:
            put(draft.event, path, number.number)


NODE_COLUMNS: Final = Columns("node", _COLUMNS, _finish, _NEEDS, number="node")
"""The columns of a spreadsheet of the organisation."""


def in_tree_order(known: Tree, *, whole: bool) -> Callable[[Sequence[Line]], list[Line]]:
    """Make what puts parents before their children and refuses the lines that would make it no tree.

    Parameters
    ----------
    known
        The tree as it is; the file changes it.
    whole
        Whether ``known`` is all there is: otherwise a parent that is nowhere may be there all the same.
    """

    def arranged(lines: Sequence[Line]) -> list[Line]:
        others = [line for line in lines if not isinstance(line.body, RegisterNode)]
        ordered, round_and_round = _parents_first([line for line in lines if isinstance(line.body, RegisterNode)])
        judged = [_judged(line, known, whole=whole) for line in ordered]
        return [*others, *judged, *(_refused(line, CYCLE) for line in round_and_round)]

    return arranged


def _parents_first(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Order lines so that a node stands below the one above it; what hangs below itself, or below such, is left."""
    waiting = {_node(line).node for line in lines}
    ordered: list[Line] = []
    left = list(lines)
    while ready := [line for line in left if _node(line).parent not in waiting]:
        ordered += ready
        waiting -= {_node(line).node for line in ready}
        left = [line for line in left if _node(line).node in waiting]
    return ordered, left


def _judged(line: Line, tree: Tree, *, whole: bool) -> Line:
    """Take a line's node into the tree, or refuse the line."""
    body = _node(line)
    details = NodeDetails(
        node=body.node, parent=body.parent, level=body.level, name=body.name, places=body.places, active=body.active
    )
    fault = tree.fault(details)
    if fault and (whole or fault != UNKNOWN_PARENT):
        return _refused(line, fault)
    tree.put(details)
    return line


def _refused(line: Line, fault: str) -> Line:
    column = "places" if fault == PLACE_TAKEN else "parent"
    return replace(line, body=None, refused=RefusedError(Reason.SCHEMA, column, fault))


def _node(line: Line) -> RegisterNode:
    if not isinstance(line.body, RegisterNode):
        raise TypeError("only lines of nodes are put in order")
    return line.body
