"""Is somebody told without a telephone: what a resident must hear, by when, and for whom nobody has to walk?"""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from linli.schemas.answers import Accept, Reschedule, SwapMembers
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.deliveries import DeliveryRecord, DeliveryState
from linli.schemas.menu import shipped_menu
from linli.schemas.orders import Cancel, Target
from linli.schemas.people import Requester
from linli.schemas.telling import BEFORE, WITHIN, Tell, TellTask, tell_tasks
from linli.services.console.call_pages import call_line
from linli.services.console.words import Speech
from tests.support.district import MONDAY, Desk, order, team, window

ONE = Target(request_id="r-1")


def told(desk: Desk) -> list[TellTask]:
    """Derive every task from the ledger, record after record."""
    found: list[TellTask] = []
    before = None
    for record in (record for decision in desk.decisions for record in decision.assignments):
        found += tell_tasks(before, record)
        before = record
    return found


def ordered(**changes: object) -> Desk:
    """A desk that has just heard an order of somebody without a telephone."""
    desk = Desk(teams=2)
    details = order("1").model_copy(update={"has_phone": False} | changes)
    desk.send(PlaceOrder(details=details), request="r-1")
    return desk


@pytest.mark.parametrize(
    ("has_phone", "requester", "walks"),
    [
        (True, Requester.BENEFICIARY, False),
        (True, Requester.FAMILY, False),
        (True, Requester.GRID_WORKER, True),
        (True, Requester.TRAINED_PROXY, True),
        (False, Requester.BENEFICIARY, True),
        (None, Requester.BENEFICIARY, False),
        (None, Requester.HOUSEHOLD_GROUP_HEAD, True),
    ],
)
def test_only_those_are_visited_whom_no_call_reaches(has_phone: bool | None, requester: Requester, walks: bool) -> None:
    """Tests who needs somebody to come and tell."""
    assert bool(told(ordered(has_phone=has_phone, requester=requester))) is walks


def test_the_promise_is_told_soon() -> None:
    """Tests that the promised window is brought before the visit, and where to."""
    (task,) = told(ordered())
    assert (task.what, task.window, task.grid, task.request_id) == (Tell.PROMISED, window(2, 4), "g1", "r-1")
    assert task.due == window(2, 4).start - BEFORE


def test_there_is_more_time_for_a_visit_of_another_day() -> None:
    """Tests that half a working day is enough where the visit is far off."""
    (task,) = told(ordered(windows=(window(26, 28),)))
    assert task.due == MONDAY + WITHIN


def test_who_comes_is_told_before_they_come() -> None:
    """Tests that the visitors' references are in the task, and that other visitors are told anew."""
    desk = ordered()
    desk.at(0.5)
    ((_, offer, name),) = desk.open_offers()
    desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0",)))
    desk.send(SwapMembers(offer=offer, team=name, members=(f"{name}-m1",)))
    tasks = [task for task in told(desk) if task.what is Tell.VISITORS]
    assert [task.members for task in tasks] == [(f"{name}-m0",), (f"{name}-m1",)]
    assert all(task.start is not None and task.due == task.start - BEFORE for task in tasks)
    assert len({task.id for task in told(desk)}) == len(told(desk))


def test_another_time_is_told_as_a_change() -> None:
    """Tests that a new promise after a first one is no second promise, but a change."""
    desk = ordered()
    desk.send(Reschedule(target=ONE, windows=(window(5, 6),), by="team"))
    assert [task.what for task in told(desk)] == [Tell.PROMISED, Tell.CHANGED, Tell.CHANGED]
    assert told(desk)[-1].window == window(5, 6)


def test_that_nobody_comes_is_told() -> None:
    """Tests that somebody who was promised a visit hears that there will be none."""
    desk = ordered()
    desk.send(*(ApplyTeam(details=team(f"t{i}").model_copy(update={"active": False})) for i in range(2)))
    assert [task.what for task in told(desk)] == [Tell.PROMISED, Tell.NOT_POSSIBLE]


def test_who_cancels_need_not_be_told() -> None:
    """Tests that the resident's own word is not brought back."""
    desk = ordered()
    desk.send(Cancel(target=ONE))
    assert [task.what for task in told(desk)] == [Tell.PROMISED]


def test_the_same_records_make_the_same_tasks() -> None:
    """Tests that a deliverer that died may derive everything again."""
    desk = ordered()
    desk.at(0.5)
    assert told(desk) == told(desk)
    assert desk.now - MONDAY == timedelta(hours=0.5)


@pytest.mark.parametrize(("ago", "late"), [(-1, False), (0, False), (1, True)])
def test_the_desk_sees_what_is_late(ago: int, late: bool) -> None:
    """Tests that what should have been told by now is marked, and nothing before its time."""
    (task,) = told(ordered())
    record = DeliveryRecord(
        id="d-1",
        offer="",
        team=None,
        channel="desk",
        state=DeliveryState.PENDING,
        attempt=0,
        at=MONDAY,
        category="shopping",
        task=task,
        answer_by=task.due,
    )
    clock = SimpleNamespace(now=lambda: task.due + timedelta(minutes=ago))
    here: Any = SimpleNamespace(menu=shipped_menu(), grids={}, clock=clock)
    assert call_line(record, "", here, Speech("en")).late is late
