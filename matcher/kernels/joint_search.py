"""Ruin and recreate over ways of carers: who belongs together leaves together, and comes back wherever both cost least.

Strings of neighbouring visits are removed as by Christiaens and Vanden Berghe (2020). Of two, one is offered its
cheapest places, and for each of these the other its cheapest.
"""

from __future__ import annotations

from linli.matcher.compiled import bare, inner
from linli.matcher.kernels.dice import below, roll, waiting
from linli.matcher.kernels.joint import NEVER, follows, hop, late, link, push, recount, take_back, unlink
from linli.matcher.kernels.joint_layout import CLOSES, LOGGED, MATE, OPENS, WORST, Day, Notes, Ways
from linli.matcher.kernels.layout import ABSENT, BEST, BLINK, CURRENT, STEPS, TICKS
from linli.matcher.kernels.ordering import put_in_order

LONGEST, REMOVED = 10, 10
"""The longest string removed from one way, and how many visits a step removes on average."""

OFFERS = 4
"""For so many places of the one of two the other is tried."""

LATE_CENTRE = 5
"""One step in so many is made around a visit that is late, if one is found at once."""

BLINKS = 60
"""About one place in so many is overlooked."""

STEP_TICKS = 60
KEY = (1 << 30) - 1
VISIT_BITS = 20
VISIT_MASK = (1 << VISIT_BITS) - 1


@bare
def search_joint(day: Day, ways: Ways, kept: Ways, best: Ways, notes: Notes, ticks: int, warmth: int) -> None:
    """Search until so many ticks were counted in all.

    Parameters
    ----------
    day, ways, kept, best, notes
        The day, the ways worked on, those of before the step, the best met, and the search's notes.
    ticks : int
        Where ``Notes.numbers[TICKS]`` ends the search.
    warmth : int
        Mean of how much worse a step may be and still be kept.
    """
    numbers = notes.numbers
    while numbers[TICKS] < ticks:
        numbers[TICKS] += STEP_TICKS
        numbers[STEPS] += 1
        _ruin(day, ways, notes)
        recount(day, ways, notes)
        cost = NEVER
        if _recreate(day, ways, notes):
            cost = recount(day, ways, notes)
        if cost < numbers[CURRENT] + waiting(numbers, warmth):
            numbers[CURRENT] = cost
            _copy(ways, kept)
            if cost < numbers[BEST]:
                numbers[BEST] = cost
                _copy(ways, best)
        else:
            _copy(kept, ways)


@bare
def begin_joint(day: Day, ways: Ways, kept: Ways, best: Ways, notes: Notes) -> None:
    """Place whoever has no place, and count; ``Notes.numbers[BEST]`` is `NEVER` where somebody finds none."""
    numbers = notes.numbers
    numbers[ABSENT] = 0
    for v in range(day.able.shape[0]):
        if ways.carer[v] < 0:
            notes.absent[numbers[ABSENT]] = v
            numbers[ABSENT] += 1
    recount(day, ways, notes)
    whole = _recreate(day, ways, notes)
    numbers[CURRENT] = recount(day, ways, notes) if whole else NEVER
    numbers[BEST] = numbers[CURRENT]
    _copy(ways, kept)
    _copy(ways, best)


@inner
def _copy(one: Ways, other: Ways) -> None:
    for x in range(one.after.shape[0]):
        other.after[x], other.before[x] = one.after[x], one.before[x]
        other.carer[x], other.start[x] = one.carer[x], one.start[x]


