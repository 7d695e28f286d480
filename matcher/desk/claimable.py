"""What a team could take by itself: the visits that nobody is asked for, by the rules that concern them and the team.

Looking is cheaper than claiming: the plan is left aside, so a visit that is shown here may still be refused by
`linli.matcher.desk.claiming`, for want of a free crew or because a promise to somebody else would be broken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from linli.matcher.ledger.asking_pools import is_open_to
from linli.matcher.ledger.modes import mode_for
from linli.matcher.ledger.organisation import Tree
from linli.matcher.ledger.state import TeamFacts
from linli.matcher.problem import Problem, Team
from linli.matcher.rounds.translate import LegView, visit_of
from linli.matcher.rounds.translate_teams import team_of
from linli.matcher.rounds.ways import travel_over
from linli.matcher.rules import first_violation
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.instants import to_seconds
from linli.schemas.lifecycle import State
from linli.schemas.orders import RequestDetails
from linli.schemas.people import is_child
from linli.schemas.policy import Mode, Policy
from linli.schemas.roster import TeamDetails

NOBODY_IS_ASKED: Final = (State.UNMET, State.REGISTERED, State.PROMISED)
"""States in which no team is being asked. An offered request can be claimed as well, but is not shown around: it would
set two teams against each other."""


NO_TREE: Final = Tree()
"""Of a county without an organisation."""


@dataclass(frozen=True, slots=True)
class Claimable:
    """A visit that a team could take.

    Parameters
    ----------
    record, details
        The request.
    leg
        Which of its visits.
    way_seconds
        The way from the team's base.
    """

    record: AssignmentRecord
    details: RequestDetails
    leg: int
    way_seconds: int


def may_be_claimed(policy: Policy, details: RequestDetails) -> bool:
    """Tell whether teams may take such a request at all: where the desk has the first word, or a child's, never."""
    child = is_child(details.beneficiary, details.age_band)
    return mode_for(policy, details) is Mode.AUTO and not child and not details.restricted


def claimable(
    policy: Policy, records: Iterable[AssignmentRecord], team: TeamDetails, now: datetime, tree: Tree = NO_TREE
) -> list[Claimable]:
    """List the visits of some requests that a team could take, the nearest first.

    Parameters
    ----------
    policy
        The county's.
    records
        Requests of the team's district; what is not open to it is left out.
    team
        Who wants to know.
    now
        The decision's clock.
    tree
        The organisation, where teams are asked pool after pool.
    """
    asking = team_of(team, TeamFacts(now.date(), policy.horizon_days))
    problem = Problem(to_seconds(now), (), (asking,), travel_over(policy.grounds))
    ours = (record for record in records if is_open_to(policy.escalation, tree, record, team))
    found = [one for record in ours for one in _of_request(policy, problem, asking, record)]
    return sorted(found, key=lambda one: (one.way_seconds, one.record.request_id, one.leg))


def _of_request(policy: Policy, problem: Problem, team: Team, record: AssignmentRecord) -> list[Claimable]:
    details = record.details
    if details is None or record.state not in NOBODY_IS_ASKED or not may_be_claimed(policy, details):
        return []
    visits = [visit_of(LegView(record, details, leg)) for leg in range(len(record.legs))]
    return [
        Claimable(record, details, visit.leg, problem.travel.between(team.base, visit.place)[0])
        for visit in visits
        if record.legs[visit.leg].assignment is None and first_violation(problem, visit, team) is None
    ]
