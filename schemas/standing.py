"""Standing orders: the same help again and again, by a rule of recurrence (定期服务)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from linli.schemas.base import Edge, Inside, Instant, Ref
from linli.schemas.kept import KeptRecord
from linli.schemas.orders import WINDOWS_MAX, Order, RequestDetails, Window
from linli.schemas.recurrence import HolidayRule, RuleText
from linli.schemas.sealed_text import WrittenNote

EXCEPTIONS_MAX: Final = 60
"""Visits of one order that are skipped or moved and have not come yet: whoever changes more wants another rule."""

UPCOMING: Final = 6
"""Next visits that a record shows: as many as fit into a list that a person reads."""

REMEMBERED: Final = 8
"""Past visits by which the regular team is found: two months of weekly ones."""


SERIES_DETAILS: Final = frozenset({"no_series", "series_child", "series_taken", "series_suggest"})
"""Why nothing was agreed on for all visits, as the detail of a command that was applied to the one visit."""


class StandingOrder(Edge):
    """The same help again and again (定期服务): an order for the first visit, and the rule by which it recurs.

    ``rule`` is an RRULE of RFC 5545: FREQ=DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, COUNT or UNTIL.
    The windows of the order are those of the first visit and say the time of day of all; a visit that the rule does not
    hold for that day begins with the first day it does. ``until``: no visit begins after it.
    """

    kind: Literal["standing"] = "standing"
    order: Order
    rule: RuleText
    holidays: HolidayRule = HolidayRule.KEEP
    until: Instant | None = None

    @model_validator(mode="after")
    def _can_recur(self) -> Self:
        if self.order.urgent or self.order.recorded_afterwards or self.order.department_task is not None:
            raise ValueError("what recurs is neither urgent, nor recorded afterwards, nor a department's task")
        if self.until is not None and self.until < min(window.start for window in self.order.windows):
            raise ValueError("until is before the first visit")
        return self


class StandingStep(StrEnum):
    """What can be done to a standing order: leave one visit out, give one another time, end it, interrupt it.

    ``ask_each`` ends what a team took for the whole series, and what the desk approved for it: visits that the team has
    agreed to stay its own.
    """

    SKIP = "skip"
    MOVE = "move"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    ASK_EACH = "ask_each"


class ChangeStanding(Edge):
    """Changes a standing order.

    ``occurrence`` names a visit by the moment at which the rule has it begin, whatever was made of it since. ``stop``
    takes back the visits that begin at ``since`` or later (left out: from now on); ``windows`` is the time that a visit
    is moved to.
    """

    kind: Literal["standing_change"] = "standing_change"
    standing: Ref
    step: StandingStep
    occurrence: Instant | None = None
    windows: tuple[Window, ...] | None = Field(default=None, min_length=1, max_length=WINDOWS_MAX)
    since: Instant | None = None
    reason: WrittenNote = ""

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        one = self.step in (StandingStep.SKIP, StandingStep.MOVE)
        if one != (self.occurrence is not None):
            raise ValueError("occurrence goes with skip and move, and with them alone")
        if (self.step is StandingStep.MOVE) != (self.windows is not None):
            raise ValueError("windows goes with move, and with it alone")
        if self.since is not None and self.step is not StandingStep.STOP:
            raise ValueError("since goes with stop alone")
        return self


class Moved(Inside):
    """A visit that has another time than the rule gives it."""

    occurrence: Instant
    windows: tuple[Window, ...]


class StandingDetails(Inside):
    """A standing order: the first visit's request as it was admitted, and the rule (RFC 5545 RRULE) by which it recurs.

    ``until`` is after which moment nothing more is made; null for no end. ``active`` is false once it has ended.
    ``zone`` is where its days begin; ``skipped`` and ``moved`` name visits by the moment the rule gives them.
    """

    standing: Ref
    rule: str
    template: RequestDetails
    until: Instant | None = None
    active: bool = True
    zone: str = "Asia/Shanghai"
    holidays: HolidayRule = HolidayRule.KEEP
    paused: bool = False
    skipped: tuple[Instant, ...] = ()
    moved: tuple[Moved, ...] = ()


class PlaceStanding(Inside):
    """An admitted standing order."""

    kind: Literal["standing"] = "standing"
    details: StandingDetails


class Visiting(StrEnum):
    """How a visit of a standing order comes about: by the rule, or else by what."""

    RULE = "rule"
    HOLIDAY = "holiday"
    MOVED = "moved"
    SKIPPED = "skipped"
    LEFT_OUT = "left_out"


class Upcoming(Inside):
    """A visit to come. ``start`` and ``end`` bound its windows; ``request_id`` is null until it is made a request."""

    occurrence: Instant
    how: Visiting
    start: Instant
    end: Instant
    request_id: Ref | None = None


class Served(Inside):
    """Which teams made a visit, one for each leg."""

    occurrence: Instant
    teams: tuple[Ref | None, ...]


class Series(Inside):
    """That a team makes all visits of a standing order (接下整个系列): who goes, since when, and at which offer.

    ``by`` is who at the desk wrote it down, where the team agreed by telephone; null where it said so itself.
    """

    team: Ref
    members: tuple[Ref, ...]
    since: Instant
    offer: str
    by: Ref | None = None


class Confirmed(Inside):
    """That the desk approved a team for all visits of a standing order: who did, and when (整个系列已确认)."""

    team: Ref
    by: Ref
    since: Instant


class StandingRecord(KeptRecord):
    """A standing order as the dispatcher keeps it: the value of the topic ``standing``.

    ``made_to`` is up to which moment of the rule its visits have been made into requests; null before the first.
    ``due`` is the moment of the next visit that is not made yet: it is made so many days before as the policy says;
    ``ends`` the last moment of the last visit, once all are made; of an interrupted one the moment at which the next of
    the visits that it holds has passed.
    ``regular`` is the team that usually comes, for each leg; ``served`` are the visits it is found by. Where a year's
    holidays are not known but would matter, ``unknown_years`` says so: then visits stay where the rule has them.
    ``series`` is the team that took all visits, for each leg; null where each visit is asked for. ``confirmed`` is the
    team that the desk approved for all, which in mode ``confirm`` is asked without being confirmed for each.
    """

    details: StandingDetails
    made_to: Instant | None = None
    cause: str = "order"
    reason: str = ""
    due: Instant | None = None
    ends: Instant | None = None
    upcoming: Annotated[tuple[Upcoming, ...], Field(max_length=UPCOMING)] = ()
    regular: tuple[Ref | None, ...] = ()
    served: Annotated[tuple[Served, ...], Field(max_length=REMEMBERED)] = ()
    unknown_years: tuple[int, ...] = ()
    series: tuple[Series | None, ...] = ()
    confirmed: tuple[Confirmed | None, ...] = ()
    recent: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The standing order."""
        return self.details.standing

    def series_of(self, leg: int) -> Series | None:
        """Return the team that took all visits of a leg, if one did."""
        return self.series[leg] if leg < len(self.series) else None

    def confirmed_of(self, leg: int) -> Confirmed | None:
        """Return what the desk approved for all visits of a leg, if it did."""
        return self.confirmed[leg] if leg < len(self.confirmed) else None
