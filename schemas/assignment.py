"""The assignment record: a request's whole current state, one record per transition, gapless versions.

``assignments`` is ledger and feed at once: whoever reads a request's last record knows all there is to know.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from linli.schemas.answers import DeclineReason, FailedReason, Spent
from linli.schemas.base import Inside, Instant, Ref
from linli.schemas.choices import DeskChoice
from linli.schemas.escalation import Climb
from linli.schemas.explanation import WhyNobody, WhyTeam
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.orders import RequestDetails, Window
from linli.schemas.referrals import OfficeAnswer

RECENT_COMMANDS_MAX = 32
"""Command ids remembered per request, so that a command handled twice by intake is seen; intake repeats at most the
few records that were in flight when it died, and one request rarely has more than ten commands in all."""


class Audience(StrEnum):
    """Who is told what becomes of a request: nobody outside the office of a suspected harm, nobody in ``suggest``."""

    TEAM = "team"
    RESIDENT = "resident"
    GUARDIAN = "guardian"
    REQUESTER = "requester"


EVERYBODY = tuple(Audience)
"""The usual case: all are told."""


class Registered(Inside):
    """Known and admitted (已受理)."""

    state: Literal[State.REGISTERED] = State.REGISTERED


class Promised(Inside):
    """A window is promised, the team is still open (已排期); the tentative team is in ``plans``."""

    state: Literal[State.PROMISED] = State.PROMISED
    window: Window


class Offered(Inside):
    """A team is being asked (已派单)."""

    state: Literal[State.OFFERED] = State.OFFERED


class Committed(Inside):
    """Every leg has a team that goes (已接单)."""

    state: Literal[State.COMMITTED] = State.COMMITTED


class UnderWay(Inside):
    """Somebody is there (服务中)."""

    state: Literal[State.UNDER_WAY] = State.UNDER_WAY
    since: Instant


class DoneState(Inside):
    """The help was given (已完成). ``over_limit``: more was spent than the category allows, or something at all."""

    state: Literal[State.DONE] = State.DONE
    at: Instant
    minutes: int
    spent: Spent | None = None
    over_limit: bool = False


class Rated(Inside):
    """The resident has spoken (已评价)."""

    state: Literal[State.RATED] = State.RATED
    stars: int
    tags: tuple[str, ...]
    by: str


class Reopened(Inside):
    """The rating was low: the community looks into it (差评回访). ``stars`` and whose word it was."""

    state: Literal[State.REOPENED] = State.REOPENED
    stars: int
    tags: tuple[str, ...] = ()
    by: str


class Closed(Inside):
    """Nothing more will happen (办结). ``outcome`` is the state it was closed from."""

    state: Literal[State.CLOSED] = State.CLOSED
    outcome: State


class Withdrawn(Inside):
    """A team accepted and then could not go (退单); matched again at once."""

    state: Literal[State.WITHDRAWN] = State.WITHDRAWN
    team: Ref
    reason: str


class Rescheduled(Inside):
    """Another time was asked for (改约)."""

    state: Literal[State.RESCHEDULED] = State.RESCHEDULED
    by: str
    reason: str


class FailedVisitState(Inside):
    """The team was there in vain (上门未果), or nobody ever said what became of the visit (``not_reported``)."""

    state: Literal[State.FAILED_VISIT] = State.FAILED_VISIT
    team: Ref
    reason: FailedReason | Literal["not_reported"]


class OnHold(Inside):
    """Kept by the desk (挂起)."""

    state: Literal[State.ON_HOLD] = State.ON_HOLD
    by: Ref
    reason: str


class Referred(Inside):
    """In the hands of an office (转办). ``due``: by when it should answer, or answer again; null where nobody waits."""

    state: Literal[State.REFERRED] = State.REFERRED
    office: str
    reason: str
    due: Instant | None = None


class Cancelled(Inside):
    """Not wanted any more (取消)."""

    state: Literal[State.CANCELLED] = State.CANCELLED
    reason: str
    before_order: bool = False


class Unmet(Inside):
    """Nobody can go at present (暂无法安排), with the reason; tried again whenever the plan changes.

    ``alternative`` names who else could help with such a need, as the county's policy has it; nobody is sent.
    """

    state: Literal[State.UNMET] = State.UNMET
    why: WhyNobody
    alternative: str = ""


class RecordedAfterwards(Inside):
    """Help that was given before it was entered (补录): by whom, when and why, where that was said."""

    state: Literal[State.RECORDED_AFTERWARDS] = State.RECORDED_AFTERWARDS
    team: Ref | None = None
    members: tuple[Ref, ...] = ()
    start: Instant | None = None
    minutes: int | None = None
    reason: str = ""
    by: Ref | None = None


class Claimed(Inside):
    """A team took it by itself (主动接单)."""

    state: Literal[State.CLAIMED] = State.CLAIMED
    team: Ref


Status = Annotated[
    Registered
    | Promised
    | Offered
    | Committed
    | UnderWay
    | DoneState
    | Rated
    | Reopened
    | Closed
    | Withdrawn
    | Rescheduled
    | FailedVisitState
    | OnHold
    | Referred
    | Cancelled
    | Unmet
    | RecordedAfterwards
    | Claimed,
    Field(discriminator="state"),
]


_WITH_REASON = (Withdrawn, Rescheduled, OnHold, Referred, Cancelled, RecordedAfterwards)
"""Where the reason of a status may be a sentence that somebody wrote."""


class Offer(Inside):
    """A team is asked to make a visit.

    ``start`` is when it would begin, ``expires`` the last moment of an answer, ``ended`` why it was taken back,
    ``sent`` whether the team was asked: a proposal waits for the desk.
    """

    id: str
    team: Ref
    crew: int
    state: OfferState
    offered_at: Instant
    expires: Instant
    start: Instant
    end: Instant
    why: WhyTeam | None = None
    declined: DeclineReason | None = None
    by: Ref | None = None
    ended: OfferEnd | None = None
    sent: bool = True


class Assignment(Inside):
    """A team that goes: at most one per leg is live at any time. Its id is the id of the offer that was accepted.

    ``finished`` is when it said that it was done, ``minutes`` how long it took and ``spent`` what it laid out: of
    several teams each says so for itself.
    ``door_code_ok`` is what the team says of the code at the door; ``service_code_ok`` is Linli's own check of the code
    that only the resident was told, ``wrong_codes`` how often a wrong one was given.
    """

    id: str
    team: Ref
    crew: int
    members: tuple[Ref, ...]
    start: Instant
    end: Instant
    since: Instant
    started: bool = False
    door_code_ok: bool | None = None
    finished: Instant | None = None
    minutes: int | None = None
    spent: Spent | None = None
    started_at: Instant | None = None
    service_code_ok: bool = False
    wrong_codes: int = 0


class Leg(Inside):
    """One visit of a request; where several teams come, each has its leg. Live means ``assignment`` is not null."""

    offers: tuple[Offer, ...] = ()
    assignment: Assignment | None = None


class HardProblem(Inside):
    """That somebody called the request a hard problem (疑难问题): who, why and when."""

    reason: str
    by: Ref
    at: Instant


class BrokenPromise(Inside):
    """A promised window that was not kept, and why; counted and shown, never hidden."""

    window: Window
    cause: str
    at: Instant


class Reopening(Inside):
    """A low rating that reopened the case, and what came of it: a remedy, why, by whom; null while it is open."""

    at: Instant
    stars: int
    by: str
    remedy: str | None = None
    reason: str = ""
    resolved_by: Ref | None = None
    resolved_at: Instant | None = None


class InSeries(Inside):
    """What became of a visit whose standing order a team took as a whole: it goes, or what keeps it from going.

    ``since`` is when it took the order; ``refused`` is the rule by which the visit is asked for as usual, empty where
    the team goes without a new question.
    """

    leg: int
    team: Ref
    since: Instant
    refused: str = ""


SPELLS_MAX = 8
"""Spells without anybody who could go, kept per request: one that found and lost a team so often has been seen."""


class Spell(Inside):
    """A time in which nobody could go: since when, until when (null: still), and what was short.

    ``shortfall`` is the rule at which the teams that came nearest failed, or how the search ended: ``lost`` where all
    who may are taken, ``stopped`` where it was cut.
    """

    since: Instant
    until: Instant | None = None
    shortfall: str


class AssignmentRecord(Inside):
    """The value of the topic ``assignments``.

    ``details`` is null only for a cancellation that came before its order. ``cause`` names what made this transition:
    a command's kind or a deadline. ``barred`` lists teams that are never asked again and why. ``promise`` is the
    window the resident was told. ``linked`` names requests of the same household and need. ``notify`` says who may be
    told of what becomes of it: nobody of a suspected harm, nor while the mode is ``suggest``. ``red`` marks danger to
    life. ``choices`` are those of the desk beside what was proposed. ``escalation`` is how many levels it has climbed,
    ``climbs`` are these, the first first. ``spells`` are the last times in which nobody could go. ``reopened`` are the
    low ratings that reopened it. ``hard``: somebody called it a hard problem. ``series``: by leg, what came of it that
    a team took the whole standing order. ``unreported`` is since when the desk is to call a team that does not say what
    became of its visit. ``was`` is the state before this step, null for the first one; ``promised_in`` the version in
    which a window was promised first, 0 as long as none was. Older builds wrote neither.
    """

    request_id: Ref
    district: Ref
    version: int
    round: int
    at: Instant
    cause: str
    details: RequestDetails | None
    status: Status
    legs: tuple[Leg, ...] = ()
    promise: Window | None = None
    broken: tuple[BrokenPromise, ...] = ()
    barred: tuple[tuple[str, str], ...] = ()
    linked: tuple[Ref, ...] = ()
    escalation: int = 0
    recent: tuple[str, ...] = ()
    registered_at: Instant | None = None
    notify: tuple[Audience, ...] = EVERYBODY
    red: bool = False
    choices: tuple[DeskChoice, ...] = ()
    office_answers: tuple[OfficeAnswer, ...] = ()
    hard: HardProblem | None = None
    climbs: tuple[Climb, ...] = ()
    spells: tuple[Spell, ...] = ()
    reopened: tuple[Reopening, ...] = ()
    series: tuple[InSeries, ...] = ()
    unreported: Instant | None = None
    was: State | None = None
    promised_in: int = 0

    def help_of(self, offer: str) -> str:
        """Return what the team of an offer comes for: of several teams each for its own; empty where none is known."""
        if self.details is None:
            return ""
        legs = (index for index, leg in enumerate(self.legs) if any(one.id == offer for one in leg.offers))
        return self.details.needs_of(next(legs, 0)).category

    @property
    def written(self) -> tuple[str, ...]:
        """What people wrote why they decided so, sealed or in clear, the latest of what is kept first."""
        now = self.status.reason if isinstance(self.status, _WITH_REASON) else ""
        marked = "" if self.hard is None else self.hard.reason
        cases, choices = reversed(self.reopened), reversed(self.choices)
        answers = (one.note for one in reversed(self.office_answers))
        said = (now, marked, *answers, *(one.reason for one in cases), *(one.reason for one in choices))
        return tuple(dict.fromkeys(one for one in said if one))

    @property
    def state(self) -> State:
        """Where the request stands."""
        return self.status.state

    @property
    def is_gathering(self) -> bool:
        """Whether of several teams some have agreed and others are still sought: nobody goes before all have."""
        agreed = [leg.assignment is not None for leg in self.legs]
        return self.state in (State.PROMISED, State.OFFERED, State.WITHDRAWN) and any(agreed) and not all(agreed)
