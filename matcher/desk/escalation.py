"""Escalation: what waits too long for the next thing climbs one level of the organisation tree (提级办理).

A request begins at the lowest node that answers for its place. Whenever it has waited for its limit, it climbs to the
node above, whose contact is told, and from whose level on more teams may be asked. At the root it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from linli.matcher.ledger.asking_pools import pools_open
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.modes import mode_for
from linli.matcher.ledger.organisation import Tree
from linli.matcher.rounds.offering import freeze_at
from linli.schemas.assignment import AssignmentRecord, Leg, Referred
from linli.schemas.escalation import Awaited, Climb
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import RequestDetails
from linli.schemas.organisation import NodeDetails
from linli.schemas.policy import Mode, Policy

_ASKED = frozenset({OfferState.OPEN, OfferState.DECLINED, OfferState.EXPIRED})


class Wait(NamedTuple):
    """What a request waits for, since when, and how many minutes it may."""

    awaited: Awaited
    since: datetime
    minutes: int

    @property
    def until(self) -> datetime:
        """The moment at which it climbs."""
        return self.since + timedelta(minutes=self.minutes)


def escalate(draft: Draft) -> None:
    """Let every request that has waited too long climb one level."""
    if not draft.tree:
        return
    for record in list(draft.requests()):
        wait = next_climb(draft.state.policy, draft.tree, record)
        if wait is not None and wait.until <= draft.now:
            _climb(draft, record, wait)


def next_climbs(policy: Policy, tree: Tree, records: Iterable[AssignmentRecord]) -> Iterator[datetime]:
    """Yield when requests climb next."""
    if tree:
        waits = (next_climb(policy, tree, record) for record in records)
        yield from (wait.until for wait in waits if wait is not None)


def next_climb(policy: Policy, tree: Tree, record: AssignmentRecord) -> Wait | None:
    """Return the wait after which a request climbs; ``None`` where it cannot, or where nothing limits its wait.

    Notes
    -----
    In mode ``suggest`` nothing climbs: what becomes of the request is known to the desk alone. Nights and the time the
    service was down count like any other minutes.
    """
    details = record.details
    if details is None or mode_for(policy, details) is Mode.SUGGEST:
        return None
    found = _awaited(policy, record)
    if found is None or record.escalation >= len(tree.responsible(details.grid, details.community)) - 1:
        return None
    awaited, since = found
    minutes = policy.escalation.minutes(awaited, details.category, details.urgency)
    if minutes is None:
        return None
    return Wait(awaited, max(since, record.climbs[-1].at) if record.climbs else since, minutes)


def _awaited(policy: Policy, record: AssignmentRecord) -> tuple[Awaited, datetime] | None:
    """Return what a request waits for, and from when on that counts.

    What is registered, withdrawn or rescheduled is promised or unmet in the same round.
    """
    details = record.details
    if details is None:
        return None
    match record.state:
        case State.UNMET:
            return Awaited.PROMISED, record.spells[-1].since if record.spells else record.at
        case State.PROMISED if record.promise is not None:
            asked_by = freeze_at(policy, details, record.promise.end)
            return Awaited.OFFERED, max(asked_by, record.registered_at or record.at)
        case State.OFFERED:
            return Awaited.ACCEPTED, _asked_since(record)
        case State.COMMITTED:
            starts = [leg.assignment.start for leg in record.legs if leg.assignment is not None]
            return Awaited.SERVED, max(starts, default=record.at)
        case State.REFERRED:
            return _office_since(policy, record, details)
        case State.REOPENED if record.reopened:
            return Awaited.RESOLVED, record.reopened[-1].at
        case _:
            return None


def _office_since(policy: Policy, record: AssignmentRecord, details: RequestDetails) -> tuple[Awaited, datetime] | None:
    """Return since when an office owes an answer; what is between the office and a child is told to nobody else."""
    status = record.status
    if not isinstance(status, Referred) or status.due is None or details.restricted:
        return None
    minutes = policy.escalation.minutes(Awaited.ANSWERED, details.category, details.urgency) or 0
    return Awaited.ANSWERED, status.due - timedelta(minutes=minutes)


def _asked_since(record: AssignmentRecord) -> datetime:
    """Return when the first of the teams was asked that were asked one after another."""
    return min(
        (first for leg in record.legs if leg.assignment is None for first in _first_asked(leg)), default=record.at
    )


def _first_asked(leg: Leg) -> list[datetime]:
    asked = takewhile(lambda offer: offer.sent and offer.state in _ASKED, reversed(leg.offers))
    return [offer.offered_at for offer in asked][-1:]


def reopened_climb(draft: Draft, record: AssignmentRecord) -> dict[str, object]:
    """Return what changes when a low rating reopens a case: it is at its community, whose contact is told at once.

    Nothing where nobody answers for the place, or where nothing climbs at all.
    """
    details, policy = record.details, draft.state.policy
    if details is None or mode_for(policy, details) is Mode.SUGGEST:
        return {}
    line = draft.tree.responsible(details.grid, details.community)
    if not line:
        return {}
    levels = policy.escalation.reopened_at
    level = next((number for number, node in enumerate(line) if node.level in levels), 0)
    climb = _climb_to(draft, line, level, Wait(Awaited.RESOLVED, draft.now, 0))
    return {"escalation": level, "climbs": (*record.climbs, climb)}


def _climb(draft: Draft, record: AssignmentRecord, wait: Wait) -> None:
    details = record.details
    if details is None:
        return
    line, level = draft.tree.responsible(details.grid, details.community), record.escalation + 1
    climb = _climb_to(draft, line, level, wait)
    draft.step(record, record.status, "climb", escalation=level, climbs=(*record.climbs, climb))


def _climb_to(draft: Draft, line: tuple[NodeDetails, ...], level: int, wait: Wait) -> Climb:
    return Climb(
        node=line[level].node,
        level=line[level].level,
        at=draft.now,
        waited_for=wait.awaited,
        minutes=wait.minutes,
        pools=pools_open(draft.state.policy.escalation, line, level),
    )
