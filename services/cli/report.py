"""Reports on what happened: those of the registry, and ``report suggest``, the desk's own choices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from linli.services.cli.options import AsJson, District
from linli.services.cli.words import both
from linli.services.reports.registry import REPORTS

From = Annotated[
    str | None,
    typer.Option("--from", metavar="DAY", help=both("From this day or time on.", "起始日期或时间。")),
]
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="DAY", help=both("Up to this day, itself included, or time.", "截止日期（含当日）或时间。")
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--out",
        metavar="FILE",
        help=both(
            "Also write the disagreements to this .csv, the figures beside it; or both to an .xlsx.",
            "另将不一致清单写入该 .csv，汇总写在旁边；或一并写入 .xlsx。",
        ),
    ),
]
Force = Annotated[bool, typer.Option("--force", help=both("Replace what is there.", "覆盖已有文件。"))]
Month = Annotated[
    str,
    typer.Option(
        "--month",
        metavar="YYYY-MM",
        help=both(
            "Of this month; without a period: of all that is there.",
            "统计月份；未指定时段则统计全部。",
        ),
    ),
]
Year = Annotated[str, typer.Option("--year", metavar="YYYY", help=both("Of this year.", "统计年份。"))]
FromDay = Annotated[str, typer.Option("--from", metavar="DAY", help=both("From this day on.", "起始日期。"))]
UntilDay = Annotated[
    str, typer.Option("--until", metavar="DAY", help=both("Up to this day, itself included.", "截止日期（含当日）。"))
]
CsvFile = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help=both("Write it to this .csv.", "写入该 .csv 文件。"))
]
MapFile = Annotated[
    Path | None,
    typer.Option("--geojson", metavar="FILE", help=both("Write its map to this file.", "将地图数据写入该文件。")),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    report = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help=both("Reports on what happened.", "运行情况报告。")
    )
    report.command(
        "suggest",
        help=both(
            "Where the desk chose as proposed, what other choices cost, and why.",
            "派单台的选择与系统建议是否一致、不一致的代价及原因。",
        ),
    )(suggest)
    for name, entry in REPORTS.items():
        report.command(name, help=both(f"{entry.english}.", f"{entry.chinese}。"))(_command(name))
    app.add_typer(report, name="report")


def suggest(
    start: From = None, end: To = None, file: Output = None, force: Force = False, as_json: AsJson = False
) -> int:
    """Report on the choices that were made in mode ``suggest``."""
    from linli.services.cli.agreement_sheet import report_on_suggest
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out

    run(report_on_suggest(Here.look(), Out(as_json), (start, end), file, overwrite=force))
    return 0


def _command(name: str) -> Callable[..., int]:
    """Make the command of a registered report; a period that it cannot be asked for is refused with a sentence."""

    def show(
        month: Month = "",
        year: Year = "",
        start: FromDay = "",
        until: UntilDay = "",
        district: District = None,
        csv: CsvFile = None,
        geojson: MapFile = None,
        force: Force = False,
        as_json: AsJson = False,
    ) -> int:
        from linli.services.cli.here import Here, run
        from linli.services.cli.out import Out
        from linli.services.cli.report_sheet import Files, show_report

        given = {"month": month, "year": year, "from": start, "until": until}
        run(show_report(Here.look(), Out(as_json), name, given, district, Files(csv, geojson, force)))
        return 0

    return show
