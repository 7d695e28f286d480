"""How everything stands, as the board counts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from linli.schemas.lifecycle import State
from linli.schemas.rounds import RoundRecord
from linli.streams.board.follower import Positions


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
