"""Lines that add up the others: they stand at the foot of many sheets and are no order and no team."""

from __future__ import annotations

import re
from typing import Final

from linli.services.sheets.cells import Cell, Row, plain

_FIGURE: Final = r"[\d,.]+(?:单|条|人|支|户|次|件|项|张|个|队|元|分钟|小时)?"

_SUM: Final = re.compile(
    rf"(?:本页|全部|以上|工单|订单|点单|队伍|人数)?(?:合计|总计|小计|共计|总数|累计)(?:[:(]?{_FIGURE}\)?)?"
    rf"|共{_FIGURE}|(?:grand|sub-?)?totals?(?:[:(]?{_FIGURE}\)?)?"
)
"""What such a line begins with, alone or with the sum itself: 合计, 总计：12单, 共12条, total 12."""

_ADDED: Final = re.compile(_FIGURE)


def adds_up(row: Row) -> bool:
    """Tell whether a line is one that adds up those above it: it begins like one, and holds nothing but figures.

    Notes
    -----
    Only to be asked of a line that is no good one. A line with a single word more is returned like any other.
    """
    filled = [cell for cell in row.cells if not cell.is_empty]
    return bool(filled) and _begins(filled[0]) and all(_begins(one) or _is_figure(one) for one in filled[1:])


def _begins(cell: Cell) -> bool:
    return _SUM.fullmatch(_bare(cell)) is not None


def _is_figure(cell: Cell) -> bool:
    """Tell whether a cell is a figure, or a formula whose figure was never worked out."""
    return cell.number is not None or bool(cell.fault) or _ADDED.fullmatch(_bare(cell)) is not None


def _bare(cell: Cell) -> str:
    return plain(cell.text).replace(" ", "").strip(":")
