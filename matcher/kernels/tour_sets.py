"""Sets of visits that crews can make, each at its cheapest order: partial tours grown stop by stop.

Of the partial tours that make the same visits and end at the same one only those are led on that are earlier, cheaper
or shorter than all others, and of these only those that may still be worth more at given prices of visits than a tour
has to be.
"""

from __future__ import annotations

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.layout import (
    CLOSES,
    DONE,
    DURATION,
    EXIT,
    FIXED,
    HOME,
    LAST,
    LATEST,
    LEAVE,
    MOST,
    MOST_TRAVEL,
    MOST_WORK,
    NEVER,
    PLACE,
    PRICE,
    SOFT,
    TRAVEL_WEIGHT,
    WORK_BEFORE,
    Ints,
    Longs,
    World,
)
from linli.matcher.kernels.tour_promises import measure, place_of, promises
from linli.matcher.kernels.tour_sets_layout import (
    ABLE_FROM,
    ABLE_TO,
    AGREED,
    ALONE,
    AT_LAST,
    BEFORE,
    BEGUN,
    COST,
    FIT,
    FREE,
    GONE,
    LABEL_COLUMNS,
    LABELS,
    LOWEST,
    MADE,
    NEXT,
    OF,
    ON,
    REDUCED,
    ROOF,
    SCALE,
    SET,
    SET_COST,
    SET_LABEL,
    SET_NEXT,
    SETS,
    STANDS,
    STOPS,
    STOPS_MOST,
    TRIED,
    TRIED_MOST,
    WAS_CUT,
    WHO,
    WHOLE,
    WON,
    WORK,
)
from linli.matcher.kernels.tours import first_start, load_price, softness

FULL = -1
"""What `list_tours` returns where there was no room for all, or too much to try."""

MIX = 0x9E3779B97F4A7C1
"""Spreads sets over buckets."""


@bare
def shortest(way: Ints, least: Ints) -> None:
    """Write the seconds between all places, detours over other places allowed (Floyd and Warshall)."""
    many = way.shape[0]
    for a in range(many):
        for b in range(many):
            least[a, b] = way[a, b]
    for over in range(many):
        for a in range(many):
            first = least[a, over]
            for b in range(many):
                least[a, b] = min(least[a, b], first + least[over, b])


@bare
def list_tours(
    world: World,
    least: Ints,
    groups: Longs,
    able: Ints,
    price: Longs,
    gain: Longs,
    labels: Longs,
    sets: Longs,
    buckets: Ints,
    numbers: Longs,
) -> int:
    """List the sets below every group's roof; return how many, or `FULL`.

    Parameters
    ----------
    world : World
        The problem.
    least : array of int32, (places, places)
        What `shortest` found: a set may be servable though a part of it is not, where detours are quicker.
    groups : array, (groups, GROUP_COLUMNS)
        Whose tours.
    able : array of int32, (pairs, ABLE_COLUMNS)
        The visits that fit on each group's duties, 62 at most.
    price : array, (pairs,)
        What making it takes off a tour's reduced cost, in parts of `SCALE`.
    gain : array, (3, pairs)
        Filled with what making it may take off at most, its own cost reckoned; the rest is room to work in.
    labels, sets : array
        Room for one group's partial tours, and for all listed sets.
    buckets : array of int32, (2, power of 2)
        Room for lists, filled with -1, as it is left.
    numbers : array, (NUMBERS,)
        How much may be tried, and was.
    """
    numbers[SETS], numbers[WAS_CUT] = 0, 0
    for g in range(groups.shape[0]):
        first = numbers[SETS]
        whole = _list_group(world, least, groups, g, able, price, gain, labels, sets, buckets, numbers)
        for label in range(1, numbers[LABELS]):
            bucket = _bucket(labels[label, MADE] * 64 + labels[label, AT_LAST], buckets.shape[1])
            buckets[0, bucket] = -1
        for one in range(first, numbers[SETS]):
            buckets[1, _bucket(sets[one, SET], buckets.shape[1])] = -1
        if not whole:
            return FULL
    return int(numbers[SETS])


