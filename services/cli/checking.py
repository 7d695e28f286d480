"""The log put to the test: audit and replay. (Being written.)"""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
