"""Does a visit that is dear to serve wait for neighbours, openly and never for good, where a county asks for that?"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.insertion.repair import insert_all
from linli.matcher.model import Model
from linli.matcher.problem import Plan
from linli.matcher.rounds.admission_price import Dearest, added
from linli.matcher.rounds.crowding import Crowding
from linli.matcher.search.solve import Limits, solve
from linli.matcher.timetable import Timetable
from linli.schemas.assignment import Unmet
from linli.schemas.commands import ApplyTeam
from linli.schemas.explanation import TooDear
from linli.schemas.lifecycle import State
from linli.schemas.orders import Cancel, Target
from linli.schemas.policy import AdmissionPrice, Policy
from linli.schemas.policy_file import parse_policy
from linli.services.sheets.planning import planning_policy
from tests.support.district import AUTO, MONDAY, Desk
from tests.support.district import team as team_at
from tests.support.problems import a_team, a_visit, day, one

FAR = 0.2
"""Degrees north of everybody: 22 km, about an hour there and back."""

PRICE = AdmissionPrice(seconds=1_800, until_minutes=240, crowded_percent=0)
PATIENT = AUTO.model_copy(update={"admission_price": PRICE})
TOMORROW = (26.0, 30.0)
"""Hours of the window; from 22 hours on it is taken at any price."""

TAKEN_FROM = MONDAY + timedelta(hours=22)


def waits(desk: Desk, request: str) -> TooDear | None:
    """Return why a request waits, if it does for its price."""
    status = desk.state.requests[request].status
    return status.why.too_dear if isinstance(status, Unmet) else None


def test_a_far_visit_waits_and_says_for_what() -> None:
    """Tests that price, limit and the end of waiting are told, and that nothing waits unless a county wants it."""
    desk = Desk(PATIENT)
    desk.place_order("1", hours=TOMORROW, north=FAR)
    found = waits(desk, "r-1")
    assert found is not None
    assert (found.limit, found.until) == (1_800, TAKEN_FROM)
    assert found.seconds > 1_800
    usual = Desk(AUTO)
    usual.place_order("1", hours=TOMORROW, north=FAR)
    assert usual.state.requests["r-1"].state is State.PROMISED


def test_neighbours_are_promised_together() -> None:
    """Tests that a second far order makes the way worth while for both, each being cheap beside the other."""
    desk = Desk(PATIENT)
    desk.place_order("1", hours=TOMORROW, north=FAR)
    desk.place_order("2", hours=TOMORROW, north=FAR)
    assert {desk.state.requests[one].state for one in ("r-1", "r-2")} == {State.PROMISED}


def test_it_is_taken_at_any_price_in_time() -> None:
    """Tests that the end of waiting is a deadline of its own, and that no record is written until then."""
    desk = Desk(PATIENT)
    desk.place_order("1", hours=TOMORROW, north=FAR)
    version = desk.state.requests["r-1"].version
    desk.now += timedelta(hours=1)
    desk.place_order("2", hours=TOMORROW)
    assert desk.state.requests["r-1"].version == version
    assert next_deadline(desk.state) == TAKEN_FROM
    desk.now = TAKEN_FROM
    desk.decide()
    assert desk.state.requests["r-1"].state is State.PROMISED


def test_its_true_reason_is_told_when_nobody_can_go_in_the_end() -> None:
    """Tests that the price does not stay the excuse where the only team has become busy, and that it is told once."""
    desk = Desk(PATIENT, teams=1)
    desk.place_order("1", hours=(26, 26.5), north=FAR)
    assert waits(desk, "r-1") is not None
    desk.place_order("2", hours=(26, 26.2), minutes=240)
    desk.now = TAKEN_FROM
    desk.decide()
    record = desk.state.requests["r-1"]
    assert isinstance(record.status, Unmet)
    assert (record.status.why.outcome, record.status.why.too_dear) == ("lost", None)
    assert next_deadline(desk.state) != TAKEN_FROM


@pytest.mark.parametrize(("urgency", "hours"), [(0, TOMORROW), (1, (3.0, 6.0))])
def test_what_is_urgent_or_soon_never_waits(urgency: int, hours: tuple[float, float]) -> None:
    """Tests that only what has time waits."""
    desk = Desk(PATIENT)
    desk.place_order("1", hours=hours, urgency=urgency, north=FAR)
    assert desk.state.requests["r-1"].state in (State.PROMISED, State.OFFERED)


def test_a_price_below_a_minute_is_no_price() -> None:
    """Tests that the configuration is validated: a price of nothing would let everybody wait."""
    with pytest.raises(ValidationError):
        AdmissionPrice(seconds=0)


def test_who_waits_takes_nobodys_place() -> None:
    """Tests that what has waited longer, and would come first, leaves its place to others as long as it is too dear."""
    desk = Desk(PATIENT, teams=1)
    desk.place_order("1", hours=(50, 50.5), north=FAR)
    desk.now += timedelta(hours=25)
    desk.place_order("2", hours=(50, 50.2), minutes=240)
    assert waits(desk, "r-1") is not None
    assert desk.state.requests["r-2"].state is State.PROMISED


def crowded(policy: Policy = AUTO, *, full: bool = True) -> Desk:
    """Two teams that have seven of their ten hours of tomorrow promised, or one and a half."""
    desk = Desk(policy, teams=2)
    for number in range(4 if full else 1):
        desk.place_order(f"near-{number}", hours=(24, 34), minutes=210 if full else 180)
    return desk


def test_as_shipped_only_a_crowded_day_lets_wait() -> None:
    """Tests that the default lets nobody wait while there is room, and on a full day whoever is far, and says so."""
    for full in (False, True):
        desk = crowded(full=full)
        desk.place_order("far", hours=TOMORROW, north=0.1)
        desk.place_order("near", hours=TOMORROW, north=0.01)
        found = waits(desk, "r-far")
        assert (found is not None) is full
        assert found is None or (found.limit, found.until) == (900, TAKEN_FROM)
        assert desk.state.requests["r-near"].state is State.PROMISED


@pytest.mark.parametrize("full", [True, False])
def test_as_shipped_the_highest_class_never_waits(full: bool) -> None:
    """Tests that what is urgent is promised at any price, however full the day."""
    desk = crowded(full=full)
    desk.place_order("far", hours=TOMORROW, urgency=0, north=0.1)
    assert desk.state.requests["r-far"].state in (State.PROMISED, State.OFFERED)


def test_another_day_that_is_free_lets_nobody_wait() -> None:
    """Tests that the days of the visit itself count, and not those of others."""
    desk = crowded()
    desk.place_order("far", hours=(50, 54), north=0.1)
    assert desk.state.requests["r-far"].state is State.PROMISED


def test_who_waited_is_served_in_the_end() -> None:
    """Tests that on a crowded day no request is lost by waiting: each is promised in time, for its place was free."""
    desk = crowded()
    for name, north in (("north", 0.1), ("south", -0.1)):
        desk.place_order(name, hours=(26, 34), north=north)
    assert waits(desk, "r-north") is not None
    assert waits(desk, "r-south") is not None
    desk.now = TAKEN_FROM
    desk.decide()
    assert {desk.state.requests[one].state for one in ("r-north", "r-south")} == {State.PROMISED}


def test_a_cancelled_visit_ends_the_waiting() -> None:
    """Tests that whoever waits is promised as soon as the day is not crowded any more."""
    desk = crowded()
    desk.place_order("far", hours=TOMORROW, north=0.1)
    assert waits(desk, "r-far") is not None
    for number in range(2):
        desk.send(Cancel(target=Target(request_id=f"r-near-{number}"), reason="x"))
    assert desk.state.requests["r-far"].state is State.PROMISED


def test_hours_taken_are_counted_with_their_ways() -> None:
    """Tests the measure on a day that can be counted on paper: an hour of service and the way there and back."""
    team, visit = a_team(), a_visit()
    problem = one(visit, team)
    timetable = solve(problem, Plan(), Limits(0), 1).timetable
    way, _ = problem.travel.between(team.base, visit.place)
    shift = sum(closes - opens for opens, closes in team.shifts)
    assert Crowding(timetable).of(0) == 100 * (visit.duration + 2 * way) // shift > 0
    assert timetable.take(0)
    assert Crowding(timetable).of(0) == 0
    elsewhere = replace(visit, windows=((10**7, 10**7 + 1),))
    assert Crowding(Timetable(Model(one(elsewhere, team)))).of(0) == 100


@pytest.mark.parametrize("seed", range(3))
def test_an_ordinary_day_is_promised_at_once(seed: int) -> None:
    """Tests a day with an order every few minutes and room for all: all are promised, and hardly anybody waits."""
    dice = random.Random(seed)
    desk = Desk(AUTO, teams=0)
    for number in range(6):
        desk.send(ApplyTeam(details=team_at(f"t{number}", north=dice.randrange(200) / 1_000)))
    late = 0
    for number in range(30):
        opens = dice.choice((24, 26, 28, 30))
        desk.place_order(str(number), hours=(opens, opens + 4), minutes=40, north=dice.randrange(250) / 1_000)
        late += waits(desk, f"r-{number}") is not None
    assert late <= 1
    desk.now = MONDAY + timedelta(hours=21)
    desk.decide()
    assert [one.request_id for one in desk.state.requests.values() if isinstance(one.status, Unmet)] == []


def test_a_sheet_that_is_planned_once_lets_nobody_wait() -> None:
    """Tests that a plan on paper has no later round, and so leaves out nobody for a price."""
    assert planning_policy(8).admission_price is None


def test_a_county_may_do_without() -> None:
    """Tests that a policy's file can switch it off: no day is crowded to the last second."""
    assert parse_policy("[admission_price]\ncrowded_percent = 100").admission_price == AdmissionPrice(
        crowded_percent=100
    )
    desk = crowded(parse_policy('mode = "auto"\n[admission_price]\ncrowded_percent = 100'))
    desk.place_order("far", hours=TOMORROW, north=0.1)
    assert desk.state.requests["r-far"].state is State.PROMISED


