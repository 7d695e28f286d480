"""Shows on a terminal that something takes its time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def working(sentence: str) -> Generator[Callable[[str], None]]:
    """Show a sentence while something is done; the function that is given changes it. Nothing is shown elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # for those who sit there alone: a program waits for no drawing

    with Console(stderr=True).status(sentence) as status:
        yield status.update
