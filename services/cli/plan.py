"""``plan`` and ``template``: a day on paper, without any server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from linli.services.cli.options import AsJson, District, Given, MappingFile, PlacesFile, SheetName, Zone
from linli.services.cli.policy_options import PLAN_WORK, policy_option, work_option
from linli.services.cli.words import both

Orders = Annotated[
    str, typer.Argument(metavar="ORDERS", help=both("The sheet of orders: xlsx or CSV.", "工单表：xlsx 或 CSV。"))
]
Teams = Annotated[
    str, typer.Argument(metavar="TEAMS", help=both("The sheet of teams: xlsx or CSV.", "队伍表：xlsx 或 CSV。"))
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--out",
        metavar="FILE",
        help=both("Where to write: .xlsx, .csv or a folder.", "输出：.xlsx、.csv 或文件夹。"),
    ),
]
TeamMap = Annotated[
    Path | None,
    typer.Option("--team-map", metavar="FILE", help=both("Mapping of the sheet of teams.", "队伍表的映射文件。")),
]
TeamGiven = Annotated[
    list[str] | None,
    typer.Option(
        "--team-set",
        metavar="COLUMN=VALUE",
        help=both("As --set, for the sheet of teams.", "同 --set，用于队伍表。"),
    ),
]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help=both(
            "The moment to plan at, like 2026-11-26T07:30 (default: now).",
            "计划时刻，如 2026-11-26T07:30（默认现在）。",
        ),
    ),
]
Work = Annotated[int | None, work_option(PLAN_WORK)]
PolicyFile = Annotated[
    Path | None,
    policy_option("Nobody is asked, nothing waits for a later round.", "不向队伍发出询问，也不留待下一轮。"),
]
CheckOnly = Annotated[
    bool, typer.Option("--check", help=both("Only say what would be read.", "只检查能读到什么，不做计划。"))
]
Force = Annotated[bool, typer.Option("--force", help=both("Replace what is there.", "覆盖已有文件。"))]
Which = Annotated[
    Literal["orders", "teams", "places"],
    typer.Argument(
        help=both(
            "Which sheet: orders, teams or places.", "哪种表：orders（工单）、teams（队伍）或 places（网格村居）。"
        )
    ),
]
Language = Annotated[
    Literal["auto", "zh", "en"], typer.Option("--language", help=both("Language of the headers.", "表头语言。"))
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "plan",
        help=both(
            "Plan a day from two sheets. Needs no server; nothing is sent.",
            "由两张表生成派单表。无需服务器，不发送任何内容。",
        ),
    )(plan)
    app.command("template", help=both("Write an empty sheet to fill in.", "生成空白填报表。"))(template)


def plan(
    orders: Orders,
    teams: Teams,
    out: Output = None,
    mapping: MappingFile = None,
    team_map: TeamMap = None,
    places: PlacesFile = None,
    sheet: SheetName = None,
    given: Given = None,
    team_given: TeamGiven = None,
    at: At = None,
    district: District = None,
    zone: Zone = "Asia/Shanghai",
    work: Work = None,
    policy: PolicyFile = None,
    check: CheckOnly = False,
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Read, decide, write."""
    from linli.services.cli.out import Out
    from linli.services.cli.plan_sheets import Planning, plan_sheets

    wanted = Planning(
        orders=orders,
        teams=teams,
        out=out,
        mapping=mapping,
        team_map=team_map,
        places=places,
        sheet=sheet,
        given=tuple(given or ()),
        team_given=tuple(team_given or ()),
        at=at,
        district=district,
        zone=zone,
        work=work,
        policy=policy,
        check=check,
        force=force,
    )
    return plan_sheets(wanted, Out(as_json))


def template(
    which: Which,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help=both("Where to write.", "输出文件。"))],
    language: Language = "auto",
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Write headers, lists to choose from, an example and a guide."""
    from linli.services.cli.out import Out
    from linli.services.cli.words import TONGUE
    from linli.services.county_files import load_menu
    from linli.services.settings import load_settings
    from linli.services.sheets.template import write_template

    tongue = TONGUE if language == "auto" else language
    write_template(which, out, tongue, load_menu(load_settings()), overwrite=force)
    told = Out(as_json)
    told.data({"file": str(out), "kind": which, "language": tongue})
    told.say(
        f"{out} is there. Fill it in; the example line is passed over.", f"已生成 {out}。填写即可，示例行会自动跳过。"
    )
    return 0
