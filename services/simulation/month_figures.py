"""A month in figures, as Linli dispatched it and as a telephone desk would have, counted the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from linli.matcher.insertion.baseline import first_come_nearest
from linli.matcher.problem import Problem
from linli.matcher.rounds.translate import visit_id
from linli.matcher.travel import HaversineTravel
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.identity import offer_id
from linli.schemas.instants import to_seconds
from linli.services.demo.behaviour import Behaviour
from linli.services.demo.leads import Manners
from linli.services.demo.nearest_desk import NO_VISIT, Tours, as_ordered, driven, tours_of
from linli.services.demo.tally import percentile
from linli.services.demo.timed import chance
from linli.services.simulation.figures import first_begin, histories_of, sent_offers
from linli.services.simulation.telephone import Telephone
from linli.services.simulation.virtual_day import VirtualDay

ON_TIME_S = 900
"""A quarter of an hour after the window that was promised is on time."""


@dataclass(frozen=True, slots=True)
class Made:
    """A visit that was made: whose, by which crew, when, for how long, and by when it was to begin."""

    request: str
    visit: str
    team: str
    crew: int
    start: int
    seconds: int
    last: int


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What a way of dispatching came to.

    Parameters
    ----------
    wanted
        Requests whose visit should have begun by the end of the month and for which somebody was to be sent.
    served, on_time
        Of those the ones that were, and within their window, a quarter of an hour allowed.
    median_wait_hours
        From registration to the begin of service, of single orders: visits of standing orders are known a week before.
        Half of the demo's orders are for the same day and half for another, so the middle lies in the gap between them:
        a few orders more for tomorrow that only one way serves move it by hours.
    median_wait_of_both_hours
        The same of the orders that both ways served.
    p90_after_opening_minutes, mean_after_opening_minutes
        Of the same orders, from when a visit could first have begun, the registration or its first window whichever is
        later, to when it began: what the way of dispatching adds to the wait.
    travel_hours, travel_minutes_per_visit
        Of all visits made, from each base and home.
    offers, offers_per_served
        How often teams were asked, and per request served.
    recurring, same_as_before, regular_team, known_team
        Second and later visits of standing orders that were made; the shares made by the very team that came before, by
        the team that had come most often, and by a team that had come at some time.
    gini
        Of the hours given by the teams of the roster: 0 all alike, 1 one team everything.
    """

    wanted: int
    served: int
    on_time: int
    median_wait_hours: float | None
    median_wait_of_both_hours: float | None
    p90_after_opening_minutes: float | None
    mean_after_opening_minutes: float | None
    travel_hours: float
    travel_minutes_per_visit: float
    offers: int
    offers_per_served: float
    recurring: int
    same_as_before: float | None
    regular_team: float | None
    known_team: float | None
    gini: float

    def as_dict(self) -> dict[str, object]:
        """Return the figures ready for JSON."""
        return asdict(self)


def compare_month(played: VirtualDay, manners: Manners, seed: int) -> tuple[MonthFigures, MonthFigures]:
    """Count a month that was played, and the same month at a telephone desk.

    Notes
    -----
    The desk serves the same requests in the order in which they were registered, asks the nearest team that is free
    and the next nearest when that one says no. The nth team that is asked for a request gives the same answer in both
    worlds, and a visit begins and lasts as the same dice say. Its appointments never move; it gives up after as many
    teams as Linli. It has the same convenience of whole series: a lead that goes takes one by the same share. Nobody
    goes before the order came, and an answer takes as long as in Linli's month; but then the desk calls the next one at
    whatever hour, a line is never engaged, and whoever will withdraw is known by the first call's end.
    """
    ends = to_seconds(played.ends)
    kept = [
        record
        for record in played.last()
        if record.details is not None
        and record.state not in NO_VISIT
        and to_seconds(max(window.end for window in record.details.windows)) < ends
    ]
    days = (played.ends - played.began).days + 2
    problem = as_ordered(kept, played.state.roster.values(), played.began, HaversineTravel(), days)
    records = {record.request_id: record for record in kept}
    telephone = Telephone(records, manners, seed, played.state.policy)
    made = _linli(played, records), _desk(problem, records, telephone, manners, seed)
    both = frozenset(_served(records, made[0][0])) & frozenset(_served(records, made[1][0]))
    return _figures(problem, records, *made[0], both), _figures(problem, records, *made[1], both)


def _linli(played: VirtualDay, records: Mapping[str, AssignmentRecord]) -> tuple[list[Made], int]:
    """Return the visits that were made, and how many offers were sent for the requests that count."""
    made: list[Made] = []
    for request, history in histories_of(played.history).items():
        begin = first_begin(history)
        if request not in records or begin is None:
            continue
        for number, leg in enumerate(history[-1].legs):
            if leg.assignment is not None:
                going = leg.assignment
                seconds = to_seconds(going.end) - to_seconds(going.start)
                visit = visit_id(request, number)
                begun = to_seconds(begin)
                made.append(Made(request, visit, going.team, going.crew, begun, seconds, _promised(history)))
    offers = [one for one in sent_offers(played.history) if one.partition(".")[0] in records]
    return made, len(offers)


def _promised(history: Sequence[AssignmentRecord]) -> int:
    promise = next((one.promise for one in history if one.promise is not None), None)
    details = history[-1].details
    windows = () if details is None else details.windows
    return to_seconds(promise.end if promise is not None else max(window.end for window in windows))


