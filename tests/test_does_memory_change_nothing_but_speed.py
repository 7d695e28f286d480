"""Does what the matcher remembers from round to round change nothing but its speed: days and ways with and without."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from typing_extensions import override

from linli.matcher import compiled
from linli.matcher.ledger.state import Translations
from linli.matcher.limits import Limits
from linli.matcher.memory import SPARE, Memory, TravelTable
from linli.matcher.model import Model
from linli.matcher.problem import Place, Plan, Weights
from linli.matcher.search.solve import solve
from linli.matcher.travel import HaversineTravel, IntTable, Travel
from linli.services.demo.demand import Scenario
from tests.support.problems import HOUR, small
from tests.support.virtual_day import VirtualDay


@dataclass
class ForgetfulDay(VirtualDay):
    """A day on which nothing is remembered from one round to the next."""

    @override
    def _decide(self, now: datetime) -> None:
        self.state = replace(self.state, translations=Translations())
        super()._decide(now)


class OneWay(HaversineTravel):
    """Travel on which the way back takes another time than the way there."""

    @property
    @override
    def symmetric(self) -> bool:
        """Never."""
        return False

    @override
    def between(self, a: Place, b: Place) -> tuple[int, int]:
        """Return seconds and metres, uphill longer."""
        seconds, metres = super().between(a, b)
        return seconds + (60 if a < b else 0), metres

    @override
    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place]) -> tuple[IntTable, IntTable]:
        """Return the same for every pair."""
        seconds, metres = super().matrix(origins, destinations)
        for i, a in enumerate(origins):
            for j, b in enumerate(destinations):
                seconds[i, j] += 60 if a < b else 0
        return seconds, metres

    @override
    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> IntTable:
        """Return them alone."""
        return self.matrix(origins, destinations)[0]


@pytest.mark.parametrize(
    ("seed", "requests", "scenario", "work"), [(3, 60, Scenario.CALM, 0), (4, 24, Scenario.FLOOD, 300)]
)
def test_a_day_is_the_same_with_and_without(seed: int, requests: int, scenario: Scenario, work: int) -> None:
    """Tests that every record, plan and outcome of a day with declines, absences and begun visits is equal."""
    days = [kind(seed, requests, scenario, work=work).play() for kind in (VirtualDay, ForgetfulDay)]
    remembering, forgetful = days
    assert remembering.state.translations.memory is not None
    assert remembering.history == forgetful.history
    assert remembering.state.plans == forgetful.state.plans
    assert [outcome for _, outcome in remembering.outcomes] == [outcome for _, outcome in forgetful.outcomes]


@pytest.mark.parametrize("travel", [HaversineTravel(), OneWay()])
def test_a_remembered_way_is_the_way(travel: Travel) -> None:
    """Tests rows and columns asked for in any order while places are added, against the travel itself."""
    dice, table = random.Random(5), TravelTable(travel)
    places = [Place(round(27 + dice.random(), 3), round(108 + dice.random(), 3), "hill") for _ in range(40)]
    for place in places:
        assert table.places[table.number(place)] == place
        for _ in range(2):
            one = dice.randrange(len(table.places))
            assert list(table.row(one)) == [travel.between(table.places[one], b)[0] for b in table.places]
            assert list(table.column(one)) == [travel.between(a, table.places[one])[0] for a in table.places]


def test_a_search_is_the_same_whatever_places_were_met_before() -> None:
    """Tests a search in several parts whose places bear other numbers, as after a dispatcher's restart in mid-day."""
    problem, limits = small(7, visits=60, teams=60), Limits(2_000)
    assert compiled.is_warm(), "without machine code nothing is searched, and nothing would be tested"
    fresh = solve(problem, Plan(), limits, 1)
    for seed in range(3):
        memory, places = Memory(problem.travel, problem.weights), [visit.place for visit in problem.visits]
        random.Random(seed).shuffle(places)
        for place in places:
            memory.travel.number(place)
        again = solve(replace(problem, memory=memory), Plan(), limits, 1)
        assert again.report == fresh.report
        assert again.plan == fresh.plan


def test_a_memory_has_an_end() -> None:
    """Tests that a memory of too many places that are gone asks to be replaced, and not one that is only large."""
    memory = Memory(HaversineTravel(), Weights())
    for number in range(SPARE + 21):
        assert not memory.is_full(10)
        memory.travel.number(Place(27 + number / 1000, 108.0, "hill"))
    assert memory.is_full(10)
    assert not memory.is_full(SPARE)


@pytest.mark.parametrize("seed", range(6))
def test_where_a_visit_fits_is_asked_anew_when_time_presses(seed: int) -> None:
    """Tests every visit's fits, minute by minute into its windows and past them, against a model that knows nothing."""
    problem = small(seed, visits=12, teams=6)
    memory = Memory(problem.travel, problem.weights)
    first = min(lo for visit in problem.visits for lo, _ in visit.windows)
    for now in range(first - 2 * HOUR, first + 18 * HOUR, 17 * 60):
        later = replace(problem, now=now)
        fresh, remembering = Model(later), Model(replace(later, memory=memory))
        for visit in range(len(problem.visits)):
            for duty in range(0, len(fresh.duties), 3):
                assert remembering.fit(visit, duty) == fresh.fit(visit, duty)
            assert remembering.fits(visit) == fresh.fits(visit)
