"""What changes in a team from day to day: absent, members, deputy, swap; and what became of a call: told."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from linli.services.cli.options import AsJson, By, District, InputFile, Reason, Wait, Zone
from linli.services.cli.words import both

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import BaseModel

    from linli.schemas.people import Channel
    from linli.schemas.roster import Member

Team = Annotated[str, typer.Argument(metavar="TEAM", help=both("The team's id.", "队伍编号。"))]
From = Annotated[
    str, typer.Option("--from", help=both("From when, like 2026-03-16T09:00.", "开始时间，如 2026-03-16T09:00。"))
]
Until = Annotated[
    str, typer.Option("--until", help=both("Until when, like 2026-03-17T18:00.", "结束时间，如 2026-03-17T18:00。"))
]
Phone = Annotated[str | None, typer.Option("--phone", help=both("Telephone of the deputy.", "代理队长电话。"))]
Channels = Annotated[
    list[str] | None,
    typer.Option(
        "--channel",
        metavar="KIND=TARGET",
        help=both(
            "How to reach the deputy, like sms=NUMBER; several may be given.", "联系渠道，如 sms=号码，可多次给出。"
        ),
    ),
]
Caller = Annotated[str, typer.Option("--by", help=both("Who called or went.", "联系人或上门人。"))]


class Became(StrEnum):
    """What became of a call."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("absent", help=both("A team does not go out in a span.", "队伍请假。"))(absent)
    app.command("members", help=both("Replace the members of a team.", "更新队伍成员。"))(members)
    app.command("deputy", help=both("Name who is told in the lead's place.", "指定代理队长。"))(deputy)
    app.command("told", help=both("Say what became of a call or errand.", "登记电话或上门告知的结果。"))(told)


def absent(
    team: Team,
    start: From,
    end: Until,
    reason: Reason = "",
    by: By = "desk",
    zone: Zone = "Asia/Shanghai",
    district: District = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Add an absence; visits that become impossible are matched again."""
    from linli.schemas.team_changes import Absent

    begins, ends = _span(start, end, zone)
    return _deliver(Absent(team=team, start=begins, end=ends, reason=reason, by=by), team, district, wait, as_json)


def members(
    team: Team,
    file: InputFile,
    by: By = "desk",
    district: District = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Replace a team's members by those of a JSON file: a list as in the team's own record."""
    from linli.schemas.team_changes import ChangeMembers

    body = ChangeMembers(team=team, members=members_in(file), by=by)
    return _deliver(body, team, district, wait, as_json)


def deputy(
    team: Team,
    name: Annotated[str, typer.Option("--name", help=both("The deputy's name; sealed.", "代理队长姓名。"))],
    start: From,
    end: Until,
    phone: Phone = None,
    channel: Channels = None,
    by: By = "desk",
    zone: Zone = "Asia/Shanghai",
    district: District = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Name who is told in the lead's place in a span; the contact is sealed before it is sent."""
    from linli.schemas.people import ContactPart
    from linli.schemas.team_changes import NameDeputy

    begins, ends = _span(start, end, zone)
    contact = ContactPart(name=name, phone=phone, channels=tuple(_channel(one) for one in channel or ()))
    body = NameDeputy(team=team, start=begins, end=ends, contact=contact, by=by)
    return _deliver(body, team, district, wait, as_json)


def told(
    delivery: Annotated[str, typer.Argument(metavar="DELIVERY", help=both("The delivery's id.", "送达编号。"))],
    became: Annotated[Became, typer.Argument(help=both("What became of it.", "结果。"))],
    note: Annotated[str, typer.Option("--note", help=both("A sentence to be recorded.", "备注。"))] = "",
    by: Caller = "desk",
    district: District = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Say what became of a call by the desk, or of telling somebody in person."""
    from linli.schemas.desk import Told, ToldOutcome

    body = Told(delivery=delivery, outcome=ToldOutcome(became.value), by=by, note=note)
    return _deliver(body, "", district, wait, as_json)


def _span(start: str, end: str, zone: str) -> tuple[datetime, datetime]:
    from linli.schemas.errors import Code, LinliError
    from linli.services.cli.times import instant, zone_named

    here = zone_named(zone)
    begins, ends = instant(start, here), instant(end, here)
    if ends <= begins:
        raise LinliError(Code.USAGE, detail=both("--until is not after --from", "--until 须晚于 --from"))
    return begins, ends


def _channel(text: str) -> Channel:
    from linli.schemas.errors import Code, LinliError
    from linli.schemas.people import Channel, ChannelKind

    kind, _, target = text.partition("=")
    try:
        return Channel(kind=ChannelKind(kind), target=target)
    except ValueError:
        listed = ", ".join(ChannelKind)
        raise LinliError(
            Code.USAGE,
            detail=both(
                f"--channel is KIND=TARGET, KIND one of {listed}", f"--channel 写作 种类=地址，种类可选 {listed}"
            ),
        ) from None


MEMBERS_BYTES_MAX = 1_000_000
"""Largest file of members: five hundred of them take a fifth of it."""


def members_in(file: str) -> tuple[Member, ...]:
    """Read members from a JSON file.

    Raises
    ------
    LinliError
        If there is no such file, or it holds no list of members; no value of it is shown.
    """
    import sys
    from pathlib import Path

    from pydantic import TypeAdapter, ValidationError

    from linli.schemas.errors import Both, Code, LinliError
    from linli.schemas.mistakes import first_mistake
    from linli.schemas.repeated_keys import first_repeated
    from linli.schemas.roster import Member
    from linli.schemas.system_words import refused_by_system

    def refused(said: Both) -> LinliError:
        return LinliError(Code.USAGE, detail=Both(f"{file}: {said.en}", f"{file}：{said.zh}"))

    try:
        raw = sys.stdin.buffer.read(MEMBERS_BYTES_MAX) if file == "-" else Path(file).read_bytes()[:MEMBERS_BYTES_MAX]
    except FileNotFoundError:
        raise LinliError(Code.FILE_MISSING, path=file) from None
    except OSError as error:
        raise LinliError(Code.FILE_UNREADABLE, path=file, detail=refused_by_system(error)) from None
    try:
        members = TypeAdapter(tuple[Member, ...]).validate_json(raw)
    except ValidationError as error:
        raise refused(first_mistake(error)) from None
    twice = first_repeated(raw)
    if twice is not None:
        raise refused(twice)
    return members


def _deliver(body: BaseModel, team: str, district: str | None, wait: float, as_json: bool) -> int:
    from linli.services.cli.delivering import deliver
    from linli.services.cli.here import run

    source = f"team:{team}" if team else "desk"
    return run(deliver(body, request=None, source=source, district=district, wait=wait, as_json=as_json))
