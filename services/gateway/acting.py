"""Doing what a caller asks: an event in the inbox, and if they wait, what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import PlaceOrder
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.errors import Both, Code
from linli.schemas.glossary import Tongue, detail_in_words, word_of
from linli.schemas.lifecycle import State
from linli.schemas.orders import Order
from linli.schemas.roles import Role
from linli.schemas.rounds import CommandOutcome, OutcomeCode
from linli.schemas.standing import StandingOrder
from linli.services.gateway.access import Caller
from linli.services.gateway.answers import Taken
from linli.services.gateway.installation import Installation
from linli.services.gateway.problems import ProblemError
from linli.services.gateway.views import offer_view, request_view
from linli.services.outcomes import Became, outcomes, request_since
from linli.services.preparing import Prepared, prepare
from linli.streams.board.entries import KnownOutcome
from linli.streams.intake.inbox_record import refused_in

HARMLESS: Final = frozenset({OutcomeCode.APPLIED, OutcomeCode.DUPLICATE})
"""Outcomes after which everything is as the caller wanted it."""

LAG_S: Final = 2.0
"""How far apart two topics may be on the board: one batch, some 20 ms, unless it is being rebuilt."""


Present = Callable[[AssignmentRecord], Mapping[str, Any]]
"""Shows the present state of a request to whoever acted on it, as members of a problem."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who acts.

    Parameters
    ----------
    source, district
        The event's sender, and where it goes.
    present
        What they may see of the request when their command changed nothing.
    event_id
        The event's id, where they made it a repeatable one.
    """

    source: str
    district: str
    present: Present
    event_id: str | None = None


def sender_of(caller: Caller, event_id: str | None = None, offer: str | None = None) -> Sender:
    """Say who acts; whoever acts on an offer as its team is shown the offer and not the request."""

    def present(record: AssignmentRecord) -> Mapping[str, Any]:
        if caller.role is not Role.TEAM_LEAD:
            return {"request": request_view(record, caller).model_dump(mode="json")}
        view = offer_view(record, offer) if offer is not None else None
        return {} if view is None else {"offer": view.model_dump(mode="json")}

    return Sender(caller.source, caller.district, present, event_id)


async def act(here: Installation, sender: Sender, body: BaseModel, wait: float) -> Taken:
    """Send an event; it is in the inbox when this returns.

    Parameters
    ----------
    here
        The installation.
    sender
        Who acts.
    body
        One of the inbox models.
    wait
        Seconds to wait for the decision; 0: only for the broker.

    Raises
    ------
    RefusedError
        If intake would refuse it.
    LinliError
        ``overloaded`` or ``not_acknowledged``; ``not_applied`` if it was decided within ``wait`` and changed nothing.
    """
    prepared = prepare(body, sender.source, sender.district, here.world, sender.event_id)
    [command] = await here.inbox.send([prepared.event])
    taken = taken_of(prepared, command)
    return await _decided(here, sender, taken, wait) if wait > 0 else taken


def taken_of(prepared: Prepared, command: str) -> Taken:
    """Say what was sent."""
    number = prepared.number if isinstance(prepared.event.body, Order | StandingOrder) else None
    return Taken(
        command=command,
        request_id=prepared.command.request_id,
        number=number,
        referral=_referral_to_tell(prepared),
        standing=prepared.standing,
    )


def _referral_to_tell(prepared: Prepared) -> str | None:
    """Name the office to turn to at once; a suspicion of harm is not told to whoever ordered."""
    referral = prepared.referral
    body = prepared.command.body
    restricted = isinstance(body, PlaceOrder) and body.details.restricted
    return None if restricted else referral


async def _decided(here: Installation, sender: Sender, taken: Taken, wait: float) -> Taken:
    became = (await outcomes(here.board, [taken.command], wait)).get(taken.command)
    if became is None:
        return taken
    record = await _as_decided(here, taken.request_id, became, wait)
    outcome = outcome_of(became)
    nothing: Mapping[str, Any] = {}
    shown = nothing if record is None else sender.present(record)
    if outcome.code not in HARMLESS:
        told = {"outcome": outcome.code.value, "outcome_detail": outcome.detail, "command": taken.command}
        detail = Both(en=_in_words(outcome, "en"), zh=_in_words(outcome, "zh"))
        raise ProblemError(Code.NOT_APPLIED, {**told, **shown}, detail=detail)
    seen: Mapping[str, Any] = next(iter(shown.values()), nothing)
    found = {"outcome": outcome.code, "detail": outcome.detail}
    state = seen.get("request_state", seen.get("state"))
    return taken.model_copy(
        update={**found, "state": None if state is None else State(state), "version": seen.get("version")}
    )


def _in_words(outcome: CommandOutcome, tongue: Tongue) -> str:
    """Say why nothing was done, and what happened: a team that is too late is told that another one goes."""
    said = word_of(outcome.code, tongue)
    return f"{said} ({detail_in_words(outcome.detail, tongue)})" if outcome.detail else said


def outcome_of(became: Became) -> CommandOutcome:
    """Give what a round said.

    Raises
    ------
    RefusedError
        If intake refused it after all, because its lists or its clock differ from ours.
    """
    if isinstance(became, DeadLetter):
        raise refused_in(became)
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