@pytest.mark.parametrize("seed", range(6))
def test_whatever_changes_is_asked_again(seed: int) -> None:
    """Tests that the dearest come in the order that asking all of them anew each time gives, and so does crowding.

    Every second team has a day's limit that its two shifts share.
    """
    problem = day(teams=8, visits=60, seed=seed)
    noon = (problem.teams[0].shifts[0][0] + problem.teams[0].shifts[0][1]) // 2
    halves = ((problem.teams[0].shifts[0][0], noon - 1), (noon, problem.teams[0].shifts[0][1]))
    teams = (
        replace(team, shifts=halves, shift_days=(0, 0), max_visits_per_day=5) if k % 2 else team
        for k, team in enumerate(problem.teams)
    )
    timetable = Timetable(Model(replace(problem, teams=tuple(teams))))
    insert_all(timetable, list(range(60)))
    left = {visit for visit in range(60) if visit % 5}
    dearest, crowds, taken = Dearest(timetable, left), Crowding(timetable), 0
    for seconds, visit in dearest:
        assert (seconds, visit) == max((added(timetable, one), one) for one in left)
        left.remove(visit)
        assert crowds.of(visit) == Crowding(timetable).of(visit)
        duty = timetable.where[visit]
        if duty >= 0 and visit % 3 and timetable.take(visit):
            dearest.tour_changed(duty)
            crowds.tour_changed(duty)
            taken += 1
    assert not left
    assert taken > 10
