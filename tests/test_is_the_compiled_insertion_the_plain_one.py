"""Is the compiled insertion the plain one: the same place, cost and choice, whatever the problem, and for whom not?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np
import pytest

from linli.matcher.ends_travel import Ends, EndsTravel
from linli.matcher.insertion import asked_visits, compiled_insertion
from linli.matcher.insertion.insertion import best_per_team, best_per_team_plainly, best_spot, best_spot_plainly
from linli.matcher.insertion.repair import choice_of, choice_plainly, insert_all, repair
from linli.matcher.kernels.spots import way
from linli.matcher.kernels.ways import fill_ways
from linli.matcher.limits import Limits
from linli.matcher.memory import Memory
from linli.matcher.model import Model
from linli.matcher.problem import DECLINED, Fetch, Pin, Place, Plan, Problem, Team, Visit
from linli.matcher.rules import PAIR_RULES
from linli.matcher.search.solve import solve
from linli.matcher.table import pair_table
from linli.matcher.table_travel import TableTravel
from linli.matcher.timetable import Timetable
from linli.matcher.travel import HaversineTravel
from tests.support.problems import HOUR, TERRAINS, day, later, region, small


@pytest.fixture(autouse=True)
def _loaded() -> Iterator[None]:
    """Load the machine code, and leave to plain Python again what was left to it before."""
    before = compiled_insertion.is_loaded()
    compiled_insertion.load()
    yield
    if not before:
        compiled_insertion.unload()


def remembered(problem: Problem) -> Problem:
    """Return the problem with a memory."""
    return replace(problem, memory=Memory(problem.travel, problem.weights))


def agree(timetable: Timetable, visits: list[int]) -> int:
    """Compare both for every visit; return for how many the compiled one answered."""
    model, answered = timetable.model, 0
    for visit in visits:
        assert best_spot(timetable, visit) == best_spot_plainly(timetable, visit)
        assert best_per_team(timetable, visit) == best_per_team_plainly(timetable, visit)
        assert choice_of(timetable, visit) == choice_plainly(model, visit)
        answered += compiled_insertion.cheapest(timetable, visit) is not None
    return answered


def rare(team: Team, number: int) -> tuple[tuple[str, int], ...]:
    """Return the odds of being short of some of a team's skills."""
    return tuple((skill, 70 * (number + k)) for k, (skill, _) in enumerate(team.skills) if (number + k) % 2)


def asked_often(problem: Problem) -> Problem:
    """Return the problem in which every third team was asked often enough for the first hours, and skills are rare."""
    enough = problem.now + 6 * HOUR
    teams = (
        replace(t, asked=i, asked_enough_until=None if i % 3 else enough, scarce=rare(t, i))
        for i, t in enumerate(problem.teams)
    )
    return replace(problem, teams=tuple(teams), weights=replace(problem.weights, scarcity=3_600))


def filled(problem: Problem, dice: random.Random) -> Plan:
    """Return the plan of a problem filled visit by visit, each time after both manners agreed on all that is left."""
    timetable = Timetable(Model(problem))
    visits = list(range(len(problem.visits)))
    dice.shuffle(visits)
    for count, visit in enumerate(visits):
        assert agree(timetable, visits[count:]) == len(visits) - count
        insert_all(timetable, [visit])
    return timetable.plan()


@pytest.mark.parametrize("seed", range(25))
def test_every_rule_and_price_counts_the_same(seed: int) -> None:
    """Tests small problems with every kind of rule, two days of shifts and several crews, tour by tour as they fill.

    Then rounds of later hours with the same memory, with pins, absences, begun visits and visits that went.
    """
    problem, dice = remembered(asked_often(small(seed, visits=14, teams=6))), random.Random(seed)
    plan = filled(problem, dice)
    for hours in (1, 5, 9, 14):
        round_ = replace(later(problem, plan, seed), now=problem.now + hours * HOUR)
        timetable, _ = repair(Model(round_), plan)
        agree(timetable, timetable.unserved())


def test_two_timetables_of_one_memory_do_not_mix() -> None:
    """Tests two plans of one problem asked in turn: each answer is about the plan that it was asked of."""
    problem = remembered(day(teams=12, visits=60, seed=4))
    full, empty = Timetable(Model(problem)), Timetable(Model(problem))
    insert_all(full, list(range(40)))
    for visit in range(40, 60):
        assert agree(full, [visit]) == agree(empty, [visit]) == 1
    for visit in [v for v in range(40) if full.where[v] >= 0][::4]:
        full.take(visit)
        assert agree(full, [visit]) == 1


