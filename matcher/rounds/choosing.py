"""What a person chose beside what was proposed: agreed or not, and what the difference costs, term by term."""

from __future__ import annotations

from collections.abc import Mapping

from linli.matcher.insertion.repair import repair
from linli.matcher.ledger.draft import Draft, waiting_offers
from linli.matcher.ledger.modes import mode_for
from linli.matcher.model import Model
from linli.matcher.rounds.plan_records import warm_plan
from linli.matcher.rounds.translate import problem_of, visit_id
from linli.matcher.rounds.why import explain_visits
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.choices import CHOICES_MAX, ChosenBy, DeskChoice
from linli.schemas.explanation import CostTerm, TeamChoice, WhyTeam
from linli.schemas.policy import Mode

ALL_TEAMS = 1_000
"""How many teams a comparison weighs: every one that could go."""

COMPARED_MAX = 40
"""Choices compared with the proposal per round, each of which lays the whole district out anew: 2 to 6 ms with 54 teams
and 200 requests, so hundreds of them, read together, would be seconds. Those beyond are taken all the same, and what
they cost more is not told; whoever clicks one by one is never among them."""


def choice_of(
    draft: Draft, record: AssignmentRecord, leg: int, how: ChosenBy, chosen: str, by: str, reason: str
) -> DeskChoice:
    """Compare a person's choice with the team that was proposed, as the district stands before the choice.

    Parameters
    ----------
    draft, record, leg
        The request and which of its visits.
    how
        How the choice was made.
    chosen
        The team that was chosen.
    by, reason
        Who chose, and why.
    """
    proposed = proposed_team(draft, record, leg)
    choice = DeskChoice(
        at=draft.now,
        by=by,
        how=how,
        mode=Mode.CONFIRM if record.details is None else mode_for(draft.state.policy, record.details),
        leg=leg,
        proposed=proposed,
        chosen=chosen,
        agreed=proposed == chosen,
        reason=reason,
        seconds=0 if proposed == chosen else None,
    )
    if proposed is None or proposed == chosen:
        return choice
    costs = _costs(draft, record, leg)
    if proposed not in costs or chosen not in costs:
        return choice
    terms = _difference(costs[chosen], costs[proposed])
    return choice.model_copy(update={"seconds": costs[chosen].seconds - costs[proposed].seconds, "terms": terms})


def with_choice(record: AssignmentRecord, choice: DeskChoice) -> dict[str, tuple[DeskChoice, ...]]:
    """Return the change that makes a request remember a choice, the last `CHOICES_MAX` of them."""
    return {"choices": (*record.choices, choice)[-CHOICES_MAX:]}


def proposed_team(draft: Draft, record: AssignmentRecord, leg: int) -> str | None:
    """Return the team that is asked, or proposed to the desk, or planned; ``None`` if there is none."""
    if leg < len(record.legs) and (waiting := waiting_offers(record.legs[leg])):
        return record.legs[leg].offers[waiting[0]].team
    for team, plan in draft.state.plans.items():
        if any((v.request_id, v.leg) == (record.request_id, leg) for crew in plan.crews for v in crew):
            return team
    return None


def _costs(draft: Draft, record: AssignmentRecord, leg: int) -> Mapping[str, TeamChoice]:
    """Return what the visit costs with each team that could make it beside the present plan, or nothing."""
    if draft.compared >= COMPARED_MAX:
        return {}
    draft.compared += 1
    name = visit_id(record.request_id, leg)
    # What this very round has heard may have taken places away from the plan: what still holds of it is compared with.
    timetable, _ = repair(Model(problem_of(draft)), warm_plan(draft))
    why = explain_visits(timetable, (name,), ALL_TEAMS).get(name)
    if not isinstance(why, WhyTeam):
        return {}
    return {one.team: one for one in (why.chosen, *why.next_best)}


def _difference(chosen: TeamChoice, proposed: TeamChoice) -> tuple[CostTerm, ...]:
    mine, theirs = ({term.name: term.seconds for term in one.terms} for one in (chosen, proposed))
    names = sorted({*mine, *theirs})
    differing = ((name, mine.get(name, 0) - theirs.get(name, 0)) for name in names)
    return tuple(CostTerm(name=name, seconds=seconds) for name, seconds in differing if seconds)
