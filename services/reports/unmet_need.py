"""The report ``unmet-need``: which skill is short in which grid, how many requests waited for it, and how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from linli.schemas.assignment import AssignmentRecord, Closed, Spell
from linli.schemas.errors import Both
from linli.schemas.lifecycle import State
from linli.schemas.topics import ASSIGNMENTS
from linli.services.reports import wording
from linli.services.reports.periods import Parameter
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables

Short = tuple[str, str, str, str]
"""Community, grid, skill, and what was short."""


@dataclass(slots=True)
class _Need:
    """The requests of one line, those that still wait and that nobody ever served, and how long all waited."""

    requests: set[str] = field(default_factory=set[str])
    waiting: set[str] = field(default_factory=set[str])
    never: set[str] = field(default_factory=set[str])
    total: timedelta = timedelta()
    longest: timedelta = timedelta()

    def add(self, record: AssignmentRecord, spell: Spell, now: datetime) -> None:
        """Count one spell of a request."""
        waited = (spell.until or now) - spell.since
        self.requests.add(record.request_id)
        self.total += waited
        self.longest = max(self.longest, waited)
        if spell.until is None:
            self.waiting.add(record.request_id)
        if isinstance(record.status, Closed) and record.status.outcome is State.UNMET:
            self.never.add(record.request_id)


def unmet_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield a row for every skill that was short in a grid, the longest wait first."""
    needs: defaultdict[Short, _Need] = defaultdict(_Need)
    for record in tables.assignments:
        for short, spell in _spells(record, asked):
            needs[short].add(record, spell, asked.now)
    for short, need in sorted(needs.items(), key=lambda one: (-one[1].total, one[0])):
        counts = (len(need.requests), len(need.waiting), len(need.never))
        yield (*short, *counts, _hours(need.total), _hours(need.longest))


def _spells(record: AssignmentRecord, asked: Asked) -> Iterator[tuple[Short, Spell]]:
    """Yield the spells of a request that began in the period, once for each skill it needs."""
    details = record.details
    if details is None or details.restricted:
        return
    for spell in record.spells:
        if asked.period.holds(spell.since):
            for skill, _ in details.skills:
                yield (details.community, details.grid, skill, spell.shortfall), spell


def _hours(span: timedelta) -> float:
    return round(span.total_seconds() / 3_600, 2)


REPORT: Final = Report(
    about=Both(
        "Times in which nobody could go, by what was short: the rule at which the teams that came nearest failed, or "
        "that all who may go were taken. A request counts once in every line it belongs to; one that needs two skills "
        "is in the lines of both. With one day as from and until this is the day's list for the county. Left out: what "
        "nobody outside an office may know of, and what the ledger has forgotten (policy keep_days).",
        "无人可派的时段，按所缺归类：最接近的队伍止步于哪条规则，或符合条件的队伍均已排满。同一工单在每行只计一次；"
        "需两种技能的，两行均计。起止填同一天即为当日清单。受限查阅及已按 keep_days 清除的工单不计。",
    ),
    reads=(ASSIGNMENTS,),
    columns=(
        Column("community", "Community", "社区编码"),
        Column("grid", "Grid or village", "网格或村居", wording.grid),
        Column("skill", "Skill", "技能", wording.skill),
        Column("short", "What was short", "所缺", wording.shortfall),
        Column("requests", "Requests", "工单数"),
        Column("waiting", "Still waiting", "仍在等待"),
        Column("never", "Never served", "最终未能安排"),
        Column("hours", "Hours in all", "等待合计（小时）"),
        Column("longest", "Longest, hours", "最长等待（小时）"),
    ),
    rows=unmet_rows,
    takes=frozenset({Parameter.MONTH, Parameter.FROM, Parameter.UNTIL}),
)
