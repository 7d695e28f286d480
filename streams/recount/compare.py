"""Whether a report is what was counted from the log: the CSV that people get, cell by cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final, NamedTuple

from linli.streams.recount.asks import load, odds
from linli.streams.recount.circle import medical_circle
from linli.streams.recount.raw_log import Line, Question, RawLog, Recount
from linli.streams.recount.requests import referrals, unmet_need
from linli.streams.recount.silence import silent_visits
from linli.streams.recount.visits import deeds, double_registration, hours, reviews, service_records


class Counted(NamedTuple):
    """A report that is counted again: how, and which columns tell its rows from each other.

    ``period`` is how the report is asked for, beside its name.
    """

    lines: Recount
    key: tuple[int, ...]
    period: tuple[str, ...] = ()


YEAR: Final = ("year",)

RECOUNTS: Final[dict[str, Counted]] = {
    "unmet-need": Counted(unmet_need, (0, 1, 2, 3)),
    "double-registration": Counted(double_registration, (0, 1, 2, 3, 4), YEAR),
    "deeds": Counted(deeds, (12,), YEAR),
    "medical-circle": Counted(medical_circle, (0,)),
    "load": Counted(load, (0,)),
    "odds": Counted(odds, (0, 2, 3)),
    "referrals": Counted(referrals, (0,)),
    "hours": Counted(hours, (0, 2)),
    "reviews": Counted(reviews, (0, 1)),
    "service-records": Counted(service_records, (0, 1, 2)),
    "silent-visits": Counted(silent_visits, (0,)),
}
"""The reports that are counted again: all of them, as they are asked for here."""

SHOWN_MAX: Final = 5
"""Differences told of one report: who sees five knows where to look."""


def differences(name: str, said: bytes, log: RawLog, before: Question, after: Question) -> list[str]:
    """Say in what a report differs from the log.

    Parameters
    ----------
    name
        Which report.
    said
        Its CSV in English.
    log
        What the log held while it was made.
    before, after
        As of two moments between which it was made: hours that still run lie between what they were at the two.

    Returns
    -------
    list of str
        What differs, `SHOWN_MAX` at most; empty if nothing does.

    Notes
    -----
    The order of the rows is not compared.
    """
    header, *rows = csv.reader(io.StringIO(said.decode("utf-8-sig")))
    counted = RECOUNTS[name]
    low, high = (_by_key(counted, counted.lines(log, one)) for one in (before, after))
    found = _by_key(counted, [tuple(row) for row in rows])
    broken = [f"{len(rows)} rows, of which {len(found)} differ in name"] if len(found) < len(rows) else []
    for key in sorted({*low, *found}):
        if key not in found or key not in low:
            broken.append(f"{' '.join(key)}: {'is missing' if key in low else 'is not in the log'}")
            continue
        cells = zip(header, found[key], low[key], high[key], strict=True)
        broken += [
            f"{' '.join(key)}: {column} is {cell!r}, the log says {least!r}"
            for column, cell, least, most in cells
            if not _agrees(str(cell), least, most)
        ]
    return broken[:SHOWN_MAX]


def _by_key(counted: Counted, lines: Sequence[Line]) -> dict[tuple[str, ...], Line]:
    return {tuple(str(line[one]) for one in counted.key): line for line in lines}


def _agrees(said: str, low: str | float, high: str | float) -> bool:
    if isinstance(low, str) or isinstance(high, str):
        return said in (low, high)
    try:
        return min(low, high) <= float(said) <= max(low, high)
    except ValueError:
        return False
