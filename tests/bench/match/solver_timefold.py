"""Timefold: a list variable for every team, late acceptance as it comes, on one thread.

Skills, windows and hours are hard; visits left out, by class, come next; then travel. Its model is translated from
Python to Java's bytecode at every start, and the virtual machine runs in the same process: both count.
"""
# Timefold reads the annotations themselves, so they must not become strings here.

import threading
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Optional, TypeVar

from linli.matcher.problem import Problem
from linli.matcher.travel import IntTable
from tests.bench.match.arrays import arrays_of, worth
from tests.bench.match.deadline import Deadline
from tests.bench.match.schedule import Orders
from tests.bench.match.solver_simple import nearest
from tests.bench.match.timefold_there import missing

_NEEDED = missing()
if _NEEDED:
    raise ImportError(_NEEDED)

domain: Any = import_module("timefold.solver.domain")
scores: Any = import_module("timefold.solver.score")
config: Any = import_module("timefold.solver.config")
solver: Any = import_module("timefold.solver")

JVM = ("-XX:+UseSerialGC", "-Xmx2g")
"""Collecting on one thread, or the collector's own threads would eat the budget."""

# Before any class of the model, whose decorators would start it with what it takes by itself.
solver.init(*JVM)

if TYPE_CHECKING:
    Score = Any
else:
    Score = scores.HardMediumSoftScore

SEARCH_ALONE = "<solver><localSearch/></solver>"
"""No construction: it would try to place whoever is left at every place before it searches."""

LETTERS_END = 0xD800
"""From here on letters take two places in Java."""

LOOK_S = 0.02
"""Seconds between two looks at the clock."""

NEVER_H = 24
"""The solver's own limit, in hours; the deadline ends it."""

WORTH_UNIT = 100_000
"""What a visit of the lowest class is worth, see `arrays.worth`: its score counts visits, not seconds."""


Class = TypeVar("Class")


def entity(model: type[Class]) -> type[Class]:
    """Make a class one that is planned."""
    made: type[Class] = domain.planning_entity(model)
    return made


def way(row: str, number: int) -> int:
    """Return the seconds of a way from a row of letters: numbers, even bytes, take half a minute to hand over."""
    return ord(row[number])


@entity
@dataclass
class Call:
    """A visit; its start follows from the one before it."""

    id: Annotated[int, domain.PlanningId]
    needs: list[int]
    duration: int
    opens: int
    closes: int
    worth: int
    ways: str
    crew: Annotated[Optional["Crew"], domain.InverseRelationShadowVariable(source_variable_name="calls")] = None
    before: Annotated[Optional["Call"], domain.PreviousElementShadowVariable(source_variable_name="calls")] = None
    start: Annotated[int | None, domain.CascadingUpdateShadowVariable(target_method_name="update_start")] = None

    def update_start(self) -> None:
        """Start as early as it can be."""
        if self.crew is None:
            self.start = None
            return
        if self.before is None:
            arrival = self.crew.opens + way(self.crew.ways, self.id)
        else:
            if self.before.start is None:
                self.start = None
                return
            arrival = self.before.start + self.before.duration + way(self.before.ways, self.id)
        self.start = max(arrival, self.opens)

    def late(self) -> int:
        """Return how late it begins, in seconds."""
        if self.start is None or self.start <= self.closes:
            return 0
        return self.start - self.closes

    def lacking(self) -> int:
        """Return how many of the skills the team lacks."""
        if self.crew is None:
            return 0
        count = 0
        for need in self.needs:
            if need not in self.crew.skills:
                count += 1
        return count


@entity
@dataclass
class Crew:
    """A team with its one crew."""

    id: Annotated[int, domain.PlanningId]
    skills: list[int]
    opens: int
    closes: int
    most: int
    ways: str
    home: str
    calls: Annotated[list[Call], domain.PlanningListVariable(allows_unassigned_values=True)] = field(
        default_factory=list[Call]
    )

    def travel(self) -> int:
        """Return all seconds on the way."""
        if len(self.calls) == 0:
            return 0
        seconds = way(self.ways, self.calls[0].id)
        last = self.calls[0]
        for call in self.calls[1:]:
            seconds += way(last.ways, call.id)
            last = call
        return seconds + way(self.home, last.id)

    def over(self) -> int:
        """Return the seconds that it is home too late, and what it has too many, times an hour."""
        if len(self.calls) == 0:
            return 0
        last = self.calls[-1]
        found = 0
        if last.start is not None:
            end = last.start + last.duration + way(self.home, last.id)
            if end > self.closes:
                found = end - self.closes
        if len(self.calls) > self.most:
            found += 3600 * (len(self.calls) - self.most)
        return found


def lacks(call: Call) -> bool:
    """Say whether the team lacks a skill."""
    return call.lacking() > 0


def skills_lacking(call: Call) -> int:
    """Return what lacking skills cost."""
    return 3600 * call.lacking()


