"""Dead letters: ``dead-letters list`` and ``dead-letters show``."""

from __future__ import annotations

from typing import Annotated

import typer

from linli.services.cli.options import AsJson
from linli.services.cli.words import both

LIST_DEFAULT = 50
"""What fits on a screen or two; the board keeps a thousand."""

Limit = Annotated[
    int, typer.Option("--limit", min=1, max=1_000, help=both("How many, the newest ones.", "最近多少件。"))
]
Letter = Annotated[str, typer.Argument(metavar="ID", help=both("As in the list.", "列表中的编号。"))]
Reveal = Annotated[
    bool,
    typer.Option(
        "--reveal", help=both("Open the sealed original; needs the master key.", "显示封存的原文（需主密钥）。")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    letters = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help=both("What could not be acted on, and why.", "无法处理的记录（异常件）及原因。"),
    )
    letters.command("list", help=both("List the last ones.", "列出最近的异常件。"))(list_letters)
    letters.command("show", help=both("Show one.", "查看一件。"))(show_letter)
    app.add_typer(letters, name="dead-letters")


def list_letters(limit: Limit = LIST_DEFAULT, as_json: AsJson = False) -> int:
    """List dead letters."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.letter_sheet import list_newest
    from linli.services.cli.out import Out

    run(list_newest(Here.look(), Out(as_json), limit))
    return 0


def show_letter(letter: Letter, reveal: Reveal = False, as_json: AsJson = False) -> int:
    """Show a dead letter."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.letter_sheet import show_one
    from linli.services.cli.out import Out

    run(show_one(Here.look(), Out(as_json), letter, reveal=reveal))
    return 0
