"""``calibrate``: how long ways really take, from trips that were made."""

from __future__ import annotations

from typing import Annotated

import typer

from linli.services.cli.options import AsJson, District
from linli.services.cli.report import FromDay, UntilDay
from linli.services.cli.words import both

TripFile = Annotated[
    str,
    typer.Argument(
        metavar="[TRIPS]",
        help=both(
            "CSV: from_lat,from_lon,to_lat,to_lon,seconds and, where known, metres and terrain. "
            "Without a file the trips between finished visits of the ledger.",
            "CSV：from_lat,from_lon,to_lat,to_lon,seconds，可加 metres、terrain。"
            "不给出文件时，取台账中已完成服务之间的行程。",
        ),
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "calibrate",
        help=both(
            "Fit detour and speed from trips that were made, and say how sure they are. Nothing is changed.",
            "根据实际行程校准绕行系数与车速，并说明把握程度；不改动任何设置。",
        ),
    )(calibrate)


def calibrate(
    trips: TripFile = "",
    start: FromDay = "",
    until: UntilDay = "",
    district: District = None,
    as_json: AsJson = False,
) -> int:
    """Fit and show."""
    from linli.services.cli.calibrated import calibrate_file, calibrate_visits
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out

    if trips:
        return calibrate_file(trips, Out(as_json), {"--from": start, "--until": until, "--district": district or ""})
    run(calibrate_visits(Here.look(), Out(as_json), {"from": start, "until": until}, district))
    return 0
