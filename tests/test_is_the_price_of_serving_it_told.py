"""Is it told what serving a request after all would cost: whom it would take the team from, why, and how much?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from linli.matcher.checker import check
from linli.matcher.insertion.exchanges import STANDINGS
from linli.matcher.insertion.insertion import cheapest_teams, remove
from linli.matcher.insertion.repair import repair
from linli.matcher.model import Model
from linli.matcher.objective import evaluate
from linli.matcher.problem import Pin, Plan, Problem, Visit
from linli.matcher.reasons.explain import WhyNobody, explain_all
from linli.matcher.rounds.translate import visit_id
from linli.matcher.rounds.why import explain_visits
from linli.matcher.search.solve import Limits, solve
from linli.schemas import explanation
from linli.schemas.assignment import Unmet
from linli.schemas.glossary import Tongue
from linli.services.cli import reasons
from linli.services.cli.out import Out
from linli.services.console.case_reasons import explained_teams, reasons_of
from linli.services.console.words import Speech
from tests.support.examples import WHY_NOBODY, assignment_record
from tests.support.problems import day

CROWDED = [day(6, 70, seed, classes=3) for seed in range(4)]


def _unserved(problem: Problem) -> tuple[Plan, list[WhyNobody]]:
    plan = solve(problem, Plan(), Limits(6_000), 1).plan
    missing = sorted({visit.id for visit in problem.visits} - plan.placed())
    found = explain_all(problem, plan, missing)
    return plan, [why for why in found if isinstance(why, WhyNobody) and why.reason == "lost"]


@pytest.mark.parametrize("problem", CROWDED)
def test_an_exchange_can_be_made_at_its_price(problem: Problem) -> None:
    """Tests that without the visit named the other finds a place with that team, and the plan costs so much more."""
    plan, lost = _unserved(problem)
    before, seen = evaluate(problem, plan).cost, 0
    for why in lost:
        for blocked in why.lost_to:
            if blocked.exchange is None:
                assert not blocked.any_one
                continue
            rest = remove(plan, blocked.exchange.visit)
            held, _ = repair(Model(problem), rest)
            mine = [one for one in cheapest_teams(problem, held.plan(), why.visit, 99) if one.team == blocked.team]
            assert mine, (why.visit, blocked)
            assert evaluate(problem, held.plan()).cost + mine[0].cost - before == blocked.exchange.seconds
            seen += 1
    assert seen > 5


def test_the_reason_is_the_strongest_there_is() -> None:
    """Tests that an urgent, a promised, an offered visit is told to come first, each for its own reason."""
    problem = CROWDED[0]
    plan, lost = _unserved(problem)
    assert {one.exchange.standing for why in lost for one in why.lost_to if one.exchange} <= {"equal", "more_urgent"}
    pins = {s.visit: Pin(r.team, r.crew, s.start) for r in plan.routes for s in r.stops}
    for pin, standing in ((None, "promised"), ("team", "offered"), ("all", "committed")):

        def firm_visit(visit: Visit, pin: str | None = pin) -> Visit:
            if visit.id not in pins or pin is None:
                return replace(visit, promised=visit.id in pins)
            return replace(visit, pin=Pin(pins[visit.id].team) if pin == "team" else pins[visit.id])

        held = tuple(firm_visit(visit) for visit in problem.visits)
        firm = replace(problem, visits=held)
        assert check(firm, plan) == []
        found = explain_all(firm, plan, [why.visit for why in lost])
        told = [one.exchange for why in found if isinstance(why, WhyNobody) for one in why.lost_to if one.exchange]
        assert {one.standing for one in told} == {standing}
    assert STANDINGS.index("promised") > STANDINGS.index("more_urgent")


def test_the_wire_has_it() -> None:
    """Tests that what goes into the ledger names request, team, reason and seconds, and that old events still parse."""
    visits = tuple(replace(visit, id=visit_id(visit.request, 0)) for visit in CROWDED[1].visits)
    problem = replace(CROWDED[1], visits=visits)
    plan = solve(problem, Plan(), Limits(2_000), 1)
    missing = sorted({visit.id for visit in problem.visits} - plan.plan.placed())
    told = [one for one in explain_visits(plan.timetable, missing).values() if isinstance(one, explanation.WhyNobody)]
    assert any(one.exchanges for one in told)
    assert explanation.WhyNobody.model_validate({"outcome": "lost"}).exchanges == ()


@pytest.mark.parametrize(("tongue", "words"), [("en", "more urgent"), ("zh", "更紧急")])
def test_people_read_it_in_their_language(
    tongue: Tongue, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests the desk's page and the command line: who would have to give way, and why."""
    record = assignment_record(Unmet(why=WHY_NOBODY))
    names = {team: team for team in explained_teams(record)}
    monkeypatch.setattr("linli.services.language.TONGUE", tongue)
    monkeypatch.setattr(reasons, "TONGUE", tongue)
    reasons.explain_nobody(WHY_NOBODY, names, Out())
    assert words in capsys.readouterr().out
    said = " ".join(reasons_of(record, [], names, Speech(tongue)).sentences)
    assert words in said
    assert "r-other" in said
