"""The report ``load``: what every team gave and how often it was asked in four weeks, and who was asked too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from linli.matcher.ledger.odds import Answers
from linli.matcher.ledger.past_service import LOAD_DAYS, PastService
from linli.schemas.assignment import AssignmentRecord, Offer
from linli.schemas.errors import Both
from linli.schemas.instants import to_seconds
from linli.schemas.lifecycle import OfferState
from linli.schemas.policy import Policy
from linli.schemas.topics import ASSIGNMENTS, ROSTER
from linli.services.reports import wording
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables


@dataclass(slots=True)
class _Asks:
    """How often a team was asked on each of the days that count, and what it answered."""

    by_day: Counter[date] = field(default_factory=Counter[date])
    answers: Counter[OfferState] = field(default_factory=Counter[OfferState])


def load_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield a row for every team on the roster, the one with most hours first.

    Notes
    -----
    Hours and odds are computed by the very code that prices plans with them.
    """
    requests = {one.request_id: one for one in tables.assignments}
    zones = {one.details.team: one.details.zone for one in tables.roster}
    service, answers = PastService(), Answers()
    service.update(requests)
    answers.update(requests, zones)
    asks = {team: _asks(tables.assignments, team, ZoneInfo(zone), asked) for team, zone in zones.items()}
    free = asks_free(asked.county.policy)
    rows: list[Row] = []
    for one in tables.roster:
        team = one.details.team
        found, today = asks[team], asked.now.astimezone(ZoneInfo(zones[team])).date()
        standing = answers.standing(team, today)
        too_often = sum(count > free for count in found.by_day.values())
        rows.append(
            (
                team,
                one.details.name,
                one.details.team_kind.value,
                round(service.load(team, to_seconds(asked.now)) / 3_600, 2),
                found.by_day.total(),
                *(found.answers[state] for state in _ANSWERS),
                standing.acceptance / 1_000,
                standing.today,
                max(found.by_day.values(), default=0),
                too_often,
                too_often > 0,
            )
        )
    yield from sorted(rows, key=lambda row: (-float(str(row[3])), str(row[0])))


_ANSWERS: Final = (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED)


def asks_free(policy: Policy) -> int:
    """Give how often a team may be asked on a day before it is too often: the limit of a day, or what costs nothing."""
    limit = policy.offers_per_team_day
    return policy.prices.notifications_free if limit is None else min(limit, policy.prices.notifications_free)


def _asks(records: Iterable[AssignmentRecord], team: str, zone: ZoneInfo, asked: Asked) -> _Asks:
    """Count the offers to a team on the days that count: those before today, in its calendar."""
    found, today = _Asks(), asked.now.astimezone(zone).date()
    for offer in _sent(records):
        day = offer.offered_at.astimezone(zone).date()
        if offer.team == team and today - timedelta(days=LOAD_DAYS) <= day < today:
            found.by_day[day] += 1
            found.answers[offer.state] += 1
    return found


def _sent(records: Iterable[AssignmentRecord]) -> Iterator[Offer]:
    """Yield the offers that a team was told of."""
    for record in records:
        for leg in record.legs:
            yield from (one for one in leg.offers if one.sent and one.state is not OfferState.PROPOSED)


REPORT: Final = Report(
    about=Both(
        "The 28 days before today. Hours: visits made, as the plan's price of load counts them. Odds: what the plan "
        "takes for the chance of a yes. Too often: on some day more asks than the policy leaves free of a price "
        "(prices.notifications_free, or offers_per_team_day where that is less). What the ledger has forgotten (policy "
        "keep_days) is not counted.",
        "今天之前二十八天。时长：已完成的上门，与排班中的负荷口径一致。接单概率：排班时采用的估计值。"
        "派单过多：某日派单次数超过策略免计价次数（prices.notifications_free，或更小的 offers_per_team_day）。"
        "已按 keep_days 清除的工单不再计入。",
    ),
    reads=(ASSIGNMENTS, ROSTER),
    columns=(
        Column("team", "Team", "队伍编号"),
        Column("name", "Name", "队伍名称"),
        Column("kind", "Kind", "类别", wording.team_kind),
        Column("hours", "Hours given", "服务时长（小时）"),
        Column("asked", "Asked", "派单次数"),
        Column("accepted", "Accepted", "接单"),
        Column("declined", "Declined", "婉拒"),
        Column("silent", "No answer", "超时未接"),
        Column("odds", "Odds of a yes", "接单概率", wording.share),
        Column("asked_today", "Asked today", "今日派单"),
        Column("most_a_day", "Most on a day", "单日最多派单"),
        Column("days_too_often", "Days asked too often", "派单过多天数"),
        Column("too_often", "Too often", "是否过多"),
    ),
    rows=load_rows,
)
