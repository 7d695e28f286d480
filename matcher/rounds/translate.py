"""From ledger records to the matcher's problem: where the two vocabularies meet; for plans see `plan_records`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from linli.matcher.joined import Joined
from linli.matcher.ledger.asking_pools import not_yet_asked
from linli.matcher.ledger.draft import Draft, live_offer, waiting_offers
from linli.matcher.ledger.modes import mode_for
from linli.matcher.memory import Memory
from linli.matcher.not_yet import NotYet
from linli.matcher.problem import (
    DECLINED,
    EXCLUDED,
    Fetch,
    Pin,
    Problem,
    Safeguarding,
    SkillNeed,
    Visit,
    Weights,
)
from linli.matcher.rounds.in_plan import is_begun, is_incomplete, requests_in_plan
from linli.matcher.rounds.too_dear import is_too_dear_at, too_dear
from linli.matcher.rounds.translate_teams import limit_of, place_of, teams_of
from linli.matcher.rounds.ways import travel_by
from linli.matcher.standing.standing_visits import regular_team
from linli.schemas.assignment import AssignmentRecord, Leg, Offer
from linli.schemas.instants import to_seconds
from linli.schemas.lifecycle import State
from linli.schemas.orders import LegNeeds, RequestDetails, Together, Window
from linli.schemas.people import AgeBand, Beneficiary
from linli.schemas.plan import SHADOWS_FROM
from linli.schemas.policy import Mode, Prices

RETRIED_MAX = 40
"""Unmet requests tried again in one round, each about a millisecond; with more of them they take turns."""


HOUR = 3600

SILENT = "expired"
"""Why a team is barred that did not answer."""


def visit_id(request: str, leg: int) -> str:
    """Id of a visit: request and leg."""
    return f"{request}/{leg}"


def request_and_leg(visit: str) -> tuple[str, int]:
    """Split a visit's id."""
    request, _, leg = visit.rpartition("/")
    return request, int(leg)


def weights_of(prices: Prices) -> Weights:
    """Return the matcher's weights; the names of prices are the same on purpose."""
    same = prices.model_dump(exclude={"notifications_free", "waiting_hours"})
    return Weights(**same, waiting=tuple(HOUR * hours for hours in prices.waiting_hours))


@dataclass(frozen=True, slots=True)
class LegView:
    """A leg with what the problem needs to know of its request.

    ``gap``: the county's, between teams in order; ``patience``: how long after a visit could begin it costs nothing
    that it has not, in seconds; None for as long as its first window; ``forgiven``: silent teams that count again.
    """

    record: AssignmentRecord
    details: RequestDetails
    index: int
    gap: int = 0
    patience: int | None = None
    forgiven: frozenset[str] = frozenset()

    @property
    def leg(self) -> Leg:
        """The leg itself."""
        return self.record.legs[self.index]


def _windows(view: LegView) -> tuple[tuple[int, int], ...]:
    """Return when service may start: the promised window once one was promised, all windows before."""
    windows = (view.record.promise,) if view.record.promise is not None else view.details.windows
    first, last = behind_the_first(view)
    return merge_windows(Window(start=one.start + first, end=one.end + last) for one in windows)


def behind_the_first(view: LegView) -> tuple[timedelta, timedelta]:
    """Return how long after the first team a leg's team begins, at the earliest and at the latest."""
    details = view.details
    if details.together is not Together.IN_ORDER or view.index == 0:
        return timedelta(0), timedelta(0)
    before = sum(details.needs_of(leg).minutes for leg in range(view.index))
    first = timedelta(minutes=before)
    return first, first + timedelta(seconds=view.index * view.gap)


def merge_windows(windows: Iterable[Window]) -> tuple[tuple[int, int], ...]:
    """Return windows as sorted, disjoint intervals of seconds."""
    spans = sorted((to_seconds(window.start), to_seconds(window.end)) for window in windows)
    merged: list[tuple[int, int]] = []
    for lo, hi in spans:
        if merged and lo <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], hi))
        else:
            merged.append((lo, hi))
    return tuple(merged)


def _barred(view: LegView) -> tuple[tuple[str, str], ...]:
    excluded = [(team, EXCLUDED) for team in view.details.wishes.excluded_teams]
    beside = [(team, EXCLUDED) for team in _teams_of_other_legs(view)]
    said_no = (team for team, why in view.record.barred if why != SILENT or team not in view.forgiven)
    return tuple(sorted({*((team, DECLINED) for team in said_no), *excluded, *beside}))


def _teams_of_other_legs(view: LegView) -> list[str]:
    """Return teams that already have another leg of the same request: two teams means two."""
    teams: list[str] = []
    for index, leg in enumerate(view.record.legs):
        offer = live_offer(leg)
        if index != view.index and leg.assignment is not None:
            teams.append(leg.assignment.team)
        elif index != view.index and offer is not None:
            teams.append(leg.offers[offer].team)
    return teams


