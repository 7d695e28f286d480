"""What the desk chose beside what Linli had proposed: whether they agree, and what the difference costs."""

from __future__ import annotations

from enum import StrEnum

from linli.schemas.base import Inside, Instant, Ref
from linli.schemas.explanation import CostTerm
from linli.schemas.policy import Mode


class ChosenBy(StrEnum):
    """How a choice was made: confirmed as proposed, assigned by the desk, given already, taken by the team itself."""

    CONFIRM = "confirm"
    ASSIGN = "assign"
    RECORD = "record"
    CLAIM = "claim"


CHOICES_MAX = 8
"""Choices remembered per request; a request that is handed over more often has another problem."""


class DeskChoice(Inside):
    """One choice by a person.

    ``proposed`` is the team that the plan had (null: none). ``seconds`` is what the chosen team costs more than the
    proposed one, in seconds of travel or their equivalent, and ``terms`` the same term by term; null and empty where it
    cannot be said: nobody was proposed, the chosen team could not have gone by the plan, or too many others were chosen
    in the same round. ``rule`` names a hard rule
    that help given before it was entered had broken.
    """

    at: Instant
    by: Ref
    how: ChosenBy
    mode: Mode
    leg: int
    proposed: Ref | None
    chosen: Ref
    agreed: bool
    reason: str
    seconds: int | None = None
    terms: tuple[CostTerm, ...] = ()
    rule: str = ""
