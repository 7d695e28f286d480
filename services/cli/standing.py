"""``standing``: the same help again and again, by a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from linli.services.cli.options import AsJson, District, InputFile, Reason, Source, Wait, WindowOption, Zone
from linli.services.cli.words import both

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linli.schemas.standing import StandingStep

Name = Annotated[str, typer.Argument(metavar="STANDING", help=both("The order's id, s-...", "定期服务编号，s-…。"))]
Visit = Annotated[
    str,
    typer.Argument(
        metavar="VISIT",
        help=both(
            "The day the visit has by the rule, like 2026-03-17, or the moment.",
            "该次按周期的日期，如 2026-03-17，或开始时间。",
        ),
    ),
]
Rule = Annotated[
    str,
    typer.Option(
        "--rule",
        help=both("RRULE of RFC 5545, like FREQ=WEEKLY;BYDAY=TU.", "周期（RFC 5545），如 FREQ=WEEKLY;BYDAY=TU。"),
    ),
]
Holidays = Annotated[
    str,
    typer.Option(
        "--holidays",
        help=both(
            "On a public holiday: skip; before (on the last day before it); after (on the first); keep.",
            "遇节假日：skip 跳过、before 提前、after 顺延、keep 照常。",
        ),
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until", help=both("No visit begins after it, like 2026-12-31T18:00.", "截止时间，如 2026-12-31T18:00。")
    ),
]
Since = Annotated[
    str | None, typer.Option("--since", help=both("From when on (default: now).", "自何时起（默认现在）。"))
]
Ended = Annotated[bool, typer.Option("--ended", help=both("Those that have ended as well.", "包括已结束的。"))]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    standing = typer.Typer(help=both("The same help again and again.", "定期服务。"), no_args_is_help=True)
    standing.command("add", help=both("Place a standing order.", "登记定期服务。"))(add)
    standing.command("list", help=both("List standing orders with their next visits.", "列出定期服务及下次上门。"))(
        listed
    )
    standing.command("show", help=both("Show a standing order.", "查看定期服务。"))(show)
    standing.command("skip", help=both("Leave one visit out.", "跳过一次。"))(skip)
    standing.command("move", help=both("Give one visit another time.", "改期一次。"))(move)
    standing.command(
        "stop",
        help=both(
            "End it; requests that were made of its visits to come are cancelled.",
            "终止定期服务，已生成的后续点单一并取消。",
        ),
    )(stop)
    standing.command("pause", help=both("Interrupt it.", "暂停定期服务。"))(pause)
    standing.command("resume", help=both("Let it go on.", "恢复定期服务。"))(resume)
    standing.command(
        "ask-each",
        help=both("End what a team took for the whole series: teams are asked for each visit.", "取消系列，逐次派单。"),
    )(ask_each)
    app.add_typer(standing, name="standing")


def add(
    file: InputFile,
    rule: Rule,
    holidays: Holidays = "keep",
    until: Until = None,
    zone: Zone = "Asia/Shanghai",
    source: Source = "desk",
    district: District = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Place a standing order: FILE holds the order of the first visit as JSON, as for submit."""
    from pydantic import ValidationError

    from linli.schemas.errors import Code, LinliError
    from linli.schemas.standing import StandingOrder
    from linli.services.cli.delivering import deliver
    from linli.services.cli.here import run
    from linli.services.cli.refusals import in_words
    from linli.services.cli.times import instant, with_zone, zone_named
    from linli.streams.intake.field_errors import refusal
    from linli.streams.intake.strict_json import as_bytes

    where = zone_named(zone)
    end = None if until is None else instant(until, where).isoformat()
    data = {"order": with_zone(_order_in(file), where), "rule": rule, "holidays": holidays, "until": end}
    try:
        body = StandingOrder.model_validate_json(as_bytes(data))
    except ValidationError as error:
        raise LinliError(Code.NOT_APPLIED, detail=in_words(refusal(error))) from None
    work = deliver(body, request=None, source=source, district=district, wait=wait, as_json=as_json, seals=True)
    return run(work)


def _order_in(file: str) -> object:
    """Read the order from a file, or from standard input."""
    import sys
    from pathlib import Path

    from linli.schemas.errors import Code, LinliError
    from linli.schemas.system_words import refused_by_system
    from linli.services.cli.refusals import in_words
    from linli.streams.intake.inbox_record import RefusedError
    from linli.streams.intake.strict_json import parse

    try:
        given = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return parse(given)
    except FileNotFoundError:
        raise LinliError(Code.FILE_MISSING, path=file) from None
    except OSError as error:
        raise LinliError(Code.FILE_UNREADABLE, path=file, detail=refused_by_system(error)) from None
    except RefusedError as refused:
        raise LinliError(Code.NOT_APPLIED, detail=in_words(refused)) from None


