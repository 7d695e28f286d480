"""``simulate``: a day in virtual time through the real intake and the real desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from linli.services.cli.options import AsJson
from linli.services.cli.policy_options import SIMULATED_WORK, policy_option, work_option
from linli.services.cli.words import both

Day = Annotated[
    str,
    typer.Argument(
        metavar="DAY",
        help=both(
            "calm, cold-snap, flood, or a file of events, one JSON object a line with `at`.",
            "calm（平日）、cold-snap（寒潮）、flood（洪水），或事件文件：每行一个带 `at` 的 JSON 对象。",
        ),
    ),
]
Requests = Annotated[
    int | None,
    typer.Option(
        "--requests",
        min=1,
        max=20_000,
        help=both("How many orders (default: a usual day's).", "点单数量（默认为该情景的平常数量）。"),
    ),
]
Seed = Annotated[int, typer.Option("--seed", help=both("Another seed, another day.", "随机种子。"))]
Work = Annotated[int | None, work_option(SIMULATED_WORK)]
Accept = Annotated[
    str | None,
    typer.Option(
        "--accept",
        metavar="FROM-TO",
        help=both("Per cent of its offers that a team accepts, like 50-90.", "各队接单率范围（%），如 50-90。"),
    ),
]
PolicyFile = Annotated[
    Path | None,
    policy_option("Where the desk is asked, it agrees at once.", "需派单员确认处视为立即同意。"),
]
Plots = Annotated[
    Path | None,
    typer.Option(
        "--plots",
        help=both(
            "Draw routes, load and waiting as SVG into this folder.", "将路线、工作量、等待时间绘成 SVG 存入此文件夹。"
        ),
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "simulate",
        help=both(
            "Play a day in virtual time: the real desk, simulated people, no broker. Any policy, any willingness.",
            "在虚拟时间中推演一天：真实派单逻辑、模拟人员，无需 Kafka；可换策略与接单率。",
        ),
    )(simulate)


def simulate(
    day: Day,
    requests: Requests = None,
    seed: Seed = 1,
    work: Work = None,
    accept: Accept = None,
    policy: PolicyFile = None,
    plots: Plots = None,
    as_json: AsJson = False,
) -> int:
    """Play a day."""
    from linli.services.cli.out import Out
    from linli.services.cli.simulated_day import Wanted, simulate_day

    return simulate_day(Wanted(day, requests, seed, work, accept, policy, plots), Out(as_json))
