"""The registry of reports. It is light, because ``linli --help`` lists them: a report's module is loaded when made."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from linli.services.reports.report import Report


class Entry(NamedTuple):
    """A registered report: the module in this package that has it, and what it is called."""

    module: str
    english: str
    chinese: str


REPORTS: Final[dict[str, Entry]] = {
    "double-registration": Entry(
        "double_registration", "Double registration: quotas of units and members", "双报到：单位与党员任务完成情况"
    ),
    "deeds": Entry("deeds", "Double registration: who did what", "双报到：服务明细"),
    "unmet-need": Entry("unmet_need", "Unmet need: which skill is short where", "未满足需求：何处缺何种技能"),
    "load": Entry("load", "Load and asks per team over four weeks", "队伍四周负荷与派单次数"),
    "odds": Entry("odds", "Odds of a yes per team, and what they are made of", "各队接单概率及其构成"),
    "medical-circle": Entry("medical_circle", "Medical circle, and one more base", "医疗圈覆盖及增设点"),
    "referrals": Entry("referrals", "What went to offices, and their answers", "转办事项及部门答复"),
    "hours": Entry("hours", "Volunteer hours per team and member", "队伍与成员志愿服务时长"),
    "reviews": Entry("reviews", "Visits with anomalies and what was decided", "异常服务与复核结果"),
    "service-records": Entry("service_records", "Volunteer service records", "志愿服务记录"),
    "silent-visits": Entry("silent_visits", "Visits that were not reported in time", "逾期未反馈的服务"),
}
"""By name, in the order in which they are listed."""


def report_named(name: str) -> Report:
    """Load a report.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    found: Report = import_module(f"linli.services.reports.{REPORTS[name].module}").REPORT
    return found
