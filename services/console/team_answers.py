"""What a team lead says: the command that a filled-in form becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pydantic import BaseModel, ValidationError

from linli.schemas.answers import (
    Accept,
    Decline,
    DeclineReason,
    Done,
    FailedReason,
    FailedVisit,
    Spent,
    Start,
    SwapMembers,
    Withdraw,
)
from linli.schemas.people import ContactPart
from linli.schemas.team_changes import Absent, NameDeputy
from linli.services.console.forms import Form, FormError

FEN: Final = 100
"""Of a yuan."""


def answer_of(action: str, form: Form, offer: str, team: str) -> BaseModel:
    """Make the answer that a form means.

    Parameters
    ----------
    action
        ``accept``, ``decline``, ``withdraw``, ``start``, ``done``, ``failed`` or ``swap``.
    form
        What was filled in.
    offer, team
        Which offer, and whose.

    Raises
    ------
    FormError
        If there is no such action, or a field is missing or wrong; named by its label in the catalogue.
    """
    make = _MAKE.get(action)
    if make is None:
        raise FormError("problem.not_found", status=404)
    try:
        return make(form, offer, team)
    except ValidationError as error:
        path = error.errors(include_input=False)[0]["loc"]
        raise FormError("order.bad", _LABELS.get(str(path[0]) if path else "", "team.reason")) from None


_LABELS: Final = {"members": "team.who_goes", "minutes": "team.minutes", "spent": "team.spent"}


def _accept(form: Form, offer: str, team: str) -> BaseModel:
    return Accept(offer=offer, team=team, members=_members(form))


def _members(form: Form) -> tuple[str, ...]:
    members = form.all("member")
    if not members:
        raise FormError("order.missing", "team.who_goes")
    return members


def _decline(form: Form, offer: str, team: str) -> BaseModel:
    try:
        reason = DeclineReason(form.text("reason"))
    except ValueError:
        raise FormError("order.missing", "team.reason") from None
    return Decline(offer=offer, team=team, reason=reason, note=form.text("note"))


def _withdraw(form: Form, offer: str, team: str) -> BaseModel:
    return Withdraw(offer=offer, team=team, reason=form.needed("reason", "team.withdraw_why"))


def _start(form: Form, offer: str, team: str) -> BaseModel:
    return Start(offer=offer, team=team, door_code_ok=form.checked("door_code_ok") if form.text("asked") else None)


def _done(form: Form, offer: str, team: str) -> BaseModel:
    minutes = form.number("minutes", "team.minutes")
    if minutes is None:
        raise FormError("order.missing", "team.minutes")
    return Done(offer=offer, team=team, minutes=minutes, spent=_spent(form))


def _spent(form: Form) -> Spent | None:
    """Read an amount in yuan with at most two decimals, exactly."""
    text = form.text("spent")
    if not text:
        return None
    yuan, point, fen = text.partition(".")
    if not (yuan.isascii() and yuan.isdigit()) or (point and not (fen.isascii() and fen.isdigit() and len(fen) <= 2)):
        raise FormError("order.bad", "team.spent")
    return Spent(amount_fen=int(yuan[:9]) * FEN + int((fen + "00")[:2]), receipt=form.checked("receipt"))


def _failed(form: Form, offer: str, team: str) -> BaseModel:
    try:
        reason = FailedReason(form.text("reason"))
    except ValueError:
        raise FormError("order.missing", "team.reason") from None
    return FailedVisit(offer=offer, team=team, reason=reason, note=form.text("note"))


def _swap(form: Form, offer: str, team: str) -> BaseModel:
    return SwapMembers(offer=offer, team=team, members=_members(form))


_MAKE: Final[Mapping[str, Callable[[Form, str, str], BaseModel]]] = {
    "accept": _accept,
    "decline": _decline,
    "withdraw": _withdraw,
    "start": _start,
    "done": _done,
    "failed": _failed,
    "swap": _swap,
}


def absence_of(form: Form, team: str, by: str) -> BaseModel:
    """Make the absence that a form means.

    Raises
    ------
    FormError
        If a time is missing, cannot be read, or the end is not after the start.
    """
    start, end = form.moment("from", "team.from"), form.moment("until", "team.until_label")
    if start is None or end is None:
        raise FormError("order.missing", "team.from" if start is None else "team.until_label")
    try:
        return Absent(team=team, start=start, end=end, reason=form.text("reason"), by=by)
    except ValidationError:
        raise FormError("order.bad", "team.until_label") from None


def deputy_of(form: Form, team: str, by: str) -> BaseModel:
    """Make the naming of a deputy that a form means; name and telephone are sealed before they leave.

    Raises
    ------
    FormError
        If something is missing or cannot be read.
    """
    start, end = form.moment("from", "team.from"), form.moment("until", "team.until_label")
    if start is None or end is None:
        raise FormError("order.missing", "team.from" if start is None else "team.until_label")
    name = form.needed("name", "team.deputy_name")
    phone = form.needed("phone", "team.deputy_phone")
    try:
        contact = ContactPart(name=name, phone=phone)
    except ValidationError:
        raise FormError("order.bad", "team.deputy_phone") from None
    try:
        return NameDeputy(team=team, start=start, end=end, contact=contact, by=by)
    except ValidationError:
        raise FormError("order.bad", "team.until_label") from None