def is_late(call: Call) -> bool:
    """Say whether a visit begins too late."""
    return call.late() > 0


def lateness(call: Call) -> int:
    """Return by how much."""
    return call.late()


def is_over(crew: Crew) -> bool:
    """Say whether a team does too much."""
    return crew.over() > 0


def excess(crew: Crew) -> int:
    """Return by how much."""
    return crew.over()


def is_left_out(call: Call) -> bool:
    """Say whether nobody goes."""
    return call.crew is None


def worth_of(call: Call) -> int:
    """Return what leaving it out costs."""
    return call.worth


def travel_of(crew: Crew) -> int:
    """Return the seconds on the way."""
    return crew.travel()


def rules(factory: Any) -> list[Any]:
    """Return everything that counts."""
    ones: Any = Score
    hard, medium, soft = ones.ONE_HARD, ones.ONE_MEDIUM, ones.ONE_SOFT
    calls, everybody = factory.for_each, factory.for_each_including_unassigned
    return [
        calls(Call).filter(lacks).penalize(hard, skills_lacking).as_constraint("skills"),
        calls(Call).filter(is_late).penalize(hard, lateness).as_constraint("windows"),
        calls(Crew).filter(is_over).penalize(hard, excess).as_constraint("hours"),
        everybody(Call).filter(is_left_out).penalize(medium, worth_of).as_constraint("left out"),
        calls(Crew).penalize(soft, travel_of).as_constraint("travel"),
    ]


@domain.planning_solution
@dataclass
class Day:
    """Everything."""

    crews: Annotated[list[Crew], domain.PlanningEntityCollectionProperty]
    calls: Annotated[list[Call], domain.PlanningEntityCollectionProperty, domain.ValueRangeProvider]
    score: Annotated[Score | None, domain.PlanningScore] = None


def solve(problem: Problem, deadline: Deadline, setting: str) -> Orders:
    """Solve by Timefold.

    Setting ``own`` begins with its own construction, which a short budget does not let it finish; ``nearest`` begins
    with what first come, nearest gives.
    """
    day = _day(problem)
    if setting == "nearest":
        orders = nearest(problem, deadline, "-")
        numbers = {visit.id: number for number, visit in enumerate(problem.visits)}
        for team, crew in zip(problem.teams, day.crews, strict=True):
            crew.calls = [day.calls[numbers[name]] for name in orders.get(team.id, [])]
            for before, call in zip([None, *crew.calls], crew.calls, strict=False):
                # What follows from a list it computes only where the list changes.
                call.crew, call.before = crew, before
                call.update_start()
    made = solver.SolverFactory.create(
        config.SolverConfig(
            xml_source_text=SEARCH_ALONE if setting == "nearest" else None,
            solution_class=Day,
            environment_mode=config.EnvironmentMode.NO_ASSERT,
            entity_class_list=[Crew, Call],
            score_director_factory_config=config.ScoreDirectorFactoryConfig(
                constraint_provider_function=scores.constraint_provider(rules)
            ),
            termination_config=config.TerminationConfig(spent_limit=config.Duration(hours=NEVER_H)),
        )
    ).build_solver()
    done = threading.Event()
    watch = threading.Thread(target=_end_in_time, args=(made, deadline, done), daemon=True)
    watch.start()
    best: Any = made.solve(day)
    done.set()
    watch.join()
    # A plan that breaks a rule is worth nothing at the desk; the checker would say so.
    if best.score.hard_score < 0:
        return {}
    crews: list[Crew] = best.crews
    return {problem.teams[crew.id].id: [problem.visits[call.id].id for call in crew.calls] for crew in crews}


def _end_in_time(made: Any, deadline: Deadline, done: threading.Event) -> None:
    while not done.wait(LOOK_S):
        if deadline.over():
            made.terminate_early()


def _day(problem: Problem) -> Day:
    arrays = arrays_of(problem)
    ways = arrays.seconds
    many = arrays.teams
    calls = [
        Call(
            number,
            [arrays.skills[need.skill] for need in visit.needs],
            visit.duration,
            visit.windows[0][0],
            visit.windows[0][1],
            worth(arrays, number) // WORTH_UNIT,
            _row(ways[many + number, many:]),
        )
        for number, visit in enumerate(problem.visits)
    ]
    crews = [
        Crew(
            number,
            [arrays.skills[skill] for skill, _ in team.skills],
            team.shifts[0][0],
            team.shifts[0][1],
            arrays.visits if team.max_visits_per_shift is None else team.max_visits_per_shift,
            _row(ways[number, many:]),
            _row(ways[many:, number]),
        )
        for number, team in enumerate(problem.teams)
    ]
    return Day(crews, calls)


def _row(seconds: IntTable) -> str:
    if int(seconds.max(initial=0)) >= LETTERS_END:
        raise ValueError(f"a way of {LETTERS_END} seconds or more does not fit into a letter")
    return "".join(map(chr, seconds.tolist()))
