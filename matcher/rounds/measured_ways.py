"""What was measured of ways enters the ledger, and leaves it with the last request that needs it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.state import Forgotten
from linli.matcher.rounds.in_plan import requests_in_plan
from linli.schemas.lifecycle import TERMINAL
from linli.schemas.orders import RequestDetails
from linli.schemas.places import RoundedPlace
from linli.schemas.ways import WaysRecord, place_key

GONE_MAX: Final = 2_000
"""Most places that one decision forgets, some 200 bytes of a transaction each: more than a county has in a day."""


def learn_ways(draft: Draft) -> None:
    """Write what a routing server said, before anything is planned with it."""
    for place in draft.moment.measured:
        heading = draft.kept.heading(draft.kept.ways.get(place.key))
        draft.kept.write(WaysRecord(**heading, place=place))
    if draft.moment.measured:
        draft.ways = {one.key: one for one in draft.kept.ways.all()}


def forget_ways(draft: Draft) -> tuple[Forgotten, ...]:
    """Give the places whose ways this decision forgets: on a new day, where nothing is to be done any more.

    Notes
    -----
    Whoever lives there and orders again is measured again: a few questions, against megabytes in every memory. A place
    stays named, as a rounded point, in the ways of others that were measured while it was there, until they are
    forgotten or measured again. What was measured in this very decision is kept.
    """
    if not draft.new_day or not draft.state.ways:
        return ()
    used, new = set(_used(draft)), {place.key for place in draft.moment.measured}
    gone = (one for key, one in draft.state.ways.items() if key not in used and key not in new)
    return tuple(Forgotten(one.key, one.version) for one in islice(gone, GONE_MAX))


def places_of(details: RequestDetails | None) -> Iterator[RoundedPlace]:
    """Yield where a request leads: to the visit, and to what is fetched before it."""
    if details is not None:
        yield details.place
        if details.fetch is not None:
            yield details.fetch.place


def _used(draft: Draft) -> Iterator[str]:
    waiting = (record for record in draft.requests() if record.state not in TERMINAL)
    for record in (*waiting, *requests_in_plan(draft)):
        yield from map(_key_of, places_of(record.details))
    for standing in draft.kept.standing.all():
        if standing.details.active:
            yield from map(_key_of, places_of(standing.details.template))


def _key_of(place: RoundedPlace) -> str:
    return place_key(place.lat, place.lon)
