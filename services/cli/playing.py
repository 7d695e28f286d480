"""``demo``: a synthetic county's day on a real Kafka and a real Valkey, in about two minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from linli.services.cli.options import AsJson
from linli.services.cli.words import both

Requests = Annotated[
    int | None,
    typer.Option(
        "--requests",
        min=1,
        max=20_000,
        help=both("How many different orders (default: a usual day's).", "点单数量（默认为该情景的平常数量）。"),
    ),
]
Minutes = Annotated[
    float,
    typer.Option("--minutes", min=0.5, max=1_440, help=both("Real minutes that the day takes.", "演示时长（分钟）。")),
]
Kind = Annotated[
    Literal["calm", "cold-snap", "flood"],
    typer.Option("--scenario", help=both("What kind of day.", "情景：平日、寒潮、洪水。")),
]
Seed = Annotated[int, typer.Option("--seed", help=both("Another seed, another day.", "随机种子。"))]
NoKill = Annotated[
    bool, typer.Option("--no-kill", help=both("Do not kill the dispatcher on the way.", "中途不强杀派单进程。"))
]
Serve = Annotated[
    bool,
    typer.Option("--serve", help=both("Stay up afterwards and say where the pages are.", "结束后保留页面供查看。")),
]
StateFolder = Annotated[
    Path | None, typer.Option("--state", help=both("Keep everything in this folder.", "保留全部数据的文件夹。"))
]

MINUTES_DEFAULT = 1.8
"""The same as the demo's own default, which is not read here because that would load the demo for ``--help``."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "demo",
        help=both(
            "Play a synthetic day through the whole loop; exit 0 only if every guarantee held.",
            "演示完整流程的一天（数据为虚构）；所有保证均成立时退出码为 0。",
        ),
    )(demo)


def demo(
    requests: Requests = None,
    minutes: Minutes = MINUTES_DEFAULT,
    scenario: Kind = "calm",
    seed: Seed = 1,
    as_json: AsJson = False,
    no_kill: NoKill = False,
    serve: Serve = False,
    state: StateFolder = None,
) -> int:
    """Play a synthetic day."""
    from linli.services.demo.demand import Scenario
    from linli.services.demo.main import run_demo
    from linli.services.demo.options import DemoOptions
    from linli.services.ground.claim import usable_folder
    from linli.services.settings import load_settings

    options = DemoOptions(
        requests=requests,
        minutes=minutes,
        scenario=Scenario(scenario.replace("-", "_")),
        seed=seed,
        as_json=as_json,
        kill=not no_kill,
        serve=serve,
        state=None if state is None else usable_folder(state.expanduser().absolute(), "--state"),
        language=load_settings().language,
    )
    return run_demo(options)
