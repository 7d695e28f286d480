"""The report ``double-registration``: quotas of units and members by month, and the year-end assessment (双报到)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from linli.schemas.double_registration import Deed, DoubleRegistration
from linli.schemas.errors import Both
from linli.schemas.roster import TeamDetails, TeamKind
from linli.schemas.topics import ORGANISATION, ROSTER, SERVICE
from linli.services.reports import wording
from linli.services.reports.periods import Parameter
from linli.services.reports.quotas import Given, Ledger, ledger_of, periods_of, teams_registered, tree_of
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables


def quota_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield a row for every unit and one for every member that has registered, unit by unit."""
    rules = asked.county.policy.double_registration
    teams = teams_registered(tables)
    found = ledger_of(tables, periods_of(asked.period, asked.now, rules), rules, tree_of(tables))
    for team in sorted(teams.values(), key=lambda one: (_unit(one), one.team_kind is not TeamKind.UNIT, one.team)):
        if team.team_kind is TeamKind.UNIT:
            yield _row(team, None, found.units.get(team.team, Given()), found, _asked_of_units(rules))
        for member in team.members:
            given = found.members.get((team.team, member.ref), Given())
            yield _row(team, member.ref, given, found, {Deed.GOOD_DEED: rules.good_deeds})


def _unit(team: TeamDetails) -> str:
    return team.team if team.team_kind is TeamKind.UNIT else team.unit or ""


def _asked_of_units(rules: DoubleRegistration) -> dict[Deed, int]:
    return {Deed.JOINT_ACTIVITY: rules.joint_activities, Deed.HARD_PROBLEM: rules.hard_problems}


def _row(team: TeamDetails, member: str | None, given: Given, found: Ledger, quotas: dict[Deed, int]) -> Row:
    met = given.met(quotas, found.periods)
    of_unit = member is None
    return (
        team.organisation,
        _unit(team) or None,
        team.name,
        team.team_kind.value if of_unit else TeamKind.MEMBER.value,
        member,
        given.count(Deed.GOOD_DEED),
        given.count(Deed.JOINT_ACTIVITY) if of_unit else None,
        given.count(Deed.HARD_PROBLEM) if of_unit else None,
        round(given.minutes / 60, 2),
        given.waiting,
        len(found.periods),
        met,
        met == len(found.periods),
    )


REPORT: Final = Report(
    about=Both(
        "From service records alone, nothing is typed in. A visit counts once somebody else than the team has proven "
        "it and no anomaly waits for a person; until then it stands under Waiting. Of each member a good deed a "
        "period is asked, of each unit a joint activity and a hard problem (policy double_registration). A joint "
        "activity has a headcount or so many members together; a hard problem was marked, or had climbed to a level "
        "that the policy names. Whole periods are counted, up to the present one; without a period asked for, the "
        "present one. Members are those on the roster now.",
        "全部取自服务记录，不靠填报。经队伍以外的人核实且无待复核异常的服务才计入，其余列入“待确认”。"
        "每名党员每期一件好事实事，每个单位每期一次联合活动、一件疑难问题（策略 double_registration）。"
        "联合活动指有预计人数的活动或达到规定人数的集体服务；疑难问题指已标记，或已提级至策略所列层级。"
        "按完整周期统计至当前周期；不指定时间则为当前周期。成员以现有名册为准。",
    ),
    reads=(SERVICE, ROSTER, ORGANISATION),
    columns=(
        Column("node", "Registered with", "报到社区"),
        Column("unit", "Unit", "单位编号"),
        Column("name", "Name", "名称"),
        Column("kind", "Kind", "类别", wording.team_kind),
        Column("member", "Member", "成员编号"),
        Column("good_deeds", "Good deeds", "好事实事"),
        Column("joint_activities", "Joint activities", "联合活动"),
        Column("hard_problems", "Hard problems", "疑难问题"),
        Column("hours", "Hours that count", "计入时长（小时）"),
        Column("waiting", "Waiting", "待确认"),
        Column("periods", "Periods", "周期数"),
        Column("periods_met", "Periods met", "达标周期数"),
        Column("met", "All met", "是否达标"),
    ),
    rows=quota_rows,
    takes=frozenset({Parameter.MONTH, Parameter.YEAR}),
)
