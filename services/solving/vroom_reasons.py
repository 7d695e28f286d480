"""Why jobs are left out, as an extension named ``linli`` of VROOM's output format."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from linli.matcher.insertion.insertion import follow
from linli.matcher.memory import Memory
from linli.matcher.model import Model
from linli.matcher.problem import Plan
from linli.matcher.reasons.explain import Explained, WhyNobody, explain_within
from linli.matcher.rules import RULES
from linli.services.solving.vroom_clocks import APART
from linli.services.solving.vroom_errands import can_be_done
from linli.services.solving.vroom_route import described, where
from linli.services.solving.vroom_sharing import Shared, may_come_between
from linli.services.solving.vroom_solved import Solved
from linli.services.solving.vroom_tasks import SHIPMENT, Task

Json = dict[str, Any]

Progress = Callable[[int, int], None]
"""Told how many of how many are explained; when all are, what is left is to prove changes the smallest."""

NOT_EXPLAINED: Json = {"reason": "not_explained", "rules": [], "lost_to": [], "change": None}
"""What is told of those beyond the number asked for."""

OUT_OF_TIME: Json = NOT_EXPLAINED | {"reason": "out_of_time"}
"""What is told of those asked for that were not looked at when time was over."""

OF_WINDOWS = frozenset(("widen_window", "wait"))
"""Changes that ask for another time."""

NAMES = {"team_kind": "the load fits on the vehicle"}
"""What rules are called where a file uses them for something of its own: vehicles are kinds by what they can carry."""


class Reasons(NamedTuple):
    """The unassigned with their reasons, how much of what was asked was told, and how many seconds it took."""

    unassigned: list[Json]
    summary: Json
    seconds: float


def reasons_of(solved: Solved, tasks: Mapping[str, Sequence[Task]], progress: Progress) -> Reasons:
    """Say of the unassigned why, the most urgent first, as far as number and time allow."""
    began, placed = time.monotonic(), solved.placed()
    left = [visit for visit in tasks if visit not in placed]
    urgency = {visit.id: visit.urgency for visit in solved.problem.visits}
    asked = sorted(left, key=lambda visit: urgency[visit])[: solved.explaining.most]
    found = _explained(solved, asked, progress)
    whys = {why.visit: why for why in _as_they_hold(solved, found)}
    rests = any(clock.rests for clock in solved.clocks.values())
    told = {visit: _reasons(why, rests=rests) for visit, why in whys.items()}
    told |= dict.fromkeys(asked[len(found.whys) :], OUT_OF_TIME)
    unassigned = [_without(task, told.get(visit, NOT_EXPLAINED)) for visit in left for task in tasks[visit]]
    return Reasons(unassigned, _summary(asked, told, found), time.monotonic() - began)


def _summary(asked: Sequence[str], told: Mapping[str, Json], found: Explained) -> Json:
    """Count what was asked about, told, and not reached in time, the changes found, and those proved the smallest.

    `unfinished` is how many more might be proved with more time, or work.
    """
    changes = [one["change"] for one in told.values() if one["change"] is not None]
    return {
        "asked": len(asked),
        "told": len(found.whys),
        "out_of_time": len(asked) - len(found.whys),
        "changes": len(changes),
        "proved": sum(one["proved"] for one in changes),
        "unfinished": found.unfinished,
    }


def _explained(solved: Solved, asked: Sequence[str], progress: Progress) -> Explained:
    """Explain visits beside the plan; beside trips each by itself, as nothing is to be told of the matcher's own plan.

    Where no change may be called the smallest but by the rules alone, no work is spent on proofs.
    """
    if not asked:
        return Explained((), 0)
    rests = any(clock.rests for clock in solved.clocks.values())
    claims = solved.shared is None and not rests and not may_come_between(solved.given)
    allowed = solved.explaining.begin(proving=claims)
    memory = solved.problem.memory or Memory(solved.problem.travel, solved.problem.weights)
    model = Model(replace(solved.problem, memory=memory))
    timetable = follow(model, solved.plan if solved.shared is None else Plan())
    found = explain_within(timetable, _counted(asked, progress), allowed.labels, turn=allowed.turn)
    return found if claims else replace(found, unfinished=0)


def _counted(asked: Sequence[str], progress: Progress) -> Iterator[str]:
    """Yield what was asked about, and tell how far it is."""
    for number, visit in enumerate(asked):
        progress(number, len(asked))
        yield visit
    progress(len(asked), len(asked))


def _as_they_hold(solved: Solved, found: Explained) -> list[WhyNobody]:
    """Return explanations of the matcher's plan as they hold for what is handed out."""
    whys = [why for why in found.whys if isinstance(why, WhyNobody)]
    if solved.shared is not None:
        return _beside_trips(solved.shared, whys)
    return [_only_found(why) for why in whys] if may_come_between(solved.given) else whys


