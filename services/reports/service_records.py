"""The report ``service-records``: one row per volunteer and visit, in the words of the national rules (志愿服务记录).

What is public of those rules, and what of it is a column here:

- 《志愿服务记录与证明出具办法（试行）》, decree 67 of the Ministry of Civil Affairs of 2020, article 4: a record
  holds the volunteer's basic data, the service, training, commendations and evaluation. Here: the volunteer by the
  team's own number (names stay with the team), the service (what, when, where, for how long, by which group), the
  evaluation.
- 《志愿服务信息系统基本规范》 MZ/T 061-2015, as the ministry's announcement and the press of September 2015
  describe it: volunteer, group, project, training, commendation, service time, evaluation and complaints, certificate,
  and a national number for every volunteer (志愿者统一编号).

What could not be checked: the text of MZ/T 061-2015 itself. Its names of data elements, their codes, lengths and
formats are therefore not claimed; the columns carry Linli's names and the plain Chinese terms. Linli holds neither
trainings nor commendations, and no national number: a county joins them where it has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from linli.schemas.errors import Both
from linli.schemas.topics import ROSTER, SERVICE
from linli.services.reports import wording
from linli.services.reports.periods import Parameter
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables


def record_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield the visits of the period, one row for each member who went, by start."""
    names = {one.details.team: one.details.name for one in tables.roster}
    found = [one for one in tables.service if asked.period.holds(one.start)]
    for one in sorted(found, key=lambda one: (one.start, one.key)):
        for member in one.members or ("",):
            yield (
                one.request_id,
                one.leg,
                member,
                one.team,
                names.get(one.team, one.team),
                one.team_kind,
                one.category,
                one.start,
                one.end,
                one.community,
                round(one.minutes / 60, 2),
                round(one.credited_minutes / 60, 2),
                " ".join(one.proof.ways),
                one.judgement.stars if one.judgement is not None else None,
                one.judgement.by if one.judgement is not None else None,
                one.afterwards,
                " ".join(one.anomalies),
                one.review.verdict.value if one.review is not None else None,
                asked.county.district.synthetic,
            )


REPORT: Final = Report(
    about=Both(
        "One row per volunteer and visit begun in the period. Elements after decree 67 (2020) of the Ministry of Civil "
        "Affairs and what is public of MZ/T 061-2015; that standard's own text, with the names and codes of its data "
        "elements, could not be checked. Trainings, commendations and national volunteer numbers are not held here. "
        "Hours counted exclude the way there and back.",
        "期间内开始的服务，每名志愿者每次一行。要素参照民政部令第67号（2020）及 MZ/T 061-2015 的公开介绍；"
        "该标准原文及其数据元名称、代码未能核对。本系统不含培训、表彰奖励及志愿者统一编号。认定时长不含往返路程。",
    ),
    reads=(SERVICE, ROSTER),
    columns=(
        Column("record", "Service record", "服务记录编号（单号）"),
        Column("visit", "Visit", "上门序号"),
        Column("volunteer", "Volunteer (the team's number)", "志愿者编号（队内）"),
        Column("group", "Group", "志愿团体编号"),
        Column("group_name", "Group's name", "志愿团体名称"),
        Column("group_kind", "Kind of group", "志愿团体类别", wording.team_kind),
        Column("project", "Service", "服务项目（内容）", wording.category),
        Column("start", "Begun", "服务开始时间"),
        Column("end", "Ended", "服务结束时间"),
        Column("community", "Community", "服务地点（社区）"),
        Column("hours_said", "Hours said", "申报时长（小时）"),
        Column("hours", "Service time, hours", "服务时间（小时）"),
        Column("proof", "Proven by", "核实方式", wording.listed("proof")),
        Column("stars", "Evaluation, stars", "服务评价（星级）"),
        Column("evaluated_by", "Evaluated by", "评价来源", wording.listed("rated_by")),
        Column("afterwards", "Entered afterwards", "是否补录"),
        Column("anomalies", "Anomalies", "异常", wording.listed("anomaly")),
        Column("decision", "Decision", "复核结果", wording.listed("verdict")),
        Column("synthetic", "Synthetic", "是否模拟数据"),
    ),
    rows=record_rows,
    takes=frozenset(Parameter),
)