def _pin(leg: Leg) -> Pin | None:
    """Return what may no longer change: an assigned or offered visit keeps team, crew and start."""
    if leg.assignment is not None:
        return Pin(leg.assignment.team, leg.assignment.crew, to_seconds(leg.assignment.start))
    waiting = waiting_offers(leg)
    return _pin_of(leg.offers[waiting[0]]) if waiting else None


def _pin_of(offer: Offer) -> Pin:
    return Pin(offer.team, offer.crew, to_seconds(offer.start))


def _safeguarding(details: RequestDetails) -> Safeguarding | None:
    """Return what protects the person visited; for a child under 14 the guardian must have consented.

    An activity is for nobody in particular, so nobody's consent can be missing.
    """
    consent = details.consent.beneficiary or details.beneficiary is Beneficiary.PUBLIC
    if details.age_band is AgeBand.UNDER_14:
        consent = consent and details.consent.guardian
    if details.adults == 0 and not details.insured and consent:
        return None
    return Safeguarding(
        adults=max(details.adults, 1), vetted=details.adults > 0, insured=details.insured, consent=consent
    )


def _needs(needs: LegNeeds) -> tuple[SkillNeed, ...]:
    levels = dict(needs.skill_levels)
    return tuple(SkillNeed(skill, qualification, levels.get(skill, 1)) for skill, qualification in needs.skills)


def bond_of(details: RequestDetails, gap: int) -> Joined:
    """Return what binds the legs of a request to each other."""
    return Joined(details.legs, details.together is Together.IN_ORDER, gap)


def _joined(view: LegView) -> Joined | None:
    """Return what binds a leg to the others: nothing where there are none, or once somebody is at work."""
    if len(view.record.legs) < 2 or is_begun(view.record):
        return None
    return bond_of(view.details, view.gap)


def _fetch(details: RequestDetails, leg: int) -> Fetch | None:
    """Return what is fetched first; where several teams come, the first brings it."""
    fetch = details.fetch
    return (
        None
        if fetch is None or leg > 0
        else Fetch(place_of(fetch.place), fetch.minutes * 60, merge_windows(fetch.windows))
    )


def _waits_since(view: LegView) -> int:
    """Return since when somebody waits: since the registration, but of a standing order not before the visit's day.

    Its visits are made a week ahead; counted from then, each would come before whoever ordered this morning.
    """
    registered = to_seconds(view.record.registered_at or view.record.at)
    return registered if view.details.standing is None else max(registered, to_seconds(view.details.windows[0].start))


def _due(view: LegView) -> int | None:
    """Return when a visit should have begun: an urgent one as soon as it can, any other in its first window.

    A county's patience may be shorter than the window. It is counted from the first of all windows, also once a later
    one is promised: until then all are equal to the plan but for what they cost, and somebody waits. What can never be
    late is not due, for prices of time make every insertion dearer to compute.
    """
    details = view.details
    if details.urgency == 0:
        return max(_windows(view)[0][0], to_seconds(details.ordered_at))
    opens, closes = merge_windows(details.windows)[0]
    ordered, behind = to_seconds(details.ordered_at), int(behind_the_first(view)[1].total_seconds())
    due = max(closes, ordered) + behind if view.patience is None else max(opens, ordered) + view.patience
    return due if _windows(view)[-1][1] > due else None


def visit_of(view: LegView, regular_team: str | None = None, not_yet: NotYet | None = None) -> Visit:
    """Return a leg as the matcher's visit.

    Parameters
    ----------
    view
        The leg.
    regular_team
        The team that came last to this household for the same need.
    not_yet
        Teams that may be asked only from a higher level; a team that was asked or goes already is left alone.
    """
    details, needs = view.details, view.details.needs_of(view.index)
    windows, pin = _windows(view), _pin(view.leg)
    return Visit(
        id=visit_id(view.record.request_id, view.index),
        request=view.record.request_id,
        leg=view.index,
        place=place_of(details.place),
        duration=needs.minutes * 60,
        windows=windows,
        needs=_needs(needs),
        travel_limit=limit_of(details.travel_minutes_max, details.travel_metres_max),
        safeguarding=_safeguarding(details),
        gender=details.wishes.gender,
        language=details.wishes.language,
        barred_teams=_barred(view),
        kinds=frozenset(needs.team_kinds),
        urgency=details.urgency,
        pin=pin,
        household=details.marks.household,
        promised=view.record.promise is not None,
        registered=_waits_since(view),
        due=_due(view),
        regular_team=regular_team,
        fetch=_fetch(details, view.index),
        joined=_joined(view),
        not_yet=None if pin is not None else not_yet,
    )


def shadow_leg(leg: int, offer: int) -> int:
    """Return the number under which a leg's further offer has its place in the plan: no leg is numbered so high."""
    return (offer + 1) * SHADOWS_FROM + leg


def _shadows(view: LegView, visit: Visit) -> Iterator[Visit]:
    """Yield a visit for every further team that is asked at once: each keeps its crew free until it is answered."""
    if view.leg.assignment is not None:
        return
    for offer in waiting_offers(view.leg)[1:]:
        number = shadow_leg(view.index, offer)
        yield replace(visit, id=visit_id(visit.request, number), leg=number, pin=_pin_of(view.leg.offers[offer]))