@inner
def _ruin(day: Day, ways: Ways, notes: Notes) -> None:
    """Remove strings of neighbouring visits around one, and whoever belongs to them."""
    numbers, visits, carers = notes.numbers, day.able.shape[0], day.able.shape[1]
    for c in range(carers):
        notes.mark[c] = 0
    numbers[ABSENT] = 0
    longest = min(LONGEST, max(2, visits // carers))
    strings = 1 + below(numbers, max(100, 400 * REMOVED // (1 + longest) - 100)) // 100
    centre = below(numbers, visits)
    if below(numbers, LATE_CENTRE) == 0:
        for _ in range(8):
            v = below(numbers, visits)
            if late(day, v, int(ways.start[v])) > late(day, centre, int(ways.start[centre])):
                centre = v
    for q in range(visits):
        v = day.near[centre, q]
        if strings == 0:
            break
        if ways.carer[v] >= 0 and notes.mark[ways.carer[v]] == 0:
            notes.mark[ways.carer[v]] = 1
            _remove_string(day, ways, notes, v, longest)
            strings -= 1


@inner
def _remove_string(day: Day, ways: Ways, notes: Notes, centre: int, longest: int) -> None:
    """Remove a string of visits that holds one; some of them stay now and then."""
    numbers, visits = notes.numbers, day.able.shape[0]
    length = 1 + below(numbers, longest)
    at = centre
    for _ in range(below(numbers, length)):
        if ways.before[at] < visits:
            at = ways.before[at]
    spared = below(numbers, 2 * length)
    for k in range(length):
        if at >= visits:
            break
        after = ways.after[at]
        if k != spared or at == centre:
            mate = day.nodes[at, MATE]
            _remove(ways, notes, at)
            if mate >= 0 and ways.carer[mate] >= 0:
                _remove(ways, notes, mate)
        at = after


@inner
def _remove(ways: Ways, notes: Notes, visit: int) -> None:
    unlink(ways, visit)
    notes.absent[notes.numbers[ABSENT]] = visit
    notes.numbers[ABSENT] += 1


@inner
def _recreate(day: Day, ways: Ways, notes: Notes) -> bool:
    """Insert whoever has no place, in an order that varies; return whether all found one."""
    many = _sort(day, notes)
    for a in range(many):
        v = notes.order[a] & VISIT_MASK
        if ways.carer[v] >= 0:
            continue  # placed with the other of two
        mate = day.nodes[v, MATE]
        placed = _place(day, ways, notes, v) if mate < 0 else _place_both(day, ways, notes, v, mate)
        if not placed:
            return False
    return True


@inner
def _sort(day: Day, notes: Notes) -> int:
    """Put the visits without a place in an order by one of several keys; return their number."""
    numbers, many = notes.numbers, int(notes.numbers[ABSENT])
    which = below(numbers, 100)
    for a in range(many):
        v = notes.absent[a]
        if which < 45:
            key = roll(numbers) & KEY
        elif which < 60:
            key = day.nodes[v, OPENS]
        elif which < 70:
            key = day.nodes[v, CLOSES]
        elif which < 90:
            key = (0 if day.nodes[v, MATE] >= 0 else 1 << 20) + (roll(numbers) & 0xFFFF)
        else:
            key = KEY - day.nodes[v, OPENS]
        key = min(max(key, 0), KEY) << VISIT_BITS | v
        put_in_order(notes.order, a, key)
    return many


@inner
def _cost(day: Day, ways: Ways, notes: Notes, v: int, a: int, limit: int) -> int:
    """Return what a visit costs after a node, or `NEVER` if that is not below a limit."""
    b = ways.after[a]
    detour = hop(day, a, v) + hop(day, v, b) - hop(day, a, b)
    if detour >= limit:
        return NEVER  # most places end here
    start = follows(day, ways, v, a)
    if detour + late(day, v, start) >= limit:
        return NEVER
    entry = int(notes.numbers[LOGGED])
    link(ways, v, a)
    price = push(day, ways, notes, v, start, limit - detour)
    take_back(ways, notes, entry)
    unlink(ways, v)
    return NEVER if price >= NEVER else detour + price


@inner
def _offer_on(day: Day, ways: Ways, notes: Notes, v: int, c: int, limit: int) -> int:
    """Note a visit's cheapest place on a way below a limit in `Notes.offers`; return what it costs."""
    numbers, visits, best = notes.numbers, day.able.shape[0], limit
    notes.offers[c, 0], notes.offers[c, 1] = NEVER, -1
    mate = day.nodes[v, MATE]
    if not day.able[v, c] or (mate >= 0 and ways.carer[mate] == c):
        return best
    a = visits + c
    while True:
        numbers[TICKS] += 1
        numbers[BLINK] -= 1
        if numbers[BLINK] < 0:
            numbers[BLINK] = below(numbers, 2 * BLINKS)
        else:
            cost = _cost(day, ways, notes, v, a, best)
            if cost < best:
                best = cost
                notes.offers[c, 0], notes.offers[c, 1] = cost, a
        a = int(ways.after[a])
        if a >= visits:
            return best


@inner
def _settle(day: Day, ways: Ways, notes: Notes, v: int, a: int) -> None:
    """Put a visit after a node, and push back whoever that holds up."""
    start = follows(day, ways, v, a)
    link(ways, v, a)
    push(day, ways, notes, v, start, NEVER)


@inner
def _place(day: Day, ways: Ways, notes: Notes, v: int) -> bool:
    """Place a visit where it is cheapest; return whether there was a place."""
    best, at = NEVER, -1
    for c in range(day.able.shape[1]):
        _offer_on(day, ways, notes, v, c, best)
        if notes.offers[c, 0] < best:
            best, at = notes.offers[c, 0], notes.offers[c, 1]
    if at < 0:
        return False
    _settle(day, ways, notes, v, at)
    _forget(day, ways, notes)
    return True


@inner
def _forget(day: Day, ways: Ways, notes: Notes) -> None:
    """Take what was pushed for good: note the worst lateness, empty the log."""
    numbers = notes.numbers
    for x in range(numbers[LOGGED]):
        v = notes.log[x, 0]
        numbers[WORST] = max(int(numbers[WORST]), late(day, v, int(ways.start[v])))
    numbers[LOGGED] = 0


@inner
def _place_both(day: Day, ways: Ways, notes: Notes, v: int, mate: int) -> bool:
    """Place two who belong together: for the cheapest places of the one, the cheapest of the other."""
    carers = day.able.shape[1]
    if roll(notes.numbers) & 1:
        v, mate = mate, v
    first, second, third, fourth = NEVER, NEVER, NEVER, NEVER
    for c in range(carers):
        cost = _offer_on(day, ways, notes, v, c, fourth)
        # No more than the `OFFERS` cheapest are wanted, so nothing dearer is looked at closely.
        fourth = min(fourth, max(third, cost))
        third = min(third, max(second, cost))
        second = min(second, max(first, cost))
        first = min(first, cost)
        # The offers of the one are put aside: the other's are noted in the same place.
        notes.aside[c, 0], notes.aside[c, 1] = notes.offers[c, 0], notes.offers[c, 1]
    best, first, second = NEVER, -1, -1
    for _ in range(OFFERS):
        cost, at, whose = best, -1, -1
        for c in range(carers):
            if notes.aside[c, 0] < cost:
                cost, at, whose = int(notes.aside[c, 0]), int(notes.aside[c, 1]), c
        if whose < 0:
            break
        notes.aside[whose, 0] = NEVER
        worst = notes.numbers[WORST]
        _settle(day, ways, notes, v, at)
        pushed = notes.numbers[LOGGED]
        for x in range(pushed):
            u = notes.log[x, 0]
            notes.numbers[WORST] = max(int(notes.numbers[WORST]), late(day, u, int(ways.start[u])))
        for c in range(carers):
            _offer_on(day, ways, notes, mate, c, best - cost)
            if notes.offers[c, 0] < best - cost:
                best, first, second = cost + int(notes.offers[c, 0]), at, int(notes.offers[c, 1])
        notes.numbers[WORST] = worst
        take_back(ways, notes, 0)
        unlink(ways, v)
    if first < 0:
        return False
    _settle(day, ways, notes, v, first)
    _settle(day, ways, notes, mate, second)
    _forget(day, ways, notes)
    return True
