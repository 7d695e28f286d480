"""What the desk can do with a case: which actions its state allows, and the command that a filled-in form becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pydantic import BaseModel

from linli.schemas.answers import Rate, Reschedule
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.desk import Assign, Confirm, Hold, Mark, RecordVisit, Refer, Release
from linli.schemas.judging import Remedy
from linli.schemas.lifecycle import State, may_follow
from linli.schemas.orders import Amend, Cancel, Target
from linli.schemas.people import Consent
from linli.schemas.proving import ConfirmService, Resolve
from linli.schemas.referrals import GIVEN_BACK, AnswerReferral, ReferralOutcome
from linli.services.console.case_lines import proposed_in
from linli.services.console.form_events import known, made_of
from linli.services.console.forms import Form, FormError
from linli.services.gateway.consent_routes import waits_for_consent

REASON_MAX: Final = 500


def allowed_actions(record: AssignmentRecord) -> list[str]:
    """List what can be done with a case now, the likeliest first."""
    found = ["confirm"] if proposed_in(record) else []
    if record.state is State.ON_HOLD:
        found.append("release")
    if record.details is not None and may_follow(record.state, State.COMMITTED) and record.state is not State.COMMITTED:
        found.append("assign")
    if waits_for_consent(record):
        found.append("consent")
    if record.state is State.REFERRED:
        found.append("referral_answer")
    for action, state in _LEADS_TO.items():
        if record.details is not None and may_follow(record.state, state):
            found.append(action)
    if record.state is State.REOPENED:
        found.append("resolve")
    if record.state in _GIVEN:
        found += ["rate", "confirm_service"]
    if record.details is not None and may_follow(record.state, record.state):
        found.append("mark" if record.hard is None else "unmark")
    return found


_GIVEN: Final = (State.DONE, State.RATED, State.REOPENED, State.RECORDED_AFTERWARDS)
"""States of help that was given, which a grid worker can confirm."""


_LEADS_TO: Final[Mapping[str, State]] = {
    "hold": State.ON_HOLD,
    "reschedule": State.RESCHEDULED,
    "refer": State.REFERRED,
    "record": State.RECORDED_AFTERWARDS,
    "cancel": State.CANCELLED,
}


def command_of(action: str, form: Form, request_id: str, by: str) -> BaseModel:
    """Make the command that a form means.

    Parameters
    ----------
    action
        Which, as in `allowed_actions`.
    form
        What was filled in.
    request_id
        The case.
    by
        Who decides.

    Raises
    ------
    FormError
        If there is no such action, or a field is missing or wrong; named by its label in the catalogue.
    """
    make = known(_MAKE, action)
    return made_of(lambda: make(form, Target(request_id=request_id), by), _LABELS, "action.reason")


_LABELS: Final = {
    "team": "action.team",
    "members": "action.members",
    "office": "action.office",
    "start": "action.start",
    "stars": "action.stars",
}


def _confirm(form: Form, target: Target, by: str) -> BaseModel:
    return Confirm(target=target, leg=_leg(form), by=by, note=form.text("note"), series=form.checked("series"))


def _assign(form: Form, target: Target, by: str) -> BaseModel:
    agreed = form.checked("agreed")
    members = tuple(form.text("members").replace(",", " ").replace("，", " ").split())
    if agreed and not members:
        raise FormError("order.missing", "action.members")
    if form.checked("series") and not agreed:
        raise FormError("action.series_agreed")
    return Assign(
        target=target,
        team=form.needed("team", "action.team"),
        leg=_leg(form),
        start=form.moment("start", "action.start"),
        agreed=agreed,
        members=members if agreed else (),
        series=form.checked("series"),
        reason=form.needed("reason", "action.reason"),
        by=by,
    )


def _hold(form: Form, target: Target, by: str) -> BaseModel:
    return Hold(target=target, reason=form.needed("reason", "action.reason"), by=by)


def _mark(form: Form, target: Target, by: str) -> BaseModel:
    return Mark(target=target, reason=form.needed("reason", "action.reason"), by=by)


def _unmark(form: Form, target: Target, by: str) -> BaseModel:
    return Mark(target=target, hard=False, reason=form.needed("reason", "action.reason"), by=by)


def _release(form: Form, target: Target, by: str) -> BaseModel:
    return Release(target=target, by=by)


def _refer(form: Form, target: Target, by: str) -> BaseModel:
    office = form.needed("office", "action.office")
    return Refer(target=target, office=office, reason=form.needed("reason", "action.reason"), by=by)


def _referral_answer(form: Form, target: Target, by: str) -> BaseModel:
    said = form.needed("outcome", "action.outcome")
    if said not in set(ReferralOutcome):
        raise FormError("order.missing", "action.outcome")
    outcome = ReferralOutcome(said)
    if outcome in GIVEN_BACK:
        form.needed("reason", "action.reason")
    return AnswerReferral(target=target, outcome=outcome, note=form.text("reason"), by=by)


def _reschedule(form: Form, target: Target, by: str) -> BaseModel:
    window = form.window("day", "from", "until", "order.day")
    return Reschedule(target=target, windows=(window,), by="desk", reason=form.text("reason"))


def _cancel(form: Form, target: Target, by: str) -> BaseModel:
    return Cancel(target=target, reason=form.needed("reason", "action.reason"))


def _record(form: Form, target: Target, by: str) -> BaseModel:
    start, minutes = form.moment("start", "action.began"), form.number("minutes", "action.took")
    if start is None or minutes is None:
        raise FormError("order.missing", "action.began" if start is None else "action.took")
    return RecordVisit(
        target=target,
        team=form.needed("team", "action.team"),
        members=tuple(form.text("members").replace(",", " ").replace("，", " ").split()),
        start=start,
        minutes=minutes,
        reason=form.needed("reason", "action.reason"),
        by=by,
    )


def _consent(form: Form, target: Target, by: str) -> BaseModel:
    return Amend(target=target, consent=Consent(beneficiary=True, guardian=True), reason=form.text("reason"))


def _resolve(form: Form, target: Target, by: str) -> BaseModel:
    try:
        remedy = Remedy(form.text("remedy"))
    except ValueError:
        raise FormError("order.missing", "action.remedy") from None
    return Resolve(target=target, remedy=remedy, reason=form.needed("reason", "action.reason"), by=by)


def _rate(form: Form, target: Target, by: str) -> BaseModel:
    """Write down the resident's word as it was heard; whose word it counts as is for `said_by` to say."""
    stars = form.number("stars", "action.stars")
    if stars is None:
        raise FormError("order.missing", "action.stars")
    return Rate(target=target, stars=stars, by="proxy")


def said_by(body: BaseModel, *, desk: bool) -> BaseModel:
    """Name the source of a rating: at the desk it is what a call-back heard, else a proxy's word."""
    return body.model_copy(update={"by": "call_back"}) if desk and isinstance(body, Rate) else body


def _confirm_service(form: Form, target: Target, by: str) -> BaseModel:
    leg = max(1, form.number("visit", "action.which_visit") or 1) - 1
    return ConfirmService(target=target, leg=leg, by=by, note=form.text("reason"))


def _leg(form: Form) -> int:
    return form.number("leg", "action.leg") or 0


_MAKE: Final[Mapping[str, Callable[[Form, Target, str], BaseModel]]] = {
    "confirm": _confirm,
    "assign": _assign,
    "hold": _hold,
    "release": _release,
    "refer": _refer,
    "referral_answer": _referral_answer,
    "reschedule": _reschedule,
    "cancel": _cancel,
    "record": _record,
    "consent": _consent,
    "resolve": _resolve,
    "rate": _rate,
    "confirm_service": _confirm_service,
    "mark": _mark,
    "unmark": _unmark,
}

ACTIONS: Final = frozenset(_MAKE)
"""Everything that the desk can do with a case."""
