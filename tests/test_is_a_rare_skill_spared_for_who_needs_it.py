"""Is a team with a rare skill spared for those who will need it, where past days say that somebody will?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from linli.matcher.futures.played_days import Crew, Outcome, played
from linli.matcher.futures.sampled_days import Asked, Drawn, PastDays, sampled_days
from linli.matcher.futures.skill_odds import SkillOdds, skill_odds
from linli.matcher.ledger.past_orders import DAY, PastOrders
from linli.matcher.ledger.state import Translations
from linli.matcher.objective import scarcity_price
from linli.matcher.problem import SkillNeed, Weights
from linli.matcher.rounds import rare_skills
from linli.schemas.answers import Accept
from linli.schemas.commands import ApplyTeam
from linli.schemas.lifecycle import State
from linli.schemas.orders import Cancel, Target
from linli.schemas.policy import Futures, Policy, Prices
from linli.schemas.rounds import RareSkills
from tests.support.district import AUTO, MONDAY, Desk
from tests.support.district import team as team_at
from tests.support.problems import HOUR, a_team, a_visit

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
    """Let two days pass on which people shop, and nurses are asked for all day, then begin the third."""
    for day in range(2):
        desk.now = MONDAY + timedelta(days=day)
        for number in range(6):
            skill, first = ("nursing", "shopping")[number % 2], 24 * day + 1 + number
            desk.place_order(f"past-{day}-{number}", skill=skill, hours=(first, first + 0.5), minutes=120)
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
    assert report.rare_skills is not None
    assert report.rare_skills.days == 2
    ((skill, lost),) = report.rare_skills.odds
    assert skill == "nursing"
    terms = terms_of_the_offer(desk)
    assert terms["nurses"]["scarcity"] == 2 * 7_200 * lost // 1_000
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
    """Tests that a desk that has just started knows the same."""
    desk = nurses_and_neighbours(SPARING)
    live_two_days(desk)
    known = desk.state.translations.odds
    assert known is not None
    assert known.odds.odds
    desk.state = replace(desk.state, translations=Translations())
    desk.at(49)
    again = desk.state.translations.odds
    assert again is not None
    assert (again.odds, again.crews) == (known.odds, known.crews)


def test_days_are_sampled_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that neither rounds nor a roster with the same hours and skills cost anything, and that new hours do."""
    desk = nurses_and_neighbours(SPARING)
    live_two_days(desk)
    sampled: list[int] = []

    def count(past: PastDays, crews: Sequence[Crew], samples: int, way: int, seed: int) -> SkillOdds:
        sampled.append(len(crews))
        return skill_odds(past, crews, samples, way, seed)

    monkeypatch.setattr(rare_skills, "skill_odds", count)
    desk.at(49)
    desk.send(ApplyTeam(details=team_at("neighbours", skills=("shopping",), north=3 * FAR)))
    assert sampled == []
    desk.send(ApplyTeam(details=team_at("neighbours", skills=("shopping",), crews=2)))
    assert sampled == [3]
    desk.at(73)
    assert sampled == [3, 3]


def test_what_was_cancelled_was_not_asked_for() -> None:
    """Tests that past orders follow the ledger: what was cancelled or forgotten goes, what nobody served stays."""
    desk = nurses_and_neighbours(SPARING)
    desk.place_order("1", skill="nursing", hours=(1, 2), minutes=90)
    desk.place_order("2", skill="cooking", hours=(1, 2), minutes=30)
    monday, orders, times = int(MONDAY.timestamp()) // DAY, PastOrders(), (hours(1, 2),)
    orders.update(desk.state.requests)
    assert list(orders.past_days(monday, 28)) == []
    assert list(orders.past_days(monday + 2, 28)) == [monday, monday + 1]
    assert list(orders.past_days(monday + 2, 1)) == []
    assert orders.on(monday) == [Asked(("cooking",), 1_800, times), Asked(("nursing",), 5_400, times)]
    changes, before = orders.changes[monday], desk.state.requests["r-1"]
    ((_, offer, team),) = [one for one in desk.open_offers() if one[0] == "r-1"]
    desk.send(Accept(offer=offer, team=team, members=(f"{team}-m0",)))
    orders.update(desk.state.requests)
    assert desk.state.requests["r-1"] is not before
    assert orders.changes[monday] == changes
    desk.send(Cancel(target=Target(request_id="r-1"), reason="better"))
    orders.update(desk.state.requests)
    assert orders.on(monday) == [Asked(("cooking",), 1_800, times)]
    assert orders.changes[monday] > changes
    orders.update({})
    assert orders.on(monday) == []


def test_an_hour_is_given_once() -> None:
    """Tests that the dearest skill not needed counts, less the dearest that is, and that a plain team costs nothing."""
    weights = Weights(scarcity=3_600)
    team = replace(a_team(), scarce=(("doctor", 900), ("driving", 100), ("nursing", 500)))

    def price(*needs: str) -> int:
        return scarcity_price(weights, replace(a_visit(), needs=tuple(SkillNeed(need) for need in needs)), team)

    assert [price(), price("driving"), price("nursing"), price("driving", "nursing")] == [3_240, 2_880, 1_440, 1_440]
    assert [price("doctor"), price("doctor", "driving")] == [0, 0]
    assert scarcity_price(weights, a_visit(), a_team()) == 0


