"""Proves that a team has no room for one more visit, in whatever order its crews make all their visits.

What is left out here (the longest way in a shift, adults that crews share) could only forbid more. So "no room" holds
for every plan in which the team keeps the visits it has; that there may be room is no promise.

The method is dynamic programming over sets of visits: which sets the crews can have made so far, where the last crew is
then, and how early it can be free. It is exact, and grows with the number of sets, so the work is limited; where the
limit is reached nothing is proved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from linli.matcher.duties import first_start
from linli.matcher.model import Model
from linli.matcher.problem import Team, Window
from linli.matcher.timetable import Timetable

Windows = Mapping[int, tuple[Window, ...]]
"""By duty, when a visit may start there; duties on which it does not fit are left out."""


class Labels:
    """How much may still be looked at, and how much of it for one visit: a label is a set of visits made, and where."""

    __slots__ = ("each", "left")

    def __init__(self, most: int, each: int | None = None) -> None:
        self.left = most
        self.each = most if each is None else each


class _Spent(Exception):  # noqa: N818
    """The limit of labels is reached."""


class _Wanted(NamedTuple):
    """A visit that the team has or would have: its number in the model, and its windows by duty."""

    visit: int
    windows: Windows


def has_no_room(timetable: Timetable, visit: int, windows: Windows, who: Team, labels: Labels) -> bool:
    """Say whether it is proved that one team cannot make this visit beside all others that it has.

    Parameters
    ----------
    timetable
        The plan, which says what the team has.
    visit
        The visit asked about; it is on no tour.
    windows
        When it may start, on duties of one team.
    who
        That team, perhaps other than it is: with a member more.
    labels
        The work that may be done; what is done is taken off.
    """
    if not windows:
        return True
    duties, wanted = _together(timetable, who, _Wanted(visit, windows))
    if not all(one.windows for one in wanted):
        return False
    if _is_day_full(timetable, who, duties, wanted):
        return True
    try:
        return not _Crews(timetable.model, duties, wanted, labels).can_make_all()
    except _Spent:
        return False


def _together(timetable: Timetable, who: Team, new: _Wanted) -> tuple[list[int], list[_Wanted]]:
    """Return the duties that could make room for each other, and all visits on them."""
    model = timetable.model
    duties: set[int] = set()
    wanted = [new]
    waiting = list(new.windows)
    while waiting:
        duty = waiting.pop()
        if duty in duties:
            continue
        duties.add(duty)
        for other in timetable.tours[duty].stops:
            found = windows_of(model, other, who)
            wanted.append(_Wanted(other, found))
            waiting += found
    return sorted(duties, key=lambda d: (model.duties[d].opens, d)), wanted


def _is_day_full(timetable: Timetable, who: Team, duties: Sequence[int], wanted: Sequence[_Wanted]) -> bool:
    """Say whether all these visits are more, or more work, than the team may do on the one day they are on."""
    model = timetable.model
    days = {model.duties[duty].day for duty in duties}
    if len(days) > 1:
        return False
    rest = [
        timetable.tours[d]
        for d in model.duties_of_team[model.team_index[who.id]]
        if model.duties[d].day in days and d not in duties
    ]
    visits = len(wanted) + sum(len(tour.stops) for tour in rest)
    work = sum(model.duration[one.visit] for one in wanted) + sum(tour.work for tour in rest)
    most, most_work = who.max_visits_per_day, who.max_work_per_day
    return (most is not None and visits > most) or (most_work is not None and work > most_work)


def windows_of(model: Model, visit: int, who: Team) -> dict[int, tuple[Window, ...]]:
    """Return when one of the team's visits may start on each of its duties, as far as the visit's pin leaves a choice.

    Every crew counts as the first, for which no adult is set aside.
    """
    found: dict[int, tuple[Window, ...]] = {}
    wanted = model.visits[visit]
    for duty in model.duties_of_team[model.team_index[who.id]]:
        if model.fact[visit]:
            fit = model.fit(visit, duty)
        else:
            pinned = wanted.pin is not None and wanted.pin.crew is not None
            fit = model.cut(wanted, who, duty, model.duties[duty].crew if pinned else 0)
        if fit is not None:
            found[duty] = fit.windows
    return found


class _Step(NamedTuple):
    """A visit that one crew may make: its bit in sets of visits, where it stands among the places, and when it may be.

    `least` is its service and the shortest way to it from anywhere: what it takes at the least.
    """

    bit: int
    at: int
    windows: tuple[Window, ...]
    duration: int
    least: int
    fixed: bool
    fact: bool


class _Crews:
    """The crews of one team in shifts that share visits, one after another.

    `ways` are the seconds between all places, the base first; `shortest` those by any detour, which even where the
    direct way is not the shortest are never more than what a crew needs.
    """

    def __init__(self, model: Model, duties: Sequence[int], wanted: Sequence[_Wanted], labels: Labels) -> None:
        self.model, self.duties, self.wanted, self.labels = model, duties, wanted, labels
        last = [max(k for k, duty in enumerate(duties) if duty in one.windows) for one in wanted]
        # What must have been made when a duty ends: no later one could make it.
        self.due = [sum(1 << i for i, latest in enumerate(last) if latest <= k) for k in range(len(duties))]
        base = model.duties[duties[0]].base
        places = [base, *(model.place[one.visit] for one in wanted)]
        entries = [base, *(model.entry[one.visit] for one in wanted)]
        self.ways = [[model.seconds(a, b) for b in entries] for a in places]
        self.shortest = _shortest(self.ways)

    def can_make_all(self) -> bool:
        """Say whether every visit can be made."""
        made = {0}
        for k, duty in enumerate(self.duties):
            made = self._after(made, duty, self.due[k])
            if not made:
                return False
        return True

    def _after(self, before: set[int], duty: int, due: int) -> set[int]:
        """Return what can have been made when the crew of a duty is home again, by what was made before."""
        on, mine = self.model.duties[duty], self._mine(duty)
        layer = {(made, 0): on.opens for made in before}
        done: set[int] = set()
        stops = 0
        while layer:
            following: dict[tuple[int, int], int] = {}
            for (made, at), free in layer.items():
                if made & due == due and free + self.ways[at][0] <= on.closes:
                    done.add(made)
                if stops == on.most:
                    continue
                for after, place, then in self._steps(mine, made, at, free, due, on.closes):
                    known = following.get((after, place))
                    if known is None or then < known:
                        following[after, place] = then
            layer, stops = following, stops + 1
        return done

    def _mine(self, duty: int) -> list[_Step]:
        """Return what the crew of a duty may visit."""
        model, found = self.model, list[_Step]()
        for i, one in enumerate(self.wanted):
            if duty in one.windows:
                duration = model.duration[one.visit]
                nearest = min(row[i + 1] for k, row in enumerate(self.ways) if k != i + 1)
                marks = model.fixed[one.visit], model.fact[one.visit]
                found.append(_Step(1 << i, i + 1, one.windows[duty], duration, duration + nearest, *marks))
        return found

    def _steps(
        self, mine: list[_Step], made: int, at: int, free: int, due: int, closes: int
    ) -> list[tuple[int, int, int]]:
        """Return the ways to make one more visit; none if what is due can no longer be made."""
        self.labels.left -= 1
        if self.labels.left < 0:
            raise _Spent
        now, ways, shortest = self.model.now, self.ways[at], self.shortest[at]
        late = free if free > now else now
        needed, found = free, list[tuple[int, int, int]]()
        for bit, place, windows, duration, least, fixed, fact in mine:
            if made & bit:
                continue
            leave = free if fixed else late
            if fact:
                found.append((made | bit, place, windows[0][0] + duration))
                continue
            if due & bit:
                needed += least
                if leave + shortest[place] > windows[-1][1]:
                    return []
            start = first_start(windows, leave + ways[place])
            if start >= 0:
                found.append((made | bit, place, start + duration))
        return found if needed <= closes else []


def _shortest(ways: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the shortest ways by any detour."""
    best = [list(row) for row in ways]
    for k, by in enumerate(best):
        for row in best:
            out = row[k]
            for j, on in enumerate(by):
                if out + on < row[j]:
                    row[j] = out + on
    return best
