"""Explanations are true: the costs add up, the reasons hold, and the change found serves the visit when it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.matcher.insertion.exchanges import Exchange
from linli.matcher.insertion.insertion import insert, remove
from linli.matcher.objective import evaluate
from linli.matcher.problem import (
    Member,
    Place,
    Plan,
    Problem,
    ProblemError,
    Safeguarding,
    SkillNeed,
    Team,
    TravelLimit,
    Visit,
)
from linli.matcher.reasons.change_list import Change, put_off, widened
from linli.matcher.reasons.explain import WhyNobody, WhyTeam, explain, explain_all
from linli.matcher.rules import first_violation
from linli.matcher.search.solve import Limits, solve
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, day, later, one, strict

SEEDS = st.integers(0, 2**32)
PROBLEMS = st.builds(strict, SEEDS, st.integers(1, 14), st.integers(1, 5))
NEXT_YEAR = MIDNIGHT + 365 * 24 * HOUR
CHILD = Safeguarding(adults=2, vetted=True, insured=False, consent=True)


def _explained(problem: Problem, plan: Plan) -> list[WhyTeam | WhyNobody]:
    return list(explain_all(problem, plan, [visit.id for visit in problem.visits]))


def _with_visit(problem: Problem, name: str, change: Callable[[Visit], Visit]) -> Problem:
    return replace(problem, visits=tuple(change(v) if v.id == name else v for v in problem.visits))


def _with_team(problem: Problem, name: str | None, change: Callable[[Team], Team]) -> Problem:
    assert name is not None
    return replace(problem, teams=tuple(change(t) if t.id == name else t for t in problem.teams))


def _cleared(team: Team, count: int, asked: Safeguarding = CHILD) -> Team:
    """Clear the first adults that lack what is asked for, as a person would who reads the change."""
    members: list[Member] = []
    for member in team.members:
        unvetted = asked.vetted and (member.vetted_until or 0) < MIDNIGHT + 200 * HOUR
        uninsured = asked.insured and (member.insured_until or 0) < MIDNIGHT + 200 * HOUR
        if member.adult and count > 0 and (unvetted or uninsured):
            member, count = replace(member, vetted_until=NEXT_YEAR, insured_until=NEXT_YEAR), count - 1
        members.append(member)
    return replace(team, members=tuple(members))


def made(problem: Problem, name: str, change: Change) -> Problem:
    """Return the problem with a change made."""
    visit = next(v for v in problem.visits if v.id == name)
    asked = visit.safeguarding or CHILD
    new = tuple(Member(f"new-{k}", True, visit.gender, NEXT_YEAR, NEXT_YEAR) for k in range(change.amount))
    skills = {n.skill: frozenset(filter(None, [n.qualification])) for n in visit.needs}
    levels = {n.skill: n.level for n in visit.needs if n.level > 1}
    by_kind: dict[str, Callable[[], Problem]] = {
        "give_consent": lambda: _with_visit(
            problem, name, lambda v: replace(v, safeguarding=replace(v.safeguarding or CHILD, consent=True))
        ),
        "widen_window": lambda: _with_visit(problem, name, lambda v: replace(v, windows=widened(v, change.amount))),
        "wait": lambda: _with_visit(problem, name, lambda v: put_off(v, change.amount)),
        "extend_travel_limit": lambda: _with_team(problem, change.team, lambda t: replace(t, travel_limit=None)),
        "clear_members": lambda: _with_team(problem, change.team, lambda t: _cleared(t, change.amount, asked)),
        "add_members": lambda: _with_team(problem, change.team, lambda t: replace(t, members=t.members + new)),
        "add_language": lambda: _with_team(
            problem, change.team, lambda t: replace(t, languages=t.languages | {str(visit.language)})
        ),
        "add_skill": lambda: _with_team(
            problem,
            change.team,
            lambda t: replace(
                t,
                skills=tuple({**dict(t.skills), **skills}.items()),
                skill_levels=tuple({**dict(t.skill_levels), **levels}.items()),
            ),
        ),
        "add_crew": lambda: _with_team(problem, change.team, lambda t: replace(t, crews=t.crews + 1)),
    }
    return by_kind[change.kind]()


@settings(max_examples=60, deadline=None)
@given(PROBLEMS, SEEDS)
def test_the_change_found_serves_the_visit(problem: Problem, seed: int) -> None:
    """Tests that whenever a change is offered, making it gives the visit a place beside the plan as it stands."""
    for _ in range(2):
        plan = solve(problem, Plan(), Limits(0), 1).plan
        for why in _explained(problem, plan):
            if isinstance(why, WhyNobody) and why.change is not None:
                changed = made(problem, why.visit, why.change)
                assert insert(changed, plan, why.visit) is not None, why.change
        problem = later(problem, plan, seed)


def _is_limited_alone(problem: Problem, name: str, team: Team) -> bool:
    """Say whether only its own limits of a day keep a team that has nothing else to do from a visit."""
    free = replace(
        replace(team, max_visits_per_shift=None, max_visits_per_day=None, max_work_per_day=None),
        max_travel_per_shift=None,
        max_metres_per_shift=None,
    )
    mine, unlimited = (insert(replace(problem, teams=(who,)), Plan(), name) for who in (team, free))
    return mine is None and unlimited is not None


@settings(max_examples=40, deadline=None)
@given(PROBLEMS, SEEDS)
def test_the_reasons_hold(problem: Problem, seed: int) -> None:
    """Tests that impossible, lost and stopped are told apart, and that every team is accounted for."""
    whole = solve(problem, Plan(), Limits(0), 1).plan
    names = sorted(whole.placed())
    plan = remove(whole, names[seed % len(names)]) if names else whole
    for why in _explained(problem, plan):
        if isinstance(why, WhyTeam):
            continue
        visit = next(v for v in problem.visits if v.id == why.visit)
        barred = sum(
            first_violation(problem, visit, team) is not None
            or (why.reason != "stopped" and _is_limited_alone(problem, why.visit, team))
            for team in problem.teams
        )
        assert sum(count.teams for count in why.rules) == barred
        assert (why.reason == "stopped") == (insert(problem, plan, why.visit) is not None)
        if why.reason != "stopped":
            assert (why.reason == "lost") == bool(why.lost_to)
        for lost in why.lost_to:
            if lost.any_one:
                for other in lost.visits:
                    assert insert(problem, remove(plan, other), why.visit) is not None


@settings(max_examples=40, deadline=None)
@given(PROBLEMS)
def test_the_costs_add_up(problem: Problem) -> None:
    """Tests that a visit's terms are what the plan costs with it and not without, and that the next teams follow."""
    plan = solve(problem, Plan(), Limits(0), 1).plan
    whole = evaluate(problem, plan).terms
    for why in _explained(problem, plan):
        if isinstance(why, WhyNobody):
            continue
        rest = remove(plan, why.visit)
        less = whole - evaluate(problem, rest).terms
        assert why.chosen.cost == why.chosen.terms.total()
        assert (why.chosen.terms.travel, why.chosen.terms.load) == (less.travel, less.load)
        assert why.chosen.terms.reoffers + why.chosen.terms.continuity == less.reoffers + less.continuity
        assert [team.cost for team in why.next_best] == sorted(team.cost for team in why.next_best)
        assert len({why.chosen.team, *(team.team for team in why.next_best)}) == 1 + len(why.next_best)


