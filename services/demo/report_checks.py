"""Whether the reports say what the log says: the page's CSV and the command's, held cell by cell against a recount."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx2

from linli.services.county_files import load_districts, load_menu, load_policy
from linli.services.demo.callers import READER, Callers
from linli.services.demo.county import layout
from linli.services.demo.stage import Stage
from linli.services.gateway.session import COOKIE
from linli.services.reports.report import County
from linli.streams.recount.compare import RECOUNTS, differences
from linli.streams.recount.raw_log import Question, RawLog, ends_of, read_raw
from linli.streams.recount.visits import unfounded

REPORTS_CHECKED: Final = ("reports equal the log",)
"""What is checked."""

TRIES: Final = 5
"""How often everything is read again because the ledger moved meanwhile; in the morning it rests but for deadlines."""

COMMAND_S: Final = 120.0
"""How long all commands together may take; usual is five seconds."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How many rows of each report were compared, on the page and at the terminal, and what differs."""

    rows: dict[str, int]
    broken: list[str]


@dataclass(frozen=True, slots=True)
class Said:
    """A report as it was given in English, and between which moments."""

    csv: bytes
    before: datetime
    after: datetime


async def compared_reports(stage: Stage, callers: Callers) -> Compared:
    """Hold the reports against the log, while nothing is written to it.

    Parameters
    ----------
    stage
        Where the day was played; its clock goes as fast as a real one by now, or the ledger would not rest.
    callers
        Who may read reports.

    Raises
    ------
    RuntimeError
        If the command fails, or the page is not given.
    """
    partition = stage.partition_of(layout().code) or 0
    for _ in range(TRIES):
        before = await ends_of(stage.address, partition)
        page, terminal = await _of_pages(stage, callers), await _of_commands(stage)
        log = await read_raw(stage.address, partition, layout().code)
        if before == log.ends == await ends_of(stage.address, partition):
            settings, district = stage.settings, layout().code
            county = County(load_districts(settings)[district], load_menu(settings), load_policy(settings))
            return compare(log, {"the page": page, "the command": terminal}, county)
    return Compared({}, [f"{REPORTS_CHECKED[0]}: the ledger did not rest while they were read"])


async def _of_pages(stage: Stage, callers: Callers) -> dict[str, Said]:
    """Save every report from its page."""
    found: dict[str, Said] = {}
    headers = {"accept-language": "en", "cookie": f"{COOKIE}={callers.token_of(READER)}"}
    transport = httpx2.AsyncHTTPTransport(verify=False, trust_env=False)
    async with httpx2.AsyncClient(base_url=stage.gateway, timeout=60, headers=headers, transport=transport) as client:
        for name, counted in RECOUNTS.items():
            began = stage.now()
            answer = await client.get(
                f"/desk/reports/{name}.csv", params={one: str(began.year) for one in counted.period}
            )
            if answer.status_code != 200:
                raise RuntimeError(f"the page of {name} answers {answer.status_code}")
            found[name] = Said(answer.content, began, stage.now())
    return found


async def _of_commands(stage: Stage) -> dict[str, Said]:
    """Save every report at a terminal, by the command itself."""
    with tempfile.TemporaryDirectory(prefix="linli-reports-") as folder:
        words = (sys.executable, "-m", "linli.services.demo.terminal_reports", folder, str(stage.now().year))
        # What it says of each file it wrote is for a terminal of its own; here it is told only if something went wrong.
        process = await asyncio.create_subprocess_exec(
            *words,
            env={**os.environ, **stage.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(COMMAND_S):
            said, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"linli report has failed: {said.decode(errors='replace')}")
        return {name: _said_in(Path(folder), name) for name in RECOUNTS}


def _said_in(folder: Path, name: str) -> Said:
    at = datetime.fromisoformat(json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["at"])
    return Said((folder / f"{name}.csv").read_bytes(), at, at)


def compare(log: RawLog, said: Mapping[str, Mapping[str, Said]], county: County) -> Compared:
    """Hold reports against a log.

    Parameters
    ----------
    log
        What was in it while they were made.
    said
        The reports by their name, by where they were given.
    county
        What the county has said of itself.
    """
    rows: dict[str, int] = {}
    broken = [f"{REPORTS_CHECKED[0]}: nobody was there as the service record {key} says" for key in unfounded(log)]
    for where, reports in said.items():
        for name, one in reports.items():
            moment = one.before.astimezone(UTC)
            before = Question(county.district, county.menu, county.policy, moment, moment.year)
            after = replace(before, now=one.after.astimezone(UTC))
            found = differences(name, one.csv, log, before, after)
            broken += [f"{REPORTS_CHECKED[0]}: {name} on {where}: {detail}" for detail in found]
            rows[name] = one.csv.count(b"\n") - 1
    return Compared(rows, broken)
