"""What the desk does with standing orders: place, skip, move, stop, pause, resume."""

from __future__ import annotations

from datetime import datetime, timedelta

from linli.matcher.desk.erasing import is_erased
from linli.matcher.desk.orders import APPLIED, Result
from linli.matcher.ledger.draft import Draft, end_offers
from linli.matcher.rounds.forgetting import is_outlived
from linli.matcher.standing.occurrences import Occurrence, occurrences
from linli.matcher.standing.standing_visits import (
    REACH,
    end_passed,
    held_visits,
    made_between,
    next_visit,
    request_of,
    write,
)
from linli.schemas.assignment import AssignmentRecord, Cancelled, OnHold, Registered, Rescheduled
from linli.schemas.commands import Command
from linli.schemas.lifecycle import OfferEnd, State, may_follow
from linli.schemas.orders import Window
from linli.schemas.rounds import OutcomeCode
from linli.schemas.standing import (
    EXCEPTIONS_MAX,
    ChangeStanding,
    Moved,
    PlaceStanding,
    StandingDetails,
    StandingRecord,
    StandingStep,
)

RECENT_MAX = 8
"""Commands an order remembers, so that a repeated one is known; intake repeats at most the last few."""

_ONE = timedelta(microseconds=1)


def place_standing(draft: Draft, command: Command, body: PlaceStanding) -> Result:
    """Take a standing order; recognise one that came before."""
    known = draft.kept.standing.get(body.details.standing)
    if known is not None and is_erased(known):
        return OutcomeCode.NO_LONGER_KEPT, ""
    if known is not None:
        same = known.details.template.marks.content == body.details.template.marks.content
        if same and _rule_of(known.details) == _rule_of(body.details):
            return OutcomeCode.DUPLICATE, ""
        return OutcomeCode.CONFLICT, "content"
    if is_outlived(draft, command):
        return OutcomeCode.NO_LONGER_KEPT, ""
    record = StandingRecord(**draft.kept.heading(None), details=body.details, made_to=draft.now, recent=(command.id,))
    if next_visit(draft, record) is None:
        return OutcomeCode.BREAKS_RULE, "no_visit"
    write(draft, record)
    return APPLIED


def _rule_of(details: StandingDetails) -> tuple[object, ...]:
    """Return what two orders must have in common besides their content; a stop since then does not count."""
    return details.rule, details.holidays, details.template.windows


def change_standing(draft: Draft, command: Command, body: ChangeStanding) -> Result:
    """Change a standing order; here each step finds its rule."""
    record = draft.kept.standing.get(body.standing)
    if record is None:
        return OutcomeCode.UNKNOWN_REQUEST, "no_such_standing_order"
    if command.id in record.recent:
        return OutcomeCode.DUPLICATE, ""
    if not record.details.active:
        return OutcomeCode.NOT_ALLOWED_NOW, "ended"
    record = record.model_copy(update={"recent": (*record.recent, command.id)[-RECENT_MAX:]})
    match body.step:
        case StandingStep.SKIP:
            return _skip(draft, record, body)
        case StandingStep.MOVE:
            return _move(draft, record, body)
        case StandingStep.STOP:
            return _stop(draft, record, body)
        case StandingStep.PAUSE:
            return _pause(draft, record, body)
        case StandingStep.RESUME:
            return _resume(draft, record, body)
        case StandingStep.ASK_EACH:
            return _ask_each(draft, record, body)


def _named(draft: Draft, record: StandingRecord, nominal: datetime | None) -> Occurrence | None:
    """Return the visit that the rule has at a moment, if there is one."""
    if nominal is None:
        return None
    found = occurrences(record.details, draft.state.policy.calendar, nominal - _ONE, nominal)
    return next(found, None)


