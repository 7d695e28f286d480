"""The report ``reviews``: visits with anomalies, those that wait for a decision first, then the decided ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from linli.schemas.errors import Both
from linli.schemas.topics import SERVICE
from linli.services.reports import wording
from linli.services.reports.periods import Parameter
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables


def review_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield the visits that were ever flagged, waiting ones first, the earliest first."""
    found = [one for one in tables.service if one.anomalies and asked.period.holds(one.start)]
    for one in sorted(found, key=lambda one: (not one.waits, one.start, one.key)):
        yield (
            one.request_id,
            one.leg,
            one.team,
            " ".join(one.members),
            one.start,
            one.minutes,
            " ".join(one.anomalies),
            " ".join(one.related),
            " ".join(one.proof.ways),
            one.waits,
            one.review.verdict.value if one.review is not None else None,
            one.review.by if one.review is not None else None,
        )


REPORT: Final = Report(
    about=Both(
        "Visits begun in the period in which something is to be looked at. An anomaly proves nothing; no hours count "
        "until a person has decided. A reason that a reviewer wrote is shown with the case, not here.",
        "期间内开始且存在异常标记的服务。异常不代表有问题；复核之前不计时长。复核理由见工单，不在此列出。",
    ),
    reads=(SERVICE,),
    columns=(
        Column("request", "Request", "单号"),
        Column("leg", "Visit", "上门序号"),
        Column("team", "Team", "队伍编号"),
        Column("members", "Members", "成员编号"),
        Column("start", "Begun", "开始时间"),
        Column("minutes", "Minutes said", "申报时长（分钟）"),
        Column("anomalies", "To be looked at", "异常", wording.listed("anomaly")),
        Column("related", "Beside these cases", "相关工单"),
        Column("proof", "Proven by", "凭证", wording.listed("proof")),
        Column("waits", "Waits", "待复核"),
        Column("verdict", "Decision", "复核结果", wording.listed("verdict")),
        Column("by", "By", "复核人"),
    ),
    rows=review_rows,
    takes=frozenset(Parameter),
)
