"""Says where there is no machine code: then insertion alone decides, and a plan is worse than it need be."""

from __future__ import annotations

from linli.matcher import compiled
from linli.services.cli.out import Out


def warn_if_cold(out: Out) -> None:
    """Say on standard error that nothing is searched, and how that is mended; nothing where all is set up."""
    if not compiled.is_warm():
        out.warn(
            "The search is not set up on this machine: insertion alone decides, and leaves more people out. "
            "`make setup`, or `python -m linli.matcher.search.compile`, sets it up in a minute.",
            "本机尚未编译搜索程序：仅由插入法安排，未安排的会更多。"
            "运行 `make setup` 或 `python -m linli.matcher.search.compile`，约一分钟即可。",
        )
