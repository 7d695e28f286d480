"""The demo's stage: ground, topics and every process of the loop, started in order and stopped in reverse."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.policy import Mode
from linli.services.demo.morning import set_clock
from linli.services.demo.options import FIRST_HOUR, DemoOptions
from linli.services.demo.picture import Picture
from linli.services.demo.requests import MONDAY
from linli.services.demo.sentences import say
from linli.services.demo.teams import midnight
from linli.services.ground.local import LocalGround, ground_of
from linli.services.language import Language
from linli.services.listening import base_url, own_address, until_listens
from linli.services.processes import process_specs
from linli.services.settings import Settings, load_settings
from linli.services.supervisor import EventKind, ProcessEvent
from linli.streams.audit.verdict import Verdict
from linli.streams.audit.verifier import judge
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.clock import Clock
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.sealed.master_key_file import create_master_key

Tell = Callable[[str], None]

GATEWAY_RATE: Final = 1_000_000
"""Requests a minute that a token may send: a day's calls fall into two minutes here, a load test's into fewer."""


class Stage:
    """Where the day is played.

    Parameters
    ----------
    settings
        Of the installation.
    ground
        The running Kafka and Valkey, with the supervisor of all processes.
    facts
        The district map and the clock.
    tell
        Prints a line.
    """

    def __init__(self, settings: Settings, ground: LocalGround, facts: Facts, tell: Tell) -> None:
        self._settings = settings
        self._ground = ground
        self._facts = facts
        self._tell = tell
        self.picture: Picture | None = None

    @property
    def settings(self) -> Settings:
        """Of the installation."""
        return self._settings

    @property
    def environment(self) -> Mapping[str, str]:
        """What a command beside it must be told to find everything, in English."""
        return {
            "LINLI_STATE": str(self._settings.state),
            "LINLI_KAFKA": self._ground.kafka,
            "LINLI_REDIS": self._ground.redis,
            "LINLI_LANGUAGE": "en",
        }

    @property
    def address(self) -> KafkaAddress:
        """How to reach Kafka."""
        return self._ground.kafka_address

    @property
    def clock(self) -> Clock:
        """The shared clock."""
        return self._facts.clock

    @property
    def partitions(self) -> int:
        """How many partitions there are."""
        return self._facts.district_map.partitions

    @property
    def versions(self) -> Mapping[str, str]:
        """The servers' real names and versions."""
        return self._ground.versions

    @property
    def gateway(self) -> str:
        """What the addresses of the gateway begin with."""
        return base_url(self._settings)

    def now(self) -> datetime:
        """Give the decision time of this moment."""
        return self._facts.clock.now()

    async def start_processes(self) -> None:
        """Start every process of the loop."""
        for spec in process_specs(self._settings, self._ground, tethered=True):
            await self._ground.supervisor.start(spec)

    async def until_gateway(self) -> None:
        """Wait until the gateway listens."""
        await until_listens(self._settings.gateway or "")

    async def go_on_at(self, moment: datetime) -> None:
        """Go on at a later decision time with a clock that is as fast as a real one; every process is started anew.

        What goes on already from then or later is left as it is.
        """
        if self._facts.clock_fact.rate == 1.0 and self.now() >= moment:
            return
        for spec in reversed(process_specs(self._settings, self._ground, tethered=True)):
            await self._ground.supervisor.stop_one(spec.name)
        self._facts = await set_clock(self.address, self._facts, max(moment, self.now()))
        await self.start_processes()
        await self.until_gateway()

    def partition_of(self, district: str) -> int | None:
        """Give the partition of a district."""
        return self._facts.partition_of(district)

    def pid(self, process: str) -> int:
        """Give the process id that a process has now."""
        return self._ground.supervisor.pid(process)

    def tell(self, line: str) -> None:
        """Say something: in the picture while it is on, else as a line."""
        if self.picture is not None:
            self.picture.news(line)
        self._tell(line)

    def picture_note(self, record: AssignmentRecord) -> None:
        """Show a ledger record in the picture."""
        if self.picture is not None:
            self.picture.note(record)

    async def verdict(self) -> Verdict:
        """Let the independent verifier judge the whole log."""
        return await judge(self.address, delivered=True, day_list_at=self._settings.day_list_at)


@asynccontextmanager
async def open_stage(options: DemoOptions, state: Path, tell: Tell, phones: str) -> AsyncGenerator[Stage]:
    """Start ground, topics and processes; stop them all at the end, whatever happens.

    Parameters
    ----------
    options
        Of the demo.
    state
        Folder for data, keys and logs.
    tell
        Prints a line.
    phones
        Where the leads' telephones listen: the one address of this machine that delivery may call.
    """
    settings = load_settings(
        mode=Mode.AUTO,
        clock_rate=options.clock_rate,
        state=state,
        delivery_loopback=(phones,),
        gateway_rate=GATEWAY_RATE,
    )
    # Once: asked again while the gateway listens there, its port would seem to be taken by somebody else.
    settings = settings.model_copy(update={"gateway": own_address(settings)})
    stage: Stage | None = None

    def process_news(event: ProcessEvent) -> None:
        if event.kind not in (EventKind.STARTED, EventKind.STOPPED):
            chinese = options.language.resolved() is Language.CHINESE
            (stage.tell if stage is not None else tell)(event.in_chinese() if chinese else str(event))

    tell(say("ground", options.language))
    async with ground_of(settings, tethered=True, on_event=process_news) as ground:
        tell(say("topics", options.language))
        create_master_key(settings.master_key_file)
        began = midnight(MONDAY) + timedelta(hours=FIRST_HOUR) - options.before_the_day
        wanted = Wanted(
            districts=settings.districts,
            partitions=settings.partitions,
            clock_rate=options.clock_rate,
            clock_origin=began,
        )
        facts = await bootstrap(ground.kafka_address, wanted)
        stage = Stage(settings, ground, facts, tell)
        tell(say("processes", options.language))
        await stage.start_processes()
        yield stage
