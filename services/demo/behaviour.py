"""How simulated team leads and residents behave: the shares of ``behaviour.toml`` as an object."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from linli.schemas.answers import DeclineReason, FailedReason
from linli.services.demo.county import data_text

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Span = tuple[float, float]
"""Minutes from and to."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Offers(_Part):
    """What a lead does with an offer."""

    accepted: Share
    declined: Share
    expired: Share
    withdrawn: Share


class Series(_Part):
    """What leads do with a whole standing order."""

    taken: Share
    given_back: Share


class Delay(_Part):
    """How long an answer takes."""

    minutes: Span
    part: Share


class Mistakes(_Part):
    """Answers that must do no harm."""

    repeated: Share
    wrong_team: Share
    too_late: Share


class Visits(_Part):
    """How visits go."""

    start: Span
    end: Span
    failed: Share
    withdrawal: Span


class Ratings(_Part):
    """What residents do afterwards."""

    rated: Share
    minutes: Span
    call_back: Share
    asks_again: Share


class Behaviour(_Part):
    """The whole of ``behaviour.toml``."""

    offers: Offers
    series: Series
    declines: dict[DeclineReason, Share]
    delay: Delay
    mistakes: Mistakes
    visits: Visits
    failures: dict[FailedReason, Share]
    ratings: Ratings
    stars: dict[int, Share]


@lru_cache(maxsize=1)
def behaviour() -> Behaviour:
    """Read ``behaviour.toml``."""
    return Behaviour.model_validate(tomllib.loads(data_text("behaviour.toml")))
