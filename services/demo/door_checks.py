"""Whether the gateway kept its word: what it answered, held against the ledger."""

from __future__ import annotations

import asyncio
from typing import Final

from linli.services.demo.door import Door
from linli.services.demo.tally import Tally

AT_THE_DOOR: Final = (
    "an order that was answered is in the ledger, or a dead letter",
    "what is malformed is refused",
    "everybody is answered",
)
"""What is checked; the first one is the promise that is given with "registered"."""

LAG_S: Final = 5.0
"""How long the reader of the ledger may be behind: it reads topic by topic."""


async def broken_at_the_door(door: Door, tally: Tally) -> list[str]:
    """List what the gateway did not keep.

    Parameters
    ----------
    door
        What it was asked, and what it answered.
    tally
        What the ledger says.
    """
    for _ in range(round(LAG_S / 0.1)):
        if not _missing(door, tally):
            break
        await asyncio.sleep(0.1)
    return [*door.faults, *(f"{one} was answered as registered and is lost" for one in _missing(door, tally))]


def _missing(door: Door, tally: Tally) -> list[str]:
    """Give the requests that were acknowledged and are nowhere."""
    refused = {letter.id for letter in tally.dead_letters}
    return [one for one, command in door.registered.items() if one not in tally.history and command not in refused]
