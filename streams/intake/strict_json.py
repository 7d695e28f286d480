"""Reading JSON from strangers: UTF-8, one object, no key twice, no number that is none, no bottomless nesting."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Final, cast

from linli.schemas.dead_letters import Reason
from linli.schemas.topics import RECORD_BYTES_MAX
from linli.streams.intake.inbox_record import RefusedError

Json = dict[str, object]
"""A JSON object."""

NESTING_MAX: Final = 16
"""Our deepest event nests six deep, in structured mode; twice that and a little is a mistake or an attack."""

_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that nobody sees but that change what is seen: control characters and those that turn text around."""


def parse(value: bytes | None, bytes_max: int = RECORD_BYTES_MAX) -> Json:
    """Read one JSON object of at most ``bytes_max`` bytes.

    Raises
    ------
    RefusedError
        ``too_large``, ``not_utf8`` or ``not_json``, with the rule that was broken.
    """
    if value is None:
        raise RefusedError(Reason.NOT_JSON, rule="empty")
    if len(value) > bytes_max:
        raise RefusedError(Reason.TOO_LARGE, rule=f"at_most_{bytes_max}_bytes")
    try:
        text = value.decode()
    except UnicodeDecodeError:
        raise RefusedError(Reason.NOT_UTF8) from None
    return _object(text)


def as_bytes(data: object) -> bytes:
    """Write JSON for a model to read."""
    return json.dumps(data, allow_nan=False).encode()


def path_of_unseen(data: Json) -> str | None:
    """Return the path of the first text with a character that nobody sees, if there is one.

    Notes
    -----
    The path is made of the object's own keys, so ask only once these are known to be ours.
    """
    return next((path for path, value in _leaves(data) if isinstance(value, str) and _UNSEEN.search(value)), None)


def _object(text: str) -> Json:
    try:
        data: object = json.loads(
            text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant, parse_float=_finite
        )
    except RecursionError:
        raise RefusedError(Reason.NOT_JSON, rule="nested_too_deep") from None
    except ValueError:  # Also a whole number of thousands of digits.
        raise RefusedError(Reason.NOT_JSON, rule="syntax") from None
    if not isinstance(data, dict):
        raise RefusedError(Reason.NOT_JSON, rule="not_an_object")
    if _depth_exceeds(cast(object, data), NESTING_MAX):
        raise RefusedError(Reason.NOT_JSON, rule="nested_too_deep")
    return cast(Json, data)


def _without_repeats(pairs: list[tuple[str, object]]) -> Json:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise RefusedError(Reason.NOT_JSON, rule="key_repeated")
    return data


def _refuse_constant(_: str) -> float:
    raise RefusedError(Reason.NOT_JSON, rule="not_a_number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise RefusedError(Reason.NOT_JSON, rule="number_too_large")
    return number


def _depth_exceeds(data: object, limit: int) -> bool:
    level = [data]
    for _ in range(limit):
        level = [child for one in level for child in _children(one)]
        if not level:
            return False
    return True


def _children(data: object) -> list[object]:
    """Return the containers in a container."""
    if isinstance(data, dict):
        inside = list(cast(Json, data).values())
    elif isinstance(data, list):
        inside = cast(list[object], data)
    else:
        return []
    return [one for one in inside if isinstance(one, dict | list)]


def _leaves(data: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(data, dict):
        for key, value in cast(Json, data).items():
            yield from _leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for number, value in enumerate(cast(list[object], data)):
            yield from _leaves(value, f"{path}.{number}")
    else:
        yield path, data
