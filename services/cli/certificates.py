"""``certificate``: what one volunteer gave in a period, to be printed, sealed and signed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from linli.services.cli.options import AsJson, District
from linli.services.cli.report import Force, FromDay, Month, UntilDay, Year
from linli.services.cli.words import both

Team = Annotated[str, typer.Argument(metavar="TEAM", help=both("The team's id.", "队伍编号。"))]
MemberRef = Annotated[str, typer.Argument(metavar="MEMBER", help=both("The member's number.", "成员编号。"))]
Names = Annotated[
    Path | None,
    typer.Option(
        "--names",
        metavar="FILE",
        help=both("A CSV of number,name; it is read here and sent nowhere.", "编号,姓名 的 CSV；仅在本机读取。"),
    ),
]
Issuer = Annotated[
    str, typer.Option("--issuer", help=both("Who issues it (default: the team).", "出具单位（默认为队伍）。"))
]
Target = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="FILE", help=both("Write it: .html or .txt.", "写入 .html 或 .txt 文件。")),
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "certificate", help=both("A volunteer's certificate of service, to be printed.", "志愿服务记录证明，供打印。")
    )(certificate)


def certificate(
    team: Team,
    member: MemberRef,
    month: Month = "",
    year: Year = "",
    start: FromDay = "",
    until: UntilDay = "",
    names: Names = None,
    issuer: Issuer = "",
    file: Target = None,
    district: District = None,
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Make the certificate of one member of a team: the visits that count, and their hours."""
    from linli.services.cli.certificate_sheet import Wanted, make_certificate
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out

    given = {"month": month, "year": year, "from": start, "until": until}
    wanted = Wanted((team, member), given, names, issuer, file, force)
    run(make_certificate(Here.look(), Out(as_json), wanted, district))
    return 0
