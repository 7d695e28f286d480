"""Travel times from a CSV: ``from_lat,from_lon,to_lat,to_lon,seconds,metres``, one way a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np

from linli.matcher.problem import Place
from linli.schemas.ways import UNKNOWN
from linli.services.travel.provider import MissingWaysError, ProviderError, Ways

COLUMNS = ("from_lat", "from_lon", "to_lat", "to_lon", "seconds", "metres")

DIGITS = 5
"""Places are told apart to about a metre."""

ROWS_MAX = 4_000_000
"""As many as pairs of the largest table."""

End = tuple[float, float]


class Lines(Iterator[list[str]], Protocol):
    """Lines of a CSV, which know their number."""

    line_num: int


class CsvTable:
    """A table of single ways; a way that is not in it is none of its business.

    Parameters
    ----------
    text
        The file's content.

    Raises
    ------
    ProviderError
        With the line that is malformed.
    """

    def __init__(self, text: str) -> None:
        self._ways: dict[tuple[End, End], tuple[int, int]] = {}
        rows = csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True)
        try:
            self._read(rows)
        except csv.Error:
            raise _malformed(rows.line_num, "not CSV", "不是有效的 CSV") from None

    def _read(self, rows: Lines) -> None:
        header = [cell.strip().lower() for cell in next(rows, list[str]())]
        if header != list(COLUMNS):
            named = ",".join(COLUMNS)
            raise ProviderError(f"line 1: the columns must be {named}", f"第 1 行：列应为 {named}")
        for cells in rows:
            if not cells:
                continue
            a, b, way = _way(cells, rows.line_num)
            if self._ways.setdefault((a, b), way) != way:
                raise _malformed(
                    rows.line_num, "the same way with other figures stands above", "上文已有同一路程而数值不同"
                )
            if len(self._ways) > ROWS_MAX:
                raise ProviderError(f"more than {ROWS_MAX} ways", f"路程超过 {ROWS_MAX} 条")

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime) -> Ways:
        """Return ways from the table; from a place to itself takes no time.

        Raises
        ------
        MissingWaysError
            If a way is not in the table; with those that are.
        """
        pairs = [[self._between(a, b) for b in destinations] for a in origins]
        both = np.array(pairs, dtype=np.int64).reshape(len(origins), len(destinations), 2)
        ways = Ways(both[:, :, 0].copy(), both[:, :, 1].copy(), "table")
        missing = np.argwhere(ways.seconds == UNKNOWN)
        if len(missing):
            first, last = origins[int(missing[0][0])], destinations[int(missing[0][1])]
            ends = _end(first.lat, first.lon), _end(last.lat, last.lon)
            of, lacks = ways.seconds.size, len(missing)
            raise MissingWaysError(
                f"{lacks} of {of} ways are not in the table, the first from {ends[0]} to {ends[1]}",
                f"{of} 条路程中有 {lacks} 条不在表中，第一条为 {ends[0]} 至 {ends[1]}",
                ways,
            )
        return ways

    def _between(self, a: Place, b: Place) -> tuple[int, int]:
        ends = _end(a.lat, a.lon), _end(b.lat, b.lon)
        return (0, 0) if ends[0] == ends[1] else self._ways.get(ends, (UNKNOWN, UNKNOWN))


def _malformed(line: int, english: str, chinese: str) -> ProviderError:
    return ProviderError(f"line {line}: {english}", f"第 {line} 行：{chinese}")


def _end(lat: float, lon: float) -> End:
    return round(lat, DIGITS), round(lon, DIGITS)


def _way(cells: Sequence[str], line: int) -> tuple[End, End, tuple[int, int]]:
    try:
        from_lat, from_lon, to_lat, to_lon, seconds, metres = (float(cell) for cell in cells)
    except ValueError:
        raise _malformed(line, "six numbers are needed", "须为六个数字") from None
    if not (abs(from_lat) <= 90 and abs(to_lat) <= 90 and abs(from_lon) <= 180 and abs(to_lon) <= 180):
        raise _malformed(line, "a place off the earth", "坐标超出地球范围")
    if not (0 <= seconds <= 1e7 and 0 <= metres <= 1e8):
        raise _malformed(line, "a figure that no way has", "数值不合理")
    return _end(from_lat, from_lon), _end(to_lat, to_lon), (round(seconds), round(metres))