def test_nobody_looks_at_pairs_that_machine_code_decides() -> None:
    """Tests a first round: of many visits only those are asked with every team that are left to plain Python."""
    ordinary = day(teams=12, visits=60, seed=4)
    fetched = replace(ordinary.visits[0], fetch=Fetch(ordinary.visits[1].place, 600))
    pinned = replace(ordinary.visits[1], pin=Pin("team-000"), needs=())
    problem = remembered(replace(ordinary, visits=(fetched, pinned, *ordinary.visits[2:])))
    placed = solve(problem, Plan(), Limits(0), 1)
    model = placed.timetable.model
    assert len(placed.plan.placed()) > 40
    assert [model.visits[v].id for v in range(60) if model.knows(v)] == [pinned.id]
    assert solve(replace(problem, memory=None), Plan(), Limits(0), 1).plan == placed.plan


def test_a_team_that_becomes_free_is_asked_again_at_any_distance() -> None:
    """Tests that a team passed over as too full or too far off is found once its tour, or all of it, is gone."""
    problem = remembered(region(120, 900, seed=6))
    timetable = Timetable(Model(problem))
    insert_all(timetable, list(range(850)))
    waiting = timetable.unserved()[:40]
    before = [best_spot(timetable, visit) for visit in waiting]
    for tour in list(timetable.tours)[::3]:
        for visit in tour.stops[:]:
            timetable.take(visit)
    assert agree(timetable, waiting) == len(waiting)
    assert [best_spot(timetable, visit) for visit in waiting] != before


def test_nothing_is_overlooked_in_a_grid_of_many_teams() -> None:
    """Tests a region of a thousand teams, where most cells are never looked into."""
    problem = remembered(region(1_000, 1_300, seed=3))
    timetable = Timetable(Model(problem))
    insert_all(timetable, list(range(1_200)))
    for visit in range(1_200, 1_300):
        assert best_spot(timetable, visit) == best_spot_plainly(timetable, visit)


def test_many_barred_teams_are_barred_and_only_from_their_visit() -> None:
    """Tests visits with more barred teams than there was room for, between others that bar none."""
    problem = day(teams=90, visits=60, seed=4)
    barred = tuple((team.id, DECLINED) for team in problem.teams[::2] + problem.teams[1:80:2])
    visits = tuple(replace(v, barred_teams=barred) if i % 5 == 0 else v for i, v in enumerate(problem.visits))
    timetable = Timetable(Model(remembered(replace(problem, visits=visits))))
    insert_all(timetable, list(range(41, 60)))
    assert agree(timetable, list(range(41))) == 41
    assert len({team for team, _ in barred}) > asked_visits.WORDS_FIRST


def test_what_it_does_not_know_is_left_to_plain_python() -> None:
    """Tests that it answers neither for pinned visits, nor without a memory, nor where crews share a day's limit."""
    problem = day(teams=6, visits=3, seed=1)
    pinned = replace(problem.visits[0], pin=Pin("team-000"))
    far = replace(problem.visits[1], place=Place(-16.5, 179.9, "seat"))
    timetable = Timetable(Model(remembered(replace(problem, visits=(pinned, far, problem.visits[2])))))
    assert [compiled_insertion.cheapest(timetable, visit) is None for visit in range(3)] == [True, False, False]
    assert compiled_insertion.cheapest(Timetable(Model(problem)), 2) is None
    sharing = (replace(problem.teams[0], max_visits_per_day=1), *problem.teams[1:])
    assert compiled_insertion.cheapest(Timetable(Model(remembered(replace(problem, teams=sharing)))), 2) is None
    agree(timetable, [0, 1, 2])


class Slower(HaversineTravel):
    """A travel of somebody else's."""


UNREACHABLE = 1 << 27
"""Seconds of a way that there is not."""


def over_a_table(problem: Problem, seed: int, *, metric: bool = False) -> Problem:
    """Return the problem over a table of its own: one-way roads, shortcuts, and places that cannot be reached."""
    dice, table = np.random.default_rng(seed), problem.travel
    fetched = [visit.fetch.place for visit in problem.visits if visit.fetch is not None]
    known = [visit.place for visit in problem.visits] + [team.base for team in problem.teams] + fetched
    places = list(dict.fromkeys(known))
    seconds, metres = table.matrix(places, places)
    if not metric:
        seconds = seconds * dice.integers(20, 180, seconds.shape) // 100
        metres = metres * dice.integers(20, 180, metres.shape) // 100
        seconds[dice.random(seconds.shape) < 0.05] = UNREACHABLE
        np.fill_diagonal(seconds, 0)
    return remembered(replace(problem, travel=TableTravel(places, seconds, metres)))


