"""What it would cost to serve a visit instead of one that has its place: who would lose the team, and the price.

No better plan is meant: an exchange is what a person would have to decide to serve this visit after all, with
everything else as it is planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linli.matcher.duties import Fit
from linli.matcher.insertion.insertion import best_in_tour
from linli.matcher.model import Model
from linli.matcher.route import Tour

if TYPE_CHECKING:
    from linli.schemas.explanation import Standing

STANDINGS: tuple[Standing, ...] = (
    "lower", "equal", "waited_longer", "more_urgent", "promised", "offered", "committed", "begun",
)  # fmt: skip
"""Whom it would be easiest to give up, first."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One visit given up for another.

    Parameters
    ----------
    visit : str
        The visit that would lose its place.
    standing : str
        Why it comes first.
    seconds : int
        What the plan would cost more, in priced seconds; less where negative.
    """

    visit: str
    standing: Standing
    seconds: int

    @property
    def size(self) -> tuple[int, int]:
        """How hard the exchange is."""
        return STANDINGS.index(self.standing), self.seconds


def without(tour: Tour, position: int) -> Tour | None:
    """Return what is left of a tour without one of its stops; None if the others cannot hold then."""
    rest = tour.copy()
    return rest if rest.take(position) else None


def exchange_for(tour: Tour, position: int, rest: Tour | None, visit: int, fit: Fit) -> Exchange | None:
    """Return what it costs to serve the visit on a tour instead of one of its stops; None if that makes no room.

    `rest` is the tour `without` that stop.
    """
    model, other = tour.model, tour.stops[position]
    if rest is None:
        return None
    added, place = best_in_tour(rest, visit, fit)
    if place < 0:
        return None
    return Exchange(model.visits[other].id, _standing(model, other, visit), rest.cost + added - tour.cost)


def _standing(model: Model, other: int, visit: int) -> Standing:
    """Say why one visit comes before another."""
    theirs, mine = model.visits[other], model.visits[visit]
    if model.fact[other]:
        return "begun"
    if model.fixed[other]:
        return "committed"
    if theirs.pin is not None:
        return "offered"
    if theirs.promised and not mine.promised:
        return "promised"
    if theirs.urgency < mine.urgency:
        return "more_urgent"
    if theirs.urgency == mine.urgency and model.level[other] < model.level[visit]:
        return "waited_longer"
    return "equal" if model.level[other] == model.level[visit] else "lower"
