"""Technicians with homes, skills, tools and spare parts: the files of Pillac, Guéret and Medaglia, fixed and dynamic.

Their technicians may drive to the depot for tools and parts. Ours do not: a tool counts as a skill, held from the
start, which is stricter; and parts our model cannot say, so of a technician who runs out the later visits are struck.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from linli.matcher.problem import Plan, Problem, SkillNeed, Team, Visit, Weights
from tests.bench.instances.instance import Instance, Point, euclid, fine, place_of, travel_between

ALONE = Weights(travel=1, lateness=0, move=0, continuity=0, reoffer=0, load=0)
LINE = re.compile(r"(\d+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]")
KNOWN_AS = re.compile(r"_rd_\d+$")


@dataclass(frozen=True, slots=True)
class Row:
    """A line: depot, technician or request."""

    number: int
    point: Point
    opens: float
    closes: float
    service: float
    skills: tuple[str, ...]
    parts: tuple[int, ...]


def technicians(path: Path) -> Instance:
    """Read a file; of a dynamic one (``_rd_NN``) the requests lie in the file without that ending.

    Raises
    ------
    ValueError
        If it is in another format.
    """
    fixed = path.with_name(KNOWN_AS.sub("", path.stem) + path.suffix)
    text = fixed.read_text(encoding="utf-8")
    crew = next((int(line.split()[0]) for line in text.splitlines() if re.match(r"\d+\s+\d+\s+\d+\s+\d+\s*$", line)), 0)
    rows = [_row(found) for line in text.splitlines() if (found := LINE.match(line.strip())) is not None]
    if crew == 0 or len(rows) <= crew:
        raise ValueError(f"{path.name}: not in the format of the technicians' files")
    people, requests = rows[1 : crew + 1], rows[crew + 1 :]
    teams = tuple(
        Team(
            f"t-{one.number}",
            place_of(one.point),
            tuple((skill, frozenset[str]()) for skill in one.skills),
            1,
            ((fine(one.opens), fine(one.closes)),),
        )
        for one in people
    )
    visits = tuple(
        Visit(
            id=f"v-{one.number}",
            request=f"v-{one.number}",
            leg=0,
            place=place_of(one.point),
            duration=fine(one.service),
            windows=((fine(one.opens), fine(one.closes)),),
            needs=tuple(SkillNeed(skill) for skill in one.skills),
        )
        for one in requests
    )
    travel = travel_between([one.point for one in rows], euclid)
    return Instance(
        path.stem,
        Problem(0, visits, teams, travel, ALONE),
        "depot trips: none; parts: visits beyond the stock are struck",
        lambda _: [],
        lambda plan: _way(rows, plan),
        None,
        _released(path) if path != fixed else None,
        lambda plan: _struck(rows, plan),
    )


def _row(found: re.Match[str]) -> Row:
    number, x, y, opens, closes, service, skills, tools, parts = found.groups()
    held = tuple(f"skill-{k}" for k in _list(skills)) + tuple(f"tool-{k}" for k in _list(tools))
    return Row(int(number), (float(x), float(y)), float(opens), float(closes), float(service), held, _list(parts))


def _list(words: str) -> tuple[int, ...]:
    return tuple(int(word) for word in words.split(",") if word.strip())


def _released(path: Path) -> dict[str, int]:
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    begin = next(k for k, words in enumerate(lines) if words[:2] == ["ID", "RD"])
    pairs = [(words[0], float(words[1])) for words in lines[begin + 1 :] if len(words) == 2]
    return {f"v-{number}": fine(time) for number, time in pairs if time > 0}


def _struck(rows: list[Row], plan: Plan) -> frozenset[str]:
    """Return the visits of a plan for which a technician has no parts left."""
    parts = {one.number: one.parts for one in rows}
    out: set[str] = set()
    for route in plan.routes:
        left = list(parts[int(route.team.removeprefix("t-"))])
        for stop in route.stops:
            wanted = parts[int(stop.visit.removeprefix("v-"))]
            if any(want > have for want, have in zip(wanted, left, strict=True)):
                out.add(stop.visit)
            else:
                left = [have - want for want, have in zip(wanted, left, strict=True)]
    return frozenset(out)


def _way(rows: list[Row], plan: Plan) -> float:
    at = {one.number: one.point for one in rows}
    total = 0.0
    for route in plan.routes:
        home = at[int(route.team.removeprefix("t-"))]
        way = [home, *(at[int(stop.visit.removeprefix("v-"))] for stop in route.stops), home]
        total += sum(euclid(a, b) for a, b in pairwise(way))
    return total
