"""Whom somebody must tell in person: residents without a telephone, and those for whom a proxy had ordered.

`tell_tasks` compares two records of one request and says what the resident must hear by when. It is a pure function of
the ledger, so that whoever delivers may derive it again after any crash and come to the same tasks with the same ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from linli.schemas.assignment import Assignment, AssignmentRecord, Audience
from linli.schemas.base import Inside, Instant, Ref
from linli.schemas.lifecycle import OPEN, State
from linli.schemas.orders import Window
from linli.schemas.people import Requester


class Tell(StrEnum):
    """What a resident is told: a promise, that it changed, who comes, that nobody comes, what an office says."""

    PROMISED = "promised"
    CHANGED = "changed"
    VISITORS = "visitors"
    NOT_POSSIBLE = "not_possible"
    OFFICE = "office"


class TellTask(Inside):
    """Something that the grid worker must tell somebody by a time.

    ``id`` is made of request, version and what is told: the same record always gives the same task. ``window`` is the
    promise that holds now; ``team``, ``members`` and ``start`` say who comes (``visitors``). ``cause`` is what made
    the change, a word of the glossary.
    """

    id: Ref
    request_id: Ref
    district: Ref
    grid: Ref
    community: Ref
    what: Tell
    due: Instant
    cause: str
    window: Window | None = None
    team: Ref | None = None
    members: tuple[Ref, ...] = ()
    start: Instant | None = None


PROXIES: Final = frozenset({Requester.GRID_WORKER, Requester.HOUSEHOLD_GROUP_HEAD, Requester.TRAINED_PROXY})
"""Who orders for somebody else, lives near by, and is expected to bring the answer back."""

WITHIN: Final = timedelta(hours=4)
"""A promise or a refusal is brought within half a working day, and earlier if the visit is nearer."""

BEFORE: Final = timedelta(hours=1)
"""Who comes is told at least an hour before the visit begins."""

_ENDED: Final = frozenset({State.UNMET, State.CANCELLED, State.REFERRED})


def must_be_told(record: AssignmentRecord) -> bool:
    """Tell whether somebody has to go and tell: no telephone, or ordered by a proxy, and the resident may be told."""
    details = record.details
    if details is None or Audience.RESIDENT not in record.notify:
        return False
    return details.has_phone is False or details.requester in PROXIES


def visit_told(task: TellTask | None, record: AssignmentRecord | None) -> Assignment | None:
    """Find the visit whose team and beginning somebody must be told; ``None`` where it is none, or holds no more."""
    if task is None or task.team is None or record is None:
        return None
    going = [leg.assignment for leg in record.legs if leg.assignment is not None]
    return next((one for one in going if (one.team, one.start) == (task.team, task.start)), None)


def tell_tasks(before: AssignmentRecord | None, after: AssignmentRecord) -> tuple[TellTask, ...]:
    """Return what the step from one record to the next makes somebody tell.

    Parameters
    ----------
    before
        The request's record before; ``None`` for its first.
    after
        The record after; its version follows.

    Returns
    -------
    tuple of TellTask
        Mostly empty or one; a new visitor at each of two visits makes two.

    Notes
    -----
    Within one round a request may be promised and offered in two records: each gives its own task, and one that is
    superseded before anybody went is for the deliverer to drop (a later ``changed`` of the same request).
    """
    if not must_be_told(after):
        return ()
    return tuple(_tasks(before, after))


def _tasks(before: AssignmentRecord | None, after: AssignmentRecord) -> Iterator[TellTask]:
    was = before.promise if before is not None else None
    if after.state in _ENDED and after.cause not in ("cancel",) and (before is None or before.state is not after.state):
        yield _task(after, Tell.NOT_POSSIBLE, _soon(after, was.start if was else None))
        return
    if before is not None and len(after.office_answers) > len(before.office_answers):
        yield _task(after, Tell.OFFICE, _soon(after, None))
    if after.state not in OPEN:
        return
    if after.promise is not None and after.promise != was:
        what = Tell.PROMISED if before is None or not _was_promised(before) else Tell.CHANGED
        yield _task(after, what, _soon(after, after.promise.start))
    elif after.state in (State.WITHDRAWN, State.RESCHEDULED) and was is not None and after.promise is None:
        yield _task(after, Tell.CHANGED, _soon(after, was.start))
    for number, going in _new_visitors(before, after):
        yield _visitors(after, number, going)


def _was_promised(record: AssignmentRecord) -> bool:
    return record.promise is not None or bool(record.broken) or record.state is State.RESCHEDULED


def _new_visitors(before: AssignmentRecord | None, after: AssignmentRecord) -> Iterator[tuple[int, Assignment]]:
    """Yield the visits of which somebody else goes now, or at another time, than was told.

    Of several teams nobody is told of before the last has accepted: until then none of them may come.
    """
    if not _is_complete(after):
        return
    known = before if before is not None and _is_complete(before) else None
    for number, leg in enumerate(after.legs):
        old = known.legs[number].assignment if known is not None and number < len(known.legs) else None
        going = leg.assignment
        if going is not None and not going.started and _told(going) != _told(old):
            yield number, going


def _is_complete(record: AssignmentRecord) -> bool:
    return all(leg.assignment is not None for leg in record.legs)


def _told(going: Assignment | None) -> tuple[object, ...]:
    return () if going is None else (going.team, going.members, going.start)


def _visitors(after: AssignmentRecord, number: int, going: Assignment) -> TellTask:
    task = _task(after, Tell.VISITORS, max(after.at, going.start - BEFORE), number)
    return task.model_copy(update={"team": going.team, "members": going.members, "start": going.start})


def _soon(record: AssignmentRecord, start: datetime | None) -> datetime:
    """Return by when it must be told: soon, and before the visit where that is nearer."""
    latest = record.at + WITHIN
    return latest if start is None else max(record.at, min(latest, start - BEFORE))


def _task(record: AssignmentRecord, what: Tell, due: datetime, number: int = 0) -> TellTask:
    details = record.details
    if details is None:
        raise ValueError(f"{record.request_id}: nobody is known who could be told")
    return TellTask(
        id=f"tell.{record.request_id}.{record.version}.{what.value}.{number}",
        request_id=record.request_id,
        district=record.district,
        grid=details.place.grid,
        community=details.community,
        what=what,
        due=due,
        cause=record.cause,
        window=record.promise,
    )
