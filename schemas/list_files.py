"""The county's two lists as files: which list a file is, its version, and how one is written anew as TOML."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, cast

from linli.schemas.admission import TaskAdmission, parse_admission
from linli.schemas.menu import ListError, ServiceMenu, not_toml, parse_menu

VERSION_DIGITS: Final = 12
"""Letters of a version: two lists of a county never share 48 bits by chance."""


class ListKind(StrEnum):
    """Which of the lists."""

    MENU = "menu"
    ADMISSION = "admission"


CountyList = ServiceMenu | TaskAdmission

PARTS: Final[Mapping[ListKind, Mapping[str, str]]] = {
    ListKind.MENU: {"item": "items", "office": "offices"},
    ListKind.ADMISSION: {"task": "tasks", "certificate": "certificates"},
}
"""The parts of each list: what a row of a sheet is, and the name of the table that it goes to."""


def parse_list(text: str) -> CountyList:
    """Read a file that is one of the lists.

    Raises
    ------
    linli.schemas.menu.ListError
        If it is none of them, or has mistakes; a sentence for each.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ListError(*not_toml(error)) from None
    if "items" in found:
        return parse_menu(text)
    if "tasks" in found or "certificates" in found:
        return parse_admission(text)
    raise ListError(
        "It is none of the county's lists: those have items (the menu) or tasks (the admission list).",
        "不是本县的清单：服务清单有 items，准入清单有 tasks。",
    )


def version_of(found: CountyList) -> str:
    """Name the content of a list: the same for the same entries, whatever comments and blanks the file has."""
    content = found.model_dump_json().encode()
    return hashlib.sha256(content).hexdigest()[:VERSION_DIGITS]


def as_toml(kind: ListKind, name: str, rows: Iterable[Mapping[str, object]], *, synthetic: bool) -> str:
    """Write a list of rows as TOML; a row's ``part`` says what it is, and what is null is left out.

    Raises
    ------
    linli.schemas.menu.ListError
        If a row is none of this list's parts.
    """
    tables: dict[str, list[Mapping[str, object]]] = {table: [] for table in PARTS[kind].values()}
    for number, row in enumerate(rows, start=1):
        part = str(row.get("part") or next(iter(PARTS[kind])))
        if part not in PARTS[kind]:
            known = ", ".join(PARTS[kind])
            raise ListError(
                f"Row {number}: part is {known} and nothing else.", f"第 {number} 行：part 只能是 {known}。"
            )
        tables[PARTS[kind][part]].append(row)
    lines = [f"name = {_value(name)}", f"synthetic = {_value(synthetic)}"]
    first = next(iter(tables))
    if not tables[first]:
        lines.append(f"{first} = []")
    for table, entries in tables.items():
        for row in entries:
            given = {key: value for key, value in row.items() if key != "part" and value not in (None, "", [])}
            lines += ["", f"[[{table}]]", *(f"{key} = {_value(value)}" for key, value in given.items())]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    """Write a value as TOML; a JSON string is a TOML string but for one sign that no name holds."""
    if isinstance(value, Mapping):
        inner = cast(Mapping[str, object], value)
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in inner.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in cast(list[object], value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
