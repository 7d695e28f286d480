"""What a team lead says: the command that a filled-in form becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from linli.schemas.answers import (
    Accept,
    Claim,
    Decline,
    DeclineReason,
    Done,
    FailedReason,
    FailedVisit,
    Reschedule,
    Spent,
    Start,
    SwapMembers,
    Withdraw,
)
from linli.schemas.orders import Target
from linli.schemas.people import ContactPart
from linli.schemas.proving import GiveCode
from linli.schemas.roster import Member
from linli.schemas.team_changes import Absent, ChangeMembers, NameDeputy
from linli.services.console.form_events import known, made_of
from linli.services.console.forms import Form, FormError
from linli.streams.board.reader import request_of

FEN: Final = 100
"""Of a yuan."""


def answer_of(action: str, form: Form, offer: str, team: str) -> BaseModel:
    """Make the answer that a form means.

    Parameters
    ----------
    action
        ``accept``, ``decline``, ``withdraw``, ``propose``, ``start``, ``done``, ``failed``, ``swap`` or ``code``.
    form
        What was filled in.
    offer, team
        Which offer, and whose.

    Raises
    ------
    FormError
        If there is no such action, or a field is missing or wrong; named by its label in the catalogue.
    """
    make = known(_MAKE, action)
    return made_of(lambda: make(form, offer, team), _LABELS, "team.reason")


_LABELS: Final = {
    "members": "team.who_goes",
    "minutes": "team.minutes",
    "code": "team.service_code",
    "spent": "team.spent",
    "windows": "order.day",
}


def _accept(form: Form, offer: str, team: str) -> BaseModel:
    return Accept(offer=offer, team=team, members=_members(form), series=form.checked("series"))


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
    reason = form.needed("reason", "team.withdraw_why")
    return Withdraw(offer=offer, team=team, reason=reason, series=form.checked("series"))


def _propose(form: Form, offer: str, team: str) -> BaseModel:
    """Another time, which the team has agreed on with the resident; the desk sees that the team asked for it."""
    window = form.window("day", "from", "until", "order.day")
    reason = form.needed("reason", "team.reason")
    return Reschedule(target=Target(request_id=request_of(offer)), windows=(window,), by="team", reason=reason)


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


def _code(form: Form, offer: str, team: str) -> BaseModel:
    return GiveCode(offer=offer, team=team, code=form.needed("code", "team.service_code"))


_MAKE: Final[Mapping[str, Callable[[Form, str, str], BaseModel]]] = {
    "accept": _accept,
    "decline": _decline,
    "withdraw": _withdraw,
    "propose": _propose,
    "start": _start,
    "done": _done,
    "failed": _failed,
    "swap": _swap,
    "code": _code,
}


def absence_of(form: Form, team: str, by: str) -> BaseModel:
    """Make the absence that a form means.

    Raises
    ------
    FormError
        If a time is missing, cannot be read, or the end is not after the start.
    """
    start, end = _span(form)
    reason = form.text("reason")
    return made_of(lambda: Absent(team=team, start=start, end=end, reason=reason, by=by), {}, "team.until_label")


def deputy_of(form: Form, team: str, by: str) -> BaseModel:
    """Make the naming of a deputy that a form means; name and telephone are sealed before they leave.

    Raises
    ------
    FormError
        If something is missing or cannot be read.
    """
    start, end = _span(form)
    name = form.needed("name", "team.deputy_name")
    phone = form.needed("phone", "team.deputy_phone")
    contact = made_of(lambda: ContactPart(name=name, phone=phone), {}, "team.deputy_phone")
    return made_of(lambda: NameDeputy(team=team, start=start, end=end, contact=contact, by=by), {}, "team.until_label")


def _span(form: Form) -> tuple[datetime, datetime]:
    start, end = form.moment("from", "team.from"), form.moment("until", "team.until_label")
    if start is None or end is None:
        raise FormError("order.missing", "team.from" if start is None else "team.until_label")
    return start, end


def members_of(form: Form, present: Sequence[Member], team: str, by: str) -> BaseModel:
    """Make the change of members that a form means: all of them from now on, with those that were added.

    Parameters
    ----------
    form
        ``keep`` and ``adult`` name members; ``ref`` is a new one's number, ``new_adult`` says that it is of age.
    present
        The members now: what a lead cannot know or may not say, vetting and insurance, stays with them.
    team, by
        Whose members, and who says so.

    Raises
    ------
    FormError
        If nobody would be left, or a number cannot be one.
    """
    kept, adults = set(form.all("keep")), set(form.all("adult"))
    members = [one.model_copy(update={"adult": one.ref in adults}) for one in present if one.ref in kept]
    ref = form.text("ref")
    if ref and any(one.ref == ref for one in present):
        raise FormError("order.bad", "team.member_ref")
    if ref:
        adult = form.checked("new_adult")
        members.append(made_of(lambda: Member(ref=ref, adult=adult), {}, "team.member_ref"))
    if not members:
        raise FormError("order.missing", "team.members")
    return made_of(lambda: ChangeMembers(team=team, members=tuple(members), by=by), {}, "team.members")


def claim_of(form: Form, request_id: str, leg: int, team: str) -> BaseModel:
    """Make the claim that a form means.

    Raises
    ------
    FormError
        If nobody is named to go.
    """
    members = _members(form)
    target = Target(request_id=request_id)
    return made_of(lambda: Claim(target=target, team=team, leg=leg, members=members), _LABELS, "team.who_goes")
