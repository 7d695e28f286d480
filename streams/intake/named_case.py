"""What a refused record is about, as far as it can be read: by it an erasure finds the sealed original.

A refused record was read by no model, so everything here may be missing, or of another kind than it should be.
"""

from __future__ import annotations

from typing import Final, cast

from pydantic import TypeAdapter, ValidationError

from linli.schemas.base import Ref, SourceId
from linli.schemas.identity import request_id, standing_id
from linli.streams.intake.envelope import open_event
from linli.streams.intake.inbox_record import InboxRecord, RefusedError
from linli.streams.intake.strict_json import Json, parse

_REF: Final = TypeAdapter[str](Ref)
_NUMBER: Final = TypeAdapter[str](SourceId)


def case_named(record: InboxRecord) -> str | None:
    """Name the request, the standing order or the delivery that a record is about; ``None`` if it cannot be told.

    Notes
    -----
    It is told as `linli.streams.sealed.written_reasons.case_of` tells it of a command, so that both are found alike. A
    stranger may name anybody's request: then that erasure takes the stranger's record with it, and nothing else.
    """
    try:
        event = open_event(record, parse(record.value))
    except RefusedError:
        return None
    found = _named(event.data, event.meta.source)
    try:
        return None if found is None else _REF.validate_python(found, strict=True)
    except ValidationError:
        return None


def _named(data: Json, source: str) -> object:
    """Give what names the case: our own id if there is one, else the sender's number."""
    offer, target, order = data.get("offer"), data.get("target"), data.get("order")
    if isinstance(offer, str):
        return offer.partition(".")[0]
    for name in ("standing", "delivery"):
        if name in data:
            return data[name]
    if isinstance(target, dict):
        named = cast(Json, target)
        return named.get("request_id") or _numbered(named, source)
    if isinstance(order, dict):
        ordered = cast(Json, order)
        return _numbered(ordered, source, standing="rule" in data)
    return _numbered(data, source)


def _numbered(data: Json, source: str, *, standing: bool = False) -> str | None:
    try:
        number = _NUMBER.validate_python(data.get("source_id"), strict=True)
    except ValidationError:
        return None
    return standing_id(source, number) if standing else request_id(source, number)
