"""What a simulated day came to, counted from the ledger's records alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from linli.matcher.rounds.ways import travel_over
from linli.schemas.assignment import Assignment, AssignmentRecord, Audience, Closed
from linli.schemas.lifecycle import OfferState, State
from linli.services.demo.nearest_desk import NO_VISIT, compare
from linli.services.demo.tally import percentile
from linli.services.simulation.virtual_day import VirtualDay

MOVED = timedelta(minutes=15)
"""A start told anew is a move from here on: people take a quarter of an hour for on time."""

TOLD_RESIDENTS = frozenset(
    {
        State.PROMISED,
        State.COMMITTED,
        State.UNMET,
        State.WITHDRAWN,
        State.RESCHEDULED,
        State.CANCELLED,
        State.REFERRED,
        State.DONE,
    }
)
"""Transitions that somebody on the resident's side hears of."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle, the ninth decile and the largest of some minutes or counts; null where there are none."""

    median: float | None
    p90: float | None
    largest: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a day came to.

    Parameters
    ----------
    requests
        Known to the ledger, those that need nobody (cancelled, referred) aside.
    promised, served
        Requests ever promised, and those whose visit was begun.
    on_time
        Served within the window that was promised first, a quarter of an hour allowed.
    waiting_minutes
        From registration to the begin of service.
    travel_minutes, visits_planned
        Of all visits that have a team, from each base and home.
    nearest_travel_minutes, nearest_visits
        A telephone desk on the same day, where nobody declines.
    team_hours
        Service given by team.
    busiest_share
        Of the service, what the busiest tenth of the teams gave.
    same_team
        Of households' second and later visits, the share by a team that was there before; null where there are none.
    offers, accepted, offers_per_served
        How often teams were asked.
    notifications_per_served
        Words to teams and residents: offers, their ends, promises, changes.
    moves
        Starts told anew to a team that had accepted, by more than a quarter of an hour.
    promises_broken
        By cause.
    unmet
        Requests for which nobody was found, whether sought until the end of the day or closed before.
    rounds, rounds_proven
        Decisions, and those whose plan was proved optimal.
    """

    requests: int
    promised: int
    served: int
    on_time: int
    waiting_minutes: Spread
    travel_minutes: int
    visits_planned: int
    nearest_travel_minutes: int
    nearest_visits: int
    team_hours: Spread
    busiest_share: float
    same_team: float | None
    offers: int
    accepted: int
    offers_per_served: float
    notifications_per_served: float
    moves: int
    promises_broken: dict[str, int]
    unmet: int
    refused: int
    rounds: int
    rounds_proven: int

    def as_dict(self) -> dict[str, object]:
        """Return the figures ready for JSON."""
        return asdict(self)


def figures_of(day: VirtualDay) -> Figures:
    """Count a day that was played."""
    histories = histories_of(day.history)
    wanted = [records for records in histories.values() if records[-1].state not in NO_VISIT]
    began = {records[-1].request_id: at for records in wanted if (at := first_begin(records)) is not None}
    served = max(1, len(began))
    offers = sent_offers(day.history)
    hours = sorted(team_hours(day).values())
    travel = travel_over(day.state.policy.grounds)
    both = compare(day.last(), day.state.roster.values(), day.state.plans.values(), day.began, travel)
    return Figures(
        requests=len(wanted),
        promised=sum(any(record.promise for record in records) for records in wanted),
        served=len(began),
        on_time=sum(_on_time(records, began.get(records[-1].request_id)) for records in wanted),
        waiting_minutes=spread(waiting_minutes(day)),
        travel_minutes=both.linli.travel_seconds // 60,
        visits_planned=both.linli.visits,
        nearest_travel_minutes=both.nearest.travel_seconds // 60,
        nearest_visits=both.nearest.visits,
        team_hours=spread(hours),
        busiest_share=_busiest(hours),
        same_team=_same_team(wanted),
        offers=len(offers),
        accepted=sum(state is OfferState.ACCEPTED for state in offers.values()),
        offers_per_served=round(len(offers) / served, 3),
        notifications_per_served=round(_notifications(histories.values()) / served, 3),
        moves=sum(_moves(records) for records in wanted),
        promises_broken=dict(Counter(broken.cause for records in wanted for broken in records[-1].broken)),
        unmet=sum(_is_unmet(records[-1]) for records in wanted),
        refused=len(day.dead),
        rounds=len(day.rounds),
        rounds_proven=sum(bool(decision.solver and decision.solver.proven) for _, decision in day.rounds),
    )


def histories_of(records: Iterable[AssignmentRecord]) -> dict[str, list[AssignmentRecord]]:
    """Return the records of every request, in order."""
    histories: dict[str, list[AssignmentRecord]] = defaultdict(list)
    for record in records:
        histories[record.request_id].append(record)
    return histories


def first_begin(records: Sequence[AssignmentRecord]) -> datetime | None:
    """Return when service began first, by the report of the team that was there."""
    return next((record.at for record in records if record.state is State.UNDER_WAY), None)


def waiting_minutes(day: VirtualDay) -> list[float]:
    """Return the minutes from registration to service of everybody served, sorted."""
    waits: list[float] = []
    for records in histories_of(day.history).values():
        begin, since = first_begin(records), records[-1].registered_at
        if begin is not None and since is not None:
            waits.append(round((begin - since).total_seconds() / 60, 1))
    return sorted(waits)


def team_hours(day: VirtualDay) -> dict[str, float]:
    """Return the hours of service that every team of the roster has given or accepted to give."""
    hours = dict.fromkeys(sorted(day.state.roster), 0.0)
    for record in day.last():
        for going in _going(record):
            hours[going.team] += round((going.end - going.start).total_seconds() / 3600, 2)
    return hours


def spread(values: Iterable[float]) -> Spread:
    """Sum up some values."""
    ordered = sorted(values)
    return Spread(percentile(ordered, 0.5), percentile(ordered, 0.9), ordered[-1] if ordered else None)


def _is_unmet(record: AssignmentRecord) -> bool:
    """Say whether nobody was found: still sought, or closed because its time has passed."""
    status = record.status
    return State.UNMET in (record.state, status.outcome if isinstance(status, Closed) else record.state)


def _going(record: AssignmentRecord) -> list[Assignment]:
    return [leg.assignment for leg in record.legs if leg.assignment is not None]


def _on_time(records: Sequence[AssignmentRecord], begin: datetime | None) -> bool:
    promise = next((record.promise for record in records if record.promise is not None), None)
    return begin is not None and promise is not None and begin <= promise.end + MOVED


def _busiest(hours: Sequence[float]) -> float:
    most = hours[-max(1, len(hours) // 10) :]
    return round(sum(most) / sum(hours), 3) if sum(hours) else 0.0


def _same_team(wanted: Iterable[Sequence[AssignmentRecord]]) -> float | None:
    """Return the share of further visits to a household that a team made which had been there before."""
    visits = sorted(
        (going.start, records[-1].details.marks.household or records[-1].request_id, going.team)
        for records in wanted
        if records[-1].details is not None
        for going in _going(records[-1])
    )
    known: dict[str, set[str]] = {}
    again = same = 0
    for _, household, team in visits:
        before = known.setdefault(household, set())
        again += bool(before)
        same += team in before
        before.add(team)
    return round(same / again, 3) if again else None


def sent_offers(history: Iterable[AssignmentRecord]) -> dict[str, OfferState]:
    """Return the last state of every offer that a team was sent; a mere proposal to the desk is none."""
    states: dict[str, OfferState] = {}
    for record in history:
        for leg in record.legs:
            for offer in leg.offers:
                if offer.id in states or offer.state in (OfferState.OPEN, OfferState.ACCEPTED):
                    states[offer.id] = offer.state
    return states


def _notifications(histories: Iterable[Sequence[AssignmentRecord]]) -> int:
    """Count the words that go out: to teams each offer and each one taken back, to residents what they are told."""
    count = 0
    for records in histories:
        seen: dict[str, OfferState] = {}
        for record in records:
            count += record.state in TOLD_RESIDENTS and Audience.RESIDENT in record.notify
            for leg in record.legs:
                for offer in leg.offers:
                    news = seen.get(offer.id) != offer.state
                    count += news and offer.state in (OfferState.OPEN, OfferState.REVOKED)
                    seen[offer.id] = offer.state
    return count


def _moves(records: Sequence[AssignmentRecord]) -> int:
    """Count starts that a team had accepted and that were told anew."""
    moves = 0
    known: dict[str, datetime] = {}
    for record in records:
        for going in _going(record):
            before = known.get(going.id)
            moves += before is not None and abs(going.start - before) > MOVED
            known[going.id] = going.start
    return moves
