"""Erasing a person: what was to come for them ends, and a standing order keeps nothing that tells of them.

The keys of the sealed parts are destroyed before, by intake: see `linli.streams.intake.outcome_records`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from linli.matcher.ledger.draft import Draft, end_offers
from linli.matcher.standing.standing_visits import write
from linli.schemas.assignment import AssignmentRecord, Cancelled
from linli.schemas.commands import Command
from linli.schemas.erasure import Erase
from linli.schemas.lifecycle import OfferEnd, State, may_follow
from linli.schemas.orders import RequestDetails
from linli.schemas.people import Flags, Marks, Requester, SealedPart, Wishes
from linli.schemas.rounds import OutcomeCode
from linli.schemas.standing import StandingRecord

ERASED: Final = "erased"
"""The cause of what ends because its person was erased."""

DIGITS: Final = 1
"""Decimal digits of a degree that stay of an erased person's place: some ten kilometres, less than a township."""

_ONE = timedelta(microseconds=1)
_NO_MARK: Final = "0" * 32


def erase(draft: Draft, command: Command, body: Erase) -> tuple[OutcomeCode, str]:
    """End what the persons behind some sealed parts had ordered, and clear their standing orders.

    Notes
    -----
    A visit that has begun goes on to its end, and what was served stays counted: neither says any more for whom. The
    requests themselves keep place and marks until they are forgotten, after the policy's ``keep_days``.
    """
    keys = frozenset(body.keys)
    orders = [one for one in draft.kept.standing.all() if _is_of(one.details.template, keys) and not is_erased(one)]
    requests = [one for one in draft.requests() if one.details is not None and _is_of(one.details, keys)]
    ended = [one for one in requests if _may_end(one)]
    for request in ended:
        draft.step(request, Cancelled(reason=""), ERASED, legs=end_offers(request.legs, OfferEnd.CANCELLED))
    for order in orders:
        _clear(draft, order, command.id)
    return (OutcomeCode.APPLIED, "") if ended or orders else (OutcomeCode.DUPLICATE, "")


def is_erased(record: StandingRecord) -> bool:
    """Tell whether the person of a standing order was erased: nothing sealed is left in it."""
    return not record.details.template.sealed.ciphertext


def _is_of(details: RequestDetails, keys: frozenset[str]) -> bool:
    return details.sealed.key_id in keys


def _may_end(request: AssignmentRecord) -> bool:
    return request.state is not State.CANCELLED and may_follow(request.state, State.CANCELLED)


def _clear(draft: Draft, record: StandingRecord, command: str) -> None:
    """Stop a standing order now and write it without anything by which its person could be found."""
    before = record.details
    changes = {
        "template": _nobodys(before.template, before.standing),
        "until": draft.now - _ONE if before.active else before.until,
        "paused": False,
        "skipped": (),
        "moved": (),
    }
    details = before.model_copy(update=changes)
    write(draft, record, cause=ERASED, reason="", details=details, recent=(command,))


def _nobodys(details: RequestDetails, standing: str) -> RequestDetails:
    """Take from an order's template what says who it was for, where exactly, and what they wished or agreed to."""
    place = details.place.model_copy(
        update={"lat": round(details.place.lat, DIGITS), "lon": round(details.place.lon, DIGITS), "coarse": True}
    )
    changes = {
        "source_id": standing,
        "place": place,
        "fetch": None,
        "requester": Requester.BENEFICIARY,
        "flags": Flags(),
        "wishes": Wishes(),
        "sealed": SealedPart(key_id=details.sealed.key_id, nonce="", ciphertext=""),
        "marks": Marks(content=_NO_MARK),
        "has_phone": None,
    }
    return details.model_copy(update=changes)
