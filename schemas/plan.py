"""A team's plan: the routes of its crews with the times of every visit."""

from __future__ import annotations

from linli.schemas.base import Inside, Instant, Ref

SHADOWS_FROM = 10
"""Leg numbers from here on are further teams asked for the same visit at once; a request has far fewer legs."""


class PlannedVisit(Inside):
    """A visit in a crew's route: the crew arrives, begins (not before the window) and ends.

    A ``leg`` of `SHADOWS_FROM` or more keeps a crew free for an offer that was made to several teams at once: its last
    digit is the leg, the rest the number of the offer. ``fetch`` is when the crew begins to fetch what it brings.
    """

    request_id: Ref
    leg: int
    arrival: Instant
    start: Instant
    end: Instant
    fetch: Instant | None = None


class PlanRecord(Inside):
    """The value of the topic ``plans``: one route per crew, in visiting order. Only changed teams are written."""

    team: Ref
    district: Ref
    version: int
    round: int
    at: Instant
    crews: tuple[tuple[PlannedVisit, ...], ...]
