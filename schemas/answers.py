"""What comes back: from team leads about an offer or a visit, from residents about the service."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from linli.schemas.base import Edge, Instant, Ref, Word
from linli.schemas.orders import TEAMS_MAX, WINDOWS_MAX, Target, Window
from linli.schemas.sealed_text import WrittenNote


class DeclineReason(StrEnum):
    """Why a team says no. A team that declined is never asked again for that request."""

    BUSY = "busy"
    TOO_FAR = "too_far"
    LACKS_SKILL = "lacks_skill"
    LACKS_PEOPLE = "lacks_people"
    KNOWS_HOUSEHOLD = "knows_household"
    OTHER = "other"


class FailedReason(StrEnum):
    """Why a visit came to nothing although the team was there (上门未果)."""

    NOBODY_HOME = "nobody_home"
    REFUSED = "refused"
    WRONG_NEED = "wrong_need"
    UNSAFE = "unsafe"
    OTHER = "other"


class _ByTeam(Edge):
    """An answer is bound to one offer and to the team that got it."""

    offer: Ref
    team: Ref


class Accept(_ByTeam):
    """The team goes, and says who (接单).

    ``series`` says yes to the whole standing order that the visit belongs to (接下整个系列): later visits go to the
    team without a new question, as long as it can make them.
    """

    kind: Literal["accept"] = "accept"
    members: tuple[Ref, ...] = Field(min_length=1, max_length=20)
    series: bool = False


class Decline(_ByTeam):
    """The team does not go (婉拒)."""

    kind: Literal["decline"] = "decline"
    reason: DeclineReason
    note: WrittenNote = ""


class Withdraw(_ByTeam):
    """The team accepted and can no longer go (退单).

    ``series`` ends what it took for a whole standing order: from this visit on it makes none any more.
    """

    kind: Literal["withdraw"] = "withdraw"
    reason: WrittenNote
    series: bool = False


class Start(_ByTeam):
    """The team is at the door.

    ``door_code_ok`` says whether the visitor knew the four digits that the resident was told; null where nobody asked.
    """

    kind: Literal["start"] = "start"
    door_code_ok: bool | None = None


SPENT_MAX = 1_000_000
"""Most that one visit may report as spent, in fen: ten thousand yuan is no errand."""


class Spent(Edge):
    """What was laid out for the resident, in fen, and whether the receipt was handed over. Never cards or passwords."""

    amount_fen: Annotated[int, Field(ge=0, le=SPENT_MAX)]
    receipt: bool


class Done(_ByTeam):
    """The help was given; for shopping with what was spent."""

    kind: Literal["done"] = "done"
    minutes: Annotated[int, Field(ge=0, le=1440)]
    spent: Spent | None = None


class SwapMembers(_ByTeam):
    """Other members go than were named at acceptance; they are looked at like the first ones (换人)."""

    kind: Literal["swap"] = "swap"
    members: tuple[Ref, ...] = Field(min_length=1, max_length=20)


class Claim(Edge):
    """A team takes a request by itself, before anybody asked it (主动接单)."""

    kind: Literal["claim"] = "claim"
    target: Target
    team: Ref
    leg: Annotated[int, Field(ge=0, le=TEAMS_MAX - 1)] = 0
    start: Instant | None = None
    members: tuple[Ref, ...] = Field(min_length=1, max_length=20)


class FailedVisit(_ByTeam):
    """The team was there, the help was not given."""

    kind: Literal["failed_visit"] = "failed_visit"
    reason: FailedReason
    note: WrittenNote = ""


class Reschedule(Edge):
    """Another time, asked for by the resident, the team or the desk (改约). The former promise ends."""

    kind: Literal["reschedule"] = "reschedule"
    target: Target
    windows: tuple[Window, ...] = Field(min_length=1, max_length=WINDOWS_MAX)
    by: Literal["resident", "team", "desk"]
    reason: WrittenNote = ""


class Rate(Edge):
    """The resident's word on the service (评单), with its source: a proxy's word counts differently."""

    kind: Literal["rate"] = "rate"
    target: Target
    stars: Annotated[int, Field(ge=1, le=5)]
    tags: tuple[Word, ...] = Field(default=(), max_length=8)
    by: Literal["resident", "proxy", "call_back"]