def _only_found(why: WhyNobody) -> WhyNobody:
    """Call no change the smallest that is so only as long as nothing comes between a pickup and its delivery.

    What the rules refute of every vehicle that has nothing else to do, they refute of all trips.
    """
    if why.change is None or why.change.whole:
        return why
    return replace(why, change=replace(why.change, proved=False))


def _beside_trips(shared: Shared, whys: Iterable[WhyNobody]) -> list[WhyNobody]:
    """Explain beside trips: what no vehicle could do is impossible by rules; all else is lost, nobody says to whom.

    The matcher's explanations change its own plan, in which nothing is shared: of trips they would be wrong.
    """
    possible = {errand.id: can_be_done(shared.errands, errand) for errand in shared.errands.errands}
    nobody = [replace(why, lost_to=(), change=None) for why in whys]
    return [
        replace(why, reason="lost", rules=()) if possible[why.visit] else replace(why, reason="impossible")
        for why in nobody
    ]


def _without(task: Task, reasons: Json) -> Json:
    told: Json = {"id": task.at.id, "type": task.kind, **where(task.at.location, task.at.location_index)}
    told |= described(task.at.description)
    return told | {"linli": reasons}


def _reasons(why: WhyNobody, *, rests: bool) -> Json:
    """Write why nobody goes, vehicle by vehicle where one misses a rule by little.

    Where vehicles have breaks no other window is proposed, and no change is called the smallest: to a clock that stands
    still in a break, a wider window is more than it is. Nor is told how little is missing where the answer is another
    clock's.
    """
    change = why.change
    if rests and change is not None:
        change = None if change.kind in OF_WINDOWS else replace(change, proved=False, whole=False)
    return {
        "reason": why.reason,
        "rules": [
            {
                "rule": one.rule,
                "name": NAMES.get(one.rule, RULES[one.rule].english),
                "vehicles": one.teams,
                "nearest": [
                    {"vehicle": _number(near.team), "amount": near.amount, "unit": near.unit}
                    for near in one.nearest
                    if near.amount < APART or not rests
                ],
            }
            for one in why.rules
        ],
        "lost_to": [
            {
                "vehicle": _number(one.team),
                **_named(one.visits),
                "any_one": one.any_one,
                "exchange": None
                if one.exchange is None
                else {
                    **_named([one.exchange.visit]),
                    "because": one.exchange.standing,
                    "cost": one.exchange.seconds,
                },
            }
            for one in why.lost_to
        ],
        "change": None
        if change is None
        else {
            "kind": change.kind,
            "amount": change.amount,
            "unit": change.unit,
            "vehicle": _vehicle(change.team),
            "proved": change.proved,
            "whole": change.whole,
        },
    }


def _named(visits: Iterable[str]) -> Json:
    """Return the ids that stand in the file, those of shipments by their deliveries."""
    found: dict[str, list[int]] = {"jobs": [], "shipments": []}
    for visit in visits:
        found["shipments" if visit.startswith(SHIPMENT) else "jobs"].append(_number(visit))
    return found


def _number(name: str) -> int:
    """Return the id that stands in the file."""
    return int(name.partition(":")[2])


def _vehicle(team: str | None) -> int | None:
    return _number(team) if team else None
