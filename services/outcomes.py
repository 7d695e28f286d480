"""Waiting for what became of commands: the board tells, a round or a dead letter later."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.dead_letters import DeadLetter
from linli.streams.board.entries import KnownOutcome
from linli.streams.board.reader import BoardReader

POLL_S: Final = 0.1
"""How often the board is asked for an outcome; a round takes some 50 ms."""

Became = KnownOutcome | DeadLetter
"""What became of an event."""


async def outcomes(board: BoardReader, commands: Sequence[str], seconds: float) -> dict[str, Became]:
    """Wait until it is known what became of commands; those that are not known in time are left out."""
    found: dict[str, Became] = {}
    waited = 0.0
    while True:
        for command in commands:
            if command not in found:
                became = await board.outcome(command) or await board.dead_letter(command)
                if became is not None:
                    found[command] = became
        if len(found) == len(commands) or waited >= seconds:
            return found
        await asyncio.sleep(POLL_S)
        waited += POLL_S


async def request_since(
    board: BoardReader, request_id: str, round_number: int, seconds: float
) -> AssignmentRecord | None:
    """Give a request as a round left it, or as it is when the time is over.

    The board reads topics side by side: a command's outcome may be there a moment before the request's new record.
    """
    record = await board.request(request_id)
    waited = 0.0
    while (record is None or record.round < round_number) and waited < seconds:
        await asyncio.sleep(POLL_S)
        waited += POLL_S
        record = await board.request(request_id)
    return record
