"""What becomes of a referral: an office takes it, has done it, or gives it back, and says so (转办答复)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import model_validator

from linli.schemas.base import Edge, Inside, Instant, Name, Ref
from linli.schemas.orders import Target
from linli.schemas.sealed_text import WrittenNote


class ReferralOutcome(StrEnum):
    """What an office says: it has taken it on, it is done, it was volunteers' after all, it is not the office's."""

    ACCEPTED = "accepted"
    DONE = "done"
    RETURNED = "returned"
    REFUSED = "refused"


GIVEN_BACK = frozenset({ReferralOutcome.RETURNED, ReferralOutcome.REFUSED})
"""Answers after which somebody else must help; they say why."""


class AnswerReferral(Edge):
    """The office that a request was referred to says what becomes of it (转办答复); ``by`` is who said it."""

    kind: Literal["referral_answer"] = "referral_answer"
    target: Target
    outcome: ReferralOutcome
    note: WrittenNote = ""
    by: Ref

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.outcome in GIVEN_BACK and not self.note.strip():
            raise ValueError("a referral that is given back says why in its note")
        return self


class OfficeAnswer(Inside):
    """An answer as recorded: which office, what it said, by whom it was said, when, and by when it was due."""

    office: Name
    outcome: ReferralOutcome
    note: str
    by: Ref
    at: Instant
    due: Instant | None = None
