"""A day of one's own: one event a line, each an inbox body with ``at`` and, if wanted, ``source``."""

from __future__ import annotations

from datetime import datetime

import orjson
from pydantic import ValidationError

from linli.schemas.base import Edge
from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.mistakes import first_mistake
from linli.services.demo.county import layout
from linli.services.demo.timed import TimedEvent, timed
from linli.services.sheets.bodies import MODEL_OF_KIND

SOURCE = "simulation"
"""The sender of events that name none."""

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
        raise LinliError(Code.PROBLEM, detail=f"{name}: > {EVENTS_MAX} lines")
    return tuple(sorted((_event(text, f"{name}:{number}") for number, text in lines), key=lambda event: event.at))


def _event(text: bytes, where: str) -> TimedEvent:
    try:
        fields = orjson.loads(text)
        at = datetime.fromisoformat(fields.pop("at"))
        source = str(fields.pop("source", SOURCE))
        kind = str(fields.get("kind", "order"))
        body = MODEL_OF_KIND[kind].model_validate_json(orjson.dumps(fields))
    except ValidationError as error:
        said = first_mistake(error)
        raise LinliError(Code.PROBLEM, detail=Both(f"{where}: {said.en}", f"{where}：{said.zh}")) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LinliError(Code.PROBLEM, detail=f"{where}: {type(error).__name__} {error}") from None
    if at.tzinfo is None or not isinstance(body, Edge):
        raise LinliError(
            Code.PROBLEM,
            detail=Both(
                f"{where}: at: no zone; write 2026-03-16T08:00:00+08:00",
                f"{where}：at：缺少时区，写作 2026-03-16T08:00:00+08:00",
            ),
        )
    number = getattr(body, "source_id", None) or getattr(body, "team", None) or where
    return timed(at, body, kind, source, layout().code, str(number))
