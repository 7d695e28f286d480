"""What a request waits for by its ledger records alone, and who answers for its place: the auditor's own reckoning.

It is written anew from the words of the policy and shares no code with the desk, so that a mistake there is seen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from linli.schemas.assignment import AssignmentRecord, Leg, Referred
from linli.schemas.escalation import Awaited
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import RequestDetails
from linli.schemas.organisation import DEPTH_MAX, NodeDetails, NodeRecord
from linli.schemas.policy import Mode, Policy

_ASKED = frozenset({OfferState.OPEN, OfferState.DECLINED, OfferState.EXPIRED})


class Waiting(NamedTuple):
    """What is awaited, from when on that counts, and after how many minutes of it a level is left."""

    awaited: Awaited
    since: datetime
    minutes: int

    @property
    def until(self) -> datetime:
        """The moment from which on it climbs."""
        return self.since + timedelta(minutes=self.minutes)


def waiting_of(policy: Policy, record: AssignmentRecord, entered: datetime) -> Waiting | None:
    """Return the wait that a record leaves a request in; ``None`` where it waits for nothing, or without limit.

    Parameters
    ----------
    policy
        The county's, of the round that is judged.
    record
        The request's last record.
    entered
        When it came into the state it is in.
    """
    details = record.details
    if details is None or _is_only_suggested(policy, details):
        return None
    found = _awaited(policy, record, details, entered)
    minutes = None if found is None else policy.escalation.minutes(found[0], details.category, details.urgency)
    if found is None or minutes is None:
        return None
    awaited, since = found
    return Waiting(awaited, max(since, record.climbs[-1].at) if record.climbs else since, minutes)


def _is_only_suggested(policy: Policy, details: RequestDetails) -> bool:
    """Tell whether the desk alone knows of a request: its mode is that of the rule that fits most closely."""
    fitting = [
        (rule.community is not None, rule.category is not None, -number, rule.mode)
        for number, rule in enumerate(policy.mode_rules)
        if rule.community in (None, details.community) and rule.category in (None, details.category)
    ]
    named = [one for one in fitting if one[0] or one[1]]
    return (max(named)[3] if named else policy.mode) is Mode.SUGGEST


def _awaited(
    policy: Policy, record: AssignmentRecord, details: RequestDetails, entered: datetime
) -> tuple[Awaited, datetime] | None:
    status = record.status
    if record.state is State.UNMET:
        return Awaited.PROMISED, entered
    if record.state is State.PROMISED and record.promise is not None:
        at_once = details.urgency == 0 or details.legs > 1
        freeze = record.promise.end - timedelta(minutes=policy.freeze_minutes)
        return Awaited.OFFERED, max(details.ordered_at if at_once else freeze, record.registered_at or entered)
    if record.state is State.OFFERED:
        return Awaited.ACCEPTED, min((at for leg in record.legs for at in _in_a_row(leg)), default=record.at)
    if record.state is State.COMMITTED:
        starts = (leg.assignment.start for leg in record.legs if leg.assignment is not None)
        return Awaited.SERVED, max(starts, default=record.at)
    if isinstance(status, Referred) and status.due is not None and not details.restricted:
        minutes = policy.escalation.minutes(Awaited.ANSWERED, details.category, details.urgency) or 0
        return Awaited.ANSWERED, status.due - timedelta(minutes=minutes)
    if record.state is State.REOPENED and record.reopened:
        return Awaited.RESOLVED, record.reopened[-1].at
    return None


def _in_a_row(leg: Leg) -> list[datetime]:
    """Return when those were asked who were asked one after another up to now, without the desk's taking back."""
    asked: list[datetime] = []
    for offer in reversed(leg.offers if leg.assignment is None else ()):
        if not offer.sent or offer.state not in _ASKED:
            break
        asked.append(offer.offered_at)
    return asked


@dataclass(slots=True)
class Answerable:
    """Who answered for a place at any round: the organisation's records, and the tree they made after each round."""

    _records: list[NodeRecord] = field(default_factory=list[NodeRecord])
    _trees: dict[tuple[str, int], tuple[Mapping[str, NodeDetails], Mapping[str, str]]] = field(
        default_factory=dict[tuple[str, int], tuple[Mapping[str, NodeDetails], Mapping[str, str]]]
    )

    def put(self, record: NodeRecord) -> None:
        """Note a node; in the order of the log."""
        self._records.append(record)

    def line(self, district: str, details: RequestDetails, round_: int) -> tuple[NodeDetails, ...]:
        """Return who answered for a request's place after a round, the lowest first."""
        upto = bisect_right(self._records, round_, key=lambda one: one.round)
        if (district, upto) not in self._trees:
            self._trees[district, upto] = _tree(one for one in self._records[:upto] if one.district == district)
        nodes, places = self._trees[district, upto]
        node, found = places.get(details.grid) or places.get(details.community), list[NodeDetails]()
        while node is not None and node in nodes and len(found) < DEPTH_MAX:
            found.append(nodes[node])
            node = nodes[node].parent
        return tuple(one for one in found if one.active)


def _tree(records: Iterable[NodeRecord]) -> tuple[Mapping[str, NodeDetails], Mapping[str, str]]:
    """Return the last of each node, and which active node names a place."""
    nodes = {one.details.node: one.details for one in records}
    return nodes, {place: node.node for node in nodes.values() if node.active for place in node.places}
