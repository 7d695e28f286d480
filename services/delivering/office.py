"""The post office: what must be told is written down, tried when it is due, and settled; everything in one task.

Tries run beside it, but only this task knows and changes how deliveries stand. What changed in one look is written in
one go; only then does anything leave the house.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as Time  # noqa: N812 - the module of that name is needed as well.
from typing import Final

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import GONE, Answered, DeliveryRecord, DeliveryState, Purpose
from linli.schemas.lifecycle import TERMINAL
from linli.schemas.organisation import NodeRecord
from linli.schemas.people import ChannelKind
from linli.schemas.policy import QuietHours
from linli.schemas.roster import RosterRecord
from linli.schemas.telling import TellTask, tell_tasks
from linli.services.delivering import tracks
from linli.services.delivering.contacts import Contacts, Nobody, Way
from linli.services.delivering.counter import Counter, Errand, Outcome
from linli.services.delivering.day_lists import DayLists, list_holds
from linli.services.delivering.figures import Figures
from linli.services.delivering.notices import by_id, notices, still_holds, task_notice
from linli.services.delivering.schedule import not_before
from linli.services.delivering.sent import How
from linli.services.delivering.tracks import Rules
from linli.streams.clock import Clock
from linli.streams.delivery.book import KEPT, DeliveryBook
from linli.streams.delivery.feed import Change, DeliveryFeed, RoundPolicy, ToldCommand
from linli.streams.delivery.writer import DeliveryWriter
from linli.streams.log_lines import log_for

LOOK_S: Final = 0.5
"""How long a look waits for news at most; what is due is sent no later than that."""

BEGIN_MAX: Final = 200
"""Tries begun in one look: what is written in one transaction stays far below its time limit."""

SHOW_S: Final = 1.0
"""How often the figure of what waits is renewed; a scrape comes every fifteen seconds."""

NEWS_S: Final = 5.0
"""How long a team or its key that is not known yet is waited for: the records of one round lie in several topics, and
which of them is read first is chance."""

YET_TO_COME: Final = frozenset({Nobody.UNKNOWN_TEAM, Nobody.UNKNOWN_NODE, Nobody.ERASED})
"""Why nobody can be told, where that may only mean that the record in question has not been read yet."""

LATEST: Final = timedelta(hours=1)
"""A delivery that waits for nothing we know of is looked at again after this."""

_TIDY: Final = timedelta(hours=1)

_log = log_for("delivery")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an office is made of."""

    feed: DeliveryFeed
    book: DeliveryBook
    writer: DeliveryWriter
    contacts: Contacts
    counter: Counter
    clock: Clock
    figures: Figures
    rules: Rules
    day_list_at: Time | None = None


