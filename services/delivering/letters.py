"""What is said: the thin body of a webhook and the short sentence for people; both made of the record alone.

No message holds anything about a person. Whoever may know more opens the link, signs in, and is told there.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from linli.schemas.deliveries import DeliveryRecord, ListedVisit, Purpose
from linli.schemas.glossary import Tongue, word_of
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.mark_uses import MarkUse
from linli.streams.sealed.one_tap_links import one_tap_link

CODE_CHARACTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that cannot be mistaken for each other when they are read out."""

CODE_LENGTH: Final = 4
"""810,000 codes: two of the visits that a team talks about on one day hardly ever share one."""

TYPE: Final = "linli.delivery."
"""What the type of a webhook begins with; the purpose follows."""


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    text = files("linli.services.delivering").joinpath("words.toml").read_text(encoding="utf-8")
    return {part: {name: (en, zh) for name, (en, zh) in said.items()} for part, said in tomllib.loads(text).items()}


class Letters:
    """Writes messages: the same delivery always to the same bytes.

    Parameters
    ----------
    keyring
        Holds the master key, from which codes and links are derived.
    base_url
        Where the gateway is reached from outside; empty for messages without a link.
    tongue
        What the county's people read.
    """

    def __init__(self, keyring: Keyring, base_url: str, tongue: Tongue = "zh") -> None:
        self._keyring = keyring
        self._base = base_url.rstrip("/")
        self._tongue: Tongue = tongue

    def code(self, record: DeliveryRecord) -> str:
        """Give the short code of what a delivery is about: the same for all that is said about one offer.

        Who tells somebody in person, or is told of a climb, hears of the request and not of an offer.
        """
        about = record.offer if record.task is None and record.awaited is None else record.request or record.offer
        number = int(self._keyring.mark(MarkUse.SHORT_CODE, about.encode()), 16)
        found = ""
        for _ in range(CODE_LENGTH):
            number, place = divmod(number, len(CODE_CHARACTERS))
            found += CODE_CHARACTERS[place]
        return found

    def link(self, record: DeliveryRecord) -> str:
        """Give the link of a message: to answer an offer, to a team's day, else the way to sign in.

        Only the link of an offer opens anything by itself; the page of a day asks who is there first.
        """
        if not self._base:
            return ""
        if record.purpose is Purpose.OFFER and record.answer_by is not None:
            return one_tap_link(self._keyring, self._base, record.offer, record.answer_by)
        return f"{self._base}/team/day?day={record.day}" if record.day is not None else f"{self._base}/"

    def window(self, record: DeliveryRecord) -> str:
        """Write the window as people of the district read it."""
        zone = ZoneInfo(record.zone)
        start = record.start.astimezone(zone) if record.start else None
        end = record.end.astimezone(zone) if record.end else None
        if start is None or end is None:
            return ""
        return (
            f"{start:%m-%d %H:%M}–{end:%H:%M}"
            if start.date() == end.date()
            else f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}"
        )

    def short(self, record: DeliveryRecord) -> str:
        """Write the sentence that a group, a text to copy and a mail hold."""
        return self._said("short", record)

    def subject(self, record: DeliveryRecord) -> str:
        """Write the subject of a mail."""
        return self._said("subject", record)

    def body(self, record: DeliveryRecord) -> bytes:
        """Write the body of a webhook: ids, district, category, times and the link."""
        data: dict[str, Any] = {
            "delivery": record.id,
            "purpose": record.purpose.value,
            "request": record.request,
            "offer": record.offer,
            "team": record.team,
            "district": record.district,
            "category": record.category,
            "start": _written(record.start),
            "end": _written(record.end),
            "answer_by": _written(record.answer_by),
            "link": self.link(record) or None,
        }
        if record.series:
            data["series"] = True
        if record.node is not None:
            data |= {"node": record.node, "awaited": record.awaited, "stands": record.stands}
        if record.day is not None:
            visits = [_visit(one) for one in record.visits]
            data |= {"day": record.day.isoformat(), "count": len(visits), "visits": visits}
        event = {"type": TYPE + record.purpose.value, "timestamp": _written(record.made), "data": data}
        return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()

    def _said(self, part: str, record: DeliveryRecord) -> str:
        how = "_stands" if record.stands is not None else "_series" if record.series else ""
        name = record.purpose.value + how
        both = _words()[part][name]
        filled = both[1 if self._tongue == "zh" else 0].format(
            code=self.code(record),
            window=self.window(record),
            link=self.link(record),
            awaited=word_of(record.awaited, self._tongue) if record.awaited else "",
            stands=word_of(record.stands, self._tongue) if record.stands else "",
            weekday=self._weekday(record),
            count=len(record.visits),
            counted=f"{record.made.astimezone(ZoneInfo(record.zone)):%m-%d %H:%M}" if record.made else "",
        )
        return filled.strip()

    def _weekday(self, record: DeliveryRecord) -> str:
        """Name the day of a list: never "tomorrow", for it may be read the next morning."""
        if record.start is None:
            return ""
        both = _words()["weekday"][str(record.start.astimezone(ZoneInfo(record.zone)).isoweekday())]
        return both[1 if self._tongue == "zh" else 0]


def _visit(visit: ListedVisit) -> dict[str, str | None]:
    return {
        "visit": visit.id,
        "request": visit.request,
        "start": _written(visit.start),
        "end": _written(visit.end),
    }


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
