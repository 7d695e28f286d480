"""Is the running day counted fairly: to its last visit, alike for both, and with no promise broken on the way?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.schemas.policy import Mode, Policy
from linli.services.simulation.figures import first_begin, histories_of
from tests.bench.match.families import Size, day
from tests.bench.online_arrivals import Arrivals, arrive
from tests.bench.online_days import Day, begun_of, driven_for_both, driven_seconds, eve_of, figures_of, play_on


def test_a_day_ends_with_the_last_visit_promised_on_it() -> None:
    """Tests that appointments for another day count as served, and travel only where somebody went."""
    asked = Day(seed=1, requests=14, accept=(1.0, 1.0))
    eve = eve_of(asked)
    played = play_on(eve, asked, Policy(mode=Mode.AUTO, work=0))
    found = figures_of(played, asked)
    begins = [at for records in histories_of(played.history).values() if (at := first_begin(records)) is not None]
    evening = asked.begins + timedelta(hours=22)
    assert found.served == len(begins) > sum(at <= evening for at in begins)
    assert found.travel_minutes == driven_seconds(played, begun_of(played, asked)) // 60 > 0
    assert eve.history == []
    seconds = driven_for_both(played, played, asked)
    assert seconds[0] == seconds[1] == driven_seconds(played, begun_of(played, asked))


@pytest.mark.parametrize("price", [None, 900])
def test_arrivals_are_promised_and_kept(price: int | None) -> None:
    """Tests that the checker passes an arriving day, that nothing promised is lost, and that a price lets some wait."""
    problem = day("mixed", Size(teams=4, visits=40), 1)
    came = arrive(problem, Arrivals(seed=1, work=0, price=price))
    assert 0 < came.served <= 40
    assert came.broken == 0
    assert price is None or came.waited > 0
