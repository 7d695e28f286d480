"""A team's plan: the routes of its crews with the times of every visit."""

from __future__ import annotations

from linli.schemas.base import Inside, Instant, Ref


class PlannedVisit(Inside):
    """A visit in a crew's route: the crew arrives, begins (not before the window) and ends."""

    request_id: Ref
    leg: int
    arrival: Instant
    start: Instant
    end: Instant


class PlanRecord(Inside):
    """The value of the topic ``plans``: one route per crew, in visiting order. Only changed teams are written."""

    team: Ref
    district: Ref
    version: int
    round: int
    at: Instant
    crews: tuple[tuple[PlannedVisit, ...], ...]
