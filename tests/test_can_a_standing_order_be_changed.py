"""Skip, move, stop, pause: before and after a visit has become a request, with an outcome that says what happened."""

from __future__ import annotations

from datetime import timedelta

from linli.matcher.desk.deadlines import next_deadline
from linli.schemas.answers import Accept, Start
from linli.schemas.desk import Hold
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import Target, Window
from linli.schemas.standing import EXCEPTIONS_MAX, ChangeStanding, StandingStep, Visiting
from tests.support.district import Desk
from tests.support.standing import POLICY, TUESDAY, change, place, serve, standing, starts, visit, visits

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
APPLIED = ("applied", "")


def _desk(rule: str = "FREQ=WEEKLY") -> Desk:
    desk = Desk(POLICY)
    place(desk, standing(rule))
    return desk


def _at(days: float, hours: float = 0) -> tuple[Window, ...]:
    begin = TUESDAY + timedelta(days=days, hours=hours)
    return (Window(start=begin, end=begin + HOUR),)


def test_skipping_a_visit_that_is_a_request_cancels_it() -> None:
    """Tests that the request ends with its reason, and the next visits stay."""
    desk = _desk()
    assert change(desk, StandingStep.SKIP, occurrence=TUESDAY, reason="away") == APPLIED
    first = visit(desk, TUESDAY)
    assert (first.state, first.cause) == (State.CANCELLED, "skip")
    assert desk.state.standing["s-1"].upcoming[0].how is Visiting.SKIPPED
    assert change(desk, StandingStep.SKIP, occurrence=TUESDAY) == ("duplicate", "skipped")
    desk.at(24 * 8)
    assert starts(desk) == ["11-24 10:00", "12-01 10:00"]


def test_skipping_a_visit_to_come_makes_none() -> None:
    """Tests that a visit that is no request yet never becomes one."""
    desk = _desk()
    assert change(desk, StandingStep.SKIP, occurrence=TUESDAY + WEEK) == APPLIED
    for day in range(1, 16):
        desk.at(24 * day)
    assert starts(desk) == ["11-24 10:00", "12-08 10:00", "12-15 10:00"][: len(starts(desk))]
    assert "12-01 10:00" not in starts(desk)


def test_a_visit_that_was_made_cannot_be_skipped() -> None:
    """Tests that what has happened stays."""
    desk = _desk()
    serve(desk, visit(desk, TUESDAY))
    assert change(desk, StandingStep.SKIP, occurrence=TUESDAY) == ("not_allowed_now", "done")


def test_a_moment_that_the_rule_does_not_have_is_refused() -> None:
    """Tests that a slip of the pen is told and nothing done."""
    desk = _desk()
    refused = ("breaks_rule", "no_such_visit")
    assert change(desk, StandingStep.SKIP, occurrence=TUESDAY + HOUR) == refused
    assert change(desk, StandingStep.MOVE, occurrence=TUESDAY + HOUR, windows=_at(2)) == refused


def test_moving_a_visit_that_is_a_request_reschedules_it() -> None:
    """Tests that the promise for the old time ends and the visit is planned for the new one."""
    desk = _desk()
    assert change(desk, StandingStep.MOVE, occurrence=TUESDAY, windows=_at(2)) == APPLIED
    first = visit(desk, TUESDAY)
    assert first.details is not None
    assert first.details.windows == _at(2)
    assert first.state is State.PROMISED
    assert any(record.cause == "move" for decision in desk.decisions for record in decision.assignments)
    assert desk.state.standing["s-1"].upcoming[0].how is Visiting.MOVED


def test_moving_a_visit_to_come_makes_it_at_its_new_time() -> None:
    """Tests that it is the same request, later, and that the visit after it stays."""
    desk = _desk()
    assert change(desk, StandingStep.MOVE, occurrence=TUESDAY + WEEK, windows=_at(8, 3)) == APPLIED
    for day in range(1, 10):
        desk.at(24 * day)
    assert starts(desk) == ["11-24 10:00", "12-02 13:00", "12-08 10:00"]


def test_a_visit_stays_between_its_neighbours() -> None:
    """Tests that a move beyond the next visit is refused, and one into the past."""
    desk = _desk()
    beyond = ("breaks_rule", "beyond_next_visit")
    assert change(desk, StandingStep.MOVE, occurrence=TUESDAY, windows=_at(7)) == beyond
    assert change(desk, StandingStep.MOVE, occurrence=TUESDAY + WEEK, windows=_at(0)) == beyond
    assert change(desk, StandingStep.MOVE, occurrence=TUESDAY, windows=_at(-2)) == ("not_allowed_now", "passed")


def test_a_skipped_visit_comes_back_by_moving_it() -> None:
    """Tests the way back, as long as the visit is no request yet."""
    desk = _desk()
    change(desk, StandingStep.SKIP, occurrence=TUESDAY + WEEK)
    assert change(desk, StandingStep.MOVE, occurrence=TUESDAY + WEEK, windows=_at(7)) == APPLIED
    desk.at(24 * 3)
    assert starts(desk) == ["11-24 10:00", "12-01 10:00"]