@inner
def _list_group(
    world: World,
    least: Ints,
    groups: Longs,
    g: int,
    able: Ints,
    price: Longs,
    gain: Longs,
    labels: Longs,
    sets: Longs,
    buckets: Ints,
    numbers: Longs,
) -> bool:
    """List the sets of one group; return whether that was possible."""
    d, many, agreed = groups[g, ON], groups[g, ABLE_TO] - groups[g, ABLE_FROM], groups[g, AGREED]
    homeward = measure(world, groups, g, able, price, gain)
    for column in range(LABEL_COLUMNS):
        labels[0, column] = 0
    labels[0, AT_LAST], labels[0, FREE], labels[0, BEFORE], labels[0, STANDS] = -1, world.duties[d, LEAVE], -1, 1
    labels[0, WORK], groups[g, LOWEST] = world.duties[d, WORK_BEFORE], groups[g, ROOF]
    numbers[LABELS], up = 1, 0
    while up < numbers[LABELS]:
        if labels[up, STANDS] != 0:
            numbers[TRIED] += 1 + many
            if numbers[TRIED] > numbers[TRIED_MOST]:
                return False
            if not _finish(world, groups, g, able, labels, sets, buckets, numbers, up):
                return False
            # To what is agreed a crew may have set out before now: of the start nothing is promised then.
            far = agreed != 0 and up == 0
            if far or promises(world, least, groups, g, able, price, gain, labels, up, homeward) < groups[g, ROOF]:
                deep = labels[up, STOPS] >= numbers[STOPS_MOST]
                numbers[TRIED] += many
                for k in range(many):
                    if labels[up, MADE] >> k & 1:
                        continue
                    if deep and not agreed >> k & 1:
                        numbers[WAS_CUT] = 1
                    elif not _extend(world, least, groups, g, able, price, labels, buckets, numbers, up, k):
                        return False
        up += 1
    return True


@inner
def _extend(
    world: World,
    least: Ints,
    groups: Longs,
    g: int,
    able: Ints,
    price: Longs,
    labels: Longs,
    buckets: Ints,
    numbers: Longs,
    up: int,
    k: int,
) -> bool:
    """Lead a partial tour on to a visit if the rest can still hold; return whether there was room."""
    d, row = groups[g, ON], groups[g, ABLE_FROM] + k
    v, fit, free = able[row, WHO], able[row, FIT], labels[up, FREE]
    if world.visits[v, FIXED] != 0 and labels[up, AT_LAST] < 0:
        free = world.duties[d, DONE]
    hop = world.way[place_of(world, groups, g, able, labels[up, AT_LAST]), world.visits[v, PLACE]]
    start = first_start(world, v, free + hop, world.fits[fit, LATEST])
    if start < 0:
        return True
    done, made = start + world.visits[v, DURATION], labels[up, MADE] | 1 << k
    work, gone = labels[up, WORK] + world.visits[v, DURATION], labels[up, GONE]
    if world.duties[d, MOST_TRAVEL] < NEVER:
        gone += hop + world.within[v]
    stops = labels[up, STOPS] + (0 if groups[g, AGREED] >> k & 1 else 1)
    if not _may_hold(world, least, groups, g, able, made, stops, int(world.visits[v, EXIT]), done, work, gone):
        return True
    cost = labels[up, COST] + world.weights[TRAVEL_WEIGHT] * hop + world.fits[fit, PRICE]
    if world.visits[v, SOFT] != 0:
        cost += softness(world, v, start)
    bucket = _bucket(made * 64 + k, buckets.shape[1])
    if _is_beaten(labels, buckets[0, bucket], made, k, done, cost, gone):
        return True
    new = numbers[LABELS]
    if new >= labels.shape[0]:
        return False
    labels[new, MADE], labels[new, AT_LAST], labels[new, FREE], labels[new, COST] = made, k, done, cost
    labels[new, GONE], labels[new, WORK], labels[new, WON] = gone, work, labels[up, WON] + price[row]
    labels[new, BEFORE], labels[new, STANDS], labels[new, NEXT] = up, 1, buckets[0, bucket]
    labels[new, STOPS] = stops
    buckets[0, bucket] = new
    numbers[LABELS] = new + 1
    return True


