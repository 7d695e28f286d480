"""The report ``referrals``: what went to which office, and what became of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Final

from linli.matcher.desk.orders import OFFICES
from linli.schemas.assignment import Referred
from linli.schemas.errors import Both
from linli.schemas.referrals import ReferralOutcome
from linli.schemas.topics import ASSIGNMENTS
from linli.services.reports import wording
from linli.services.reports.periods import Parameter
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables

_CODE_OF: Final = {name: code for code, name in OFFICES.items()}
_HOUR: Final = timedelta(hours=1)


@dataclass(slots=True)
class _Office:
    """What is counted of one office."""

    answers: Counter[ReferralOutcome] = field(default_factory=Counter[ReferralOutcome])
    late: int = 0
    open: int = 0
    overdue: int = 0
    hours: list[float] = field(default_factory=list[float])


def referral_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield a row for every office that was referred to, what is restricted left out."""
    found: defaultdict[str, _Office] = defaultdict(_Office)
    for record in tables.assignments:
        if record.details is None or record.details.restricted:
            continue
        for answer in record.office_answers:
            if asked.period.holds(answer.at):
                office = found[_code(answer.office)]
                office.answers[answer.outcome] += 1
                office.late += answer.due is not None and answer.at > answer.due
                office.hours.append((answer.at - record.details.ordered_at) / _HOUR)
        status = record.status
        if isinstance(status, Referred):
            office = found[_code(status.office)]
            office.open += 1
            office.overdue += status.due is not None and status.due < asked.now
    for code in sorted(found):
        yield _row(code, found[code])


def _code(office: str) -> str:
    return _CODE_OF.get(office, office)


def _row(code: str, office: _Office) -> Row:
    waited = round(median(office.hours), 1) if office.hours else None
    return (
        code,
        code,
        office.open,
        office.overdue,
        *(office.answers[outcome] for outcome in ReferralOutcome),
        office.late,
        waited,
    )


REPORT: Final = Report(
    about=Both(
        "Answers of the period, and what is in the hands of each office now. Hours count from the order to the answer. "
        "Cases with restricted access are left out.",
        "所选时段内各部门的答复，以及目前在办的转办事项。时长自下单至答复。限制查阅的事项不计入。",
    ),
    reads=(ASSIGNMENTS,),
    columns=(
        Column("office", "Office", "部门编码"),
        Column("name", "Name", "部门", wording.office),
        Column("open", "With it now", "在办"),
        Column("overdue", "Overdue", "逾期未答复"),
        Column("accepted", "Taken on", "已接收"),
        Column("done", "Done", "已办结"),
        Column("returned", "Given back", "退回"),
        Column("refused", "Not its matter", "不属职责"),
        Column("late", "Answers too late", "逾期答复"),
        Column("hours", "Hours to an answer (median)", "答复时长中位数（小时）"),
    ),
    rows=referral_rows,
    takes=frozenset(Parameter),
)
