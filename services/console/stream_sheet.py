"""How the stream runs, for whoever watches it: what waits, how fresh it is, what rounds did, what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from linli.schemas.dead_letters import DeadLetter
from linli.services.console.desk_list import Count, counts_of
from linli.services.console.surroundings import Person, Surroundings
from linli.services.console.words import Speech
from linli.streams.board.entries import RoundLine
from linli.streams.board.keys import ROUNDS_MAX
from linli.streams.board.overview import Overview

BARS: Final = 24
"""Bars of the picture: each is wide enough to be pointed at on a phone."""

NARROWEST: Final = timedelta(minutes=1)
"""The shortest time of one bar: below it single rounds would be seen, and not a flow."""

LETTERS_MAX: Final = 200
"""Dead letters that are counted by reason: what came last says what is wrong now."""

HEIGHT: Final = 100
STEP: Final = 20
GAP: Final = 2
"""Of the picture, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The rounds that began within one span: how many, and the commands that they decided."""

    start: datetime
    rounds: int
    commands: int
    records: int
    left: int = 0
    tall: int = 0
    wide: int = STEP - GAP

    @property
    def top(self) -> int:
        """Where it begins, counted from above."""
        return HEIGHT - self.tall


@dataclass(frozen=True, slots=True)
class Lane:
    """One partition: its last round, and what that says of it."""

    partition: int
    number: int
    at: datetime
    down_seconds: int
    skew_ms: int
    deadlines: bool


@dataclass(frozen=True, slots=True)
class StreamSheet:
    """What the page shows. ``stale``: since when nobody looks after the board, if nobody does."""

    counts: list[Count]
    open_offers: int
    teams: int
    dead_letters: int
    stale: datetime | None
    lanes: list[Lane]
    bars: list[Bar]
    reasons: list[tuple[str, int, datetime]] | None

    @property
    def most(self) -> int:
        """The commands of the highest bar."""
        return max((bar.commands for bar in self.bars), default=0)

    @property
    def width(self) -> int:
        """Of the picture: always room for all bars, so that one round on a quiet morning is no wall."""
        return STEP * BARS


async def stream_sheet(here: Surroundings, person: Person, speech: Speech) -> StreamSheet:
    """Read from the board how the stream runs."""
    overview = await here.board.overview()
    rounds = [await here.board.rounds(one.partition) for one in overview.rounds]
    may_see = "list_dead_letters" in person.may
    letters = await here.board.dead_letters(LETTERS_MAX) if may_see else []
    return StreamSheet(
        counts=counts_of(overview, speech),
        open_offers=overview.open_offers,
        teams=overview.teams,
        dead_letters=overview.dead_letters,
        stale=overview.stale_since,
        lanes=lanes_of(overview),
        bars=bars_of(rounds),
        reasons=reasons_of(letters, person.district, speech) if may_see else None,
    )


def lanes_of(overview: Overview) -> list[Lane]:
    """Give the state of every partition, from its last round."""
    return [
        Lane(one.partition, one.number, one.now, one.down_seconds, one.skew_ms, one.deadlines)
        for one in sorted(overview.rounds, key=lambda one: one.partition)
    ]


def bars_of(rounds: Sequence[Sequence[RoundLine]]) -> list[Bar]:
    """Sum the rounds of all partitions over equal spans, the oldest first.

    Parameters
    ----------
    rounds
        The rounds of each partition that the board keeps, oldest first.

    Notes
    -----
    The board keeps as many rounds of a busy partition as of a quiet one. Where one has more than are kept, the picture
    begins with the oldest of them: before it, that partition's part would be missing and look like calm.
    """
    kept = [lines for lines in rounds if lines]
    if not kept:
        return []
    full = [lines[0].now for lines in kept if len(lines) >= ROUNDS_MAX]
    start = max(full) if full else min(lines[0].now for lines in kept)
    end = max(lines[-1].now for lines in kept)
    span = max(NARROWEST, (end - start) / BARS)
    sums = [[0, 0, 0] for _ in range(min(BARS, (end - start) // span + 1))]
    for line in (line for lines in kept for line in lines if line.now >= start):
        found = sums[min(len(sums) - 1, (line.now - start) // span)]
        for place, amount in enumerate((1, line.commands, line.records)):
            found[place] += amount
    most = max(commands for _, commands, _ in sums) or 1
    return [
        Bar(start + number * span, rounds, commands, records, number * STEP, -(-HEIGHT * commands // most))
        for number, (rounds, commands, records) in enumerate(sums)
    ]


def reasons_of(letters: Sequence[DeadLetter], district: str, speech: Speech) -> list[tuple[str, int, datetime]]:
    """Count the dead letters of a district by reason, the most frequent first, each with its last moment."""
    ours = [letter for letter in letters if letter.district in (None, district)]
    counted = Counter(letter.reason for letter in ours)
    last = {reason: max(one.received_at for one in ours if one.reason is reason) for reason in counted}
    return [(speech.of(reason), number, last[reason]) for reason, number in counted.most_common()]
