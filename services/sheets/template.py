"""Empty sheets to fill in: headers, lists to choose from, an example that says it is one, and a guide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from linli.schemas.glossary import words
from linli.schemas.menu import ServiceMenu
from linli.services.sheets.columns import Column, Columns
from linli.services.sheets.grid_columns import GRID_COLUMNS
from linli.services.sheets.notes import sheet_word
from linli.services.sheets.order_columns import ORDER_COLUMNS
from linli.services.sheets.team_columns import TEAM_COLUMNS
from linli.services.sheets.writing import Choices, TableWriter, writing

Language = Literal["en", "zh"]

ORDER_FIELDS: Final = (
    *("source_id", "category", "beneficiary", "date", "time", "grid", "name", "phone", "address_line", "detail"),
    *("consent", "requester", "requester_name", "requester_phone", "urgent", "minutes", "age_band"),
    *("guardian_consent", "guardian_name", "guardian_phone", "gender", "language", "desk_team"),
)
TEAM_FIELDS: Final = (
    *("team", "name", "team_kind", "skills", "grid", "crews", "hours", "members", "women", "vetted"),
    *("vetting_authority", "vetted_until", "insured", "insured_until", "travel_minutes_max"),
    *("travel_metres_max", "visits_max", "languages", "contact_name", "contact_phone"),
)

PLACE_FIELDS: Final = ("code", "name", "community", "lat", "lon", "crs", "terrain")

EXAMPLE: Final = {
    "zh": {
        "source_id": "示例-此行会自动跳过",
        "category": "上门理发",
        "beneficiary": "空巢老人",
        "date": "2026-11-26",
        "time": "上午",
        "grid": "安化社区",
        "name": "（虚构）",
        "phone": "100-0000-0000",
        "address_line": "安化社区1号（虚构）",
        "detail": "老人行动不便，需上门理发（虚构）",
        "consent": "是",
        "requester": "网格员",
        "urgent": "否",
        "minutes": "30",
    },
    "en": {
        "source_id": "EXAMPLE - this line is passed over",
        "category": "Haircut at home",
        "beneficiary": "empty-nest elderly person",
        "date": "2026-11-26",
        "time": "morning",
        "grid": "安化社区",
        "name": "(synthetic)",
        "phone": "100-0000-0000",
        "address_line": "安化社区 1 (synthetic)",
        "detail": "cannot walk far (synthetic)",
        "consent": "yes",
        "requester": "grid worker",
        "urgent": "no",
        "minutes": "30",
    },
}
"""The example of a sheet of orders; nobody in it exists."""

TEAM_EXAMPLE: Final = {
    "zh": {
        "team": "示例-此行会自动跳过",
        "name": "邻里互助队（虚构）",
        "team_kind": "志愿服务队",
        "skills": "理发、代购、陪伴",
        "grid": "安化社区",
        "crews": "2",
        "hours": "周一至周五 8:00-18:00；周六 9:00-12:00",
        "members": "8",
        "women": "5",
        "vetted": "4",
        "vetting_authority": "（虚构）教育局",
        "vetted_until": "2027-06-30",
        "insured": "8",
        "insured_until": "2027-06-30",
        "travel_minutes_max": "30",
        "travel_metres_max": "12公里",
        "visits_max": "6",
        "languages": "普通话、土家语",
        "contact_name": "（虚构）",
        "contact_phone": "100-0000-0000",
    },
    "en": {
        "team": "EXAMPLE - this line is passed over",
        "name": "Neighbours (synthetic)",
        "team_kind": "volunteer team",
        "skills": "haircut; shopping; company",
        "grid": "安化社区",
        "crews": "2",
        "hours": "周一至周五 8:00-18:00",
        "members": "8",
        "women": "5",
        "vetted": "4",
        "vetting_authority": "(synthetic) office",
        "vetted_until": "2027-06-30",
        "insured": "8",
        "insured_until": "2027-06-30",
        "travel_minutes_max": "30",
        "travel_metres_max": "12 km",
        "visits_max": "6",
        "languages": "Mandarin",
        "contact_name": "(synthetic)",
        "contact_phone": "100-0000-0000",
    },
}
"""The example of a sheet of teams; nobody in it exists."""

PLACE_EXAMPLE: Final = {
    "zh": {
        "code": "示例-此行会自动跳过",
        "name": "虚构镇虚构村",
        "lat": "27.94",
        "lon": "108.25",
        "crs": "wgs84",
        "terrain": "丘陵",
    },
    "en": {
        "code": "EXAMPLE - this line is passed over",
        "name": "虚构镇虚构村",
        "lat": "27.94",
        "lon": "108.25",
        "crs": "wgs84",
        "terrain": "hills",
    },
}
"""The example of a sheet of places; there is no such village."""

_KINDS: Final = {
    "orders": (ORDER_COLUMNS, ORDER_FIELDS, EXAMPLE),
    "teams": (TEAM_COLUMNS, TEAM_FIELDS, TEAM_EXAMPLE),
    "places": (GRID_COLUMNS, PLACE_FIELDS, PLACE_EXAMPLE),
}

GUIDE: Final = ("fill", "example", "place", "when", "phone", "consent", "numbers", "run")
"""Sentences of the guide, ``[guide]`` in ``sheet_words.toml``; the last says the command."""


def write_template(
    which: Literal["orders", "teams", "places"], path: Path, language: Language, menu: ServiceMenu, *, overwrite: bool
) -> None:
    """Write an empty sheet.

    Parameters
    ----------
    which
        Of orders, of teams or of places.
    path
        ``.xlsx``; a CSV has headers and example alone.
    language
        Of headers, lists and guide.
    menu
        Whose categories can be chosen.
    overwrite
        Whether a file of that name is replaced.

    Raises
    ------
    LinliError
        If it cannot be written.
    """
    columns, names, examples = _KINDS[which]
    fields = [columns.by_name[name] for name in names]
    example = examples[language]
    headers = [header_of(column, columns, language) for column in fields]
    lists = [
        Choices(index, tuple(several))
        for index, column in enumerate(fields)
        if (several := _choices(column, menu, language))
    ]
    with writing(path, overwrite=overwrite) as book:
        title = sheet_word(f"template.{which}", language)
        table = book.table(title, headers, [max(14, 2 * len(header) + 4) for header in headers], lists)
        table.row([example.get(column.name) for column in fields])
        guide = book.table(sheet_word("template.guide", language), ["", ""], (30, 60))
        _write_guide(guide, fields, headers, language)


def _write_guide(guide: TableWriter, fields: Sequence[Column], headers: Sequence[str], language: Language) -> None:
    for sentence in GUIDE:
        guide.row(("", sheet_word(f"guide.{sentence}", language)))
    for column, header in zip(fields, headers, strict=True):
        needed = sheet_word("template.needed", language) if column.required else ""
        guide.row((f"{header} {needed}".strip(), column.meaning[1 if language == "zh" else 0]))


def header_of(column: Column, columns: Columns, language: Language) -> str:
    """Give the header of a column: in Chinese the usual one, in English our own name with blanks."""
    aliases = columns.aliases(column)
    if language == "zh":
        return aliases[0] if aliases else column.name
    return column.name.replace("_", " ")


def _choices(column: Column, menu: ServiceMenu, language: Language) -> list[str]:
    """List what can be chosen in a column; nothing for free text."""
    which = 1 if language == "zh" else 0
    lists = {"beneficiary": "beneficiary", "requester": "requester", "age_band": "age", "gender": "gender"}
    lists |= {"language": "language", "team_kind": "team_kind", "terrain": "terrain"}
    if column.name == "category":
        return [item.zh if language == "zh" else item.en for item in menu.items]
    if column.name in lists:
        return [both[which] for both in words(lists[column.name]).values()]
    if column.name in ("consent", "guardian_consent", "urgent"):
        return ["是", "否"] if language == "zh" else ["yes", "no"]
    if column.name == "time":
        return ["上午", "下午", "全天"] if language == "zh" else ["morning", "afternoon", "all day"]
    if column.name == "crs":
        return ["wgs84", "gcj02", "bd09"]
    return []
