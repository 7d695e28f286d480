"""The county of the stories: one whole Linli on a fast clock, shared by all of them, and judged when they are over."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import httpx2

from linli.schemas.roles import Role
from linli.services.demo.county import urban_communities
from linli.services.gateway.session import COOKIE
from linli.services.gateway.tokens import TOKENS_FILE, TokenBook
from linli.streams.clock import Clock
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
from tests.support.gateway import address_of, client_of
from tests.support.house import House
from tests.support.story_sink import Sink
from tests.support.terminal import Json, Terminal
from tests.support.waiting import PATIENCE_S, eventually

ZONE = ZoneInfo("Asia/Shanghai")
DISTRICT = "520624"

RATE = 600
"""An hour of the county is six seconds of ours: a night passes while one waits, and a lead still has time to answer."""

BEGINS = datetime(2026, 9, 22, 23, 0, tzinfo=ZONE)
"""The clock begins with a night, so that the story of the night does not have to wait for one; and a week before the
National Day, so that a weekly visit meets a real holiday among those that are made already."""

NIGHT = time(23), time(5)
"""When no team is asked."""

ORDINARY, SUGGESTING = (place.code for place in urban_communities()[:2])
"""Two communities: offers go out by themselves in the one; in the other nothing is sent."""

CLIMBING, BESIDE = (place.code for place in urban_communities()[2:4])
"""Two communities with an organisation: what waits too long in the one climbs; teams of the other are asked last."""

ALTERNATIVE = "家政合作社（模拟）"
"""Who else could clean."""

POLICY = f"""
mode = "auto"
freeze_minutes = 1440 # who is visited within a day is asked for at once
answer_minutes = [240, 480, 150] # 24, 48 and 15 seconds of ours: the last is for offers that are to run out
ask_at_once = 3
horizon_days = 30
standing_days = 28 # four visits of a weekly order are requests at once: nobody has to wait for a week to pass
quiet_hours = {{ start = "{NIGHT[0]:%H:%M}", end = "{NIGHT[1]:%H:%M}" }}

[[mode_rules]]
community = "{SUGGESTING}"
mode = "suggest"

[escalation]
pools = "by_level"

[escalation.limits]
promised = [20, 20, 20] # two seconds of ours; nothing climbs but where a story has put nodes above a place

[[escalation.alternatives]]
category = "cleaning"
name = "{ALTERNATIVE}"
"""


class County:
    """The running county. Use ``with``; leaving it judges the log.

    Attributes
    ----------
    house
        All processes, as ``linli up`` runs them.
    sink
        Where team leads are told.
    clock
        The county's time.
    """

    def __init__(self, folder: Path) -> None:
        self.sink = Sink()
        self._folder = folder
        self._names = itertools.count(1)

    def __enter__(self) -> Self:
        self.sink.__enter__()
        policy = self._folder / "policy.toml"
        policy.write_text(POLICY, encoding="utf-8")
        settings = {
            "LINLI_MODE": "auto",
            "LINLI_POLICY": str(policy),
            "LINLI_CLOCK_RATE": str(RATE),
            "LINLI_CLOCK_ORIGIN": BEGINS.isoformat(),
            "LINLI_DELIVERY_LOOPBACK": self.sink.address,
        }
        self.house = House(self._folder / "state", **settings)
        try:
            self.house.__enter__()
        except BaseException:
            self.sink.__exit__()
            raise
        self.clock = self._shared_clock()
        self.terminal = Terminal(self.house.state, LINLI_LANGUAGE="en")
        self._tokens = TokenBook(self.house.state / TOKENS_FILE)
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.close()
        self.house.stop()
        self.sink.__exit__()

    def judged(self) -> Json:
        """Let the independent verifier read the whole log; everything that was sent has been decided by now."""
        found: Json = self.terminal.json("audit", "--patience", "0")
        return found

    def now(self) -> datetime:
        """Tell the county's time."""
        return self.clock.now()

    def night(self) -> tuple[datetime, datetime]:
        """Give when the night begins and ends: the one that it is, else the next."""
        now = self.now().astimezone(ZONE)
        begins = datetime.combine(now.date() - timedelta(days=1), NIGHT[0], ZONE)
        ends = datetime.combine(now.date(), NIGHT[1], ZONE)
        return (begins, ends) if now < ends else (begins + timedelta(days=1), ends + timedelta(days=1))

    def waits_until(self, moment: datetime) -> None:
        """Let the county's time pass."""
        left = max(0.0, (self.clock.real(moment) - datetime.now(UTC)).total_seconds())
        eventually(lambda: self.now() >= moment or None, f"{moment:%H:%M}", left + PATIENCE_S)

    def new_name(self, base: str) -> str:
        """Make a name that nobody in the county has."""
        return f"{base}-{next(self._names)}"

    def signed_in(
        self, role: Role, *, team: str | None = None, place: str | None = None, member_of: str | None = None
    ) -> httpx2.Client:
        """Give somebody a token, and the client that comes with it."""
        now = datetime.now(UTC)
        name = self.new_name(role.value.replace("_", "-"))
        until = now + timedelta(days=1)
        _, token = self._tokens.issue(
            role, name, DISTRICT, now=now, expires=until, team=team, place=place, member_of=member_of
        )
        client = client_of(self.house, token, **{"accept-language": "en"})
        client.cookies.set(COOKIE, token)  # The pages want it there, as a browser brings it.
        return client

    @property
    def base(self) -> str:
        """Where the gateway listens."""
        return address_of(self.house)

    def _shared_clock(self) -> Clock:
        return asyncio.run(read_facts(KafkaAddress(bootstrap=self.house.running.kafka))).clock