def listed(ended: Ended = False, as_json: AsJson = False) -> int:
    """List standing orders, the one with the next visit first."""
    from linli.services.cli.here import run
    from linli.services.cli.standing_sheet import list_standing

    return run(list_standing(as_json=as_json, ended=ended))


def show(standing: Name, as_json: AsJson = False) -> int:
    """Show a standing order: its rule, its next visits, who usually comes."""
    from linli.services.cli.here import run
    from linli.services.cli.standing_sheet import show_standing

    return run(show_standing(standing, as_json=as_json))


def skip(
    standing: Name,
    visit: Visit,
    reason: Reason = "",
    zone: Zone = "Asia/Shanghai",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Leave one visit out; if it is a request already, that is cancelled."""
    from linli.schemas.standing import StandingStep

    return _change(standing, StandingStep.SKIP, {"reason": reason}, source, wait, as_json, (visit, zone))


def move(
    standing: Name,
    visit: Visit,
    window: WindowOption,
    reason: Reason = "",
    zone: Zone = "Asia/Shanghai",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Give one visit another time; the visits before and after it stay where they are."""
    from linli.schemas.standing import StandingStep
    from linli.services.cli.desk import windows_of

    given = {"windows": windows_of(window, zone), "reason": reason}
    return _change(standing, StandingStep.MOVE, given, source, wait, as_json, (visit, zone))


def stop(
    standing: Name,
    since: Since = None,
    reason: Reason = "",
    zone: Zone = "Asia/Shanghai",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """End a standing order; visits that have begun stay."""
    from linli.schemas.standing import StandingStep
    from linli.services.cli.times import instant, zone_named

    given = {"since": None if since is None else instant(since, zone_named(zone)), "reason": reason}
    return _change(standing, StandingStep.STOP, given, source, wait, as_json)


def pause(
    standing: Name, reason: Reason = "", source: Source = "desk", wait: Wait = 10.0, as_json: AsJson = False
) -> int:
    """Interrupt a standing order; visits that were made already are held until it goes on."""
    from linli.schemas.standing import StandingStep

    return _change(standing, StandingStep.PAUSE, {"reason": reason}, source, wait, as_json)


def resume(
    standing: Name, reason: Reason = "", source: Source = "desk", wait: Wait = 10.0, as_json: AsJson = False
) -> int:
    """Let a standing order go on: with the visits that were held and can still be made, and those to come."""
    from linli.schemas.standing import StandingStep

    return _change(standing, StandingStep.RESUME, {"reason": reason}, source, wait, as_json)


def ask_each(
    standing: Name, reason: Reason = "", source: Source = "desk", wait: Wait = 10.0, as_json: AsJson = False
) -> int:
    """End what a team took for the whole series; visits that it has agreed to stay its own."""
    from linli.schemas.standing import StandingStep

    return _change(standing, StandingStep.ASK_EACH, {"reason": reason}, source, wait, as_json)


def _change(
    standing: str,
    step: StandingStep,
    given: Mapping[str, object],
    source: str,
    wait: float,
    as_json: bool,
    visit: tuple[str, str] | None = None,
) -> int:
    """Send a change; ``visit`` is which visit is meant, as it was said, and the zone of times that state none."""
    from linli.services.cli.here import run

    return run(_deliver_to(standing, {"standing": standing, "step": step, **given}, source, wait, as_json, visit))


async def _deliver_to(
    standing: str,
    given: Mapping[str, object],
    source: str,
    wait: float,
    as_json: bool,
    visit: tuple[str, str] | None,
) -> int:
    """Send a change to the district of its order."""
    from pydantic import ValidationError

    from linli.schemas.errors import Code, LinliError
    from linli.schemas.standing import ChangeStanding
    from linli.services.cli.delivering import deliver
    from linli.services.cli.here import Here
    from linli.services.cli.refusals import in_words
    from linli.services.cli.standing_days import visit_meant
    from linli.services.cli.standing_sheet import standing_meant
    from linli.services.cli.times import zone_named
    from linli.streams.intake.field_errors import refusal

    record = await standing_meant(Here.look(), standing)
    meant = {} if visit is None else {"occurrence": visit_meant(record, visit[0], zone_named(visit[1]))}
    try:
        body = ChangeStanding.model_validate({**given, **meant})
    except ValidationError as error:
        raise LinliError(Code.NOT_APPLIED, detail=in_words(refusal(error))) from None
    return await deliver(body, request=None, source=source, district=record.district, wait=wait, as_json=as_json)
