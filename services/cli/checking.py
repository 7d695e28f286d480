"""The log put to the test: ``audit`` judges every guarantee, ``replay`` decides again what was decided."""

from __future__ import annotations

from typing import Annotated

import typer

from linli.services.cli.options import AsJson
from linli.services.cli.words import both

PATIENCE_S = 60.0
"""While the service runs, what came in the last minute may still wait for its outcome."""

Patience = Annotated[
    float,
    typer.Option(
        "--patience", min=0, help=both("Seconds that the newest records may wait.", "最新记录允许等待的秒数。")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "audit",
        help=both("Read the topics and judge every guarantee.", "通读主题，核查每一项保证。"),
    )(audit)


def audit(patience: Patience = PATIENCE_S, as_json: AsJson = False) -> int:
    """Judge every guarantee; exit 1 if one was broken."""
    from linli.services.cli.findings import audit_log
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out

    return run(audit_log(Here.look(), Out(as_json), patience))
