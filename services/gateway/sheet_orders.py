"""A spreadsheet of orders as a body: read like any file at the command line, and gone from the disk afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from linli.schemas.dead_letters import Reason
from linli.schemas.orders import Order
from linli.services.gateway.batches import Item
from linli.services.gateway.installation import Installation
from linli.services.sheets.columns import Context
from linli.services.sheets.order_columns import ORDER_COLUMNS
from linli.services.sheets.place_names import PlaceNames
from linli.services.sheets.reading import SheetFile, read_sheets
from linli.streams.intake.inbox_record import RefusedError

SHEETS: Final = {
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
"""Types of bodies that are spreadsheets, and how such a file's name ends."""

BODY: Final = "body"
"""What the file is called in errors: its name on our disk tells a caller nothing."""


@contextmanager
def sheet_items(body: bytes, ending: str, here: Installation, district: str) -> Generator[Iterator[Item]]:
    """Open a body as a spreadsheet and give its orders.

    Parameters
    ----------
    body
        The file.
    ending
        How its name would end.
    here, district
        The installation, and whose places, menu and zone the cells are read with.

    Raises
    ------
    LinliError
        If it cannot be opened, or lacks columns.
    """
    gazetteer = here.world.districts[district]
    zone = ZoneInfo(gazetteer.district.zone)
    places = PlaceNames(gazetteer.district)
    context = Context(zone, here.world.menu, here.world.at(datetime.now(UTC)), places)
    with tempfile.TemporaryDirectory(prefix="linli-") as folder:  # For its owner alone.
        path = Path(folder) / f"{BODY}{ending}"
        path.write_bytes(body)
        with read_sheets(path, BODY, ORDER_COLUMNS) as file:
            yield _items(file, context)


def _items(file: SheetFile, context: Context) -> Iterator[Item]:
    """Give the lines; what a person would have to confirm is refused with what is suggested."""
    for line in file.lines(context):
        sure = line.confirmed()
        if sure.body is not None and not isinstance(sure.body, Order):
            yield Item(sure.number, refused=RefusedError(Reason.UNKNOWN_TYPE, "kind", "order"))
        else:
            yield Item(sure.number, sure.body, sure.refused)
