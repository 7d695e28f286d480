"""Requests that every day of the demo contains, because each shows something that must not be left to chance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from linli.schemas.orders import Order, Window
from linli.schemas.people import AgeBand, Beneficiary, Consent, Flags, Requester, Wishes
from linli.services.demo.county import grids_by_code
from linli.services.demo.demand import Ask, demand, person, source_id, source_of
from linli.services.demo.teams import midnight

STORY = "story"
"""Note of the request whose whole story is told."""

Case = tuple[str, Callable[[date, int], Ask]]


def _window(day: date, start: float, end: float) -> tuple[Window, ...]:
    return (Window(start=midnight(day) + timedelta(hours=start), end=midnight(day) + timedelta(hours=end)),)


def _order(day: date, serial: int, grid: str, who: Beneficiary, by: Requester, category: str) -> Order:
    """Return an ordinary order for today, to be changed into the case."""
    dice = Random(serial)  # noqa: S311 - an invented address
    child = who is Beneficiary.LEFT_BEHIND_CHILD
    return Order(
        source_id=source_id(day, serial),
        category=category,
        beneficiary=who,
        age_band=AgeBand.UNDER_14 if child else AgeBand.ADULT,
        requester=by,
        windows=_window(day, 14.0, 16.0),
        grid=grid,
        consent=Consent(beneficiary=True, guardian=child),
        personal=person(dice, grids_by_code()[grid], serial, who, by, demand().details[category]),
    )


def _ask(day: date, hour: float, serial: int, order: Order, **changes: object) -> Ask:
    return Ask(
        midnight(day) + timedelta(hours=hour),
        source_of(order.requester),
        serial,
        Order.model_validate({**dict(order), **changes}),
    )


def story(day: date, serial: int) -> Ask:
    """Have a grid worker order a haircut at home for an elderly person; the first team will decline."""
    order = _order(day, serial, "520624001001-05", Beneficiary.EMPTY_NEST_ELDERLY, Requester.GRID_WORKER, "haircut")
    return _ask(day, 8.1, serial, order, windows=_window(day, 10.5, 12.5))


def outside_hours(day: date, serial: int) -> Ask:
    """Ask for rehabilitation in the evening: the one team with a therapist works in the mornings."""
    order = _order(day, serial, "520624002001-04", Beneficiary.DISABLED_RESIDENT, Requester.FAMILY, "rehabilitation")
    return _ask(day, 9.3, serial, order, windows=_window(day, 17.5, 18.5))


def unspoken_language(day: date, serial: int) -> Ask:
    """Ask for company by somebody who speaks Miao: no team has such a member on its list."""
    order = _order(
        day, serial, "520624203201", Beneficiary.EMPTY_NEST_ELDERLY, Requester.HOUSEHOLD_GROUP_HEAD, "company"
    )
    return _ask(day, 9.7, serial, order, wishes=Wishes(language="miao"))


def danger_to_life(day: date, serial: int) -> Ask:
    """Tell of somebody in danger: never a volunteer's offer."""
    order = _order(day, serial, "520624003001-02", Beneficiary.EMPTY_NEST_ELDERLY, Requester.HOTLINE, "nursing")
    return _ask(day, 9.2, serial, order, urgent=True, flags=Flags(danger_to_life=True))


def suspected_harm(day: date, serial: int) -> Ask:
    """Have a grid worker suspect that a child is being harmed: for the child director alone, without any consent."""
    order = _order(day, serial, "520624003022-03", Beneficiary.LEFT_BEHIND_CHILD, Requester.GRID_WORKER, "company")
    return _ask(
        day, 15.2, serial, order, flags=Flags(suspected_harm=True), consent=Consent(beneficiary=True, guardian=False)
    )


def no_guardian_consent(day: date, serial: int) -> Ask:
    """Ask for a child under 14 whose guardian has not agreed yet: nobody is sent."""
    order = _order(day, serial, "520624001002-06", Beneficiary.LEFT_BEHIND_CHILD, Requester.TRAINED_PROXY, "homework")
    return _ask(
        day,
        14.3,
        serial,
        order,
        windows=_window(day, 16.5, 18.0),
        consent=Consent(beneficiary=True, guardian=False),
    )


def two_teams(day: date, serial: int) -> Ask:
    """Ask for a big cleaning that needs two teams at the same time."""
    order = _order(day, serial, "520624001003-07", Beneficiary.DISABLED_RESIDENT, Requester.FAMILY, "cleaning")
    return _ask(day, 10.1, serial, order, windows=_window(day, 13.5, 16.0), teams_needed=2)


CASES: tuple[Case, ...] = (
    (STORY, story),
    ("unmet: outside hours", outside_hours),
    ("danger to life", danger_to_life),
    ("suspected harm", suspected_harm),
    ("no guardian consent", no_guardian_consent),
    ("unmet: language", unspoken_language),
    ("two teams", two_teams),
)
"""The cases with their notes, the most telling first: a very small day has only the first ones."""
