"""Is a change called the smallest only where none smaller serves: every smaller one is refuted by another solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from linli.matcher.insertion.insertion import follow, insert
from linli.matcher.model import Model
from linli.matcher.problem import Fetch, Pin, Plan, Problem, Visit
from linli.matcher.reasons.change_list import DAY, Candidate, Change, candidates
from linli.matcher.reasons.changes import broken_by_teams
from linli.matcher.reasons.explain import WhyNobody, explain, explain_all, explain_within
from linli.matcher.reasons.no_room import Labels
from linli.matcher.search.solve import Limits, solve
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, day, later, one, strict

ENOUGH = Limits(3_000)
"""Work with which days of a dozen visits are solved to proven optimality."""


def _smaller(problem: Problem, why: WhyNobody) -> list[Candidate]:
    """Return every listed change that is smaller than the one told, and none at all."""
    model = Model(problem)
    visit = model.visit_index[why.visit]
    assert why.change is not None
    mine = [c for c in candidates(model, visit, broken_by_teams(model, visit)) if c.change.kind == why.change.kind]
    size = min(c.size for c in mine if c.change.amount == why.change.amount and c.change.unit == why.change.unit)
    listed = candidates(model, visit, broken_by_teams(model, visit))
    return [*(c for c in listed if c.size < size), Candidate(why.change, problem.visits[visit])]


def _made(problem: Problem, plan: Plan, name: str, one: Candidate, *, free: bool) -> Problem:
    """Return the day with a change made, of all others only those that have a place, with their teams or free."""
    team_of = {stop.visit: route.team for route in plan.routes for stop in route.stops}

    def kept(visit: Visit) -> Visit:
        pin = visit.pin if visit.pin is not None and visit.pin.team is not None else Pin(team_of[visit.id])
        return visit if free else replace(visit, pin=pin)

    others = tuple(kept(visit) for visit in problem.visits if visit.id in team_of)
    teams = tuple(
        one.changed if one.changed is not None and one.changed.id == team.id else team for team in problem.teams
    )
    return replace(problem, visits=(*others, one.wanted), teams=teams)


def _days() -> Iterator[tuple[Problem, Plan]]:
    for seed in range(36):
        crowded = seed % 4 == 1
        problem = day(1 + seed % 3, 8 + seed % 6, seed) if crowded else strict(seed, 3 + seed % 12, 1 + seed % 4)
        for _ in range(2):
            plan = solve(problem, Plan(), Limits(2_000), 1).plan
            yield problem, plan
            problem = later(problem, plan, seed)


def test_nothing_smaller_serves_where_it_is_said() -> None:
    """Tests every change told on small days: it serves; where it is proved, an exact solver finds no smaller that does.

    Where it is proved for any plan, all other visits may move to other teams; else each keeps its team. Days that are
    too large to be solved to proven optimality are searched.
    """
    seen: Counter[tuple[str, bool, bool]] = Counter()
    judged: Counter[bool] = Counter()
    for problem, plan in _days():
        missing = sorted({visit.id for visit in problem.visits} - plan.placed())
        for why in explain_all(problem, plan, missing, labels=Labels(100_000)):
            if not isinstance(why, WhyNobody) or why.change is None:
                continue
            seen[why.reason, why.change.proved, why.change.whole] += 1
            for smaller in _smaller(problem, why) if why.change.proved else ():
                anew = _made(problem, plan, why.visit, smaller, free=why.change.whole)
                solved = solve(anew, plan, ENOUGH, 1)
                judged[why.change.whole] += solved.report.complete and solved.report.proven
                assert not solved.plan.placed() >= plan.placed() | {why.visit}, (why, smaller.change)
    assert min(judged.values()) > 50, judged
    assert seen["lost", True, False] >= 3, seen
    assert seen["impossible", True, True] >= 20, seen
    assert seen["lost", False, False] >= 1, seen


def _visit(number: int, *starts: tuple[float, float], hours: int = 1) -> Visit:
    """Return a visit of so many hours that may start between such hours of the day."""
    windows = tuple((MIDNIGHT + int(first * HOUR), MIDNIGHT + int(last * HOUR)) for first, last in starts)
    return replace(a_visit(), id=f"v-{number:02d}", request=f"r-{number:02d}", windows=windows, duration=hours * HOUR)


def _planned(*visits: Visit) -> tuple[Problem, Plan]:
    """Return a day of one crew, and a plan of all its visits but the last."""
    team = replace(a_team(), shifts=((MIDNIGHT + 7 * HOUR, MIDNIGHT + 14 * HOUR),), crews=1)
    problem = replace(one(visits[0], team), visits=visits)
    return problem, solve(replace(problem, visits=visits[:-1]), Plan(), Limits(0), 1).plan


def test_the_next_smaller_step_does_not_serve() -> None:
    """Tests that the window must be an hour wider, and that with half an hour there is no place."""
    problem, plan = _planned(_visit(0, (9, 9), hours=2), _visit(1, (10, 10), hours=2))
    why = explain(problem, plan, "v-01")
    assert isinstance(why, WhyNobody)
    change = why.change
    assert change is not None
    assert (change.kind, change.amount, change.proved, change.whole) == ("widen_window", HOUR, True, False)
    for step, serves in ((0.5, False), (1, True)):
        wider = replace(problem, visits=(problem.visits[0], _visit(1, (10 - step, 10 + step), hours=2)))
        assert (insert(wider, plan, "v-01") is not None) is serves


def test_what_another_order_would_serve_is_only_found() -> None:
    """Tests that an hour is found beside the plan, but not called smallest: in another order it needs no change."""
    problem, plan = _planned(_visit(0, (9, 9), (12, 12)), _visit(1, (10, 10)), _visit(2, (9, 9)))
    assert [stop.visit for route in plan.routes for stop in route.stops] == ["v-00", "v-01"]
    why = explain(problem, plan, "v-02")
    assert isinstance(why, WhyNobody)
    assert why.change == Change("widen_window", HOUR, "seconds", proved=False)
    assert solve(problem, plan, ENOUGH, 1).plan.placed() == {"v-00", "v-01", "v-02"}


def test_a_visit_that_belongs_to_another_is_only_found() -> None:
    """Tests that nothing is claimed of one leg of a request: what serves it alone may not serve both."""
    problem, plan = _planned(_visit(0, (9, 9), hours=2), _visit(1, (10, 10), hours=2))
    twins = tuple(replace(visit, request="r-00", leg=leg) for leg, visit in enumerate(problem.visits))
    why = explain(replace(problem, visits=twins), plan, "v-01")
    assert isinstance(why, WhyNobody)
    assert why.change is not None
    assert not why.change.proved


def _fetching(*fetched: tuple[float, float], starts: tuple[tuple[float, float], ...] = ((11, 11),)) -> Visit:
    """Return a visit for which something is fetched next door, in no time, between such hours."""
    wanted = _visit(1, *starts)
    windows = tuple((MIDNIGHT + int(first * HOUR), MIDNIGHT + int(last * HOUR)) for first, last in fetched)
    return replace(wanted, fetch=Fetch(wanted.place, 0, windows))


def test_less_waiting_for_what_is_fetched_is_a_smaller_change() -> None:
    """Tests that a wider window is tried with the wait it leaves, not with that of the window as it is.

    The crew fetches at eight and has a visit at ten. To deliver at eleven it would wait three hours and be busy at ten;
    from nine on, with two hours to either side, it is done by then.
    """
    problem, plan = _planned(_visit(0, (10, 10)), _fetching((8, 8)))
    why = explain(problem, plan, "v-01")
    assert isinstance(why, WhyNobody)
    assert why.change == Change("widen_window", 2 * HOUR, "seconds", proved=True)
    for hours, serves in ((1, False), (2, True)):
        wider = replace(problem, visits=(problem.visits[0], _fetching((8, 8), starts=((11 - hours, 11 + hours),))))
        assert (insert(wider, plan, "v-01") is not None) is serves


def test_whoever_waits_fetches_later_too() -> None:
    """Tests that a visit put off by a day is fetched for on that day, and that the change, once made, serves.

    The crew is busy from eight to one with another visit; the day after, it is free. What is fetched today would have
    to be kept for a day, which no crew does.
    """
    busy, wanted = _visit(0, (8, 8), hours=5), _fetching((8, 9), starts=((9, 10),))
    problem, plan = _planned(busy, wanted)
    days = tuple((lo + day * DAY, hi + day * DAY) for day in range(2) for lo, hi in problem.teams[0].shifts)
    problem = replace(problem, teams=(replace(problem.teams[0], shifts=days),))
    why = explain(problem, plan, "v-01")
    assert isinstance(why, WhyNobody)
    assert why.change == Change("wait", DAY, "seconds", proved=True)
    assert wanted.fetch is not None
    fetch = replace(wanted.fetch, windows=_put_off(wanted.fetch.windows))
    later = replace(wanted, windows=_put_off(wanted.windows), fetch=fetch)
    assert insert(replace(problem, visits=(busy, later)), plan, "v-01") is not None


def _put_off(windows: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    return tuple((lo + DAY, hi + DAY) for lo, hi in windows)


def test_where_several_waits_are_possible_nothing_is_claimed() -> None:
    """Tests that nothing is called smallest of a visit whose longer waits were lost before anything was tried.

    Fetched at eight it could be delivered at eleven, but it is planned with the least wait, fetched at ten alone.
    """
    wanted = _fetching((8, 8), (10, 10), starts=((11, 11), (13, 13)))
    problem, plan = _planned(_visit(0, (10, 10)), wanted)
    why = explain(problem, plan, "v-01")
    assert isinstance(why, WhyNobody)
    assert why.change is not None
    assert not why.change.proved


def test_where_time_is_over_the_rest_is_not_looked_at() -> None:
    """Tests that who is asked about first is explained, and that of those beyond the end of time nothing is said."""
    problem, plan = _planned(_visit(0, (9, 9), hours=2), _visit(1, (10, 10), hours=2))
    names = ("v-01", "v-00")
    for asked, whys, unfinished in ((0, 0, 0), (1, 1, 1), (2, 2, 1), (3, 2, 1), (4, 2, 0)):
        labels = Labels(100_000, until=partial(next, iter([False] * asked), True))
        found = explain_within(follow(Model(problem), plan), names, labels)
        assert [why.visit for why in found.whys] == list(names[:whys])
        assert found.unfinished == unfinished, asked


def test_the_cheapest_proofs_come_first() -> None:
    """Tests that proofs that take much work, asked for first, leave enough for all that take little."""
    problem = day(8, 100, 1)
    result = solve(problem, Plan(), Limits(1_000), 1)
    alone = dict[str, int]()
    for name in sorted({visit.id for visit in problem.visits} - result.plan.placed()):
        labels = Labels(20_000)
        (why,) = explain_within(result.timetable, (name,), labels).whys
        if isinstance(why, WhyNobody) and why.change is not None and why.change.proved:
            alone[name] = 20_000 - labels.left
    names, little = sorted(alone, key=lambda name: -alone[name]), 150
    cheap = {name for name in names if 0 < alone[name] <= little}
    for parts, fair in (((8, 1), True), ((1,), False)):
        found = explain_within(result.timetable, names, Labels(little * len(names), 8 * little, parts=parts))
        proved = {why.visit for why in found.whys if isinstance(why, WhyNobody) and why.change and why.change.proved}
        assert (proved >= cheap) is fair
        assert len(cheap) > 5


def test_where_the_work_is_limited_nothing_is_claimed() -> None:
    """Tests that a change stays found where the limit does not allow to look at all orders."""
    problem, plan = _planned(_visit(0, (9, 9), hours=2), _visit(1, (10, 10), hours=2))
    timetable = follow(Model(problem), plan)
    found = [explain_within(timetable, ("v-01",), Labels(most)) for most in (0, 100)]
    changes = [why.change for one in found for why in one.whys if isinstance(why, WhyNobody)]
    assert [change and change.proved for change in changes] == [False, True]
    assert [one.unfinished for one in found] == [1, 0]
