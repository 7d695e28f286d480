"""Whom something must be told: worked out from what the ledger says now and from what is known to have been told.

Pure, and a function of the present: it does not matter how often it is asked, or what was missed while nobody asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from linli.matcher.service.unreported import unheard
from linli.schemas.assignment import Assignment, AssignmentRecord, Audience, Leg, Offer
from linli.schemas.deliveries import DeliveryRecord, DeliveryState, Purpose
from linli.schemas.identity import delivery_id
from linli.schemas.lifecycle import OPEN, OfferEnd, OfferState, State
from linli.schemas.people import AgeBand, Beneficiary
from linli.schemas.telling import Tell, TellTask
from linli.services.delivering.climb_notices import climb_holds, climb_notices

NEWS_FOR: Final = timedelta(hours=12)
"""How long it makes sense to tell somebody that an offer or a visit is off: next day they have found out."""

REMINDED_FOR: Final = timedelta(days=3)
"""How long a team is reminded of a record that is missing: later it may find that the request has been closed."""

TASK_FOR: Final = timedelta(hours=24)
"""How long after its due time a task of telling somebody stays on the list: late is still better than never."""

VISITING: Final = frozenset({State.OFFERED, State.COMMITTED, State.UNDER_WAY, State.WITHDRAWN, State.CLAIMED})
"""States in which a team that is named goes: with two teams one may go while another is sought."""

_VISIT: Final = frozenset({Purpose.COMMITTED, Purpose.CHANGED})

_FILLED: Final = frozenset({OfferEnd.FILLED, OfferEnd.REASSIGNED, OfferEnd.CLAIMED, OfferEnd.RECORDED})

_OVER: Final = frozenset(
    {State.DONE, State.RATED, State.REOPENED, State.CLOSED, State.FAILED_VISIT, State.RECORDED_AFTERWARDS}
)
"""States after which nobody needs to hear that a visit is off: it took place, or somebody was there."""


def notices(record: AssignmentRecord, known: Mapping[str, DeliveryRecord], now: datetime) -> Iterator[DeliveryRecord]:
    """Yield what somebody must be told about a request and nobody has been told or is being told yet.

    Parameters
    ----------
    record
        The request's last record.
    known
        The deliveries about it, by id.
    now
        Decision time; what came too late to be told is left out.

    Notes
    -----
    A team that the record does not list among those to be told hears nothing, not even that a visit is off: whoever
    chose it in ``suggest`` rings it up himself, as before.
    """
    if Audience.TEAM not in record.notify:
        return
    told = [_notice(record, leg, offer, known, now) for leg in record.legs for offer in leg.offers]
    missing = _missing_notices(record, now)
    for made in (*told, *missing, *climb_notices(record, known, now)):
        if made is not None and made.id not in known and _is_in_time(made, now):
            yield made


def task_notice(task: TellTask, record: AssignmentRecord, now: datetime) -> DeliveryRecord:
    """Make the delivery of a task to tell somebody in person; a person at the desk sees that it is done."""
    made = _made(record, Purpose.IN_PERSON, task.id, None, now)
    end = task.window.end if task.window else None
    changes = {"start": task.start or (task.window.start if task.window else None), "end": end, "task": task}
    return made.model_copy(update={**changes, "answer_by": task.due, "until": max(task.due, now) + TASK_FOR})


def still_holds(made: DeliveryRecord, record: AssignmentRecord | None) -> bool:
    """Tell whether what a delivery says is still so; what is not must not be sent any more."""
    if record is None or (Audience.TEAM if made.task is None else Audience.RESIDENT) not in record.notify:
        return False
    if made.task is not None:
        return _task_holds(made.task, record)
    if made.purpose is Purpose.ESCALATED:
        return climb_holds(made, record)
    leg, offer = _find(record, made.offer)
    if leg is None or offer is None:
        return False
    if made.purpose is Purpose.OFFER:
        return offer.state is OfferState.OPEN
    if made.purpose in _VISIT:
        going = _going(record, leg, offer)
        return going is not None and not going.started and going.start == made.start
    if made.purpose is Purpose.WAITING:
        return record.is_gathering and _going(record, leg, offer) is not None
    if made.purpose is Purpose.NOT_REPORTED:
        return any(one.id == offer.id for one in unheard(record))
    if made.purpose in (Purpose.CALLED_OFF, Purpose.NOT_THIS_TIME):
        return _going(record, leg, offer) is None
    return True


def is_child(record: AssignmentRecord) -> bool:
    """Tell whether a request is for a child: nothing about it goes into a group, not even a code."""
    details = record.details
    if details is None:
        return True
    return details.beneficiary is Beneficiary.LEFT_BEHIND_CHILD or details.age_band is not AgeBand.ADULT


def _notice(
    record: AssignmentRecord, leg: Leg, offer: Offer, known: Mapping[str, DeliveryRecord], now: datetime
) -> DeliveryRecord | None:
    if offer.state is OfferState.OPEN:
        made = _made(record, Purpose.OFFER, offer.id, offer, now)
        times = {"made": offer.offered_at, "answer_by": offer.expires, "until": offer.expires}
        return made.model_copy(update=times)
    going = _going(record, leg, offer)
    if going is not None:
        return None if going.started else _visit_notice(record, offer, going, known, now)
    if offer.state is OfferState.ACCEPTED:
        return _off_notice(record, offer, known, now)
    asked = known.get(delivery_id(offer.id, Purpose.OFFER))
    if asked is None or not asked.tried or offer.state not in (OfferState.EXPIRED, OfferState.REVOKED):
        return None
    return _made(record, _end_of(offer), offer.id, offer, now)


def _visit_notice(
    record: AssignmentRecord, offer: Offer, going: Assignment, known: Mapping[str, DeliveryRecord], now: datetime
) -> DeliveryRecord | None:
    """Tell who goes when; a time other than was told last is a notice of its own.

    Where nobody asked the team, because it took the whole standing order, that is said with it.
    Of several teams those that agreed first hear that the others are awaited; that they go they hear with all others.
    """
    told = [one for one in known.values() if one.offer == offer.id and one.purpose in _VISIT]
    last = max(told, key=lambda one: one.made or one.at, default=None)
    if last is not None and last.start == going.start:
        return None
    came = last is None and _came_by_series(record, offer)
    times = {"start": going.start, "end": going.end, "until": going.end, "series": came}
    if last is None and record.is_gathering:
        waits = _made(record, Purpose.WAITING, offer.id, offer, now)
        return waits.model_copy(update={"made": going.since, **times})
    purpose, about = (
        (Purpose.COMMITTED, offer.id) if last is None else (Purpose.CHANGED, f"{offer.id}@{record.version}")
    )
    agreed = max(leg.assignment.since for leg in record.legs if leg.assignment is not None)
    made = agreed if last is None else max(record.at, last.made or record.at)
    return _made(record, purpose, offer.id, offer, now).model_copy(
        update={"id": delivery_id(about, purpose), "made": made, **times}
    )


def _came_by_series(record: AssignmentRecord, offer: Offer) -> bool:
    """Tell whether a team goes without having been asked about this visit, because it took all of them."""
    given = any(one.team == offer.team and not one.refused for one in record.series)
    return given and not offer.sent


def _off_notice(
    record: AssignmentRecord, offer: Offer, known: Mapping[str, DeliveryRecord], now: datetime
) -> DeliveryRecord | None:
    """Tell a team that was told to go, or to wait for others, that it need not; who withdrew by itself knows."""
    if (offer.team, "withdrew") in record.barred or record.state in _OVER:
        return None
    for heard, purpose in ((Purpose.COMMITTED, Purpose.CALLED_OFF), (Purpose.WAITING, Purpose.NOT_THIS_TIME)):
        told = known.get(delivery_id(offer.id, heard))
        if told is not None and told.tried:
            return _made(record, purpose, offer.id, offer, now)
    return None


def _missing_notices(record: AssignmentRecord, now: datetime) -> Iterator[DeliveryRecord]:
    """Tell each team that said nothing of its visit that the record is missing, once it has ended without it."""
    for going in unheard(record):
        _, offer = _find(record, going.id)
        if offer is not None:
            made = _made(record, Purpose.NOT_REPORTED, offer.id, offer, now)
            times = {"start": going.start, "end": going.end, "until": record.at + REMINDED_FOR}
            yield made.model_copy(update=times)


def _end_of(offer: Offer) -> Purpose:
    if offer.state is OfferState.EXPIRED:
        return Purpose.LAPSED
    return Purpose.FILLED if offer.ended in _FILLED else Purpose.TAKEN_BACK


def _going(record: AssignmentRecord, leg: Leg, offer: Offer) -> Assignment | None:
    """Give the visit that came of an offer, if it stands."""
    going = leg.assignment
    return going if going is not None and going.id == offer.id and record.state in VISITING else None


def _find(record: AssignmentRecord, offer_id: str) -> tuple[Leg | None, Offer | None]:
    for leg in record.legs:
        for offer in leg.offers:
            if offer.id == offer_id:
                return leg, offer
    return None, None


def _made(record: AssignmentRecord, purpose: Purpose, about: str, offer: Offer | None, now: datetime) -> DeliveryRecord:
    details = record.details
    return DeliveryRecord(
        id=delivery_id(about, purpose),
        offer=about,
        team=offer.team if offer else None,
        channel="",
        state=DeliveryState.PENDING,
        attempt=0,
        at=now,
        request=record.request_id,
        district=record.district,
        purpose=purpose,
        category=record.help_of(offer.id) if offer else details.category if details else "",
        urgency=details.urgency if details else 1,
        child=is_child(record),
        start=offer.start if offer else None,
        end=offer.end if offer else None,
        made=record.at,
        until=record.at + NEWS_FOR,
    )


def _is_in_time(made: DeliveryRecord, now: datetime) -> bool:
    return made.until is None or now < made.until


def _task_holds(task: TellTask, record: AssignmentRecord) -> bool:
    if task.what is Tell.OFFICE:
        # Said once, it stays said; a later answer of the office is told for itself.
        return bool(record.office_answers) and task.cause == f"office_{record.office_answers[-1].outcome}"
    if task.what is Tell.NOT_POSSIBLE:
        return record.promise is None and record.state not in OPEN - {State.UNMET}
    if task.what is Tell.VISITORS:
        return any(_is_told(task, leg.assignment) for leg in record.legs) and record.state in VISITING
    return record.state in OPEN and record.promise == task.window


def _is_told(task: TellTask, going: Assignment | None) -> bool:
    if going is None or going.started:
        return False
    return (going.team, going.members, going.start) == (task.team, task.members, task.start)


def by_id(records: Iterable[DeliveryRecord]) -> dict[str, DeliveryRecord]:
    """Order deliveries by their id."""
    return {record.id: record for record in records}
