"""``solve``: the matcher alone, on a problem in VROOM's JSON format."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from linli.services.cli.options import AsJson
from linli.services.cli.words import both

SECONDS_MAX = 86_400.0
"""A day: longer, and somebody has confused units."""

ProblemFile = Annotated[
    str,
    typer.Argument(
        metavar="PROBLEM", help=both("VROOM's JSON, or - for standard input.", "VROOM 格式的 JSON；- 为标准输入。")
    ),
]
Seconds = Annotated[
    float | None,
    typer.Option(
        "--seconds",
        min=0,
        max=SECONDS_MAX,
        help=both(
            "How long to search (default 2); reading, and the reasons for who is left out (--explain-seconds), "
            "come on top.",
            "搜索时长（秒，默认 2）；读取文件与说明未安排原因（--explain-seconds）的时间另计。",
        ),
    ),
]
Work = Annotated[
    int | None,
    typer.Option(
        "--work",
        min=0,
        help=both("Deterministic units instead: the same answer everywhere.", "改用确定性计算量，结果处处相同。"),
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help=both("Another seed, another search.", "随机种子。"))]
Threads = Annotated[int, typer.Option("--threads", min=1, max=64, help=both("Threads that may work.", "可用线程数。"))]
OutFile = Annotated[
    str | None, typer.Option("-o", "--out", metavar="OUT", help=both("Write the solution here.", "解写入此文件。"))
]
Bound = Annotated[
    float | None,
    typer.Option(
        "--bound",
        min=0,
        max=SECONDS_MAX,
        help=both(
            "So many seconds more for a bound on what any plan could serve, and a price for every job.",
            "另用若干秒计算任何计划最多可服务多少，并给出每项任务的价格。",
        ),
    ),
]
Explained = Annotated[
    int | None,
    typer.Option(
        "--explain",
        min=0,
        help=both(
            "Of how many left out to say why, the most urgent first (default 60), as far as --explain-seconds allows.",
            "最多说明多少项未安排的原因，紧急者优先（默认 60），以 --explain-seconds 为限。",
        ),
    ),
]
ExplainSeconds = Annotated[
    float | None,
    typer.Option(
        "--explain-seconds",
        min=0,
        max=SECONDS_MAX,
        help=both(
            "How long to say why, and to prove changes the smallest, the cheapest first (default 5); not with --work.",
            "说明原因并证明改动最小的时长（秒，默认 5），先易后难；不可与 --work 同用。",
        ),
    ),
]
TerrainOption = Annotated[
    Literal["seat", "hill", "mountain"],
    typer.Option(
        "--terrain",
        help=both("How one travels where the file has no matrix.", "文件未给出矩阵时按何种地形估算路程。"),
    ),
]


TravelOption = Annotated[
    str,
    typer.Option(
        "--travel",
        help=both(
            "Where ways come from without a matrix: estimate, osrm:URL, valhalla:URL, csv:FILE.",
            "无矩阵时的路程来源：estimate、osrm:网址、valhalla:网址、csv:文件。",
        ),
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "solve",
        help=both(
            "Plan a problem in VROOM's JSON format with the matcher alone; unassigned jobs come with reasons. "
            "Other things may be done between a pickup and its delivery; when breaks are taken is chosen before the "
            "search.",
            "仅用匹配引擎求解 VROOM 格式的问题；未安排的任务附带原因。"
            "取件与送达之间可插入其他任务；休息时间在求解前选定，无须回到出发地。",
        ),
    )(solve)


def solve(
    problem: ProblemFile,
    seconds: Seconds = None,
    work: Work = None,
    seed: Seed = 1,
    threads: Threads = 1,
    out: OutFile = None,
    terrain: TerrainOption = "hill",
    travel: TravelOption = "estimate",
    bound: Bound = None,
    explained: Explained = None,
    explain_seconds: ExplainSeconds = None,
    as_json: AsJson = False,
) -> int:
    """Solve a file."""
    from linli.services.cli.out import Out
    from linli.services.cli.solve_file import Ways, solve_file
    from linli.services.solving.explaining import explaining_of
    from linli.services.solving.limits import allowance_of

    allowance, explaining = allowance_of(seconds, work, seed, threads), explaining_of(explained, explain_seconds, work)
    return solve_file(problem, allowance, out, Ways(terrain, travel), Out(as_json), bound, explaining)
