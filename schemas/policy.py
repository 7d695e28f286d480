"""How a county wants to be served: modes, deadlines, prices. Part of every round, so that replay needs nothing else."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from linli.schemas.base import Inside
from linli.schemas.double_registration import DoubleRegistration
from linli.schemas.escalation import Escalation
from linli.schemas.grounds import Grounds
from linli.schemas.service_policy import ServicePolicy


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


BANDS_MAX = 4
"""Bounds between bands of waiting: with three classes of urgency that is fifteen levels, more than anybody can tell."""

WaitingHours = Annotated[tuple[Annotated[int, Field(ge=1, le=2_000)], ...], Field(max_length=BANDS_MAX)]


class Prices(Inside):
    """The price of everything that is not a hard rule, in seconds of travel (see ``linli.matcher.problem.Weights``).

    ``travel`` and ``lateness`` price one second; ``move``: an offered visit begins later than it was told;
    ``continuity``: another team than the household's regular one; ``reoffer``: having to ask again, in proportion to
    the odds; ``load``: one more hour of service for each hour the team gave in 28 days (convex); ``notification``: one
    more message to a team, for each message of the day above the ``notifications_free`` first; ``scarcity``: an hour of
    service that will be lost because a team with a rare skill goes to a visit that does not need it; every hour of such
    a team costs its share of that (see `Futures`).

    ``rarity`` counts in no plan's cost: it is what the search may pay in travel so that, of those who cannot all be
    served, it is not somebody whom few teams can serve that is left out; ``length`` so that it is not somebody who
    needs long, for each hour above the average; ``remoteness`` so that it is not somebody far from every able team, for
    each hour of way above the average: whole where nobody leaves a choice of time, less the wider windows are on
    average, nothing from four hours on.

    ``waiting_hours`` is no price: within a class of urgency, who has waited longer is served first, by bands that begin
    at so many hours after registration.
    """

    travel: Annotated[int, Field(ge=0, le=1_000)] = 1
    lateness: Annotated[int, Field(ge=0, le=1_000)] = 1
    move: Annotated[int, Field(ge=0, le=100_000)] = 1_800
    continuity: Annotated[int, Field(ge=0, le=100_000)] = 1_800
    reoffer: Annotated[int, Field(ge=0, le=100_000)] = 1_500
    load: Annotated[int, Field(ge=0, le=10_000)] = 25
    notification: Annotated[int, Field(ge=0, le=100_000)] = 60
    notifications_free: Annotated[int, Field(ge=0, le=1_000)] = 3
    scarcity: Annotated[int, Field(ge=0, le=100_000)] = 0
    rarity: Annotated[int, Field(ge=0, le=100_000)] = 450
    length: Annotated[int, Field(ge=0, le=100_000)] = 700
    remoteness: Annotated[int, Field(ge=0, le=100_000)] = 1_800
    waiting_hours: WaitingHours = (24, 72)

    @model_validator(mode="after")
    def _bands_ascend(self) -> Self:
        if any(later <= earlier for earlier, later in pairwise(self.waiting_hours)):
            raise ValueError("the bands of waiting must begin later and later")
        return self


QUIET_MINUTES_MAX = 14 * 60
"""Longest quiet hours: a team that can be asked for less than ten hours a day cannot be planned with."""


class QuietHours(Inside):
    """Hours of every day in which no team is asked and no offer runs out, in the team's zone.

    They may cross midnight: 21:30 to 07:30. An urgent request (class 0) knows none.
    """

    start: time
    end: time

    @model_validator(mode="after")
    def _leaves_hours_to_ask(self) -> Self:
        minutes = (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute
        if not 0 < minutes % 1_440 <= QUIET_MINUTES_MAX:
            raise ValueError("quiet hours are some hours of a day and leave at least ten to ask in")
        return self


AnswerMinutes = tuple[Minutes, Minutes, Minutes]
"""How long an offer waits for an answer, by urgency 0, 1, 2."""


class AnswerHours(Inside):
    """Hours of every day in which an offer waits for another time than usual, in the team's zone."""

    start: time
    end: time
    minutes: AnswerMinutes


GAP_MINUTES_MAX = 240
"""Longest wait between teams that come in order: beyond half a working day they are visits of their own."""

KEEP_DAYS_LEAST = 15
"""An order may lie seven days in ``inbox`` and its command eight in ``commands``: only after fifteen can no copy of an
order in our own topics come after its request was forgotten. These are days of the district's clock, those of the
topics are real ones: on a clock that runs faster, a repeated order is known by the time at which it was received. The
default, five weeks, leaves time to report on a whole month in the first days of the next."""


class Holiday(Inside):
    """Days off by public order, the first and the last included (节假日)."""

    start: date
    end: date
    name: str = ""

    @model_validator(mode="after")
    def _is_some_days(self) -> Self:
        if not 0 <= (self.end - self.start).days < HOLIDAY_DAYS_MAX:
            raise ValueError(f"a holiday ends on the day it starts or later, and has at most {HOLIDAY_DAYS_MAX} days")
        return self


HOLIDAY_DAYS_MAX = 14
"""Longest run of days off: the longest there has been had nine."""


class HolidayCalendar(Inside):
    """The public holidays that standing orders go by, and the years for which they are known.

    Of any other year nothing is guessed: a visit stays where its rule has it, and its order says so.
    """

    years: tuple[Annotated[int, Field(ge=2000, le=2200)], ...] = ()
    holidays: Annotated[tuple[Holiday, ...], Field(max_length=60)] = ()

    @model_validator(mode="after")
    def _is_within_its_years(self) -> Self:
        if any(one.start.year not in self.years or one.end.year not in self.years for one in self.holidays):
            raise ValueError("every holiday lies in one of the years")
        return self


