"""Prices on leaving out those whom counting heads leaves out first: who needs a rare skill, needs long, or lives far.

Visits of a rare skill are far from the few teams that hold it, a long one takes the time of two short ones, and a far
one costs its way. A search that counts heads and then travel drops them first. The prices make it drop somebody else,
as long as that costs no visit and less travel than the price. They steer the search alone: plans are still compared by
the objective's vector, in which everybody counts the same, and a choice that OR-Tools proves does not know them.

Weak spots: only the number of able teams is seen, not how busy they are; a visit is rare or it is not; on a crowded day
the search ends with a visit or two less in five hundred, for it has less time for the rest; and who lives far is priced
by the average window of all, so a single narrow one on a day of wide ones gets no help.
"""

from __future__ import annotations

import numpy as np

from linli.matcher.kernels import layout
from linli.matcher.kernels.layout import Ints, Longs, World

FEW = 3
"""Few teams are at most one in so many of the average."""

NARROW = 4 * 3600
"""Seconds of start window, on average over all that ask, from which on far visits have no price: they can wait until
others near them are served, so a crew goes there all the same. The narrower, the more of the price holds."""


def able_teams(world: World, team_of_duty: Longs) -> Longs:
    """Return for every visit how many teams have a crew that it fits, whatever else they do.

    Parameters
    ----------
    world : World
        The whole problem.
    team_of_duty : array
        Each duty's team.
    """
    visits, teams = world.visits, int(team_of_duty.max(initial=-1)) + 1
    fits = visits[:, layout.FIT_TO] - visits[:, layout.FIT_FROM]
    visit = np.repeat(np.arange(len(visits), dtype=np.int64), fits)
    pairs = np.sort(visit * max(1, teams) + team_of_duty[world.fits[:, layout.DUTY]])
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # each once; np.unique would import numpy.ma
    able: Longs = np.bincount(pairs // max(1, teams), minlength=len(visits)).astype(np.int64)
    return able


def rarities(able: Longs, wanted: Longs | Ints, price: int) -> Longs:
    """Return what leaving each visit out costs beside what every visit costs, in seconds.

    Parameters
    ----------
    able : array
        How many teams are able to make each visit.
    wanted : array
        The visits that ask for a place.
    price : int
        `Weights.rarity`, seconds.

    Notes
    -----
    Few are at most one in `FEW` of the teams that are able to make a visit on average over all that ask for a place:
    scarce is what has few teams beside what others asking have, so what everybody asks for is not. A price that grows
    with the square of what is missing to the average was tried on eight synthetic days: for the same share of the
    rarest skill it had to be half as high again, and cost more travel.
    """
    found, asking = np.zeros(len(able), np.int64), able[wanted]
    found[wanted] = price * ((asking > 0) & (FEW * len(wanted) * asking <= int(asking.sum())))
    return found


def lengths(duration: Longs, wanted: Longs | Ints, price: int) -> Longs:
    """Return what leaving each visit out costs for being longer than the average of all that ask, in seconds.

    Parameters
    ----------
    duration : array
        Seconds of service of each visit.
    wanted : array
        The visits that ask for a place.
    price : int
        `Weights.length`, seconds for an hour.

    Notes
    -----
    A price on the whole length, or the same for the whole longest quarter, was tried on seven synthetic days: the first
    hardly helps, for it lifts the middling ones as well; the second costs more visits for the same share.
    """
    found = np.zeros(len(duration), np.int64)
    if len(wanted):
        over = duration[wanted] - int(duration[wanted].sum()) // len(wanted)
        found[wanted] = price * np.maximum(0, over) // 3600
    return found


def nearest_bases(world: World) -> Longs:
    """Return for every visit the way to it from the nearest base of a crew that it fits, seconds; 0 where none does.

    Parameters
    ----------
    world : World
        The whole problem.
    """
    fits = world.visits[:, layout.FIT_TO] - world.visits[:, layout.FIT_FROM]
    visit = np.repeat(np.arange(len(fits), dtype=np.int64), fits)
    base = world.duties[world.fits[:, layout.DUTY], layout.HOME]
    nearest = np.full(len(fits), layout.NEVER, np.int64)
    np.minimum.at(nearest, visit, world.way[base, world.visits[visit, layout.PLACE]])
    return np.where(fits > 0, nearest, 0)


def remotenesses(nearest: Longs, width: Longs | Ints, wanted: Longs | Ints, price: int) -> Longs:
    """Return what leaving each visit out costs for lying farther than the average of all that ask, in seconds.

    Parameters
    ----------
    nearest : array
        Seconds from the nearest base to each visit; see `nearest_bases`.
    width : array
        Seconds of each visit's start windows.
    wanted : array
        The visits that ask for a place.
    price : int
        `Weights.remoteness`, seconds for an hour of way where windows leave no choice.

    Notes
    -----
    The price falls in a straight line with the average window, to nothing at `NARROW`. On synthetic days of two-hour
    windows it lifts the served share of the farthest quarter by 5 % for no visit and hardly any travel. Where most
    windows are of four hours and more, it cost 1 to 1.5 % of travel for a quarter that is served well as it is; with
    each visit's own window instead of the average, days in towns cost 1.4 ± 0.6 % still.
    """
    found = np.zeros(len(nearest), np.int64)
    if len(wanted):
        over = nearest[wanted] - int(nearest[wanted].sum()) // len(wanted)
        narrow = max(0, NARROW - int(width[wanted].sum(dtype=np.int64)) // len(wanted))
        found[wanted] = price * np.maximum(0, over) * narrow // (NARROW * 3600)
    return found