CHANGES = (
    ("give_consent", replace(a_visit(), safeguarding=replace(CHILD, consent=False)), "vetted"),
    ("widen_window", replace(a_visit(), windows=((MIDNIGHT + 7 * HOUR, MIDNIGHT + 8 * HOUR),)), "plain"),
    ("wait", replace(a_visit(), windows=((MIDNIGHT + 1 * HOUR, MIDNIGHT + 2 * HOUR),)), "tomorrow"),
    ("extend_travel_limit", a_visit(), "near"),
    ("clear_members", replace(a_visit(), safeguarding=CHILD), "plain"),
    ("add_language", replace(a_visit(), language="tujia"), "plain"),
    ("add_members", replace(a_visit(), gender="other"), "plain"),
    ("add_skill", replace(a_visit(), needs=(SkillNeed("care", "nurse"),)), "plain"),
)


def _team(kind: str) -> Team:
    team = a_team()
    if kind == "vetted":
        return _cleared(team, 2)
    if kind == "near":
        return replace(team, travel_limit=TravelLimit(metres=100))
    if kind == "tomorrow":
        return replace(team, shifts=((MIDNIGHT + 24 * HOUR, MIDNIGHT + 40 * HOUR),))
    return team


@pytest.mark.parametrize(("kind", "visit", "team"), CHANGES, ids=[case[0] for case in CHANGES])
def test_every_change_of_the_list_can_be_found(kind: str, visit: Visit, team: str) -> None:
    """Tests that a visit that lacks one thing is told this thing, and that nothing smaller would do in any plan."""
    problem = one(visit, _team(team))
    why = explain(problem, Plan(), "v-00")
    assert isinstance(why, WhyNobody)
    assert why.change is not None
    assert (why.change.kind, why.change.proved, why.change.whole) == (kind, True, True)
    assert why.reason == "impossible"
    assert insert(made(problem, "v-00", why.change), Plan(), "v-00") is not None


