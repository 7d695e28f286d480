"""Saying that lines of a sheet add up the others, and were passed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from linli.services.cli.out import Out
from linli.services.cli.refusals import where
from linli.services.sheets.reading import Line

NAMED_MAX: Final = 6
"""Lines named one by one: a month in one sheet has a sum a week."""


def say_sums(name: str, sums: Sequence[Line], sheets: int, out: Out) -> None:
    """Say in one sentence which lines were passed over because they add up others; nothing where there are none."""
    if not sums:
        return
    named = [where(line, sheets) for line in sums[:NAMED_MAX]]
    more = "…" if len(sums) > NAMED_MAX else ""
    out.say(
        f"{name}: sums are passed over, which is no mistake: line {', '.join(named)}{more}.",
        f"{name}：第 {'、'.join(named)}{more} 行为合计行，已跳过，无需处理。",
    )
