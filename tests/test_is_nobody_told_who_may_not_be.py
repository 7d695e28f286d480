"""Is nobody told who may not be: in mode ``suggest`` the desk speaks for itself, and harm is nobody else's matter."""

from __future__ import annotations

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import PlaceOrder
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.desk import Assign
from linli.schemas.orders import Target
from linli.schemas.policy import Mode, Policy
from linli.schemas.telling import TellTask, tell_tasks
from linli.services.delivering.notices import notices, still_holds, task_notice
from tests.support.district import AUTO, MONDAY, Desk, order

SUGGEST = Policy(mode=Mode.SUGGEST, freeze_minutes=90, work=0)
WISH = Assign(target=Target(request_id="r-1"), team="t1", agreed=True, members=("t1-m0",), reason="near", by="desk-1")


def assigned(policy: Policy) -> Desk:
    """Return a desk that has sent a team to a resident."""
    desk = Desk(policy)
    desk.place_order("1")
    desk.at(0.5)
    desk.send(WISH)
    return desk


def last(desk: Desk) -> AssignmentRecord:
    """Return the request as it stands."""
    return desk.state.requests["r-1"]


def told(record: AssignmentRecord) -> list[DeliveryRecord]:
    """Return what its teams would be told now, nothing having been told before."""
    return list(notices(record, {}, MONDAY))


def silenced(record: AssignmentRecord) -> AssignmentRecord:
    """Return the record as it is when only the office may hear of it any more."""
    return record.model_copy(update={"notify": ()})


def task_of(record: AssignmentRecord) -> TellTask:
    """Return what somebody must tell the resident, who has no telephone."""
    assert record.details is not None
    deaf = record.model_copy(update={"details": record.details.model_copy(update={"has_phone": False})})
    return tell_tasks(None, deaf)[0]


def test_the_desk_rings_up_whom_it_chose_in_suggest() -> None:
    """Tests that a team that the desk sends hears of it from Linli in the other modes alone."""
    assert last(assigned(SUGGEST)).legs[0].assignment is not None
    assert told(last(assigned(SUGGEST))) == []
    assert [one.team for one in told(last(assigned(SUGGEST.model_copy(update={"mode": Mode.CONFIRM}))))] == ["t1"]


def test_an_offer_that_may_not_be_told_any_more_is_dropped() -> None:
    """Tests that what waits to be sent does not leave the house after the record has fallen silent."""
    desk = Desk(AUTO)
    desk.place_order("1", urgency=0)
    (offer,) = told(last(desk))
    assert still_holds(offer, last(desk))
    assert not still_holds(offer, silenced(last(desk)))
    assert told(silenced(last(desk))) == []


def test_an_errand_to_the_resident_that_may_not_be_run_any_more_is_dropped() -> None:
    """Tests the same for what a person would tell."""
    record = last(assigned(SUGGEST.model_copy(update={"mode": Mode.CONFIRM})))
    errand = task_notice(task_of(record), record, MONDAY)
    assert still_holds(errand, record)
    assert not still_holds(errand, silenced(record))


def test_nobody_hears_of_suspected_harm() -> None:
    """Tests that no team is told of a restricted request, whatever the desk does with it, and that others are."""
    for restricted in (True, False):
        desk = Desk(Policy(mode=Mode.CONFIRM, freeze_minutes=90, work=0))
        details = order("1").model_copy(update={"restricted": restricted})
        desk.send(PlaceOrder(details=details), request="r-1")
        desk.send(WISH)
        assert last(desk).legs[0].assignment is not None
        assert bool(told(last(desk))) is not restricted
