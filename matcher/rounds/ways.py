"""Where a county's ways come from: what a routing server measured, and the estimate over the grounds of its policy."""

from __future__ import annotations

from collections.abc import Mapping

from linli.matcher.ledger.state import Translations
from linli.matcher.measured_travel import MeasuredTravel
from linli.matcher.travel import Ground, HaversineTravel, Travel
from linli.schemas.grounds import Grounds
from linli.schemas.places import Terrain
from linli.schemas.ways import WaysRecord

Ways = Mapping[str, WaysRecord]
"""The measured ways of a district, by place."""


def travel_over(grounds: Grounds) -> HaversineTravel:
    """Return a new estimate, which remembers nothing yet."""
    return HaversineTravel(_grounds_of(grounds))


def travel_by(translations: Translations, grounds: Grounds, ways: Ways) -> Travel:
    """Return a district's travel with these ways; what is remembered of others is forgotten.

    Parameters
    ----------
    translations
        The district's: a travel that has most of the ways is kept there, with the matcher's memory of it.
    grounds
        What is estimated from.
    ways
        What was measured. Without any this is the plain estimate, which compiled insertion knows.

    Notes
    -----
    A memory outlives a new measured place that it has not met, for none of the pairs it has is another then.
    """
    if not ways:
        translations.travel = None
        return travel_over(grounds)
    travel = translations.travel
    if travel is None or travel.estimate.grounds != _grounds_of(grounds):
        travel = translations.travel = MeasuredTravel(travel_over(grounds))
        translations.memory = None
    new, memory = travel.take(ways), translations.memory
    if new and memory is not None and any((one.lat, one.lon) in new for one in memory.travel.places):
        translations.memory = None
    return travel


def _grounds_of(grounds: Grounds) -> dict[str, Ground]:
    known = {Terrain.SEAT: grounds.seat, Terrain.HILL: grounds.hill, Terrain.MOUNTAIN: grounds.mountain}
    return {terrain.value: Ground(one.detour, one.metres_per_hour) for terrain, one in known.items()}
