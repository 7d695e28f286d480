"""What a record of the log puts on the board. Pure: the board is the fold of these entries over the log, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import orjson

from linli.schemas.assignment import AssignmentRecord, Leg
from linli.schemas.base import Inside, Instant
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.lifecycle import OPEN, OfferState, State
from linli.schemas.organisation import NodeRecord
from linli.schemas.plan import SHADOWS_FROM, PlanRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import CommandOutcome, RoundRecord
from linli.schemas.service import ServiceRecord
from linli.schemas.standing import StandingRecord
from linli.schemas.topics import (
    ASSIGNMENTS,
    DEAD_LETTERS,
    DELIVERIES,
    ORGANISATION,
    PLANS,
    ROSTER,
    ROUNDS,
    SERVICE,
    STANDING,
    Topic,
)
from linli.streams.board import keys
from linli.streams.board.flow import GRAINS, Grain, added_by_round, added_by_step
from linli.streams.codec import decode_as
from linli.streams.log_reader import LogRecord

TOPICS: Final[tuple[Topic, ...]] = (
    ASSIGNMENTS,
    PLANS,
    ROSTER,
    ORGANISATION,
    STANDING,
    SERVICE,
    ROUNDS,
    DEAD_LETTERS,
    DELIVERIES,
)
"""The topics the board is a fold of."""

Place = tuple[str, str, float]
"""A sorted set, the member in it, and the member's score."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the board.

    Parameters
    ----------
    key
        The document that changes.
    value
        Its new JSON; ``None`` removes the document with its places and lines.
    places
        All sets it is in from now on; it leaves the others.
    line
        A line for its history, and how many lines are kept; ``None`` adds none.
    bound
        A set whose members are document keys and how many of them are kept; the lowest scores are removed with their
        documents.
    sums
        Amounts that are added to the document's counts by name.
    rounds
        The first and the last round whose amounts these are; the document keeps the first it ever had, and the last.
    """

    key: str
    value: str | None
    places: tuple[Place, ...] = ()
    line: tuple[str, int] | None = None
    bound: tuple[str, int] | None = None
    sums: Mapping[str, int] = field(default_factory=dict[str, int])
    rounds: tuple[int, int] | None = None


class HistoryLine(Inside):
    """One transition of a request, in short. ``who`` is the team it is about, if it is about one."""

    version: int
    round: int
    at: Instant
    state: State
    cause: str
    who: str | None = None


class RoundLine(Inside):
    """One round, in short."""

    number: int
    now: Instant
    commands: int
    records: int
    down_seconds: int
    deadlines: bool
    skew_ms: int


class KnownOutcome(Inside):
    """What became of a command, and in which round."""

    partition: int
    round: int
    at: Instant
    outcome: CommandOutcome


def entries_of(record: LogRecord) -> list[Entry]:
    """Give what a record changes on the board.

    Raises
    ------
    KeyError
        If its topic is none of `TOPICS`.
    pydantic.ValidationError
        If its value is not what its topic holds.
    """
    key = (record.key or b"").decode()
    if record.value is None:
        return [Entry(_REMOVED[record.topic](key), None)]
    return _READ[record.topic](record.value, record.partition)


def _of_assignment(value: bytes, partition: int) -> list[Entry]:
    record = decode_as(AssignmentRecord, value)
    line = HistoryLine(
        version=record.version,
        round=record.round,
        at=record.at,
        state=record.state,
        cause=record.cause,
        who=_who(record),
    )
    return [
        Entry(
            keys.request(record.request_id),
            value.decode(),
            (*_places_of_request(record), *_places_of_numbers(record), *_places_of_legs(record)),
            (line.model_dump_json(), keys.HISTORY_MAX),
        ),
        *_flow(partition, record.at, added_by_step(record)),
    ]


def _flow(partition: int, at: datetime, sums: Mapping[str, int], number: int | None = None) -> list[Entry]:
    """Add to the sums of the minute and of the hour in which something happened."""
    return [_to_sums(grain, partition, at, sums, number) for grain in GRAINS if sums]


def _to_sums(grain: Grain, partition: int, at: datetime, sums: Mapping[str, int], number: int | None) -> Entry:
    start, name = int(grain.begin(at).timestamp()), keys.sums(grain.name, partition)
    key = keys.sums_of(grain.name, partition, start)
    rounds = None if number is None else (number, number)
    return Entry(key, "{}", ((name, key, float(start)),), bound=(name, grain.most), sums=sums, rounds=rounds)


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Give the same changes with one entry for all that is added to one document: a batch has many, of a few minutes.

    Notes
    -----
    They may change places with the others, which never touch such a document; and among each other, because one that is
    older than those that are kept can never come back.
    """
    others, added = list[Entry](), dict[str, list[Entry]]()
    for entry in entries:
        if entry.sums:
            added.setdefault(entry.key, []).append(entry)
        else:
            others.append(entry)
    return [*others, *map(_as_one, added.values())]


