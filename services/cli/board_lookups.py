"""What several commands look up on the board: which request is meant, what a team is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.errors import Code, LinliError
from linli.schemas.menu import shipped_menu
from linli.services.cli.words import TONGUE, both
from linli.services.county_files import load_districts
from linli.services.settings import Settings, SettingsError
from linli.streams.board.reader import BoardReader


async def request_meant(board: BoardReader, name: str) -> AssignmentRecord:
    """Find a request by our id, by ``SOURCE/NUMBER``, or by a number that only one sender has used.

    Raises
    ------
    LinliError
        If there is none, or the number alone does not tell which.
    """
    found = [record for one in await board.named(name) if (record := await board.request(one)) is not None]
    if not found:
        raise LinliError(Code.UNKNOWN_REQUEST, id=name)
    if len(found) > 1:
        listed = ", ".join(number_of(record) for record in found)
        raise LinliError(Code.USAGE, detail=both(f"{name} may be {listed}", f"{name} 可能是 {listed}"))
    return found[0]


async def letter_meant(board: BoardReader, name: str) -> DeadLetter:
    """Find a dead letter by its id.

    Raises
    ------
    LinliError
        If there is none.
    """
    letter = await board.dead_letter(name)
    if letter is None:
        raise LinliError(Code.UNKNOWN_DEAD_LETTER, id=name)
    return letter


def number_of(record: AssignmentRecord) -> str:
    """Write a request's number as its sender knows it, or our id where there is none."""
    details = record.details
    return record.request_id if details is None else f"{details.source}/{details.source_id}"


async def team_names(board: BoardReader, teams: Iterable[str]) -> Mapping[str, str]:
    """Give the name and id of each team, as a person reads it; the id alone of a team that the board does not know."""
    wanted = list(dict.fromkeys(teams))
    known = {team: await board.team(team) for team in wanted}
    return {team: team if record is None else f"{record.details.name} ({team})" for team, record in known.items()}


def teams_of(record: AssignmentRecord) -> list[str]:
    """List every team that a request's record names."""
    asked = [offer.team for leg in record.legs for offer in leg.offers]
    going = [leg.assignment.team for leg in record.legs if leg.assignment is not None]
    return [*asked, *going, *(team for team, _ in record.barred)]


def category_name(code: str) -> str:
    """Give a category's name from the menu that comes with Linli; the code of one that is not on it."""
    item = shipped_menu().item(code)
    if item is None:
        return code
    return item.zh if TONGUE == "zh" else item.en


def grid_names(settings: Settings) -> Mapping[str, str]:
    """Give the names of the county's grids by their codes; none on a terminal that has no file of its districts."""
    try:
        districts = load_districts(settings).values()
    except SettingsError:
        # Codes say where it is, too: whoever looks something up elsewhere than at the server is not kept from it.
        return {}
    return {grid.code: grid.name for district in districts for grid in district.grids}


def grid_meant(code: str, names: Mapping[str, str]) -> str:
    """Write a grid as a person reads it: by its name, and its code; the code alone where the name is not known."""
    return f"{names[code]} ({code})" if code in names else code
