"""Is a team with a rare skill spared for those who will need it, where past days say that somebody will?"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import chain, combinations

import pytest
from pydantic import ValidationError

from linli.matcher.futures import sampled_days as sampling
from linli.matcher.futures.sampled_days import Asked, Wanted, sampled_days
from linli.matcher.futures.short_hours import Supply, short_groups
from linli.matcher.futures.skill_odds import SkillOdds, skill_odds
from linli.matcher.ledger.past_orders import DAY, PastOrders
from linli.matcher.ledger.state import Translations
from linli.matcher.objective import scarcity_price
from linli.matcher.problem import SkillNeed, Weights
from linli.schemas.answers import Accept
from linli.schemas.commands import ApplyTeam
from linli.schemas.lifecycle import State
from linli.schemas.orders import Cancel, Target
from linli.schemas.policy import Futures, Policy, Prices
from linli.schemas.rounds import RareSkills
from tests.support.district import AUTO, MONDAY, Desk
from tests.support.district import team as team_at
from tests.support.problems import HOUR, a_team, a_visit

NURSE, SHOP = Asked(("nursing",), 5_400), Asked(("shopping",), 3_600)
BOTH, PLAIN = frozenset({"nursing", "shopping"}), frozenset({"shopping"})
SPARING = AUTO.model_copy(update={"prices": Prices(scarcity=7_200), "futures": Futures(days_least=2)})
FAR = 0.01
"""Degrees north: a kilometre farther than the nurses."""


def nurses_and_neighbours(policy: Policy) -> Desk:
    """Return a district with one team of nurses, who also shop, and one team a little farther off that only shops."""
    desk = Desk(policy, teams=0)
    both = team_at("nurses", skills=("nursing", "shopping"))
    desk.send(ApplyTeam(details=both), ApplyTeam(details=team_at("neighbours", skills=("shopping",), north=FAR)))
    return desk


def live_two_days(desk: Desk) -> None:
    """Let two days pass on which more nursing is asked for than the nurses have hours, then begin the third."""
    for day in range(2):
        desk.now = MONDAY + timedelta(days=day)
        for number in range(8):
            hours = (24 * day + 1 + number, 24 * day + 2 + number)
            desk.place_order(f"past-{day}-{number}", skill="nursing", hours=hours, minutes=90)
    desk.at(48)


def spend_the_third_day(desk: Desk) -> None:
    """Have somebody shop for two hours from ten, whoever is asked accepting, and a nurse asked for at eleven."""
    desk.place_order("shop", skill="shopping", hours=(50, 50.5), minutes=120)
    desk.at(49)
    ((_, offer, asked),) = [one for one in desk.open_offers() if one[0] == "r-shop"]
    desk.send(Accept(offer=offer, team=asked, members=(f"{asked}-m0",)))
    desk.place_order("nurse", skill="nursing", hours=(51, 51.25), minutes=60)


@pytest.mark.parametrize(
    ("policy", "goes", "state"), [(AUTO, "nurses", State.UNMET), (SPARING, "neighbours", State.PROMISED)]
)
def test_the_nurses_are_there_when_they_are_needed(policy: Policy, goes: str, state: State) -> None:
    """Tests a day on which nurses who shop are missed, and are not with a price on their hours."""
    desk = nurses_and_neighbours(policy)
    live_two_days(desk)
    spend_the_third_day(desk)
    record = desk.state.requests["r-shop"].legs[0]
    assert record.assignment is not None
    assert record.assignment.team == goes
    assert desk.state.requests["r-nurse"].state is state


def terms_of_the_offer(desk: Desk) -> dict[str, dict[str, int]]:
    """Return the cost terms of everybody who could have been asked to shop."""
    why = desk.state.requests["r-shop"].legs[0].offers[0].why
    assert why is not None
    return {one.team: {term.name: term.seconds for term in one.terms} for one in (why.chosen, *why.next_best)}


def test_an_offer_says_what_sparing_costs() -> None:
    """Tests that price and odds are told: with the offer what either team would cost, in the round what it went by."""
    desk = nurses_and_neighbours(SPARING)
    live_two_days(desk)
    spend_the_third_day(desk)
    report = desk.decisions[-1].solver
    assert report is not None
    assert report.rare_skills == RareSkills(days=2, odds=(("nursing", 1_000),))
    terms = terms_of_the_offer(desk)
    assert terms["nurses"]["scarcity"] == 7_200 * 2
    assert "scarcity" not in terms["neighbours"]


@pytest.mark.parametrize("futures", [Futures(), Futures(days_least=2, days=1)])
def test_without_a_past_there_is_no_price(futures: Futures) -> None:
    """Tests that too few days known, or looked at, give no odds, that the round says how many they were."""
    desk = nurses_and_neighbours(SPARING.model_copy(update={"futures": futures}))
    live_two_days(desk)
    desk.place_order("shop", skill="shopping", hours=(50, 50.5), minutes=120)
    report = desk.decisions[-1].solver
    assert report is not None
    assert report.rare_skills == RareSkills(days=min(2, futures.days))
    assert desk.at(49).solver is not None
    assert "scarcity" not in terms_of_the_offer(desk)["nurses"]


def test_a_price_that_nobody_wants_is_not_looked_for() -> None:
    """Tests that a county without the price has nothing counted, and that its rounds say nothing of it."""
    desk = nurses_and_neighbours(AUTO)
    live_two_days(desk)
    report = desk.decisions[-1].solver
    assert report is not None
    assert report.rare_skills is None
    assert not desk.state.translations.orders.days


def test_the_odds_follow_from_the_ledger_alone() -> None:
    """Tests that a desk that has just started decides the same, and that nothing is sampled twice on one day."""
    desk = nurses_and_neighbours(SPARING)
    live_two_days(desk)
    known = desk.state.translations.odds
    desk.at(49)
    assert known is not None
    assert desk.state.translations.odds is known
    desk.state = replace(desk.state, translations=Translations())
    desk.at(49.5)
    again = desk.state.translations.odds
    assert again is not None
    assert again == known


def test_what_was_cancelled_was_not_asked_for() -> None:
    """Tests that past orders follow the ledger: one that was cancelled goes, one that nobody served stays."""
    desk = nurses_and_neighbours(SPARING)
    desk.place_order("1", skill="nursing", hours=(1, 2), minutes=90)
    desk.place_order("2", skill="cooking", hours=(1, 2), minutes=30)
    monday, orders = int(MONDAY.timestamp()) // DAY, PastOrders()
    orders.update(desk.state.requests)
    assert orders.before(monday, 28) == []
    assert orders.before(monday + 2, 28) == [{NURSE: 1, Asked(("cooking",), 1_800): 1}, {}]
    desk.send(Cancel(target=Target(request_id="r-1"), reason="better"))
    orders.update(desk.state.requests)
    assert orders.before(monday + 1, 28) == [{Asked(("cooking",), 1_800): 1}]
    orders.update({})
    assert orders.before(monday + 1, 28) == []


def test_an_hour_is_given_once() -> None:
    """Tests that the dearest skill not needed counts, less the dearest that is, and that a plain team costs nothing."""
    weights = Weights(scarcity=3_600)
    team = replace(a_team(), scarce=(("doctor", 900), ("driving", 100), ("nursing", 500)))

    def price(*needs: str) -> int:
        return scarcity_price(weights, replace(a_visit(), needs=tuple(SkillNeed(need) for need in needs)), team)

    assert [price(), price("driving"), price("nursing"), price("driving", "nursing")] == [3_240, 2_880, 1_440, 1_440]
    assert [price("doctor"), price("doctor", "driving")] == [0, 0]
    assert scarcity_price(weights, a_visit(), a_team()) == 0


def most_served(wanted: Wanted, supply: Supply) -> int:
    """Return the most seconds that can be served: over all sets of needs, the least of the others and their teams."""
    able = {need: {group for group in supply if group.issuperset(need)} for need in wanted}
    needs = [need for need in wanted if able[need]]
    sets = chain.from_iterable(combinations(needs, size) for size in range(len(needs) + 1))
    return min(
        sum(wanted[need] for need in needs if need not in some)
        + sum(supply[group] for group in set[frozenset[str]]().union(*(able[need] for need in some)))
        for some in sets
    )


@pytest.mark.parametrize("seed", range(60))
def test_an_hour_is_short_where_one_more_would_be_used(seed: int) -> None:
    """Tests small districts against all cuts: a group is short if and only if a second more of it serves a second."""
    dice = random.Random(seed)
    skills = "abcd"
    supply = {frozenset(dice.sample(skills, dice.randint(1, 3))): dice.randint(0, 9) for _ in range(4)}
    wanted = {tuple(sorted(dice.sample(skills, dice.randint(0, 2)))): dice.randint(0, 9) for _ in range(5)}
    short = short_groups(wanted, supply)
    for group, seconds in supply.items():
        more = most_served(wanted, {**supply, group: seconds + 1}) - most_served(wanted, supply)
        assert more == (group in short)


def test_no_skill_is_rare_where_all_hours_are() -> None:
    """Tests an overloaded day, an empty one, and one on which only nurses are missing."""
    supply = {BOTH: 4 * HOUR, PLAIN: 8 * HOUR}
    assert skill_odds([{SHOP: 20}], supply, 20, 900, 1).odds == ()
    assert skill_odds([{SHOP: 5}], supply, 20, 900, 1).odds == ()
    assert skill_odds([{NURSE: 3}], supply, 20, 900, 1) == SkillOdds(1, (("nursing", 1_000),))
    assert skill_odds([{}], supply, 20, 900, 1) == SkillOdds(1)


def test_days_are_drawn_from_all_past_ones() -> None:
    """Tests that the same seed draws the same days, that counts are those of past days, and that work has a limit."""
    past = [{SHOP: 4}, {NURSE: 2}, {}]
    drawn = list(sampled_days(past, 50, 0, 3))
    assert drawn == list(sampled_days(past, 50, 0, 3))
    assert drawn != list(sampled_days(past, 50, 0, 4))
    assert any(len(day) == 2 for day in drawn)
    assert {} in drawn
    assert len(list(sampled_days([{SHOP: sampling.DRAWS_MAX // 2}], 50, 0, 3))) == 2
    assert len(list(sampled_days([{SHOP: 2 * sampling.DRAWS_MAX}], 50, 0, 3))) == 1
    assert list(sampled_days([{}, {}], 50, 0, 3)) == []


def test_the_configuration_is_validated() -> None:
    """Tests that a price is no reward, and that odds need a day to be drawn from."""
    for wrong in ({"samples": 0}, {"days": 0}, {"way_minutes": -1}):
        with pytest.raises(ValidationError):
            Futures.model_validate(wrong)
    with pytest.raises(ValidationError):
        Prices(scarcity=-1)
