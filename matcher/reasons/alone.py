"""Limits of a day or shift that one visit alone breaks: nobody else is in the way, so it is not lost but impossible."""

from __future__ import annotations

from linli.matcher.duties import NO_LIMIT, Duty
from linli.matcher.insertion.insertion import best_in_tour
from linli.matcher.model import Model
from linli.matcher.reasons.change_list import Broken
from linli.matcher.route import Tour
from linli.matcher.rules import Violation


def broken_alone(model: Model, visit: int, broken: Broken) -> Broken:
    """Return for every team the rules it breaks, with the limits that it would break with nothing else to do.

    Parameters
    ----------
    model : Model
        The problem.
    visit : int
        A visit without a place.
    broken : list of tuple of Violation
        The pair rules that each team breaks.

    Notes
    -----
    The way out and home again is taken to be the shortest. Where a matrix makes a detour by another visit shorter, a
    team may be said to go too far that could come that way.
    """
    if all(_is_free(duty) for duty in model.duties):
        return broken
    return [found or _of_team(model, visit, t) for t, found in enumerate(broken)]


def _is_free(duty: Duty) -> bool:
    """Say whether a duty has no limit that a single visit could break."""
    limits = duty.most_work, duty.most_travel, duty.most_metres
    return duty.most > 0 and all(limit >= NO_LIMIT for limit in limits)


def _of_team(model: Model, visit: int, team: int) -> tuple[Violation, ...]:
    """Return the least of what a team lacks on the duties on which the visit fits; nothing where it lacks nothing."""
    found = list[Violation]()
    for fit in model.fits(visit):
        on = model.duties[fit.duty]
        if on.team != team:
            continue
        if _is_free(on) or best_in_tour(Tour(model, fit.duty), visit, fit)[1] >= 0:
            return ()
        found += _missed(model, visit, on)
    return tuple(sorted(found, key=lambda one: (one.amount, one.rule))[:1])


def _missed(model: Model, visit: int, on: Duty) -> list[Violation]:
    """Return the limits that the visit breaks on a duty with nothing else on it."""
    team, name, service = model.teams[on.team].id, model.visits[visit].id, model.duration[visit]
    entry, place = model.entry[visit], model.place[visit]
    way = model.seconds(on.base, entry) + model.within[visit] + model.seconds(place, on.base)
    metres = model.metres(on.base, entry) + model.metres_within(visit) + model.metres(place, on.base)
    limits = (
        ("day_limit", 1 - on.most, "visits"),
        ("day_limit", service - on.most_work, "seconds"),
        ("shift_travel", way - on.most_travel, "seconds"),
        ("shift_metres", metres - on.most_metres, "metres"),
    )
    return [Violation(rule, team, name, missed, unit) for rule, missed, unit in limits if missed > 0]
