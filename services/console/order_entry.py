"""An order as a proxy enters it, in three steps; nothing is kept between them: each page carries what was filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from linli.schemas.glossary import words
from linli.schemas.menu import MenuItem, ServiceMenu
from linli.schemas.orders import TEAMS_MAX, Order, Together, Window
from linli.schemas.people import (
    AgeBand,
    Beneficiary,
    Consent,
    Flags,
    Guardian,
    PersonalPart,
    Requester,
    Wishes,
)
from linli.services.console.case_lines import help_name
from linli.services.console.case_sheet import Fact
from linli.services.console.form_events import made_of
from linli.services.console.forms import Form, FormError
from linli.services.console.repeated_orders import REPEAT, repeat_options
from linli.services.console.surroundings import Surroundings
from linli.services.console.words import Speech

WHO: Final = (
    "name",
    "phone",
    "address",
    "grid",
    "beneficiary",
    "age",
    "detail",
    "guardian_name",
    "guardian_phone",
    "requester",
    "requester_name",
    "requester_phone",
    "consent",
    "consent_guardian",
    "danger",
    "harm",
    "certificate",
)
"""The fields of the first step."""

FURTHER: Final = tuple(f"further_{number}" for number in range(1, TEAMS_MAX))
"""The fields of what the second and later teams come for."""

WHAT: Final = (
    "category",
    "headcount",
    "day",
    "from",
    "until",
    "minutes",
    "teams",
    "together",
    *FURTHER,
    "urgent",
    "gender",
    "language",
    *REPEAT,
)
"""The fields of the second step."""

_LABELS: Final[Mapping[str, str]] = {
    "name": "order.name",
    "phone": "order.phone",
    "address_line": "order.address",
    "detail": "order.detail",
    "guardian": "order.guardian",
    "requester_name": "order.requester_name",
    "requester_phone": "order.requester_phone",
    "grid": "order.grid",
    "beneficiary": "order.group",
    "age_band": "order.age",
    "requester": "order.requester",
    "category": "order.service",
    "windows": "order.day",
    "minutes": "order.minutes",
    "wishes": "order.gender",
    "teams_needed": "order.teams",
    "together": "order.together",
    "further": "order.further",
    "headcount": "order.headcount",
}
"""Which label of the pages belongs to a field of an order."""


def check_who(form: Form, here: Surroundings) -> None:
    """Check the first step.

    Raises
    ------
    FormError
        If something is missing or cannot be read.
    """
    form.needed("name", "order.name")
    grid_of(form.needed("grid", "order.grid"), here.grids)
    made_of(lambda: _person(form), _LABELS, "order.day")
    _chosen(Beneficiary, form.text("beneficiary"), "order.group")
    _chosen(AgeBand, form.text("age"), "order.age")
    _chosen(Requester, form.text("requester"), "order.requester")


def order_of(form: Form, here: Surroundings, number: str) -> Order:
    """Make the order that was filled in.

    Parameters
    ----------
    form
        The fields of the first two steps.
    here
        It knows the menu.
    number
        Its number: the same when the form is sent again, so that one order stays one.

    Raises
    ------
    FormError
        If something is missing or cannot be read, or the service is not for this group.
    """
    check_who(form, here)
    item = _item(form, here)
    _check_headcount(form, item)
    window = form.window("day", "from", "until", "order.day")
    grid = grid_of(form.text("grid"), here.grids)
    return made_of(lambda: _order(form, item, window, grid, number), _LABELS, "order.day")


def _order(form: Form, item: MenuItem, window: Window, grid: str, number: str) -> Order:
    teams = form.number("teams", "order.teams")
    return Order(
        source_id=number,
        category=item.code,
        beneficiary=Beneficiary(form.text("beneficiary")),
        age_band=AgeBand(form.text("age")),
        requester=Requester(form.text("requester")),
        windows=(window,),
        minutes=form.number("minutes", "order.minutes"),
        urgent=form.checked("urgent"),
        teams_needed=1 if teams is None else teams,
        together=Together.IN_ORDER if form.text("together") == Together.IN_ORDER else Together.AT_ONCE,
        further=tuple(form.text(name) for name in FURTHER if form.text(name)),
        headcount=form.number("headcount", "order.headcount") if item.activity else None,
        grid=grid,
        consent=Consent(beneficiary=form.checked("consent"), guardian=form.checked("consent_guardian")),
        flags=Flags(danger_to_life=form.checked("danger"), suspected_harm=form.checked("harm")),
        wishes=Wishes(gender=form.text("gender") or None, language=form.text("language") or None),
        personal=_person(form),
    )


def _person(form: Form) -> PersonalPart:
    guardian = form.text("guardian_name")
    return PersonalPart(
        name=form.text("name"),
        phone=form.text("phone") or None,
        address_line=form.text("address") or None,
        detail=form.text("detail") or None,
        guardian=Guardian(name=guardian, phone=form.text("guardian_phone") or None) if guardian else None,
        requester_name=form.text("requester_name") or None,
        requester_phone=form.text("requester_phone") or None,
    )


def _item(form: Form, here: Surroundings) -> MenuItem:
    item = here.menu.item(form.needed("category", "order.service"))
    if item is None:
        raise FormError("order.bad", "order.service")
    if not item.is_for(Beneficiary(form.text("beneficiary"))):
        raise FormError("order.no_service", "order.service")
    return item


def _check_headcount(form: Form, item: MenuItem) -> None:
    """Ask how many people are expected at an activity."""
    if item.activity:
        form.needed("headcount", "order.headcount")


def _chosen(kind: type[Beneficiary | AgeBand | Requester], given: str, label: str) -> None:
    try:
        kind(given)
    except ValueError:
        raise FormError("order.bad", label) from None


def grid_names(grids: Mapping[str, str]) -> dict[str, str]:
    """Give every grid's code by the name that can be chosen; where two are called alike, the code is part of it."""
    counts = Counter(grids.values())
    return {name if counts[name] == 1 else f"{name} ({code})": code for code, name in grids.items()}


