"""What flowed in the window that somebody chose: by category of help, by partition, and what was short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from linli.schemas.glossary import words
from linli.schemas.lifecycle import State
from linli.schemas.stream_window import StreamWindow
from linli.services.console.case_lines import help_name
from linli.services.console.surroundings import Surroundings
from linli.services.console.words import Speech
from linli.streams.board.flow import WAITS_S, Flow, Tally

STATES: Final = (State.PROMISED, State.COMMITTED, State.DONE, State.UNMET, State.CANCELLED)
"""Of the steps those that whoever watches asks about: what was promised, agreed on, given, and what came to nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A category or a partition: its name, orders, and steps into each of `STATES`."""

    name: str
    tally: Tally

    @property
    def entered(self) -> list[int]:
        """How many steps there were into each of `STATES`."""
        return [self.tally.entered[state] for state in STATES]


@dataclass(frozen=True, slots=True)
class WindowSheet:
    """What the page shows of a window. ``choices`` are the windows there are: value, name, whether it is this one."""

    choices: list[tuple[str, str, bool]]
    name: str
    start: datetime
    since: datetime | None
    missing: int
    whole: Line
    categories: list[Line]
    partitions: list[Line]
    states: list[str]
    short: list[tuple[str, int]]
    waits: list[tuple[str, str]]


def window_sheet(window: StreamWindow, flow: Flow, here: Surroundings, speech: Speech) -> WindowSheet:
    """Put what flowed into words."""
    categories = [Line(help_name(here.menu, code, speech), tally) for code, tally in flow.by_category.items()]
    return WindowSheet(
        choices=[(one.value, speech.of(one), one is window) for one in StreamWindow],
        name=speech.of(window),
        start=flow.start,
        since=flow.since if flow.since is not None and flow.since > flow.start else None,
        missing=flow.missing_rounds,
        whole=Line(speech("stream.all"), flow.total),
        categories=sorted(categories, key=lambda one: (-one.tally.ordered, one.name)),
        partitions=[Line(str(partition), tally) for partition, tally in flow.by_partition.items()],
        states=[speech.of(state) for state in STATES],
        short=[(_shortfall(code, speech), number) for code, number in flow.short.most_common()],
        waits=_waits(flow, speech),
    )


def _shortfall(code: str, speech: Speech) -> str:
    """Say what was short: a hard rule's name, or how the search ended."""
    return speech.code(f"nobody.{code}" if code in words("nobody") else f"rule.{code}")


def _waits(flow: Flow, speech: Speech) -> list[tuple[str, str]]:
    """Say how long half of the orders, and 95 in 100, waited at most for their promise."""
    if not flow.waits.count:
        return []
    spans = (("stream.half", flow.waits.p50), ("stream.most", flow.waits.p95))
    return [(speech(label), at_most(seconds, speech)) for label, seconds in spans]


_UNITS: Final[Sequence[tuple[int, str]]] = ((86_400, "stream.days"), (3_600, "stream.hours"), (60, "stream.minutes"))


def at_most(seconds: float | None, speech: Speech) -> str:
    """Write the upper end of a class of waiting; ``None`` is the class that has none."""
    if seconds is None:
        return speech("stream.more_than", span=at_most(WAITS_S[-1], speech))
    for unit, name in _UNITS:
        if seconds >= unit:
            return speech(name, n=f"{seconds / unit:g}")
    return speech("stream.seconds", n=f"{seconds:g}")
