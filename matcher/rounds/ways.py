"""Where a county's ways come from: the estimate over the grounds of its policy."""

from __future__ import annotations

from linli.matcher.travel import Ground, HaversineTravel
from linli.schemas.grounds import Grounds
from linli.schemas.places import Terrain


def travel_over(grounds: Grounds) -> HaversineTravel:
    """Return a new estimate, which remembers nothing yet."""
    known = {Terrain.SEAT: grounds.seat, Terrain.HILL: grounds.hill, Terrain.MOUNTAIN: grounds.mountain}
    return HaversineTravel({terrain.value: Ground(one.detour, one.metres_per_hour) for terrain, one in known.items()})
