"""The log put to the test: ``audit`` judges every guarantee, ``replay`` decides again what was decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from linli.services.cli.options import AsJson
from linli.services.cli.words import both

PATIENCE_S = 60.0
"""While the service runs, what came in the last minute may still wait for its outcome."""

Patience = Annotated[
    float,
    typer.Option(
        "--patience", min=0, help=both("Seconds that the newest records may wait.", "最新记录允许等待的秒数。")
    ),
]

Verify = Annotated[
    bool, typer.Option("--verify", help=both("Exit 1 if a byte differs.", "若有一字节不同则以退出码 1 结束。"))
]
OnePartition = Annotated[
    int | None, typer.Option("--partition", min=0, help=both("Only this partition.", "只重放该分区。"))
]
WhatIfFile = Annotated[
    Path | None,
    typer.Option(
        "--what-if",
        metavar="POLICY.toml",
        help=both(
            "Run the log again with what this policy file changes, and show both side by side.",
            "按该策略文件的改动重新推演日志，并与记录并列对比。",
        ),
    ),
]


RosterFile = Annotated[
    str | None,
    typer.Option(
        "--roster",
        metavar="TEAMS",
        help=both(
            "Run the log again with these teams, as `teams import` reads them; those not named stay as recorded.",
            "用该文件中的队伍（格式同 `teams import`）重新推演；未列出的队伍保持原样。",
        ),
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "audit",
        help=both("Read the topics and judge every guarantee.", "通读主题，核查每一项保证。"),
    )(audit)
    app.command(
        "replay",
        help=both(
            "Decide again what was decided, from the log alone, and compare every byte; or see what if.",
            "仅凭日志重新计算每一轮决策，并逐字节比对；或换一套策略推演。",
        ),
    )(replay)


MetricsFile = Annotated[
    Path | None,
    typer.Option(
        "--metrics-file",
        help=both(
            "Also write the counts to this file, for the textfile collector of Prometheus' node exporter.",
            "同时把计数写入该文件，供 Prometheus node exporter 的 textfile 采集器读取。",
        ),
    ),
]


def audit(patience: Patience = PATIENCE_S, metrics_file: MetricsFile = None, as_json: AsJson = False) -> int:
    """Judge every guarantee; exit 1 if one was broken."""
    from linli.services.cli.findings import audit_log
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out

    return run(audit_log(Here.look(), Out(as_json), patience, metrics_file))


def replay(
    verify: Verify = False,
    what_if: WhatIfFile = None,
    roster: RosterFile = None,
    partition: OnePartition = None,
    as_json: AsJson = False,
) -> int:
    """Decide every round again that is still whole in the log."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.other_world import Otherwise, compare_worlds
    from linli.services.cli.out import Out
    from linli.services.cli.second_thoughts import replay_log

    if what_if is None and roster is None:
        return run(replay_log(Here.look(), Out(as_json), partition, verify=verify))
    return run(compare_worlds(Here.look(), Out(as_json), partition, Otherwise(what_if, roster), verify=verify))
