"""What a person decides about a visit that is over: closed lists, apart from the models that use them.

The command line offers them to choose from, and its help need not wait for pydantic.
"""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a person decided about a flagged visit."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Remedy(StrEnum):
    """What came of a case that a low rating had reopened."""

    EXPLAINED = "explained"
    MADE_GOOD = "made_good"
    VISIT_AGAIN = "visit_again"
    TEAM_SPOKEN_TO = "team_spoken_to"
    UNFOUNDED = "unfounded"
