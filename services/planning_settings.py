"""The settings of how plans are made: the optimizer's work, where travel times come from, how rounds are cut."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from linli.services.language import both


class PlanningSettings(BaseSettings):
    """What a dispatcher is told of planning beside the county's policy."""

    solver_work: int = Field(
        default=20_000,
        ge=0,
        le=10_000_000,
        title="Work of the optimizer",
        description="Deterministic units per round and district; 0: insertion alone. The default takes a fraction of a "
        "second for a county. Units and not seconds, so that a replay decides the same.",
    )
    travel: str | None = Field(
        default=None,
        title="Where travel times come from",
        description="osrm:ADDRESS or valhalla:ADDRESS of a routing server of your own, or csv:FILE. It is asked before "
        "a round decides, for places nobody was promised yet; what it says is kept in the ledger, so a replay needs no "
        "server. Where it fails the round estimates and says so. Unset: the estimate of the policy's grounds.",
    )
    round_idle_ms: int = Field(
        default=500,
        ge=10,
        le=60_000,
        title="Longest wait for a command",
        description="Milliseconds a dispatcher with nothing to do waits before it looks at its deadlines. "
        "The default is far below any deadline, which are minutes, and costs next to nothing.",
    )
    round_batch_max: int = Field(
        default=500,
        ge=1,
        le=1_000,
        title="Most commands in a round",
        description="Five days of a county: the default only bounds how long one round can take after a backlog. "
        "The limit keeps the record of a round, which lists every command, well below the largest record.",
    )

    @field_validator("travel")
    @classmethod
    def _is_a_source_of_ways(cls, value: str | None) -> str | None:
        kind, _, where = (value or "csv:-").partition(":")
        if not (kind == "csv" and where) and not (
            kind in ("osrm", "valhalla") and where.startswith(("http://", "https://"))
        ):
            raise ValueError(
                both(
                    "give osrm:http://…, valhalla:http://… or csv:FILE",
                    "可选 osrm:http://…、valhalla:http://… 或 csv:文件",
                )
            )
        return value
