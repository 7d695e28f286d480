"""The original of a dead letter: the record as it came, sealed like a person's data, because it may be just that."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.sealed.sealing import PLAIN_BYTES_MAX

HEADERS_MAX: Final = 12
"""Headers kept: ours are six, a tracing system adds two or three."""

NAME_BYTES_MAX: Final = 64
"""Bytes kept of a header's name: the longest of ours has 14."""

TEXT_BYTES_MAX: Final = 256
"""Bytes kept of a header's value and of the key; with the two limits above at most half of a sealed part is spent."""


@dataclass(frozen=True, slots=True)
class Original:
    """A refused record, to be looked at or sent again; ``whole`` is false where something had to be cut off."""

    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    value: bytes
    whole: bool


def pack(record: InboxRecord) -> bytes:
    """Write a record into at most `PLAIN_BYTES_MAX` bytes: one line of JSON about it, then its value as it came."""
    value = record.value or b""
    named = [(name.encode(errors="replace"), content) for name, content in record.headers]
    headers = [(name[:NAME_BYTES_MAX], content[:TEXT_BYTES_MAX]) for name, content in named[:HEADERS_MAX]]
    key = None if record.key is None else record.key[:TEXT_BYTES_MAX]
    line = {
        "key": None if key is None else b64encode(key).decode(),
        "headers": [[b64encode(name).decode(), b64encode(content).decode()] for name, content in headers],
        "bytes": len(value),
        "whole": headers == named and key == record.key,
    }
    head = json.dumps(line).encode() + b"\n"
    return head + value[: PLAIN_BYTES_MAX - len(head)]


def unpack(packed: bytes) -> Original:
    """Read what `pack` wrote.

    Raises
    ------
    ValueError
        If it is something else.
    """
    head, _, value = packed.partition(b"\n")
    line = json.loads(head)
    return Original(
        key=None if line["key"] is None else b64decode(line["key"]),
        headers=tuple((b64decode(name).decode(), b64decode(content)) for name, content in line["headers"]),
        value=value,
        whole=line["whole"] and line["bytes"] == len(value),
    )