def _as_one(entries: list[Entry]) -> Entry:
    sums = Counter[str]()
    for entry in entries:
        sums.update(entry.sums)
    numbers = [number for entry in entries if entry.rounds is not None for number in entry.rounds]
    return replace(entries[0], sums=dict(sums), rounds=(numbers[0], numbers[-1]) if numbers else None)


def _places_of_request(record: AssignmentRecord) -> list[Place]:
    registered = record.registered_at or record.at
    found = [_place(keys.in_state(record.state), record.request_id, registered)]
    if record.details is not None and record.state in OPEN:
        wanted = record.promise or record.details.windows[0]
        found.append(_place(keys.of_urgency(record.details.urgency), record.request_id, wanted.start))
    if record.climbs and (record.state in OPEN or record.state is State.REOPENED):
        found.append(_place(keys.ESCALATED, record.request_id, record.climbs[-1].at))
    return found


def _places_of_numbers(record: AssignmentRecord) -> list[Place]:
    if record.details is None:
        return []
    source, number = record.details.source, record.details.source_id
    return [(keys.by_number(name), record.request_id, 0.0) for name in (f"{source}/{number}", number)]


def _places_of_legs(record: AssignmentRecord) -> list[Place]:
    return [place for leg in record.legs for place in (*_places_of_offers(leg), *_places_of_visit(leg))]


def _places_of_offers(leg: Leg) -> list[Place]:
    found: list[Place] = []
    for offer in leg.offers:
        if offer.state is OfferState.OPEN:
            found.append(_place(keys.OPEN_OFFERS, offer.id, offer.expires))
            found.append(_place(keys.offers_to(offer.team), offer.id, offer.expires))
        if offer.state is OfferState.PROPOSED:
            found.append(_place(keys.PROPOSED, offer.id, offer.offered_at))
    return found


def _places_of_visit(leg: Leg) -> list[Place]:
    visit = leg.assignment
    return [] if visit is None else [_place(keys.visits_of(visit.team), visit.id, visit.start)]


def _who(record: AssignmentRecord) -> str | None:
    """Name the team a transition is about: the one that goes, or else the one that was asked last."""
    going = [leg.assignment.team for leg in record.legs if leg.assignment is not None]
    asked = [leg.offers[-1].team for leg in record.legs if leg.offers]
    return next(iter(going[-1:] or asked[-1:]), None)


def _of_plan(value: bytes, _: int) -> list[Entry]:
    record = decode_as(PlanRecord, value)
    return [Entry(keys.plan(record.team), value.decode(), tuple(_places_of_routes(record)))]


def _places_of_routes(record: PlanRecord) -> list[Place]:
    visits = [visit for crew in record.crews for visit in crew]
    return [
        _place(keys.planned_for(visit.request_id), f"{record.team}.{visit.leg}", visit.start)
        for visit in visits
        if visit.leg < SHADOWS_FROM
    ]


def _of_team(value: bytes, _: int) -> list[Entry]:
    record = decode_as(RosterRecord, value)
    return [Entry(keys.team(record.details.team), value.decode(), ((keys.TEAMS, record.details.team, 0.0),))]


def _of_node(value: bytes, _: int) -> list[Entry]:
    record = decode_as(NodeRecord, value)
    return [Entry(keys.node(record.key), value.decode(), ((keys.NODES, record.key, 0.0),))]


def _of_standing(value: bytes, _: int) -> list[Entry]:
    record = decode_as(StandingRecord, value)
    return [Entry(keys.standing(record.key), value.decode(), ((keys.STANDING, record.key, 0.0),))]


def _of_service(value: bytes, _: int) -> list[Entry]:
    record = decode_as(ServiceRecord, value)
    key = keys.service(record.key)
    places = [_place(keys.SERVICE, key, record.start)]
    if record.waits:
        places.append(_place(keys.REVIEWS, record.key, record.start))
    return [Entry(key, value.decode(), tuple(places), bound=(keys.SERVICE, keys.SERVICE_MAX))]


