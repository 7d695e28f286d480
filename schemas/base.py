"""What every word on the wire has in common: strictness, limits, instants with a zone."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


class Edge(BaseModel):
    """A model that outsiders fill in: unknown fields are refused, so that a misspelt field is never ignored.

    The text of an error names the field and never its value, which may be a person's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Inside(BaseModel):
    """A model that only Linli writes: a reader of an older build ignores fields that a newer build added."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


YEARS = range(1900, 9999)
"""Years an instant may lie in: at the calendar's ends no zone, no hour before and none after can be reckoned."""


def in_utc(moment: datetime) -> datetime:
    """Convert an aware instant to UTC, so that equal instants have equal bytes.

    Raises
    ------
    ValueError
        If it lies where nothing can be reckoned.
    """
    told = moment.astimezone(UTC) if MINYEAR < moment.year < MAXYEAR else moment
    if told.year not in YEARS:
        raise ValueError(f"a moment lies in the years {YEARS[0]} to {YEARS[-1]}")
    return told


Instant = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment with a zone; kept in UTC. A time without a zone is refused."""

Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:\-]{0,63}$")]
"""An opaque reference: 64 characters are enough for a UUID with a prefix, and keep record keys small."""

SourceId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^\S(.*\S)?$")]
"""The sending system's own number for a request; free form, because hotline systems differ."""

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_\-]{0,47}$")]
"""A code from one of our lists: a skill, a category, a language."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
"""A name shown on a screen; 80 characters hold the longest official unit names with room to spare."""

WayMetres = Annotated[int, Field(ge=100, le=999_999)]
"""The longest way that is allowed, in metres; less than 100 was meant as kilometres, a million is no limit any more."""

Note = Annotated[str, StringConstraints(max_length=500)]
"""A sentence or two by a person; longer text belongs into the case file, not into an event."""