def grid_of(said: str, grids: Mapping[str, str]) -> str:
    """Find the grid that somebody named: by its code, by its name, or by a part of the name that no other has.

    Raises
    ------
    FormError
        If there is none, or there are several: nobody is sent to a door that was guessed.
    """
    names = grid_names(grids)
    if said in grids or said in names:
        return said if said in grids else names[said]
    found = [code for name, code in names.items() if said.lower() in name.lower()]
    if len(found) != 1:
        raise FormError("order.grid_unclear", "order.grid")
    return found[0]


def options(here: Surroundings, form: Form, speech: Speech) -> dict[str, list[tuple[str, str]]]:
    """Give what can be chosen: services only for the group that was named."""
    group = form.text("beneficiary")
    known = Beneficiary(group) if group in set(Beneficiary) else None
    items = [item for item in here.menu.items if known is None or item.is_for(known)]
    # Nothing is chosen beforehand: a grid or an age that nobody looked at would send people to the wrong door.
    choose = ("", speech("order.choose"))
    return {
        "grids": [(name, code) for name, code in sorted(grid_names(here.grids).items())],
        "groups": [choose, *((one.value, speech.of(one)) for one in Beneficiary)],
        "ages": [choose, *((one.value, speech.of(one)) for one in _AGES)],
        "requesters": [choose, *((one.value, speech.of(one)) for one in _PROXIES)],
        "certificates": [("", speech("order.certificate_none")), *_certificates(here, speech)],
        "services": [choose, *_services(here, items, speech)],
        "further": [("", speech("order.further_none")), *_services(here, here.menu.items, speech)],
        "together": [(one.value, speech.of(one)) for one in Together],
        **repeat_options(speech),
        "genders": [("", speech("order.gender_any")), *_coded("gender", speech)],
        "languages": [("", speech("order.language_any")), *_coded("language", speech)],
    }


def certificate_answer(form: Form, here: Surroundings, speech: Speech) -> str:
    """Return what the county's list says of the certificate that was asked for; empty where none was.

    A community need not issue what is on the list: whoever asked hears it at once, and nothing is ordered.
    """
    entry = here.admission.certificate(form.text("certificate"))
    if entry is None:
        return ""
    return speech("order.certificate_answer", what=entry.answer.zh if speech.tongue == "zh" else entry.answer.en)


def _certificates(here: Surroundings, speech: Speech) -> list[tuple[str, str]]:
    return [(one.code, one.zh if speech.tongue == "zh" else one.en) for one in here.admission.certificates]


def _services(here: Surroundings, items: Iterable[MenuItem], speech: Speech) -> list[tuple[str, str]]:
    return [(item.code, offered_name(here.menu, item, speech)) for item in items]


def offered_name(menu: ServiceMenu, item: MenuItem, speech: Speech) -> str:
    """Name a service; say of one that is usually wanted again and again that it is: it can be repeated."""
    name = help_name(menu, item.code, speech)
    return speech("standing.usual", help=name) if item.recurs else name


_PROXIES: Final = (
    Requester.GRID_WORKER,
    Requester.HOUSEHOLD_GROUP_HEAD,
    Requester.TRAINED_PROXY,
    Requester.FAMILY,
    Requester.BENEFICIARY,
    Requester.HOTLINE,
)
"""Who orders, the likeliest first; a department orders by its own system, with an admitted task."""


_AGES: Final = (AgeBand.ADULT, AgeBand.FROM_14_TO_17, AgeBand.UNDER_14)


def _coded(name: str, speech: Speech) -> list[tuple[str, str]]:
    return [(code, speech.code(f"{name}.{code}")) for code in words(name)]


def read_back(order: Order, here: Surroundings, speech: Speech) -> Iterator[Fact]:
    """Say the order so that it can be read to the person once more."""
    person, window = order.personal, order.windows[0]
    if person is None:
        raise ValueError("an order that is entered here is in clear until it is sent")
    yield speech("order.service"), help_name(here.menu, order.category, speech)
    yield speech("case.wanted"), speech.span(window)
    yield speech("order.name"), person.name
    public = order.headcount is not None
    group = speech.of(order.beneficiary), speech.of(order.age_band)
    yield speech("case.for_whom"), speech("case.headcount", n=order.headcount) if public else speech.listed(group)
    if order.teams > 1:
        further = (help_name(here.menu, code, speech) for code in order.further)
        yield speech("case.teams"), speech.listed([str(order.teams), speech.of(order.together), *further])
    optional = (
        ("order.phone", person.phone),
        ("order.address", person.address_line),
        ("order.grid", here.grids.get(order.grid or "", order.grid)),
        ("order.detail", person.detail),
        ("order.guardian_name", person.guardian.name if person.guardian else None),
        ("order.guardian_phone", person.guardian.phone if person.guardian else None),
        ("order.requester_name", person.requester_name),
        ("order.requester_phone", person.requester_phone),
    )
    yield from ((speech(label), value) for label, value in optional if value)
    yield speech("order.requester"), speech.of(order.requester)
    said = ("order.consent_person", order.consent.beneficiary), ("order.consent_guardian", order.consent.guardian)
    agreed = [speech(label) for label, given in said if given]
    if not public:
        yield speech("order.consent"), " ".join(agreed) or speech("app.none")
    warnings = ("order.flag_danger", order.flags.danger_to_life), ("order.flag_harm", order.flags.suspected_harm)
    raised = [speech(label) for label, given in warnings if given]
    if raised:
        yield speech("order.flags"), speech.listed(raised)