def test_a_stop_takes_back_what_begins_later_and_keeps_what_comes_before() -> None:
    """Tests a stop from a day on: the visits before it are made, those after it cancelled or never made."""
    desk = _desk("FREQ=DAILY")
    since = TUESDAY + timedelta(days=3)
    assert change(desk, StandingStep.STOP, since=since, reason="moved in with family") == APPLIED
    states = [one.state for one in visits(desk)]
    assert states[:3] == [State.PROMISED] * 3
    assert set(states[3:]) == {State.CANCELLED}
    assert desk.state.standing["s-1"].details.active
    for day in range(1, 9):
        desk.at(24 * day)
    assert len(visits(desk)) == len(states)
    assert not desk.state.standing["s-1"].details.active


def test_a_stop_calls_nobody_back_who_is_at_the_door() -> None:
    """Tests that the visit that has begun is left alone, all others end, and so does the order once it is over."""
    desk = _desk("FREQ=DAILY")
    first = visit(desk, TUESDAY).request_id
    desk.now = TUESDAY - timedelta(minutes=90)
    desk.decide()
    offer = next(one for one in desk.state.requests[first].legs[0].offers if one.state is OfferState.OPEN)
    desk.send(Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",)))
    desk.now = TUESDAY + timedelta(minutes=1)
    desk.send(Start(offer=offer.id, team=offer.team))
    assert change(desk, StandingStep.STOP) == APPLIED
    states = [one.state for one in visits(desk)]
    assert states[0] is State.UNDER_WAY
    assert set(states[1:]) == {State.CANCELLED}
    desk.at(24 * 3)
    assert not desk.state.standing["s-1"].details.active
    assert change(desk, StandingStep.SKIP, occurrence=TUESDAY) == ("not_allowed_now", "ended")


def test_a_pause_makes_none_and_an_end_of_it_makes_the_next() -> None:
    """Tests a stay in hospital: nothing in between, then the rule again."""
    desk = _desk()
    assert change(desk, StandingStep.PAUSE, reason="hospital") == APPLIED
    assert visit(desk, TUESDAY).state is State.ON_HOLD
    assert change(desk, StandingStep.PAUSE) == ("duplicate", "paused")
    for day in range(1, 20):
        desk.at(24 * day)
    assert visit(desk, TUESDAY).state is State.CANCELLED
    assert starts(desk) == ["11-24 10:00"]
    assert change(desk, StandingStep.RESUME) == APPLIED
    assert starts(desk) == ["11-24 10:00", "12-15 10:00"]


def test_what_a_short_pause_held_comes_after_all() -> None:
    """Tests two days away in a week of daily visits: those two are off, those that were made already come again."""
    desk = _desk("FREQ=DAILY")
    made = [one.request_id for one in visits(desk)]
    change(desk, StandingStep.PAUSE, reason="with family")
    assert {one.state for one in visits(desk)} == {State.ON_HOLD}
    desk.now = TUESDAY + timedelta(days=1, hours=5)
    assert change(desk, StandingStep.RESUME) == APPLIED
    states = [desk.state.requests[one].state for one in made]
    assert states == [State.CANCELLED] * 2 + [State.PROMISED] * (len(made) - 2)


def test_a_visit_that_the_desk_held_stays_held_after_a_pause() -> None:
    """Tests that a pause ends only what it began, and a stop of a paused order all of it."""
    desk = _desk("FREQ=DAILY")
    mine = visits(desk)[3].request_id
    desk.send(Hold(target=Target(request_id=mine), by="desk", reason="key is missing"))
    change(desk, StandingStep.PAUSE)
    change(desk, StandingStep.RESUME)
    assert desk.state.requests[mine].state is State.ON_HOLD
    change(desk, StandingStep.PAUSE)
    assert change(desk, StandingStep.STOP) == APPLIED
    assert {one.state for one in visits(desk)} == {State.CANCELLED}
    assert not desk.state.standing["s-1"].details.active


def test_visits_that_pass_while_it_is_paused_end_by_themselves() -> None:
    """Tests that time alone ends what is held, and that the desk is woken for it."""
    desk = _desk("FREQ=DAILY")
    change(desk, StandingStep.PAUSE)
    passes = TUESDAY + timedelta(hours=2, seconds=1)
    assert next_deadline(desk.state) == passes
    desk.now = passes
    desk.decide()
    assert [one.state for one in visits(desk)].count(State.CANCELLED) == 1
    assert next_deadline(desk.state) == passes + timedelta(days=1)


def test_a_command_that_comes_twice_counts_once() -> None:
    """Tests that intake may repeat itself."""
    desk = _desk()
    change(desk, StandingStep.PAUSE)
    again = desk.command(ChangeStanding(standing="s-1", step=StandingStep.RESUME))
    first, second = desk.decide(again), desk.decide(again)
    assert [one.outcomes[0].code.value for one in (first, second)] == ["applied", "duplicate"]


def test_exceptions_have_a_limit() -> None:
    """Tests that a record cannot grow without end."""
    desk = _desk("FREQ=DAILY")
    outcomes = [
        change(desk, StandingStep.SKIP, occurrence=TUESDAY + timedelta(days=day)) for day in range(EXCEPTIONS_MAX + 1)
    ]
    assert outcomes[-1] == ("breaks_rule", "exceptions")
    assert set(outcomes[:-1]) == {APPLIED}


def test_an_unknown_order_is_told() -> None:
    """Tests a wrong number."""
    assert change(Desk(POLICY), StandingStep.STOP, "s-none") == ("unknown_request", "no_such_standing_order")
