"""Visits of standing orders: made into requests in time, and by which team they usually are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from linli.matcher.ledger.draft import Draft
from linli.matcher.standing.occurrences import Occurrence, first_start, occurrences
from linli.schemas.assignment import AssignmentRecord, Cancelled, OnHold, Registered
from linli.schemas.identity import occurrence_request_id
from linli.schemas.lifecycle import State
from linli.schemas.orders import RequestDetails
from linli.schemas.policy import Policy
from linli.schemas.standing import REMEMBERED, UPCOMING, Served, StandingDetails, StandingRecord, Upcoming

VISITS_AT_ONCE_MAX: Final = 31
"""Visits of one order that one decision makes; after a long silence the next decision makes the next."""

AHEAD: Final = timedelta(days=400)
"""How far a next visit is looked for: a rule that has none for more than a year has ended."""

_ONE: Final = timedelta(microseconds=1)

REACH: Final = timedelta(days=60)
"""How far from now a visit that was made is looked for: none is made or moved farther away."""

_NOTED: Final = frozenset({State.COMMITTED, State.UNDER_WAY, State.DONE})


def standing_days(policy: Policy) -> timedelta:
    """Return how long before it begins a visit is made a request: no further ahead than working hours are known."""
    return timedelta(days=min(policy.standing_days, policy.horizon_days))


def request_of(details: StandingDetails, nominal: datetime) -> str:
    """Return the id of the request that a visit is, or will be: its order and its local time, for ever the same."""
    local = nominal.astimezone(ZoneInfo(details.zone)).replace(tzinfo=None)
    return occurrence_request_id(details.standing, local.isoformat(timespec="minutes"))


def visits_from(draft: Draft, record: StandingRecord) -> Iterator[Occurrence]:
    """Yield the visits that are not made yet, skipped ones included, at most `AHEAD`."""
    begin = record.made_to or draft.now
    # A month at a time, because most often only the first is wanted.
    for month in range(AHEAD.days // 31 + 1):
        low, high = begin + timedelta(days=31 * month), begin + timedelta(days=31 * (month + 1))
        yield from occurrences(record.details, draft.state.policy.calendar, low, high)


def next_visit(draft: Draft, record: StandingRecord) -> Occurrence | None:
    """Return the next visit to be made, if there is one."""
    if record.made_to is None or first_start(record.details) - record.made_to > AHEAD:
        return None
    return next((one for one in visits_from(draft, record) if one.comes), None)


def write(draft: Draft, record: StandingRecord, **changes: object) -> StandingRecord:
    """Write an order's next record, with what follows from the rest: when it is due, its next visits, its end."""
    before = draft.kept.standing.get(record.key)
    changed = record.model_copy(update={**draft.kept.heading(before), **changes})
    following = None if changed.details.paused else next_visit(draft, changed)
    shown = tuple(_upcoming(draft, changed))
    # What waits for its last visit is not over; nor is one that was only interrupted.
    last = [one.end for one in shown if one.request_id] if following is None else []
    paused, until = changed.details.paused, changed.details.until
    over = following is None and not last and (not paused or (until is not None and until < draft.now))
    derived = {
        "due": None if following is None else following.soonest,
        "ends": min(_ends_paused(draft, changed), default=None) if paused else max(last, default=None),
        "upcoming": shown,
        "details": changed.details.model_copy(update={"active": not over}),
        "unknown_years": _unknown(draft, changed),
    }
    written = changed.model_copy(update=derived)
    draft.kept.write(written)
    return written


def _ends_paused(draft: Draft, record: StandingRecord) -> Iterator[datetime]:
    """Yield when something of an interrupted order is over: a visit that it holds, or all of it."""
    yield from (visit.end for visit, _ in held_visits(draft, record))
    if record.details.until is not None and record.details.until >= draft.now:
        yield record.details.until


def _upcoming(draft: Draft, record: StandingRecord) -> Iterator[Upcoming]:
    """Yield the next visits as they stand now, made and not made."""
    if record.details.paused:
        return
    calendar, begin = draft.state.policy.calendar, draft.now - timedelta(days=31)
    found = occurrences(record.details, calendar, begin, draft.now + AHEAD)
    yield from islice((_shown(draft, record, one) for one in found if one.end >= draft.now), UPCOMING)


def _shown(draft: Draft, record: StandingRecord, visit: Occurrence) -> Upcoming:
    request = draft.request(request_of(record.details, visit.nominal))
    known = None if request is None or request.state is State.CANCELLED else request.request_id
    return Upcoming(occurrence=visit.nominal, how=visit.how, start=visit.start, end=visit.end, request_id=known)


def _unknown(draft: Draft, record: StandingRecord) -> tuple[int, ...]:
    """Return the years within a year from now whose holidays would matter and are not known."""
    visits = occurrences(record.details, draft.state.policy.calendar, draft.now, draft.now + timedelta(days=366))
    return tuple(sorted({one.unknown for one in visits if one.unknown is not None}))


def make_visits(draft: Draft) -> None:
    """Make requests of the visits that are due: each exactly once, however often and however late this is called.

    A visit whose time has passed unnoticed is made all the same: it ends as unmet, and is counted.
    """
    ahead = standing_days(draft.state.policy)
    for record in list(draft.kept.standing.all()):
        if record.due is not None and record.due - ahead <= draft.now:
            _make(draft, record, draft.now + ahead)
        elif record.ends is not None and record.ends < draft.now:
            _end(draft, record)


