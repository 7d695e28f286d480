"""Every hard rule is enforced: by the solvers and by the checker, each by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from linli.matcher.checker import check, check_promises
from linli.matcher.problem import (
    Member,
    Pin,
    Place,
    Plan,
    Problem,
    Route,
    Safeguarding,
    SkillNeed,
    Stop,
    Team,
    TravelLimit,
    Visit,
)
from linli.matcher.rules import PAIR_RULES, RULES, first_violation, members_clear, violations
from linli.matcher.solve import Limits, solve
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, one

NEXT_YEAR = MIDNIGHT + 365 * 24 * HOUR
CHILD = Safeguarding(adults=2, vetted=True, insured=False, consent=True)
INSURED = Safeguarding(adults=1, vetted=False, insured=True, consent=True)


def _vetted(ref: str, until: int | None = NEXT_YEAR, *, adult: bool = True) -> Member:
    return Member(ref, adult, "woman", until, until)


VETTED = replace(a_team(), members=(_vetted("a"), _vetted("b")))
END_OF_DAY = MIDNIGHT + 24 * HOUR


@dataclass(frozen=True)
class Twins:
    """Two cases that differ in one thing: one holds the rule, the other breaks it by `amount`."""

    rule: str
    holds: tuple[Visit, Team]
    breaks: tuple[Visit, Team]
    amount: int | None = None
    name: str = ""


def _way() -> tuple[int, int]:
    problem = one(a_visit(), a_team())
    return problem.travel.between(a_team().base, a_visit().place)


SECONDS, METRES = _way()
OPENS, CLOSES = a_team().shifts[0]
LATEST = CLOSES - HOUR - SECONDS
EARLIEST = OPENS + SECONDS

PAIRS = (
    Twins("inactive_team", (a_visit(), a_team()), (a_visit(), replace(a_team(), active=False)), 1),
    Twins("inactive_team", (a_visit(), a_team()), (a_visit(), replace(a_team(), crews=0)), 1, "no crew"),
    Twins(
        "team_kind",
        (replace(a_visit(), kinds=frozenset({"medical"})), replace(a_team(), kind="medical")),
        (replace(a_visit(), kinds=frozenset({"medical"})), replace(a_team(), kind="volunteer")),
        1,
    ),
    Twins(
        "skill",
        (replace(a_visit(), needs=(SkillNeed("care"),)), replace(a_team(), skills=(("care", frozenset()),))),
        (replace(a_visit(), needs=(SkillNeed("care"), SkillNeed("cook"))), replace(a_team(), skills=())),
        2,
    ),
    Twins(
        "skill",
        (
            replace(a_visit(), needs=(SkillNeed("care", "nurse"),)),
            replace(a_team(), skills=(("care", frozenset({"nurse"})),)),
        ),
        (
            replace(a_visit(), needs=(SkillNeed("care", "nurse"),)),
            replace(a_team(), skills=(("care", frozenset({"cook"})),)),
        ),
        1,
        "qualification",
    ),
    Twins(
        "declined",
        (replace(a_visit(), barred_teams=(("team-99", "declined"),)), a_team()),
        (replace(a_visit(), barred_teams=(("team-00", "declined"),)), a_team()),
    ),
    Twins(
        "excluded",
        (replace(a_visit(), barred_teams=(("team-99", "excluded"),)), a_team()),
        (replace(a_visit(), barred_teams=(("team-00", "excluded"),)), a_team()),
        None,
        "by the household",
    ),
    Twins(
        "excluded",
        (replace(a_visit(), household="h-1"), replace(a_team(), excluded_households=frozenset({"h-2"}))),
        (replace(a_visit(), household="h-1"), replace(a_team(), excluded_households=frozenset({"h-1"}))),
        None,
        "by the team",
    ),
    Twins(
        "asked_enough",
        (replace(a_visit(), urgency=1), replace(a_team(), asked_enough_until=OPENS - 1)),
        (replace(a_visit(), urgency=1), replace(a_team(), asked_enough_until=CLOSES)),
        1,
    ),
    Twins(
        "asked_enough",
        (replace(a_visit(), urgency=0), replace(a_team(), asked_enough_until=CLOSES)),
        (replace(a_visit(), urgency=2), replace(a_team(), asked_enough_until=CLOSES)),
        1,
        "what is urgent is asked",
    ),
    Twins(
        "pinned",
        (replace(a_visit(), pin=Pin("team-00")), a_team()),
        (replace(a_visit(), pin=Pin("team-99")), a_team()),
    ),
    Twins(
        "gender",
        (replace(a_visit(), gender="woman"), a_team()),
        (replace(a_visit(), gender="woman"), replace(a_team(), members=(Member("m", adult=True, gender="man"),))),
        1,
    ),
    Twins(
        "gender",
        (replace(a_visit(), gender="woman", safeguarding=CHILD), VETTED),
        (
            replace(a_visit(), gender="man", safeguarding=CHILD),
            replace(VETTED, members=(*VETTED.members, Member("c", adult=True, gender="man"))),
        ),
        1,
        "not cleared",
    ),
    Twins(
        "language",
        (replace(a_visit(), language="tujia"), replace(a_team(), languages=frozenset({"tujia"}))),
        (replace(a_visit(), language="tujia"), replace(a_team(), languages=frozenset({"miao"}))),
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=CHILD), VETTED),
        (replace(a_visit(), safeguarding=CHILD), replace(VETTED, members=VETTED.members[:1])),
        1,
        "second adult",
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=CHILD), VETTED),
        (
            replace(a_visit(), safeguarding=CHILD),
            replace(VETTED, members=(_vetted("a"), _vetted("b", adult=False))),
        ),
        1,
        "a minor does not count",
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=CHILD), VETTED),
        (
            replace(a_visit(), safeguarding=CHILD),
            replace(VETTED, members=(_vetted("a", None), _vetted("b", MIDNIGHT + 9 * HOUR))),
        ),
        2,
        "vetting unknown or lapsed on the day",
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=INSURED), VETTED),
        (replace(a_visit(), safeguarding=INSURED), a_team()),
        1,
        "insurance",
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=CHILD), VETTED),
        (replace(a_visit(), safeguarding=replace(CHILD, consent=False)), VETTED),
        1,
        "consent",
    ),
    Twins(
        "travel_limit",
        (replace(a_visit(), travel_limit=TravelLimit(seconds=SECONDS)), a_team()),
        (replace(a_visit(), travel_limit=TravelLimit(seconds=SECONDS - 60)), a_team()),
        60,
        "category, seconds",
    ),
    Twins(
        "travel_limit",
        (a_visit(), replace(a_team(), travel_limit=TravelLimit(metres=METRES))),
        (a_visit(), replace(a_team(), travel_limit=TravelLimit(metres=METRES - 7))),
        7,
        "team, metres",
    ),
    Twins(
        "working_hours",
        (replace(a_visit(), windows=((LATEST, LATEST),)), a_team()),
        (replace(a_visit(), windows=((CLOSES - HOUR + 5, CLOSES + 10),)), a_team()),
        5,
    ),
    Twins(
        "working_hours",
        (a_visit(), a_team()),
        (a_visit(), replace(a_team(), shifts=((OPENS, OPENS + HOUR), (OPENS + 4 * HOUR, CLOSES)))),
        None,
        "absence",
    ),
    Twins(
        "time_window",
        (replace(a_visit(), windows=((OPENS, EARLIEST),)), a_team()),
        (replace(a_visit(), windows=((OPENS, EARLIEST - 10),)), a_team()),
        10,
        "way out",
    ),
    Twins(
        "time_window",
        (replace(a_visit(), windows=((LATEST, CLOSES),)), a_team()),
        (replace(a_visit(), windows=((LATEST + 10, CLOSES),)), a_team()),
        10,
        "way home",
    ),
)
IDS = [f"{twins.rule} {twins.name}".strip() for twins in PAIRS]


def _plan(start: int, team: str = "team-00", crew: int = 0) -> Plan:
    return Plan((Route(team, crew, (Stop("v-00", start, start, start + HOUR),)),))


@pytest.mark.parametrize("twins", PAIRS, ids=IDS)
def test_the_visit_is_served_where_the_rule_holds(twins: Twins) -> None:
    """Tests that a pair that holds every rule is planned and passes the checker."""
    problem = one(*twins.holds)
    assert first_violation(problem, *twins.holds) is None
    result = solve(problem, Plan(), Limits(1_000), 1)
    assert result.plan.placed() == {"v-00"}
    assert check(problem, result.plan) == []


@pytest.mark.parametrize("twins", PAIRS, ids=IDS)
def test_the_visit_is_not_served_where_the_rule_is_broken(twins: Twins) -> None:
    """Tests that the pair rule names the break and its amount, that nothing else breaks, and that nobody is sent."""
    problem = one(*twins.breaks)
    broken = violations(problem, *twins.breaks)
    assert [violation.rule for violation in broken] == [twins.rule]
    assert broken[0].amount == (twins.amount or broken[0].amount)
    assert (broken[0].team, broken[0].visit) == ("team-00", "v-00")
    assert solve(problem, Plan(), Limits(1_000), 1).plan == Plan()


@pytest.mark.parametrize("twins", PAIRS, ids=IDS)
def test_the_checker_agrees(twins: Twins) -> None:
    """Tests that the checker, which shares nothing with the rules, names the same rule if the visit is made anyway."""
    start = solve(one(*twins.holds), Plan(), Limits(0), 1).plan.routes[0].stops[0].start
    found = check(one(*twins.breaks), _plan(max(start, twins.breaks[0].windows[0][0])))
    codes = {violation.rule for violation in found}
    # Whether one who cannot be there in time breaks the window, the crew's time or the working hours is a matter of
    # which of the three the plan chose to bend.
    late = {"time_window", "crew_capacity", "working_hours"}
    assert codes & (late if twins.rule in late else {twins.rule})
    no_crew = {"crew_capacity"} if twins.breaks[1].crews == 0 else set[str]()
    assert codes <= (late if twins.rule in late else {twins.rule}) | no_crew


def test_every_rule_has_twins() -> None:
    """Tests that no rule is listed without a test here, and that every pair rule has a name for people."""
    on_routes = {"crew_capacity", "once", "known", "promise"}
    assert {twins.rule for twins in PAIRS} | on_routes == set(RULES)
    assert all(rule.english and rule.chinese for rule in RULES.values())
    assert len(PAIR_RULES) == len({twins.rule for twins in PAIRS})


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
    four = replace(crews, members=(_vetted("a"), _vetted("b"), _vetted("c"), _vetted("d")))
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
    team = replace(a_team(), members=(_vetted("a"), _vetted("b", lapses), _vetted("c", None)))
    early, late = (MIDNIGHT + 9 * HOUR, MIDNIGHT + 14 * HOUR), (MIDNIGHT + 13 * HOUR, MIDNIGHT + 14 * HOUR)
    child = replace(a_visit(), safeguarding=CHILD, windows=(early,))
    stop = solve(one(child, team), Plan(), Limits(0), 1).plan.routes[0].stops[0]
    assert stop.end <= lapses
    assert members_clear(child, team, stop.end) == ("a", "b")
    assert solve(one(replace(child, windows=(late,)), team), Plan(), Limits(0), 1).plan == Plan()
    assert {v.rule for v in check(one(child, team), _plan(lapses))} == {"safeguarding"}


def test_a_committed_visit_stays_where_it_is() -> None:
    """Tests that team, crew and start of a committed visit are kept, and that the checker says how far they moved."""
    start = MIDNIGHT + 10 * HOUR
    problem = one(replace(a_visit(), pin=Pin("team-00", 1, start)), replace(a_team(), crews=2))
    assert check(problem, _plan(start, crew=1)) == []
    assert solve(problem, Plan(), Limits(1_000), 1).plan.routes[0].stops[0].start == start
    assert solve(problem, Plan(), Limits(1_000), 1).plan.routes[0].crew == 1
    assert [(v.rule, v.amount) for v in check(problem, _plan(start + 60, crew=1))] == [("pinned", 60)]
    assert [v.rule for v in check(problem, _plan(start))] == ["pinned"]


def test_what_has_begun_is_history() -> None:
    """Tests that no rule can undo a visit under way, and that it keeps its crew busy."""
    begun = replace(a_visit(), pin=Pin("team-00", 0, MIDNIGHT + 9 * HOUR), needs=(SkillNeed("lost since"),))
    problem = replace(one(begun, a_team(), MIDNIGHT + 9 * HOUR + 600), visits=(begun, replace(SHORT, id="v-01")))
    result = solve(problem, Plan(), Limits(1_000), 1)
    assert result.plan == _plan(MIDNIGHT + 9 * HOUR)
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
    assert {v.rule for v in check(problem, _plan(start, "nobody"))} == {"known"}
    ghost = Plan((Route("team-00", 0, (replace(stop, visit="ghost"),)),))
    assert {(v.rule, v.visit) for v in check(problem, ghost)} == {("known", "ghost")}
    twice = Plan(
        (Route("team-00", 0, (stop, replace(stop, arrival=start + HOUR, start=start + HOUR, end=start + 2 * HOUR))),)
    )
    assert {v.rule for v in check(problem, twice)} == {"once"}
    assert {v.rule for v in check(problem, _plan(start, crew=1))} == {"crew_capacity"}
    assert "crew_capacity" in {v.rule for v in check(problem, Plan(_plan(start).routes * 2))}
    longer = Plan((Route("team-00", 0, (replace(stop, end=stop.end + 60),)),))
    assert [(v.rule, v.amount) for v in check(problem, longer)] == [("crew_capacity", 60)]


def test_a_promise_dropped_in_silence_is_seen() -> None:
    """Tests that a promised visit that leaves the plan must be reported."""
    problem = one(replace(a_visit(), promised=True), a_team())
    before = _plan(MIDNIGHT + 9 * HOUR)
    assert [v.rule for v in check_promises(problem, before, Plan(), ())] == ["promise"]
    assert check_promises(problem, before, Plan(), ("v-00",)) == []
    assert check_promises(problem, before, before, ()) == []
    assert check_promises(one(a_visit(), a_team()), before, Plan(), ()) == []
