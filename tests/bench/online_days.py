"""Days as they come, played to the last visit that was promised on them, after days that let teams be known.

A day that is left at ten in the evening has half of its visits still before it: counted as not served, their travel as
planned and not as driven, their offers as if somebody had been served. So nothing new comes after the day, and it is
played until everything promised has been made or has failed.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from linli.matcher.ledger.state import Translations
from linli.matcher.rounds.translate import visit_id
from linli.matcher.travel import HaversineTravel
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.instants import to_seconds
from linli.schemas.policy import Mode, Policy
from linli.schemas.roster import TeamKind
from linli.services.demo.demand import Scenario
from linli.services.demo.nearest_desk import NO_VISIT, as_ordered, driven, tours_of
from linli.services.demo.requests import MONDAY, day
from linli.services.demo.teams import SOURCE, midnight, registrations, roster
from linli.services.demo.timed import TimedEvent, timed
from linli.services.simulation.figures import MOVED, first_begin, histories_of, sent_offers, team_hours
from linli.services.simulation.month_figures import gini
from linli.services.simulation.people import manners_of
from linli.services.simulation.virtual_day import VirtualDay

AFTER = timedelta(days=3)
"""Orders are for today, tomorrow or the day after."""

Begun = frozenset[tuple[str, int, int, str]]
"""Team, crew, start and id of visits."""


@dataclass(frozen=True, slots=True)
class Day:
    """What is played.

    Parameters
    ----------
    seed
        Of everything invented.
    requests
        Orders on each day.
    accept
        From and to which share of its offers a team accepts; each team has its own.
    before
        Days before the day itself, so that what teams said on them is known.
    medical : int or None
        How many crews of medical staff there are, whose skills nobody else has, all of one team; None for all teams.
    every
        Only every so-manieth team is there: with few of them there are more orders than hours.
    """

    seed: int
    requests: int
    accept: tuple[float, float]
    before: int = 0
    medical: int | None = None
    every: int = 1

    @property
    def begins(self) -> datetime:
        """The midnight with which the day begins."""
        return midnight(MONDAY + timedelta(days=self.before)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What came of the day's own requests, and what was driven from its begin on.

    Parameters
    ----------
    wanted, promised, served, on_time
        Requests ordered on the day; on time as in `linli.services.simulation.figures`.
    visits, travel_minutes
        Begun from the day's morning on, those ordered before included, and the way to and between them and home.
    offers, offers_per_served
        Of the day's own requests.
    broken
        Promises broken, by cause.
    promise_minutes
        From registration to the promise, on average.
    gini
        Of the hours that teams gave or accepted to give, the days before included.
    """

    wanted: int
    promised: int
    served: int
    on_time: int
    visits: int
    travel_minutes: int
    offers: int
    offers_per_served: float
    broken: dict[str, int]
    promise_minutes: float
    rounds: int
    gini: float


def eve_of(asked: Day) -> VirtualDay:
    """Return the district as it stands when the day begins; the days before were planned by insertion alone."""
    first = midnight(MONDAY).astimezone(UTC) + timedelta(hours=6)
    events = [*islice(_roster(asked, first), 0, None, asked.every), *_orders(asked)]
    played = VirtualDay(
        seed=asked.seed,
        policy=Policy(mode=Mode.AUTO),
        manners=manners_of(asked.accept, asked.seed),
        events=tuple(sorted(events, key=lambda event: event.at)),
    )
    played.ends = asked.begins - timedelta(seconds=1)
    return played.play() if asked.before else played


def _roster(asked: Day, first: datetime) -> Iterator[TimedEvent]:
    """Yield the registrations of all teams; of medical staff those of one team, of as many crews as asked for."""
    medical = 0
    for team, event in zip(roster(MONDAY), registrations(MONDAY, first), strict=True):
        is_medical = asked.medical is not None and team.team_kind is TeamKind.MEDICAL
        medical += is_medical
        if not is_medical:
            yield event
        elif medical == 1:
            few = team.model_copy(update={"crews": asked.medical})
            yield timed(first, few, "team", SOURCE, event.district, event.event_id)


