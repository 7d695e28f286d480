"""Who is served of those that counting disfavours: the farthest, the longest, those who need the rarest skill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from linli.matcher.problem import Problem, Visit


@dataclass(frozen=True, slots=True)
class Shares:
    """Served per thousand in the farthest quartile, the longest quartile, and among those of the rarest skill."""

    farthest: int
    longest: int
    rarest: int


def shares_of(problem: Problem, served: Collection[str]) -> Shares:
    """Return the shares of a set of served visits.

    Notes
    -----
    Far is measured from the nearest base of a team that holds the skills; rarest is the skill held by the fewest
    teams that some visit needs.
    """
    skills = [{skill for skill, _ in team.skills} for team in problem.teams]

    def away(visit: Visit) -> int:
        able = [t for t, held in zip(problem.teams, skills, strict=True) if all(n.skill in held for n in visit.needs)]
        return min((problem.travel.between(team.base, visit.place)[0] for team in able), default=1 << 40)

    holders = Counter(skill for held in skills for skill in held)
    needed = sorted({need.skill for visit in problem.visits for need in visit.needs}, key=lambda s: (holders[s], s))
    rare = [v for v in problem.visits if needed and any(need.skill == needed[0] for need in v.needs)]
    return Shares(
        _share(_last_quartile(problem, away), served),
        _share(_last_quartile(problem, lambda visit: visit.duration), served),
        _share(rare, served),
    )


def _last_quartile(problem: Problem, measure: Callable[[Visit], int]) -> list[Visit]:
    ordered = sorted(problem.visits, key=lambda visit: (measure(visit), visit.id))
    return ordered[len(ordered) * 3 // 4 :]


def _share(visits: Collection[Visit], served: Collection[str]) -> int:
    return 1000 * sum(visit.id in served for visit in visits) // len(visits) if visits else 1000
