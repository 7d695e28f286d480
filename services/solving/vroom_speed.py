"""How fast all vehicles go: VROOM's factor on the ways, the same for all of them, and what an hour on the way costs.

VROOM divides the time of a way by the factor and counts hundredths of a second. Here a way takes whole seconds and is
rounded up, so that what is in time here is in time there; a route of many short ways may be told up to a second longer
for each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linli.matcher.problem import Place
from linli.matcher.table_travel import TableTravel
from linli.matcher.travel import Ground, HaversineTravel, Travel
from linli.services.solving.vroom_format import PER_HOUR, Vehicle, VroomProblem

WHOLE = 100
"""VROOM's parts of a second: the factor counts with two digits."""


def hundredths(vehicle: Vehicle) -> int:
    """Return how many hundredths of a second a vehicle needs for what another one needs a second for."""
    return round(WHOLE / vehicle.speed_factor)


def at_speed(travel: Travel, places: Sequence[Place], given: VroomProblem, no_way: int) -> Travel:
    """Return ways as long as the vehicles need for them; metres stay.

    Parameters
    ----------
    travel
        The ways of the file, by a table or by the formula.
    places
        Those that the table has.
    given
        Whose vehicles all have one factor.
    no_way
        Seconds from which on a way is none: those stay as they are.
    """
    parts = hundredths(given.vehicles[0]) if given.vehicles else WHOLE
    if parts == WHOLE:
        return travel
    if isinstance(travel, HaversineTravel):
        paces = travel.grounds.items()
        return HaversineTravel(
            {name: Ground(one.detour, max(1, round(one.metres_per_hour * WHOLE / parts))) for name, one in paces}
        )
    seconds, metres = travel.matrix(places, places)
    scaled = np.where(seconds >= no_way, seconds, -(-seconds * parts // WHOLE))
    return TableTravel(places, scaled, metres, travel.quality)


def cost_of(vehicle: Vehicle, duration: int) -> int:
    """Return what VROOM says that a route costs: so many seconds on the way, at the vehicle's price of an hour."""
    return duration * vehicle.costs.per_hour // PER_HOUR
