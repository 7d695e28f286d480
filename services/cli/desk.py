"""What a person at the desk says about a request: cancel, amend, assign, confirm, hold, refer, record, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from linli.services.cli.options import (
    AsJson,
    By,
    District,
    Leg,
    Note,
    Reason,
    RequestName,
    Source,
    Team,
    Wait,
    Why,
    WindowOption,
    Zone,
)
from linli.services.cli.words import both

if TYPE_CHECKING:
    from pydantic import BaseModel

    from linli.schemas.orders import Window

Agreed = Annotated[bool, typer.Option("--agreed", help=both("The team has said yes already.", "队伍已口头同意。"))]
Members = Annotated[
    list[str] | None,
    typer.Option(
        "--member",
        help=both("Who goes, with --agreed; several may be given.", "上门成员（与 --agreed 连用），可多次给出。"),
    ),
]
WholeGiven = Annotated[
    bool,
    typer.Option(
        "--series",
        help=both("With --agreed: yes to the whole standing order.", "与 --agreed 连用：队伍已同意接下整个系列。"),
    ),
]
WholeConfirmed = Annotated[
    bool,
    typer.Option(
        "--series",
        help=both(
            "Approve the team for the whole standing order: its later offers go out by themselves.",
            "整个系列均确认由该队：以后各次派单无须逐次确认。",
        ),
    ),
]
Minutes = Annotated[
    int | None,
    typer.Option("--minutes", min=5, max=480, help=both("Length of the visit in minutes.", "服务时长（分钟）。")),
]
Urgent = Annotated[bool | None, typer.Option("--urgent/--not-urgent", help=both("Whether it is urgent.", "是否紧急。"))]
Consented = Annotated[
    bool, typer.Option("--consent", help=both("The guardian has agreed, too.", "已取得本人及监护人同意。"))
]
WhoAsks = Annotated[
    Literal["resident", "team", "desk"], typer.Option("--by", help=both("Who asked for it.", "由谁提出。"))
]
WhoSays = Annotated[
    Literal["resident", "proxy", "call_back"], typer.Option("--by", help=both("Whose word it is.", "评价来源。"))
]
Stars = Annotated[
    int, typer.Argument(metavar="STARS", min=1, max=5, help=both("1 (bad) to 5 (good).", "1（差）至 5（好）星。"))
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("cancel", help=both("The help is no longer wanted.", "取消点单。"))(cancel)
    app.command("amend", help=both("Change windows, length or urgency.", "修改时段、时长或紧急程度。"))(amend)
    app.command("assign", help=both("Name the team that shall go.", "指派队伍。"))(assign)
    app.command("confirm", help=both("Approve the proposed team.", "确认拟派队伍。"))(confirm)
    app.command("hold", help=both("Keep a request; nobody is asked.", "挂起点单。"))(hold)
    app.command("mark", help=both("Call a request a hard problem.", "标记为疑难问题。"))(mark)
    app.command("release", help=both("End a hold.", "恢复挂起的点单。"))(release)
    app.command("refer", help=both("Hand a request to an office.", "转交有关部门。"))(refer)
    app.command("reschedule", help=both("Agree on another time.", "改约时间。"))(reschedule)
    app.command("record", help=both("Write down help that was given already.", "补录已完成的服务。"))(record)
    app.command("claim", help=both("A team takes a request by itself.", "队伍主动接单。"))(claim)
    app.command("rate", help=both("Record the resident's word.", "记录群众评价。"))(rate)


def cancel(
    request: RequestName,
    reason: Reason = "",
    source: Source = "desk",
    district: District = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Cancel a request; honoured even before its order has come."""
    from linli.schemas.orders import Cancel
    from linli.services.cli.here import request_named, target_named

    body = Cancel(target=target_named(request), reason=reason)
    return deliver(body, request_named(request), source, district, wait, as_json)