def hours(first: int, last: int) -> tuple[int, int]:
    """Return an interval of the day."""
    return first * HOUR, last * HOUR


BOTH = Crew(frozenset({"nursing", "shopping"}), (hours(8, 12),))
PLAIN = Crew(frozenset({"shopping"}), (hours(8, 12),))
NURSE = Asked(("nursing",), 2 * HOUR, (hours(8, 10),))
SHOP = Asked(("shopping",), 2 * HOUR, (hours(8, 10),))


def play(*orders: Asked, lot: int = 0, way: int = 0, spared: str | None = None, crews: int = 1) -> Outcome:
    """Play a day with nurses who shop, and others, the lot falling on the nurses."""
    return played([Drawn(one, lot) for one in orders], [BOTH, PLAIN][: crews + 1], way, spared)


def test_a_day_is_played_by_whoever_is_free() -> None:
    """Tests who goes: by lot, or the others first; and that a nurse who shops is missed."""
    assert play(SHOP) == Outcome(2 * HOUR, Counter(nursing=2 * HOUR))
    assert play(SHOP, lot=1) == play(SHOP, spared="nursing") == Outcome(2 * HOUR, Counter())
    assert play(SHOP, NURSE, NURSE).served == 4 * HOUR
    assert play(SHOP, NURSE, NURSE, spared="nursing").served == 6 * HOUR
    assert play(NURSE, spared="nursing").elsewhere == Counter(shopping=2 * HOUR)
    assert play(Asked(("singing",), HOUR, NURSE.windows)).served == 0


@pytest.mark.parametrize(
    ("windows", "seconds", "way", "count"),
    [
        ((hours(8, 12),), HOUR, 0, 4),
        ((hours(8, 12),), HOUR, HOUR, 2),
        ((hours(8, 9),), HOUR, 0, 2),
        ((hours(6, 7), hours(11, 12)), HOUR, 0, 1),
        ((hours(8, 12),), HOUR, 60, 3),
        ((hours(5, 7),), HOUR, 0, 0),
    ],
)
def test_a_crew_goes_as_long_as_it_has_time(
    windows: tuple[tuple[int, int], ...], seconds: int, way: int, count: int
) -> None:
    """Tests gaps, ways and shifts: how many of the same order one crew of four hours can serve."""
    outcome = play(*[Asked((), seconds, windows)] * 6, way=way, crews=0)
    assert outcome.served == count * (seconds + way)


def test_a_gap_between_visits_is_found() -> None:
    """Tests that what comes later may be done earlier, and where there is just room for it."""
    late, early = Asked((), 2 * HOUR, (hours(10, 10),)), Asked((), 2 * HOUR, (hours(8, 12),))
    assert play(late, early, crews=0).served == 4 * HOUR
    assert play(late, early, early, crews=0).served == 4 * HOUR


def test_only_what_is_missed_is_worth_sparing() -> None:
    """Tests days on which only nurses are missing, all are, nobody is, and nobody asks for nurses."""
    crews = [BOTH, PLAIN]
    assert skill_odds([[SHOP, NURSE, NURSE]] * 3, crews, 50, 0, 1).odds[0][0] == "nursing"
    assert skill_odds([[SHOP] * 9], crews, 50, 0, 1) == SkillOdds(1)
    assert skill_odds([[SHOP] * 30 + [NURSE] * 2], crews, 50, 0, 1).odds == ()
    assert skill_odds([[NURSE], [SHOP]], crews, 50, 0, 1).odds == ()
    assert skill_odds([[], []], crews, 50, 0, 1) == SkillOdds(2)
    assert skill_odds([[NURSE]], [], 50, 0, 1) == SkillOdds(1)


def test_a_large_district_is_played_in_part() -> None:
    """Tests that a day of many times the orders and crews says about the same, and that work has a limit."""
    past = [[SHOP, NURSE, NURSE] * 20] * 3
    small = dict(skill_odds(past, [BOTH, PLAIN] * 20, 50, 0, 1).odds)["nursing"]
    large = dict(skill_odds([day * 30 for day in past], [BOTH, PLAIN] * 600, 50, 0, 1).odds)["nursing"]
    assert small > 200
    assert abs(small - large) < 150


def test_days_are_drawn_from_all_past_ones() -> None:
    """Tests that the same seed draws the same days, and that counts are those of past days."""
    past = [[SHOP] * 4, [NURSE] * 2, []]
    drawn = list(sampled_days(past, 50, 3))
    assert drawn == list(sampled_days(past, 50, 3))
    assert drawn != list(sampled_days(past, 50, 4))
    assert {len(day) for day in drawn} == {0, 2, 4}
    assert any({SHOP, NURSE} == {one.asked for one in day} for day in drawn)
    assert list(sampled_days([[], []], 2, 3)) == [[], []]


def test_the_configuration_is_validated() -> None:
    """Tests that a price is no reward, and that nothing is looked for without a day or a sample."""
    for wrong in ({"samples": 0}, {"days": 0}, {"way_minutes": -1}):
        with pytest.raises(ValidationError):
            Futures.model_validate(wrong)
    with pytest.raises(ValidationError):
        Prices(scarcity=-1)