def visits_of(draft: Draft, record: AssignmentRecord) -> tuple[Visit, ...]:
    """Return a request's legs as visits, remembered as long as its record is the current one."""
    translations = draft.state.translations
    translations.past.update(draft.state.requests)
    regular = tuple(
        (record.details and regular_team(draft, record.details, leg)) or team
        for leg, team in enumerate(translations.past.regular_teams(record))
    )
    forgiven = draft.forgiven.get(record.request_id, frozenset())
    depends = regular, not_yet_asked(draft, record), forgiven
    remembered = translations.visits.get(record.request_id)
    if remembered is not None and remembered[0] is record and remembered[1] == depends:
        return remembered[2]
    not_yet, details = depends[1], record.details
    gap = 60 * draft.state.policy.gap_minutes
    patience = None if draft.state.policy.patience_minutes is None else 60 * draft.state.policy.patience_minutes
    views = [LegView(record, details, i, gap, patience, forgiven) for i in range(len(record.legs))] if details else []
    own = [visit_of(view, regular[view.index], not_yet) for view in views]
    shadows = [shadow for view, visit in zip(views, own, strict=True) for shadow in _shadows(view, visit)]
    visits = (*own, *shadows)
    translations.visits[record.request_id] = (record, depends, visits)
    return visits


def _memory(draft: Draft, weights: Weights, count: int) -> Memory:
    """Return the district's memory, a new one every day, and whenever weights, grounds or ways change or it is full."""
    translations, today, grounds = draft.state.translations, draft.now.date(), draft.state.policy.grounds
    known = (today, grounds, bool(draft.ways))
    if translations.known != known:
        translations.travel = None  # With the day goes what the estimate remembers.
    travel = travel_by(translations, grounds, draft.ways)
    memory = translations.memory
    if memory is None or memory.is_full(count) or memory.weights != weights or translations.known != known:
        memory = translations.memory = Memory(travel, weights)
        translations.known = known
    return memory


def problem_of(draft: Draft, *, incomplete: bool = False) -> Problem:
    """Return the district's problem at this moment.

    Parameters
    ----------
    draft
        The district.
    incomplete
        Also the visits of several teams together for which a team is still sought.
    """
    retried = _retried(draft)
    visits = tuple(
        visit
        for record in requests_in_plan(draft)
        if record.state is not State.UNMET or record.request_id in retried
        for visit in timely_visits(draft, record)
        if incomplete or visit.pin is not None or not is_incomplete(record)
    )
    teams, weights = teams_of(draft), weights_of(draft.state.policy.prices)
    memory = _memory(draft, weights, len(visits) + len(teams))
    return Problem(to_seconds(draft.now), visits, teams, memory.travel, weights, memory)


def timely_visits(draft: Draft, record: AssignmentRecord) -> Iterator[Visit]:
    """Yield a request's visits; one that nobody has been asked to make begins late enough for a team to answer first.

    Notes
    -----
    The way to the place is not added to the time to answer: it would differ from team to team. A team that answers in
    the last minute of an offer made in haste may therefore be late by its way; it still comes within the window.
    """
    visits = visits_of(draft, record)
    if all(visit.pin is not None for visit in visits):
        yield from visits
        return
    first = first_start(draft, record)
    for visit in visits:
        if visit.pin is not None or not visit.windows or visit.windows[0][0] >= first:
            yield visit
            continue
        cuts = draft.state.translations.cuts
        known = cuts.get(visit.id)
        if known is None or known[0] is not visit or known[1] != first:
            windows = tuple((max(lo, first), hi) for lo, hi in visit.windows if hi >= first)
            known = cuts[visit.id] = (visit, first, replace(visit, windows=windows))
        yield known[2]


def first_start(draft: Draft, record: AssignmentRecord) -> int:
    """Return the earliest start of a visit that somebody must be asked to make, in whole minutes.

    Where the desk has to speak first, it gets as long as a team.
    """
    policy, details = draft.state.policy, record.details
    minutes = policy.answer_minutes_least
    if details is not None and mode_for(policy, details) is not Mode.AUTO:
        minutes = max(minutes, policy.answer_minutes[details.urgency])
    return -(-(to_seconds(draft.now) + 60 * minutes) // 60) * 60


def _retried(draft: Draft) -> frozenset[str]:
    """Return the unmet requests that are tried again: some of them, in turn, whenever something made room.

    What waits for a cheaper place is tried in every round, for every order may be the neighbour it waits for; what need
    not be cheap any more has its turn at once.
    """
    records = [record for record in requests_in_plan(draft) if record.state is State.UNMET]
    due = [record.request_id for record in records if too_dear(record) and not is_too_dear_at(record, draft.now)]
    unmet = sorted(record.request_id for record in records if draft.room_made or too_dear(record))
    first = (draft.moment.round * RETRIED_MAX) % max(len(unmet), 1)
    return frozenset(due + (unmet[first:] + unmet[:first])[:RETRIED_MAX])