def limited_on_the_way(problem: Problem, seed: int) -> Problem:
    """Return the problem with crews that may be on the way only so long, or only so far."""
    dice = random.Random(seed)
    teams = (
        replace(
            team,
            max_travel_per_shift=dice.choice((None, HOUR, 2 * HOUR)),
            max_metres_per_shift=dice.choice((None, None, 20_000, 50_000)),
        )
        for team in problem.teams
    )
    return replace(problem, teams=tuple(teams))


@pytest.mark.parametrize("seed", range(40))
def test_ways_of_any_kind_count_the_same(seed: int) -> None:
    """Tests every kind of rule over tables of ways of no sense at all, and limits of time and metres on the way.

    Ways differ there and back, detours are shorter than the direct way, and some places cannot be reached from others.
    Every third problem is over estimated ways with the limits alone, which are answered in the same manner.
    """
    problem, dice = asked_often(small(seed, visits=14, teams=6)), random.Random(seed)
    if seed % 2:
        problem = limited_on_the_way(problem, seed)
    problem = remembered(problem) if seed % 3 == 0 else over_a_table(problem, seed)
    plan = filled(problem, dice)
    for hours in (1, 5, 9, 14):
        round_ = replace(later(problem, plan, seed), now=problem.now + hours * HOUR)
        if isinstance(round_.travel, TableTravel):
            whole = over_a_table(replace(round_, travel=HaversineTravel()), seed)
            round_ = replace(whole, now=round_.now)
        timetable, _ = repair(Model(round_), plan)
        agree(timetable, timetable.unserved())


def with_open_ends(problem: Problem, seed: int) -> Problem:
    """Return the problem with teams that begin or end wherever they like, or end where another one has its base."""
    dice, ends, teams = random.Random(seed), dict[Place, Ends](), list[Team]()
    for team in problem.teams:
        other = dice.choice(problem.teams).base
        own = Place(0.0, 0.0, f"own-{team.id}")
        ends[own] = dice.choice((Ends(team.base, None), Ends(None, team.base), Ends(team.base, other)))
        teams.append(team if dice.random() < 0.2 else replace(team, base=own))
    return remembered(replace(problem, teams=tuple(teams), travel=EndsTravel(problem.travel, ends)))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("table", [False, True])
def test_open_ends_count_the_same(seed: int, *, table: bool) -> None:
    """Tests routes that end elsewhere than they begin, things fetched, and limits of time and metres on the way."""
    problem, dice = asked_often(small(seed, visits=14, teams=6)), random.Random(seed)
    if seed % 2:
        problem = limited_on_the_way(problem, seed)
    problem = with_open_ends(over_a_table(problem, seed) if table else problem, seed)
    plan = filled(problem, dice)
    for hours in () if table else (1, 5, 9):  # later there are places that are not in the table
        round_ = replace(later(problem, plan, seed), now=problem.now + hours * HOUR)
        timetable, _ = repair(Model(round_), plan)
        agree(timetable, timetable.unserved())


