"""What the kernels of `joint` work on: ways of carers as linked lists, and starts that follow from all of them.

Nodes below the number of visits are visits; after them stands one node for every carer, where the way begins and ends.
Every way is a ring: from its carer's node through its visits and back.
"""

from __future__ import annotations

from typing import NamedTuple

from linli.matcher.kernels.layout import Ints, Longs
from linli.matcher.kernels.trips_layout import Flags

# Columns of `Day.nodes`: place, seconds of service, when it opens, from when on it is late, the other of two or -1, and
# by how much it begins after that one at the least.
PLACE, LENGTH, OPENS, CLOSES, MATE, GAP = 0, 1, 2, 3, 4, 5
NODE_COLUMNS = 6

# Places in `Notes.numbers`; those before are the layout's own.
WORST, LOGGED, WHOLE = 10, 11, 12
JOINT_NUMBERS = 13


class Day(NamedTuple):
    """What does not change.

    Parameters
    ----------
    way : array, (visits + carers, visits + carers)
        What the way from node to node takes and costs.
    nodes : array, (visits + carers, NODE_COLUMNS)
        Each node's data.
    able : array of bool, (visits, carers)
        Who may make which visit.
    near : array of int32, (visits, visits)
        All visits by their ways from each, itself first.
    """

    way: Longs
    nodes: Longs
    able: Flags
    near: Ints


class Ways(NamedTuple):
    """The ways of all carers, each (visits + carers).

    Parameters
    ----------
    after, before : array
        The next and the last node of each.
    carer : array
        Each node's carer, -1 for a visit without one.
    start : array
        When each visit begins at the earliest, all ways and pairs considered; -1 for a visit without a carer.
    """

    after: Longs
    before: Longs
    carer: Longs
    start: Longs


class Notes(NamedTuple):
    """A search's own notes.

    Parameters
    ----------
    absent, order : array, (visits,)
        Visits to be placed: themselves, and the keys they are sorted by.
    mark : array, (carers,)
        1 for ways from which something was taken in this step.
    waiting : array, (room, 2)
        Nodes to be pushed back, and to when.
    log : array, (room, 2)
        Nodes pushed back, and from when.
    offers, aside : array, (carers, 2)
        The cheapest place on each way: what it costs, and after which node; and the same for the other of two.
    numbers : array, (JOINT_NUMBERS,)
        Random state, counters and sums.
    """

    absent: Longs
    order: Longs
    mark: Longs
    waiting: Longs
    log: Longs
    offers: Longs
    aside: Longs
    numbers: Longs
