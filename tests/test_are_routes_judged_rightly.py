"""Rules about a crew's whole route, or a whole plan: the solvers keep them, and the checker sees each break."""

from __future__ import annotations

from dataclasses import replace

from linli.matcher.checker import check, check_moves, check_promises
from linli.matcher.clearances import members_clear
from linli.matcher.problem import Fetch, Pin, Place, Plan, Problem, Route, SkillNeed, Stop, Team, Visit
from linli.matcher.search.solve import Limits, solve
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, one
from tests.support.twins import CHILD, SECONDS, VETTED, plan_of, vetted


def _two(visit: Visit, other: Visit, team: Team) -> Problem:
    return replace(one(visit, team), visits=(visit, replace(other, id="v-01", request="r-01")))


SHORT = replace(a_visit(), windows=((MIDNIGHT + 9 * HOUR, MIDNIGHT + 9 * HOUR + 600),))


def test_a_crew_is_in_one_place_at_a_time() -> None:
    """Tests that two visits at the same time need two crews, and that the checker says by how much they clash."""
    alone, both = _two(SHORT, SHORT, a_team()), _two(SHORT, SHORT, replace(a_team(), crews=2))
    assert len(solve(alone, Plan(), Limits(1_000), 1).plan.placed()) == 1
    plan = solve(both, Plan(), Limits(1_000), 1).plan
    assert len(plan.placed()) == 2
    assert check(both, plan) == []
    first, second = (stop for route in plan.routes for stop in route.stops)
    clash = check(alone, Plan((Route("team-00", 0, (first, second)),)))
    assert [(v.rule, v.visit, v.unit) for v in clash] == [("crew_capacity", second.visit, "seconds")]
    assert clash[0].amount == first.end - second.arrival
    assert "crew_capacity" in {v.rule for v in check(alone, plan)}


def test_travel_between_visits_takes_time() -> None:
    """Tests that a crew cannot reach the next visit at once."""
    far = replace(a_visit(), place=Place(27.8, 108.0, "hill"))
    near = replace(SHORT, windows=((MIDNIGHT + 9 * HOUR, MIDNIGHT + 9 * HOUR),))
    problem = _two(near, replace(far, windows=((MIDNIGHT + 10 * HOUR, MIDNIGHT + 10 * HOUR + 60),)), a_team())
    assert len(solve(problem, Plan(), Limits(1_000), 1).plan.placed()) == 1


def test_a_shift_has_a_most_of_visits() -> None:
    """Tests that the most visits per shift are kept by solver and checker."""
    problem = _two(a_visit(), a_visit(), replace(a_team(), max_visits_per_shift=2))
    plan = solve(problem, Plan(), Limits(1_000), 1).plan
    assert len(plan.placed()) == 2
    fewer = _two(a_visit(), a_visit(), replace(a_team(), max_visits_per_shift=1))
    assert len(solve(fewer, plan, Limits(1_000), 1).plan.placed()) == 1
    assert [(v.rule, v.amount, v.unit) for v in check(fewer, plan)] == [("crew_capacity", 1, "stops")]


def test_two_crews_do_not_count_on_the_same_adult() -> None:
    """Tests that two visits to children at the same time need four vetted adults, and one after the other two."""
    child = replace(SHORT, safeguarding=CHILD)
    crews = replace(VETTED, crews=2)
    four = replace(crews, members=(vetted("a"), vetted("b"), vetted("c"), vetted("d")))
    plan = solve(_two(child, child, four), Plan(), Limits(1_000), 1).plan
    assert len(plan.placed()) == 2
    assert check(_two(child, child, four), plan) == []
    assert {v.rule for v in check(_two(child, child, crews), plan)} == {"safeguarding"}
    assert len(solve(_two(child, child, crews), Plan(), Limits(1_000), 1).plan.placed()) == 1
    in_turn = _two(child, replace(child, windows=((MIDNIGHT + 12 * HOUR, MIDNIGHT + 13 * HOUR),)), crews)
    assert len(solve(in_turn, Plan(), Limits(1_000), 1).plan.placed()) == 2


