"""Admitting an order: consent, admission, menu, place, time; and keeping from volunteers what is not theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from linli.schemas.admission import TaskAdmission
from linli.schemas.dead_letters import Reason
from linli.schemas.menu import MenuItem, ServiceMenu
from linli.schemas.orders import FetchPlace, Order, RequestDetails, Window
from linli.schemas.people import AgeBand, Beneficiary, Flags, Requester
from linli.schemas.subject_keys import SubjectKey
from linli.streams.gazetteer import Gazetteer, PlaceError
from linli.streams.intake.further_teams import with_further_teams
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.sealing import SealedOrder, is_child, seal_order
from linli.streams.word_flags import raised

EMERGENCY: Final = "emergency"
"""Referral of what is a danger to life, or a crime: 120, 110, 119."""

CHILD_DIRECTOR: Final = "child_director"
"""Referral to the child director (儿童主任)."""

CHILD_ADULTS: Final = 2
"""Vetted adults who go to a child, whatever the category."""

AHEAD_MOST: Final = timedelta(days=731)
"""How far ahead a visit may be ordered: two years. A year that was mistyped would wait in the ledger for decades."""

REFERRED_MINUTES: Final = 30
"""Length written down for an emergency whose category is not on the menu; nobody plans with it."""


@dataclass(frozen=True, slots=True)
class World:
    """What judging depends on besides the record.

    Parameters
    ----------
    districts
        The districts served here, by code.
    menu, admission
        The county's lists.
    at
        Decision time of a real instant: `linli.streams.clock.Clock.at`.
    keyring
        Holds the master key, and is the one source of randomness.
    digits
        Decimal digits of a degree that leave the edge.
    """

    districts: Mapping[str, Gazetteer]
    menu: ServiceMenu
    admission: TaskAdmission
    at: Callable[[datetime], datetime]
    keyring: Keyring
    digits: int


@dataclass(frozen=True, slots=True)
class Admitted:
    """An admitted order, and the key that was made if it had come in clear."""

    details: RequestDetails
    subject_keys: tuple[SubjectKey, ...]


def admit(order: Order, source: str, gazetteer: Gazetteer, world: World, appended_at: datetime) -> Admitted:
    """Turn an order into a request, or refuse it.

    Parameters
    ----------
    order
        The order, in clear or sealed.
    source
        The authenticated sender.
    gazetteer
        The places of its district.
    world
        What else judging depends on.
    appended_at
        When the broker appended its record, in real time.

    Raises
    ------
    RefusedError
        ``consent_missing``, ``not_admitted``, ``not_issued``, ``not_on_menu`` or ``expired``.
    linli.streams.gazetteer.PlaceError
        If the place cannot be used.

    Notes
    -----
    Danger to life and suspected harm are referred to an office whatever consent, menu, admission or time say: nobody
    may be left without help because a form was wrong. Only a place is always needed.
    """
    flags = order.flags if order.personal is None else raised(order.flags, order.personal, child=is_child(order))
    flagged = flags.danger_to_life or flags.suspected_harm
    if not flagged:
        _refuse_without_consent(order)
        _refuse_unadmitted(order, world.admission)
        _refuse_off_menu(order, world.menu)
    sealed, keys = _sealed(order, gazetteer, world, appended_at)
    if not flagged and not order.recorded_afterwards:
        refuse_out_of_time(order.windows, world.at(appended_at))
    item = world.menu.item(order.category)
    fetch = _fetched(order, gazetteer, world.digits)
    details = _details(sealed, item, flags, source, gazetteer, world.at(appended_at), fetch)
    return Admitted(with_further_teams(details, sealed, world.menu), keys)


def refuse_out_of_time(windows: tuple[Window, ...], now: datetime) -> None:
    """Refuse windows that have all passed, and what nobody orders so long before.

    Raises
    ------
    RefusedError
        ``expired`` or ``schema``.
    """
    if all(window.end < now for window in windows):
        raise RefusedError(Reason.EXPIRED, "windows", "all_passed")
    if any(window.end > now + AHEAD_MOST for window in windows):
        raise RefusedError(Reason.SCHEMA, "windows", f"too_far_ahead:{AHEAD_MOST.days}")


def age_of(order: Order) -> AgeBand:
    """Return the age to go by: a left-behind child whose age was not stated counts as under 14, the stricter rule."""
    stated = order.age_band
    unstated_child = order.beneficiary is Beneficiary.LEFT_BEHIND_CHILD and stated is AgeBand.ADULT
    return AgeBand.UNDER_14 if unstated_child else stated


def _refuse_without_consent(order: Order) -> None:
    """Refuse without consent; a child under 14 is not refused, because the child director obtains it.

    An activity is for nobody in particular: who comes has agreed by coming.
    """
    if order.beneficiary is Beneficiary.PUBLIC:
        return
    if age_of(order) is not AgeBand.UNDER_14 and not order.consent.beneficiary:
        raise RefusedError(Reason.CONSENT_MISSING, "consent.beneficiary", "required")


def _refuse_unadmitted(order: Order, admission: TaskAdmission) -> None:
    task = order.department_task
    if task is None:
        if order.requester is Requester.DEPARTMENT:
            raise RefusedError(Reason.NOT_ADMITTED, "department_task", "missing")
    elif not admission.admits(task):
        entry = admission.task(task)
        answer = None if entry is None else entry.answer
        raise RefusedError(Reason.NOT_ADMITTED, "department_task", "not_listed_or_not_admitted", answer)
    certificate = None if order.certificate is None else admission.certificate(order.certificate)
    if certificate is not None:
        raise RefusedError(Reason.NOT_ISSUED, "certificate", "not_issued_by_a_community", certificate.answer)


def _refuse_off_menu(order: Order, menu: ServiceMenu) -> None:
    item = menu.item(order.category)
    if item is None:
        raise RefusedError(Reason.NOT_ON_MENU, "category", "not_listed")
    if not item.is_for(order.beneficiary):
        raise RefusedError(Reason.NOT_ON_MENU, "category", "not_for_this_beneficiary")
    for number, code in enumerate(order.further):
        further = menu.item(code)
        if further is None:
            raise RefusedError(Reason.NOT_ON_MENU, f"further.{number}", "not_listed")
        # At an activity there may also be what is else for one person: haircuts at a free clinic.
        if not item.activity and not further.is_for(order.beneficiary):
            raise RefusedError(Reason.NOT_ON_MENU, f"further.{number}", "not_for_this_beneficiary")


def _sealed(order: Order, gazetteer: Gazetteer, world: World, at: datetime) -> tuple[Order, tuple[SubjectKey, ...]]:
    """Seal an order that came in clear; check the place of one that was sealed before."""
    if order.place is not None:
        return order.model_copy(update={"place": gazetteer.check(order.place, world.digits)}), ()
    done: SealedOrder = seal_order(order, gazetteer, world.keyring, world.digits, at)
    return done.order, (done.subject_key,)


def referral_of(order: Order, flags: Flags, item: MenuItem | None = None) -> str | None:
    """Return the office that takes over, if volunteers must not be sent, or are not for such an order."""
    if flags.danger_to_life:
        return EMERGENCY
    if flags.suspected_harm:
        return CHILD_DIRECTOR if is_child(order) else EMERGENCY
    if age_of(order) is AgeBand.UNDER_14 and not order.consent.guardian:
        return CHILD_DIRECTOR
    return None if item is None else item.office


def _fetched(order: Order, gazetteer: Gazetteer, digits: int) -> FetchPlace | None:
    """Place what is fetched first: a pharmacy is no home, but it is rounded like one."""
    fetch = order.fetch
    if fetch is None:
        return None
    try:
        place = gazetteer.place(fetch.location, fetch.grid, digits, "location")
    except PlaceError as error:
        raise type(error)(f"fetch.{error.path}", error.rule) from None
    return FetchPlace(place=place, minutes=fetch.minutes, windows=fetch.windows)


def _details(
    order: Order,
    item: MenuItem | None,
    flags: Flags,
    source: str,
    gazetteer: Gazetteer,
    now: datetime,
    fetch: FetchPlace | None,
) -> RequestDetails:
    place, sealed, marks = order.place, order.sealed, order.marks
    grid = None if place is None else gazetteer.grid(place.grid)
    if place is None or sealed is None or marks is None or grid is None:
        raise ValueError("the order must be sealed and its place checked first")
    return RequestDetails(
        source=source,
        source_id=order.source_id,
        category=order.category,
        skills=() if item is None else tuple((need.skill, need.qualification) for need in item.skills),
        team_kinds=() if item is None else tuple(kind.value for kind in item.team_kinds),
        beneficiary=order.beneficiary,
        age_band=age_of(order),
        requester=order.requester,
        windows=order.windows,
        minutes=order.minutes or (REFERRED_MINUTES if item is None else item.minutes),
        urgency=0 if item is None or order.urgent or flags.danger_to_life else item.urgency,
        legs=order.teams,
        adults=max(CHILD_ADULTS if is_child(order) else 0, 0 if item is None else item.adults),
        insured=item is not None and item.insured,
        travel_minutes_max=None if item is None else item.travel_minutes_max,
        travel_metres_max=None if item is None else item.travel_metres_max,
        place=place,
        community=grid.community,
        consent=order.consent,
        flags=flags,
        wishes=order.wishes,
        sealed=sealed,
        marks=marks,
        ordered_at=now,
        referral=referral_of(order, flags, item),
        restricted=flags.suspected_harm,
        recorded_afterwards=order.recorded_afterwards,
        has_phone=order.has_phone,
        spend_limit_fen=None if item is None else item.spend_limit_fen,
        fetch=fetch,
        skill_levels=() if item is None else tuple((need.skill, need.level) for need in item.skills if need.level > 1),
    )