@inner
def _may_hold(
    world: World,
    least: Ints,
    groups: Longs,
    g: int,
    able: Ints,
    made: int,
    stops: int,
    at: int,
    done: int,
    work: int,
    gone: int,
) -> bool:
    """Say whether a crew can still make what a whole tour needs, get home in time, and keep its limits.

    `stops` are those beside what is agreed.
    """
    d, missing, home = groups[g, ON], groups[g, WHOLE] & ~made, least[at, world.duties[groups[g, ON], HOME]]
    if done + home > world.duties[d, CLOSES]:
        return False
    k, agreed = 0, groups[g, AGREED]
    while missing >> k:
        if missing >> k & 1:
            v = able[groups[g, ABLE_FROM] + k, WHO]
            work += world.visits[v, DURATION]
            if done + least[at, world.visits[v, PLACE]] > world.visits[v, LAST]:
                return False
        k += 1
    # What is agreed stays where limits were lowered later; they only let nothing more in.
    if made & ~agreed == 0:
        return True
    while agreed:
        stops += 1
        agreed &= agreed - 1
    if stops > world.duties[d, MOST] or work > world.duties[d, MOST_WORK]:
        return False
    return bool(world.duties[d, MOST_TRAVEL] >= NEVER or gone + home <= world.duties[d, MOST_TRAVEL])


@inner
def _is_beaten(labels: Longs, other: int, made: int, last: int, done: int, cost: int, gone: int) -> bool:
    """Say whether a partial tour is beaten; if not, throw out those it beats."""
    while other >= 0:
        if labels[other, MADE] == made and labels[other, AT_LAST] == last and labels[other, STANDS] != 0:
            if labels[other, FREE] <= done and labels[other, COST] <= cost and labels[other, GONE] <= gone:
                return True
            if done <= labels[other, FREE] and cost <= labels[other, COST] and gone <= labels[other, GONE]:
                labels[other, STANDS] = 0
        other = labels[other, NEXT]
    return False


@inner
def _bucket(key: int, many: int) -> int:
    """Return where a key's list begins."""
    mixed = key * MIX
    return int((mixed ^ mixed >> 29) & (many - 1))


@inner
def _finish(
    world: World,
    groups: Longs,
    g: int,
    able: Ints,
    labels: Longs,
    sets: Longs,
    buckets: Ints,
    numbers: Longs,
    label: int,
) -> bool:
    """List a partial tour led home if nothing is missing and it is below the roof; return whether there was room."""
    d, made, last = groups[g, ON], labels[label, MADE], labels[label, AT_LAST]
    if groups[g, WHOLE] & ~made:
        return True
    hop = 0
    if last >= 0 or groups[g, BEGUN] != 0:
        hop = world.way[place_of(world, groups, g, able, last), world.duties[d, HOME]]
    if last >= 0 and labels[label, FREE] + hop > world.duties[d, CLOSES]:
        return True
    limit = world.duties[d, MOST_TRAVEL]
    if made & ~groups[g, AGREED] and limit < NEVER and labels[label, GONE] + hop > limit:
        return True
    cost = labels[label, COST] + world.weights[TRAVEL_WEIGHT] * hop + load_price(world, d, labels[label, WORK])
    cost -= groups[g, ALONE]
    reduced = SCALE * cost - labels[label, WON]
    if reduced >= groups[g, ROOF]:
        return True
    groups[g, LOWEST] = min(groups[g, LOWEST], reduced)
    bucket = _bucket(made, buckets.shape[1])
    other = buckets[1, bucket]
    while other >= 0:
        if sets[other, SET] == made:
            if cost < sets[other, SET_COST]:
                sets[other, SET_COST], sets[other, REDUCED], sets[other, SET_LABEL] = cost, reduced, label
            return True
        other = sets[other, SET_NEXT]
    new = numbers[SETS]
    if new >= sets.shape[0]:
        return False
    sets[new, OF], sets[new, SET], sets[new, SET_COST], sets[new, REDUCED] = g, made, cost, reduced
    sets[new, SET_LABEL], sets[new, SET_NEXT] = label, buckets[1, bucket]
    buckets[1, bucket] = new
    numbers[SETS] = new + 1
    return True
