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
    "load": Entry("load", "Load and asks per team over four weeks", "队伍四周负荷与派单次数"),
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
