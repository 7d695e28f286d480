"""What one may choose about the demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from linli.services.demo.demand import Scenario
from linli.services.language import Language

MINUTES_DEFAULT = 1.8
"""Real minutes for the day: about two with start and end, short enough to watch, long enough to kill something."""

START_UP_S = 11.0
"""Real seconds for starting processes and registering teams; the clock is set so that the day begins after them."""

FIRST_HOUR, LAST_HOUR = 7.0, 20.5
"""The demo's day: from before the first order to after the last visit of the evening."""

MORNING_HOUR = 8.0
"""The next morning's hour, on which the day's reports are made and people look around: teams are at work, and the
visits of the morning are asked for now."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Options of one demo.

    Parameters
    ----------
    requests
        Different well-formed orders; ``None`` for as many as such a day brings.
    minutes
        Real minutes that the day takes.
    scenario
        What kind of day.
    seed
        Of everything that is invented.
    as_json
        Whether the last line is one JSON object, and the picture is left out.
    serve
        Whether everything stays up afterwards, to look around.
    kill
        Whether the demo kills its own dispatcher once.
    state
        Folder to keep; ``None`` for a temporary one.
    language
        Of the texts.
    """

    requests: int | None = None
    minutes: float = MINUTES_DEFAULT
    scenario: Scenario = Scenario.CALM
    seed: int = 1
    as_json: bool = False
    serve: bool = False
    kill: bool = True
    state: Path | None = None
    language: Language = Language.AUTO

    @property
    def command(self) -> str:
        """What one types to play the same day again, without a folder: a day is played in a fresh one."""
        usual = DemoOptions()
        words = ["linli demo", *(["--serve"] if self.serve else [])]
        words += [f"--requests {self.requests}"] if self.requests is not None else []
        words += [f"--minutes {self.minutes:g}"] if self.minutes != usual.minutes else []
        words += [f"--scenario {self.scenario.replace('_', '-')}"] if self.scenario is not usual.scenario else []
        words += [f"--seed {self.seed}"] if self.seed != usual.seed else []
        words += ["--no-kill"] if not self.kill else []
        return " ".join([*words, *(["--json"] if self.as_json else [])])

    @property
    def before_the_day(self) -> timedelta:
        """How long before the day's first hour the clock starts, in decision time."""
        return timedelta(seconds=START_UP_S * self.clock_rate)

    @property
    def clock_rate(self) -> float:
        """Seconds of the day per real second."""
        return (LAST_HOUR - FIRST_HOUR) * 60.0 / self.minutes
