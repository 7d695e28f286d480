"""Why this team, why nobody, and the smallest change that would help: explanations as data."""

from __future__ import annotations

from typing import Literal

from linli.schemas.base import Inside, Instant, Ref, Word
from linli.schemas.escalation import Awaited


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

    @property
    def is_least(self) -> bool:
        """Whether no other team adds less; the search judges whole plans, so one may for this visit alone."""
        return all(self.chosen.seconds <= other.seconds for other in self.next_best)


class RuleCount(Inside):
    """How many teams a hard rule kept away, and some of them by name."""

    rule: str
    teams: int
    examples: tuple[Ref, ...]


class SmallestChange(Inside):
    """A single change that was tried and serves the request.

    ``proved`` says that no smaller listed one does as long as every other visit stays with its team, ``whole`` that
    none does however the others are planned anew. Without either it was found, and a smaller one may do.
    """

    change: str
    amount: int
    unit: str
    team: Ref | None = None
    proved: bool = False
    whole: bool = False


Standing = Literal["begun", "committed", "offered", "promised", "more_urgent", "waited_longer", "equal", "lower"]
"""Why one visit comes before another; ``lower``: it does not, but the search ended before it was given up."""


class Exchange(Inside):
    """What it would cost to serve the request instead of another: that one's place, and so many seconds in the plan."""

    request: Ref
    team: Ref
    because: Standing
    seconds: int


class TooDear(Inside):
    """That a visit has a place and waits for a cheaper one: what it adds to the plan, and what the county allows.

    ``until``: when it is taken at any price; before that it is looked at again in every round.
    """

    seconds: int
    limit: int
    until: Instant


class Reached(Inside):
    """At which level of the organisation a need stands: which node was told, when, and what it had waited for."""

    node: Ref
    level: Word
    at: Instant
    waited_for: Awaited


class WhyNobody(Inside):
    """Why nobody: no team may (``impossible``), all who may are taken (``lost``), the search was cut (``stopped``).

    Of a request of several teams ``leg`` says for which of them nobody was found; ``together``: each could be made by
    somebody, but this one not when the others can. ``too_dear`` says that it was ``stopped`` by the county's own price.
    ``climbed`` is the level that it has reached by now; null as long as it stands where it began.
    """

    outcome: Literal["impossible", "lost", "stopped", "together"]
    leg: int | None = None
    rules: tuple[RuleCount, ...] = ()
    lost_to: tuple[Ref, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    change: SmallestChange | None = None
    too_dear: TooDear | None = None
    climbed: Reached | None = None
