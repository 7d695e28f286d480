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
    ORIGIN,
    PLACE,
    PRICE,
    SOFT,
    TRAVEL_WEIGHT,
    WORK_BEFORE,
    Ints,
    Longs,
    World,
)
from linli.matcher.kernels.tours import first_start, load_price, softness

SCALE = 256
"""Prices of visits are told in such parts of a priced second."""

# Columns of the groups of equal duties: one of the duties, where its rows of `able` begin and end, bits of the visits
# that a tour needs to be whole, bits of those that are agreed, whether begun visits stand before, and what the agreed
# ones alone cost. A set is listed where its reduced cost, its cost beside those less the prices of its visits, is below
# the roof; `LOWEST` is the lowest reduced cost of all, never above the roof.
ON, ABLE_FROM, ABLE_TO, WHOLE, AGREED, BEGUN, ALONE, ROOF, LOWEST = 0, 1, 2, 3, 4, 5, 6, 7, 8
GROUP_COLUMNS = 9

# Columns of `able`: a visit, its row of `World.fits`, the shortest way there from anywhere on the duty, and which of
# the group's rows stands at this place when they are ordered by what they promise for their time.
WHO, FIT, HOP_LEAST, RANKED = 0, 1, 2, 3
ABLE_COLUMNS = 4

# Columns of partial tours: the visits made (bits over the group's rows of `able`), the last one (-1 at the start), when
# the crew is free then, the cost so far but for load, the seconds on the way where they are limited, the service given,
# the prices of the visits made, the partial tour before, the next one of a list, whether it stands, how many stops.
MADE, AT_LAST, FREE, COST, GONE, WORK, WON, BEFORE, NEXT, STANDS, STOPS = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
LABEL_COLUMNS = 11

# Columns of listed sets: the group, the visits, the cost beside `ALONE`, the reduced cost, the partial tour that
# makes them, the next one of a list.
OF, SET, SET_COST, REDUCED, SET_LABEL, SET_NEXT = 0, 1, 2, 3, 4, 5
SET_COLUMNS = 6

# Places in the numbers of a listing: partial tours of the last group, ways tried, the most that may be tried, sets
# listed, the most stops beside the agreed ones, and whether these were too few for some partial tour.
LABELS, TRIED, TRIED_MOST, SETS, STOPS_MOST, WAS_CUT = 0, 1, 2, 3, 4, 5
NUMBERS = 6

FULL = -1
"""What `list_tours` returns where there was no room for all, or too much to try."""

MIX = 0x9E3779B97F4A7C1
"""Spreads sets over buckets."""

FAR_BELOW = -(1 << 60)
"""Below the reduced cost of any tour."""


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
    homeward = _measure(world, groups, g, able, price, gain)
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
            if _promises(world, least, groups, g, able, price, gain, labels, up, homeward) < groups[g, ROOF]:
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
def _measure(world: World, groups: Longs, g: int, able: Ints, price: Longs, gain: Longs) -> int:
    """Write the shortest way to every visit of a group, and what it may gain; return the shortest way home."""
    d, begin, end = groups[g, ON], groups[g, ABLE_FROM], groups[g, ABLE_TO]
    homeward = world.way[world.duties[d, ORIGIN], world.duties[d, HOME]]
    loaded = load_price(world, d, world.duties[d, WORK_BEFORE])
    for a in range(begin, end):
        v = able[a, WHO]
        hop = world.way[world.duties[d, ORIGIN], world.visits[v, PLACE]]
        for b in range(begin, end):
            if b != a:
                hop = min(hop, world.way[world.visits[able[b, WHO], EXIT], world.visits[v, PLACE]])
        able[a, HOP_LEAST] = hop
        homeward = min(homeward, world.way[world.visits[v, EXIT], world.duties[d, HOME]])
        added = load_price(world, d, world.duties[d, WORK_BEFORE] + world.visits[v, DURATION]) - loaded - 1
        added += world.weights[TRAVEL_WEIGHT] * hop + world.fits[able[a, FIT], PRICE]
        gain[0, a] = max(0, price[a] - SCALE * added)
        at = a
        while at > begin and _is_ahead(world, able, gain, a, int(begin + able[at - 1, RANKED])):
            able[at, RANKED] = able[at - 1, RANKED]
            at -= 1
        able[at, RANKED] = a - begin
    return int(homeward)


