"""Are ways measured over the grounds of the county's policy, and over the usual ones where it says nothing?"""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from linli.matcher.desk.claimable import claimable
from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.state import Translations
from linli.matcher.problem import Place
from linli.matcher.rounds.translate import problem_of
from linli.matcher.rounds.way_there import way_there
from linli.matcher.rounds.ways import travel_over
from linli.matcher.travel import GROUNDS, HaversineTravel
from linli.schemas.commands import ApplyTeam
from linli.schemas.grounds import Ground, Grounds
from linli.schemas.policy import Policy
from tests.support.district import AUTO, Desk, team

SLOW = Grounds(
    seat=Ground(detour=2, metres_per_hour=12_000),
    hill=Ground(detour=2, metres_per_hour=12_000),
    mountain=Ground(detour=2, metres_per_hour=12_000),
)


def test_the_policy_and_the_matcher_assume_the_same() -> None:
    """Tests that the defaults, which stand in both places, are one."""
    assert travel_over(Policy().grounds).grounds == GROUNDS
    one, other = Place(27.5, 108.2, "hill"), Place(27.6, 108.3, "mountain")
    assert travel_over(Grounds()).between(one, other) == HaversineTravel().between(one, other)


def way_of(policy: Policy) -> tuple[int, int]:
    """Return a team's way to a promised visit: as plans are made, and as the team is told what it might take."""
    desk = Desk(policy, teams=0)
    desk.send(ApplyTeam(details=team("t0", north=0.03)))
    desk.place_order("1", hours=(6, 8))
    problem = problem_of(Draft(desk.state, desk.moment()))
    [told] = claimable(policy, desk.state.requests.values(), desk.state.roster["t0"].details, desk.now)
    return problem.travel.between(problem.teams[0].base, problem.visits[0].place)[0], told.way_seconds


def test_slower_ground_makes_longer_ways() -> None:
    """Tests that plans and what is shown to a team are measured over the same grounds, those of the policy."""
    usual, told = way_of(AUTO)
    slow, told_slow = way_of(AUTO.model_copy(update={"grounds": SLOW}))
    assert (told, told_slow) == (usual, slow)
    assert slow > 2 * usual > 0


def test_a_team_is_asked_early_enough_for_its_way() -> None:
    """Tests that how long a team needs to set out is measured so as well, remembered or not."""
    desk = Desk(AUTO.model_copy(update={"grounds": SLOW}), teams=0)
    desk.send(ApplyTeam(details=team("t0", north=0.03)))
    desk.place_order("1", hours=(6, 8))
    details = desk.state.requests["r-1"].details
    assert details is not None
    ways = [
        way_there(translations, grounds, {}, desk.state.roster["t0"], details)
        for translations, grounds in (
            (desk.state.translations, SLOW),
            (Translations(), SLOW),
            (desk.state.translations, Grounds()),
            (Translations(), Grounds()),
        )
    ]
    assert ways[0] == ways[1] > 2 * ways[2] == 2 * ways[3]


@pytest.mark.parametrize(
    "wrong", [{"detour": 0.9}, {"detour": 5.1}, {"metres_per_hour": 999}, {"metres_per_hour": 130_001}]
)
def test_ground_that_nobody_goes_over_is_refused(wrong: dict[str, float]) -> None:
    """Tests that no road is shorter than the straight line, and nobody slower or faster than can be."""
    with pytest.raises(ValidationError):
        Ground.model_validate({"detour": 1.5, "metres_per_hour": 20_000, **wrong})
