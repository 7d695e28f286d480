"""A plan is not called the best where rules by pair are stricter than the checker, and a better one might hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pytest

from linli.matcher.checker import check
from linli.matcher.exact.leaving_out import costs_of_leaving_out
from linli.matcher.model import Model
from linli.matcher.objective import evaluate
from linli.matcher.problem import Fetch, Pin, Place, Plan, Problem, Route, Stop, Visit, Weights
from linli.matcher.search.solve import Limits, Result, solve
from linli.matcher.timetable import Timetable
from linli.matcher.travel import IntTable
from tests.support.listing import lister_of
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, one

PLENTY = Limits(400_000)
BASE, NEAR, FAR = (Place(27.9, 108.0 + number / 10, "seat") for number in range(3))


@dataclass(frozen=True)
class Ways:
    """Ways of ten minutes, but those that are named, there and back alike."""

    named: Mapping[frozenset[Place], int] = field(default_factory=dict[frozenset[Place], int])
    quality: ClassVar[str] = "table"
    symmetric: ClassVar[bool] = True

    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres."""
        seconds = 0 if a == b else self.named.get(frozenset((a, b)), 600)
        return seconds, 10 * seconds

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return seconds and metres of all pairs."""
        both = np.array([[self.between(a, b) for b in destinations] for a in origins], dtype=np.int64)
        both = both.reshape(len(origins), len(destinations), 2)
        return np.ascontiguousarray(both[..., 0]), np.ascontiguousarray(both[..., 1])


def _problem(*visits: Visit, ways: Ways) -> Problem:
    return replace(one(a_visit(), replace(a_team(), base=BASE)), visits=visits, travel=ways)


def _at(number: int, place: Place, opens: float, hours: float = 1) -> Visit:
    lo = MIDNIGHT + round(opens * HOUR)
    return replace(a_visit(number), place=place, windows=((lo, lo + round(hours * HOUR)),), duration=600)


def _is_called_the_best(result: Result) -> bool:
    return result.report.complete and result.report.proven


SLOW = Ways({frozenset((BASE, FAR)): 4 * HOUR})


def test_who_is_reached_in_time_only_over_another_visit() -> None:
    """Tests that a team is refused a visit four hours away, which is half an hour away over another one."""
    problem = _problem(_at(0, NEAR, 8), _at(1, FAR, 9), ways=SLOW)
    opens = problem.teams[0].shifts[0][0]
    stops = (
        Stop("v-00", opens + 600, opens + 600, opens + 1200),
        Stop("v-01", opens + 1800, opens + HOUR, opens + HOUR + 600),
    )
    over = Plan((Route("team-00", 0, stops),))
    assert check(problem, over) == []
    result = solve(problem, Plan(), PLENTY, 1)
    assert evaluate(problem, over).key() < result.objective.key()
    assert result.report.proven
    assert not _is_called_the_best(result)


def test_who_gets_home_in_time_only_over_another_visit() -> None:
    """Tests the same in the evening: a crew would not be home in time from the visit, but it is over another one."""
    result = solve(_problem(_at(0, FAR, 13.5), _at(1, NEAR, 16), ways=SLOW), Plan(), PLENTY, 1)
    assert len(result.plan.placed()) == 1
    assert not _is_called_the_best(result)


def test_who_is_near_what_is_agreed() -> None:
    """Tests a visit that a crew can make in time only as it is out already for what is agreed."""
    agreed = replace(_at(0, NEAR, 8.2), pin=Pin("team-00", 0, MIDNIGHT + round(8.2 * HOUR)), promised=True)
    result = solve(_problem(agreed, _at(1, FAR, 9), ways=SLOW), Plan(), PLENTY, 1)
    assert result.plan.placed() == {"v-00"}
    assert not _is_called_the_best(result)


@pytest.mark.parametrize(
    "other",
    [
        _at(0, NEAR, 8, 0.1),  # over by the time somebody could be there
        _at(0, NEAR, 11),  # from there it is too late for the far one
        replace(_at(0, NEAR, 8), duration=4 * HOUR),  # takes as long as the way is shorter
    ],
)
def test_what_no_detour_reaches_is_best_without(other: Visit) -> None:
    """Tests that a plan is called the best where another visit on the way does not help."""
    result = solve(_problem(other, _at(1, FAR, 9), ways=SLOW), Plan(), PLENTY, 1)
    assert "v-01" not in result.plan.placed()
    assert _is_called_the_best(result)


def test_what_would_be_fetched_long_before() -> None:
    """Tests a shop that is open early and late, and a visit at noon: a wait so long is not reckoned with."""
    shop = Place(27.95, 108.05, "seat")
    early, late = (MIDNIGHT + 8 * HOUR, MIDNIGHT + 9 * HOUR), (MIDNIGHT + 15 * HOUR, MIDNIGHT + 17 * HOUR)
    noon, evening = _at(0, NEAR, 12).windows[0], _at(0, NEAR, 15.5, 0.1).windows[0]
    wanted = replace(_at(0, NEAR, 12), windows=(noon, evening), fetch=Fetch(shop, 300, (early, late)))
    problem = replace(_problem(wanted, _at(1, FAR, 15.4, 0.2), ways=SLOW), weights=Weights(waiting=()))
    start = noon[0]
    stops = (Stop("v-00", early[0] + 900 + 600, start, start + 600, early[0] + 600),)
    assert check(problem, Plan((Route("team-00", 0, stops),))) == []
    assert not _is_called_the_best(solve(problem, Plan(), PLENTY, 1))
    closed = replace(problem, visits=(replace(wanted, fetch=Fetch(shop, 300, (late,))), problem.visits[1]))
    assert _is_called_the_best(solve(closed, Plan(), PLENTY, 1))


def test_of_two_that_were_promised_the_more_urgent_one_is_dearer_to_leave_out() -> None:
    """Tests that levels count among those that are held as well, as they do in the plan's vector."""
    visits = [replace(_at(k, NEAR, 9), urgency=k % 2, promised=k > 1) for k in range(4)]
    lister = lister_of(Timetable(Model(_problem(*visits, ways=Ways()))))
    assert lister is not None
    urgent, other, held_urgent, held = (
        cost or 0 for cost in costs_of_leaving_out(Timetable(Model(_problem(*visits, ways=Ways()))), lister.groups)
    )
    assert held_urgent > held > urgent + other
    assert urgent > other > 0
    assert held_urgent - held == urgent - other