def _skip(draft: Draft, record: StandingRecord, body: ChangeStanding) -> Result:
    """Leave one visit out; if it is a request already, that is cancelled."""
    visit = _named(draft, record, body.occurrence)
    if visit is None:
        return OutcomeCode.BREAKS_RULE, "no_such_visit"
    if not visit.comes:
        return OutcomeCode.DUPLICATE, visit.how.value
    request = draft.request(request_of(record.details, visit.nominal))
    if request is None and visit.end < draft.now:
        return OutcomeCode.NOT_ALLOWED_NOW, "passed"
    if request is not None and not _take_back(draft, request, "skip", body.reason):
        return OutcomeCode.NOT_ALLOWED_NOW, request.state
    kept = tuple(one for one in record.details.moved if one.occurrence != visit.nominal)
    skipped = (*_to_come(draft, record.details.skipped), visit.nominal)
    return _with_exceptions(draft, record, body, moved=kept, skipped=skipped)


def _move(draft: Draft, record: StandingRecord, body: ChangeStanding) -> Result:
    """Give one visit another time, between the visits before and after it."""
    visit = _named(draft, record, body.occurrence)
    windows = body.windows or ()
    if visit is None:
        return OutcomeCode.BREAKS_RULE, "no_such_visit"
    if visit.windows == windows and visit.comes:
        return OutcomeCode.DUPLICATE, visit.how.value
    if all(window.end < draft.now for window in windows):
        return OutcomeCode.NOT_ALLOWED_NOW, "passed"
    if not _is_between(draft, record, visit, windows):
        return OutcomeCode.BREAKS_RULE, "beyond_next_visit"
    request = draft.request(request_of(record.details, visit.nominal))
    passed = record.made_to is not None and visit.nominal <= record.made_to
    if request is None and passed:
        return OutcomeCode.NOT_ALLOWED_NOW, "passed"
    if request is not None and not _give_other_time(draft, request, windows, body.reason):
        return OutcomeCode.NOT_ALLOWED_NOW, request.state
    others = tuple(one for one in record.details.moved if one.occurrence != visit.nominal)
    still = tuple(one for one in others if one.occurrence >= draft.now or max(w.end for w in one.windows) >= draft.now)
    skipped = tuple(one for one in record.details.skipped if one != visit.nominal)
    moved = (*still, Moved(occurrence=visit.nominal, windows=windows))
    return _with_exceptions(draft, record, body, moved=moved, skipped=skipped)


def _is_between(draft: Draft, record: StandingRecord, visit: Occurrence, windows: tuple[Window, ...]) -> bool:
    """Say whether a visit stays after the one before it and before the one after it, as the rule has them."""
    calendar, far = draft.state.policy.calendar, timedelta(days=800)
    begin, end = min(one.start for one in windows), max(one.end for one in windows)
    plain = record.details.model_copy(update={"skipped": (), "moved": ()})
    later = next(occurrences(plain, calendar, visit.nominal, visit.nominal + far), None)
    earlier = [one.nominal for one in occurrences(plain, calendar, visit.nominal - far, visit.nominal - _ONE)]
    return (later is None or end < later.nominal) and (not earlier or begin > earlier[-1])


def _with_exceptions(draft: Draft, record: StandingRecord, body: ChangeStanding, **changes: object) -> Result:
    details = record.details.model_copy(update=changes)
    if len(details.skipped) + len(details.moved) > EXCEPTIONS_MAX:
        return OutcomeCode.BREAKS_RULE, "exceptions"
    write(draft, record, cause=body.step.value, reason=body.reason, details=details)
    return APPLIED


def _to_come(draft: Draft, moments: tuple[datetime, ...]) -> tuple[datetime, ...]:
    """Return the moments that still matter: a visit that passed long ago needs no mark any more."""
    return tuple(one for one in moments if one >= draft.now - timedelta(days=35))


def _take_back(draft: Draft, request: AssignmentRecord, cause: str, reason: str) -> bool:
    """Cancel the request that a visit has become; false if it is too late for that."""
    if request.state is State.CANCELLED:
        return True
    if not may_follow(request.state, State.CANCELLED):
        return False
    draft.step(request, Cancelled(reason=reason), cause, legs=end_offers(request.legs, OfferEnd.CANCELLED))
    return True


def _give_other_time(draft: Draft, request: AssignmentRecord, windows: tuple[Window, ...], reason: str) -> bool:
    """Reschedule the request that a visit has become; false if it is too late for that."""
    if request.details is None or not may_follow(request.state, State.RESCHEDULED):
        return False
    other = Rescheduled(by="resident", reason=reason)
    draft.step(
        request,
        other,
        "move",
        details=request.details.model_copy(update={"windows": windows}),
        legs=end_offers(request.legs, OfferEnd.CHANGED),
        promise=None,
        series=(),
    )
    return True


