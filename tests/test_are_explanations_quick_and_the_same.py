"""Is what explanations work out once what the rules say each time, and the compiled proof the plain one?"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from linli.matcher.insertion import compiled_insertion
from linli.matcher.insertion.repair import repair
from linli.matcher.memory import Memory
from linli.matcher.model import Model
from linli.matcher.problem import Plan, Problem
from linli.matcher.reasons.change_list import candidates
from linli.matcher.reasons.changes import broken_by_teams
from linli.matcher.reasons.explain import WhyNobody, WhyTeam, explain_planned
from linli.matcher.reasons.judging import KNOWN, MOVED_BY_WINDOWS, Judge
from linli.matcher.reasons.no_room import Labels, Rooms, has_no_room, windows_of
from linli.matcher.rounds.why import EXPLANATIONS_MAX
from linli.matcher.rules import PAIR_RULES, first_violation, violations
from linli.matcher.search.solve import Limits, solve
from linli.matcher.timetable import Timetable
from linli.schemas.assignment import Unmet
from linli.schemas.commands import PlaceOrder
from linli.schemas.orders import LegNeeds, Together
from tests.support.district import Desk, order
from tests.support.problems import day, later, strict


@pytest.fixture
def loaded() -> Iterator[None]:
    """Load the machine code, and leave to plain Python again what was left to it before."""
    before = compiled_insertion.is_loaded()
    compiled_insertion.load()
    yield
    if not before:
        compiled_insertion.unload()


def _rounds(seeds: int) -> Iterator[tuple[Problem, Timetable]]:
    for seed in range(seeds):
        crowded = seed % 3 == 0
        problem = day(2 + seed % 3, 16 + seed, seed) if crowded else strict(seed, 4 + seed % 12, 1 + seed % 5)
        for _ in range(2):
            result = solve(problem, Plan(), Limits(0), 1)
            yield problem, result.timetable
            problem = later(problem, result.plan, seed)


def test_a_judge_says_what_the_rules_say() -> None:
    """Tests every pair, as it is and with every listed change, on days with every kind of rule."""
    assert PAIR_RULES[: len(KNOWN)] == KNOWN
    judged = 0
    for problem, timetable in _rounds(10):
        model = timetable.model
        for visit, wanted in enumerate(model.visits):
            if model.fact[visit]:
                continue
            judge, every = Judge(model, visit), [violations(problem, wanted, team) for team in model.teams]
            assert [judge.violations(t) for t in range(len(every))] == every
            assert [judge.violations(t, 2) for t in range(len(every))] == [found[:2] for found in every]
            for one in candidates(model, visit, every):
                other = Judge(model, visit, one.wanted)
                for t, team in enumerate(model.teams):
                    who = one.changed if one.changed is not None and one.team == t else team
                    passes = first_violation(problem, one.wanted, who) is None
                    assert other.passes(t, who) is passes
                    if {found.rule for found in every[t]} <= MOVED_BY_WINDOWS and who is team:
                        assert other.passes_in_time(t) is passes
                    judged += 1
    assert judged > 4_000


def test_a_visit_that_has_begun_breaks_nothing_where_it_is() -> None:
    """Tests that of a begun visit only the teams that do not have it are asked about."""
    for _, timetable in _rounds(12):
        model = timetable.model
        for visit in (v for v in range(len(model.visits)) if model.fact[v]):
            able = {model.duties[fit.duty].team for fit in model.fits(visit)}
            assert all(broken_by_teams(model, visit)[t] == () for t in able)


@pytest.mark.usefixtures("loaded")
def test_the_compiled_proof_is_the_plain_one() -> None:
    """Tests both for every unserved visit and team: the same answer for the same labels, whatever their limit."""
    seen: Counter[tuple[bool, bool]] = Counter()
    for number, (_, timetable) in enumerate(_rounds(24)):
        model, dice = timetable.model, random.Random(number)
        for visit in timetable.unserved():
            for team in model.teams:
                windows = {d: w for d, w in windows_of(model, visit, team).items() if dice.random() < 0.9}
                most = dice.choice((0, 1, 5, 40, 300, 5_000))
                answers = list[tuple[bool, int]]()
                for plainly in (False, True):
                    labels, rooms = Labels(most), Rooms(timetable)
                    if plainly:
                        compiled_insertion.unload()
                    answers.append((has_no_room(rooms, visit, windows, team, labels), labels.left))
                    compiled_insertion.load()
                assert answers[0] == answers[1]
                seen[bool(windows), answers[0][0]] += answers[0][1] < most
    assert min(seen[True, True], seen[True, False]) > 50, seen


@pytest.mark.usefixtures("loaded")
def test_working_memory_that_was_used_before_changes_nothing() -> None:
    """Tests one desk for many proofs, larger and smaller in turn."""
    problem = day(3, 30, 5)
    timetable = solve(problem, Plan(), Limits(0), 1).timetable
    model, shared = timetable.model, Rooms(timetable)
    for most in (20, 3_000, 100, 9_000, 5):
        for visit in timetable.unserved():
            for team in model.teams:
                windows = windows_of(model, visit, team)
                mine, fresh = Labels(most), Labels(most)
                once = has_no_room(shared, visit, windows, team, mine)
                assert (once, mine.left) == (has_no_room(Rooms(timetable), visit, windows, team, fresh), fresh.left)


@pytest.mark.usefixtures("loaded")
def test_machine_code_changes_no_explanation() -> None:
    """Tests all explanations of days with every kind of rule, remembered and not, compiled and in plain Python."""
    seen: Counter[str] = Counter()
    for problem, timetable in _rounds(30):
        remembered = replace(problem, memory=Memory(problem.travel, problem.weights))
        names = [visit.id for visit in problem.visits]
        quick = explain_planned(repair(Model(remembered), timetable.plan())[0], names)
        compiled_insertion.unload()
        plain = explain_planned(repair(Model(problem), timetable.plan())[0], names)
        compiled_insertion.load()
        assert quick == plain
        seen.update(one.change.kind for one in plain if isinstance(one, WhyNobody) and one.change is not None)
    assert min(seen[kind] for kind in ("widen_window", "wait", "add_crew", "add_skill")) > 5, seen


def test_a_round_explains_so_many_and_no_more() -> None:
    """Tests that hundreds of requests of several teams at once do not hold up a round, and that the rest say so.

    A reason that was not sought names the leg that has nobody all the same.
    """
    desk = Desk(teams=3)
    legs = tuple(
        LegNeeds(category=skill, skills=((skill, None),), team_kinds=("volunteer",), minutes=30)
        for skill in ("haircut", "nurse")
    )
    orders = [
        PlaceOrder(details=order(str(k), legs=2, together=Together.IN_ORDER, leg_needs=legs))
        for k in range(EXPLANATIONS_MAX + 5)
    ]
    desk.decide(*(desk.command(one, f"r-{k:03d}") for k, one in enumerate(orders)))
    whys = [one.status.why for one in desk.state.requests.values() if isinstance(one.status, Unmet)]
    assert Counter(why.outcome for why in whys) == {"impossible": EXPLANATIONS_MAX, "stopped": 5}
    assert {why.leg for why in whys} == {1}


def test_begun_work_without_which_the_rest_cannot_be_made_is_explained() -> None:
    """Tests a crew that could not make its other visits had it not gone out: the begun one has a cost, and no other."""
    problem = day(2, 16, 0)
    plan = solve(problem, Plan(), Limits(0), 1).plan
    problem = later(problem, plan, 0)
    timetable = solve(problem, Plan(), Limits(0), 1).timetable
    begun = [v for v, duty in enumerate(timetable.where) if duty >= 0 and timetable.model.fact[v]]
    found = explain_planned(timetable, [timetable.model.visits[v].id for v in begun])
    assert any(isinstance(one, WhyTeam) and one.chosen.terms.travel > 0 and one.next_best == () for one in found)


def test_a_team_that_is_another_is_not_taken_for_itself() -> None:
    """Tests that windows remembered of a team are not those of the team as a change would make it."""
    problem = day(1, 12, 2)
    timetable = solve(problem, Plan(), Limits(0), 1).timetable
    model, rooms = timetable.model, Rooms(timetable)
    placed = next(v for v, duty in enumerate(timetable.where) if duty >= 0)
    before, unskilled = rooms.windows(placed, 0, model.teams[0]), replace(model.teams[0], members=())
    assert before == windows_of(Model(problem), placed, model.teams[0])
    assert rooms.windows(placed, 0, unskilled) == windows_of(model, placed, unskilled)
