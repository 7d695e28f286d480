"""Reading server-sent events as a browser does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.support.gateway import Json


def events(stream: Any) -> Iterator[Json]:
    """Yield one event after another, with its name, id and data."""
    event: Json = {"data": {}}
    for line in stream.iter_lines():
        name, _, value = line.partition(": ")
        if name in ("event", "id"):
            event[name] = value
        elif name == "data":
            event["data"] = json.loads(value)
        elif not line and "event" in event:
            yield event
            event = {"data": {}}
