"""What the second and later teams of a request come for, and what that asks of all of them."""

from __future__ import annotations

from collections.abc import Iterable

from linli.schemas.menu import MenuItem, ServiceMenu
from linli.schemas.orders import LegNeeds, Order, RequestDetails


def with_further_teams(details: RequestDetails, order: Order, menu: ServiceMenu) -> RequestDetails:
    """Return a request with how its teams come together and what each comes for.

    Parameters
    ----------
    details
        The request as its first category has it.
    order
        The order, which the menu admits.
    menu
        The county's.

    Notes
    -----
    Of rules for a whole request the strictest category's holds for all teams: vetted adults, insurance, the longest
    way, urgency. What may be laid out is the first one's.
    """
    together = {"together": order.together, "headcount": order.headcount}
    details = details.model_copy(update=together)
    items = [item for code in order.further if (item := menu.item(code)) is not None]
    if not items:
        return details
    first = details.needs_of(0)
    further = tuple(_needs(item, order) for item in items)
    alike = (first,) * (details.legs - 1 - len(further))
    return details.model_copy(
        update={
            "leg_needs": (first, *further, *alike),
            "adults": max(details.adults, *(item.adults for item in items)),
            "insured": details.insured or any(item.insured for item in items),
            "travel_minutes_max": _strictest(
                [details.travel_minutes_max, *(item.travel_minutes_max for item in items)]
            ),
            "travel_metres_max": _strictest([details.travel_metres_max, *(item.travel_metres_max for item in items)]),
            "urgency": min(details.urgency, *(item.urgency for item in items)),
        }
    )


def _strictest(limits: Iterable[int | None]) -> int | None:
    """Return the least of the limits that there are."""
    return min((limit for limit in limits if limit is not None), default=None)


def _needs(item: MenuItem, order: Order) -> LegNeeds:
    return LegNeeds(
        category=item.code,
        skills=tuple((need.skill, need.qualification) for need in item.skills),
        team_kinds=tuple(kind.value for kind in item.team_kinds),
        minutes=order.minutes or item.minutes,
        skill_levels=tuple((need.skill, need.level) for need in item.skills if need.level > 1),
    )
