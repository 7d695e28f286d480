"""双报到: what a county asks of units and their members that have registered with a community; part of its policy."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from linli.schemas.base import Inside, Word

QUOTA_MAX = 100
"""Deeds of one kind that may be asked for in a period: a hundred a month is three a day."""

Quota = Annotated[int, Field(ge=0, le=QUOTA_MAX)]


class QuotaPeriod(StrEnum):
    """For how long a quota runs, by the calendar of the districts."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Deed(StrEnum):
    """What counts: a member's good deed, a unit's joint activity, and the hard problem that a unit solved."""

    GOOD_DEED = "good_deed"
    JOINT_ACTIVITY = "joint_activity"
    HARD_PROBLEM = "hard_problem"


class DoubleRegistration(Inside):
    """Quotas of a ``period``: 0 asks for none.

    ``good_deeds`` of each member, ``joint_activities`` and ``hard_problems`` of each unit. An activity with a headcount
    is a joint one; so is a visit of at least ``joint_members`` of the unit (0: none is). A request is a hard problem
    once the desk has marked it; ``hard_levels`` are levels of the organisation: what had climbed to one of them counts
    as well.
    """

    period: QuotaPeriod = QuotaPeriod.MONTH
    good_deeds: Quota = 1
    joint_activities: Quota = 1
    hard_problems: Quota = 1
    joint_members: Annotated[int, Field(ge=0, le=500)] = 3
    hard_levels: Annotated[tuple[Word, ...], Field(max_length=8)] = ()
