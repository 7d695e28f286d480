"""A day in virtual time: events as they come, decisions as the dispatcher takes them, people who answer."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand, apply
from linli.schemas.admission import shipped_admission
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.identity import request_id
from linli.schemas.menu import shipped_menu
from linli.schemas.policy import Mode, Policy
from linli.schemas.roster import RegisterTeam
from linli.schemas.rounds import CommandOutcome
from linli.services.demo.county import layout, sinan
from linli.services.demo.demand import Scenario
from linli.services.demo.leads import Manners, Members, answers_for, as_assumed
from linli.services.demo.requests import MONDAY, day
from linli.services.demo.residents import residents_say
from linli.services.demo.special_cases import STORY
from linli.services.demo.teams import midnight, registrations
from linli.services.demo.timed import TimedEvent
from linli.streams.codec import headers_of
from linli.streams.gazetteer import Gazetteer
from linli.streams.intake.admit import World
from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.intake.judge import CommandOut, judge
from linli.streams.sealed.keyring import Keyring

BATCH = timedelta(seconds=40)
"""Events so near to each other are decided in one round, as the dispatcher would on a fast clock."""

DAY_BEGINS, DAY_ENDS = timedelta(hours=6), time(22)
"""Before the first order, and after the last visit of the evening."""

Watch = Callable[[datetime, int], None]
"""Told the time of day and the number of the round."""


def fixed_bytes(count: int) -> bytes:
    """Stand in for the system's generator, so that a day can be repeated: nothing here needs to stay secret."""
    return b"\x07" * count


@dataclass
class VirtualDay:
    """Plays a day and keeps what happened.

    Parameters
    ----------
    seed
        Of everything invented.
    requests
        Different well-formed orders; None for as many as such a day brings.
    scenario, on
        What kind of day, and its date.
    work
        Deterministic units per round.
    policy
        The county's policy; its mode must let offers go out, for nobody sits at the desk here.
    manners
        How leads behave.
    events
        The whole stream, roster included, instead of a synthetic one.

    Attributes
    ----------
    history
        Every assignment record, in order.
    outcomes
        With each event that became a command: the event and what the desk made of it.
    dead
        With each event that intake refused: the event and the reason.
    rounds
        Every decision with its time.
    """

    seed: int = 1
    requests: int | None = None
    scenario: Scenario = Scenario.CALM
    on: date = MONDAY
    work: int = 0
    policy: Policy | None = None
    manners: Manners = as_assumed
    events: tuple[TimedEvent, ...] | None = None
    history: list[AssignmentRecord] = field(default_factory=list[AssignmentRecord])
    outcomes: list[tuple[TimedEvent, CommandOutcome]] = field(default_factory=list[tuple[TimedEvent, CommandOutcome]])
    dead: list[tuple[TimedEvent, str]] = field(default_factory=list[tuple[TimedEvent, str]])
    rounds: list[tuple[datetime, Decision]] = field(default_factory=list[tuple[datetime, Decision]])

    def __post_init__(self) -> None:
        """Lay out the day: the roster first, then the stream."""
        policy = (self.policy or Policy(mode=Mode.AUTO)).model_copy(update={"work": self.work})
        self.state = DistrictState(layout().code, policy)
        self.began = midnight(self.on).astimezone(UTC) + DAY_BEGINS
        self.ends = datetime.combine(self.on, DAY_ENDS, midnight(self.on).tzinfo).astimezone(UTC)
        self.world = World(
            districts={layout().code: Gazetteer(sinan())},
            menu=shipped_menu(),
            admission=shipped_admission(),
            at=lambda moment: moment,
            keyring=Keyring(bytes(32), fixed_bytes),
            digits=3,
        )
        self._queue: list[tuple[datetime, int, TimedEvent]] = []
        self._sent: set[str] = set()
        self._round = self._offset = 0
        first = registrations(self.on, self.began)
        stream = day(self.seed, self.requests, self.scenario, self.on)
        if self.events is not None:
            first, stream = [], list(self.events)
        self._members: Members = {
            event.body.team: event.body.members for event in [*first, *stream] if isinstance(event.body, RegisterTeam)
        }
        self.stories = frozenset(request_id(event.source, event.event_id) for event in stream if event.note == STORY)
        self._put(first)
        self._put(stream, once=False)

    def _put(self, events: Iterable[TimedEvent], *, once: bool = True) -> None:
        """Queue events; simulated people's events are sent once only."""
        for event in events:
            if once and event.event_id in self._sent:
                continue
            self._sent.add(event.event_id)
            heapq.heappush(self._queue, (event.at, len(self._sent) + len(self._queue), event))

    def play(self, watch: Watch = lambda _, __: None) -> VirtualDay:
        """Play the day to its end."""
        now = self.began
        while (due := self._next(now)) is not None and due <= self.ends:
            now = max(now, due)
            self._decide(now)
            watch(now, self._round)
        return self

    def _next(self, now: datetime) -> datetime | None:
        moments = [self._queue[0][0]] if self._queue else []
        deadline = next_deadline(self.state)
        if deadline is not None and deadline > now:
            moments.append(deadline)
        return min(moments, default=None)

    def _decide(self, now: datetime) -> None:
        """Take one round with everything that has come by now, and let people answer to it."""
        taken: list[tuple[TimedEvent, NumberedCommand]] = []
        while self._queue and self._queue[0][0] <= now + BATCH:
            at, _, event = heapq.heappop(self._queue)
            now = max(now, at)
            numbered = self._judged(event, now)
            if numbered is not None:
                taken.append((event, numbered))
        self._round += 1
        moment = Moment(now=now, round=self._round, seed=self._round, work=self.work)
        decision = decide(self.state, [numbered for _, numbered in taken], moment)
        self.state = apply(self.state, decision, now)
        self.rounds.append((now, decision))
        self.history += decision.assignments
        self.outcomes += zip((event for event, _ in taken), decision.outcomes, strict=True)
        for record in decision.assignments:
            self._put(answers_for(record, self._members, self.seed, self.stories, self.manners))
            self._put(residents_say(record, self.seed, self.stories))

    def _judged(self, event: TimedEvent, now: datetime) -> NumberedCommand | None:
        self._offset += 1
        headers = headers_of(event_type=event.event_type, source=event.source, event_id=event.event_id, time=event.at)
        record = InboxRecord("inbox", 0, self._offset, event.district.encode(), tuple(headers), event.value, now)
        out = judge(record, self.world)
        if isinstance(out, CommandOut):
            return NumberedCommand(self._offset, out.command)
        self.dead.append((event, out.letter.reason))
        return None

    def last(self) -> list[AssignmentRecord]:
        """Return the last record of every request."""
        return list(self.state.requests.values())

    def states(self) -> Counter[str]:
        """Count requests by their last state."""
        return Counter(record.state for record in self.last())

    def ever(self, state: str) -> set[str]:
        """Return the requests that ever were in a state."""
        return {record.request_id for record in self.history if record.state == state}
