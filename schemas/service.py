"""The service record: what a visit came to, who gave it, and what proves it (服务记录)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from linli.schemas.base import Inside, Instant, Ref
from linli.schemas.judging import Verdict
from linli.schemas.kept import KeptRecord
from linli.schemas.people import SealedPart

RESIDENT_SOURCE: Final = "resident"
"""The sender of what residents say by case number and one-time code; the gateway alone speaks under this name."""

PROXY_CODE_SOURCE: Final = "resident-by-proxy"
"""The sender of what was said with a one-time code that a proxy was given: it may have been the proxy."""

CODE_TRIES: Final = 3
"""Wrong service codes after which a visit can no longer be proved by one: a guess among 10,000 then succeeds in three
of ten thousand visits, and every wrong one is seen."""


class ProofWay(StrEnum):
    """What can show that help was given: each comes from somebody else than the team."""

    SERVICE_CODE = "service_code"
    RESIDENT = "resident"
    GRID_WORKER = "grid_worker"
    CALL_BACK = "call_back"


class Anomaly(StrEnum):
    """What a person should look at; none of it proves that anything is wrong."""

    OVERLAP = "overlap"
    IMPOSSIBLE_TRAVEL = "impossible_travel"
    SAME_PAIR = "same_pair"
    TOO_SHORT = "too_short"
    MORE_THAN_THERE = "more_than_there"
    LONG_DAY = "long_day"
    FAR_FROM_WINDOW = "far_from_window"
    DONE_LATE = "done_late"
    WRONG_CODES = "wrong_codes"
    OWN_TEAM = "own_team"
    SAME_LENGTH = "same_length"
    IN_BULK = "in_bulk"
    AT_NIGHT = "at_night"


class Proof(Inside):
    """What shows that the help was given: by which ways, and whether that is enough for volunteer hours."""

    ways: tuple[str, ...] = ()
    proven: bool = False


class Judgement(Inside):
    """The rating as it counts here: stars, tags and whose word it was.

    ``checked``: Linli knows that it was theirs, because it came by case number and one-time code or from the desk's
    own call; a word that somebody passed on is not.
    """

    stars: int
    tags: tuple[str, ...] = ()
    by: str
    at: Instant | None = None
    checked: bool = False


class Confirmation(Inside):
    """A grid worker's word that the help was given. ``counts`` is false for somebody of the team itself."""

    by: Ref
    at: Instant
    counts: bool = True


class Review(Inside):
    """A person's decision about the anomalies that were known then, with the reason sealed.

    ``reason`` in clear stands in records of a build before this one alone.
    """

    verdict: Verdict
    reason: str
    sealed_reason: SealedPart | None = None
    by: Ref
    at: Instant
    anomalies: tuple[str, ...] = ()


class ServiceRecord(KeptRecord):
    """One visit that was made: the value of the topic ``service``. It outlives its request and names nobody.

    ``minutes`` is what the team said, ``plausible_minutes`` what of it is believable, and ``credited_minutes`` what
    counts as volunteer time for each of ``members``: the plausible minutes once the visit is proven, and while there
    are anomalies only after a person accepted them; else 0 (see `linli.matcher.service.credit`). ``anomalies`` is what
    a person should look at, ``related`` the other requests that they are about. ``node`` is where the team belongs,
    ``grid`` and ``community`` where the visit was; ``climbed`` how many levels the request had climbed; ``headcount``
    how many people came, of an activity; ``hard`` whether the desk marked it as a hard problem. ``planned_minutes`` is
    the length that was ordered; ``started_at`` and ``reported_at`` are when the team said that it began and was done
    (or when it was entered, where ``afterwards``).

    ``judgement`` is the rating that counts, ``judgements`` the last one of each source.
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
    plausible_minutes: int = 0
    planned_minutes: int = 0
    started_at: Instant | None = None
    reported_at: Instant | None = None
    afterwards: bool = False
    code_ok: bool = False
    wrong_codes: int = 0
    judgements: tuple[Judgement, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    related: tuple[Ref, ...] = ()
    review: Review | None = None

    @property
    def key(self) -> str:
        """Request and leg."""
        return service_key(self.request_id, self.leg)

    @property
    def waits(self) -> bool:
        """Whether a person should look at it: there is an anomaly that nobody has decided about."""
        return bool(set(self.anomalies) - set(self.review.anomalies if self.review else ()))


def service_key(request_id: str, leg: int) -> str:
    """Return the record key of a visit's service record."""
    return f"{request_id}/{leg}"
