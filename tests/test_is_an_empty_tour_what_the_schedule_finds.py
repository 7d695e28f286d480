"""Is the short cut for empty tours, which most tours are, the same as scheduling them?"""

from __future__ import annotations

from linli.matcher.model import Model
from linli.matcher.route import Tour
from tests.support.problems import small


def test_an_empty_tour_is_what_scheduling_makes_of_it() -> None:
    """Tests that nothing about an empty tour changes when it is scheduled."""
    model = Model(small(3525, 11, 4))
    for duty in range(len(model.duties)):
        tour = Tour(model, duty)
        before = {name: getattr(tour, name) for name in Tour.__slots__}
        assert tour.schedule()
        assert before == {name: getattr(tour, name) for name in Tour.__slots__}
