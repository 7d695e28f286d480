"""Escalation: what waits too long climbs the organisation tree, and more and more teams may be asked (提级办理)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from linli.schemas.base import Inside, Instant, Name, Ref, Word


class Awaited(StrEnum):
    """What a request waits for: a promised window, a team that is asked or accepts, the visit, an answer.

    ``answered``: an office's, of what was referred; ``resolved``: the community's, of a rating that was low.
    """

    PROMISED = "promised"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    SERVED = "served"
    ANSWERED = "answered"
    RESOLVED = "resolved"


class Pool(StrEnum):
    """Teams by how near their organisation is to a request.

    ``own``: their node answers for the place, below the root; ``units``: units and their members whose node does;
    ``county``: all others. Teams without a node are in every pool.
    """

    OWN = "own"
    UNITS = "units"
    COUNTY = "county"


LIMIT_MINUTES_MAX: Final = 43_200
"""Longest wait before a level is left: a month; whoever waits longer on purpose sets no limit."""

Limit = Annotated[int, Field(ge=0, le=LIMIT_MINUTES_MAX)]

Limits = tuple[Limit, Limit, Limit]
"""Minutes by urgency 0, 1, 2; 0 where nothing climbs for that."""


class WaitLimits(Inside):
    """How many minutes a request may wait at one level, for each thing and urgency, before it climbs to the next.

    ``promised`` counts from when nobody could promise it, ``offered`` from the last moment at which a team should have
    been asked for the promised window, ``accepted`` from the first of the teams that were asked one after another,
    ``served`` from the agreed beginning of the visit, ``answered`` from the referral or the office's last word,
    ``resolved`` from the low rating; after a climb each counts from the climb.
    """

    promised: Limits = (15, 120, 480)
    offered: Limits = (10, 30, 60)
    accepted: Limits = (20, 90, 180)
    served: Limits = (30, 60, 120)
    answered: Limits = (1_440, 2_880, 4_320)
    resolved: Limits = (1_440, 2_880, 4_320)


class CategoryLimits(Inside):
    """Other limits for one category; what is left out is as for all."""

    category: Word
    promised: Limits | None = None
    offered: Limits | None = None
    accepted: Limits | None = None
    served: Limits | None = None
    answered: Limits | None = None
    resolved: Limits | None = None


class Alternative(Inside):
    """Who else could help with a category, for money or otherwise, where no volunteer can: named, never sent."""

    category: Word
    name: Name


CATEGORIES_MAX: Final = 60
"""Categories with limits or alternatives of their own: more than a menu has."""

LEVELS_MAX: Final = 8
"""Levels named for one pool, in town and in villages together."""

LevelWords = Annotated[tuple[Word, ...], Field(min_length=1, max_length=LEVELS_MAX)]


class Escalation(Inside):
    """A county's rules of escalation. Without an organisation tree nothing climbs and every team may be asked.

    ``limits`` and ``categories``: how long what may wait. ``pools``: whether all teams may be asked from the beginning
    (``open``) or pool after pool; ``units_from`` and ``county_from`` name the levels from which on the pools ``units``
    and ``county`` may be asked, by the level words of the tree. At the root every pool is open. ``alternatives`` are
    shown with what is unmet. ``reopened_at`` names the levels at which a low rating reopens a case; from there it
    climbs.
    """

    limits: WaitLimits = WaitLimits()
    categories: Annotated[tuple[CategoryLimits, ...], Field(max_length=CATEGORIES_MAX)] = ()
    pools: Literal["open", "by_level"] = "open"
    units_from: LevelWords = ("community", "village")
    county_from: LevelWords = ("county",)
    reopened_at: LevelWords = ("community", "village")
    alternatives: Annotated[tuple[Alternative, ...], Field(max_length=CATEGORIES_MAX)] = ()

    @model_validator(mode="after")
    def _names_each_category_once(self) -> Self:
        for named in (self.categories, self.alternatives):
            words = [one.category for one in named]
            if len(set(words)) < len(words):
                raise ValueError("a category is named twice")
        return self

    def minutes(self, awaited: Awaited, category: str, urgency: int) -> int | None:
        """Return how long a request may wait for something; ``None`` without limit."""
        own = next((one for one in self.categories if one.category == category), None)
        limits: Limits = getattr(own, awaited.value, None) or getattr(self.limits, awaited.value)
        return limits[urgency] or None

    def alternative(self, category: str) -> str:
        """Return who else could help; empty where nobody is named."""
        return next((one.name for one in self.alternatives if one.category == category), "")


class Climb(Inside):
    """One level climbed: which node is told now, at what level, since when, for want of what, after which limit.

    ``minutes`` is 0 where a low rating brought it there at once. ``pools`` are those that may be asked from then on.
    ``ended`` is when there was nothing to climb for any more: the request was served, or left the hands of volunteers.
    """

    node: Ref
    level: Word
    at: Instant
    waited_for: Awaited
    minutes: int
    pools: tuple[Pool, ...]
    ended: Instant | None = None
