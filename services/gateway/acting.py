"""Doing what a caller asks: an event in the inbox, and if they wait, what became of it."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.errors import Code
from linli.schemas.glossary import word_of
from linli.schemas.orders import Order
from linli.schemas.rounds import CommandOutcome, OutcomeCode
from linli.services.gateway.access import Caller
from linli.services.gateway.answers import Taken
from linli.services.gateway.installation import Installation
from linli.services.gateway.problems import ProblemError
from linli.services.gateway.views import request_view
from linli.services.outcomes import Became, outcomes, request_since
from linli.services.preparing import Prepared, prepare
from linli.streams.board_entries import KnownOutcome
from linli.streams.inbox_record import RefusedError

HARMLESS: Final = frozenset({OutcomeCode.APPLIED, OutcomeCode.DUPLICATE})
"""Outcomes after which everything is as the caller wanted it."""

LAG_S: Final = 2.0
"""How far apart two topics may be on the board: one batch, some 20 ms, unless it is being rebuilt."""


async def act(here: Installation, caller: Caller, body: BaseModel, wait: float, event_id: str | None = None) -> Taken:
    """Send an event of a caller; it is in the inbox when this returns.

    Parameters
    ----------
    here
        The installation.
    caller
        Who acts: the event's source.
    body
        One of the inbox models.
    wait
        Seconds to wait for the decision; 0: only for the broker.
    event_id
        The event's id, if the caller made it a repeatable one.

    Raises
    ------
    RefusedError
        If intake would refuse it.
    LinliError
        ``overloaded`` or ``not_acknowledged``; ``not_applied`` if it was decided within ``wait`` and changed nothing.
    """
    prepared = prepare(body, caller.source, caller.district, here.world, event_id)
    [command] = await here.inbox.send([prepared.event])
    taken = taken_of(prepared, command)
    return await _decided(here, caller, taken, wait) if wait > 0 else taken


def taken_of(prepared: Prepared, command: str) -> Taken:
    """Say what was sent."""
    number = prepared.number if isinstance(prepared.event.body, Order) else None
    return Taken(
        command=command, request_id=prepared.command.request_id, number=number, referral=_referral_to_tell(prepared)
    )


def _referral_to_tell(prepared: Prepared) -> str | None:
    """Name the office to turn to at once; a suspicion of harm is not told to whoever ordered."""
    referral = prepared.referral
    body = prepared.command.body
    restricted = bool(getattr(getattr(body, "details", None), "restricted", False))
    return None if restricted else referral


async def _decided(here: Installation, caller: Caller, taken: Taken, wait: float) -> Taken:
    became = (await outcomes(here.board, [taken.command], wait)).get(taken.command)
    if became is None:
        return taken
    record = await _as_decided(here, taken.request_id, became, wait)
    view = None if record is None else request_view(record, caller)
    outcome = outcome_of(became)
    if outcome.code not in HARMLESS:
        more = {"outcome": outcome.code.value, "command": taken.command}
        present = {"request": view.model_dump(mode="json")} if view is not None else {}
        detail = word_of(outcome.code, "en") + (f" ({outcome.detail})" if outcome.detail else "")
        raise ProblemError(Code.NOT_APPLIED, {**more, **present}, detail=detail)
    state = None if view is None else view.state
    version = None if view is None else view.version
    found = {"outcome": outcome.code, "detail": outcome.detail, "state": state, "version": version}
    return taken.model_copy(update=found)


def outcome_of(became: Became) -> CommandOutcome:
    """Give what a round said.

    Raises
    ------
    RefusedError
        If intake refused it after all, because its lists or its clock differ from ours.
    """
    if isinstance(became, DeadLetter):
        raise RefusedError(became.reason, became.path, became.rule)
    return became.outcome


async def _as_decided(
    here: Installation, request_id: str | None, became: Became, wait: float
) -> AssignmentRecord | None:
    """Give the request as the command left it.

    The board reads topics side by side: the outcome may be there a moment before the request's new record.
    """
    if request_id is None:
        return None
    decided = became.round if isinstance(became, KnownOutcome) and became.outcome.code is OutcomeCode.APPLIED else 0
    return await request_since(here.board, request_id, decided, min(wait, LAG_S))
