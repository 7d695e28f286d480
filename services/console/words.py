"""What the pages say: the sentences of words.toml, the glossary for codes, times and amounts as people read them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from linli.schemas.glossary import Tongue, word, word_of
from linli.schemas.orders import Window

ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Times are shown in the time of the districts; all of China keeps this one."""

_HOUR_S: Final = 3_600
_TRANSLATED: Final = {"en": 0, "zh": 1}


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, tuple[str, str]]:
    """Return every sentence as (English, Chinese) by ``list.name``."""
    text = files("linli.services.console").joinpath("words.toml").read_text(encoding="utf-8")
    return {
        f"{list_name}.{name}": (english, chinese)
        for list_name, sentences in tomllib.loads(text).items()
        for name, (english, chinese) in sentences.items()
    }


@dataclass(frozen=True, slots=True)
class Speech:
    """One language. Call it with the name of a sentence to get the sentence."""

    tongue: Tongue

    def __call__(self, name: str, **values: object) -> str:
        """Give a sentence with its braces filled in.

        Raises
        ------
        KeyError
            If the catalogue has no such sentence, or a brace is left empty: that is a mistake of ours.
        """
        return catalogue()[name][_TRANSLATED[self.tongue]].format(**values)

    def code(self, code: str) -> str:
        """Give the glossary's word for ``list.code``."""
        return word(code, self.tongue)

    def of(self, value: StrEnum) -> str:
        """Give the glossary's word for a value of one of our enumerations."""
        return word_of(value, self.tongue)

    def listed(self, parts: Iterable[str]) -> str:
        """Join parts with the commas of the language."""
        return self("app.comma").join(parts)

    def moment(self, moment: datetime) -> str:
        """Write an instant with its day."""
        local = moment.astimezone(ZONE)
        return f"{self.day(local.date())} {local:%H:%M}"

    def hour(self, moment: datetime) -> str:
        """Write an instant without its day."""
        return f"{moment.astimezone(ZONE):%H:%M}"

    def day(self, day: date) -> str:
        """Write a day; in English with the month's number first as well, as it is written in China."""
        return f"{day.month}月{day.day}日" if self.tongue == "zh" else f"{day:%m-%d}"

    def date(self, day: date) -> str:
        """Write a day with its year: for what ends in another one."""
        return f"{day.year}年{day.month}月{day.day}日" if self.tongue == "zh" else day.isoformat()

    def span(self, window: Window) -> str:
        """Write a window; the day of its end only where it is another."""
        start, end = window.start.astimezone(ZONE), window.end.astimezone(ZONE)
        last = self.hour(end) if start.date() == end.date() else self.moment(end)
        return f"{self.moment(start)} – {last}"

    def amount(self, seconds: int) -> str:
        """Write a cost in seconds as minutes, or hours where it is more; a saving as one."""
        if seconds < 0:
            return self("app.less", amount=self.amount(-seconds))
        if seconds < _HOUR_S:
            return self("app.minutes", n=round(seconds / 60))
        return self("app.hours", n=f"{seconds / _HOUR_S:.1f}")


def today(now: datetime) -> date:
    """Give the day it is in the districts."""
    return now.astimezone(ZONE).date()
