"""The counter: hands tries to the channels, a few at a time, at the pace of each target, and takes back what came."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from linli.schemas.deliveries import DeliveryRecord
from linli.services.delivering.channels import ROBOTS, Channels
from linli.services.delivering.contacts import Way
from linli.services.delivering.letters import Letters
from linli.services.delivering.pace import RobotPace, digests
from linli.services.delivering.robots import TEXT_BYTES_MAX
from linli.services.delivering.sent import UNSENT, Sent

SENDING_MAX: Final = 64
"""Tries under way at a time; the rest wait their turn. Each is a connection, and a slow target holds one for 15 s."""

PER_TARGET_MAX: Final = 8
"""Tries under way to one target: a slow one must not hold up everybody else."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A try that was written down and may be made: the delivery, the place of its track, and the way."""

    record: DeliveryRecord
    place: int
    way: Way


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an errand."""

    errand: Errand
    sent: Sent


class Counter:
    """Makes tries.

    Parameters
    ----------
    channels
        Sends.
    letters
        Writes what robots say.
    clock
        Real seconds of a clock that never goes back.
    holds
        Tells whether what a delivery says is still so: asked again right before it leaves.
    """

    def __init__(
        self,
        channels: Channels,
        letters: Letters,
        clock: Callable[[], float],
        holds: Callable[[DeliveryRecord], bool] = lambda _: True,
    ) -> None:
        self._channels = channels
        self._letters = letters
        self._clock = clock
        self._holds = holds
        self._slots = asyncio.Semaphore(SENDING_MAX)
        self._target_slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_TARGET_MAX))
        self._paces: defaultdict[str, RobotPace] = defaultdict(RobotPace)
        self._rests: dict[str, float] = {}
        self._robots: dict[str, list[Errand]] = {}
        self._speaking: set[str] = set()
        self._busy: defaultdict[str, int] = defaultdict(int)
        self._outcomes: list[Outcome] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.news = asyncio.Event()

    def busy(self, delivery: str) -> bool:
        """Tell whether a try of a delivery is under way."""
        return self._busy.get(delivery, 0) > 0

    def rest_s(self, way: Way) -> float:
        """Say how many real seconds a target is to be left alone."""
        return self._rests.get(way.mark, 0.0) - self._clock()

    def send(self, errands: Iterable[Errand]) -> None:
        """Make tries, beside whatever the caller does next."""
        for errand in errands:
            self._busy[errand.record.id] += 1
            if errand.way.kind in ROBOTS:
                self._to_robot(errand)
            else:
                self._start(self._one(errand))

    def taken(self) -> list[Outcome]:
        """Take what came of tries since the last time."""
        self.news.clear()
        found, self._outcomes = self._outcomes, []
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.discard(task)
            task.result()  # An error nobody foresaw ends the process; the try was written down before it was made.
        return found

    async def wait(self, seconds: float) -> None:
        """Wait until something has come back or there is news, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self.news.wait()
        except TimeoutError:
            return

    async def close(self) -> None:
        """Give up what is under way; it was written down and will be tried again."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda _: self.news.set())

    async def _one(self, errand: Errand) -> None:
        async with self._target_slots[errand.way.mark], self._slots:
            sent = await self._channels.send(errand.way, errand.record) if self._holds(errand.record) else UNSENT
        self._back([errand], sent)

    def _to_robot(self, errand: Errand) -> None:
        """Queue something for a robot; one task for each robot works its queue off."""
        mark = errand.way.mark
        self._robots.setdefault(mark, []).append(errand)
        if mark not in self._speaking:
            self._speaking.add(mark)
            self._start(self._speak(mark))

    async def _speak(self, mark: str) -> None:
        """Say things one by one while the minute allows it, and the rest together."""
        pace = self._paces[mark]
        try:
            while self._robots[mark]:
                if pace.singles(self._clock()) > 0:
                    await self._say(pace, self._taken_of(mark, 1))
                    continue
                await asyncio.sleep(max(0.0, pace.digest_at(self._clock()) - self._clock()))
                lines = [self._letters.short(errand.record) for errand in self._robots[mark]]
                [(_, count), *_] = digests(lines, TEXT_BYTES_MAX)
                await self._say(pace, self._taken_of(mark, count))
        finally:
            self._speaking.discard(mark)

    def _taken_of(self, mark: str, count: int) -> list[Errand]:
        taken, self._robots[mark] = self._robots[mark][:count], self._robots[mark][count:]
        return taken

    async def _say(self, pace: RobotPace, errands: list[Errand]) -> None:
        """Say several things in one message, those that have become untrue left out."""
        true = [errand for errand in errands if self._holds(errand.record)]
        self._back([errand for errand in errands if errand not in true], UNSENT)
        if not true:
            return
        pace.note(self._clock())
        text = "\n".join(self._letters.short(errand.record) for errand in true)
        async with self._slots:
            sent = await self._channels.say(true[0].way, text)
        self._back(true, sent)

    def _back(self, errands: Sequence[Errand], sent: Sent) -> None:
        for errand in errands:
            self._busy[errand.record.id] -= 1
            if not self._busy[errand.record.id]:
                del self._busy[errand.record.id]
            self._outcomes.append(Outcome(errand, sent))
        if errands and sent.pause is not None:
            self._rests[errands[0].way.mark] = self._clock() + sent.pause.total_seconds()
        self.news.set()