def amend(
    request: RequestName,
    window: WindowOption = None,
    minutes: Minutes = None,
    urgent: Urgent = None,
    consent: Consented = False,
    reason: Reason = "",
    zone: Zone = "Asia/Shanghai",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Change what was ordered; only what is given is changed."""
    from linli.schemas.errors import Code, LinliError
    from linli.schemas.orders import Amend
    from linli.schemas.people import Consent
    from linli.services.cli.here import request_named, target_named

    windows = windows_of(window, zone)
    if windows is None and minutes is None and urgent is None and not consent:
        raise LinliError(
            Code.USAGE,
            detail=both(
                "say what is to change: --window, --minutes, --urgent or --consent",
                "须写明改什么：--window、--minutes、--urgent 或 --consent",
            ),
        )
    body = Amend(
        target=target_named(request),
        windows=windows,
        minutes=minutes,
        urgent=urgent,
        consent=Consent(beneficiary=True, guardian=True) if consent else None,
        reason=reason,
    )
    return deliver(body, request_named(request), source, None, wait, as_json)


def assign(
    request: RequestName,
    team: Team,
    reason: Why,
    by: By = "desk",
    leg: Leg = 0,
    start: Annotated[
        str | None,
        typer.Option(
            "--start", help=both("When the visit begins, like 2026-03-16T09:00.", "上门时间，如 2026-03-16T09:00。")
        ),
    ] = None,
    agreed: Agreed = False,
    member: Members = None,
    series: WholeGiven = False,
    zone: Zone = "Asia/Shanghai",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Name the team. Costs may be overridden, hard rules may not."""
    from linli.schemas.desk import Assign
    from linli.schemas.errors import Code, LinliError
    from linli.services.cli.here import request_named, target_named
    from linli.services.cli.times import instant, zone_named

    if series and not agreed:
        raise LinliError(Code.USAGE, detail=both("--series needs --agreed", "--series 须与 --agreed 连用"))
    body = Assign(
        target=target_named(request),
        team=team,
        leg=leg,
        start=None if start is None else instant(start, zone_named(zone)),
        agreed=agreed,
        members=tuple(member or ()),
        series=series,
        reason=reason,
        by=by,
    )
    return deliver(body, request_named(request), source, None, wait, as_json)


def confirm(
    request: RequestName,
    by: By = "desk",
    leg: Leg = 0,
    note: Note = "",
    series: WholeConfirmed = False,
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Approve the proposed team; its offer goes out."""
    from linli.schemas.desk import Confirm
    from linli.services.cli.here import request_named, target_named

    body = Confirm(target=target_named(request), leg=leg, by=by, note=note, series=series)
    return deliver(body, request_named(request), source, None, wait, as_json)


def record(
    request: RequestName,
    team: Team,
    start: Annotated[
        str,
        typer.Option("--start", help=both("When it began, like 2026-03-16T09:00.", "开始时间，如 2026-03-16T09:00。")),
    ],
    minutes: Annotated[
        int, typer.Option("--minutes", min=0, max=1440, help=both("How many minutes it took.", "用时（分钟）。"))
    ],
    reason: Why,
    member: Annotated[
        list[str] | None,
        typer.Option("--member", help=both("Who went; several may be given.", "上门成员，可多次给出。")),
    ] = None,
    by: By = "desk",
    zone: Zone = "Asia/Shanghai",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Write down help that was given before it was entered."""
    from linli.schemas.desk import RecordVisit
    from linli.services.cli.here import request_named, target_named
    from linli.services.cli.times import instant, zone_named

    body = RecordVisit(
        target=target_named(request),
        team=team,
        members=tuple(member or ()),
        start=instant(start, zone_named(zone)),
        minutes=minutes,
        reason=reason,
        by=by,
    )
    return deliver(body, request_named(request), source, None, wait, as_json)


def claim(
    request: RequestName,
    team: Team,
    member: Annotated[
        list[str], typer.Option("--member", help=both("Who goes; several may be given.", "上门成员，可多次给出。"))
    ],
    leg: Leg = 0,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Let a team take a request nobody was asked for; only where offers go out by themselves."""
    from linli.schemas.answers import Claim
    from linli.services.cli.here import request_named, target_named

    body = Claim(target=target_named(request), team=team, leg=leg, members=tuple(member))
    return deliver(body, request_named(request), f"team:{team}", None, wait, as_json)


def hold(
    request: RequestName,
    reason: Why,
    by: By = "desk",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Keep a request where it is."""
    from linli.schemas.desk import Hold
    from linli.services.cli.here import request_named, target_named

    body = Hold(target=target_named(request), reason=reason, by=by)
    return deliver(body, request_named(request), source, None, wait, as_json)


def mark(
    request: RequestName,
    reason: Why,
    undo: Annotated[bool, typer.Option("--undo", help=both("Take the mark back.", "取消标记。"))] = False,
    by: By = "desk",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Call a request a hard problem, or take that back; solving it counts for the unit that does."""
    from linli.schemas.desk import Mark
    from linli.services.cli.here import request_named, target_named

    body = Mark(target=target_named(request), hard=not undo, reason=reason, by=by)
    return deliver(body, request_named(request), source, None, wait, as_json)


def release(
    request: RequestName, by: By = "desk", source: Source = "desk", wait: Wait = 10.0, as_json: AsJson = False
) -> int:
    """End a hold; the request is matched again at once."""
    from linli.schemas.desk import Release
    from linli.services.cli.here import request_named, target_named

    body = Release(target=target_named(request), by=by)
    return deliver(body, request_named(request), source, None, wait, as_json)


def refer(
    request: RequestName,
    office: Annotated[
        str,
        typer.Argument(
            metavar="OFFICE",
            help=both("Its code on the county's menu, or its name.", "服务清单中的部门代码，或部门名称。"),
        ),
    ],
    reason: Why,
    by: By = "desk",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Hand a request to an office that is no volunteer team."""
    from linli.schemas.desk import Refer
    from linli.services.cli.here import request_named, target_named

    body = Refer(target=target_named(request), office=office, reason=reason, by=by)
    return deliver(body, request_named(request), source, None, wait, as_json)


def reschedule(
    request: RequestName,
    window: WindowOption,
    by: WhoAsks = "desk",
    reason: Reason = "",
    zone: Zone = "Asia/Shanghai",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Agree on another time; the former promise ends."""
    from linli.schemas.answers import Reschedule
    from linli.services.cli.here import request_named, target_named

    body = Reschedule(target=target_named(request), windows=windows_of(window, zone) or (), by=by, reason=reason)
    return deliver(body, request_named(request), source, None, wait, as_json)


def rate(
    request: RequestName,
    stars: Stars,
    by: WhoSays = "call_back",
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            help=both(
                "In a word, like on_time or patient; several may be given.", "标签，如 on_time、patient，可多次给出。"
            ),
        ),
    ] = None,
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Record the resident's word on the service."""
    from linli.schemas.answers import Rate
    from linli.services.cli.here import request_named, target_named

    body = Rate(target=target_named(request), stars=stars, tags=tuple(tag or ()), by=by)
    return deliver(body, request_named(request), source, None, wait, as_json)


def windows_of(given: list[str] | None, zone: str) -> tuple[Window, ...] | None:
    """Read windows written as ``FROM/UNTIL``."""
    from linli.schemas.errors import Code, LinliError
    from linli.schemas.orders import Window
    from linli.services.cli.times import instant, zone_named

    if not given:
        return None
    found: list[Window] = []
    for text in given:
        start, slash, end = text.partition("/")
        if not slash:
            raise LinliError(
                Code.USAGE,
                detail=both(
                    f"--window {text}: write FROM/UNTIL, like 2026-03-16T09:00/2026-03-16T11:00",
                    f"--window {text}：写作 起/止，如 2026-03-16T09:00/2026-03-16T11:00",
                ),
            )
        found.append(Window(start=instant(start, zone_named(zone)), end=instant(end, zone_named(zone))))
    return tuple(found)


def deliver(body: BaseModel, request: str | None, source: str, district: str | None, wait: float, as_json: bool) -> int:
    """Send a command and say what became of it."""
    from linli.services.cli.delivering import deliver
    from linli.services.cli.here import run

    return run(deliver(body, request=request, source=source, district=district, wait=wait, as_json=as_json))