def test_clearance_may_lapse_between_two_windows() -> None:
    """Tests that a visit is planned while enough members are cleared, and that those members are named."""
    lapses = MIDNIGHT + 12 * HOUR
    team = replace(a_team(), members=(vetted("a"), vetted("b", lapses), vetted("c", None)))
    early, late = (MIDNIGHT + 9 * HOUR, MIDNIGHT + 14 * HOUR), (MIDNIGHT + 13 * HOUR, MIDNIGHT + 14 * HOUR)
    child = replace(a_visit(), safeguarding=CHILD, windows=(early,))
    stop = solve(one(child, team), Plan(), Limits(0), 1).plan.routes[0].stops[0]
    assert stop.end <= lapses
    assert members_clear(child, team, stop.end) == ("a", "b")
    assert solve(one(replace(child, windows=(late,)), team), Plan(), Limits(0), 1).plan == Plan()
    assert {v.rule for v in check(one(child, team), plan_of(lapses))} == {"safeguarding"}


def test_a_committed_visit_stays_where_it_is() -> None:
    """Tests that team, crew and start of a committed visit are kept, and that the checker says how far they moved."""
    start = MIDNIGHT + 10 * HOUR
    problem = one(replace(a_visit(), pin=Pin("team-00", 1, start)), replace(a_team(), crews=2))
    assert check(problem, plan_of(start, crew=1)) == []
    assert solve(problem, Plan(), Limits(1_000), 1).plan.routes[0].stops[0].start == start
    assert solve(problem, Plan(), Limits(1_000), 1).plan.routes[0].crew == 1
    assert [(v.rule, v.amount) for v in check(problem, plan_of(start + 60, crew=1))] == [("pinned", 60)]
    assert [v.rule for v in check(problem, plan_of(start))] == ["pinned"]


def test_what_has_begun_is_history() -> None:
    """Tests that no rule can undo a visit under way, and that it keeps its crew busy."""
    begun = replace(a_visit(), pin=Pin("team-00", 0, MIDNIGHT + 9 * HOUR), needs=(SkillNeed("lost since"),))
    problem = replace(one(begun, a_team(), MIDNIGHT + 9 * HOUR + 600), visits=(begun, replace(SHORT, id="v-01")))
    result = solve(problem, Plan(), Limits(1_000), 1)
    assert result.plan == plan_of(MIDNIGHT + 9 * HOUR)
    assert check(problem, result.plan) == []


def test_nobody_sets_out_in_the_past() -> None:
    """Tests that a visit is reached from now on, not from the shift's beginning."""
    now = MIDNIGHT + 10 * HOUR
    problem = one(a_visit(), a_team(), now)
    stop = solve(problem, Plan(), Limits(0), 1).plan.routes[0].stops[0]
    assert stop.arrival == now + SECONDS
    early = Plan((Route("team-00", 0, (Stop("v-00", now, now, now + HOUR),)),))
    assert [(v.rule, v.amount) for v in check(problem, early)] == [("crew_capacity", SECONDS)]


def test_names_and_repeats_are_seen() -> None:
    """Tests that a plan with unknown names, a visit made twice, a route too many or a crew that is none is refused."""
    problem, start = one(a_visit(), a_team()), MIDNIGHT + 9 * HOUR
    stop = Stop("v-00", start, start, start + HOUR)
    assert {v.rule for v in check(problem, plan_of(start, "nobody"))} == {"known"}
    ghost = Plan((Route("team-00", 0, (replace(stop, visit="ghost"),)),))
    assert {(v.rule, v.visit) for v in check(problem, ghost)} == {("known", "ghost")}
    twice = Plan(
        (Route("team-00", 0, (stop, replace(stop, arrival=start + HOUR, start=start + HOUR, end=start + 2 * HOUR))),)
    )
    assert {v.rule for v in check(problem, twice)} == {"once"}
    assert {v.rule for v in check(problem, plan_of(start, crew=1))} == {"crew_capacity"}
    assert "crew_capacity" in {v.rule for v in check(problem, Plan(plan_of(start).routes * 2))}
    longer = Plan((Route("team-00", 0, (replace(stop, end=stop.end + 60),)),))
    assert [(v.rule, v.amount) for v in check(problem, longer)] == [("crew_capacity", 60)]


