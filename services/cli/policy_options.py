"""The options of the commands that decide by themselves: another policy, and how much the optimizer may work."""

from __future__ import annotations

from typing import Any, Final

import typer

from linli.services.cli.words import both

PLAN_WORK: Final = 100_000
"""Five times a live round's: here somebody waits for one plan, and a few seconds are no matter."""

SIMULATED_WORK: Final = 2_000
"""Units a round: some ten milliseconds, so that a usual day is played in seconds."""

_WORK_MAX: Final = 10_000_000
"""As much as a policy may say."""


def work_option(otherwise: int) -> Any:
    """Return ``--work``; where neither it nor a policy file says anything, a round works `otherwise` units."""
    return typer.Option(
        "--work",
        min=0,
        max=_WORK_MAX,
        metavar="UNITS",
        help=both(
            f"Units the optimizer may work a round (default: the policy file's, else {otherwise}); 0: insertion alone.",
            f"优化器每轮的计算量上限（默认取策略文件，否则 {otherwise}）；0 为仅用插入法。",
        ),
    )


def policy_option(then_en: str, then_zh: str) -> Any:
    """Return ``--policy``; the command says what becomes of asking, which needs somebody who answers."""
    return typer.Option(
        "--policy",
        metavar="POLICY.toml",
        help=both(
            f"A policy file (TOML or JSON); what it leaves out stays. {then_en}",
            f"派单策略文件（TOML 或 JSON），未写的项不变。{then_zh}",
        ),
    )
