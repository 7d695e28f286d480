"""Opening a stranger's event: CloudEvents in binary mode (headers) or structured mode (one JSON object)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from cloudevents.core.exceptions import CloudEventValidationError, MissingRequiredAttributeError
from cloudevents.core.v1.event import CloudEvent

from linli.schemas.dead_letters import Reason
from linli.schemas.event_types import INBOX_KINDS, VERSIONS, split_version
from linli.streams.codec import SPEC_VERSION, EventMeta
from linli.streams.intake.inbox_record import InboxRecord, RefusedError
from linli.streams.intake.strict_json import Json

PREFIX: Final = "ce_"
"""What the header of a CloudEvents attribute begins with."""

_STANDARD: Final = ("specversion", "id", "source", "type", "time", "datacontenttype", "dataschema", "subject")

_SHOWN_TYPE: Final = re.compile(r"^linli\.[a-z.\-]{1,60}(?:\.v[0-9]{1,3})?$")
"""A type that may be shown in a dead letter: our prefix, small letters, a version; no room for a name or a number."""

_SOURCE: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:/\-]{0,127}$")
"""A sender's name as the authentication gives it; 128 characters hold any URI reference in use."""

_ANY_MOMENT: Final = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
"""Stands in for a time that was not given: the SDK would ask the machine's clock, and judging must not."""

ID_CHARACTERS_MAX: Final = 256
"""Longest event id of a sender: four times a UUID with a prefix."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An event: what its envelope says, and its data."""

    meta: EventMeta
    data: Json


def open_event(record: InboxRecord, parsed: Json) -> Opened:
    """Take the envelope off.

    Parameters
    ----------
    record
        The record; binary mode if it has a ``ce_`` header, else structured mode.
    parsed
        Its value.

    Raises
    ------
    RefusedError
        ``unknown_type`` if there is no type, ``unknown_version`` for another version of CloudEvents, ``not_utf8`` for
        headers that are no text, ``schema`` for the rest.
    """
    attributes, data = _binary(record, parsed) if _is_binary(record) else _structured(parsed)
    _refuse_invalid(attributes)
    meta = EventMeta(
        id=_text(attributes, "id", re.compile(rf"^.{{1,{ID_CHARACTERS_MAX}}}$", re.DOTALL)),
        type=str(attributes["type"]),
        source=_text(attributes, "source", _SOURCE),
        time=cast(datetime | None, attributes.get("time")),
    )
    return Opened(meta, data)


def kind_of(event_type: str) -> str:
    """Return the kind of inbox body that an event type stands for.

    Raises
    ------
    RefusedError
        ``unknown_type`` or ``unknown_version``.
    """
    name, version = split_version(event_type)
    if name not in INBOX_KINDS:
        raise RefusedError(Reason.UNKNOWN_TYPE, PREFIX + "type", "not_listed")
    if version not in VERSIONS:
        raise RefusedError(Reason.UNKNOWN_VERSION, PREFIX + "type", f"one_of {' '.join(VERSIONS)}")
    return INBOX_KINDS[name]


def type_to_show(record: InboxRecord) -> str | None:
    """Return the type of a record if it can be shown; for a dead letter, whatever else is wrong with the record."""
    given = dict(record.headers).get(PREFIX + "type", b"").decode(errors="replace")
    return given if _SHOWN_TYPE.match(given) else None


def _is_binary(record: InboxRecord) -> bool:
    return any(name.lower().startswith(PREFIX) for name, _ in record.headers)


def _binary(record: InboxRecord, parsed: Json) -> tuple[dict[str, Any], Json]:
    attributes: dict[str, Any] = {}
    for name, value in record.headers:
        attribute = name.lower().removeprefix(PREFIX)
        if attribute == name.lower():
            continue
        if attribute in attributes:
            raise RefusedError(Reason.SCHEMA, _path(attribute), "repeated")
        try:
            attributes[attribute] = value.decode()
        except UnicodeDecodeError:
            raise RefusedError(Reason.NOT_UTF8, _path(attribute)) from None
    return attributes, parsed


def _structured(parsed: Json) -> tuple[dict[str, Any], Json]:
    data = parsed.get("data")
    if "type" not in parsed or "specversion" not in parsed:
        raise RefusedError(Reason.UNKNOWN_TYPE, PREFIX + "type", "missing")
    if not isinstance(data, dict):
        raise RefusedError(Reason.SCHEMA, "data", "missing" if data is None else "not_an_object")
    return {name: value for name, value in parsed.items() if name != "data"}, cast(Json, data)


def _refuse_invalid(attributes: dict[str, Any]) -> None:
    """Let the CloudEvents SDK say what is wrong; our words for it name attributes of the standard alone."""
    for name in ("type", "source", "id", "specversion"):  # The SDK makes up an id and a version that are missing.
        if name not in attributes:
            raise RefusedError(Reason.UNKNOWN_TYPE if name == "type" else Reason.SCHEMA, PREFIX + name, "missing")
    if attributes["specversion"] != SPEC_VERSION:
        raise RefusedError(Reason.UNKNOWN_VERSION, PREFIX + "specversion", f"one_of {SPEC_VERSION}")
    if "time" in attributes:
        attributes["time"] = _moment(attributes["time"])
    try:
        CloudEvent({"time": _ANY_MOMENT, **attributes})
    except CloudEventValidationError as error:
        name, found = next(iter(error.errors.items()))
        rule = "missing" if isinstance(found[0], MissingRequiredAttributeError) else "invalid"
        raise RefusedError(Reason.SCHEMA, _path(name), rule) from None


def _moment(given: object) -> datetime:
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise RefusedError(Reason.SCHEMA, PREFIX + "time", "time_with_zone")
    return moment


def _text(attributes: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    given = str(attributes[name])
    if not pattern.match(given):
        raise RefusedError(Reason.SCHEMA, PREFIX + name, "pattern")
    return given


def _path(attribute: str) -> str:
    """Name an attribute of the standard; any other was named by a stranger and is not repeated."""
    return PREFIX + attribute if attribute in _STANDARD else PREFIX + "?"
