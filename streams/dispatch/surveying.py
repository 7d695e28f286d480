"""Before a round decides: a routing server is asked for ways, within limits; where it fails, the round says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol

import numpy as np

from linli.matcher.ledger.state import NumberedCommand
from linli.matcher.problem import Place
from linli.matcher.rounds.unmeasured import Wanted, unmeasured
from linli.matcher.travel import IntTable
from linli.schemas.rounds import DistrictRound, RoundRecord
from linli.schemas.ways import METRES_MAX, NO_WAY_S, UNKNOWN, MeasuredPlace, Unmeasured, WayBetween, WaysReport
from linli.streams.dispatch.round_work import States
from linli.streams.log_lines import log_for
from linli.streams.ways_sources import BLOCK, REST_S, Rest

WAIT_S: Final = 2.0
"""So long a round asks at most, and begins no further question: half of what people wait for a promise anyway. The last
one may take its own time limit more."""


class NoWaysError(Exception):
    """The source gave no usable answer; the message says what it did instead."""


class WaysSource(Protocol):
    """Somebody who knows ways: a routing server, a table."""

    @property
    def kind(self) -> str:
        """What it is, in a word for the round's record; never its address."""
        ...

    def ask(self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime) -> Tables:
        """Return seconds and metres of shape (origins, destinations), `UNKNOWN` where it does not know a way.

        Raises
        ------
        NoWaysError
            If there is no usable answer within its own time limit.
        """
        ...


class Tables(NamedTuple):
    """Seconds and metres, each of shape (origins, destinations)."""

    seconds: IntTable
    metres: IntTable


class Surveyed(NamedTuple):
    """What was measured for one district, and what the round says of it."""

    places: tuple[MeasuredPlace, ...]
    report: WaysReport


class Surveyor:
    """Asks a source for the ways of places, in blocks, until the time is over.

    Parameters
    ----------
    source
        Who knows ways.
    clock
        Monotonic seconds.

    Notes
    -----
    A place is measured when all its ways to all others that matter were answered; half an answer is none, and what was
    answered for it is asked again another time. A source that knows a place in part, like a file, is believed in part.
    """

    def __init__(self, source: WaysSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._source, self._clock = source, clock
        self._rest = Rest(clock)
        self._log = log_for("dispatcher")

    def survey(self, wanted: Sequence[Wanted], departure: datetime, until: float) -> Surveyed:
        """Measure what is wanted until a reading of the clock; what is not measured then is estimated."""
        found: list[MeasuredPlace] = []
        why = None if self._rest.is_over else Unmeasured.RESTING
        for at in range(0, len(wanted), BLOCK):
            if why is None:
                batch = wanted[at : at + BLOCK]
                try:
                    found += self._measured(batch, departure, until)
                except NoWaysError as error:
                    why = self._failed(error)
                except _TimeIsOverError:
                    why = Unmeasured.NO_TIME
        missing = len(wanted) - len(found)
        report = WaysReport(source=self._source.kind, measured=len(found), estimated=missing, fallback=why)
        return Surveyed(tuple(found), report)

    def _failed(self, error: NoWaysError) -> Unmeasured:
        self._rest.begin()
        self._log.warning("ways are estimated: the routing server failed", error=str(error), rest_s=REST_S)
        return Unmeasured.FAILED

    def _measured(self, batch: Sequence[Wanted], departure: datetime, until: float) -> Iterator[MeasuredPlace]:
        """Yield the places of a batch: asked there and back, block by block."""
        origins = [one.place for one in batch]
        others = list(dict.fromkeys(other for one in batch for other in one.others))
        there, back = _none(len(origins), len(others)), _none(len(origins), len(others))
        for at in range(0, len(others), BLOCK):
            block, cells = others[at : at + BLOCK], np.s_[:, at : at + BLOCK]
            there.seconds[cells], there.metres[cells] = self._ask(origins, block, departure, until)
            seconds, metres = self._ask(block, origins, departure, until)
            back.seconds[cells], back.metres[cells] = seconds.T, metres.T
        column = {other: number for number, other in enumerate(others)}
        for row, one in enumerate(batch):
            yield _place_of(one, row, [column[other] for other in one.others], there, back)

    def _ask(
        self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime, until: float
    ) -> Tables:
        """Ask one question, if there is time for it."""
        if self._clock() >= until:
            raise _TimeIsOverError
        return self._source.ask(origins, destinations, departure)


class _TimeIsOverError(Exception):
    """The round cannot wait any longer."""


def _none(rows: int, columns: int) -> Tables:
    return Tables(np.full((rows, columns), UNKNOWN, np.int64), np.full((rows, columns), UNKNOWN, np.int64))


def _place_of(wanted: Wanted, row: int, columns: Sequence[int], there: Tables, back: Tables) -> MeasuredPlace:
    """Give a place with its ways; one that is not known in both directions is left to the estimate."""
    ways: list[WayBetween] = []
    for other, column in zip(wanted.others, columns, strict=True):
        figures = (there.seconds, there.metres, back.seconds, back.metres)
        seconds, metres, back_seconds, back_metres = (int(table[row, column]) for table in figures)
        if UNKNOWN not in (seconds, metres, back_seconds, back_metres):
            way = (min(seconds, NO_WAY_S), min(metres, METRES_MAX))
            way_back = (min(back_seconds, NO_WAY_S), min(back_metres, METRES_MAX))
            ways.append(WayBetween(other.lat, other.lon, *way, *way_back))
    return MeasuredPlace(lat=wanted.place.lat, lon=wanted.place.lon, ways=tuple(ways))


Measured = dict[str, tuple[MeasuredPlace, ...]]
"""By district."""


async def survey_round(
    surveyor: Surveyor | None, plan: RoundRecord, states: States, commands: Mapping[str, Sequence[NumberedCommand]]
) -> tuple[RoundRecord, Measured]:
    """Measure what the districts of a round need, and note in the round what came of it.

    Notes
    -----
    The districts share the time; the first one may use it up. Their record says so, and what is still not promised is
    asked for in the next round.
    """
    if surveyor is None:
        return plan, {}
    until = time.monotonic() + WAIT_S
    parts: list[DistrictRound] = []
    measured: Measured = {}
    for part in plan.districts:
        wanted = unmeasured(states[part.district], commands.get(part.district, ()))
        if wanted:
            found = await asyncio.to_thread(surveyor.survey, wanted, plan.now, until)
            measured[part.district] = found.places
            part = part.model_copy(update={"ways": found.report})
        parts.append(part)
    return plan.model_copy(update={"districts": tuple(parts)}), measured
