"""Which ways a routing server should be asked for before a decision is taken: of places that nobody is promised yet.

A promise is kept by the figures that it was made on. Were the ways of a promised visit measured afterwards, a plan
that was right could turn out to be late on paper, and a team be taken off that had agreed. So only what is still free
is measured; its ways to everything else then decide where it fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from linli.matcher.ledger.state import DistrictState, NumberedCommand
from linli.matcher.problem import Place
from linli.matcher.rounds.measured_ways import places_of
from linli.matcher.rounds.translate_teams import place_of
from linli.matcher.rounds.ways import travel_over
from linli.matcher.travel import HaversineTravel
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.lifecycle import TERMINAL
from linli.schemas.orders import RequestDetails
from linli.schemas.standing import PlaceStanding
from linli.schemas.ways import BASES_MAX, PLACES_MAX, place_key

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place whose ways should be measured, and to which others."""

    place: Place
    others: tuple[Place, ...]


def unmeasured(state: DistrictState, commands: Sequence[NumberedCommand]) -> list[Wanted]:
    """Return the places to be measured: of new orders first, then of what waits, in the order of the ledger.

    Parameters
    ----------
    state, commands
        What the decision is going to be given.

    Notes
    -----
    What the decision itself will make, like the visit of a standing order, is not known here; the place of every
    standing order is, however, from the moment at which it is placed. A team whose base is new or has moved is met
    from whatever place is measured next; to promised visits its ways stay estimated.
    """
    fixed = {_spot(place) for record in _live(state) if not _is_free(record) for place in _places(record.details)}
    free = {_spot(place): place for place in _free(state, commands) if _spot(place) not in fixed}
    if not free:
        return []
    busy = {_spot(place): place for record in _live(state) for place in _places(record.details)}
    travel = travel_over(state.policy.grounds)
    bases = list({_spot(base): base for base in _bases(state, commands)}.values())
    places = list((busy | free).values())
    nearest = zip(
        free.values(),
        _nearest(travel, list(free.values()), bases, BASES_MAX),
        _nearest(travel, list(free.values()), places, PLACES_MAX + 1),
        strict=True,
    )
    found = ((place, _others(place, [*near_bases, *near])) for place, near_bases, near in nearest)
    return [Wanted(place, others) for place, others in found if not _all_known(state, place, others)]


def _nearest(travel: HaversineTravel, origins: list[Place], among: list[Place], most: int) -> list[list[Place]]:
    """Return of each origin's possible neighbours the nearest as estimated, in their order."""
    if len(among) <= most:
        return [among for _ in origins]
    seconds, _ = travel.matrix(origins, among)
    order = np.argsort(seconds, axis=1, kind="stable")[:, :most]
    return [[among[j] for j in sorted(row)] for row in order.tolist()]


def _others(place: Place, near: Sequence[Place]) -> tuple[Place, ...]:
    found = {_spot(one): one for one in near if _spot(one) != _spot(place)}
    return tuple(found.values())[: BASES_MAX + PLACES_MAX]


def _all_known(state: DistrictState, place: Place, others: Sequence[Place]) -> bool:
    mine = state.ways.get(place_key(place.lat, place.lon))
    known = {(way.lat, way.lon) for way in mine.place.measured()} if mine is not None else set[Spot]()
    return all(_spot(one) in known or _is_known_from(state, one, place) for one in others)


def _is_known_from(state: DistrictState, other: Place, place: Place) -> bool:
    theirs = state.ways.get(place_key(other.lat, other.lon))
    return theirs is not None and any((way.lat, way.lon) == _spot(place) for way in theirs.place.measured())


def _free(state: DistrictState, commands: Sequence[NumberedCommand]) -> Iterator[Place]:
    for numbered in commands:
        body = numbered.command.body
        if isinstance(body, PlaceOrder):
            yield from _places(body.details)
        elif isinstance(body, PlaceStanding):
            yield from _places(body.details.template)
    for record in _live(state):
        if _is_free(record):
            yield from _places(record.details)
    for standing in state.standing.values():
        if standing.details.active:
            yield from _places(standing.details.template)


def _live(state: DistrictState) -> Iterator[AssignmentRecord]:
    return (record for record in state.requests.values() if record.details and record.state not in TERMINAL)


def _is_free(record: AssignmentRecord) -> bool:
    """Tell whether nobody has been promised or asked anything."""
    return record.promise is None and not any(leg.assignment or leg.offers for leg in record.legs)


def _places(details: RequestDetails | None) -> Iterator[Place]:
    return map(place_of, places_of(details))


def _bases(state: DistrictState, commands: Sequence[NumberedCommand]) -> Iterator[Place]:
    for record in state.roster.values():
        if record.details.active:
            yield place_of(record.details.base)
    for numbered in commands:
        body = numbered.command.body
        if isinstance(body, ApplyTeam):
            yield place_of(body.details.base)


def _spot(place: Place) -> Spot:
    return place.lat, place.lon
