"""Why this team, why nobody, and the smallest change that would help: explanations as data."""

from __future__ import annotations

from typing import Literal

from linli.schemas.base import Inside, Ref


class CostTerm(Inside):
    """One term of a cost, in seconds of travel or their equivalent."""

    name: str
    seconds: int


class TeamChoice(Inside):
    """A team that could go and what the plan would cost more if it went, in seconds."""

    team: Ref
    seconds: int
    terms: tuple[CostTerm, ...] = ()


class WhyTeam(Inside):
    """Why this team: its cost, term by term, and the next best teams."""

    outcome: Literal["placed"] = "placed"
    chosen: TeamChoice
    next_best: tuple[TeamChoice, ...]
    engine: str


class RuleCount(Inside):
    """How many teams a hard rule kept away, and some of them by name."""

    rule: str
    teams: int
    examples: tuple[Ref, ...]


class SmallestChange(Inside):
    """A single change that was tried and serves the request. ``proved`` says that no smaller listed one does."""

    change: str
    amount: int
    unit: str
    team: Ref | None = None
    proved: bool = False


class WhyNobody(Inside):
    """Why nobody: no team may (``impossible``), all who may are taken (``lost``), the search was cut (``stopped``).

    Of a request of several teams ``leg`` says for which of them nobody was found; ``together``: each could be made by
    somebody, but this one not when the others can.
    """

    outcome: Literal["impossible", "lost", "stopped", "together"]
    leg: int | None = None
    rules: tuple[RuleCount, ...] = ()
    lost_to: tuple[Ref, ...] = ()
    change: SmallestChange | None = None
