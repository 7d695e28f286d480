"""A standing order's visits prefer its regular team, whose absence once changes nothing, at a price that is shown."""

from __future__ import annotations

from datetime import timedelta

from linli.matcher.ledger.draft import Draft
from linli.matcher.rounds.translate import problem_of
from linli.schemas.answers import Accept
from linli.schemas.lifecycle import OfferState
from linli.schemas.orders import Window
from linli.schemas.team_changes import Absent
from tests.support.district import Desk
from tests.support.standing import POLICY, TUESDAY, place, serve, standing, visit, visits

WEEK = timedelta(days=7)


def _preferred(desk: Desk) -> dict[str, str | None]:
    problem = problem_of(Draft(desk.state, desk.moment()))
    return {one.request: one.regular_team for one in problem.visits}


def test_visits_to_come_prefer_the_team_that_agreed_to_the_first() -> None:
    """Tests that continuity begins with a yes, before anybody was there."""
    desk = Desk(POLICY)
    place(desk, standing("FREQ=DAILY"))
    first, *later = visits(desk)
    assert {_preferred(desk)[one.request_id] for one in later} == {None}
    desk.now = TUESDAY - timedelta(minutes=90)
    desk.decide()
    offer = next(one for one in desk.state.requests[first.request_id].legs[0].offers if one.state is OfferState.OPEN)
    desk.send(Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",)))
    assert {_preferred(desk)[one.request_id] for one in later} == {offer.team}


def test_who_stands_in_once_does_not_become_the_regular_team() -> None:
    """Tests three weeks: the regular team, another while it is away, and the regular one again."""
    desk = Desk(POLICY)
    place(desk, standing())
    usual = serve(desk, visit(desk, TUESDAY))
    assert desk.state.standing["s-1"].regular == (usual,)
    away = Window(start=TUESDAY + WEEK - timedelta(hours=3), end=TUESDAY + WEEK + timedelta(hours=20))
    desk.send(Absent(team=usual, by="desk", start=away.start, end=away.end))
    other = serve(desk, visit(desk, TUESDAY + WEEK))
    assert other != usual
    assert desk.state.standing["s-1"].regular == (usual,)
    assert serve(desk, visit(desk, TUESDAY + 2 * WEEK)) == usual
    assert [one.teams for one in desk.state.standing["s-1"].served] == [(usual,), (other,), (usual,)]


def test_who_comes_more_often_becomes_the_regular_team() -> None:
    """Tests that a team that has left for good is followed by the one that comes instead."""
    desk = Desk(POLICY)
    place(desk, standing())
    usual = serve(desk, visit(desk, TUESDAY))
    gone = Window(start=TUESDAY + timedelta(days=1), end=TUESDAY + 8 * WEEK)
    desk.send(Absent(team=usual, by="desk", start=gone.start, end=gone.end))
    others = [serve(desk, visit(desk, TUESDAY + week * WEEK)) for week in (1, 2)]
    assert desk.state.standing["s-1"].regular == (others[-1],)


def test_the_price_of_another_team_is_in_the_explanation() -> None:
    """Tests that whoever asks why another team goes reads what that costs."""
    desk = Desk(POLICY)
    place(desk, standing())
    usual = serve(desk, visit(desk, TUESDAY))
    desk.send(Absent(team=usual, by="desk", start=TUESDAY + timedelta(days=1), end=TUESDAY + 2 * WEEK))
    serve(desk, visit(desk, TUESDAY + WEEK))
    why = visit(desk, TUESDAY + WEEK).legs[0].offers[-1].why
    assert why is not None
    costs = {one.name: one.seconds for one in why.chosen.terms}
    assert costs["continuity"] == POLICY.prices.continuity
