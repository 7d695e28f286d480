"""A day played by a desk that sends whoever is free, to see what is lost where a skill is not spared.

Crews are lines of time without places: an order goes to the first crew, from one drawn by lot, that has the skills and
a gap for the way and the service. Nothing is moved afterwards, for a team that was asked stays.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from linli.matcher.futures.sampled_days import Asked, Drawn, Window

Skills = frozenset[str]


class Crew(NamedTuple):
    """A crew: its skills, and when it works, in seconds of the day, sorted."""

    skills: Skills
    shifts: tuple[Window, ...]


class Outcome(NamedTuple):
    """Seconds served with their ways, and by skill the seconds that crews gave to whoever did not need it."""

    served: int
    elsewhere: Counter[str]


def played(orders: Sequence[Drawn], crews: Sequence[Crew], way: int, spared: str | None = None) -> Outcome:
    """Play a day, order by order.

    Parameters
    ----------
    orders : sequence of Drawn
        In the order in which they come.
    crews : sequence of Crew
        Who works on the day.
    way : int
        Seconds on the way before each service.
    spared : str or None
        A skill whose crews are asked last where it is not needed.
    """
    busy: list[list[Window]] = [[] for _ in crews]
    able: dict[tuple[str, ...], list[int]] = {}
    served, elsewhere = 0, Counter[str]()
    for asked, lot in orders:
        if asked.needs not in able:
            able[asked.needs] = [c for c, crew in enumerate(crews) if crew.skills.issuperset(asked.needs)]
        for crew in _in_turn(able[asked.needs], lot, crews, None if spared in asked.needs else spared):
            start = _gap(crews[crew], busy[crew], asked, way)
            if start is not None:
                insort(busy[crew], (start - way, start + asked.seconds))
                served += way + asked.seconds
                elsewhere.update(dict.fromkeys(crews[crew].skills.difference(asked.needs), way + asked.seconds))
                break
    return Outcome(served, elsewhere)


def _in_turn(able: list[int], lot: int, crews: Sequence[Crew], spared: str | None) -> list[int]:
    first = lot % len(able) if able else 0
    turn = able[first:] + able[:first]
    return turn if spared is None else sorted(turn, key=lambda crew: spared in crews[crew].skills)


def _gap(crew: Crew, busy: list[Window], asked: Asked, way: int) -> int | None:
    """Return the first start at which a crew is free from its setting out to the end."""
    for first, last in asked.windows:
        for opens, closes in crew.shifts:
            start = max(first, opens + way)
            for begins, ends in busy:
                if start + asked.seconds <= begins:
                    break
                start = max(start, ends + way)
            if start <= min(last, closes - asked.seconds):
                return start
    return None
