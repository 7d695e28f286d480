"""A day of one's own: one event a line, each an inbox body with ``at`` and, if wanted, ``source``."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, cast

import orjson
from pydantic import ValidationError

from linli.schemas.base import Edge
from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.mistakes import first_mistake, not_json
from linli.schemas.repeated_keys import first_repeated
from linli.services.demo.county import layout
from linli.services.demo.timed import TimedEvent, timed
from linli.services.sheets.bodies import MODEL_OF_KIND

SOURCE = "simulation"
"""The sender of events that name none."""

LIKE_THIS = "2026-03-16T08:00:00+08:00"
"""A time as a line has it."""

EVENTS_MAX = 100_000
"""A province's day; more is a mistake."""


def read_day(content: bytes, name: str) -> tuple[TimedEvent, ...]:
    """Read a day, sorted by time.

    Raises
    ------
    LinliError
        If a line is no event; the line and the field are named.
    """
    lines = [(number, text) for number, text in enumerate(content.splitlines(), 1) if text.strip()]
    if not lines:
        raise LinliError(Code.NOTHING_TO_DO, path=name)
    if len(lines) > EVENTS_MAX:
        raise _malformed(name, f"more than {EVENTS_MAX} lines", f"超过 {EVENTS_MAX} 行")
    return tuple(sorted((_event(text, f"{name}:{number}") for number, text in lines), key=lambda event: event.at))


def _event(text: bytes, where: str) -> TimedEvent:
    try:
        fields = _fields(text, where)
        at = _moment(fields.pop("at", None), where)
        source = str(fields.pop("source", SOURCE))
        kind = str(fields.get("kind", "order"))
        if kind not in MODEL_OF_KIND:
            kinds = ", ".join(sorted(MODEL_OF_KIND))
            raise _malformed(where, f"kind: give one of {kinds}", f"kind：可选 {kinds}")
        body = MODEL_OF_KIND[kind].model_validate_json(orjson.dumps(fields))
    except ValidationError as error:
        said = first_mistake(error)
        raise _malformed(where, said.en, said.zh) from None
    if at.tzinfo is None or not isinstance(body, Edge):
        raise _malformed(where, f"at: no zone; write {LIKE_THIS}", f"at：缺少时区，写作 {LIKE_THIS}")
    number = getattr(body, "source_id", None) or getattr(body, "team", None) or where
    return timed(at, body, kind, source, layout().code, str(number))


def _fields(text: bytes, where: str) -> dict[str, Any]:
    try:
        fields: object = orjson.loads(text)
        twice = first_repeated(text)
    except json.JSONDecodeError as error:
        raise LinliError(Code.PROBLEM, detail=not_json(error, where)) from None
    if twice is not None:
        raise _malformed(where, twice.en, twice.zh)
    if not isinstance(fields, dict):
        raise _malformed(
            where, "an event is an object with `at` and the fields of its kind", "事件应为对象，含 at 及所属类别的字段"
        )
    return cast("dict[str, Any]", fields)


def _moment(given: object, where: str) -> datetime:
    try:
        return datetime.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise _malformed(where, f"at: no time; write {LIKE_THIS}", f"at：不是时刻，写作 {LIKE_THIS}") from None


def _malformed(where: str, english: str, chinese: str) -> LinliError:
    return LinliError(Code.PROBLEM, detail=Both(f"{where}: {english}", f"{where}：{chinese}"))
