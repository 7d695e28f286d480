"""Short words for tests of the desk: how a request stands, and a team that is asked or has accepted."""

from __future__ import annotations

from linli.matcher.ledger.state import Decision
from linli.schemas.answers import (
    Accept,
)
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.lifecycle import State
from linli.schemas.orders import Target
from linli.schemas.rounds import OutcomeCode
from tests.support.district import Desk

ONE = Target(request_id="r-1")


def states(decision: Decision, request: str = "r-1") -> list[State]:
    """Return the states a decision wrote for a request."""
    return [record.state for record in decision.assignments if record.request_id == request]


def codes(decision: Decision) -> list[OutcomeCode]:
    """Return what became of a decision's commands."""
    return [outcome.code for outcome in decision.outcomes]


def last(desk: Desk, request: str = "r-1") -> AssignmentRecord:
    """Return a request as it stands."""
    return desk.state.requests[request]


def offered(desk: Desk, hour: float = 0.5) -> tuple[str, str]:
    """Let time pass until the team is asked; return the offer and the team."""
    desk.at(hour)
    ((_, offer, name),) = desk.open_offers()
    return offer, name


def accepted(desk: Desk) -> tuple[str, str]:
    """Let the team accept; return the offer and the team."""
    offer, name = offered(desk)
    desk.send(Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")))
    assert last(desk).state is State.COMMITTED
    return offer, name
