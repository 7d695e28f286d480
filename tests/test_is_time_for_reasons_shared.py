"""Is time for explanations shared: reasons come first, leave some for proofs, and get back what is not needed?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linli.matcher.model import Model
from linli.matcher.problem import Plan
from linli.matcher.reasons.explain import Explained, WhyNobody, explain_within
from linli.matcher.search.solve import Limits, solve
from linli.matcher.timetable import Timetable
from linli.services.solving.explaining import Explaining
from tests.support.problems import day

EACH = 99.0


class _Clock:
    """A clock that goes on by a second whenever it is looked at, and by `EACH` for every reason."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        self.at += 1.0
        return self.at

    def names(self, names: list[str]) -> Iterator[str]:
        for name in names:
            yield name
            self.at += EACH


def _explained(timetable: Timetable, names: list[str], seconds: float, *, proving: bool = True) -> Explained:
    """Explain visits by a clock that does not depend on the machine."""
    clock = _Clock()
    allowed = Explaining(len(names), seconds, clock).begin(proving=proving)
    return explain_within(timetable, clock.names(names), allowed.labels, turn=allowed.turn)


def _unserved(timetable: Timetable) -> list[str]:
    return [timetable.model.visits[visit].id for visit in timetable.unserved()]


def _proved(found: Explained) -> int:
    return sum(isinstance(why, WhyNobody) and why.change is not None and why.change.proved for why in found.whys)


@pytest.fixture(name="crowded")
def _crowded() -> Timetable:
    """Return a day of which many visits have no place."""
    return solve(day(8, 100, 1), Plan(), Limits(1_000), 1).timetable


def test_reasons_leave_time_for_proofs(crowded: Timetable) -> None:
    """Tests as much time as all reasons take: most are told, and of the first ones changes are proved the smallest."""
    names = _unserved(crowded)
    found = _explained(crowded, names, enough := len(names) * (EACH + 1))
    assert len(names) > 30
    assert 0.5 * len(names) < len(found.whys) < len(names)
    assert [why.visit for why in found.whys] == names[: len(found.whys)]
    assert 0 < _proved(found) <= _proved(_explained(crowded, names, 1e9))
    assert len(_explained(crowded, names, enough, proving=False).whys) == len(names)


def test_with_enough_time_the_answer_is_the_one_without_a_clock(crowded: Timetable) -> None:
    """Tests that shares change nothing where neither reasons nor proofs run out of time."""
    names = _unserved(crowded)
    assert _explained(crowded, names, 1e9) == explain_within(crowded, names, Explaining().begin(proving=True).labels)


def test_what_proofs_do_not_need_goes_to_reasons() -> None:
    """Tests visits of which nothing is to be proved, for there is room: all time is theirs, in ever shorter turns."""
    timetable = Timetable(Model(day(8, 100, 1)))
    names = _unserved(timetable)
    assert len(_explained(timetable, names, 60 * (EACH + 1)).whys) > 55
    assert len(_explained(timetable, names, 0).whys) == 0
