"""Forms: read with a limit, refused without their token, and turned into times and choices that cannot be misread."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

from linli.schemas.orders import Window
from linli.services.console.words import ZONE

FORM_BYTES_MAX: Final = 32_768
"""A form with every field filled to its limit takes under 10 kB; names in Chinese take nine characters each."""

FIELDS_MAX: Final = 600
"""Fields of one form: a team of 500 members has a box for each."""

FORM_FIELD: Final = "form_token"
_PURPOSE: Final = b"linli console form"


class FormError(Exception):
    """A form cannot be used. ``name`` is a sentence of the catalogue, ``field`` one for the name of a field."""

    def __init__(self, name: str, field: str = "", status: int = 422) -> None:
        super().__init__(name)
        self.name = name
        self.field = field
        self.status = status


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in."""

    fields: Mapping[str, tuple[str, ...]]

    def text(self, name: str) -> str:
        """Give a field without the spaces around it; empty if it was left empty."""
        given = self.fields.get(name, ())
        return given[-1].strip() if given else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Give everything that was chosen under a name."""
        return self.fields.get(name, ())

    def checked(self, name: str) -> bool:
        """Tell whether a box was checked."""
        return bool(self.text(name))

    def needed(self, name: str, label: str) -> str:
        """Give a field that must not be empty.

        Raises
        ------
        FormError
            If it is; naming the label of the field.
        """
        found = self.text(name)
        if not found:
            raise FormError("order.missing", label)
        return found

    def number(self, name: str, label: str) -> int | None:
        """Give a whole number, or ``None`` if the field was left empty.

        Raises
        ------
        FormError
            If it is none.
        """
        found = self.text(name)
        if not found:
            return None
        if not found.isascii() or not found.isdigit() or len(found) > 9:
            raise FormError("order.bad", label)
        return int(found)

    def moment(self, name: str, label: str) -> datetime | None:
        """Give an instant that was chosen in the time of the district, or ``None``.

        Raises
        ------
        FormError
            If it is none.
        """
        found = self.text(name)
        return None if not found else _moment(found, label)

    def window(self, day: str, start: str, end: str, label: str) -> Window:
        """Give the window of a day and two hours.

        Raises
        ------
        FormError
            If one is missing or the end is not after the start.
        """
        on = self.needed(day, label)
        first = _moment(f"{on}T{self.needed(start, label)}", label)
        last = _moment(f"{on}T{self.needed(end, label)}", label)
        if last < first:
            raise FormError("order.bad", label)
        return Window(start=first, end=last)


def _moment(text: str, label: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise FormError("order.bad", label) from None
    return moment.replace(tzinfo=ZONE) if moment.tzinfo is None else moment


def day_named(text: str | None, otherwise: date) -> date:
    """Read a day of an address; another one where it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Give the first instants of a day and of the next, in the time of the districts."""
    start = datetime.combine(day, time(), ZONE)
    return start, datetime.combine(date.fromordinal(day.toordinal() + 1), time(), ZONE)


def form_token(session: str) -> str:
    """Give the token that a session's forms carry. Whoever does not know the session's secret cannot make it."""
    return hmac.new(session.encode(), _PURPOSE, hashlib.sha256).hexdigest()[:40]


async def read_form(request: Request, session: str | None) -> Form:
    """Read a form that was sent.

    Parameters
    ----------
    request
        The request.
    session
        The secret of the session whose form it must be; ``None`` for a form that needs none, because what it does is
        bound to a secret within it.

    Raises
    ------
    FormError
        If it is too large or its token is not the session's.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > FORM_BYTES_MAX:
            raise FormError("problem.too_big", status=413)
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError:  # Not UTF-8, or too many fields.
        raise FormError("problem.too_big", status=413) from None
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    form = Form({name: tuple(values) for name, values in fields.items()})
    if session is not None and not hmac.compare_digest(form.text(FORM_FIELD).encode(), form_token(session).encode()):
        raise FormError("problem.stale_form", status=403)
    return form
