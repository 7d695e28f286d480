"""What the commands of the county's lists do: read, write, compare with what runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from linli.schemas.admission import TaskAdmission
from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.glossary import word_of
from linli.schemas.list_files import CountyList, ListKind, as_toml, parse_list, version_of
from linli.schemas.menu import ListError, MenuItem, ServiceMenu, shipped_menu
from linli.schemas.system_words import refused_by_system
from linli.services.cli.here import Here
from linli.services.cli.inbox_files import inbox_file
from linli.services.cli.out import ZONE, Out
from linli.services.cli.refusals import in_words
from linli.services.cli.whole_output import write_output
from linli.services.cli.words import TONGUE, both
from linli.services.county_files import load_admission, load_menu
from linli.services.sheets.columns import Context
from linli.services.sheets.list_columns import LIST_COLUMNS, ListRow
from linli.services.sheets.writing import refuse_existing


class Wanted(NamedTuple):
    """A list to be made: of which sheet, into which file, which list, and what it is called."""

    file: str
    out: Path
    kind: ListKind
    name: str
    synthetic: bool
    overwrite: bool


def check_list(file: str, out: Out) -> None:
    """Check a list's file and say what is in it.

    Raises
    ------
    LinliError
        If it cannot be read, or has mistakes.
    """
    found = _parsed(_text(Path(file)), file)
    out.data(_facts(found))
    out.say(f"{file} can be used: {_counted(found)}.", f"{file} 可以使用：{_counted(found)}。")


def make_list(wanted: Wanted, out: Out) -> None:
    """Make a list of a spreadsheet; it is written only when it can be used.

    Raises
    ------
    LinliError
        If the sheet or one of its lines cannot be used, or the file is there already.
    """
    refuse_existing(wanted.out, overwrite=wanted.overwrite)
    rows = list(_rows(wanted))
    name = wanted.name or Path(wanted.file).stem
    try:
        text = as_toml(wanted.kind, name, rows, synthetic=wanted.synthetic)
        found = parse_list(text)
    except ListError as error:
        raise _unusable(wanted.file, error) from None
    write_output(wanted.out, text.encode())
    out.data({**_facts(found), "file": str(wanted.out)})
    setting = {ListKind.MENU: "LINLI_SERVICE_MENU", ListKind.ADMISSION: "LINLI_TASK_ADMISSION"}[wanted.kind]
    out.say(
        f"Written: {wanted.out}, {_counted(found)}. Set {setting} to it and start Linli anew: lists are read at start.",
        f"已写入 {wanted.out}：{_counted(found)}。请将 {setting} 设为该文件并重启邻里，清单仅在启动时读取。",
    )


def _rows(wanted: Wanted) -> Iterator[dict[str, object]]:
    columns = LIST_COLUMNS[wanted.kind]
    context = Context(ZoneInfo(ZONE.key), shipped_menu(), datetime.now(UTC))
    with inbox_file(wanted.file, columns) as file:
        for line in file.lines(context):
            if line.refused is not None:
                detail = both("line {}: {}", "第 {} 行：{}").format(line.number, in_words(line.refused, columns))
                raise LinliError(Code.LIST, detail=f"{wanted.file}, {detail}")
            if isinstance(line.body, ListRow):
                yield line.body.model_dump(mode="json", exclude={"kind"})


def show_lists(here: Here, out: Out) -> None:
    """Show both lists, and whether what runs here has read the same.

    Raises
    ------
    linli.services.settings.SettingsError
        If one of them cannot be used.
    """
    found: tuple[CountyList, ...] = (load_menu(here.settings), load_admission(here.settings))
    started = here.running.versions if here.running is not None else {}
    out.data({str(facts["list"]): facts for facts in map(_facts, found)})
    for setting, one in zip(("service_menu", "task_admission"), found, strict=True):
        version = version_of(one)
        out.say(f"{one.name}: {_counted(one)}", f"{one.name}：{_counted(one)}")
        if started.get(setting, version) != version:
            out.warn(
                "What runs here was started with another version: start it anew.",
                "运行中的邻里采用的是另一版本，请重启。",
            )
        out.table((both("code", "编码"), both("name", "名称"), both("who", "由谁")), list(_entries(one)))


def _entries(found: CountyList) -> Iterator[tuple[str, str, str]]:
    if isinstance(found, ServiceMenu):
        for item in found.items:
            yield item.code, _named(item.zh, item.en), item.office or _kinds(item)
        for office in found.offices:
            yield office.code, _named(office.zh, office.en), office.channel
    else:
        for task in (*found.tasks, *found.certificates):
            yield task.code, _named(task.zh, task.en), task.handled_by


def _kinds(item: MenuItem) -> str:
    named = both(", ", "、").join(word_of(kind, TONGUE) for kind in item.team_kinds)
    return both(f"{named}; usually regular", f"{named}；通常定期") if item.recurs else named


def _named(zh: str, en: str) -> str:
    return zh if TONGUE == "zh" else en


def _facts(found: CountyList) -> dict[str, object]:
    facts = {"name": found.name, "synthetic": found.synthetic, "version": version_of(found)}
    if isinstance(found, TaskAdmission):
        return {"list": "admission", **facts, "tasks": len(found.tasks), "certificates": len(found.certificates)}
    return {"list": "menu", **facts, "items": len(found.items), "offices": len(found.offices)}


def _counted(found: CountyList) -> str:
    version, sample = version_of(found), both(", a sample", "，样例") if found.synthetic else ""
    if isinstance(found, TaskAdmission):
        tasks, certificates = len(found.tasks), len(found.certificates)
        counted = both(f"{tasks} tasks, {certificates} certificates", f"{tasks} 项事项、{certificates} 项证明")
    else:
        items, offices = len(found.items), len(found.offices)
        counted = both(f"{items} categories, {offices} offices", f"{items} 项服务、{offices} 个部门")
    return both(f"{counted}, version {version}{sample}", f"{counted}，版本 {version}{sample}")


def _parsed(text: str, file: str) -> CountyList:
    try:
        return parse_list(text)
    except ListError as error:
        raise _unusable(file, error) from None


def _unusable(file: str, error: ListError) -> LinliError:
    said = error.clause()
    return LinliError(Code.LIST, detail=Both(f"{file}: {said.en}", f"{file}：{said.zh}"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LinliError(Code.FILE_MISSING, path=path) from None
    except UnicodeDecodeError:
        raise LinliError(Code.FILE_ENCODING, path=path) from None
    except OSError as error:
        raise LinliError(Code.FILE_UNREADABLE, path=path, detail=refused_by_system(error)) from None