class AdmissionPrice(Inside):
    """What a visit may add to the plan for being promised at once; a dearer one waits for neighbours.

    ``seconds``: the price, in seconds of travel; ``from_class``: what is more urgent than this class never waits;
    ``until_minutes``: so long before its first window opens a visit is taken at any price; ``crowded_percent``: nobody
    waits before so much of the teams' hours on the visit's days is taken by visits and ways (0: always, 100: never).
    """

    seconds: Annotated[int, Field(ge=60, le=100_000)] = 900
    from_class: Annotated[int, Field(ge=1, le=2)] = 1
    until_minutes: Minutes = 240
    crowded_percent: Annotated[int, Field(ge=0, le=100)] = 60


class Futures(Inside):
    """How it is found out which skills will be missed; looked at only where ``prices.scarcity`` is not 0.

    ``samples``: days that are drawn from past ones and played with and without sparing each skill, some tenths of a
    second in all, whenever the day or the roster changes; ``days``: past days they are drawn from, ``days_least``: with
    fewer nothing is known; ``way_minutes``: what a visit takes of a team beside the service.
    """

    samples: Annotated[int, Field(ge=1, le=1_000)] = 50
    days: Annotated[int, Field(ge=1, le=90)] = 28
    days_least: Annotated[int, Field(ge=1, le=28)] = 3
    way_minutes: Annotated[int, Field(ge=0, le=240)] = 15


class Policy(Inside):
    """A county's policy. Minutes are minutes of the district's clock.

    ``freeze_minutes``: how long before a visit's start its team is asked, longer where its time to answer and its way
    from the base take longer; ``answer_minutes``: how long an offer waits for an answer, by urgency 0, 1, 2;
    ``answer_minutes_least``: nobody is asked who would have less time than this before the visit; ``offers_max``: teams
    asked one after another before the request is unmet; ``close_days``: when a finished request is closed;
    ``keep_days``: how long what has ended is kept after that (see `KEEP_DAYS_LEAST`); ``horizon_days``: how far ahead
    working hours are expanded; ``down_grace_seconds``: a pause shorter than this is not counted as the service being
    down.

    ``patience_minutes``: so long after its first window opens an ordinary visit may begin at no cost; every later
    second costs ``prices.lateness``, also in a later window. Null: as long as its first window, so that only a later
    window costs; a week (10080) is no price at all. Urgent visits cost from the first second.

    ``gap_minutes``: of teams that come in order, how long after one has ended the next must have begun.

    ``answer_hours``: hours of the day with other answer times, the first that holds counts; ``quiet_hours``: no team
    is asked in them, none where null; ``offers_per_team_day``: after so many offers on one day of its calendar a team
    is asked only what is urgent, without limit where null; ``ask_at_once``: how many teams are asked at once for a
    request of the highest class.

    ``admission_price``: what is not urgent and dearer than this waits before it is promised, on crowded days; null:
    nothing waits.

    ``futures``: how it is found out which skills are rare, for ``prices.scarcity``.

    ``grounds``: detour and speed by terrain, from which ways are estimated. With others every way is measured anew.

    ``escalation``: when a request climbs the organisation tree, and which teams are asked at which level.

    ``service`` says what is believable, whom the desk calls back and which ratings reopen a case.
    ``standing_days``: so many days before it begins a visit of a standing order is made a request, never more than
    ``horizon_days``; ``calendar``: the public holidays, null where nobody gave any.

    ``double_registration`` says what is asked of units and members that have registered with a community.

    ``work_in_haste`` and ``work`` limit the optimizer, in deterministic units per round and district (0: insertion
    alone): the one while commands wait, the other when nothing else is to be done.
    """

    mode: Mode = Mode.CONFIRM
    mode_rules: tuple[ModeRule, ...] = ()
    freeze_minutes: Minutes = 120
    patience_minutes: Minutes | None = None
    gap_minutes: Annotated[int, Field(ge=0, le=GAP_MINUTES_MAX)] = 30
    answer_minutes: AnswerMinutes = (10, 30, 45)
    answer_minutes_least: Annotated[int, Field(ge=1, le=1_440)] = 5
    answer_hours: Annotated[tuple[AnswerHours, ...], Field(max_length=6)] = ()
    quiet_hours: QuietHours | None = None
    offers_per_team_day: Annotated[int, Field(ge=1, le=1_000)] | None = None
    ask_at_once: Annotated[int, Field(ge=1, le=5)] = 1
    offers_max: Annotated[int, Field(ge=1, le=50)] = 8
    close_days: Annotated[int, Field(ge=1, le=90)] = 7
    keep_days: Annotated[int, Field(ge=KEEP_DAYS_LEAST, le=3_660)] = 35
    horizon_days: Annotated[int, Field(ge=1, le=30)] = 8
    work_in_haste: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    work: Annotated[int, Field(ge=0, le=10_000_000)] = 20_000
    down_grace_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    prices: Prices = Prices()
    admission_price: AdmissionPrice | None = AdmissionPrice()
    futures: Futures = Futures()
    grounds: Grounds = Grounds()
    escalation: Escalation = Escalation()
    service: ServicePolicy = ServicePolicy()
    standing_days: Annotated[int, Field(ge=1, le=28)] = 7
    calendar: HolidayCalendar | None = None
    double_registration: DoubleRegistration = DoubleRegistration()
