"""The round record: what a round read, how it decided, and what became of every command."""

from __future__ import annotations

from enum import StrEnum

from linli.schemas.base import Inside, Instant, Ref, Word
from linli.schemas.policy import Policy
from linli.schemas.ways import WaysReport


class OutcomeCode(StrEnum):
    """What became of a command. Everything except ``applied`` changes nothing and is recorded here."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    CONFLICT = "duplicate_conflict"
    STALE = "stale"
    NOT_YOURS = "not_yours"
    UNKNOWN_REQUEST = "unknown_request"
    UNKNOWN_TEAM = "unknown_team"
    UNKNOWN_NODE = "unknown_node"
    NOT_ALLOWED_NOW = "not_allowed_now"
    BREAKS_RULE = "breaks_rule"
    NO_LONGER_KEPT = "no_longer_kept"
    CRASHED = "solver_crash"
    REFUSED = "refused"


class CommandOutcome(Inside):
    """The outcome of one command; ``detail`` names a rule or a state, never a value of a person."""

    offset: int
    command: str
    request_id: Ref | None
    code: OutcomeCode
    detail: str = ""


class RareSkills(Inside):
    """Which skills are worth sparing on a day like this one.

    ``days``: past days that were looked at; ``odds``: by skill, how much service would be lost, in thousandths of an
    hour, for every hour in which a team that has it goes to somebody who does not need it. Without odds rare skills
    cost nothing: none is missed, or too few days are known.
    """

    days: int
    odds: tuple[tuple[Word, int], ...] = ()


class SolverReport(Inside):
    """What the optimizer did for one district: visits placed by insertion, columns packed, whether proven optimal.

    ``work`` is in deterministic units; ``fingerprint`` names engine and version; ``served`` and ``seconds`` are the
    objective as the checker computes it. ``fallback`` and ``fault``: the plan is insertion's, for the optimizer's broke
    this rule or it contradicted itself, and what exactly was wrong; empty else. ``rare_skills``: what the price of rare
    skills went by; null where the county has none.
    """

    engine: str
    inserted: int = 0
    columns: int = 0
    proven: bool = False
    work: int = 0
    served: int = 0
    seconds: int = 0
    fingerprint: str = ""
    fallback: str = ""
    fault: str = ""
    rare_skills: RareSkills | None = None


class DistrictRound(Inside):
    """One district's share of a round; ``ways`` where a routing server was to be asked for ways."""

    district: Ref
    seed: int
    work: int
    solver: SolverReport | None = None
    ways: WaysReport | None = None


class RoundRecord(Inside):
    """The value of the topic ``rounds``, the last record of its transaction.

    ``first_offset`` to ``next_offset`` (exclusive) is the range of ``commands`` it read; the next round begins at
    ``next_offset``. ``now`` is the decision's clock; ``down_seconds`` is the time the service was down before it,
    in the decision's clock; ``deadlines`` is false when the clock could not be trusted, or while commands that came
    before it were still unread. ``records`` counts its ledger records, ``forgotten`` its tombstones. ``healed``: the
    round before was torn; this one empties the plans, which are made anew.
    """

    partition: int
    number: int
    first_offset: int
    next_offset: int
    now: Instant
    build: str
    policy: Policy
    districts: tuple[DistrictRound, ...] = ()
    outcomes: tuple[CommandOutcome, ...] = ()
    records: int = 0
    down_seconds: int = 0
    deadlines: bool = True
    skew_ms: int = 0
    healed: bool = False
    forgotten: int = 0
