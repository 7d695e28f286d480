"""What is listed once, as files: schemas, topics, menu, samples. (Being written.)"""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
