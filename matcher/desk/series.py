"""A team that took a whole standing order (接下整个系列): later visits are its own, as long as it can make them.

A visit is given to it when it is made, a week ahead, by the very rules that hold where a person names a team. What it
cannot make is asked for as usual, and the request says which rule forbade it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from linli.matcher.desk.going import why_they_may_not_go
from linli.matcher.desk.handover import find_place, placed
from linli.matcher.insertion.insertion import Insertion
from linli.matcher.ledger.draft import Draft, live_offer
from linli.matcher.ledger.modes import mode_for
from linli.matcher.standing.series_agreed import order_of
from linli.matcher.standing.standing_visits import made_visits
from linli.schemas.assignment import AssignmentRecord, Committed, InSeries, Offered
from linli.schemas.desk import Assign
from linli.schemas.instants import from_seconds
from linli.schemas.lifecycle import OfferEnd, State, may_follow
from linli.schemas.orders import Target
from linli.schemas.policy import Mode
from linli.schemas.standing import StandingRecord

NOTICE: Final = timedelta(hours=12)
"""A visit that begins sooner is asked for: who is told in the evening can still say no for the morning."""

GIVEN_MAX: Final = 200
"""Requests that one decision tries to give, some milliseconds each; any further ones are asked for as usual."""

_FREE: Final = frozenset({State.REGISTERED, State.PROMISED, State.OFFERED, State.UNMET, State.RESCHEDULED})
"""States in which a leg without a team may be given away."""


def give_series(draft: Draft) -> None:
    """Give visits to the teams that took their standing orders: those that this decision made, moved or freed."""
    for request in islice(_to_try(draft), GIVEN_MAX):
        for leg in range(len(request.legs)):
            _try(draft, request.request_id, leg)


def _to_try(draft: Draft) -> Iterator[AssignmentRecord]:
    """Yield requests that may have become a team's; where one took an order just now, all that are made of it."""
    taken = [one for one in draft.kept.written if isinstance(one, StandingRecord) and one.cause == "series"]
    written = [one.request_id for one in draft.written if one.details is not None and one.details.standing is not None]
    made = [one.request_id for order in taken for one in made_visits(draft, order, draft.now)]
    for name in dict.fromkeys((*written, *made)):
        record = draft.request(name)
        if record is not None and record.state in _FREE:
            yield record


def _try(draft: Draft, request: str, leg: int) -> None:
    """Give a leg to the team that took it, or note the rule that forbids it; each once."""
    record = draft.request(request)
    standing = None if record is None else order_of(draft, record)
    series = None if standing is None else standing.series_of(leg)
    if record is None or series is None or record.state not in _FREE or not _is_open(draft, record, leg):
        return
    wish = Assign(
        target=Target(request_id=request),
        team=series.team,
        leg=leg,
        agreed=True,
        members=series.members,
        reason="series",
        by=series.by or series.team,
    )
    found = _place_for(draft, record, wish)
    said = InSeries(leg=leg, team=series.team, since=series.since, refused=found if isinstance(found, str) else "")
    # One that was registered just now gets its next record in this very decision: what is noted goes with that.
    draft.in_series[request] = (*draft.in_series.get(request, record.series), said)
    if isinstance(found, str):
        if may_follow(record.state, record.state):
            draft.step(record, record.status, "series")
    else:
        record, legs = placed(draft, wish, record, found, OfferEnd.REASSIGNED, asked=False)
        draft.step(record, Committed() if all(one.assignment for one in legs) else Offered(), "series", legs=legs)


def _is_open(draft: Draft, record: AssignmentRecord, leg: int) -> bool:
    """Say whether nobody has a leg or is asked for it, and it was not tried before."""
    noted = draft.in_series.get(record.request_id, record.series)
    held = record.legs[leg].assignment is not None or live_offer(record.legs[leg]) is not None
    return not held and all(one.leg != leg for one in noted)


def _place_for(draft: Draft, record: AssignmentRecord, wish: Assign) -> Insertion | str:
    """Find the visit's place with the team, or the rule that forbids it."""
    if record.details is None or draft.team(wish.team) is None:
        return "team_unknown"
    if mode_for(draft.state.policy, record.details) is Mode.SUGGEST:
        return Mode.SUGGEST.value
    found = find_place(draft, record, wish)
    if isinstance(found, str):
        return found
    if from_seconds(found.stop.start) < _soonest(draft):
        return "short_notice"
    return why_they_may_not_go(draft, record, wish.team, wish.members, from_seconds(found.stop.end)) or found


def _soonest(draft: Draft) -> datetime:
    return draft.now + NOTICE
