"""What the flood does: two bridges are closed for some hours, and the rural east bank is cut off.

Travel in the demo knows no roads and no river. So the closure is told in the words that teams and residents would
use: teams based on the rural east bank are absent while the bridges are closed, and residents there who had asked for
help in those hours ask for the next day instead.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from linli.schemas.answers import Reschedule
from linli.schemas.orders import Target, Window
from linli.schemas.roster import Absence, RegisterTeam
from linli.services.demo.county import grids_by_code, is_east_of_river, layout
from linli.services.demo.demand import Ask, Scenario, demand, is_urban
from linli.services.demo.teams import SOURCE, midnight, roster
from linli.services.demo.timed import TimedEvent, timed

BRIDGES = ("乌江一桥（模拟）", "乌江二桥（模拟）")
"""The two bridges, with invented names."""

REASON = "、".join(BRIDGES) + "封闭"
"""Why another day is asked for."""

TOLD_WITHIN = timedelta(minutes=10)
"""How long after the closing the residents concerned have said that they want another day."""


def closed_hours(day: date) -> tuple[datetime, datetime]:
    """Return from when to when the bridges are closed."""
    closed = demand().scenarios[Scenario.FLOOD].closed or (0, 0)
    return midnight(day) + timedelta(hours=closed[0]), midnight(day) + timedelta(hours=closed[1])


def is_cut_off(grid_code: str | None) -> bool:
    """Tell whether a grid lies on the rural east bank."""
    grid = grids_by_code().get(grid_code or "")
    return grid is not None and not is_urban(grid) and is_east_of_river((grid.lat, grid.lon))


def flood(asks: list[Ask], day: date) -> list[TimedEvent]:
    """Return the events of the closing: teams that are absent, residents who ask for the next day."""
    closes, opens = closed_hours(day)
    events = [_cut_off_team(team, closes, opens) for team in roster(day) if is_cut_off(team.grid)]
    hit = [ask for ask in asks if is_cut_off(ask.order.grid) and ask.at < opens and _in(ask, closes, opens)]
    return events + [_postponed(ask, closes, i) for i, ask in enumerate(hit)]


def _in(ask: Ask, closes: datetime, opens: datetime) -> bool:
    return any(window.start < opens and window.end > closes for window in ask.order.windows)


def _cut_off_team(team: RegisterTeam, closes: datetime, opens: datetime) -> TimedEvent:
    absent = (*team.absences, Absence(start=closes, end=opens))
    body = team.model_copy(update={"absences": absent})
    return timed(closes, body, "team", SOURCE, layout().code, f"{team.team}-flood-{closes:%Y%m%d}", "flood")


def _postponed(ask: Ask, closes: datetime, number: int) -> TimedEvent:
    """Move the windows of an order by a day: at the closing, or right after an order that came later."""
    later = tuple(
        Window(start=window.start + timedelta(days=1), end=window.end + timedelta(days=1))
        for window in ask.order.windows
    )
    body = Reschedule(
        target=Target(source_id=ask.order.source_id),
        windows=later,
        by="resident",
        reason=REASON,
    )
    spread = TOLD_WITHIN * ((number % 10) + 1) / 10
    at = max(closes, ask.at) + spread
    return timed(at, body, "reschedule", ask.source, layout().code, f"{ask.order.source_id}-flood", "flood")
