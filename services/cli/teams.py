"""``teams``: the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from linli.services.cli.options import (
    AsJson,
    Check,
    District,
    Given,
    InputFile,
    MappingFile,
    PlacesFile,
    ReturnedFile,
    SheetName,
    Source,
    Zone,
)
from linli.services.cli.words import both

if TYPE_CHECKING:
    from linli.schemas.roster import RosterRecord
    from linli.services.cli.out import Out


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    teams = typer.Typer(help=both("The roster of teams.", "队伍名册。"), no_args_is_help=True)
    teams.command(
        "import",
        help=both("Register teams from a spreadsheet, NDJSON or JSON.", "导入队伍（xlsx、CSV、NDJSON 或 JSON）。"),
    )(import_teams)
    teams.command("list", help=both("List the teams.", "列出队伍。"))(list_teams)
    app.add_typer(teams, name="teams")


def import_teams(
    file: InputFile,
    check: Check = False,
    source: Source = "desk",
    district: District = None,
    zone: Zone = "Asia/Shanghai",
    mapping: MappingFile = None,
    sheet: SheetName = None,
    returned: ReturnedFile = None,
    given: Given = None,
    places: PlacesFile = None,
    as_json: AsJson = False,
) -> int:
    """Send a file of teams; a later team with the same id replaces the earlier one whole."""
    from linli.services.cli.here import run
    from linli.services.cli.importing import Sending, send_file
    from linli.services.cli.out import Out
    from linli.services.sheets.team_columns import TEAM_COLUMNS

    wanted = Sending(
        file, TEAM_COLUMNS, source, district, zone, check, mapping, sheet, returned, tuple(given or ()), places
    )
    return run(send_file(wanted, Out(as_json)))


def list_teams(as_json: AsJson = False) -> int:
    """List the teams as the dispatcher applied them."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out

    async def work() -> int:
        async with Here.look().board() as board:
            found = await board.teams()
            offers = {record.details.team: len(await board.offers_to(record.details.team)) for record in found}
        _show(found, offers, Out(as_json))
        return 0

    return run(work())


def _show(found: list[RosterRecord], offers: dict[str, int], out: Out) -> None:
    from linli.schemas.glossary import word, word_of
    from linli.services.cli.words import TONGUE

    for record in found:
        out.data({"open_offers": offers[record.details.team], **record.model_dump(mode="json")})
    rows = [
        (
            team.team,
            team.name,
            word_of(team.team_kind, TONGUE),
            "、".join(word(f"skill.{one.skill}", TONGUE) for one in team.skills),
            str(team.crews),
            str(len(team.members)),
            str(offers[team.team]),
            "" if team.active else both("does not take part", "未启用"),
        )
        for team in (record.details for record in found)
    ]
    headers = (both("id", "编号"), both("name", "名称"), both("kind", "类别"), both("skills", "技能"))
    numbers = (both("crews", "小组"), both("members", "成员"), both("offers", "待接"), "")
    out.table((*headers, *numbers), rows)
    out.say(f"{len(found)} teams.", f"共 {len(found)} 支队伍。")
