"""What an attempt to prove the best plan led to."""

from __future__ import annotations

from typing import NamedTuple

from linli.matcher.timetable import Timetable


class Proof(NamedTuple):
    """The best timetable found, and whether it is the best there is.

    Parameters
    ----------
    timetable : Timetable
        The best that was found: never worse than the given one.
    columns : int
        How many tours were looked at by GLOP or CP-SAT.
    proven : bool
        Whether no choice is better.
    """

    timetable: Timetable
    columns: int
    proven: bool
