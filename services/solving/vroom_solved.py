"""What a solution in VROOM's output format is written from."""

from __future__ import annotations

from dataclasses import dataclass, field

from linli.matcher.problem import Plan, Problem
from linli.matcher.search.solve import EngineReport
from linli.services.solving.explaining import Explaining
from linli.services.solving.vroom_clocks import Clocks
from linli.services.solving.vroom_format import VroomProblem
from linli.services.solving.vroom_sharing import Shared


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long reading and solving took."""

    loading: float
    solving: float


@dataclass(frozen=True, slots=True)
class Solved:
    """Everything a solution is written from; `shared` stands in for the plan where it is better."""

    given: VroomProblem
    problem: Problem
    clocks: Clocks
    plan: Plan
    report: EngineReport
    took: Seconds
    distances: bool
    shared: Shared | None = None
    explaining: Explaining = field(default_factory=Explaining)

    def placed(self) -> frozenset[str]:
        """Return the ids of the visits that are made."""
        return self.plan.placed() if self.shared is None else self.shared.placed()
