"""What proves a visit and what counts of it, in lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from linli.schemas.service import ServiceRecord
from linli.services.console.words import Speech

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Proved:
    """A visit that was made: its team, what is known of it, and whether a person should look at it."""

    record: ServiceRecord
    team: str
    facts: list[Fact]
    waits: bool


def proved(record: ServiceRecord, names: Mapping[str, str], speech: Speech) -> Proved:
    """Put a service record into words."""
    return Proved(record, names.get(record.team) or record.team, list(_facts(record, speech)), record.waits)


def _facts(record: ServiceRecord, speech: Speech) -> Iterator[Fact]:
    yield speech("proof.when"), speech.moment(record.start)
    yield speech("proof.members"), speech.listed(record.members)
    yield speech("proof.said"), speech("app.minutes", n=record.minutes)
    yield speech("proof.credited"), speech("app.minutes", n=record.credited_minutes)
    ways = [speech.code(f"proof.{way}") for way in record.proof.ways]
    yield speech("proof.ways"), speech.listed(ways) if ways else speech("proof.none")
    for one in record.judgements:
        said = speech("case.stars", n=one.stars), speech.code(f"rated_by.{one.by}")
        yield speech("case.rated"), speech.listed(said)
    if record.anomalies:
        yield speech("proof.anomalies"), speech.listed([speech.code(f"anomaly.{name}") for name in record.anomalies])
    if record.related:
        yield speech("proof.related"), speech.listed(record.related)
    if record.review is not None:
        decided = speech.code(f"verdict.{record.review.verdict.value}")
        # Why stands sealed, and is shown where a person's details are opened; in clear an older build left it.
        whole = f"{decided}: {record.review.reason}" if record.review.reason else decided
        yield speech("proof.review"), f"{whole} ({record.review.by})"
