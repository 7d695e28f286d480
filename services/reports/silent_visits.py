"""The report ``silent-visits``: visits of which a team said nothing in time, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from linli.matcher.service.unreported import LATE_WORDS
from linli.schemas.assignment import Assignment, AssignmentRecord
from linli.schemas.errors import Both
from linli.schemas.lifecycle import State
from linli.schemas.topics import ASSIGNMENTS, ROSTER
from linli.services.reports import wording
from linli.services.reports.periods import Parameter
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables

_OVER: Final = frozenset({*LATE_WORDS, State.RATED, State.REOPENED, State.CLOSED})
"""States of a request that has ended: who had not spoken by then was silent."""


def silent_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield the visits begun by the plan in the period of which nothing was heard in time, the earliest first."""
    names = {one.details.team: one.details.name for one in tables.roster}
    days = timedelta(days=asked.county.policy.close_days)
    found = [
        (going.start, going.id, fate, record, going)
        for record in tables.assignments
        if record.details is not None and not record.details.restricted
        for going in (leg.assignment for leg in record.legs)
        if going is not None and asked.period.holds(going.start) and (fate := _fate(record, going))
    ]
    for _, _, fate, record, going in sorted(found, key=lambda one: one[:2]):
        yield (
            going.id,
            going.team,
            names.get(going.team, going.team),
            " ".join(going.members),
            record.help_of(going.id),
            going.start,
            going.end,
            fate,
            going.finished if fate == "late" else None,
            _until(record, days) if fate == "ended" else None,
        )


def _fate(record: AssignmentRecord, going: Assignment) -> str:
    """Say what came of a team's silence; empty where it was not silent."""
    called = record.unreported if record.unreported is not None and record.unreported > going.end else None
    if going.finished is not None:
        return "late" if called is not None and going.finished > called else ""
    if record.state in _OVER:
        return "ended"
    return "waiting" if called is not None else ""


def _until(record: AssignmentRecord, days: timedelta) -> datetime | None:
    """Say until when the team can still hand its record in: until the request is rated or closed."""
    return record.at + days if record.state in LATE_WORDS else None


REPORT: Final = Report(
    about=Both(
        "Visits planned to begin in the period whose team had said nothing when the desk was to call it, or never did. "
        "Nothing counts of what was not handed in. What the desk has entered afterwards stands in the service records, "
        "not here; cases with restricted access are left out.",
        "计划在所选时段内开始、队伍逾期未反馈或一直未反馈的上门服务。未补交记录的不计时长。"
        "由派单台补录的见服务记录，不在此列出；限制查阅的事项不计入。",
    ),
    reads=(ASSIGNMENTS, ROSTER),
    columns=(
        Column("visit", "Visit", "上门编号"),
        Column("team", "Team", "队伍编号"),
        Column("name", "Name", "队伍"),
        Column("members", "Members", "成员编号"),
        Column("category", "Service", "服务项目", wording.category),
        Column("start", "Planned from", "计划开始"),
        Column("end", "Planned until", "计划结束"),
        Column("fate", "What came of it", "反馈情况", wording.listed("silence")),
        Column("handed_in", "Handed in", "补交时间"),
        Column("until", "Can be handed in until", "可补交至"),
    ),
    rows=silent_rows,
    takes=frozenset(Parameter),
)
