"""Travel times from a CSV: ``from_lat,from_lon,to_lat,to_lon,seconds,metres``, one way a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from linli.matcher.problem import Place
from linli.services.travel.provider import ProviderError, Ways

COLUMNS = ("from_lat", "from_lon", "to_lat", "to_lon", "seconds", "metres")

DIGITS = 5
"""Places are told apart to about a metre."""

ROWS_MAX = 4_000_000
"""As many as pairs of the largest table."""

End = tuple[float, float]


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
        rows = csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True)
        header = [cell.strip().lower() for cell in next(rows, list[str]())]
        if header != list(COLUMNS):
            raise ProviderError(f"line 1: the columns must be {','.join(COLUMNS)}")
        self._ways: dict[tuple[End, End], tuple[int, int]] = {}
        for cells in rows:
            if not cells:
                continue
            a, b, way = _way(cells, rows.line_num)
            if self._ways.setdefault((a, b), way) != way:
                raise ProviderError(f"line {rows.line_num}: the same way with other figures stands above")
            if len(self._ways) > ROWS_MAX:
                raise ProviderError(f"more than {ROWS_MAX} ways")

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime) -> Ways:
        """Return ways from the table; from a place to itself takes no time.

        Raises
        ------
        ProviderError
            If a way is not in the table.
        """
        pairs = [[self._between(a, b) for b in destinations] for a in origins]
        both = np.array(pairs, dtype=np.int64).reshape(len(origins), len(destinations), 2)
        return Ways(both[:, :, 0].copy(), both[:, :, 1].copy(), "table")

    def _between(self, a: Place, b: Place) -> tuple[int, int]:
        ends = _end(a.lat, a.lon), _end(b.lat, b.lon)
        if ends[0] == ends[1]:
            return 0, 0
        way = self._ways.get(ends)
        if way is None:
            raise ProviderError(f"no way from {ends[0]} to {ends[1]} in the table")
        return way


def _end(lat: float, lon: float) -> End:
    return round(lat, DIGITS), round(lon, DIGITS)


def _way(cells: Sequence[str], line: int) -> tuple[End, End, tuple[int, int]]:
    try:
        from_lat, from_lon, to_lat, to_lon, seconds, metres = (float(cell) for cell in cells)
    except ValueError:
        raise ProviderError(f"line {line}: six numbers are needed") from None
    if not (abs(from_lat) <= 90 and abs(to_lat) <= 90 and abs(from_lon) <= 180 and abs(to_lon) <= 180):
        raise ProviderError(f"line {line}: a place off the earth")
    if not (0 <= seconds <= 1e7 and 0 <= metres <= 1e8):
        raise ProviderError(f"line {line}: a figure that no way has")
    return _end(from_lat, from_lon), _end(to_lat, to_lon), (round(seconds), round(metres))
