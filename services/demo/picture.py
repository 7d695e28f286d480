"""The live picture in the terminal: where all requests stand, and what has just happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.glossary import Tongue, word, word_of
from linli.schemas.lifecycle import OfferState, State
from linli.services.demo.story import ZONE, category_name, tongue
from linli.services.demo.tally import Tally, percentile
from linli.services.language import Language

LINES = 12
"""Events shown at once; a terminal of 24 lines holds them beside the numbers."""

_SHOWN = (
    State.PROMISED,
    State.OFFERED,
    State.COMMITTED,
    State.UNDER_WAY,
    State.DONE,
    State.RATED,
    State.REOPENED,
    State.UNMET,
    State.FAILED_VISIT,
    State.REFERRED,
    State.CANCELLED,
    State.CLOSED,
)


class Picture:
    """What the terminal shows while the day runs.

    Parameters
    ----------
    tally
        The day so far.
    now
        Gives the decision time.
    language
        Of the words.
    """

    def __init__(self, tally: Tally, now: Callable[[], datetime], language: Language) -> None:
        self._tally = tally
        self._now = now
        self._language = language
        self._tongue: Tongue = tongue(language)
        self._news: deque[str] = deque(maxlen=LINES)

    def news(self, line: str) -> None:
        """Add a line of news."""
        self._news.append(f"{self._clock(self._now())}  {line}")

    def note(self, record: AssignmentRecord) -> None:
        """Add a ledger record to the news."""
        category = category_name(record.details.category, self._language) if record.details else ""
        state = word_of(record.state, self._tongue)
        self._news.append(f"{self._clock(record.at)}  {record.request_id[:10]}  {state:<12} {category}")

    def __rich__(self) -> RenderableType:
        """Draw."""
        news = Text("\n".join(self._news), no_wrap=True, overflow="ellipsis")
        head = Text(f"邻里 Linli · {self._clock(self._now())}", style="bold")
        numbers = Columns([self._states(), self._offers()], padding=(0, 4))
        return Group(head, numbers, Panel(news, height=LINES + 2))

    def _states(self) -> Table:
        table = Table.grid(padding=(0, 2))
        now_in = self._tally.now_in()
        for state in _SHOWN:
            table.add_row(word_of(state, self._tongue), str(now_in[state]))
        return table

    def _offers(self) -> Table:
        table = Table.grid(padding=(0, 2))
        offers, late = self._tally.offer_states(), self._tally.latencies_ms()
        for state in (OfferState.OPEN, OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED):
            table.add_row(word_of(state, self._tongue), str(offers[state]))
        table.add_row(word("term.dead_letter", self._tongue), str(len(self._tally.dead_letters)))
        table.add_row("p50/p99 ms", f"{percentile(late, 0.5) or 0:.0f}/{percentile(late, 0.99) or 0:.0f}")
        return table

    @staticmethod
    def _clock(moment: datetime) -> str:
        return moment.astimezone(ZONE).strftime("%H:%M")
