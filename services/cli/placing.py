"""What a dispatch centre sends: submit, cancel, amend, reschedule, rate. (Being written; see order_columns, order_files.)"""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