def _end(draft: Draft, record: StandingRecord) -> None:
    """End an order whose last visit is over; of one that is interrupted, the visits that passed meanwhile."""
    if record.details.paused:
        end_passed(draft, record)
        write(draft, record)
    else:
        write(draft, record, cause="ended", reason="")


def held_visits(draft: Draft, record: StandingRecord) -> list[tuple[Occurrence, AssignmentRecord]]:
    """Return the visits that are held because the order is interrupted, with their requests."""
    return [
        (visit, request)
        for visit, request in made_between(draft, record, draft.now - REACH, draft.now + REACH)
        if isinstance(request.status, OnHold) and request.status.by == record.key
    ]


def end_passed(draft: Draft, record: StandingRecord) -> None:
    """Cancel the visits that were held until their time had passed."""
    for visit, request in held_visits(draft, record):
        if visit.end < draft.now:
            draft.step(request, Cancelled(reason=record.reason), "pause")


def _make(draft: Draft, record: StandingRecord, horizon: datetime) -> None:
    made_to, made = record.made_to, 0
    for visit in visits_from(draft, record):
        if visit.soonest > horizon or made == VISITS_AT_ONCE_MAX:
            break
        made_to = visit.nominal
        if visit.comes and draft.request(request_of(record.details, visit.nominal)) is None:
            _place(draft, record.details, visit)
            made += 1
    write(draft, record, cause="standing", reason="", made_to=made_to)


def _place(draft: Draft, details: StandingDetails, visit: Occurrence) -> None:
    request = request_of(details, visit.nominal)
    draft.open_record(request, Registered(), _details_of(draft, details, visit), "standing", details.standing)


def _details_of(draft: Draft, details: StandingDetails, visit: Occurrence) -> RequestDetails:
    """Return a visit's request: the template at its own time, with a number that a person can read."""
    local = visit.nominal.astimezone(ZoneInfo(details.zone))
    changes = {
        "windows": visit.windows,
        "ordered_at": draft.now,
        "source_id": f"{details.template.source_id}@{local:%Y-%m-%d}",
        "standing": details.standing,
        "occurrence": visit.nominal,
    }
    return details.template.model_copy(update=changes)


def made_visits(draft: Draft, record: StandingRecord, since: datetime) -> Iterator[AssignmentRecord]:
    """Yield the requests that an order's visits have become, from a moment of its rule on."""
    until = max(record.made_to or since, draft.now + standing_days(draft.state.policy))
    return (request for _, request in made_between(draft, record, since - _ONE, until))


def made_between(
    draft: Draft, record: StandingRecord, after: datetime, until: datetime
) -> Iterator[tuple[Occurrence, AssignmentRecord]]:
    """Yield an order's visits that have become requests, with these, by their moments of the rule."""
    for visit in occurrences(record.details, draft.state.policy.calendar, after, until):
        request = draft.request(request_of(record.details, visit.nominal))
        if request is not None:
            yield visit, request


def note_served(draft: Draft) -> None:
    """Note in the orders which teams agreed to go, and went, in this decision."""
    changed = {one.request_id: one for one in draft.written if one.state in _NOTED}
    for request in changed.values():
        details = request.details
        record = None if details is None or details.standing is None else draft.kept.standing.get(details.standing)
        if record is not None and details is not None and details.occurrence is not None:
            _note(draft, record, request, details.occurrence)


def _note(draft: Draft, record: StandingRecord, request: AssignmentRecord, occurrence: datetime) -> None:
    teams = tuple(leg.assignment.team if leg.assignment is not None else None for leg in request.legs)
    served = record.served
    if request.state is State.DONE:
        others = tuple(one for one in served if one.occurrence != occurrence)
        served = (*others, Served(occurrence=occurrence, teams=teams))[-REMEMBERED:]
    regular = tuple(_regular(record, served, leg, team) for leg, team in enumerate(teams))
    if (served, regular) != (record.served, record.regular):
        write(
            draft, record, cause="served" if served != record.served else record.cause, served=served, regular=regular
        )


def _regular(record: StandingRecord, served: tuple[Served, ...], leg: int, agreed: str | None) -> str | None:
    """Return the team that usually comes: it stays so until another has come more often in the visits remembered.

    Before the first visit it is the team that agreed to make one. A team that stood in once changes nothing.
    """
    before = record.regular[leg] if leg < len(record.regular) else None
    came = [team for one in served if (team := _of_leg(one, leg)) is not None]
    counts = Counter(came)
    if not counts:
        return before or agreed
    most = max(counts.values())
    if before is not None and counts[before] == most:
        return before
    return next(team for team in reversed(came) if counts[team] == most)


def _of_leg(one: Served, leg: int) -> str | None:
    return one.teams[leg] if leg < len(one.teams) else None


def regular_team(draft: Draft, details: RequestDetails, leg: int) -> str | None:
    """Return the team that usually makes the visits of a request's standing order, if it has one."""
    record = None if details.standing is None else draft.kept.standing.get(details.standing)
    return None if record is None or leg >= len(record.regular) else record.regular[leg]


def next_due(standing: Mapping[str, StandingRecord], policy: Policy) -> Iterator[datetime]:
    """Yield when visits are to be made, and when orders are over."""
    ahead = standing_days(policy)
    for record in standing.values():
        if record.due is not None:
            yield record.due - ahead
        if record.ends is not None:
            yield record.ends + timedelta(seconds=1)
