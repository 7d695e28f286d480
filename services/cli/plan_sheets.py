"""Planning from sheets, step by step, for a person at a terminal: what is read, what is planned, where it lies."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.ground_facts import ClockFact
from linli.schemas.places import District
from linli.schemas.policy import Policy
from linli.services.cli.inbox_files import InboxFile, inbox_file
from linli.services.cli.out import Out
from linli.services.cli.own_places import own_district
from linli.services.cli.policy_files import read_policy, work_of
from linli.services.cli.policy_options import PLAN_WORK
from linli.services.cli.refusals import as_data, in_words, where
from linli.services.cli.sheet_options import mapping_of
from linli.services.cli.sum_lines import say_sums
from linli.services.cli.times import instant, zone_named
from linli.services.cli.words import TONGUE, both
from linli.services.preparing import world_of
from linli.services.settings import Settings, load_settings
from linli.services.sheets.agreement import Agreement, compare
from linli.services.sheets.columns import Columns, Context
from linli.services.sheets.dispatch_sheet import Sheet, facts_of, state_of, write_dispatch
from linli.services.sheets.faults import beyond
from linli.services.sheets.limits import PLAN_LINES_MAX, PLAN_TEAMS_MAX
from linli.services.sheets.notes import sheet_word
from linli.services.sheets.order_columns import ORDER_COLUMNS
from linli.services.sheets.place_names import PlaceNames
from linli.services.sheets.planning import (
    NOTHING_IS_SEALED,
    Judged,
    PlannedDay,
    frozen,
    judged,
    plan_day,
)
from linli.services.sheets.reading import InSheet, Line
from linli.services.sheets.sheet_text import Words
from linli.services.sheets.team_columns import TEAM_COLUMNS
from linli.services.sheets.writing import refuse_unwritable, writing
from linli.streams.clock import Clock
from linli.streams.gazetteer import Gazetteer
from linli.streams.intake.admit import World

SAID_MAX: Final = 10
"""Refused lines said one by one; all of them stand in the dispatch sheet."""


@dataclass(frozen=True, slots=True)
class Planning:
    """What was asked for; see the options of ``linli plan``."""

    orders: str
    teams: str
    out: Path | None
    mapping: Path | None
    team_map: Path | None
    places: str | None
    sheet: str | None
    given: tuple[str, ...]
    team_given: tuple[str, ...]
    at: str | None
    district: str | None
    zone: str
    work: int | None
    policy: Path | None
    check: bool
    force: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where and when is planned: settings, world, district, moment, zone."""

    world: World
    district: District
    at: datetime
    zone: ZoneInfo
    context: Context


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read: its judged lines, its headers, and what of it was not read."""

    name: str
    lines: list[Judged]
    columns: Columns
    sheets: tuple[InSheet, ...]
    skipped: tuple[tuple[str, str], ...]
    encoding: str
    sums: tuple[Line, ...]

    @property
    def taken(self) -> list[Judged]:
        """The lines that were taken."""
        return [one for one in self.lines if one.refused is None]

    @property
    def returned(self) -> list[Judged]:
        """The lines that were refused."""
        return [one for one in self.lines if one.refused is not None]

    def reasons(self) -> list[tuple[Any, str]]:
        """Give the refused lines with their reasons in words."""
        return [(one.line, in_words(one.refused, self.columns)) for one in self.lines if one.refused is not None]

    @property
    def unread(self) -> list[str]:
        """The names of columns that were not read."""
        return list(dict.fromkeys(name for sheet in self.sheets for name in sheet.unread))


def plan_sheets(planning: Planning, out: Out) -> int:
    """Read two sheets, decide, write the dispatch sheet.

    Returns
    -------
    int
        0 if every line was taken, 1 if any was returned.

    Raises
    ------
    LinliError
        If a file cannot be used; then nothing is written.
    """
    if planning.out is None and not planning.check:
        detail = Both("say where to write, like -o dispatch.xlsx", "须写明输出文件，如 -o 派单表.xlsx")
        raise LinliError(Code.USAGE, detail=detail)
    if planning.out is not None:
        refuse_unwritable(planning.out, overwrite=planning.force)
    policy = read_policy(planning.policy) if planning.policy is not None else Policy()
    place = _place(planning, load_settings())
    teams = _read(
        planning.teams, TEAM_COLUMNS, planning.team_map, None, planning.team_given, place, PLAN_TEAMS_MAX, out
    )
    orders = _read(
        planning.orders, ORDER_COLUMNS, planning.mapping, planning.sheet, planning.given, place, PLAN_LINES_MAX, out
    )
    _say_assumptions(place, orders, teams, out)
    _say_returned(teams, out)
    _say_returned(orders, out)
    if planning.check or planning.out is None:
        return _say_checked(orders, teams, out)
    _say_nothing_usable(orders, teams, out)
    with _spinner(both("deciding", "正在计算"), out):
        work = work_of(planning.work, policy, PLAN_WORK)
        day = plan_day(orders.lines, teams.lines, place.district.code, place.at, work, policy=policy)
    agreement = compare(day)
    facts = _facts(day, agreement, orders, place)
    words = _words(day, place)
    sheet = Sheet(day, agreement, orders.reasons(), teams.reasons(), orders.sheets, teams.sheets, tuple(facts.items()))
    with _spinner(both("writing", "正在写入"), out), writing(planning.out, overwrite=planning.force) as book:
        write_dispatch(book, sheet, words, place.context.menu, place.district)
    return _say_result(planning.out, day, agreement, orders, teams, facts, words, out)


def _say_nothing_usable(orders: _Read, teams: _Read, out: Out) -> None:
    """Say that the dispatch sheet will hold returned lines alone, or nobody to send; it is written nevertheless."""
    if not orders.taken:
        out.say(
            "No order could be used; every line is returned with its reason.", "没有可用的点单，全部行已连同原因退回。"
        )
    if not teams.taken:
        out.say("No team could be used, so nobody can be sent.", "没有可用的队伍，因此无人可派。")


def _place(planning: Planning, settings: Settings) -> _Place:
    zone = zone_named(planning.zone)
    at = _moment(planning.at, zone)
    world = frozen(world_of(settings, Clock(ClockFact(started=at, origin=at, rate=1.0)), NOTHING_IS_SEALED), at)
    if planning.places is not None:
        own = own_district(planning.places, planning.district, Context(zone, world.menu, at))
        world = replace(world, districts={own.code: Gazetteer(own)})
    codes = list(world.districts)
    code = planning.district or (codes[0] if len(codes) == 1 else "")
    if code not in world.districts:
        raise LinliError(Code.UNKNOWN_DISTRICT, id=code or "?")
    district = world.districts[code].district
    return _Place(world, district, at, zone, Context(zone, world.menu, at, PlaceNames(district)))


def _moment(given: str | None, zone: ZoneInfo) -> datetime:
    """Give the moment to plan at, to the second: what is smaller would only make two runs differ."""
    return (datetime.now(UTC) if given is None else instant(given, zone).astimezone(UTC)).replace(microsecond=0)


def _read(
    name: str,
    columns: Columns,
    mapping: Path | None,
    sheet: str | None,
    given: Sequence[str],
    place: _Place,
    most: int,
    out: Out,
) -> _Read:
    optional = frozenset({"source_id", "team"})
    with inbox_file(name, columns, mapping_of(mapping, columns, sheet, given), optional) as file:
        lines: list[Judged] = []
        with _spinner(both(f"reading {name}", f"正在读取 {name}"), out):
            for one in _judged(file, place):
                lines.append(one)
                if len(lines) > most:
                    raise beyond(name, "lines", most)
        if not lines:
            raise LinliError(Code.NOTHING_TO_DO, path=name)
        return _Read(name, lines, columns, file.sheets, file.skipped, file.encoding, tuple(file.sums))


def _judged(file: InboxFile, place: _Place) -> Iterator[Judged]:
    return judged(file.lines(place.context, number_lines=True), place.world, place.district.code)


def _facts(day: PlannedDay, agreement: Agreement, orders: _Read, place: _Place) -> dict[str, Any]:
    facts: dict[str, Any] = facts_of(day, agreement, place.at.astimezone(place.zone), len(orders.returned))
    facts |= {"zone": place.zone.key, "district": f"{place.district.name} {place.district.code}"}
    if place.district.synthetic:
        facts["synthetic"] = sheet_word("say.synthetic", TONGUE)
    if orders.unread:
        facts["unread"] = "、".join(orders.unread)
    if orders.skipped:
        facts["skipped"] = "、".join(title for title, _ in orders.skipped)
    return facts


def _words(day: PlannedDay, place: _Place) -> Words:
    numbers = {one.record.request_id: one.record.details.source_id for one in day.lines if one.record.details}
    return Words(TONGUE, place.zone, {team: details.name for team, details in day.teams.items()}, numbers)


def _say_assumptions(place: _Place, orders: _Read, teams: _Read, out: Out) -> None:
    moment = f"{place.at.astimezone(place.zone):%Y-%m-%d %H:%M}"
    out.say(
        f"Planned as of {moment} ({place.zone.key}); words like tomorrow count from the day of order, else from then.",
        f"按 {moment}（{place.zone.key}）计划；“明天”等从登记日期算起，未登记的从该日算起。",
    )
    if place.district.synthetic:
        out.say(
            "The map is the synthetic county's; give your own grids and villages with --places.",
            "当前为模拟区划地图；正式使用请用 --places 给出本县网格村居表。",
        )
    for read in (orders, teams):
        for title, why in read.skipped:
            reason = sheet_word(f"skipped.{why}", TONGUE)
            out.say(
                f"{read.name}: sheet {title} is not read: {reason}.",
                f"{read.name}：未读取工作表“{title}”（{reason}）。",
            )
        if read.unread:
            named = ", ".join(read.unread)
            out.say(f"{read.name}: columns that are not read: {named}.", f"{read.name}：未使用的列：{named}。")


def _say_returned(read: _Read, out: Out) -> None:
    say_sums(read.name, read.sums, len(read.sheets), out)
    for one in read.returned[:SAID_MAX]:
        if one.refused is not None:
            why, at = in_words(one.refused, read.columns), where(one.line, len(read.sheets))
            out.warn(f"{read.name}, line {at}: {why}", f"{read.name} 第 {at} 行：{why}")
    more = len(read.returned) - SAID_MAX
    if more > 0:
        out.warn(f"{read.name}: {more} more lines are returned.", f"{read.name}：另有 {more} 行退回。")


def _say_checked(orders: _Read, teams: _Read, out: Out) -> int:
    """Say what would be read, and change nothing."""
    out.data({"check": True, "orders": _counts(orders), "teams": _counts(teams)})
    for read in (orders, teams):
        for sheet in read.sheets:
            names = "、".join(read.columns.shown(column.name, TONGUE) for _, column in sheet.columns)
            title = f"{read.name} {sheet.name}".strip()
            out.say(
                f"{title}: header in row {sheet.header_row}: {names}",
                f"{title}：表头在第 {sheet.header_row} 行：{names}",
            )
        out.say(
            f"{read.name}: {len(read.taken)} lines can be used, {len(read.returned)} are returned.",
            f"{read.name}：可用 {len(read.taken)} 行，退回 {len(read.returned)} 行。",
        )
    return 1 if orders.returned or teams.returned else 0


def _counts(read: _Read) -> dict[str, object]:
    refused = [as_data(one.line, one.refused, read.columns) for one in read.returned if one.refused is not None]
    return {
        "file": read.name,
        "encoding": read.encoding,
        "sheets": [{"name": sheet.name, "header_row": sheet.header_row} for sheet in read.sheets],
        "taken": len(read.taken),
        "returned": len(read.returned),
        "returned_lines": refused,
        "unread": read.unread,
        "sums": [line.number for line in read.sums],
    }


def _say_result(
    path: Path,
    day: PlannedDay,
    agreement: Agreement,
    orders: _Read,
    teams: _Read,
    facts: dict[str, Any],
    words: Words,
    out: Out,
) -> int:
    out.data(
        {
            "file": str(path),
            "summary": facts,
            "lines": [_line_data(one) for one in day.lines],
            "orders": _counts(orders),
            "teams": _counts(teams),
        }
    )
    rows = [(words.say(f"summary.{what}"), str(value)) for what, value in facts.items() if what not in _NOT_SAID]
    out.table(("", ""), rows)
    late = sum(one.record.state.value == "unmet" and _is_far(one, day, facts) for one in day.lines)
    if late:
        out.say(
            f"{late} orders lie more than {day.horizon_days} days ahead.", f"有 {late} 单超出 {day.horizon_days} 天。"
        )
    danger = [one for one in day.lines if one.record.details and one.record.details.referral == "emergency"]
    for one in danger:
        at = where(one.line, len(orders.sheets))
        out.warn(
            f"Line {at}: call 120/110/119 at once, no volunteer is sent!",
            f"第 {at} 行：请立即拨打 120/110/119，不派志愿者！",
        )
    out.say(f"The dispatch sheet is {path}.", f"派单表已写入 {path}。")
    return 1 if orders.returned or teams.returned else 0


_NOT_SAID: Final = frozenset({"zone", "district", "synthetic", "at", "unread", "skipped"})
"""Facts that were said before."""


def _is_far(one: Any, day: PlannedDay, facts: dict[str, Any]) -> bool:
    details = one.record.details
    return details is not None and (details.windows[0].start - facts["at"]).days > day.horizon_days


def _line_data(one: Any) -> dict[str, object]:
    """Give a line as a program is told of it: nothing personal."""
    details = one.record.details
    return {
        "line": one.line.number,
        "number": details.source_id,
        "state": state_of(one),
        "teams": [stop.team for stop in one.stops],
        "start": one.stops[0].start if one.stops else None,
        "to_confirm": [note.rule for note in one.line.notes if note.confirm],
    }


@contextmanager
def _spinner(what: str, out: Out) -> Generator[None]:
    """Show that something goes on and for how long, where there is a terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if out.as_json or not console.is_terminal:
        yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(what, total=None)
        yield
