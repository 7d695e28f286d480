"""The desk writes down what was given: a service record per visit, and the next version when what it says changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from linli.matcher.ledger.draft import Draft
from linli.matcher.service.anomalies import Made, anomalies_of
from linli.matcher.service.credit import credited_minutes, plausible_minutes, proof_of
from linli.schemas.assignment import Assignment, AssignmentRecord, DoneState, RecordedAfterwards
from linli.schemas.service import ServiceRecord, service_key

COMPARED = timedelta(days=8)
"""How far apart visits are compared: the week of a pair of member and household, and a day more."""

_HEADING = ("version", "round", "at")


def write_given(draft: Draft, record: AssignmentRecord) -> None:
    """Write the service records of a request whose help was just given, or entered afterwards."""
    for made in _given(draft, record):
        settle(draft, made)


def settle(draft: Draft, record: ServiceRecord) -> None:
    """Judge a service record anew and write it if anything about it has changed."""
    visit = made_of(draft, record)
    found, related = anomalies_of(visit, tuple(_others(draft, record)), draft.state.policy.service)
    judged = record.model_copy(
        update={
            "anomalies": tuple(name.value for name in found),
            "related": related,
            "proof": proof_of(record),
            "plausible_minutes": plausible_minutes(record),
        }
    )
    judged = judged.model_copy(update={"credited_minutes": credited_minutes(judged)})
    before = draft.kept.service.get(judged.key)
    if before is None or _without_heading(before) != _without_heading(judged):
        draft.kept.write(judged.model_copy(update=dict(draft.kept.heading(before))))


def _without_heading(record: ServiceRecord) -> ServiceRecord:
    return record.model_copy(update=dict.fromkeys(_HEADING))


def service_of(draft: Draft, record: AssignmentRecord) -> list[ServiceRecord]:
    """Return the service records of a request, one per visit that was made."""
    found = (draft.kept.service.get(service_key(record.request_id, leg)) for leg in range(max(1, len(record.legs))))
    return [one for one in found if one is not None]


def _given(draft: Draft, record: AssignmentRecord) -> Iterator[ServiceRecord]:
    status = record.status
    if isinstance(status, RecordedAfterwards):
        if status.team is not None and status.start is not None and status.minutes is not None:
            yield _record(draft, record, 0, status.team, status.members, status.start, status.minutes)
        return
    # A build before this one wrote the end of a visit with its request alone. Where one team has said its own end, who
    # said nothing gave nothing that anybody knows of.
    told = any(leg.assignment is not None and leg.assignment.finished is not None for leg in record.legs)
    ended = (status.at, status.minutes) if isinstance(status, DoneState) and not told else None
    for leg, one in enumerate(record.legs):
        going = one.assignment
        if going is not None and going.finished is not None:
            yield _of_visit(draft, record, leg, going, (going.finished, going.minutes or 0))
        elif going is not None and ended is not None:
            yield _of_visit(draft, record, leg, going, ended)


def _of_visit(
    draft: Draft, record: AssignmentRecord, leg: int, going: Assignment, ended: tuple[datetime, int]
) -> ServiceRecord:
    """Write down a visit and its end; where nobody said when it began, it began when it was to."""
    at, minutes = ended
    start = going.started_at or min(going.start, at)
    made = _record(draft, record, leg, going.team, going.members, start, minutes)
    return made.model_copy(
        update={
            "started_at": going.started_at,
            "reported_at": at,
            "afterwards": False,
            "code_ok": going.service_code_ok,
            "wrong_codes": going.wrong_codes,
        }
    )


def _record(
    draft: Draft,
    record: AssignmentRecord,
    leg: int,
    team: str,
    members: tuple[str, ...],
    start: datetime,
    minutes: int,
) -> ServiceRecord:
    """Begin a record, or take the one that is there with what was given put right."""
    known, details = draft.team(team), record.details
    needs = details.needs_of(leg) if details is not None else None
    before = draft.kept.service.get(service_key(record.request_id, leg))
    facts = {
        "request_id": record.request_id,
        "leg": leg,
        "category": needs.category if needs else "unknown",
        "community": details.community if details else "unknown",
        "grid": details.grid if details else None,
        "team": team,
        "team_kind": known.details.team_kind.value if known is not None else "volunteer",
        "node": known.details.organisation if known is not None else None,
        "members": members,
        "start": start,
        "end": start + timedelta(minutes=minutes),
        "minutes": minutes,
        "planned_minutes": needs.minutes if needs else 0,
        "headcount": details.headcount if details else None,
        "reported_at": draft.now,
        "afterwards": True,
        "climbed": record.escalation,
        "hard": record.hard is not None or (before is not None and before.hard),
    }
    if before is not None:
        return before.model_copy(update=facts)
    return ServiceRecord.model_validate({**draft.kept.heading(None), **facts})


def made_of(draft: Draft, record: ServiceRecord) -> Made:
    """Put beside a record what only the request knows; nothing of it is kept in the record."""
    request = draft.request(record.request_id)
    details = request.details if request is not None else None
    if request is None or details is None:
        return Made(record, zone=draft.zone_of(record.team))
    going = request.legs[record.leg].assignment if record.leg < len(request.legs) else None
    return Made(
        record=record,
        place=details.place,
        household=details.marks.household,
        planned=None if going is None or record.afterwards else (going.start, going.end),
        zone=draft.zone_of(record.team),
    )


def _others(draft: Draft, record: ServiceRecord) -> Iterator[Made]:
    """Yield the other visits of the same team, near in time, in the order of their keys.

    Numbers of members are the teams' own: the same number in another team is somebody else.
    """
    before = draft.state.translations.served.of_team(record.team, draft.state.service)
    now = {one.key: one for one in draft.kept.written if isinstance(one, ServiceRecord) and one.team == record.team}
    for key, other in sorted({**before, **now}.items()):
        if key != record.key and abs(other.start - record.start) <= COMPARED:
            yield made_of(draft, other)
