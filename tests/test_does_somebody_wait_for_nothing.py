"""Where waiting has a price, an ordinary visit begins soon after it can; where it has none, nothing changes."""

from __future__ import annotations

from linli.matcher.draft import Draft
from linli.matcher.objective import lateness_price
from linli.matcher.translate import problem_of
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
    """Tests the default, and that an urgent visit is due at once whatever the county says of others."""
    assert _due(AUTO) is None
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
