"""What the demo says at its end: one object, and the same as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import cast

from rich.table import Table

from linli.schemas.glossary import Tongue, word
from linli.schemas.lifecycle import OfferState, State
from linli.services.demo.door import Door
from linli.services.demo.nearest_desk import Comparison
from linli.services.demo.sentences import said_of, say
from linli.services.demo.story import tongue
from linli.services.demo.tally import Tally, percentile
from linli.services.language import Language
from linli.services.reports.registry import REPORTS

_NOT_SHOWN = frozenset({"synthetic"})
_LISTS = {
    "refused_by_reason": "dead_letter",
    "refused_at_the_door_by_code": "dead_letter",
    "unmet_by_reason": "nobody",
    "promises_broken_by_cause": "cause",
}
"""Which list of the glossary has the words of a breakdown."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of real time.

    Of promises: from the submission of an order to the broker's append of its promise. Of what leads are told: from the
    clock of the round that made the offer to the lead's telephone. Of the gateway: from a request to its answer.
    """

    p50: float | None
    p99: float | None


AT_ONCE = "insertion"
"""The engine of a decision in haste, which has no work to look for better."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo's day came to; the one object of ``--json``.

    ``submitted`` counts order records sent, repeated and malformed ones included; ``registered`` to ``rated`` count
    requests that were ever there; ``offered``, ``declined`` and ``expired`` count offers; ``unmet`` those that nobody
    could go to in the end; ``refused_at_the_door`` counts requests that the gateway refused, ``answered_again`` those
    that it recognised by their key; ``told`` counts what reached the leads' telephones, each thing once.
    ``rounds_polished`` had work to look for a better plan, the others placed what was new at once; of these
    ``rounds_proven`` have a plan that OR-Tools proved to be the best there is.
    ``reports_compared`` are the rows of each report that were held against the log; ``rounds_decided_again`` the rounds
    that were decided again from the log alone and compared byte for byte.
    ``seconds`` is from the start until everything was decided; judging it comes after.
    ``recovered_s`` is from the kill to the first newly committed round; ``kills`` counts.
    """

    synthetic: bool
    submitted: int
    registered: int
    dead_letters: int
    refused_by_reason: dict[str, int]
    refused_at_the_door: int
    refused_at_the_door_by_code: dict[str, int]
    answered_again: int
    promised: int
    offered: int
    committed: int
    declined: int
    expired: int
    withdrawn: int
    done: int
    rated: int
    unmet: int
    unmet_by_reason: dict[str, int]
    promises_broken_by_cause: dict[str, int]
    referred: int
    cancelled: int
    lost: int
    double_assigned: int
    told: int
    told_latency_ms: Latency
    gateway_requests: int
    gateway_latency_ms: Latency
    answered_by_link: int
    reports_compared: dict[str, int]
    guarantees_checked: int
    guarantees_broken: list[str]
    promise_latency_ms: Latency
    travel_minutes: int
    visits_planned: int
    first_come_nearest: dict[str, int]
    rounds: int
    rounds_polished: int
    rounds_proven: int
    rounds_decided_again: int
    broker: str
    redis: str
    kills: int
    recovered_s: float | None
    seconds: float

    def as_dict(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the independent verifier found, and how the run went."""

    lost: int
    double_assigned: int
    checked: int
    broken: list[str]
    versions: Mapping[str, str]
    kills: int
    recovered_s: float | None
    seconds: float
    submitted: int
    told: int
    told_ms: tuple[float | None, float | None]
    door: Door
    reports: Mapping[str, int]
    rounds_again: int


def outcome_of(tally: Tally, comparison: Comparison, judged: Judged) -> Outcome:
    """Put everything together."""
    offers, latencies = tally.offer_states(), tally.latencies_ms()
    unmet = tally.unmet_by_reason()
    decided = [d.solver for _, record in tally.rounds for d in record.districts if d.solver is not None]
    return Outcome(
        synthetic=True,
        submitted=judged.submitted,
        registered=tally.count_ever(State.REGISTERED),
        dead_letters=len(tally.dead_letters),
        refused_by_reason=dict(tally.dead_by_reason()),
        refused_at_the_door=judged.door.refused.total(),
        refused_at_the_door_by_code=dict(judged.door.refused),
        answered_again=judged.door.answered_again,
        promised=tally.count_ever(State.PROMISED),
        offered=len(tally.offers),
        committed=tally.count_ever(State.COMMITTED),
        declined=offers[OfferState.DECLINED],
        expired=offers[OfferState.EXPIRED],
        withdrawn=tally.count_ever(State.WITHDRAWN),
        done=tally.count_ever(State.DONE),
        rated=tally.count_ever(State.RATED),
        unmet=unmet.total(),
        unmet_by_reason=dict(unmet),
        promises_broken_by_cause=dict(tally.broken_by_cause()),
        referred=tally.count_ever(State.REFERRED),
        cancelled=tally.count_ever(State.CANCELLED),
        lost=judged.lost,
        double_assigned=judged.double_assigned,
        told=judged.told,
        told_latency_ms=Latency(*judged.told_ms),
        gateway_requests=judged.door.answered,
        gateway_latency_ms=Latency(judged.door.latency_ms(0.5), judged.door.latency_ms(0.99)),
        answered_by_link=judged.door.by_link,
        reports_compared=dict(judged.reports),
        guarantees_checked=judged.checked,
        guarantees_broken=judged.broken,
        promise_latency_ms=Latency(_ms(percentile(latencies, 0.5)), _ms(percentile(latencies, 0.99))),
        travel_minutes=round(comparison.linli.travel_seconds / 60),
        visits_planned=comparison.linli.visits,
        first_come_nearest={
            "visits": comparison.nearest.visits,
            "travel_minutes": round(comparison.nearest.travel_seconds / 60),
            "of": comparison.wanted,
        },
        rounds=len(tally.rounds),
        rounds_polished=sum(1 for solver in decided if solver.engine != AT_ONCE),
        rounds_proven=sum(1 for solver in decided if solver.proven),
        rounds_decided_again=judged.rounds_again,
        broker=judged.versions.get("broker", ""),
        redis=judged.versions.get("redis", ""),
        kills=judged.kills,
        recovered_s=judged.recovered_s,
        seconds=judged.seconds,
    )


def _ms(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def table_of(outcome: Outcome, language: Language) -> Table:
    """Return the outcome as a table for people."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    # A figure that gives way to an ellipsis is lost; Chinese has no blanks at which a line could be broken.
    for _ in range(2):
        table.add_column(overflow="fold")
    for name, value in outcome.as_dict().items():
        if name not in _NOT_SHOWN and value not in ({}, [], None):
            table.add_row(say(f"row.{name}", language), shown(name, value, tongue(language)))
    return table


def shown(name: str, value: object, language: Tongue) -> str:
    """Write a figure, or a breakdown with its keys in words."""
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value)
        return " · ".join(f"{_named(name, key, language)} {one}" for key, one in pairs.items())
    return "; ".join(cast("list[str]", value)) if isinstance(value, list) else str(value)


def _named(row: str, key: str, language: Tongue) -> str:
    """Return a key of a breakdown in words: the demo's own, a report's title, or from the glossary."""
    if (own := said_of(f"{row}.{key}", language)) is not None:
        return own
    if row == "reports_compared" and key in REPORTS:
        return REPORTS[key].chinese if language == "zh" else key
    listed = _LISTS.get(row)
    if listed is None:
        return key.replace("_", " ")
    first, _, rule = key.partition(": ")
    return word(f"{listed}.{first}", language) + (f": {word('rule.' + rule, language)}" if rule else "")