@pytest.mark.parametrize("kind", ["open", "limited", "table", "open table"])
def test_no_row_of_ways_is_made_where_all_are_known(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Tests a first plan with open ends, limits on the way, or a table: rows to all places were most of its time."""
    problem = day(teams=20, visits=200, seed=5)
    problem = limited_on_the_way(problem, 5) if kind == "limited" else problem
    problem = over_a_table(problem, 5, metric=True) if "table" in kind else remembered(problem)
    problem = with_open_ends(problem, 5) if "open" in kind else problem
    for travel in (HaversineTravel, TableTravel):
        monkeypatch.delattr(travel, "seconds")  # what every row is asked for
        monkeypatch.delattr(travel, "matrix")
    assert insert_all(Timetable(Model(problem)), list(range(200))) > 100


def test_a_table_of_estimated_ways_gives_the_plan_of_the_estimate() -> None:
    """Tests a whole day: over a table that says what the formula says, the one manner finds what the other finds."""
    problem = day(teams=20, visits=200, seed=5)
    for travel in (problem.travel, Slower()):
        ordinary = remembered(replace(problem, travel=travel))
        table = over_a_table(problem, 0, metric=True)
        assert solve(ordinary, Plan(), Limits(0), 1).plan == solve(table, Plan(), Limits(0), 1).plan


def test_a_team_that_was_asked_enough_is_in_no_table() -> None:
    """Tests that the table of all pairs, by which the search goes, leaves out what the rule forbids."""
    for seed in range(5):
        model = Model(asked_often(small(seed, visits=14, teams=6)))
        free = [visit for visit in range(len(model.visits)) if not model.fixed[visit]]
        table = pair_table(model, free)
        pairs = [(visit, fit.duty) for visit in free for fit in model.fits(visit)]
        assert list(zip(table.visit.tolist(), table.duty.tolist(), strict=True)) == pairs


def test_its_list_of_rules_and_of_what_is_said_is_complete() -> None:
    """Tests that a rule, or a word about a visit or a team, that is added elsewhere is taken note of here.

    Until it is known to the compiled insertion, that leaves such problems to plain Python: slower, and never wrong.
    """
    assert tuple(rule.__name__ for rule in PAIR_RULES) == compiled_insertion.RULES
    of_visit = asked_visits.OF_VISIT | asked_visits.LEFT_TO_PYTHON
    assert {one.name for one in fields(Visit)} == of_visit
    of_team = asked_visits.OF_TEAM | asked_visits.LIMITS_OF_A_SHIFT | asked_visits.LIMITS_LEFT_TO_PYTHON
    assert {one.name for one in fields(Team)} == of_team


def test_a_way_is_the_same_to_the_second() -> None:
    """Tests compiled ways against the travel's own, near and far, over the date line and between all terrains."""
    dice, travel = random.Random(8), HaversineTravel()
    places = [Place(dice.uniform(-89, 89), dice.uniform(-180, 180), dice.choice(TERRAINS)) for _ in range(60)]
    places += [Place(28 + dice.random(), 108 + dice.random(), dice.choice(TERRAINS)) for _ in range(60)]
    table, both = np.array([travel.prepared(place) for place in places]), np.zeros(2, np.int64)
    for a, one in enumerate(places):
        for b, other in enumerate(places):
            way(table, a, b, both)
            assert tuple(both.tolist()) == travel.between(one, other)
    ways = np.zeros((len(places), len(places)), np.int32)
    fill_ways(travel.rows(places), ways)
    assert (ways == travel.matrix(places, places)[0]).all()


def looked_at(teams: int) -> float:
    """Return at how many teams' tours a decision looks on average, in a full region of so many teams."""
    timetable = Timetable(Model(remembered(region(teams, 8 * teams + 60, seed=11))))
    insert_all(timetable, list(range(8 * teams)))
    before = compiled_insertion.looked_at(timetable)
    for visit in range(8 * teams, 8 * teams + 60):
        best_spot(timetable, visit)
    return (compiled_insertion.looked_at(timetable) - before) / 60


def test_a_decision_looks_at_no_more_teams_where_there_are_more() -> None:
    """Tests that as dense as a county, ten times the teams leave a decision about as many to look at, and few."""
    county, province = looked_at(54), looked_at(540)
    assert 1 < county < 6
    assert province < 1.5 * county


@pytest.mark.parametrize(("north", "east"), [(44.5, 44.0), (-68.0, -40.0), (-24.5, -250.0)])
def test_nothing_is_overlooked_where_meridians_converge(north: float, east: float) -> None:
    """Tests full tours far north, far south and far west: where a box of parallels and meridians is no square."""
    ordinary = region(60, 420, seed=8)

    def moved(place: Place) -> Place:
        return Place(place.lat + north, place.lon + east, place.terrain)

    teams = tuple(replace(team, base=moved(team.base)) for team in ordinary.teams)
    visits = tuple(replace(visit, place=moved(visit.place)) for visit in ordinary.visits)
    timetable = Timetable(Model(remembered(replace(ordinary, teams=teams, visits=visits))))
    insert_all(timetable, list(range(360)))
    assert agree(timetable, list(range(360, 420))) == 60


def test_few_able_teams_of_a_wide_roster_are_all_near_enough() -> None:
    """Tests that where all able teams are looked through as one cell, none is passed over for the roster's small cells.

    A team next door to a visit was taken for one that is a whole cell of the roster away, and dearer ones went.
    """
    bases = [Place(27.5 + k / 40, 108.0 + k / 40, TERRAINS[0]) for k in range(20)]
    teams = tuple(Team(f"t-{k:02}", base, (), 1, ((0, 8 * HOUR),)) for k, base in enumerate(bases))
    spots = (bases[k] for k in (19, 10, 0, 15))
    visits = tuple(
        Visit(f"v-{k}", f"r-{k}", 0, place, HOUR, ((HOUR, 6 * HOUR),), urgency=1) for k, place in enumerate(spots)
    )
    problem = remembered(Problem(0, visits, teams, HaversineTravel()))
    assert agree(Timetable(Model(problem)), list(range(len(visits)))) == len(visits)