def _desk(
    problem: Problem, records: Mapping[str, AssignmentRecord], telephone: Telephone, manners: Manners, seed: int
) -> tuple[list[Made], int]:
    """Serve the month by telephone."""
    plan = first_come_nearest(problem, telephone.says_yes, telephone.usual, telephone.ready)
    visits = {visit.id: visit for visit in problem.visits}
    made: list[Made] = []
    for route in plan.routes:
        for stop in route.stops:
            visit = visits[stop.visit]
            accepted = offer_id(visit.request, visit.leg, telephone.asked.get(visit.id, 1))
            late = chance(seed, "visit", accepted).uniform(*manners(route.team).visits.start)
            begin = stop.start + round(60 * late)
            last = max(end for start, end in visit.windows if start <= stop.start)
            if not _in_vain(seed, accepted, manners(route.team)):
                made.append(Made(visit.request, visit.id, route.team, route.crew, begin, visit.duration, last))
    return made, sum(telephone.asked.values())


def _in_vain(seed: int, offer: str, manner: Behaviour) -> bool:
    dice = chance(seed, "visit", offer)
    dice.uniform(*manner.visits.start)
    return dice.random() < manner.visits.failed


def _figures(
    problem: Problem,
    records: Mapping[str, AssignmentRecord],
    made: Sequence[Made],
    offers: int,
    both: frozenset[str],
) -> MonthFigures:
    served = _served(records, made)
    waits = sorted(_waits(records, served))
    comparable = {request: parts for request, parts in served.items() if request in both}
    after = sorted(_after_opening(records, comparable))
    again, same, regular, known = _continuity(records, served)
    hours, travel = _hours(problem, made), driven(problem, _tours(made))
    return MonthFigures(
        wanted=len(records),
        served=len(served),
        on_time=sum(all(one.start <= one.last + ON_TIME_S for one in parts) for parts in served.values()),
        median_wait_hours=percentile(waits, 0.5),
        median_wait_of_both_hours=percentile(sorted(_waits(records, comparable)), 0.5),
        p90_after_opening_minutes=percentile(after, 0.9),
        mean_after_opening_minutes=round(sum(after) / len(after), 1) if after else None,
        travel_hours=round(travel / 3600, 1),
        travel_minutes_per_visit=round(travel / 60 / max(1, len(made)), 2),
        offers=offers,
        offers_per_served=round(offers / max(1, len(served)), 3),
        recurring=again,
        same_as_before=round(same / again, 3) if again else None,
        regular_team=round(regular / again, 3) if again else None,
        known_team=round(known / again, 3) if again else None,
        gini=round(gini(hours), 3),
    )


def _served(records: Mapping[str, AssignmentRecord], made: Iterable[Made]) -> dict[str, list[Made]]:
    """Return the visits of every request all of whose teams came."""
    by_request: dict[str, list[Made]] = {}
    for one in made:
        by_request.setdefault(one.request, []).append(one)
    return {request: parts for request, parts in by_request.items() if len(parts) == len(records[request].legs)}


def _waits(records: Mapping[str, AssignmentRecord], served: Mapping[str, Sequence[Made]]) -> Iterable[float]:
    for request, parts in served.items():
        record = records[request]
        if record.registered_at is not None and record.details is not None and record.details.standing is None:
            yield round((parts[0].start - to_seconds(record.registered_at)) / 3600, 2)


def _after_opening(records: Mapping[str, AssignmentRecord], served: Mapping[str, Sequence[Made]]) -> Iterable[float]:
    """Yield the minutes from when a single order's visit could begin at the earliest to when it did."""
    for request, parts in served.items():
        record = records[request]
        if record.registered_at is not None and record.details is not None and record.details.standing is None:
            opens = min(to_seconds(window.start) for window in record.details.windows)
            yield round((parts[0].start - max(opens, to_seconds(record.registered_at))) / 60, 1)


def _continuity(
    records: Mapping[str, AssignmentRecord], served: Mapping[str, Sequence[Made]]
) -> tuple[int, int, int, int]:
    """Count further visits of standing orders: all, by the team before, by the most frequent, by one once there."""
    visits = sorted(
        (details.standing, parts[0].start, parts[0].team)
        for request, parts in served.items()
        if (details := records[request].details) is not None and details.standing is not None
    )
    seen: dict[str, list[str]] = {}
    again = same = regular = known = 0
    for standing, _, team in visits:
        before = seen.setdefault(standing, [])
        again += bool(before)
        same += bool(before) and before[-1] == team
        regular += bool(before) and before.count(team) == max(map(before.count, before))
        known += team in before
        before.append(team)
    return again, same, regular, known


def _hours(problem: Problem, made: Iterable[Made]) -> list[float]:
    hours = dict.fromkeys((team.id for team in problem.teams), 0.0)
    for one in made:
        hours[one.team] += one.seconds / 3600
    return sorted(hours.values())


def gini(values: Sequence[float]) -> float:
    """Return the Gini coefficient of values sorted from the smallest on; 0 where there is nothing."""
    total, count = sum(values), len(values)
    if not total:
        return 0.0
    weighted = sum((number + 1) * value for number, value in enumerate(values))
    return 2 * weighted / (count * total) - (count + 1) / count


def _tours(made: Iterable[Made]) -> Tours:
    return tours_of((one.team, one.crew, one.start, one.visit) for one in made)
