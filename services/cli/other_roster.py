"""A roster for a what-if: teams as `linli teams import` reads them, judged as intake would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.ground_facts import ClockFact
from linli.schemas.roster import TeamDetails
from linli.services.cli.inbox_files import inbox_file
from linli.services.cli.out import ZONE
from linli.services.cli.refusals import in_words
from linli.services.preparing import world_of
from linli.services.settings import Settings
from linli.services.sheets.columns import Context
from linli.services.sheets.faults import beyond
from linli.services.sheets.limits import PLAN_TEAMS_MAX
from linli.services.sheets.place_names import PlaceNames
from linli.services.sheets.planning import NOTHING_IS_SEALED, frozen, judged, team_of
from linli.services.sheets.team_columns import TEAM_COLUMNS
from linli.streams.clock import Clock


def read_roster(name: str, settings: Settings) -> Mapping[str, TeamDetails]:
    """Read the teams of a file.

    Raises
    ------
    LinliError
        If the file cannot be read, a line is no team, or there are several districts, of which a file says nothing.
    """
    at = datetime.now(UTC).replace(microsecond=0)
    world = frozen(world_of(settings, Clock(ClockFact(started=at, origin=at, rate=1.0)), NOTHING_IS_SEALED), at)
    if len(world.districts) != 1:
        detail = Both("--roster: there are several districts", "--roster：有多个区划")
        raise LinliError(Code.USAGE, detail=detail)
    [(code, gazetteer)] = world.districts.items()
    context = Context(ZONE, world.menu, at, PlaceNames(gazetteer.district))
    found: dict[str, TeamDetails] = {}
    with inbox_file(name, TEAM_COLUMNS) as file:
        for one in judged(file.lines(context, number_lines=True), world, code):
            if one.refused is not None:
                raise LinliError(
                    Code.PROBLEM, detail=f"{name}:{one.line.number}: {in_words(one.refused, TEAM_COLUMNS)}"
                )
            details = team_of(one)
            if details is not None:
                found[details.team] = details
            if len(found) > PLAN_TEAMS_MAX:
                raise beyond(name, "lines", PLAN_TEAMS_MAX)
    if not found:
        raise LinliError(Code.NOTHING_TO_DO, path=name)
    return found
