"""Many orders at once: every item judged, the good ones sent, the broken ones named."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request

from linli.schemas.errors import LinliError
from linli.services.gateway.access import Caller
from linli.services.gateway.acting import taken_of
from linli.services.gateway.answers import Batch, ItemRefused, ItemTaken
from linli.services.gateway.installation import Installation, installation_of
from linli.services.gateway.problems import ProblemError, refused
from linli.services.preparing import Prepared, prepare
from linli.streams.intake.inbox_record import RefusedError

AT_ONCE: Final = 200
"""Items judged and sent at once: some 0.1 s of work, so that others are answered in between."""


@dataclass(frozen=True, slots=True)
class Item:
    """One order of many: where it stands, from 1, and what it is or why it cannot be read."""

    number: int
    body: BaseModel | None = None
    refused: RefusedError | None = None


@dataclass(slots=True)
class _Outcome:
    taken: list[ItemTaken] = field(default_factory=list[ItemTaken])
    refused: list[ItemRefused] = field(default_factory=list[ItemRefused])

    def batch(self) -> Batch:
        return Batch(taken=tuple(self.taken), refused=tuple(self.refused))


async def send_many(request: Request, caller: Caller, items: Iterable[Item]) -> Batch:
    """Send the good ones; an item counts as taken only once the broker has acknowledged it.

    Raises
    ------
    LinliError
        ``overloaded`` or ``not_acknowledged``; the problem names what had been taken before. Sending everything
        again is harmless.
    """
    here, outcome, waiting = installation_of(request), _Outcome(), iter(items)
    while judged := await asyncio.to_thread(_judged, here, caller, waiting):
        for item, error in judged:
            if isinstance(error, RefusedError):
                outcome.refused.append(ItemRefused(item=item.number, **refused(error, request)))
        good = [(item, found) for item, found in judged if isinstance(found, Prepared)]
        await _send(here, good, outcome)
    return outcome.batch()


def _judged(here: Installation, caller: Caller, items: Iterator[Item]) -> list[tuple[Item, Prepared | RefusedError]]:
    """Read and judge the next items."""
    return [(item, _prepared(here, caller, item)) for item in islice(items, AT_ONCE)]


def _prepared(here: Installation, caller: Caller, item: Item) -> Prepared | RefusedError:
    try:
        if item.body is None:
            raise item.refused or ValueError("an item is either read or refused")
        return prepare(item.body, caller.source, caller.district, here.world)
    except RefusedError as error:
        return error


async def _send(here: Installation, good: list[tuple[Item, Prepared]], outcome: _Outcome) -> None:
    try:
        commands = await here.inbox.send([prepared.event for _, prepared in good])
    except LinliError as error:
        raise ProblemError(error.code, outcome.batch().model_dump(mode="json")) from error
    for (item, prepared), command in zip(good, commands, strict=True):
        taken = taken_of(prepared, command)
        outcome.taken.append(
            ItemTaken(
                item=item.number,
                command=command,
                request_id=taken.request_id,
                number=taken.number,
                referral=taken.referral,
            )
        )
