"""When a request is done: what its teams said they gave, put together."""

from __future__ import annotations

from linli.schemas.answers import Spent
from linli.schemas.assignment import Assignment, AssignmentRecord, DoneState, Leg
from linli.schemas.orders import Together


def all_finished(legs: tuple[Leg, ...]) -> bool:
    """Say whether every team that came has said that it is done; a leg without a team is waited for no more."""
    going = [leg.assignment for leg in legs if leg.assignment is not None]
    return bool(going) and all(one.finished is not None for one in going)


def done_with(record: AssignmentRecord, legs: tuple[Leg, ...]) -> DoneState:
    """Return the end of a request whose teams have all finished.

    Its minutes are those the resident was helped: the longest visit of several at once, all of them where in order.
    Money that was spent is a fact: beyond the limit, or where nothing may be bought, it is marked for the desk.
    """
    going = [leg.assignment for leg in legs if leg.assignment is not None]
    given = [one.minutes or 0 for one in going]
    in_order = record.details is not None and record.details.together is Together.IN_ORDER
    limit = record.details.spend_limit_fen if record.details else None
    spent = _spent(going)
    return DoneState(
        at=max((one.finished for one in going if one.finished is not None), default=record.at),
        minutes=sum(given) if in_order else max(given, default=0),
        spent=spent,
        over_limit=spent is not None and spent.amount_fen > (limit or 0),
    )


def _spent(going: list[Assignment]) -> Spent | None:
    """Return what all laid out together; the receipts were handed over if each was."""
    bought = [one.spent for one in going if one.spent is not None]
    if not bought:
        return None
    return Spent(amount_fen=sum(one.amount_fen for one in bought), receipt=all(one.receipt for one in bought))