def _stop(draft: Draft, record: StandingRecord, body: ChangeStanding) -> Result:
    """End an order: visits from a moment on are taken back, or not made any more. What is under way stays."""
    since = max(body.since or draft.now, draft.now)
    if record.details.until is not None and record.details.until < since:
        return OutcomeCode.DUPLICATE, "ended"
    too_late = _take_back_from(draft, record, since, "stop", body.reason)
    late = tuple(one for one in record.details.moved if min(w.start for w in one.windows) >= since)
    changes = {
        "until": since - _ONE,
        "moved": tuple(one for one in record.details.moved if one not in late),
        "skipped": (*record.details.skipped, *(one.occurrence for one in late)),
    }
    details = record.details.model_copy(update=changes)
    write(draft, record, cause="stop", reason=body.reason, details=details)
    return OutcomeCode.APPLIED, "some_stay" if too_late else ""


def _take_back_from(draft: Draft, record: StandingRecord, since: datetime, cause: str, reason: str) -> int:
    """Cancel the requests of visits that begin at a moment or later; return how many could not be."""
    return sum(not _take_back(draft, request, cause, reason) for request in _open_from(draft, record, since))


def _open_from(draft: Draft, record: StandingRecord, since: datetime) -> list[AssignmentRecord]:
    """Return the requests of visits that begin at a moment or later and are not over."""
    horizon = draft.now + timedelta(days=draft.state.policy.standing_days)
    made = made_between(draft, record, min(since, draft.now) - REACH, max(horizon, record.made_to or horizon))
    return [
        request
        for visit, request in made
        if visit.end >= since and max(visit.start, visit.nominal) >= since and _is_open(request)
    ]


def _is_open(request: AssignmentRecord) -> bool:
    return request.state not in (State.CANCELLED, State.CLOSED, State.DONE, State.RATED, State.FAILED_VISIT)


def _pause(draft: Draft, record: StandingRecord, body: ChangeStanding) -> Result:
    """Interrupt an order: visits that are made already are held until it goes on, none is made meanwhile."""
    if record.details.paused:
        return OutcomeCode.DUPLICATE, "paused"
    begun = sum(not _hold(draft, record, one, body.reason) for one in _open_from(draft, record, draft.now))
    details = record.details.model_copy(update={"paused": True})
    write(draft, record, cause="pause", reason=body.reason, details=details)
    return OutcomeCode.APPLIED, "some_stay" if begun else ""


def _hold(draft: Draft, record: StandingRecord, request: AssignmentRecord, reason: str) -> bool:
    """Hold the request that a visit has become; false if it is too late for that. What the desk holds stays its own."""
    if request.state is State.ON_HOLD:
        return True
    if not may_follow(request.state, State.ON_HOLD):
        return False
    held = OnHold(by=record.key, reason=reason)
    draft.step(request, held, "pause", legs=end_offers(request.legs, OfferEnd.HELD))
    return True


def _resume(draft: Draft, record: StandingRecord, body: ChangeStanding) -> Result:
    """Let an order go on: visits that were held and can still be made are wanted again, those to come are made."""
    if not record.details.paused:
        return OutcomeCode.DUPLICATE, ""
    end_passed(draft, record)
    for _, request in held_visits(draft, record):
        draft.step(request, Registered(), "resume", series=())
    made_to = max(record.made_to or draft.now, draft.now)
    details = record.details.model_copy(update={"paused": False})
    write(draft, record, cause="resume", reason=body.reason, details=details, made_to=made_to)
    return APPLIED


def _ask_each(draft: Draft, record: StandingRecord, body: ChangeStanding) -> Result:
    """End what is agreed on for the whole series; visits that a team has agreed to stay its own: that is its notice."""
    if not any(record.series) and not any(record.confirmed):
        return OutcomeCode.DUPLICATE, "no_series"
    write(draft, record, cause="series_ended", reason=body.reason, series=(), confirmed=())
    return APPLIED