def test_a_promise_dropped_in_silence_is_seen() -> None:
    """Tests that a promised visit that leaves the plan must be reported."""
    problem = one(replace(a_visit(), promised=True), a_team())
    before = plan_of(MIDNIGHT + 9 * HOUR)
    assert [v.rule for v in check_promises(problem, before, Plan(), ())] == ["promise"]
    assert check_promises(problem, before, Plan(), ("v-00",)) == []
    assert check_promises(problem, before, before, ()) == []
    assert check_promises(one(a_visit(), a_team()), before, Plan(), ()) == []


PHARMACY = Place(27.94, 108.24, "seat")
MEDICINE = Fetch(PHARMACY, 600)


def test_what_is_fetched_comes_first() -> None:
    """Tests that the crew goes to the pharmacy and from there to the door, and that the checker sees short cuts."""
    problem = one(replace(a_visit(), fetch=MEDICINE), a_team())
    on = problem.travel.between(PHARMACY, a_visit().place)[0]
    out = problem.travel.between(a_team().base, PHARMACY)[0]
    for work in (0, 1_000):
        plan = solve(problem, Plan(), Limits(work), 1).plan
        (stop,) = plan.routes[0].stops
        assert check(problem, plan) == []
        assert stop.fetch is not None
        assert (stop.start, stop.fetch) == (stop.arrival, stop.start - 600 - on)
    late = replace(problem, now=stop.start - 60)
    (later,) = solve(late, Plan(), Limits(1_000), 1).plan.routes[0].stops
    assert later.fetch == late.now + out

    def broken(fetch: int | None) -> list[tuple[str, int]]:
        changed = Plan((Route("team-00", 0, (replace(stop, fetch=fetch),)),))
        return [(v.rule, v.amount) for v in check(problem, changed)]

    assert broken(None) == [("fetch", 1)]
    assert broken(stop.start - 600 - on + 60) == [("fetch", 60)]
    assert broken(MIDNIGHT + 8 * HOUR + out - 5) == [("crew_capacity", 5)]


def test_the_pharmacy_has_hours() -> None:
    """Tests that something is fetched while it can be, with a wait before the visit where there is no other way."""
    nine = MIDNIGHT + 9 * HOUR
    shuts = replace(MEDICINE, windows=((nine - HOUR, nine),))
    visit = replace(a_visit(), windows=((nine + HOUR, nine + 2 * HOUR),), fetch=shuts)
    problem = one(visit, a_team())
    plan = solve(problem, Plan(), Limits(1_000), 1).plan
    (stop,) = plan.routes[0].stops
    assert check(problem, plan) == []
    assert stop.fetch == shuts.windows[0][1]
    assert stop.arrival < stop.start == nine + HOUR
    shut = replace(problem, visits=(replace(visit, fetch=replace(MEDICINE, windows=((nine - 9 * HOUR,) * 2,))),))
    assert solve(shut, Plan(), Limits(1_000), 1).plan == Plan()
    hurried = Plan((Route("team-00", 0, (replace(stop, fetch=nine + 1, arrival=stop.arrival + 1),)),))
    assert [(v.rule, v.amount) for v in check(problem, hurried)] == [("fetch", 1)]


def test_too_many_moves_are_seen() -> None:
    """Tests that one of twenty offered visits may get another start, two may not, and a committed one never."""
    told = MIDNIGHT + 9 * HOUR
    offered = tuple(
        replace(a_visit(n), pin=Pin("team-00"), told=told, windows=((told, told + HOUR),)) for n in range(20)
    )
    problem = replace(one(a_visit(), replace(a_team(), crews=20)), visits=offered)

    def plan(moved: int) -> Plan:
        starts = [told + 1800 * (n < moved) for n in range(20)]
        stops = [Stop(v.id, at, at, at + HOUR) for v, at in zip(offered, starts, strict=True)]
        return Plan(tuple(Route("team-00", n, (stop,)) for n, stop in enumerate(stops)))

    assert check_moves(problem, plan(0), plan(0)) == []
    assert check_moves(problem, plan(0), plan(1)) == []
    assert [(v.rule, v.amount) for v in check_moves(problem, plan(0), plan(3))] == [("moves", 2)]
    agreed = (replace(offered[0], pin=Pin("team-00", 0, told)), *offered[1:])
    assert [v.rule for v in check_moves(replace(problem, visits=agreed), plan(0), plan(1))] == ["pinned"]
