"""Technicians with homes, skills, tools and spare parts: the files of Pillac, Guéret and Medaglia, fixed and dynamic.

Their technicians may drive to the depot for tools and parts, once, and have everything from then on. Ours hold a tool
as a skill from the start; a visit for which nobody has tools and parts is one for which they are fetched at the depot
first. Parts are counted around the matcher: whoever runs out is barred from that visit, or it is fetched for.
"""

from __future__ import annotations

import re
from pathlib import Path

from linli.matcher.problem import Problem, SkillNeed, Team, Visit
from tests.bench.instances.garbled import GarbledError, figures, lines_of, refuse_backwards, refuse_gap, within
from tests.bench.instances.instance import ALONE, Instance, Scale, euclid, place_of, travel_between
from tests.bench.instances.stock import Row, Stock, solve_stock

SCALE = Scale(30)
LINE = re.compile(r"(\d+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]")
COUNTS = re.compile(r"\s*\d+\s+\d+\s+\d+\s+\d+\s*$")
KNOWN_AS = re.compile(r"_rd_\d+$")


def technicians(path: Path) -> Instance:
    """Read a file; of a dynamic one (``_rd_NN``) the requests lie in the file without that ending.

    Raises
    ------
    ValueError
        If it is in another format.
    """
    fixed = path.with_name(KNOWN_AS.sub("", path.stem) + path.suffix)
    lines = lines_of(fixed)
    crew = next((int(words[0]) for _, words in lines if COUNTS.match(" ".join(words))), 0)
    head = next((k for k, (_, words) in enumerate(lines) if words[:2] == ["ID", "X"]), len(lines))
    rows = [_row(where, " ".join(words), number) for number, (where, words) in enumerate(lines[head + 1 :])]
    if crew == 0 or len(rows) <= crew + 1:
        raise GarbledError(f"{fixed.name}: not in the format of the technicians' files")
    people, requests = rows[1 : crew + 1], rows[crew + 1 :]
    teams = tuple(
        Team(f"t-{one.number}", place_of(one.point), _held(one.skills + one.tools), 1, (_window(one),))
        for one in people
    )
    visits = tuple(
        Visit(
            id=f"v-{one.number}",
            request=f"v-{one.number}",
            leg=0,
            place=place_of(one.point),
            duration=SCALE.time(one.service),
            windows=(_window(one),),
            needs=tuple(SkillNeed(skill) for skill in one.skills + one.tools),
        )
        for one in requests
    )
    stock = Stock({one.number: one for one in rows})
    return Instance(
        path.stem,
        Problem(0, visits, teams, travel_between([one.point for one in rows], euclid, SCALE), ALONE),
        "parts: counted around the matcher; a trip to the depot serves one visit, not those after it",
        stock.breaks,
        stock.way,
        None,
        _released(path) if path != fixed else None,
        solve=lambda instance, budget: solve_stock(instance, stock, budget),
    )


def _window(one: Row) -> tuple[int, int]:
    return SCALE.time(one.opens), SCALE.time(one.closes)


def _held(names: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((name, frozenset[str]()) for name in names)


def _row(where: str, line: str, wanted: int) -> Row:
    if line == "DISTANCES":
        raise GarbledError(f"{where}: ways that stand in the file are not read, only straight lines")
    found = LINE.fullmatch(line)
    if found is None:
        raise GarbledError(f"{where}: not a place with its skills, tools and parts")
    number, *words, skills, tools, parts = found.groups()
    x, y, opens, closes, service = figures(words, where)
    point = x, y
    refuse_gap(int(number), wanted, where)
    refuse_backwards(opens, closes, where)
    with within(where):
        can, has = tuple(f"skill-{k}" for k in _list(skills)), tuple(f"tool-{k}" for k in _list(tools))
        return Row(int(number), point, opens, closes, service, can, has, _list(parts))


def _list(words: str) -> tuple[int, ...]:
    return tuple(int(word) for word in words.split(",") if word.strip())


def _released(path: Path) -> dict[str, int]:
    lines = lines_of(path)
    begin = next((k for k, (_, words) in enumerate(lines) if words[:2] == ["ID", "RD"]), 0)
    if begin == 0:
        raise GarbledError(f"{path.name}: it does not say when requests become known")
    told, many = sum(figures(lines[begin - 1][1], lines[begin - 1][0], 2)), len(lines) - begin - 1
    if many != told:
        raise GarbledError(f"{path.name}: {many} requests of {told:g}")
    pairs = [(words[0], figures(words, where, 2)[1]) for where, words in lines[begin + 1 :]]
    return {f"v-{number}": SCALE.time(time) for number, time in pairs if time > 0}
