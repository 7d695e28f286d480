"""The synthetic county's organisation: five levels in town, four in the villages, with invented contacts.

The levels are those the county published. Which estate has which grids, and everybody's name, is invented: a node's
name says so. One village of each town shows a villagers' group. 27 communities have an adviser (社区指导员); the 28
towns and the county itself have the 29 county officials.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Final

from linli.schemas.organisation import RegisterNode
from linli.schemas.people import ContactPart
from linli.services.demo import people
from linli.services.demo.county import Village, layout, sinan, towns, villages
from linli.services.demo.timed import TimedEvent, timed

ESTATE_GRIDS: Final = 3
"""Grids of one synthetic estate; a building group answers for each."""

ADVISERS: Final = 27
"""Communities with an adviser, as the county published."""

FIRST_CONTACT: Final = 9_500
"""Invented contacts are numbered from here on, beyond those of the teams."""

SYNTHETIC: Final = "（模拟）"
"""What every name ends with."""

SOURCE: Final = "organisation-office"
"""The sender of the tree."""


@lru_cache(maxsize=1)
def organisation() -> tuple[RegisterNode, ...]:
    """Return every node, parents first; always the same."""
    return tuple(_nodes())


def _nodes() -> Iterator[RegisterNode]:
    contacts = map(people.contact, count(FIRST_CONTACT))
    root, advised = layout().code, _advised()
    yield RegisterNode(node=root, level="county", name=f"县委{SYNTHETIC}", contact=next(contacts))
    for town in towns():
        level, office = ("street", "党工委") if town.urban else ("town", "党委")
        name = f"{town.name}{office}{SYNTHETIC}"
        yield RegisterNode(node=town.code, parent=root, level=level, name=name, contact=next(contacts))
        own = [place for place in villages() if place.town == town.code]
        for place in own:
            if place.community:
                yield from _community(place, next(contacts) if place.code in advised else None)
            else:
                yield from _village(place, grouped=place is next(one for one in own if not one.community))


def _advised() -> frozenset[str]:
    """Return the communities that have an adviser: those of the streets first."""
    streets = {town.code for town in towns() if town.urban}
    communities = sorted((place for place in villages() if place.community), key=lambda one: one.town not in streets)
    return frozenset(place.code for place in communities[:ADVISERS])


def _community(place: Village, contact: ContactPart | None) -> Iterator[RegisterNode]:
    """Yield a community; one of several grids has estates of some grids each, and a building group for each grid."""
    name = f"{place.name}党组织{SYNTHETIC}"
    grids = [grid for grid in sinan().grids if grid.community == place.code]
    places = (place.code,) if len(grids) == 1 else ()
    yield RegisterNode(node=place.code, parent=place.town, level="community", name=name, places=places, contact=contact)
    if places:
        return
    for number, first in enumerate(range(0, len(grids), ESTATE_GRIDS), start=1):
        estate = f"{place.code}-e{number:02d}"
        name = f"{place.name}第{number}小区党支部{SYNTHETIC}"
        yield RegisterNode(node=estate, parent=place.code, level="estate", name=name)
        for grid in grids[first : first + ESTATE_GRIDS]:
            name = f"{grid.name}楼栋党小组{SYNTHETIC}"
            yield RegisterNode(node=f"{grid.code}-b", parent=estate, level="building", name=name, places=(grid.code,))


def _village(place: Village, *, grouped: bool) -> Iterator[RegisterNode]:
    """Yield a village, with a group below it where the sample has one."""
    name = f"{place.name}党支部{SYNTHETIC}"
    places = () if grouped else (place.code,)
    yield RegisterNode(node=place.code, parent=place.town, level="village", name=name, places=places)
    if grouped:
        name = f"{place.name}第一村民小组{SYNTHETIC}"
        yield RegisterNode(node=f"{place.code}-g", parent=place.code, level="group", name=name, places=(place.code,))


def registrations(at: datetime) -> list[TimedEvent]:
    """Return one event per node, parents first, sent at one moment by another system's import."""
    events = (timed(at, node, "node", SOURCE, layout().code, f"node-{node.node}") for node in organisation())
    return [replace(event, by_event=True) for event in events]
