"""Consent that comes later: a child's case waits with the child director until the guardian has agreed."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.base import Edge, Note
from linli.schemas.errors import Code
from linli.schemas.glossary import word_of
from linli.schemas.lifecycle import State
from linli.schemas.orders import Amend, Target
from linli.schemas.people import AgeBand, Consent
from linli.schemas.rounds import OutcomeCode
from linli.services.gateway.acting import act, sender_of
from linli.services.gateway.action_routes import WAIT_S, WaitHere
from linli.services.gateway.answers import Taken
from linli.services.gateway.description import also, body_of, may_answer
from linli.services.gateway.given import as_model, read_json
from linli.services.gateway.installation import installation_of
from linli.services.gateway.looking import request_named
from linli.services.gateway.problems import ProblemError
from linli.services.gateway.repeating import PARAMETER, RepeatableRoute
from linli.services.gateway.session import CallerHere, ScopeHere
from linli.services.gateway.views import request_view

router = APIRouter(tags=["requests"], route_class=RepeatableRoute)


class ConsentBody(Edge):
    """Who has agreed, and a sentence on how it was obtained."""

    consent: Consent
    reason: Note = ""


@router.post(
    "/v1/requests/{name}/consent",
    responses=also(202, Taken, "Acknowledged by the broker, not decided yet.")
    | may_answer(404, 409, 413, 415, 422, 503),
    openapi_extra={**body_of(ConsentBody), "parameters": [PARAMETER]},
)
async def consent(
    request: Request, response: Response, caller: CallerHere, scope: ScopeHere, name: str, wait: WaitHere = WAIT_S
) -> Taken:
    """Note the consent that a child's case waits for (补记监护人同意); from then on it goes its ordinary way.

    It changes nothing else: an officer obtains a consent, and does not rewrite an order.
    """
    here = installation_of(request)
    record = await request_named(here, caller, scope, name)
    given = as_model(ConsentBody, await read_json(request))
    if not waits_for_consent(record):
        told = {"outcome": OutcomeCode.NOT_ALLOWED_NOW.value, "outcome_detail": ""}
        shown = request_view(record, caller).model_dump(mode="json")
        detail = word_of(OutcomeCode.NOT_ALLOWED_NOW, "en")
        raise ProblemError(Code.NOT_APPLIED, {**told, "request": shown}, detail=detail)
    body = Amend(target=Target(request_id=record.request_id), consent=given.consent, reason=given.reason)
    event_id: str | None = getattr(request.state, "event_id", None)
    taken = await act(here, sender_of(caller, event_id), body, wait)
    response.status_code = 202 if taken.outcome is None else 200
    return taken


def waits_for_consent(record: AssignmentRecord) -> bool:
    """Tell whether a child's case waits for the guardian's consent, and for nothing graver."""
    details = record.details
    if details is None or record.state is not State.REFERRED or details.restricted or record.red:
        return False
    return details.age_band is AgeBand.UNDER_14 and not details.consent.guardian