class Office:
    """Delivers. Use `run`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._requests: dict[str, AssignmentRecord] = {}
        self._tasks: dict[str, list[TellTask]] = {}
        self._quiet: QuietHours | None = None
        self._due: list[tuple[datetime, str]] = []
        self._gone: dict[str, datetime] = {}
        self._news: asyncio.Queue[list[Change]] = asyncio.Queue(maxsize=4)
        self._changed: dict[str, DeliveryRecord] = {}
        self._words: list[ToldCommand] = []
        self._lists = DayLists(parts.day_list_at, parts.contacts.zone_of)
        self._tidied = parts.clock.now()
        self._shown = 0.0

    async def run(self) -> None:
        """Deliver until cancelled; whatever goes wrong inside ends it.

        Raises
        ------
        aiokafka.errors.KafkaError
            If Kafka refuses us, or another process has taken over.
        """
        await self._restore()
        follower = asyncio.create_task(self._follow(), name="follow the log")
        try:
            while True:
                await self._look(follower)
        finally:
            follower.cancel()
            await asyncio.wait((follower,))
            await self._parts.counter.close()

    def holds(self, record: DeliveryRecord) -> bool:
        """Tell whether what a delivery says is still so, as far as the log was read."""
        if record.purpose is Purpose.DAY_AHEAD:
            return list_holds(record, self._requests)
        return still_holds(record, self._requests.get(record.request or ""))

    async def _restore(self) -> None:
        """Work out from the log what must be told and is not."""
        await self._parts.feed.restore(self._note)
        for record in self._parts.book.all():
            self._note_gone(record)
        now = self._parts.clock.now()
        for request in list(self._requests):
            self._review(request, now)
        self._hear(now)
        waiting = list(self._parts.book.open())
        for record in waiting:
            self._wake(record, now)
        _log.info("restored", known=len(self._parts.book), waiting=len(waiting), new=len(self._changed))

    async def _follow(self) -> None:
        while True:
            if changes := await self._parts.feed.follow(LOOK_S):
                await self._news.put(changes)
                self._parts.counter.news.set()

    async def _look(self, follower: asyncio.Task[None]) -> None:
        """Take what is new, begin what is due, write, and let the tries go."""
        if follower.done():
            follower.result()
        now = self._parts.clock.now()
        for outcome in self._parts.counter.taken():
            self._end(outcome, now)
        self._take_news(now)
        self._list_days(now)
        errands = self._begin(now)
        if self._changed:
            changed, self._changed = self._changed, {}
            await self._parts.writer.write(changed.values())
            for record in changed.values():
                self._parts.book.put(record)
                self._wake(record, now)
        self._parts.counter.send(errands)
        self._show()
        self._tidy(now)
        if not errands:
            await self._parts.counter.wait(self._wait_s())

    def _take_news(self, now: datetime) -> None:
        touched: dict[str, None] = {}
        while not self._news.empty():
            for change in self._news.get_nowait():
                self._note(change)
                if isinstance(change, AssignmentRecord):
                    touched[change.request_id] = None
        for request in touched:
            self._review(request, now)
        self._hear(now)

    def _note(self, change: Change) -> None:
        """Take a change in, without deciding anything yet."""
        if isinstance(change, AssignmentRecord):
            self._note_request(change)
        elif isinstance(change, RosterRecord | NodeRecord):
            self._parts.contacts.put(change)
        elif isinstance(change, RoundPolicy):
            self._quiet = change.policy.quiet_hours
        else:
            self._words.append(change)

    def _note_request(self, record: AssignmentRecord) -> None:
        before = self._requests.get(record.request_id)
        if before is not None or record.version == 1:  # After compaction the step before is not known: no task.
            tasks = tell_tasks(before, record)
            if tasks:
                self._tasks.setdefault(record.request_id, []).extend(tasks)
        self._requests[record.request_id] = record

    def _review(self, request: str, now: datetime) -> None:
        """Make what must be told about a request, and drop what is not so any more."""
        record = self._requests[request]
        known = self._known(request)
        for made in notices(record, known, now):
            self._change(made)
        for task in self._tasks.pop(request, []):
            made = task_notice(task, record, now)
            if made.id not in known and still_holds(made, record) and (made.until is None or now < made.until):
                self._change(made)
        for made in self._known(request).values():
            if not made.settled and not self.holds(made):
                self._change(tracks.settled(made, DeliveryState.OBSOLETE, now))
        for made in self._known(request).values():
            if not made.settled and not made.tracks:
                self._open(made, now)
        if record.state in TERMINAL and all(one.settled for one in self._known(request).values()):
            del self._requests[request]

    def _list_days(self, now: datetime) -> None:
        """Make the lists of the next day that are due and that nobody has been sent."""
        for made in self._lists.due(self._requests.values(), now, lambda one: self._get(one) is not None):
            self._open(self._change(made), now)

    def _hear(self, now: datetime) -> None:
        """Note what people said of calls and errands."""
        words, self._words = self._words, []
        for word in words:
            record = self._get(word.told.delivery)
            if record is None:
                continue
            said = Answered(
                command=word.command.id,
                received_at=word.command.received_at,
                outcome=word.told.outcome,
                by=word.told.by,
            )
            heard = tracks.answered(record, said, now)
            if heard is not record:
                self._change(heard)

    def _begin(self, now: datetime) -> list[Errand]:
        """Begin the tries that are due, at most so many at once."""
        errands: list[Errand] = []
        while self._due and self._due[0][0] <= now and len(errands) < BEGIN_MAX:
            _, delivery = heapq.heappop(self._due)
            record = self._get(delivery)
            if record is not None and not record.settled and not self._parts.counter.busy(delivery):
                errands += self._begin_one(record, now)
        return errands

    def _begin_one(self, record: DeliveryRecord, now: datetime) -> list[Errand]:
        if not self.holds(record):
            self._change(tracks.settled(record, DeliveryState.OBSOLETE, now))
            return []
        if record.until is not None and now >= record.until:
            self._change(tracks.expired(record, now))
            return []
        later = not_before(record, self._quiet, now)
        if later is not None:
            self._wake_at(later, record.id)
            return []
        tired = tracks.tired_out(record, now)
        record = self._open(record if tired is record else self._change(tired), now)
        errands: list[Errand] = []
        for place in tracks.due_tries(record, now):
            record, errand = self._begin_track(record, place, now)
            if errand is not None:
                errands.append(errand)
        return errands

    def _begin_track(self, record: DeliveryRecord, place: int, now: datetime) -> tuple[DeliveryRecord, Errand | None]:
        track = record.tracks[place]
        reach = self._parts.contacts.of(record, now)
        way = next((one for one in reach.ways if (one.kind, one.mark) == (track.channel, track.target)), None)
        if way is None or self._is_closed(way, reach.since):
            error = "contact_changed" if way is None else "disabled"
            record = self._open(tracks.given_up(record, place, error, now), now)
            self._wake_at(now, record.id)
            return self._change(record), None
        rest = self._parts.counter.rest_s(way)
        if rest > 0:
            self._wake_at(self._in_real(rest, now), record.id)
            return record, None
        record = self._change(tracks.begun(record, place, now))
        return record, Errand(record, place, way)

    def _end(self, outcome: Outcome, now: datetime) -> None:
        """Note how a try ended, and open the next channel if it is time to."""
        record = self._get(outcome.errand.record.id)
        if record is None:
            return
        place, sent = outcome.errand.place, outcome.sent
        rest = None if sent.pause is None else self._in_real(sent.pause.total_seconds(), now)
        record = tracks.ended(record, place, sent, now, rest)
        if sent.how is How.GONE:
            _log.warning("an address is gone and is called no more", team=record.team, delivery=record.id)
        self._note_gone(record)
        self._parts.figures.ended(record, place, now)
        self._change(record if record.settled else self._open(record, now))

    def _open(self, record: DeliveryRecord, now: datetime) -> DeliveryRecord:
        """Open the next channel of a delivery if it is time to; only then is the contact unsealed."""
        if not tracks.wants_next(record, now, self._parts.rules):
            return record
        reach = self._parts.contacts.of(record, now)
        news_by = self._in_real(NEWS_S, record.made or record.at)
        if reach.why_none in YET_TO_COME and now < news_by:
            self._wake_at(news_by, record.id)
            return record
        moved = tracks.opened(record, reach, lambda way: self._is_closed(way, reach.since), now, self._parts.rules)
        return record if moved is record else self._change(moved)

    def _is_closed(self, way: Way, since: datetime | None) -> bool:
        """Tell whether an address said that it is gone after the team was last written down."""
        gone = self._gone.get(way.mark)
        return gone is not None and (since is None or gone >= since)

    def _note_gone(self, record: DeliveryRecord) -> None:
        for track in record.tracks:
            if track.error == GONE and track.channel is ChannelKind.WEBHOOK:
                said = track.ended or record.at
                self._gone[track.target] = max(said, self._gone.get(track.target, said))

    def _known(self, request: str) -> dict[str, DeliveryRecord]:
        known = by_id(self._parts.book.of_request(request))
        known.update((one.id, one) for one in self._changed.values() if request in one.requests)
        return known

    def _get(self, delivery: str) -> DeliveryRecord | None:
        return self._changed.get(delivery) or self._parts.book.get(delivery)

    def _change(self, record: DeliveryRecord) -> DeliveryRecord:
        self._changed[record.id] = record
        return record

    def _wake(self, record: DeliveryRecord, now: datetime) -> None:
        """See to it that a delivery is looked at when it is due."""
        if not record.settled:
            self._wake_at(tracks.next_due(record) or now + LATEST, record.id)

    def _wake_at(self, when: datetime, delivery: str) -> None:
        heapq.heappush(self._due, (when, delivery))

    def _in_real(self, seconds: float, now: datetime) -> datetime:
        """Give the decision time that it will be after so many seconds of real time."""
        return now + timedelta(seconds=seconds) * self._parts.clock.fact.rate

    def _wait_s(self) -> float:
        if not self._due:
            return LOOK_S
        left = self._parts.clock.real_span(self._due[0][0] - self._parts.clock.now()).total_seconds()
        return min(LOOK_S, max(0.0, left))

    def _show(self) -> None:
        """Show what waits, every now and then: it is counted anew each time."""
        if time.monotonic() - self._shown > SHOW_S:
            self._shown = time.monotonic()
            self._parts.figures.waiting(self._parts.book.open())

    def _tidy(self, now: datetime) -> None:
        if now - self._tidied > _TIDY:
            self._tidied = now
            for request in [one for one, record in self._requests.items() if record.state in TERMINAL]:
                self._review(request, now)
            self._parts.book.forget(now - KEPT)


def waiting(records: Iterable[DeliveryRecord]) -> list[DeliveryRecord]:
    """Give the deliveries that somebody at the desk must see to, the most urgent first."""
    found = [one for one in records if one.track is not None]
    return sorted(found, key=lambda one: (one.urgency, one.answer_by or one.until or one.at, one.id))
