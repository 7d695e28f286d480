"""The service record: what a visit came to, who gave it, and what proves it (服务记录)."""

from __future__ import annotations

from linli.schemas.base import Inside, Instant, Ref
from linli.schemas.kept import KeptRecord


class Proof(Inside):
    """What shows that the help was given: by which ways, and whether that is enough for volunteer hours."""

    ways: tuple[str, ...] = ()
    proven: bool = False


class Judgement(Inside):
    """The rating as it counts here: stars, tags and whose word it was."""

    stars: int
    tags: tuple[str, ...] = ()
    by: str


class ServiceRecord(KeptRecord):
    """One visit that was made: the value of the topic ``service``. It outlives its request and names nobody.

    ``minutes`` is what the team said, ``credited_minutes`` what counts as volunteer time for each of ``members`` (0
    without proof); ``anomalies`` is what a person should look at. ``node`` is where the team belongs, ``grid`` and
    ``community`` where the visit was; ``climbed`` how many levels the request had climbed; ``headcount`` how many
    people came, of an activity; ``hard`` whether the desk marked it as a hard problem.
    """

    request_id: Ref
    leg: int
    category: str
    community: Ref
    grid: Ref | None = None
    team: Ref
    team_kind: str
    node: Ref | None = None
    members: tuple[Ref, ...] = ()
    start: Instant
    end: Instant
    minutes: int
    credited_minutes: int = 0
    proof: Proof = Proof()
    judgement: Judgement | None = None
    anomalies: tuple[str, ...] = ()
    climbed: int = 0
    headcount: int | None = None
    hard: bool = False

    @property
    def key(self) -> str:
        """Request and leg."""
        return f"{self.request_id}/{self.leg}"
