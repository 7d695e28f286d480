"""What a partial tour promises: a reduced cost below which nothing that begins with it can come.

Three things can be said, and each is cheap beside growing the tour: with the shortest ways there and all in time, with
as much as there is time for, and with the way home over the farthest visit. The highest of them holds.
"""

from __future__ import annotations

from linli.matcher.compiled import inner
from linli.matcher.kernels.layout import (
    CLOSES,
    DURATION,
    EXIT,
    HOME,
    LATEST,
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
from linli.matcher.kernels.tour_sets_layout import (
    ABLE_FROM,
    ABLE_TO,
    AGREED,
    ALONE,
    AT_LAST,
    COST,
    FIT,
    FREE,
    HOP_LEAST,
    MADE,
    ON,
    RANKED,
    ROOF,
    SCALE,
    WHO,
    WON,
    WORK,
)
from linli.matcher.kernels.tours import first_start, load_price, softness


@inner
def measure(world: World, groups: Longs, g: int, able: Ints, price: Longs, gain: Longs) -> int:
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
    mine = max(1, able[a, HOP_LEAST] + world.visits[able[a, WHO], DURATION])
    other = max(1, able[b, HOP_LEAST] + world.visits[able[b, WHO], DURATION])
    # By whole parts first: the products of high prices with hours would not fit into 64 bits.
    if gain[0, a] // mine != gain[0, b] // other:
        return bool(gain[0, a] // mine > gain[0, b] // other)
    return bool(gain[0, a] % mine * other > gain[0, b] % other * mine)


@inner
def promises(
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
    the last one in part; or no ways count but that over the farthest one made. What is fetched carries the crew from
    the pick-up to the visit, and that way counts as service: so a way over it may be shorter than `least`, by so much.
    """
    d, made, free, work = groups[g, ON], labels[label, MADE], labels[label, FREE], labels[label, WORK]
    at, home = place_of(world, groups, g, able, labels[label, AT_LAST]), world.duties[d, HOME]
    weight, loaded = world.weights[TRAVEL_WEIGHT], load_price(world, d, work)
    found = SCALE * (labels[label, COST] + loaded - groups[g, ALONE]) - labels[label, WON]
    busy, hops, spared, fees = _agreed_to_come(world, least, groups, g, able, made, work, loaded)
    left, begin = world.duties[d, CLOSES] - free - homeward - hops - busy, groups[g, ABLE_FROM]
    hops, found = hops + homeward, found + SCALE * fees
    each, in_time, many = 0, 0, 0
    for place in range(begin, groups[g, ABLE_TO]):
        row = begin + able[place, RANKED]
        if (made | groups[g, AGREED]) >> able[place, RANKED] & 1:
            continue
        v, fit = able[row, WHO], able[row, FIT]
        back = least[world.visits[v, EXIT], home]
        start = first_start(world, v, free + least[at, world.visits[v, PLACE]], world.fits[fit, LATEST])
        if start < 0 or start + world.visits[v, DURATION] + back > world.duties[d, CLOSES]:
            continue
        takes = able[row, HOP_LEAST] + world.visits[v, DURATION]
        if takes <= left or takes == 0:
            in_time += gain[0, row]
        elif left > 0:
            in_time += gain[0, row] // takes * left + gain[0, row] % takes * left // takes + 1
        left -= takes
        added = load_price(world, d, work + world.visits[v, DURATION]) - loaded - 1 + world.fits[fit, PRICE]
        if world.visits[v, SOFT] != 0:
            added += softness(world, v, start)
        won = price[row] - SCALE * added
        each += max(0, won - SCALE * weight * able[row, HOP_LEAST])
        inside = least[world.visits[v, PLACE], world.visits[v, EXIT]]
        won += SCALE * weight * inside
        if won > 0:
            gain[1, begin + many], gain[2, begin + many] = won, least[at, world.visits[v, PLACE]] + inside + back
            many += 1
    near = found + SCALE * weight * hops - min(each, in_time)
    if near >= groups[g, ROOF]:
        return int(near)
    far = _over_the_farthest(gain, begin, many, SCALE * weight, int(least[at, home]))
    return int(max(near, found - SCALE * weight * spared - far))


@inner
def _agreed_to_come(
    world: World, least: Ints, groups: Longs, g: int, able: Ints, made: int, work: int, loaded: int
) -> tuple[int, int, int, int]:
    """Return of what is agreed and not made yet: service, shortest ways there, ways within, and its price."""
    d, begin = groups[g, ON], groups[g, ABLE_FROM]
    missing, k = groups[g, AGREED] & ~made, 0
    busy, hops, spared, fees = 0, 0, 0, 0
    while missing >> k:
        if missing >> k & 1:
            v = able[begin + k, WHO]
            busy += world.visits[v, DURATION]
            hops += able[begin + k, HOP_LEAST]
            spared += least[world.visits[v, PLACE], world.visits[v, EXIT]]
            fees += load_price(world, d, work + world.visits[v, DURATION]) - loaded - 1
            fees += world.fits[able[begin + k, FIT], PRICE]
        k += 1
    return int(busy), int(hops), int(spared), int(fees)


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
def place_of(world: World, groups: Longs, g: int, able: Ints, last: int) -> int:
    """Return where a partial tour stands."""
    if last < 0:
        return int(world.duties[groups[g, ON], ORIGIN])
    return int(world.visits[able[groups[g, ABLE_FROM] + last, WHO], EXIT])
