"""Is every mistake refused for its reason: each way of getting a record wrong, judged by the real intake."""

from __future__ import annotations

import pytest

from linli.schemas.dead_letters import Reason
from linli.schemas.people import AgeBand
from linli.services.demo.demand import Scenario, ask
from linli.services.demo.malformed import MISTAKES, every_mistake
from linli.services.demo.requests import MONDAY, ordered
from linli.services.demo.timed import TimedEvent, chance
from linli.streams.codec import headers_of
from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.intake.judge import CommandOut, DeadOut, Outcome, judge
from tests.support.virtual_day import VirtualDay

_MANY = (ask(chance("good", serial), MONDAY, serial, Scenario.CALM) for serial in range(1, 100))
GOOD = next(placed for placed in _MANY if placed.order.age_band is AgeBand.ADULT)
NUMBERS = range(len(MISTAKES))


@pytest.fixture(scope="module", name="world_day")
def _world_day() -> VirtualDay:
    return VirtualDay(requests=0)


def _judged(played: VirtualDay, event: TimedEvent) -> Outcome:
    headers = headers_of(event_type=event.event_type, source=event.source, event_id=event.event_id, time=event.at)
    record = InboxRecord("inbox", 0, 1, event.district.encode(), tuple(headers), event.value, event.at)
    return judge(record, played.world)


@pytest.mark.parametrize("number", NUMBERS, ids=[mistake.name for mistake in MISTAKES])
def test_a_mistake_becomes_the_dead_letter_expected(world_day: VirtualDay, number: int) -> None:
    """Tests the reason, and that neither path nor rule repeats a value of the person."""
    event = every_mistake(GOOD)[number]
    outcome = _judged(world_day, event)
    assert isinstance(outcome, DeadOut)
    assert outcome.letter.reason is event.expected
    shown = outcome.letter.path + outcome.letter.rule
    assert GOOD.order.personal is not None
    assert GOOD.order.personal.name not in shown
    assert str(GOOD.order.personal.phone) not in shown


def test_the_order_that_was_spoilt_is_good(world_day: VirtualDay) -> None:
    """Tests the twin: without the mistake the order is admitted, and it is an adult's."""
    assert GOOD.order.age_band is AgeBand.ADULT
    assert isinstance(_judged(world_day, ordered(GOOD)), CommandOut)


def test_there_are_at_least_twenty_mistakes() -> None:
    """Tests that the list covers every reason that intake alone decides on."""
    assert len(MISTAKES) >= 20
    assert {mistake.reason for mistake in MISTAKES} == set(Reason) - {
        Reason.DUPLICATE_CONFLICT,
        Reason.SOLVER_CRASH,
        Reason.INTERNAL,
    }
