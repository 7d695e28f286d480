"""``submit``: orders, and any other event of the inbox, from a file."""

from __future__ import annotations

import typer

from linli.services.cli.options import AsJson, Check, District, InputFile, Source, Zone
from linli.services.cli.words import both


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "submit",
        help=both(
            "Submit orders from CSV, NDJSON or JSON. What identifies a person is sealed before it leaves.",
            "提交点单（CSV、NDJSON 或 JSON）。个人信息在发送前加密封存。",
        ),
    )(submit)


def submit(
    file: InputFile,
    check: Check = False,
    source: Source = "desk",
    district: District = None,
    zone: Zone = "Asia/Shanghai",
    as_json: AsJson = False,
) -> int:
    """Send a file of orders."""
    from linli.services.cli.here import run
    from linli.services.cli.importing import Sending, send_file
    from linli.services.cli.order_columns import ORDER_COLUMNS
    from linli.services.cli.out import Out

    return run(send_file(Sending(file, ORDER_COLUMNS, source, district, zone, check), Out(as_json)))
