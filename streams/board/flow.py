"""How much flowed, in sums by minute and by hour: what a record adds to them, and what a window's come to.

The sums are part of the board, so a restart goes on where they were and a rebuild makes them anew from the log. They
are bounded: `MINUTES_MAX` and `HOURS_MAX` sums of each partition, one number for each category, state, shortfall and
class of waiting that occurred in it: some 2 kB each, half a megabyte a partition.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.lifecycle import State
from linli.schemas.rounds import RoundRecord
from linli.schemas.stream_window import StreamWindow

MINUTES_MAX: Final = 61
"""Minutes kept of each partition: an hour, and the one that runs."""

HOURS_MAX: Final = 169
"""Hours kept of each partition: seven days, and the one that runs. The log stays whole for eight days."""

WAITS_S: Final = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 43_200, 86_400, 259_200)
"""Upper ends in seconds of the classes in which waiting for a promise is counted; the last class has none."""

_SEPARATOR: Final = "|"
_ROUNDS, _COMMANDS, _RECORDS = "rounds", "commands", "records"
_ORDERED, _ENTERED, _SHORT, _WAIT = "ordered", "entered", "short", "wait"


@dataclass(frozen=True, slots=True)
class Grain:
    """How fine sums are: the name of this fineness, the time of one sum in seconds, and how many are kept."""

    name: str
    seconds: int
    most: int

    def begin(self, moment: datetime) -> datetime:
        """Give when the sum begins that a moment belongs to."""
        return datetime.fromtimestamp(int(moment.timestamp()) // self.seconds * self.seconds, UTC)


MINUTE: Final = Grain("minute", 60, MINUTES_MAX)
HOUR: Final = Grain("hour", 3_600, HOURS_MAX)
GRAINS: Final = (MINUTE, HOUR)

_OF_WINDOW: Final = {
    StreamWindow.HOUR: (timedelta(hours=1), MINUTE),
    StreamWindow.DAY: (timedelta(days=1), HOUR),
    StreamWindow.WEEK: (timedelta(days=7), HOUR),
}


def span_of(window: StreamWindow, now: datetime) -> tuple[Grain, datetime]:
    """Give how fine a window's sums are, and when its first one begins: at most one sum earlier than it says."""
    length, grain = _OF_WINDOW[window]
    return grain, grain.begin(now - length)


def sums_in_window(window: StreamWindow) -> int:
    """Give how many sums of a partition a window may have, and the one before: its last round shows what is missing."""
    length, grain = _OF_WINDOW[window]
    return int(length.total_seconds()) // grain.seconds + 2


def added_by_round(record: RoundRecord) -> dict[str, int]:
    """Give what a round adds to the sums of its time."""
    return {_ROUNDS: 1, _COMMANDS: len(record.outcomes), _RECORDS: record.records}


def added_by_step(record: AssignmentRecord) -> dict[str, int]:
    """Give what a step of a request adds; nothing for one whose access is restricted, which nobody may count.

    Notes
    -----
    A step counts where it enters another state than the one before. Of what a build before this one wrote only orders
    are counted: its records do not say where they came from.
    """
    details = record.details
    if details is None or details.restricted:
        return {}
    found = Counter[str]()
    if record.version == 1:
        found[_SEPARATOR.join((_ORDERED, details.category))] += 1
    elif record.was is not None and record.was is not record.state:
        found[_SEPARATOR.join((_ENTERED, details.category, record.state.value))] += 1
        if record.state is State.UNMET and record.spells:
            found[_SEPARATOR.join((_SHORT, record.spells[-1].shortfall))] += 1
    if record.promised_in == record.version:
        waited = (record.at - details.ordered_at).total_seconds()
        found[_SEPARATOR.join((_WAIT, str(bisect_left(WAITS_S, waited))))] += 1
    return dict(found)


@dataclass(frozen=True, slots=True)
class Sums:
    """What the board holds of one minute or hour of one partition.

    ``first`` and ``last`` are the numbers of its first and last round; ``None`` where no round is known.
    """

    partition: int
    start: datetime
    counts: Mapping[str, int]
    first: int | None = None
    last: int | None = None


