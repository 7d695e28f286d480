"""A sentence that a person wrote about a case: in clear as it is given, from the edge on one opaque sealed word.

The sealed form stands in the same field as the clear one, so whoever only carries the sentence on need not know which
it is, and a log in which older builds left it in clear is read as before.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticKnownError

from linli.schemas.people import SealedPart

CLEAR_CHARS_MAX: Final = 500
"""A sentence or two by a person; longer text belongs into the case file, not into an event."""

SEALED_CHARS_MAX: Final = 4_500
"""What `CLEAR_CHARS_MAX` characters become at most: each six bytes when escaped, then a third more in base64."""

_SEALED: Final = re.compile(r"sealed\|([A-Za-z0-9][A-Za-z0-9._:\-]{0,63})\|([A-Za-z0-9+/=]{1,24})\|([A-Za-z0-9+/=]+)")


def sealed_text(part: SealedPart) -> str:
    """Write a sealed part as one word that may stand where a sentence stood."""
    return "|".join(("sealed", part.key_id, part.nonce, part.ciphertext))


def part_of(text: str) -> SealedPart | None:
    """Give the sealed part that stands in place of a sentence; ``None`` if this is a sentence in clear, or none."""
    found = _SEALED.fullmatch(text)
    return None if found is None else SealedPart(key_id=found[1], nonce=found[2], ciphertext=found[3])


def _short_or_sealed(text: str) -> str:
    if len(text) > CLEAR_CHARS_MAX and part_of(text) is None:
        raise PydanticKnownError("string_too_long", {"max_length": CLEAR_CHARS_MAX})
    return text


WrittenReason = Annotated[
    str, StringConstraints(min_length=1, max_length=SEALED_CHARS_MAX), AfterValidator(_short_or_sealed)
]
"""Why somebody decided so; never empty, and at most 500 characters in clear."""

WrittenNote = Annotated[str, StringConstraints(max_length=SEALED_CHARS_MAX), AfterValidator(_short_or_sealed)]
"""The same where nothing need be said."""
