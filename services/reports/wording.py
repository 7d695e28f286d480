"""How people read the codes and figures of a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from linli.schemas.glossary import Tongue, word, words
from linli.services.offices import office_name
from linli.services.reports.report import Cell, County
from linli.services.sheets.writing import Value


def category(cell: Cell, tongue: Tongue, county: County) -> str:
    """Name a category of the county's menu."""
    item = county.menu.item(str(cell))
    return str(cell) if item is None else item.zh if tongue == "zh" else item.en


def grid(cell: Cell, tongue: Tongue, county: County) -> str:
    """Name a grid of the county."""
    return next((one.name for one in county.district.grids if one.code == cell), str(cell))


def share(cell: Cell, tongue: Tongue, county: County) -> str:
    """Write a share of one as a percentage."""
    return f"{cell:.0%}" if isinstance(cell, int | float) else str(cell)


def deeds(cell: Cell, tongue: Tongue, county: County) -> str:
    """Name what a visit counts as; several with semicolons."""
    return "; ".join(word(f"deed.{code}", tongue) for code in str(cell).split(";") if code)


def office(cell: Cell, tongue: Tongue, county: County) -> str:
    """Name an office."""
    return office_name(str(cell), county.menu, tongue)


_SPLITS = {"all": ("all", "合计"), "hour": ("hour asked", "派单时段"), "urgency": ("urgency", "紧急程度")}


def odds_split(cell: Cell, tongue: Tongue, county: County) -> str:
    """Say by what answers are split."""
    return _SPLITS[str(cell)][tongue == "zh"]


def team_kind(cell: Cell, tongue: Tongue, county: County) -> str:
    """Name a kind of team."""
    return word(f"team_kind.{cell}", tongue)


def skill(cell: Cell, tongue: Tongue, county: County) -> str:
    """Name a skill."""
    return word(f"skill.{cell}", tongue)


def shortfall(cell: Cell, tongue: Tongue, county: County) -> str:
    """Say what was short: a hard rule's name, or how the search ended."""
    known = words("nobody")
    return word(f"nobody.{cell}" if cell in known else f"rule.{cell}", tongue)


def listed(name: str) -> Callable[[Cell, Tongue, County], str]:
    """Return what names codes of one list of the glossary that stand side by side in a cell."""

    def say(cell: Cell, tongue: Tongue, county: County) -> str:
        said = [word(f"{name}.{code}", tongue) for code in str(cell).split()]
        return ("、" if tongue == "zh" else ", ").join(said)

    return say


def shown(value: Value) -> str:
    """Write a cell of a table for people."""
    return "" if value is None else f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
