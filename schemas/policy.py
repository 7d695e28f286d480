"""How a county wants to be served: modes, deadlines, prices. Part of every round, so that replay needs nothing else."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from linli.schemas.base import Inside
from pydantic import Field


class Mode(StrEnum):
    """Who has the word before an offer goes out.

    ``suggest``: nothing is sent; ``confirm``: the desk approves each team; ``auto``: offers go out by themselves.
    """

    SUGGEST = "suggest"
    CONFIRM = "confirm"
    AUTO = "auto"


Minutes = Annotated[int, Field(ge=0, le=10_080)]
"""At most a week."""


class ModeRule(Inside):
    """A mode for one community, one category, or both; the most specific rule wins."""

    community: str | None = None
    category: str | None = None
    mode: Mode


class Prices(Inside):
    """Prices of the plan in seconds of travel, each with its meaning.

    ``late_second``: a second of start after the window's beginning is not charged; lateness is measured from the
    earliest start a request could have had, so waiting costs ``late_second`` thousandths of a second each.
    ``move``: an offered visit changes its team. ``load``: each further visit of a crew on one day costs this much
    more than the one before (convex). ``change``: a promised visit changes its tentative team.
    """

    late_second: Annotated[int, Field(ge=0, le=10_000)] = 20
    move: Annotated[int, Field(ge=0, le=100_000)] = 3_600
    load: Annotated[int, Field(ge=0, le=100_000)] = 60
    change: Annotated[int, Field(ge=0, le=100_000)] = 0


class Policy(Inside):
    """A county's policy. Minutes are minutes of the district's clock.

    ``freeze_minutes``: how long before a visit's start its team is asked; ``answer_minutes``: how long an offer
    waits for an answer, by urgency 0, 1, 2; ``offers_max``: teams asked one after another before the request is
    unmet; ``close_days``: when a finished request is closed; ``work``: deterministic work units of the optimizer per
    round and district (0: insertion alone); ``down_grace_seconds``: a pause shorter than this is not counted as the
    service being down; ``horizon_days``: how far ahead working hours are expanded.
    """

    mode: Mode = Mode.CONFIRM
    mode_rules: tuple[ModeRule, ...] = ()
    freeze_minutes: Minutes = 120
    answer_minutes: tuple[Minutes, Minutes, Minutes] = (10, 30, 45)
    offers_max: Annotated[int, Field(ge=1, le=50)] = 8
    close_days: Annotated[int, Field(ge=1, le=90)] = 7
    horizon_days: Annotated[int, Field(ge=1, le=30)] = 8
    work: Annotated[int, Field(ge=0, le=1_000_000)] = 200
    down_grace_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    prices: Prices = Prices()
