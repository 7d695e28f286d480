"""Synthetic teams and orders to try things out with; nobody in them exists."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final, cast

from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word
from linli.schemas.orders import Order
from linli.services.cli.out import ZONE
from linli.services.cli.words import both
from linli.services.demo.demand import Scenario, ask
from linli.services.demo.organisation import organisation
from linli.services.demo.teams import roster
from linli.services.demo.timed import chance
from linli.services.demo.units import units
from linli.services.sheets.node_columns import NODE_COLUMNS
from linli.services.sheets.order_columns import ORDER_COLUMNS

LEFT_OUT: Final = frozenset(
    {
        *(
            "teams_needed",
            "together",
            "further",
            "headcount",
            "excluded_teams",
            "department_task",
            "certificate",
            "recorded_afterwards",
        ),
        *("when", "date", "time", "ordered", "town", "remarks", "desk_team"),
    }
)
"""Columns that no sample fills: they would only make the table wider."""


def day_of(text: str | None) -> date:
    """Read a day; tomorrow if none is given, so that the windows of the samples lie ahead.

    Raises
    ------
    LinliError
        If it is none.
    """
    if text is None:
        return datetime.now(ZONE).date() + timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise LinliError(
            Code.USAGE, detail=both(f"--day {text}: write it like 2026-03-16", f"--day {text}：写作 2026-03-16")
        ) from None


def write_teams(day: date) -> None:
    """Write the synthetic county's teams as they stand on a day, one JSON object a line."""
    for team in roster(day):
        sys.stdout.write(team.model_dump_json(exclude_none=True) + "\n")


def write_units(day: date) -> None:
    """Write the synthetic units and single members as they stand on a day, one JSON object a line."""
    for unit in units(day):
        sys.stdout.write(unit.model_dump_json(exclude_none=True) + "\n")


def write_organisation() -> None:
    """Write the synthetic county's organisation as CSV, with the headers that a county would write."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    columns = [column for column in NODE_COLUMNS.all if not column.name.startswith(("deputy", "active"))]
    writer.writerow(NODE_COLUMNS.shown(column.name, "zh") for column in columns)
    for node in organisation():
        data: dict[str, Any] = json.loads(node.model_dump_json(exclude_none=True))
        data["level"] = word(f"level.{node.level}", "zh")
        writer.writerow(_listed(_at(data, column.path)) for column in columns)


def _listed(value: object) -> str:
    return ";".join(map(str, cast(list[object], value))) if isinstance(value, list) else _cell(value)


def write_orders(count: int, seed: int, day: date, *, as_json: bool) -> None:
    """Write synthetic orders for a day: CSV, or one JSON object a line."""
    orders = list(_orders(count, seed, day))
    if as_json:
        for order in orders:
            sys.stdout.write(order.model_dump_json(exclude_none=True) + "\n")
        return
    columns = [column for column in ORDER_COLUMNS.all if column.name not in LEFT_OUT]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    for order in orders:
        data: dict[str, Any] = json.loads(order.model_dump_json(exclude_none=True))
        writer.writerow(_cell(_at(data, column.path)) for column in columns)


def _orders(count: int, seed: int, day: date) -> Iterator[Order]:
    dice: Random = chance(seed, "samples", day.isoformat())
    for serial in range(1, count + 1):
        yield ask(dice, day, serial, Scenario.CALM).order


def _at(data: object, path: str) -> object:
    """Follow a path through an order as JSON; ``None`` where it ends early."""
    for step in path.split("."):
        if isinstance(data, list):
            listed = cast(list[object], data)
            data = listed[int(step)] if int(step) < len(listed) else None
        elif isinstance(data, dict):
            data = cast(dict[str, object], data).get(step)
        else:
            return None
    return data


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() if len(value) > len("2026-03-16T") and value[10] == "T":
            return datetime.fromisoformat(value).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
        case _:
            return str(value)