def _of_round(value: bytes, _: int) -> list[Entry]:
    record = decode_as(RoundRecord, value)
    line = RoundLine(
        number=record.number,
        now=record.now,
        commands=len(record.outcomes),
        records=record.records,
        down_seconds=record.down_seconds,
        deadlines=record.deadlines,
        skew_ms=record.skew_ms,
    )
    key = keys.last_round(record.partition)
    # The outcomes have documents of their own; the last round would otherwise be stored twice.
    short = record.model_copy(update={"outcomes": ()})
    places = ((keys.ROUNDS, str(record.partition), float(record.partition)),)
    entry = Entry(key, short.model_dump_json(), places, (line.model_dump_json(), keys.ROUNDS_MAX))
    flow = _flow(record.partition, record.now, added_by_round(record), record.number)
    return [entry, *(_of_outcome(record, outcome) for outcome in record.outcomes), *flow]


def _of_outcome(record: RoundRecord, outcome: CommandOutcome) -> Entry:
    known = KnownOutcome(partition=record.partition, round=record.number, at=record.now, outcome=outcome)
    key = keys.outcome(outcome.command)
    place = _place(keys.OUTCOMES, key, record.now)
    return Entry(key, known.model_dump_json(), (place,), bound=(keys.OUTCOMES, keys.OUTCOMES_MAX))


def _of_dead_letter(value: bytes, _: int) -> list[Entry]:
    letter = decode_as(DeadLetter, value)
    key = keys.dead_letter(letter.id)
    place = _place(keys.DEAD_LETTERS, key, letter.received_at)
    return [Entry(key, value.decode(), (place,), bound=(keys.DEAD_LETTERS, keys.DEAD_LETTERS_MAX))]


def _of_delivery(value: bytes, _: int) -> list[Entry]:
    record = decode_as(DeliveryRecord, value)
    key = keys.delivery(record.id)
    made = record.made or record.at
    places = [_place(keys.deliveries_about(record.request), record.id, made)] if record.request else []
    if record.settled:
        return [Entry(key, value.decode(), (*places, _place(keys.SETTLED, key, record.at)), bound=_SETTLED)]
    places.append(_place(keys.UNDER_WAY, record.id, made))
    if record.track is not None:
        places.append(_place(keys.CALLS, record.id, record.answer_by or record.until or made))
    return [Entry(key, value.decode(), tuple(places))]


_SETTLED: Final = (keys.SETTLED, keys.DELIVERIES_MAX)


def _place(where: str, member: str, moment: datetime) -> Place:
    return (where, member, moment.timestamp())


_READ: Final[dict[str, Callable[[bytes, int], list[Entry]]]] = {
    ASSIGNMENTS.name: _of_assignment,
    PLANS.name: _of_plan,
    ROSTER.name: _of_team,
    ORGANISATION.name: _of_node,
    STANDING.name: _of_standing,
    SERVICE.name: _of_service,
    ROUNDS.name: _of_round,
    DEAD_LETTERS.name: _of_dead_letter,
    DELIVERIES.name: _of_delivery,
}

_REMOVED: Final[dict[str, Callable[[str], str]]] = {
    ASSIGNMENTS.name: keys.request,
    PLANS.name: keys.plan,
    ROSTER.name: keys.team,
    ORGANISATION.name: keys.node,
    STANDING.name: keys.standing,
    SERVICE.name: keys.service,
    ROUNDS.name: lambda partition: keys.last_round(int(partition)),
    DEAD_LETTERS.name: keys.dead_letter,
    DELIVERIES.name: keys.delivery,
}


def to_wire(entries: list[Entry]) -> bytes:
    """Write entries as the script reads them. Scores travel as text, because Lua would round them."""
    return orjson.dumps([_wire(entry) for entry in entries])


def _wire(entry: Entry) -> dict[str, object]:
    wire: dict[str, object] = {"key": entry.key}
    if entry.value is not None:
        wire["value"] = entry.value
        wire["places"] = orjson.dumps([(where, member, repr(score)) for where, member, score in entry.places]).decode()
    if entry.line is not None:
        wire["line"], wire["lines_max"] = entry.line
    if entry.bound is not None:
        wire["set"], wire["set_max"] = entry.bound
    if entry.sums:
        wire["sums"] = entry.sums
    if entry.rounds is not None:
        wire["first"], wire["last"] = entry.rounds
    return wire
