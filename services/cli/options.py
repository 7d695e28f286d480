"""Options that many commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from linli.services.cli.words import both

LEG_MAX: Final = 4
"""The last of the teams that a request may ask for: one less than `linli.schemas.orders.TEAMS_MAX`."""

AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help=both("Write JSON to standard output.", "以 JSON 输出到标准输出。"))
]
Source: TypeAlias = Annotated[
    str, typer.Option("--source", help=both("The sender to be recorded.", "记录的来源单位。"), show_default=True)
]
District: TypeAlias = Annotated[
    str | None,
    typer.Option("--district", help=both("District code (default: the only one).", "区划代码（默认唯一区划）。")),
]
By: TypeAlias = Annotated[str, typer.Option("--by", help=both("Who at the desk decides.", "派单台经办人。"))]
Reason: TypeAlias = Annotated[str, typer.Option("--reason", help=both("Why; it is recorded.", "原因，将被记录。"))]
RequestName: TypeAlias = Annotated[
    str, typer.Argument(metavar="REQUEST", help=both("Our id, or SOURCE/NUMBER.", "本系统编号，或 来源/编号。"))
]
Wait: TypeAlias = Annotated[
    float, typer.Option("--wait", min=0, max=600, help=both("Seconds to wait for the outcome.", "等待结果的秒数。"))
]
Leg: TypeAlias = Annotated[
    int,
    typer.Option(
        "--leg",
        min=0,
        max=LEG_MAX,
        help=both("Which of several teams' visits, from 0.", "多队上门时第几支队伍，从 0 起。"),
    ),
]
Team: TypeAlias = Annotated[str, typer.Argument(metavar="TEAM", help=both("The team's id.", "队伍编号。"))]
Note: TypeAlias = Annotated[str, typer.Option("--note", help=both("A sentence to be recorded.", "备注。"))]
Why: TypeAlias = Annotated[str, typer.Option("--reason", help=both("Why; it is recorded.", "原因，将被记录。"))]
Check: TypeAlias = Annotated[bool, typer.Option("--check", help=both("Only check; send nothing.", "只检查，不发送。"))]
Zone: TypeAlias = Annotated[
    str,
    typer.Option(
        "--zone", help=both("Zone of times that state none.", "未注明时区的时间所用时区。"), show_default=True
    ),
]
WindowOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--window",
        metavar="FROM/UNTIL",
        help=both(
            "A time that suits, like 2026-03-16T09:00/2026-03-16T11:00; several may be given.",
            "可选时段，如 2026-03-16T09:00/2026-03-16T11:00，可多次给出。",
        ),
    ),
]
InputFile: TypeAlias = Annotated[
    str, typer.Argument(metavar="FILE", help=both("The file, or - for standard input.", "文件；- 为标准输入。"))
]
MappingFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="FILE",
        help=both("Mapping of another system's export (TOML).", "其他系统导出表的映射文件（TOML）。"),
    ),
]
SheetName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--sheet", help=both("Read this sheet alone (default: all visible ones).", "只读取该工作表（默认全部可见表）。")
    ),
]
ReturnedFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--returned",
        metavar="FILE",
        help=both("Write refused lines here, to correct and give again.", "将退回的行写入此文件，改正后可再次提交。"),
    ),
]
Given: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="COLUMN=VALUE",
        help=both(
            "What holds for every line that says nothing itself; several may be given.",
            "各行未填时统一采用的值，可多次给出。",
        ),
    ),
]
PlacesFile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--places",
        metavar="FILE",
        help=both("Your own grids and villages, as a sheet.", "本县网格村居表（编码、名称、经纬度）。"),
    ),
]
