"""Where waiting has a price, an ordinary visit begins soon after it can; where it has none, nothing changes."""

from __future__ import annotations

from linli.matcher.ledger.draft import Draft
from linli.matcher.objective import lateness_price
from linli.matcher.rounds.translate import LegView, problem_of, visit_of
from linli.schemas.commands import PlaceOrder
from linli.schemas.instants import to_seconds
from linli.schemas.policy import Policy
from tests.support.district import AUTO, Desk, order, window

PATIENT = AUTO.model_copy(update={"patience_minutes": 30})


def _due(policy: Policy, **details: object) -> int | None:
    desk = Desk(policy)
    desk.place_order("1", **details)
    return problem_of(Draft(desk.state, desk.moment())).visits[0].due


def test_only_what_is_urgent_is_due_unless_the_county_says_more() -> None:
    """Tests the default of one window, and that an urgent visit is due at once whatever the county says of others."""
    assert _due(AUTO) is None
    assert _due(AUTO.model_copy(update={"patience_minutes": 120})) is None
    begin = to_seconds(window(2, 4).start)
    assert _due(AUTO, urgency=0) == _due(PATIENT, urgency=0) == begin
    assert _due(PATIENT) == begin + 1_800


def test_a_later_window_costs_what_somebody_waits() -> None:
    """Tests two windows: the second costs the time from the first, also once it is promised."""
    desk = Desk(PATIENT)
    both = order("1").model_copy(update={"windows": (window(2, 3), window(26, 27))})
    desk.send(PlaceOrder(details=both), request="r-1")
    assert desk.state.requests["r-1"].promise == window(2, 3)
    problem = problem_of(Draft(desk.state, desk.moment()))
    first = to_seconds(window(2, 3).start)
    assert problem.visits[0].due == first + 1_800
    assert lateness_price(problem.weights, problem.visits[0], first + 86_400) == 86_400 - 1_800


def test_a_second_window_waits_for_nothing_by_default() -> None:
    """Tests that a later window costs where no county said anything: a shorter way is no reason to wait a day."""
    desk = Desk(AUTO)
    desk.send(
        PlaceOrder(details=order("1").model_copy(update={"windows": (window(2, 3), window(26, 27))})), request="r"
    )
    visit = problem_of(Draft(desk.state, desk.moment())).visits[0]
    assert desk.state.requests["r"].promise == window(2, 3)
    assert visit.due is None
    desk.send(
        PlaceOrder(details=order("2").model_copy(update={"windows": (window(26, 27), window(50, 51))})), request="q"
    )
    undecided = desk.state.requests["q"].model_copy(update={"promise": None})
    details = undecided.details
    assert details is not None
    assert visit_of(LegView(undecided, details, 0)).due == to_seconds(window(26, 27).end)