def sums_in(fields: Mapping[str, str], name: str, partition: int) -> Sums:
    """Read one sum as the board holds it: see `linli.streams.board.keys.document`."""
    counts = {field.removeprefix("+"): int(text) for field, text in fields.items() if field.startswith("+")}
    start = datetime.fromtimestamp(int(name.rpartition(":")[2]), UTC)
    first, last = (int(fields[end]) if end in fields else None for end in ("first", "last"))
    return Sums(partition, start, counts, first, last)


@dataclass(slots=True)
class Tally:
    """What flowed: rounds, commands decided, records written, orders, and steps by the state that they entered."""

    rounds: int = 0
    commands: int = 0
    records: int = 0
    ordered: int = 0
    entered: Counter[State] = field(default_factory=Counter[State])

    def add(self, name: str, code: str, amount: int) -> None:
        """Add one number of a sum."""
        if name == _ENTERED:
            self.entered[State(code)] += amount
        elif name in (_ROUNDS, _COMMANDS, _RECORDS, _ORDERED):
            setattr(self, name, getattr(self, name) + amount)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long orders waited for their first promise: ``count`` of them, half and 95 in 100 at most so many seconds.

    ``None`` where nothing was promised, or beyond the last of `WAITS_S`.
    """

    count: int = 0
    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What flowed in a window.

    Parameters
    ----------
    start
        When the window begins.
    since
        From when on anything is known; ``None`` if nothing is. Later than ``start`` where nothing was decided before,
        or where the log does not reach so far back any more.
    missing_rounds
        Rounds between the known ones that the log does not have any more: it is kept for a shorter time than it should.
    total, by_partition, by_category
        What flowed; rounds, commands and records belong to no category.
    short
        How often a request became unmet, by what was short.
    waits
        How long orders waited.
    sums
        The sums themselves, the oldest first.
    """

    start: datetime
    since: datetime | None
    missing_rounds: int
    total: Tally
    by_partition: dict[int, Tally]
    by_category: dict[str, Tally]
    short: Counter[str]
    waits: Waits
    sums: tuple[Sums, ...]


def flow_of(known: Iterable[Sums], start: datetime) -> Flow:
    """Add up the sums of a window.

    Parameters
    ----------
    known
        The sums of its fineness that the board holds, of each partition the last before the window as well.
    start
        When it begins.
    """
    every = sorted(known, key=lambda one: (one.start, one.partition))
    within = tuple(one for one in every if one.start >= start)
    total, partitions, categories = Tally(), dict[int, Tally](), dict[str, Tally]()
    short, classes = Counter[str](), Counter[int]()
    for one in within:
        of_partition = partitions.setdefault(one.partition, Tally())
        for text, amount in one.counts.items():
            name, *codes = text.split(_SEPARATOR)
            if name == _SHORT:
                short[codes[0]] += amount
            elif name == _WAIT:
                classes[int(codes[0])] += amount
            tallies = [total, of_partition]
            if codes and name in (_ORDERED, _ENTERED):
                tallies.append(categories.setdefault(codes[0], Tally()))
            for tally in tallies:
                tally.add(name, codes[-1] if codes else "", amount)
    return Flow(
        start=start,
        since=within[0].start if within else None,
        missing_rounds=_missing(every, start),
        total=total,
        by_partition=dict(sorted(partitions.items())),
        by_category=dict(sorted(categories.items())),
        short=short,
        waits=_waits(classes),
        sums=within,
    )


def _missing(every: list[Sums], start: datetime) -> int:
    """Count rounds whose numbers are passed over in a window: those of a partition have no gaps in a whole log."""
    missing, before = 0, dict[int, int]()
    for one in every:
        if one.first is None or one.last is None:
            continue
        if one.start >= start:
            missing += one.last - one.first + 1 - one.counts.get(_ROUNDS, 0)
            missing += one.first - before.get(one.partition, one.first - 1) - 1
        before[one.partition] = one.last
    return missing


def _waits(classes: Counter[int]) -> Waits:
    count = classes.total()
    return Waits(count, _at_most(classes, count * 0.5), _at_most(classes, count * 0.95))


def _at_most(classes: Counter[int], rank: float) -> float | None:
    """Give the upper end of the class in which a rank lies."""
    seen = 0
    for number in sorted(classes):
        seen += classes[number]
        if seen >= rank:
            return WAITS_S[number] if number < len(WAITS_S) else None
    return None