def test_one_more_crew_is_found_where_all_are_taken() -> None:
    """Tests that a visit lost to another is told to whom, and that a second crew would serve it."""
    short = replace(a_visit(), windows=((MIDNIGHT + 12 * HOUR, MIDNIGHT + 12 * HOUR + 60),), duration=4 * HOUR)
    problem = one(short, replace(a_team(), shifts=((MIDNIGHT + 11 * HOUR, MIDNIGHT + 17 * HOUR),)))
    problem = replace(problem, visits=(short, replace(short, id="v-01", request="r-01")))
    plan = solve(problem, Plan(), Limits(0), 1).plan
    why = explain(problem, plan, "v-01")
    assert isinstance(why, WhyNobody)
    assert why.reason == "lost"
    [lost] = why.lost_to
    assert (lost.team, lost.visits, lost.any_one) == ("team-00", ("v-00",), True)
    assert lost.exchange == Exchange("v-00", "equal", 0)
    assert why.change == Change("add_crew", 1, "crews", "team-00", proved=True)


def test_where_no_single_change_helps_none_is_told() -> None:
    """Tests that nothing is promised where two things are missing."""
    visit = replace(a_visit(), language="tujia", needs=(SkillNeed("care"),))
    why = explain(one(visit, a_team()), Plan(), "v-00")
    assert isinstance(why, WhyNobody)
    assert why.change is None
    assert [(count.rule, count.teams) for count in why.rules] == [("skill", 1)]


def test_the_nearest_misses_are_named() -> None:
    """Tests that of the teams a rule keeps away those that miss it by the least come first."""
    far = [replace(a_team(n), base=Place(27.92 + n / 100, 108.22, "seat")) for n in range(5)]
    teams = tuple(replace(team, travel_limit=TravelLimit(metres=10)) for team in far)
    why = explain(replace(one(a_visit(), a_team()), teams=teams[::-1]), Plan(), "v-00")
    assert isinstance(why, WhyNobody)
    assert [(count.rule, count.teams) for count in why.rules] == [("travel_limit", 5)]
    assert [miss.team for miss in why.rules[0].nearest] == ["team-00", "team-01", "team-02"]


def test_offered_and_committed_visits_are_explained_as_if_free() -> None:
    """Tests that a pinned visit's explanation still names the teams that could have gone instead."""
    problem = day(teams=12, visits=40, seed=3)
    plan = solve(problem, Plan(), Limits(0), 1).plan
    free = {why.visit: why for why in _explained(problem, plan) if isinstance(why, WhyTeam)}
    pinned = later(problem, plan, 5)
    kept = solve(pinned, plan, Limits(0), 1).plan
    offered = {v.id for v in pinned.visits if v.pin is not None and v.pin.start is None} & kept.placed()
    named = [why for why in _explained(pinned, kept) if why.visit in offered and isinstance(why, WhyTeam)]
    assert named
    assert any(why.next_best for why in named)
    assert any(free[why.visit].next_best for why in named)


def test_an_unknown_visit_is_refused() -> None:
    """Tests that a name nobody knows is an error and not an empty explanation."""
    with pytest.raises(ProblemError, match="ghost"):
        explain(one(a_visit(), a_team()), Plan(), "ghost")


@pytest.mark.parametrize(
    ("limits", "rule", "unit"),
    [
        ({"max_visits_per_shift": 0}, "day_limit", "visits"),
        ({"max_visits_per_day": 0}, "day_limit", "visits"),
        ({"max_work_per_day": 60}, "day_limit", "seconds"),
        ({"max_travel_per_shift": 60}, "shift_travel", "seconds"),
        ({"max_metres_per_shift": 60}, "shift_metres", "metres"),
    ],
    ids=["shift", "day", "work", "way", "metres"],
)
def test_a_limit_that_one_visit_breaks_makes_it_impossible(limits: dict[str, int], rule: str, unit: str) -> None:
    """Tests that where nobody else is in the way nothing is lost to anybody: the limit is named, and by how much."""
    problem = one(a_visit(), replace(a_team(), **limits))  # type: ignore[arg-type]
    [why] = _explained(problem, Plan())
    assert isinstance(why, WhyNobody)
    assert (why.reason, why.lost_to, why.change) == ("impossible", (), None)
    [count] = why.rules
    assert (count.rule, count.teams, count.nearest[0].unit) == (rule, 1, unit)
    missed = count.nearest[0].amount
    # Exactly so much more, and the team may go.
    wider = one(a_visit(), replace(a_team(), **{name: limit + missed for name, limit in limits.items()}))  # type: ignore[arg-type]
    [reason] = _explained(wider, Plan())
    assert isinstance(reason, WhyNobody)
    assert reason.reason == "stopped"


def test_a_limit_that_leaves_room_for_one_is_no_rule_against_it() -> None:
    """Tests that a team whose day is full of others' visits is one to whom the visit is lost."""
    problem = one(a_visit(), replace(a_team(), max_visits_per_day=1))
    both = replace(problem, visits=(*problem.visits, replace(problem.visits[0], id="v-01", request="r-01")))
    plan = solve(both, Plan(), Limits(0), 1).plan
    [why] = [one for one in _explained(both, plan) if isinstance(one, WhyNobody)]
    assert (why.reason, why.rules, [lost.team for lost in why.lost_to]) == ("lost", (), ["team-00"])
