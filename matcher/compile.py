"""Makes the machine code of the search, at set-up: ``python -m linli.matcher.compile``; a quarter of a minute, once."""

from __future__ import annotations

from linli.matcher import compiled
from linli.matcher.limits import Limits
from linli.matcher.model import Model
from linli.matcher.problem import Place, Problem, Team, Visit, Weights
from linli.matcher.route import Timetable
from linli.matcher.table import pair_table
from linli.matcher.travel import HaversineTravel

HOUR = 3600


def _example() -> Problem:
    """Return two crews and a few visits: enough for every function to be called."""
    place = Place(27.5, 108.2, "seat")
    visits = tuple(
        Visit(f"v-{i}", f"r-{i}", 0, place, HOUR, ((HOUR, 6 * HOUR), (8 * HOUR, 9 * HOUR)), due=HOUR) for i in range(12)
    )
    teams = tuple(Team(f"t-{i}", place, (), 1, ((0, 8 * HOUR),)) for i in range(2))
    return Problem(0, visits, teams, HaversineTravel(), Weights())


def main() -> None:
    """Compile what is not yet compiled, by solving an example."""
    if compiled.is_warm():
        return
    from linli.matcher.annealing import anneal

    model = Model(_example())
    anneal(Timetable(model), pair_table(model, range(len(model.visits))), Limits(2_000), 1)
    compiled.mark_complete()


if __name__ == "__main__":
    main()
