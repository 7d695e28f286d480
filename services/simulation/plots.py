"""Pictures of a simulated day: who went where, who did how much, who waited how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from linli.schemas.places import RoundedPlace
from linli.services.simulation.figures import team_hours, waiting_minutes
from linli.services.simulation.svg import EDGE, HEIGHT, WIDTH, Point, bars, colour, dot, line, picture, words
from linli.services.simulation.virtual_day import VirtualDay

HALF_HOUR = 30.0
"""Minutes to a bar of waiting."""


def plots_of(day: VirtualDay) -> dict[str, str]:
    """Return the pictures by name of file."""
    return {"routes.svg": routes(day), "load.svg": load(day), "waiting.svg": waiting(day)}


def load(day: VirtualDay) -> str:
    """Draw the hours of service that each team gave, the busiest last."""
    hours = sorted(team_hours(day).items(), key=lambda one: (one[1], one[0]))
    return picture("Hours of service by team 各队服务时长（小时）", bars(hours, "h"))


def waiting(day: VirtualDay) -> str:
    """Draw how many waited how long, from registration to the begin of service."""
    counts: dict[int, int] = defaultdict(int)
    for minutes in waiting_minutes(day):
        counts[int(minutes // HALF_HOUR)] += 1
    every = range(max(counts, default=-1) + 1)
    values = [(f"{one * HALF_HOUR:.0f}–{(one + 1) * HALF_HOUR:.0f} min", float(counts[one])) for one in every]
    return picture("Requests by waiting 按等待时间的点单数", bars(values, "n"))


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
    shapes: list[str] = []
    colours = {team: colour(number) for number, team in enumerate(sorted(bases))}
    for (team, _), stops in sorted(visits.items()):
        ordered = sorted(stops, key=lambda stop: (stop[0], stop[2]))
        base = at.point(bases[team])
        shapes.append(line([base, *(at.point(place) for _, place, _ in ordered), base], colours[team]))
        shapes += [dot(at.point(place), colours[team], 3, f"{team}: {name}") for _, place, name in ordered]
    shapes += [dot(at.point(base), "#222222", 4, team) for team, base in sorted(bases.items())]
    shapes.append(
        words((EDGE, HEIGHT - 12), "● base 驻地；places are rounded, the county is synthetic 位置已取整，数据为模拟")
    )
    return picture("Ways of the day 当日路线", shapes)


class _Map:
    """Fits places into the picture, north up."""

    def __init__(self, places: Iterable[RoundedPlace]) -> None:
        spots = [(place.lat, place.lon) for place in places] or [(0.0, 0.0)]
        self.south, self.west = min(lat for lat, _ in spots), min(lon for _, lon in spots)
        self.high = (max(lat for lat, _ in spots) - self.south) or 1.0
        self.wide = (max(lon for _, lon in spots) - self.west) or 1.0

    def point(self, place: RoundedPlace) -> Point:
        x = EDGE + (place.lon - self.west) / self.wide * (WIDTH - 2 * EDGE)
        return x, HEIGHT - EDGE - (place.lat - self.south) / self.high * (HEIGHT - 2 * EDGE)
