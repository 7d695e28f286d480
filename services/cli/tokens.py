"""``tokens``: who may speak to the gateway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from linli.schemas.roles import Role
from linli.services.cli.options import AsJson, District
from linli.services.cli.words import both

if TYPE_CHECKING:
    from linli.services.cli.out import Out
    from linli.services.gateway.tokens import Token, TokenBook

DAYS: Final = 180
"""How long a token works: half a year is remembered; then it is rotated."""

Name = Annotated[str, typer.Argument(metavar="NAME", help=both("Who it is for; recorded.", "持有人，将被记录。"))]
TokenId = Annotated[str, typer.Argument(metavar="ID", help=both("The token's id.", "令牌编号。"))]
Days = Annotated[int, typer.Option("--days", min=1, max=3_650, help=both("How many days it works.", "有效天数。"))]
OfTeam = Annotated[str | None, typer.Option("--team", help=both("The team (team_lead).", "队伍（队长）。"))]
OfPlace = Annotated[
    str | None,
    typer.Option("--place", help=both("Grid, community or office (officer).", "网格、社区或部门（属地干部）。")),
]
MemberOf = Annotated[
    str | None,
    typer.Option(
        "--member-of",
        metavar="TEAM",
        help=both("The team they belong to: they cannot vouch for its visits.", "所属队伍（不能为本队核实）。"),
    ),
]
Grace = Annotated[
    float,
    typer.Option(
        "--grace-hours", min=0, max=720, help=both("How many hours the former still works.", "旧令牌继续有效的小时数。")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    tokens = typer.Typer(help=both("Who may speak to the gateway.", "网关令牌。"), no_args_is_help=True)
    tokens.command("issue", help=both("Make a token; it is shown once.", "签发令牌，仅显示一次。"))(issue)
    tokens.command("list", help=both("List the tokens, never their secrets.", "列出令牌（不含密文）。"))(list_tokens)
    tokens.command("revoke", help=both("End a token at once.", "立即吊销令牌。"))(revoke)
    tokens.command("rotate", help=both("Make the successor of a token.", "更换令牌。"))(rotate)
    app.add_typer(tokens, name="tokens")


def issue(
    role: Annotated[
        Role,
        typer.Argument(
            metavar="ROLE",
            help=both("What they are towards Linli.", "角色：派单中心、代点员、队长、属地干部、运维人员、管理员。"),
        ),
    ],
    name: Name,
    district: District = None,
    team: OfTeam = None,
    place: OfPlace = None,
    member_of: MemberOf = None,
    days: Days = DAYS,
    as_json: AsJson = False,
) -> int:
    """Make a token."""
    from pydantic import ValidationError

    from linli.schemas.errors import Code, LinliError
    from linli.schemas.mistakes import first_mistake
    from linli.services.cli.here import Here
    from linli.services.cli.out import Out

    here, now = Here.look(), datetime.now(UTC)
    served = here.settings.districts
    where = district or (served[0] if len(served) == 1 else None)
    if where is None or where not in served:
        raise LinliError(Code.UNKNOWN_DISTRICT, id=where or "?")
    try:
        until = now + timedelta(days=days)
        made = _book().issue(role, name, where, now=now, expires=until, team=team, place=place, member_of=member_of)
    except ValidationError as error:
        raise LinliError(Code.USAGE, detail=first_mistake(error)) from None
    _show_made(made, Out(as_json))
    return 0


def list_tokens(as_json: AsJson = False) -> int:
    """List the tokens."""
    from linli.schemas.glossary import word_of
    from linli.services.cli.out import Out
    from linli.services.cli.words import TONGUE

    out, now = Out(as_json), datetime.now(UTC)
    found = _book().all()
    for token in found:
        out.data({"works": token.works(now), **token.model_dump(mode="json", exclude={"hashed"})})
    rows = [
        (
            token.id,
            word_of(token.role, TONGUE),
            token.name,
            token.district,
            token.team or token.place or "",
            f"{token.expires:%Y-%m-%d}",
            "" if token.works(now) else both("ended", "已失效"),
        )
        for token in found
    ]
    headers = (both("id", "编号"), both("role", "角色"), both("name", "持有人"), both("district", "区划"))
    out.table((*headers, both("scope", "范围"), both("until", "有效期至"), ""), rows)
    return 0


def revoke(token: TokenId, as_json: AsJson = False) -> int:
    """End a token."""
    from linli.services.cli.out import Out

    out = Out(as_json)
    ended = _book().revoke(token, datetime.now(UTC))
    out.data(ended.model_dump(mode="json", exclude={"hashed"}))
    out.say(f"Token {ended.id} of {ended.name} works no longer.", f"{ended.name} 的令牌 {ended.id} 已吊销。")
    return 0


def rotate(token: TokenId, grace_hours: Grace = 24, as_json: AsJson = False) -> int:
    """Make the successor of a token."""
    from linli.services.cli.out import Out

    made = _book().rotate(token, datetime.now(UTC), timedelta(hours=grace_hours))
    _show_made(made, Out(as_json))
    return 0


def _book() -> TokenBook:
    from linli.services.cli.here import Here
    from linli.services.gateway.tokens import TOKENS_FILE, TokenBook

    return TokenBook(Here.look().settings.state / TOKENS_FILE)


def _show_made(made: tuple[Token, str], out: Out) -> None:
    token, secret = made
    out.data({"token": secret, **token.model_dump(mode="json", exclude={"hashed"})})
    out.say(
        f"{secret}\nGive it to {token.name} now: it is not shown again. It works until {token.expires:%Y-%m-%d}.",
        f"{secret}\n请立即交给 {token.name}，此令牌不再显示。有效期至 {token.expires:%Y-%m-%d}。",
    )
