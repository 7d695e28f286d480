"""Is a team that never said what became of its visit told once that the record is missing, and how to hand it in?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from linli.matcher.service.unreported import unheard
from linli.schemas.answers import Accept, Done, FailedReason, FailedVisit, Start
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.glossary import Tongue
from linli.schemas.lifecycle import State
from linli.schemas.menu import shipped_menu
from linli.schemas.service_policy import ServicePolicy
from linli.services.console.rendering import environment
from linli.services.console.visits import missing_records
from linli.services.console.words import Speech
from linli.services.delivering.letters import Letters
from linli.services.delivering.notices import notices, still_holds
from linli.streams.sealed.keyring import Keyring
from tests.support.district import AUTO, Desk

KEYRING = Keyring(bytes(range(32)))
POLICY = AUTO.model_copy(update={"service": ServicePolicy(call_after_minutes=60, give_up_hours=24)})
HOUR = timedelta(hours=1)


def _last(desk: Desk) -> AssignmentRecord:
    return desk.state.requests["r-1"]


def _going(legs: int = 1) -> Desk:
    """Return a desk whose clock stands at the planned end of a visit that has begun."""
    desk = Desk(POLICY, teams=legs)
    desk.place_order("1", urgency=0, hours=(1, 3), legs=legs)
    for _, offer, name in desk.open_offers():
        desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    for leg in _last(desk).legs:
        assert leg.assignment is not None
        desk.now = leg.assignment.start
        desk.send(Start(offer=leg.assignment.id, team=leg.assignment.team))
    desk.now = max(leg.assignment.end for leg in _last(desk).legs if leg.assignment is not None)
    return desk


def _after(desk: Desk, time: timedelta) -> list[DeliveryRecord]:
    """Let time pass, and return what is to be told of missing records then."""
    desk.now += time
    desk.decide()
    return _missing(desk)


def _missing(desk: Desk, *known: DeliveryRecord) -> list[DeliveryRecord]:
    told = notices(_last(desk), {one.id: one for one in known}, desk.now)
    return [one for one in told if one.purpose is Purpose.NOT_REPORTED]


def test_it_is_told_when_the_visit_has_ended_without_a_word_and_once() -> None:
    """Tests that the desk has its time to call first, and that what was told is not told again."""
    desk = _going()
    assert _after(desk, 2 * HOUR) == []
    [told] = _after(desk, 22 * HOUR)
    going = _last(desk).legs[0].assignment
    assert going is not None
    assert (told.team, told.offer, told.start, told.end) == (going.team, going.id, going.start, going.end)
    assert _missing(desk, told) == []
    assert _after(desk, 72 * HOUR) == []


@pytest.mark.parametrize(
    ("tongue", "says"),
    [("en", ("Nothing was heard", "Records that are missing")), ("zh", ("一直未收到服务反馈", "待补交的服务记录"))],
)
def test_it_says_what_is_missing_and_how_to_hand_it_in(tongue: Tongue, says: tuple[str, str]) -> None:
    """Tests both languages, and that the way there is in it."""
    desk = _going()
    [told] = _after(desk, 25 * HOUR)
    letters = Letters(KEYRING, "https://linli.example", tongue)
    assert all(one in letters.short(told) for one in (*says, letters.code(told), "https://linli.example/"))
    assert letters.subject(told)


def test_a_late_word_ends_it() -> None:
    """Tests that nothing is sent any more once the record is there."""
    desk = _going()
    [told] = _after(desk, 25 * HOUR)
    assert still_holds(told, _last(desk))
    assert told.team is not None
    desk.send(Done(offer=told.offer, team=told.team, minutes=30))
    assert not still_holds(told, _last(desk))
    assert _missing(desk) == []


def test_only_the_silent_one_of_two_is_told() -> None:
    """Tests a visit of two teams of which one has reported."""
    desk = _going(legs=2)
    first, second = (leg.assignment for leg in _last(desk).legs)
    assert first is not None
    assert second is not None
    desk.send(Done(offer=first.id, team=first.team, minutes=30))
    assert [one.team for one in _after(desk, 25 * HOUR)] == [second.team]
    assert _last(desk).state is State.DONE
    assert [one.team for one in unheard(_last(desk))] == [second.team]


def test_who_was_there_in_vain_has_said_so() -> None:
    """Tests that a failed visit that was reported is no missing record."""
    desk = _going()
    going = _last(desk).legs[0].assignment
    assert going is not None
    desk.send(FailedVisit(offer=going.id, team=going.team, reason=FailedReason.NOBODY_HOME))
    assert _after(desk, 25 * HOUR) == []
    assert _last(desk).state is State.FAILED_VISIT


def test_what_is_closed_is_not_asked_for() -> None:
    """Tests that a record that cannot be handed in any more is not asked for."""
    desk = _going()
    [told] = _after(desk, 25 * HOUR)
    desk.now += timedelta(days=POLICY.close_days)
    desk.decide()
    assert _last(desk).state is State.CLOSED
    assert not still_holds(told, _last(desk))


@dataclass
class _Board:
    """A board that knows one request."""

    record: AssignmentRecord

    async def visits_of(self, team: str, since: datetime, until: datetime) -> list[AssignmentRecord]:
        """Give the request where its visit lies in the span."""
        legs = [leg.assignment for leg in self.record.legs if leg.assignment is not None]
        return [self.record for one in legs if one.team == team and since <= one.start < until]


def _looking(desk: Desk) -> Any:
    """Give what the pages stand on, as far as they look for missing records."""
    return SimpleNamespace(
        board=_Board(_last(desk)),
        clock=SimpleNamespace(now=lambda: desk.now),
        menu=shipped_menu(),
        grids={},
        communities={},
    )


@pytest.mark.parametrize("tongue", ["en", "zh"])
async def test_the_leads_page_lists_it_until_it_is_handed_in(tongue: Tongue) -> None:
    """Tests the list of the team's own page: the visit with its link once it is missing, no list else."""
    speech, desk = Speech(tongue), _going()
    [going] = [leg.assignment for leg in _last(desk).legs if leg.assignment is not None]

    async def shown() -> str:
        missing = await missing_records(_looking(desk), going.team, "Team", speech)
        part = environment().get_template("team_live.html")
        return part.render(w=speech, offers=[], visits=[], later=[], reasons=[], form_token="", missing=missing)

    title, link = speech("team.missing"), f'href="/team/visit/{going.id}"'
    assert title not in await shown()
    assert _after(desk, 25 * HOUR)
    late = await shown()
    assert title in late
    assert link in late
    assert await missing_records(_looking(desk), "t-other", "Team", speech) == []
    desk.send(Done(offer=going.id, team=going.team, minutes=30))
    assert title not in await shown()


@pytest.mark.parametrize("missing", [True, False])
def test_the_visits_page_asks_for_the_record_alone_where_it_is_missing(missing: bool) -> None:
    """Tests the form of the visit's page: with the heading that says what is missing, or not at all."""
    speech, desk = Speech("en"), _going()
    record = _last(desk)
    [going] = [leg.assignment for leg in record.legs if leg.assignment is not None]
    values = dict.fromkeys(("contact", "phone", "series", "said", "why_not", "problem", "spend_limit"))
    shown = (
        environment()
        .get_template("visit.html")
        .render(
            {**values, "w": speech, "going": going, "record": record, "missing": missing, "open": False, "codes": False}
            | {"help": "Help", "where": "There", "code": "1234", "card": None, "failures": [], "proposes": False}
            | {"form_token": "", "person": None, "path": "/team/visit", "synthetic": True}
        )
    )
    assert (speech("team.missing") in shown) is missing
    assert (f'action="/team/offer/{going.id}/done"' in shown) is missing
