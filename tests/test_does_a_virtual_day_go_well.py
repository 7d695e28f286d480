"""Does a day of the demo county go well: the real intake and the real desk in virtual time, with simulated people."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from linli.matcher.travel import HaversineTravel
from linli.schemas.assignment import AssignmentRecord, Rated, Unmet
from linli.schemas.dead_letters import Reason
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.people import AgeBand
from linli.schemas.rounds import OutcomeCode
from linli.services.demo.demand import Scenario, source_id
from linli.services.demo.nearest_desk import NO_VISIT, compare
from linli.services.demo.requests import MONDAY
from linli.services.demo.special_cases import CASES
from linli.services.demo.teams import roster
from tests.support.virtual_day import VirtualDay

REQUESTS = 60
"""About half an ordinary day: enough for every special case and for some of everything else."""


@pytest.fixture(scope="module", name="played")
def _played() -> VirtualDay:
    return VirtualDay(seed=3, requests=REQUESTS).play()


def _case(played: VirtualDay, note: str) -> list[AssignmentRecord]:
    """Return the history of a special case."""
    serial = [name for name, _ in CASES].index(note) + 1
    number = source_id(MONDAY, serial)
    return [record for record in played.history if record.details and record.details.source_id == number]


def test_every_request_is_known_and_none_is_lost(played: VirtualDay) -> None:
    """Tests that each order has a record, and that every state is one that may stay or waits for its time."""
    assert len(played.last()) == REQUESTS
    waits = {State.PROMISED, State.OFFERED, State.COMMITTED, State.UNDER_WAY, State.UNMET, State.RESCHEDULED}
    waits |= {State.REOPENED}
    ended = {State.DONE, State.RATED, State.CLOSED, State.CANCELLED, State.REFERRED, State.FAILED_VISIT}
    assert {record.state for record in played.last()} <= waits | ended


def test_most_requests_are_promised(played: VirtualDay) -> None:
    """Tests that the county can be served on a calm day: nine of ten orders get a promise."""
    assert len(played.ever(State.PROMISED)) >= 0.85 * REQUESTS
    assert len(played.ever(State.DONE)) >= 0.3 * REQUESTS
    assert len(played.ever(State.RATED)) > 0


def test_what_is_malformed_becomes_the_dead_letter_expected(played: VirtualDay) -> None:
    """Tests each refused record against its reason, and that nothing else was refused."""
    assert all(event.expected == reason for event, reason in played.dead)
    expected = [event for event, _ in played.outcomes if event.expected is not None]
    assert all(event.expected is Reason.DUPLICATE_CONFLICT for event in expected)
    conflicts = [outcome.code for event, outcome in played.outcomes if event.expected is not None]
    assert set(conflicts) <= {OutcomeCode.CONFLICT}
    assert len(played.dead) >= 2


def test_disturbances_do_no_harm(played: VirtualDay) -> None:
    """Tests that repeated records change nothing and that a cancellation before its order is honoured."""
    harmless = {OutcomeCode.DUPLICATE, OutcomeCode.NOT_ALLOWED_NOW, OutcomeCode.STALE}
    for event, outcome in played.outcomes:
        if event.note == "after its cancellation":
            assert outcome.code is OutcomeCode.NOT_ALLOWED_NOW
    codes = Counter(outcome.code for event, outcome in played.outcomes if event.note == "repeated")
    # The first of a repeated pair carries no note, so that only the second one is looked at here.
    assert set(codes) <= harmless
    assert sum(codes.values()) > 0


def test_leads_name_only_people_who_may_go(played: VirtualDay) -> None:
    """Tests that no acceptance of a simulated lead breaks a rule: they choose as careful leads do."""
    accepted = [outcome for event, outcome in played.outcomes if event.kind == "accept"]
    assert accepted
    assert not [outcome for outcome in accepted if outcome.code is OutcomeCode.BREAKS_RULE]


def test_no_child_is_visited_by_fewer_than_two_vetted_adults(played: VirtualDay) -> None:
    """Tests every assignment to a child under 14 against the roster, independently of desk and leads."""
    members = {member.ref: member for team in roster(MONDAY) for member in team.members}
    for record in played.history:
        if record.details is None or record.details.age_band is not AgeBand.UNDER_14:
            continue
        for leg in record.legs:
            if leg.assignment is None:
                continue
            going = [members[ref] for ref in leg.assignment.members]
            vetted = [m for m in going if m.adult and m.vetting and m.vetting.passed]
            assert len([m for m in vetted if m.vetting and m.vetting.valid_until >= leg.assignment.end]) >= 2


def test_the_story_is_told_whole(played: VirtualDay) -> None:
    """Tests that the story's request is declined once, offered again, done and rated with five stars."""
    history = _case(played, "story")
    states = [record.state for record in history]
    assert [state for i, state in enumerate(states) if i == 0 or states[i - 1] is not state] == [
        State.REGISTERED,
        State.PROMISED,
        State.OFFERED,
        State.COMMITTED,
        State.UNDER_WAY,
        State.DONE,
        State.RATED,
    ]
    offers = {offer.id: offer for record in history for leg in record.legs for offer in leg.offers}
    assert [offer.state for offer in offers.values()] == [OfferState.DECLINED, OfferState.ACCEPTED]
    assert len({offer.team for offer in offers.values()}) == 2
    assert isinstance(history[-1].status, Rated)
    assert history[-1].status.stars == 5