@inner
def _is_ahead(world: World, able: Ints, gain: Longs, a: int, b: int) -> bool:
    """Say whether a row gains more for its time than another one."""
    mine = able[a, HOP_LEAST] + world.visits[able[a, WHO], DURATION]
    other = able[b, HOP_LEAST] + world.visits[able[b, WHO], DURATION]
    return bool(gain[0, a] * other > gain[0, b] * mine)


@inner
def _promises(
    world: World,
    least: Ints,
    groups: Longs,
    g: int,
    able: Ints,
    price: Longs,
    gain: Longs,
    labels: Longs,
    label: int,
    homeward: int,
) -> int:
    """Return a reduced cost below which nothing that begins with a partial tour can come.

    The highest of what can be said: every visit that may follow is made at once, over the shortest way there, as the
    only one that adds to the load; as many are made as there is time for, those first that promise most for their time,
    the last one in part; or no ways count but that over the farthest one made.
    """
    d, made, free, work = groups[g, ON], labels[label, MADE], labels[label, FREE], labels[label, WORK]
    at, home = _place(world, groups, g, able, labels[label, AT_LAST]), world.duties[d, HOME]
    weight, loaded = world.weights[TRAVEL_WEIGHT], load_price(world, d, work)
    found = SCALE * (labels[label, COST] + loaded - groups[g, ALONE]) - labels[label, WON]
    left, begin, hops = world.duties[d, CLOSES] - free - homeward, groups[g, ABLE_FROM], homeward
    missing, k = groups[g, AGREED] & ~made, 0
    while missing >> k:
        if missing >> k & 1:
            v = able[begin + k, WHO]
            left -= able[begin + k, HOP_LEAST] + world.visits[v, DURATION]
            hops += able[begin + k, HOP_LEAST]
            added = load_price(world, d, work + world.visits[v, DURATION]) - loaded - 1
            found += SCALE * (added + world.fits[able[begin + k, FIT], PRICE])
        k += 1
    each, in_time, many = 0, 0, 0
    for place in range(begin, groups[g, ABLE_TO]):
        row = begin + able[place, RANKED]
        if (made | groups[g, AGREED]) >> able[place, RANKED] & 1:
            continue
        v, fit = able[row, WHO], able[row, FIT]
        start = first_start(world, v, free + least[at, world.visits[v, PLACE]], world.fits[fit, LATEST])
        if start < 0:
            continue
        back = least[world.visits[v, EXIT], home]
        if start + world.visits[v, DURATION] + back > world.duties[d, CLOSES]:
            continue
        takes = able[row, HOP_LEAST] + world.visits[v, DURATION]
        if takes <= left:
            in_time += gain[0, row]
        elif left > 0:
            in_time += gain[0, row] * left // takes + 1
        left -= takes
        added = load_price(world, d, work + world.visits[v, DURATION]) - loaded - 1 + world.fits[fit, PRICE]
        if world.visits[v, SOFT] != 0:
            added += softness(world, v, start)
        won = price[row] - SCALE * added
        each += max(0, won - SCALE * weight * able[row, HOP_LEAST])
        if won > 0:
            gain[1, begin + many], gain[2, begin + many] = won, least[at, world.visits[v, PLACE]] + back
            many += 1
    near = found + SCALE * weight * hops - min(each, in_time)
    if near >= groups[g, ROOF]:
        return int(near)
    return int(max(near, found - _over_the_farthest(gain, begin, many, SCALE * weight, int(least[at, home]))))


@inner
def _over_the_farthest(gain: Longs, begin: int, many: int, weight: int, home: int) -> int:
    """Return what can be won at most if only the way home over the farthest visit costs anything."""
    best = -weight * home
    for far in range(begin, begin + many):
        won = -weight * gain[2, far]
        for other in range(begin, begin + many):
            if gain[2, other] <= gain[2, far]:
                won += gain[1, other]
        best = max(best, won)
    return int(best)


@inner
def _place(world: World, groups: Longs, g: int, able: Ints, last: int) -> int:
    """Return where a partial tour stands."""
    if last < 0:
        return int(world.duties[groups[g, ON], ORIGIN])
    return int(world.visits[able[groups[g, ABLE_FROM] + last, WHO], EXIT])


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
    hop = world.way[_place(world, groups, g, able, labels[up, AT_LAST]), world.visits[v, PLACE]]
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
        hop = world.way[_place(world, groups, g, able, last), world.duties[d, HOME]]
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
