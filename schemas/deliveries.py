"""A delivery: something that somebody must be told, once, by whatever channel works, and how far that has got."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from linli.schemas.base import Inside, Instant, Ref
from linli.schemas.desk import ToldOutcome
from linli.schemas.escalation import Awaited
from linli.schemas.lifecycle import State
from linli.schemas.people import ChannelKind
from linli.schemas.telling import TellTask


class DeliveryState(StrEnum):
    """How a delivery went.

    ``pending``: not tried, or a person at the desk has it; ``failed``: tried in vain, and tried again; ``given_up``:
    no channel worked before it was too late; ``obsolete``: there is nothing to tell any more.
    """

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    OBSOLETE = "obsolete"


BEGUN = "begun"
"""The error of a try that was begun: if the process dies before it ends, this is what is known."""

GONE = "http_410"
"""The error of a webhook whose address said that it is gone for good: it is called no more."""

SETTLED = frozenset({DeliveryState.DELIVERED, DeliveryState.GIVEN_UP, DeliveryState.OBSOLETE})
"""States in which nothing more is sent."""


class Purpose(StrEnum):
    """What somebody is told.

    ``offer``: will your team go?; ``waiting``: thank you, other teams have not answered yet; ``committed``: you go,
    here is the visit; ``not_this_time``: the others could not, nobody goes; ``changed``: at another time than you were
    told; ``called_off``: you need not go; ``filled``: another team goes; ``lapsed``: the time to answer is over;
    ``taken_back``: the offer does not hold any more; ``in_person``: tell a resident, at the door; ``escalated``: a
    request has climbed to your level, this is what it waits or waited for; ``not_reported``: nothing was ever heard of
    your visit, this is how its record is handed in after all; ``day_ahead``: to so many visits of the
    next day you agreed, from when to when.
    """

    OFFER = "offer"
    WAITING = "waiting"
    COMMITTED = "committed"
    NOT_THIS_TIME = "not_this_time"
    CHANGED = "changed"
    CALLED_OFF = "called_off"
    FILLED = "filled"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken_back"
    IN_PERSON = "in_person"
    ESCALATED = "escalated"
    NOT_REPORTED = "not_reported"
    DAY_AHEAD = "day_ahead"


class Track(Inside):
    """A delivery's way along one channel.

    ``target`` is a keyed mark of the address, which tells equal ones from others and nothing else; ``due`` is when it
    is tried next; ``error`` is a code of ours, never the other side's text; ``ended`` is when a try showed that it
    leads nowhere.
    """

    channel: ChannelKind
    target: str = ""
    state: DeliveryState = DeliveryState.PENDING
    attempt: int = 0
    due: Instant | None = None
    error: str = ""
    ended: Instant | None = None


class Answered(Inside):
    """What a person said became of it; ``command`` is the command that said so."""

    command: str
    received_at: Instant
    outcome: ToldOutcome
    by: Ref


class ListedVisit(Inside):
    """A visit that the list of a day counts; its id is that of the offer that was accepted."""

    id: str
    request: Ref
    start: Instant
    end: Instant


class DeliveryRecord(Inside):
    """The value of the topic ``deliveries``; the same offer and purpose always have the same delivery id.

    What is told (from ``request`` to ``until``) never changes: it is written when the delivery is made, so that every
    try says the same. ``offer`` is what it is about: an offer, or the task of telling somebody. ``channel``,
    ``attempt`` and ``error`` are those of the track that moved last. ``until`` is when telling it makes no sense any
    more. ``child`` keeps it out of groups. ``node`` is who is told of a request that has climbed, ``awaited`` what it
    waits for, ``stands`` how it stood if that had come before anybody was told; ``team`` is null then. ``series`` says
    that nobody was asked: the visit came because the team took its whole standing order. The list of a day is about no
    single request: ``day`` says which day, ``visits`` what was counted when it was made, by time. Nothing in it is
    personal, and no link: that is made anew for each try.
    """

    id: str
    offer: str
    team: Ref | None
    channel: str
    state: DeliveryState
    attempt: int
    at: Instant
    error: str = ""
    request: Ref | None = None
    district: Ref | None = None
    purpose: Purpose = Purpose.OFFER
    category: str = ""
    urgency: int = 1
    child: bool = False
    start: Instant | None = None
    end: Instant | None = None
    answer_by: Instant | None = None
    zone: str = "Asia/Shanghai"
    made: Instant | None = None
    until: Instant | None = None
    task: TellTask | None = None
    tracks: tuple[Track, ...] = ()
    answered: Answered | None = None
    node: Ref | None = None
    awaited: Awaited | None = None
    stands: State | None = None
    series: bool = False
    day: date | None = None
    visits: tuple[ListedVisit, ...] = ()

    @property
    def requests(self) -> tuple[str, ...]:
        """The requests that it is about: one, or those of the visits that it lists."""
        if self.request is not None:
            return (self.request,)
        return tuple(dict.fromkeys(visit.request for visit in self.visits))

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be done."""
        return self.state in SETTLED

    @property
    def tried(self) -> bool:
        """Whether anybody may know of it: a try that began counts, for nobody can tell how it ended."""
        return any(track.attempt > 0 for track in self.tracks)

    @property
    def track(self) -> Track | None:
        """The track that a person works on, if one does."""
        by_hand = (ChannelKind.DESK, ChannelKind.COPY)
        return next((one for one in self.tracks if one.channel in by_hand and one.state not in SETTLED), None)
