"""Pictures of a simulated day: who went where, who did how much, who waited how long."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from linli.schemas.places import RoundedPlace
from linli.services.simulation.figures import team_hours, waiting_minutes
from linli.services.simulation.svg import EDGE, HEIGHT, WIDTH, Point, bars, colour, dot, line, picture, square, words
from linli.services.simulation.virtual_day import VirtualDay

DEGREE_M = 111_195.0
"""Metres to a degree of latitude."""

HALF_HOUR = 30.0
"""Minutes to a bar of waiting."""


def plots_of(day: VirtualDay) -> dict[str, str]:
    """Return the pictures by name of file."""
    return {"routes.svg": routes(day), "load.svg": load(day), "waiting.svg": waiting(day)}


def load(day: VirtualDay) -> str:
    """Draw the hours of service that each team gave, the busiest last."""
    hours = sorted(team_hours(day).items(), key=lambda one: (one[1], one[0]))
    return picture("Hours of service by team 各队服务时长（小时）", bars(hours, "h 小时"))


def waiting(day: VirtualDay) -> str:
    """Draw how many waited how long, from registration to the begin of service."""
    counts: dict[int, int] = defaultdict(int)
    for minutes in waiting_minutes(day):
        counts[int(minutes // HALF_HOUR)] += 1
    every = range(max(counts, default=-1) + 1)
    values = [(f"{one * HALF_HOUR:.0f}–{(one + 1) * HALF_HOUR:.0f}", float(counts[one])) for one in every]
    return picture("Requests by minutes of waiting 按等待时间（分钟）的点单数", bars(values, ""))


def routes(day: VirtualDay) -> str:
    """Draw each team's way through its accepted visits of the day, from its base and home, on rounded places."""
    visits: dict[tuple[str, int], list[tuple[datetime, RoundedPlace, str]]] = defaultdict(list)
    for record in day.last():
        for leg in record.legs:
            going = leg.assignment
            if going is not None and record.details is not None and day.began <= going.start <= day.ends:
                visits[going.team, going.crew].append((going.start, record.details.place, record.request_id))
    bases = {name: record.details.base for name, record in day.state.roster.items()}
    at = _Map([*bases.values(), *(place for stops in visits.values() for _, place, _ in stops)])
    # Bases lie beneath, or in the county seat they would hide who is visited.
    shapes = [square(at.point(base), "#222222", 4, team) for team, base in sorted(bases.items())]
    colours = {team: colour(number) for number, team in enumerate(sorted(bases))}
    for (team, _), stops in sorted(visits.items()):
        ordered = sorted(stops, key=lambda stop: (stop[0], stop[2]))
        base = at.point(bases[team])
        shapes.append(line([base, *(at.point(place) for _, place, _ in ordered), base], colours[team]))
        shapes += [dot(at.point(place), colours[team], 4, f"{team}: {name}") for _, place, name in ordered]
    return picture("Ways of the day 当日路线", [*shapes, *_legend(at)])


def _legend(at: _Map) -> list[str]:
    """Say what the signs mean, and how long five kilometres are."""
    y, right = HEIGHT - 16.0, WIDTH - EDGE
    notes = "base 驻地，● visit 上门；places are rounded, the county is synthetic 位置已取整，数据为模拟"
    return [
        square((EDGE, y - 4), "#222222", 4, "base"),
        words((EDGE + 10, y), notes),
        line([(right - at.five_km, y), (right, y)], "#222222"),
        words((right - at.five_km / 2, y - 6), "5 km", "middle"),
    ]


class _Map:
    """Fits places into the picture, north up, a kilometre as long in every direction."""

    def __init__(self, places: Iterable[RoundedPlace]) -> None:
        spots = [(place.lat, place.lon) for place in places] or [(0.0, 0.0)]
        lats, lons = zip(*spots, strict=True)
        self.south, self.west, high, wide = min(lats), min(lons), max(lats) - min(lats), max(lons) - min(lons)
        self.narrow = math.cos(math.radians((min(lats) + max(lats)) / 2))
        wide *= self.narrow
        self.scale = min((WIDTH - 2 * EDGE) / (wide or 1.0), (HEIGHT - 2 * EDGE) / (high or 1.0))
        self.left = (WIDTH - wide * self.scale) / 2
        self.low = (HEIGHT + high * self.scale) / 2

    @property
    def five_km(self) -> float:
        """How long five kilometres are in the picture."""
        return 5_000 / DEGREE_M * self.scale

    def point(self, place: RoundedPlace) -> Point:
        x = self.left + (place.lon - self.west) * self.narrow * self.scale
        return x, self.low - (place.lat - self.south) * self.scale
