"""A report of the registry at the command line: as a table, as JSON, as a CSV or a map in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from linli.schemas.errors import Code, LinliError
from linli.services.cli.here import Here
from linli.services.cli.out import Out
from linli.services.cli.words import TONGUE, both
from linli.services.county_files import load_districts, load_menu, load_policy
from linli.services.reports.made import MadeReport, make_report
from linli.services.reports.periods import WrongPeriodError
from linli.services.reports.report import County
from linli.services.reports.wording import shown
from linli.services.sheets.writing import refuse_existing
from linli.streams.ground_facts import read_facts
from linli.streams.ledger_tables import LedgerTables


class Files(NamedTuple):
    """Where a report is to be written, if anywhere, and whether what is there may be replaced."""

    csv: Path | None
    geojson: Path | None
    overwrite: bool


async def show_report(
    here: Here, out: Out, name: str, given: Mapping[str, str], district: str | None, files: Files
) -> None:
    """Make a report, show it and write it down.

    Raises
    ------
    LinliError
        If it cannot be asked for like that, has no map, or a file is there already or cannot be written.
    """
    for file in (files.csv, files.geojson):
        if file is not None:
            refuse_existing(file, overwrite=files.overwrite)
    made = await _made(here, name, given, here.district(district))
    if files.csv is not None:
        _write(files.csv, made.csv(TONGUE), out)
    if files.geojson is not None:
        if made.map is None:
            raise LinliError(Code.USAGE, detail=f"--geojson: {both('this report has no map', '该报告没有地图')}")
        _write(files.geojson, json.dumps(made.map, ensure_ascii=False).encode(), out)
    out.data(made.data())
    _show(made, out)


async def _made(here: Here, name: str, given: Mapping[str, str], district: str) -> MadeReport:
    address = await here.reach_kafka()
    facts = await read_facts(address)
    partition = facts.partition_of(district)
    if partition is None:
        raise LinliError(Code.UNKNOWN_DISTRICT, id=district)
    settings = here.settings
    county = County(load_districts(settings)[district], load_menu(settings), load_policy(settings))
    try:
        return await make_report(name, given, LedgerTables(address), partition, county, facts.clock.now())
    except WrongPeriodError as error:
        raise LinliError(Code.USAGE, detail=f"--{error}") from None


def _write(file: Path, content: bytes, out: Out) -> None:
    """Write a file whole or not at all."""
    half = file.with_name(f".{file.name}.half")
    try:
        half.write_bytes(content)
        os.replace(half, file)
    except OSError as error:
        raise LinliError(Code.FILE_UNWRITABLE, path=file, detail=error.strerror or type(error).__name__) from None
    out.say(f"Written: {file}.", f"已写入 {file}。")


def _show(made: MadeReport, out: Out) -> None:
    if out.as_json:
        return
    out.table(made.headers(TONGUE), [[shown(value) for value in row] for row in made.spoken(TONGUE)])
    if not made.rows:
        out.say("There is nothing to report.", "没有可报告的内容。")
    out.say(made.about(TONGUE), made.about(TONGUE))
