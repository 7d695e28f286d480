"""How ids are derived: always from content and position, never from chance or a wall clock."""

from __future__ import annotations

import hashlib
from base64 import b32encode

_ID_CHARACTERS = 20
"""100 bits: among a thousand million requests the odds of one collision are below one in 10**12."""


def _digest(*parts: str) -> str:
    joined = "\x1f".join(parts).encode()
    return b32encode(hashlib.sha256(joined).digest()).decode().lower()[:_ID_CHARACTERS]


def request_id(source: str, source_id: str) -> str:
    """Id of a request: the same source and the same source's number always give the same id."""
    return "r-" + _digest("request", source, source_id)


def standing_id(source: str, source_id: str) -> str:
    """Id of a standing order, made like that of a request."""
    return "s-" + _digest("standing", source, source_id)


def occurrence_request_id(standing: str, local: str) -> str:
    """Id of the request that one visit of a standing order becomes; ``local`` is the rule's date and time of day."""
    return "r-" + _digest("occurrence", standing, local)


def offer_id(request: str, leg: int, number: int) -> str:
    """Id of the ``number``-th offer (from 1) of one leg of a request."""
    return f"{request}.{leg}.{number}"


def record_id(kind: str, key: str, version: int) -> str:
    """Id of a ledger event: its kind, its key and its version name it for ever."""
    return f"{kind}:{key}:{version}"


def position_id(topic: str, partition: int, offset: int) -> str:
    """Id of what was made from one record of the log."""
    return f"{topic}-{partition}-{offset}"


def seed_of(district: str, round_number: int) -> int:
    """Seed of a district's decision in a round, 63 bits, the same wherever it is computed."""
    digest = hashlib.sha256(f"{district}/{round_number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def delivery_id(about: str, purpose: str) -> str:
    """Id of a delivery: whoever is told the same thing about the same offer is told it under one id, for ever."""
    return "d-" + _digest("delivery", about, purpose)
