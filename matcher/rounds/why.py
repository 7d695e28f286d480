"""The matcher's explanations in the words of the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from linli.matcher.reasons import explain
from linli.matcher.rounds.translate import request_and_leg
from linli.matcher.timetable import Timetable
from linli.schemas.explanation import CostTerm, Exchange, RuleCount, SmallestChange, TeamChoice, WhyNobody, WhyTeam

EXPLANATIONS_MAX = 40
"""Explanations per district and round, each up to a few milliseconds; an unmet request beyond them says that nobody was
sought, until it is planned anew. As many more for requests of several teams (`linli.matcher.rounds.together`)."""

WHY_STOPPED = WhyNobody(outcome="stopped")
"""Nobody was sought: the limit of teams that may be asked, or of explanations, was reached."""

LOST_TO_MAX = 6
"""Requests named as being in the way: enough for a person to weigh."""


def explain_visits(
    timetable: Timetable, visits: Iterable[str], next_teams: int = explain.NEXT_TEAMS
) -> dict[str, WhyTeam | WhyNobody]:
    """Explain visits, the first `EXPLANATIONS_MAX` of them.

    Parameters
    ----------
    timetable
        What was planned; it is left as it was.
    visits
        Ids of visits, placed or not.
    next_teams
        How many other teams each explanation names.
    """
    names = tuple(dict.fromkeys(visits))[:EXPLANATIONS_MAX]
    found = explain.explain_planned(timetable, names, next_teams)
    return {one.visit: _team(one) if isinstance(one, explain.WhyTeam) else _nobody(one) for one in found}


def _team(why: explain.WhyTeam) -> WhyTeam:
    return WhyTeam(chosen=_choice(why.chosen), next_best=tuple(_choice(one) for one in why.next_best), engine="linli")


def _choice(cost: explain.TeamCost) -> TeamChoice:
    named = asdict(cost.terms).items()
    terms = tuple(CostTerm(name=name, seconds=seconds) for name, seconds in named if seconds)
    return TeamChoice(team=cost.team, seconds=cost.cost, terms=terms)


def _nobody(why: explain.WhyNobody) -> WhyNobody:
    rules = tuple(
        RuleCount(rule=one.rule, teams=one.teams, examples=tuple(near.team for near in one.nearest))
        for one in why.rules
    )
    taken = dict.fromkeys(request_and_leg(visit)[0] for lost in why.lost_to for visit in lost.visits)
    change = why.change
    exchanges = tuple(
        Exchange(
            request=request_and_leg(lost.exchange.visit)[0],
            team=lost.team,
            because=lost.exchange.standing,
            seconds=lost.exchange.seconds,
        )
        for lost in why.lost_to
        if lost.exchange is not None
    )
    return WhyNobody(
        outcome=why.reason,
        rules=rules,
        lost_to=tuple(taken)[:LOST_TO_MAX],
        exchanges=exchanges,
        change=SmallestChange(
            change=change.kind,
            amount=change.amount,
            unit=change.unit,
            team=change.team,
            proved=change.proved,
            whole=change.whole,
        )
        if change is not None
        else None,
    )