@pytest.mark.parametrize(("note", "rule"), [("unmet: outside hours", "working_hours"), ("unmet: language", "language")])
def test_the_unmet_cases_are_unmet_for_their_reason(played: VirtualDay, note: str, rule: str) -> None:
    """Tests that nobody can go, that the rule is named, and that the smallest change is shown."""
    unmet = [record.status.why for record in _case(played, note) if isinstance(record.status, Unmet)]
    assert unmet[0].outcome == "impossible"
    assert rule in {count.rule for count in unmet[0].rules}
    assert unmet[0].change is not None


@pytest.mark.parametrize(
    ("note", "office"),
    [("danger to life", "emergency"), ("suspected harm", "child_director"), ("no guardian consent", "child_director")],
)
def test_what_is_not_a_volunteers_is_referred(played: VirtualDay, note: str, office: str) -> None:
    """Tests that these requests are referred at once and that no team was ever asked."""
    history = _case(played, note)
    assert history[-1].state is State.REFERRED
    assert history[-1].cause == office
    assert not [leg for record in history for leg in record.legs if leg.offers]


def test_two_teams_go_to_the_big_cleaning(played: VirtualDay) -> None:
    """Tests that the two legs are given to two different teams."""
    teams = {leg.assignment.team for leg in _case(played, "two teams")[-1].legs if leg.assignment}
    assert len(teams) == 2


def test_the_day_can_be_compared_with_a_telephone_desk(played: VirtualDay) -> None:
    """Tests that both ways serve no more visits than were wanted, and that both drive."""
    both = compare(
        played.last(), played.state.roster.values(), played.state.plans.values(), played.began, HaversineTravel()
    )
    wanted = sum(record.details.legs for record in played.last() if record.details and record.state not in NO_VISIT)
    assert both.wanted == wanted
    for service in (both.linli, both.nearest):
        assert 0.8 * wanted <= service.visits <= wanted
        assert service.travel_seconds > 0


def test_a_flood_lets_teams_stay_at_home() -> None:
    """Tests that the flood's events are understood by intake and desk."""
    flooded = VirtualDay(seed=4, requests=25, scenario=Scenario.FLOOD)
    flooded.ends = flooded.began + timedelta(hours=6)
    flooded.play()
    applied = Counter(
        event.kind for event, outcome in flooded.outcomes if event.note == "flood" and outcome.code == "applied"
    )
    assert applied["team"] > 0
