"""The county's lists: check a file, make one of a spreadsheet, show what is in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from linli.services.cli.options import AsJson
from linli.services.cli.words import both

ListFile = Annotated[str, typer.Argument(metavar="FILE", help=both("The file.", "文件。"))]
WhichList = Annotated[
    Literal["menu", "admission"],
    typer.Option("--list", help=both("menu or admission.", "menu 服务清单；admission 准入清单。")),
]
Output = Annotated[Path, typer.Option("-o", "--out", metavar="FILE.toml", help=both("Write it here.", "写入该文件。"))]
ListName = Annotated[str, typer.Option("--name", help=both("What the list is called.", "清单名称。"))]
Synthetic = Annotated[
    bool, typer.Option("--synthetic", help=both("It is a sample, no county's list.", "样例，非任何县的清单。"))
]
Force = Annotated[bool, typer.Option("--force", help=both("Replace what is there.", "覆盖已有文件。"))]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    lists = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help=both("The service menu and the task admission list.", "服务清单与准入清单。"),
    )
    lists.command("check", help=both("Check a list's file.", "检查清单文件。"))(check)
    lists.command("import", help=both("Make a list's file of a spreadsheet.", "由表格生成清单文件。"))(import_list)
    lists.command("show", help=both("Show the lists in force here.", "显示当前采用的清单。"))(show)
    app.add_typer(lists, name="lists")


def check(file: ListFile, as_json: AsJson = False) -> int:
    """Check a file: one sentence for each mistake."""
    from linli.services.cli.list_sheet import check_list
    from linli.services.cli.out import Out

    check_list(file, Out(as_json))
    return 0


def import_list(
    file: ListFile,
    out: Output,
    which: WhichList = "menu",
    name: ListName = "",
    synthetic: Synthetic = False,
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Make a file; nothing is invented: every text is the sheet's own."""
    from linli.schemas.list_files import ListKind
    from linli.services.cli.list_sheet import Wanted, make_list
    from linli.services.cli.out import Out

    make_list(Wanted(file, out, ListKind(which), name, synthetic, force), Out(as_json))
    return 0


def show(as_json: AsJson = False) -> int:
    """Show the lists that the settings name, or the samples."""
    from linli.services.cli.here import Here
    from linli.services.cli.list_sheet import show_lists
    from linli.services.cli.out import Out

    show_lists(Here.look(), Out(as_json))
    return 0
