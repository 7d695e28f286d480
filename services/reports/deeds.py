"""The report ``deeds``: who of the registered units and members did what, visit by visit, and what it counts as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from linli.schemas.errors import Both
from linli.schemas.topics import ORGANISATION, ROSTER, SERVICE
from linli.services.reports import wording
from linli.services.reports.periods import Parameter
from linli.services.reports.quotas import counts, deeds_of, periods_of, teams_registered, tree_of, unit_of, visits_of
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables


def deed_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield a row for every visit, the earliest first."""
    rules, tree, teams = asked.county.policy.double_registration, tree_of(tables), teams_registered(tables)
    visits = visits_of(tables, periods_of(asked.period, asked.now, rules), rules)
    for record in sorted(visits, key=lambda one: (one.start, one.key)):
        yield (
            record.start,
            record.node,
            unit_of(record, teams) or None,
            record.team,
            ";".join(dict.fromkeys(record.members)),
            record.category,
            record.grid,
            record.headcount,
            record.minutes,
            record.credited_minutes,
            ";".join(deed.value for deed in deeds_of(record, rules, tree)),
            counts(record),
            record.key,
        )


REPORT: Final = Report(
    about=Both(
        "Every visit by a unit or a single member that has registered with a community, from service records alone. It "
        "counts once it is proven and no anomaly waits for a person. Members are opaque references.",
        "报到单位与党员的每次服务，全部取自服务记录；经核实且无待复核异常的才计入。成员为匿名编号。",
    ),
    reads=(SERVICE, ROSTER, ORGANISATION),
    columns=(
        Column("start", "When", "时间"),
        Column("node", "Registered with", "报到社区"),
        Column("unit", "Unit", "单位编号"),
        Column("team", "Team", "队伍编号"),
        Column("members", "Members", "成员编号"),
        Column("category", "Service", "服务项目", wording.category),
        Column("grid", "Grid", "网格", wording.grid),
        Column("headcount", "People expected", "预计人数"),
        Column("minutes", "Minutes said", "上报用时（分钟）"),
        Column("credited", "Minutes that count", "计入时长（分钟）"),
        Column("deeds", "Counts as", "计为", wording.deeds),
        Column("counted", "Counted", "是否计入"),
        Column("visit", "Visit", "服务编号"),
    ),
    rows=deed_rows,
    takes=frozenset({Parameter.MONTH, Parameter.YEAR}),
)
