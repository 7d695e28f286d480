"""``linli --version``: which release is installed, as its package says."""

from __future__ import annotations

from typing import Annotated

import typer

from linli.services.cli.words import both


def add_to(app: typer.Typer) -> None:
    """Add the option, which needs no command beside it."""
    app.callback()(_linli)


def _tell(wanted: bool) -> None:
    """Print name and version, and end."""
    if wanted:
        # Loaded only when asked: looking through the installed packages takes longer than a help text may.
        from importlib.metadata import version

        typer.echo(f"linli {version('linli')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_tell, is_eager=True, help=both("Say which version this is.", "显示版本号。")),
]


def _linli(version: Version = False) -> None:
    """Do nothing but have the option: what the whole is for stands with the application."""
