"""``submit``: orders, and any other event of the inbox, from a file."""

from __future__ import annotations

import typer

from linli.services.cli.options import (
    AsJson,
    Check,
    District,
    Given,
    InputFile,
    MappingFile,
    PlacesFile,
    ReturnedFile,
    SheetName,
    Source,
    Zone,
)
from linli.services.cli.words import both


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "submit",
        help=both(
            "Submit orders from a spreadsheet, NDJSON or JSON. What identifies a person is sealed before it leaves.",
            "提交点单（xlsx、CSV、NDJSON 或 JSON）。个人信息在发送前加密封存。",
        ),
    )(submit)


def submit(
    file: InputFile,
    check: Check = False,
    source: Source = "desk",
    district: District = None,
    zone: Zone = "Asia/Shanghai",
    mapping: MappingFile = None,
    sheet: SheetName = None,
    returned: ReturnedFile = None,
    given: Given = None,
    places: PlacesFile = None,
    as_json: AsJson = False,
) -> int:
    """Send a file of orders."""
    from linli.services.cli.here import run
    from linli.services.cli.importing import Sending, send_file
    from linli.services.cli.out import Out
    from linli.services.sheets.order_columns import ORDER_COLUMNS

    wanted = Sending(
        file, ORDER_COLUMNS, source, district, zone, check, mapping, sheet, returned, tuple(given or ()), places
    )
    return run(send_file(wanted, Out(as_json)))
