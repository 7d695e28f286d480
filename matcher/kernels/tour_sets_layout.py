"""The columns of the arrays in which machine code lists sets of visits that crews can make."""

from __future__ import annotations

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
