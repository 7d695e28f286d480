"""A report of the registry at the command line: as a table, as JSON, as a CSV or a map in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from linli.schemas.errors import Code, LinliError
from linli.services.cli.here import Here
from linli.services.cli.out import Out
from linli.services.cli.whole_output import write_and_tell
from linli.services.cli.words import TONGUE, both
from linli.services.county_files import load_districts, load_menu, load_policy
from linli.services.reports.made import MadeReport, make_report
from linli.services.reports.periods import WrongPeriodError
from linli.services.reports.report import County
from linli.services.reports.wording import shown
from linli.services.sheets.writing import refuse_existing
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
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
        write_and_tell(files.csv, made.csv(TONGUE), out)
    if files.geojson is not None:
        if made.map is None:
            raise LinliError(Code.USAGE, detail=f"--geojson: {both('this report has no map', '该报告没有地图')}")
        write_and_tell(files.geojson, json.dumps(made.map, ensure_ascii=False).encode(), out)
    out.data(made.data())
    _show(made, out)


async def _made(here: Here, name: str, given: Mapping[str, str], district: str) -> MadeReport:
    asked = await asked_of(here, district)
    try:
        return await make_report(name, given, LedgerTables(asked.address), asked.partition, asked.county, asked.now)
    except WrongPeriodError as error:
        raise LinliError(Code.USAGE, detail=error.said()) from None


class AskedOf(NamedTuple):
    """Where the ledger of a district is, what the county has said of itself, and what time it is there."""

    address: KafkaAddress
    partition: int
    county: County
    now: datetime


async def asked_of(here: Here, district: str) -> AskedOf:
    """Find the ledger of a district.

    Raises
    ------
    LinliError
        If Kafka does not answer, or the district is not there.
    """
    address = await here.reach_kafka()
    facts = await read_facts(address)
    partition = facts.partition_of(district)
    if partition is None:
        raise LinliError(Code.UNKNOWN_DISTRICT, id=district)
    settings = here.settings
    county = County(load_districts(settings)[district], load_menu(settings), load_policy(settings))
    return AskedOf(address, partition, county, facts.clock.now())


def _show(made: MadeReport, out: Out) -> None:
    if out.as_json:
        return
    out.wide_table(made.headers(TONGUE), [[shown(value) for value in row] for row in made.spoken(TONGUE)])
    if not made.rows:
        out.say("There is nothing to report.", "没有可报告的内容。")
    out.say(made.about(TONGUE), made.about(TONGUE))
