"""The report ``hours``: volunteer hours per team and member, what counts, and what waits or lacks a proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from linli.schemas.errors import Both
from linli.schemas.judging import Verdict
from linli.schemas.service import ServiceRecord
from linli.schemas.topics import ROSTER, SERVICE
from linli.services.reports.periods import Parameter
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables


@dataclass(slots=True)
class _Given:
    """What a member gave, in minutes: said, counted, waiting for a decision, without proof, refused."""

    visits: int = 0
    said: int = 0
    credited: int = 0
    waiting: int = 0
    unproven: int = 0
    refused: int = 0

    def add(self, record: ServiceRecord) -> None:
        """Add a visit; each minute that does not count stands under the one reason that is decided first."""
        self.visits += 1
        self.said += record.minutes
        self.credited += record.credited_minutes
        if record.review is not None and record.review.verdict is Verdict.REFUSED:
            self.refused += record.minutes
        elif not record.proof.proven:
            self.unproven += record.minutes
        elif record.waits:
            self.waiting += record.minutes


def hours_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield a row for every member of every team who gave something in the period, by team and member."""
    names = {one.details.team: one.details.name for one in tables.roster}
    given: dict[tuple[str, str], _Given] = {}
    for record in tables.service:
        if asked.period.holds(record.start):
            for member in record.members or ("",):
                given.setdefault((record.team, member), _Given()).add(record)
    for (team, member), one in sorted(given.items()):
        minutes = (one.said, one.credited, one.waiting, one.unproven, one.refused)
        yield (team, names.get(team, team), member, one.visits, *(round(each / 60, 2) for each in minutes))


REPORT: Final = Report(
    about=Both(
        "Visits begun in the period. Counted: the least of what the team said, what passed between start and end, and "
        "twice the ordered length and half an hour; only where the resident's code, the resident's own rating, a grid "
        "worker or a call-back proves the visit, and where no anomaly waits for a decision. Members are the teams' own "
        "numbers. The whole topic is read, however long ago its requests were forgotten.",
        "期间内开始的服务。认定时长取申报、在场时长、约定时长两倍加半小时三者中最小者；须有居民核销码、本人评价、"
        "网格员核实或电话回访为凭，且无待复核异常。成员为队内编号。工单清除后服务记录仍在。",
    ),
    reads=(SERVICE, ROSTER),
    columns=(
        Column("team", "Team", "队伍编号"),
        Column("name", "Name", "队伍名称"),
        Column("member", "Member", "成员编号"),
        Column("visits", "Visits", "服务次数"),
        Column("said", "Hours said", "申报时长（小时）"),
        Column("credited", "Hours counted", "认定时长（小时）"),
        Column("waiting", "Waiting for a decision", "待复核（小时）"),
        Column("unproven", "Without proof", "无凭证（小时）"),
        Column("refused", "Refused", "不予认可（小时）"),
    ),
    rows=hours_rows,
    takes=frozenset(Parameter),
)
