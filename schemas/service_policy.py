"""What a county calls believable service, whom it calls back, and which ratings reopen a case: part of its policy."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from linli.schemas.base import Inside


class ServicePolicy(Inside):
    """Limits beyond which a visit is flagged for a person, and how ratings are followed up.

    ``reopen_stars``: so few stars or fewer reopen a case (0: none does). ``call_back_percent`` of the visits of a day
    are put on the call list, drawn from the request's id and ``call_back_seed``.

    ``call_after_minutes``: so long after the planned end of a visit of which its team says nothing the desk is to call
    it; ``give_up_hours``: so long after it the visit ends as not reported, and counts for nothing.

    ``travel_kmh_max``: nobody is faster from visit to visit, in a straight line; ``pair_week_max``: visits of a member
    to one household in seven days, three quarters of it in a row of days and more on one day than two are too often
    as well; ``short_percent``: less than this share of the ordered length is too short; ``hours_day_max``: hours of
    service of a member on one day; ``window_hours``: begun so long before or after the time agreed on; ``late_hours``:
    reported so long after it should have ended; ``bulk_day``: visits that a team enters afterwards on one day;
    ``same_length_visits``: so many visits of a team in a row with the very same minutes.
    """

    reopen_stars: Annotated[int, Field(ge=0, le=4)] = 2
    call_back_percent: Annotated[int, Field(ge=0, le=100)] = 10
    call_back_seed: Annotated[int, Field(ge=0, le=1_000_000_000)] = 1
    call_after_minutes: Annotated[int, Field(ge=10, le=10_080)] = 120
    give_up_hours: Annotated[int, Field(ge=1, le=720)] = 72
    travel_kmh_max: Annotated[int, Field(ge=20, le=200)] = 90
    pair_week_max: Annotated[int, Field(ge=1, le=50)] = 8
    short_percent: Annotated[int, Field(ge=0, le=100)] = 30
    hours_day_max: Annotated[int, Field(ge=1, le=24)] = 10
    window_hours: Annotated[int, Field(ge=1, le=72)] = 3
    late_hours: Annotated[int, Field(ge=1, le=168)] = 24
    bulk_day: Annotated[int, Field(ge=1, le=200)] = 6
    same_length_visits: Annotated[int, Field(ge=3, le=100)] = 10

    @model_validator(mode="after")
    def _calls_before_it_gives_up(self) -> Self:
        if 60 * self.give_up_hours <= self.call_after_minutes:
            raise ValueError("give_up_hours must be longer than call_after_minutes")
        return self
