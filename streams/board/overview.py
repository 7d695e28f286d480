"""How everything stands, as the board counts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from linli.schemas.lifecycle import State
from linli.schemas.rounds import RoundRecord
from linli.streams.board.follower import Positions

STALE: Final = timedelta(seconds=15)
"""A board that nobody looked after for so long is behind: it is looked after every second, a restart takes a few."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How everything stands.

    Parameters
    ----------
    states
        How many requests are in each state; states without any are left out.
    escalated, open_offers, proposed, teams, dead_letters
        How many there are; dead letters only as far as the board keeps them.
    rounds
        The last round of every partition.
    positions
        Where the board stands in the log.
    beat
        When the board was last looked after, by the wall clock of its writer; ``None`` if that is unknown.
    """

    states: dict[State, int]
    escalated: int
    open_offers: int
    proposed: int
    teams: int
    dead_letters: int
    rounds: tuple[RoundRecord, ...]
    positions: Positions
    beat: datetime | None

    @property
    def stale_since(self) -> datetime | None:
        """When the board was last looked after, if that is too long ago; ``None`` if it is fresh or unknown."""
        return self.beat if self.beat is not None and datetime.now(UTC) - self.beat > STALE else None
