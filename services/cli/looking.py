"""Looking at requests: ``show``, ``explain``, ``offers``, ``watch``."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from linli.services.cli.options import AsJson, RequestName
from linli.services.cli.words import both

Reveal = Annotated[
    bool,
    typer.Option(
        "--reveal",
        help=both("Open the personal part; needs the master key.", "显示个人信息（需主密钥）。"),
    ),
]
WithHistory = Annotated[bool, typer.Option("--history", help=both("Every transition so far.", "显示全部流转记录。"))]
OfTeam = Annotated[str | None, typer.Option("--team", help=both("Only this team's.", "只看该队伍。"))]
OnlyRequest = Annotated[str | None, typer.Argument(metavar="[REQUEST]", help=both("Only this request.", "只看该单。"))]
FromStart = Annotated[
    bool, typer.Option("--from-start", help=both("Begin with the oldest record kept.", "从最早的记录开始。"))
]
ForSeconds = Annotated[
    float | None, typer.Option("--seconds", min=0, help=both("Stop after so long.", "若干秒后停止。"))
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("show", help=both("How a request stands.", "查看一张单的现状。"))(show)
    app.command("explain", help=both("Why this team, or why nobody.", "为什么是这支队伍，或为什么无人可派。"))(explain)
    app.command("offers", help=both("Offers that wait for somebody.", "查看待确认和待接单的邀约。"))(offers)
    app.command("watch", help=both("Follow what happens, until Ctrl-C.", "实时查看进展，按 Ctrl-C 结束。"))(watch)


def show(request: RequestName, reveal: Reveal = False, history: WithHistory = False, as_json: AsJson = False) -> int:
    """Show a request."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out
    from linli.services.cli.request_sheet import show_request

    run(show_request(Here.look(), Out(as_json), request, reveal=reveal, history=history))
    return 0


def explain(request: RequestName, as_json: AsJson = False) -> int:
    """Explain a request's team, or the lack of one."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out
    from linli.services.cli.reasons import explain_request

    run(explain_request(Here.look(), Out(as_json), request))
    return 0


def offers(team: OfTeam = None, as_json: AsJson = False) -> int:
    """List open and proposed offers."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.offer_list import list_offers
    from linli.services.cli.out import Out

    run(list_offers(Here.look(), Out(as_json), team))
    return 0


def watch(
    request: OnlyRequest = None,
    from_start: FromStart = False,
    seconds: ForSeconds = None,
    as_json: AsJson = False,
) -> int:
    """Follow the ledger."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.live import follow
    from linli.services.cli.out import Out

    limit = math.inf if seconds is None else seconds
    try:
        run(follow(Here.look(), Out(as_json), request, limit, from_start=from_start))
    except KeyboardInterrupt:
        return 0  # It has no other end: to stop it is to have seen enough.
    return 0
