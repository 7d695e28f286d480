"""Where the rules by pair refuse what a plan could hold: what is the best by them may not be the best.

The engines plan by rules that look at a visit and a team alone, for speed, and these are here and there stricter than
the checker. Whoever says that nothing beats a plan asks here whether that could matter.
"""

from __future__ import annotations

from linli.matcher.exact.detours import detours_might_do
from linli.matcher.fetching import lead_of
from linli.matcher.model import Model
from linli.matcher.problem import Visit
from linli.matcher.rules import first_violation, shifts_near, start_windows, starts_of
from linli.matcher.table import PairTable
from linli.matcher.timetable import Timetable

TIMES = frozenset(("time_window", "working_hours"))
"""Rules about times: who breaks another one as well may not go, whatever else the crew does."""


def rules_may_be_too_strict(timetable: Timetable, table: PairTable) -> bool:
    """Say whether the checker might accept what the engines do not try.

    Parameters
    ----------
    timetable : Timetable
        The present tours.
    table : PairTable
        Where the visits that may move fit.

    Notes
    -----
    Three things are looked at, each so that it is rather said too often: visits that a crew reaches sooner, or from
    which it is home sooner, over others than directly; what would have to be fetched longer before a visit than is
    reckoned with; and visits of several teams.

    Two rules are meant to be stricter, and the best is the best by them. A start that was told is kept: see
    `Visit.told`. Adults are kept for other crews of a team: see `adults_a_crew_may_need`; to leave that out of the
    proof as well would take it from one round in eight.
    """
    model = timetable.model
    coming = [v for v in range(len(model.visits)) if not model.fact[v]]
    return (
        any(model.visits[v].joined is not None and not model.fixed[v] for v in coming)
        or any(_is_lost(model, v) for v in coming if model.fixed[v] and timetable.where[v] < 0)
        or any(_needs_longer_lead(model, model.visits[v]) for v in coming if model.visits[v].fetch is not None)
        or detours_might_do(timetable, table)
    )


def _is_lost(model: Model, visit: int) -> bool:
    """Say whether times, or adults kept for other crews, are all that keeps an agreed visit off its crew."""
    wanted = model.visits[visit]
    team = None if wanted.pin is None or wanted.pin.team is None else model.team_index.get(wanted.pin.team)
    if team is None:
        return False
    broken = first_violation(model.problem, wanted, model.teams[team])
    return broken is None or broken.rule in TIMES


def _needs_longer_lead(model: Model, wanted: Visit) -> bool:
    """Say whether a visit could begin with its window only where what it needs is fetched in good time before."""
    fetch, lead = wanted.fetch, lead_of(model.problem, wanted)
    if fetch is None:
        return False
    busy, known = lead.seconds - lead.idle, starts_of(model.problem, wanted)
    for lo, hi in start_windows(wanted):
        if hi < model.now or any(a <= lo <= b for a, b in known):
            continue
        for _, closes in fetch.windows:
            if closes >= model.now and closes + lead.seconds < lo and _in_a_shift(model, closes, lo, busy):
                return True
    return False


def _in_a_shift(model: Model, fetched: int, start: int, busy: int) -> bool:
    """Say whether somebody is on duty from before a pick-up closes until after a visit begins."""
    return any(
        lo <= fetched and start <= hi for team in model.teams for lo, hi in shifts_near(team, fetched, fetched + busy)
    )
