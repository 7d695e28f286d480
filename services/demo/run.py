"""One run of the demo's day: who sends, who answers, who is killed, and what it came to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.live import Live

from linli.matcher.travel import HaversineTravel
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.identity import request_id
from linli.schemas.topics import COMMANDS, INBOX
from linli.services.demo import county_day, organisation
from linli.services.demo.callers import Callers, sends_as
from linli.services.demo.decided_again import DECIDED_AGAIN, decided_again
from linli.services.demo.door import Door
from linli.services.demo.door_checks import AT_THE_DOOR, broken_at_the_door
from linli.services.demo.follow import follow
from linli.services.demo.kill import Kill, kill_and_wait
from linli.services.demo.leads import answers_for
from linli.services.demo.nearest_desk import compare
from linli.services.demo.options import FIRST_HOUR, LAST_HOUR, MORNING_HOUR, DemoOptions
from linli.services.demo.phones import Phones
from linli.services.demo.picture import Picture
from linli.services.demo.post import Post
from linli.services.demo.report import Judged, Outcome, outcome_of
from linli.services.demo.report_checks import REPORTS_CHECKED, Compared, compared_reports
from linli.services.demo.requests import MONDAY, day
from linli.services.demo.residents import residents_say
from linli.services.demo.sentences import say
from linli.services.demo.special_cases import STORY
from linli.services.demo.stage import Stage
from linli.services.demo.tally import Tally
from linli.services.demo.teams import midnight
from linli.services.demo.timed import TimedEvent
from linli.streams.audit.verdict import Guarantee
from linli.streams.log_reader import open_reader

KILL_AT = 0.45
"""The kill falls on the middle of the busy morning: plenty before it to keep, plenty after it to do."""

SETTLE_MAX_S = 30.0
"""Real seconds that everything sent may take to be decided after the day; usual is under one."""

TEAMS_MAX_S = 30.0
"""Real seconds until all teams are in the roster."""


@dataclass(slots=True)
class DayRun:
    """One run of the day.

    Attributes
    ----------
    by_hand
        The team whose lead is a real person from now on: nobody answers for it.
    """

    options: DemoOptions
    stage: Stage
    tally: Tally
    console: Console
    phones: Phones
    callers: Callers
    door: Door = field(init=False)
    submitted: int = 0
    story_request: str = ""
    kill: Kill | None = None
    by_hand: str = ""

    async def play(self, afterwards: Callable[[Post], Awaitable[None]]) -> None:
        """Play the day: register teams, send the stream, let leads and residents answer, kill once, settle.

        Parameters
        ----------
        afterwards
            What is done when everything is decided, while leads and residents still answer.
        """
        events = day(self.options.seed, self.options.requests, self.options.scenario, MONDAY)
        events = sorted([*county_day.at_their_nodes(events), *county_day.orders(MONDAY)], key=lambda event: event.at)
        self.story_request = _story_request(events)
        async with AsyncExitStack() as stack:
            self.door = await stack.enter_async_context(
                Door(self.stage.gateway, self.callers, self._ordered_by, self.phones.links)
            )
            post = await stack.enter_async_context(
                Post(self.stage.address, self.stage.now, self.stage.partition_of, self._sent, self.door)
            )
            await stack.enter_async_context(self._following(post))
            await self._register_teams(post)
            await self.stage.until_gateway()
            post.put(self.phones.reachable(events))
            self._tell("day", count=len(events), minutes=self.options.minutes)
            await self._run_day(post)
            self._tell("closing")
            await self._settle()
            await afterwards(post)

    @asynccontextmanager
    async def _following(self, post: Post) -> AsyncGenerator[None]:
        """Follow the ledger in the background; if that fails, the demo fails."""
        members = {team.team: team.members for team in county_day.everybody(MONDAY)}
        stories, certain = frozenset({self.story_request}), county_day.served_for_certain(MONDAY)

        def leads_say(record: AssignmentRecord) -> None:
            """Let leads answer what they were told of, and go where they said they would."""
            heard = self.phones.as_heard(record)
            answers = answers_for(heard, members, self.options.seed, stories, certain=certain)
            post.put_once(one for one in answers if getattr(one.body, "team", "") != self.by_hand)

        def answer(record: AssignmentRecord) -> None:
            self.stage.picture_note(record)
            leads_say(record)
            post.put_once(residents_say(record, self.options.seed, stories | certain))
            post.put_once(county_day.grid_workers_say(record, self.options.seed, stories | certain))

        def hear(request: str) -> None:
            if known := self.tally.history.get(request):
                leads_say(known[-1])

        self.phones.on_offer, self.phones.age_s = hear, self._age_s
        task = asyncio.create_task(follow(self.stage.address, self.stage.partitions, self.tally, answer))
        try:
            yield
            if task.done():
                task.result()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _register_teams(self, post: Post) -> None:
        """Send the organisation and the roster, and wait until the dispatcher has applied both: nodes come first."""
        await post.send_now(organisation.registrations(self.stage.clock.now()))
        events = self.phones.reachable(county_day.registered(MONDAY, self.stage.clock.now()))
        self._tell("teams", count=len(events))
        await post.send_now(events)
        async with asyncio.timeout(TEAMS_MAX_S):
            while len(self.tally.roster) < len(events):
                await asyncio.sleep(0.05)

    def _age_s(self, moment: datetime) -> float:
        """Give the real seconds since a decision time."""
        return (datetime.now(UTC) - self.stage.clock.real(moment)).total_seconds()

    async def _run_day(self, post: Post) -> None:
        """Send everything at its time, with the picture on, and kill the dispatcher on the way."""
        end = midnight(MONDAY) + timedelta(hours=LAST_HOUR)
        picture = Picture(self.tally, self.stage.now, self.options.language)
        self.stage.picture = picture
        killing = asyncio.create_task(self._kill_once()) if self.options.kill else None
        with self._live(picture):
            await post.run(end)
        if killing is not None:
            await killing

    def _live(self, picture: Picture) -> AbstractContextManager[object]:
        """Show the picture where there is a terminal to show it on."""
        if self.console.is_terminal and not self.options.as_json:
            return Live(picture, console=self.console, refresh_per_second=4, transient=True)
        return nullcontext()

    async def _kill_once(self) -> None:
        hours = FIRST_HOUR + KILL_AT * (LAST_HOUR - FIRST_HOUR)
        at = self.stage.clock.real(midnight(MONDAY) + timedelta(hours=hours))
        await asyncio.sleep(max(0.0, (at - datetime.now(at.tzinfo)).total_seconds()))
        self.kill = await kill_and_wait(
            lambda: self.stage.pid("dispatcher-0"), self.tally, lambda pid: self._tell("killed", pid=pid)
        )
        if self.kill.recovered_s is not None:
            self._tell("recovered", seconds=self.kill.recovered_s)

    async def _settle(self) -> None:
        """Wait until every command that intake will ever make of what was sent has been decided."""
        async with asyncio.timeout(SETTLE_MAX_S):
            while not await self._is_settled():
                await asyncio.sleep(0.2)

    async def _is_settled(self) -> bool:
        commands = await self._end(COMMANDS.name)
        decided = self.tally.rounds[-1][1].next_offset if self.tally.rounds else 0
        outcomes = sum(len(record.outcomes) for _, record in self.tally.rounds)
        return decided >= commands and outcomes + len(self.tally.dead_letters) >= await self._end(INBOX.name)

    async def _end(self, topic: str) -> int:
        async with open_reader(self.stage.address) as reader:
            return sum(span.end for span in await reader.spans(topic, range(self.stage.partitions)))

    async def judge(self, seconds: float) -> Outcome:
        """Let the verifier read the log, hold the gateway's answers against it, and compare with a telephone desk."""
        self._tell("judging")
        verdict = await self.stage.verdict()
        began = midnight(MONDAY) + timedelta(hours=FIRST_HOUR)
        comparison = compare(
            self.tally.last(), self.tally.roster.values(), self.tally.plans.values(), began, HaversineTravel()
        )
        broken = [f"{one.guarantee}: {one.where}: {one.detail}" for one in verdict.breaks]
        if self.options.kill and (self.kill is None or self.kill.recovered_s is None):
            broken.append("the dispatcher did not come back after it was killed")
        if self.phones.changed or self.phones.refused:
            broken.append(
                f"{len(self.phones.changed)} deliveries changed their body, {self.phones.refused} were unsigned"
            )
        broken += await broken_at_the_door(self.door, self.tally)
        compared = await self._compared()
        broken += compared.broken
        self._tell("replaying")
        rounds_again, differing = await decided_again(self.stage.address, self.stage.partitions)
        broken += differing
        judged = Judged(
            lost=verdict.lost,
            double_assigned=verdict.doubled,
            checked=len(Guarantee) + len(AT_THE_DOOR) + len(REPORTS_CHECKED) + len(DECIDED_AGAIN),
            broken=broken,
            versions=self.stage.versions,
            kills=int(self.kill is not None),
            recovered_s=self.kill.recovered_s if self.kill is not None else None,
            seconds=round(seconds, 1),
            submitted=self.submitted,
            told=len(self.phones.told),
            told_ms=(self.phones.latency_ms(0.5), self.phones.latency_ms(0.99)),
            door=self.door,
            reports=compared.rows,
            rounds_again=rounds_again,
        )
        return outcome_of(self.tally, comparison, judged)

    async def _compared(self) -> Compared:
        """Let the night pass, so that the day is over for every report, and hold them against the log."""
        self._tell("reports")
        await self.stage.go_on_at(midnight(MONDAY) + timedelta(days=1, hours=MORNING_HOUR))
        return await compared_reports(self.stage, self.callers)

    def _sent(self, event: TimedEvent, at: datetime) -> None:
        """Note an order that was sent, and when: latency is measured from its first submission."""
        if event.kind == "order" or event.expected is not None:
            self.submitted += 1
        source_id = getattr(event.body, "source_id", None)
        if event.kind == "order" and source_id is not None:
            self.tally.ordered_at.setdefault(request_id(sends_as(event.source), source_id), at)

    def _ordered_by(self, request: str) -> str:
        """Give the sender of a request's order, as the ledger knows it."""
        details = self.tally.history[request][0].details
        return details.source if details is not None else ""

    def _tell(self, key: str, **values: object) -> None:
        line = say(key, self.options.language, **values)
        self.stage.tell(line)


def _story_request(events: list[TimedEvent]) -> str:
    event = next((event for event in events if event.note == STORY), None)
    return request_id(sends_as(event.source), getattr(event.body, "source_id", "")) if event is not None else ""