def _orders(asked: Day) -> Iterator[TimedEvent]:
    """Yield the stream of all days under names that no other day has."""
    for number in range(asked.before + 1):
        on = MONDAY + timedelta(days=number)
        for event in day(asked.seed, asked.requests, Scenario.CALM, on):
            yield replace(event, event_id=f"{on:%m%d}-{event.event_id}")


def play_on(eve: VirtualDay, asked: Day, policy: Policy) -> VirtualDay:
    """Play the day from its eve, which stays as it is, to the last visit."""
    played = copy.copy(eve)
    played.state = replace(eve.state, policy=policy, translations=Translations())
    played.work = policy.work
    played.history, played.outcomes, played.dead, played.rounds = [], [], [], []
    for name in ("_queue", "_sent"):
        setattr(played, name, copy.copy(getattr(eve, name)))
    played.ends = asked.begins + timedelta(days=1) + AFTER
    return played.play()


def own_requests(played: VirtualDay, asked: Day) -> dict[str, list[AssignmentRecord]]:
    """Return the histories of what was ordered on the day and wanted a visit."""
    return {
        name: records
        for name, records in histories_of(played.history).items()
        if (since := records[-1].registered_at) is not None
        and since >= asked.begins
        and records[-1].state not in NO_VISIT
    }


def figures_of(played: VirtualDay, asked: Day) -> DayFigures:
    """Count the day."""
    own = own_requests(played, asked)
    begins = {name: at for name, records in own.items() if (at := first_begin(records)) is not None}
    offers = len(sent_offers(record for records in own.values() for record in records))
    begun = begun_of(played, asked)
    return DayFigures(
        wanted=len(own),
        promised=sum(any(record.promise for record in records) for records in own.values()),
        served=len(begins),
        on_time=sum(_is_on_time(own[name], at) for name, at in begins.items()),
        visits=len(begun),
        travel_minutes=driven_seconds(played, begun) // 60,
        offers=offers,
        offers_per_served=round(offers / max(1, len(begins)), 3),
        broken=dict(Counter(one.cause for records in own.values() for one in records[-1].broken)),
        promise_minutes=round(_promise_minutes(own.values()), 1),
        rounds=len(played.rounds),
        gini=round(gini(sorted(team_hours(played).values())), 3),
    )


def _promise_minutes(histories: Iterable[list[AssignmentRecord]]) -> float:
    first = (next((record for record in records if record.promise is not None), None) for records in histories)
    waits = [
        (record.at - record.registered_at).total_seconds() / 60
        for record in first
        if record is not None and record.registered_at is not None
    ]
    return sum(waits) / max(1, len(waits))


def _is_on_time(records: list[AssignmentRecord], begin: datetime) -> bool:
    promise = next((record.promise for record in records if record.promise is not None), None)
    return promise is not None and begin <= promise.end + MOVED


def begun_of(played: VirtualDay, asked: Day) -> Begun:
    """Return every visit begun from the day's morning on: team, crew, start and id."""
    return frozenset(
        (going.team, going.crew, to_seconds(going.start), visit_id(record.request_id, index))
        for record in played.last()
        for index, leg in enumerate(record.legs)
        if (going := leg.assignment) is not None and going.started and going.start >= asked.begins
    )


def driven_seconds(played: VirtualDay, begun: Iterable[tuple[str, int, int, str]]) -> int:
    """Return the seconds on the road to, between and home from visits."""
    problem = as_ordered(played.last(), played.state.roster.values(), played.began, HaversineTravel())
    return driven(problem, tours_of(begun))


def driven_for_both(one: VirtualDay, other: VirtualDay, asked: Day) -> tuple[int, int]:
    """Return what each drove for the visits that both made: one more, far off, is driven to for its own sake."""
    mine, theirs = begun_of(one, asked), begun_of(other, asked)
    both = {visit for *_, visit in mine} & {visit for *_, visit in theirs}
    kept = [frozenset(visit for visit in begun if visit[3] in both) for begun in (mine, theirs)]
    return driven_seconds(one, kept[0]), driven_seconds(other, kept[1])
