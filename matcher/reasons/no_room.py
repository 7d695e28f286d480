"""Proves that a team has no room for one more visit, in whatever order its crews make all their visits.

What is left out here (the longest way in a shift, adults that crews share) could only forbid more. So "no room" holds
for every plan in which the team keeps the visits it has; that there may be room is no promise.

The method is dynamic programming over sets of visits: which sets the crews can have made so far, where the last crew is
then, and how early it can be free. It is exact, and grows with the number of sets, so the work is limited; where the
limit is reached nothing is proved. What is written here in plain Python says what is proved with how much work; where
machine code is loaded, `linli.matcher.kernels.orders` answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import NamedTuple

from linli.matcher.duties import first_start
from linli.matcher.insertion.exchanges import without
from linli.matcher.model import Model
from linli.matcher.problem import Team, Window
from linli.matcher.reasons import compiled_orders
from linli.matcher.reasons.compiled_orders import Step
from linli.matcher.route import Tour
from linli.matcher.timetable import Timetable

Windows = Mapping[int, tuple[Window, ...]]
"""By duty, when a visit may start there; duties on which it does not fit are left out."""


class Labels:
    """How much may still be looked at, and how much of it for one visit: a label is a set of visits made, and where.

    Parameters
    ----------
    most, each
        For all visits together, and for one.
    until
        Says when time is over, to callers who may read a clock; asked before every search, so what follows it is one
        of `each` labels at most. What is proved then depends on the machine.
    parts
        Of `each`, what a visit gets in turn while others wait: with 8 and 1 an eighth, and all of it once every visit
        had its eighth. Where there are few labels for many visits, more is proved one visit after the other.
    """

    __slots__ = ("_most", "each", "left", "parts", "until")

    def __init__(
        self,
        most: int,
        each: int | None = None,
        until: Callable[[], bool] = lambda: False,
        parts: Sequence[int] = (1,),
    ) -> None:
        self._most = self.left = most
        self.each = most if each is None else each
        self.until, self.parts = until, parts

    def part(self, most: int) -> Labels:
        """Return so many of them, or what is left; `used` of the part is to be taken off."""
        return Labels(max(0, min(most, self.left)), until=self.until)

    @property
    def used(self) -> int:
        """How many were looked at."""
        return self._most - max(0, self.left)

    @property
    def is_spent(self) -> bool:
        """Whether something was not looked at because too few were left, or no time."""
        return self.left < 0


class _Spent(Exception):  # noqa: N818
    """The limit of labels is reached."""


class _Wanted(NamedTuple):
    """A visit that the team has or would have: its number in the model, and its windows by duty."""

    visit: int
    windows: Windows


class Rooms:
    """What is asked of the teams of one timetable, which stays as it is: the windows of the visits they have.

    Parameters
    ----------
    timetable : Timetable
        The plan, which says what each team has.

    Attributes
    ----------
    latest : int
        When the last shift ends.
    """

    def __init__(self, timetable: Timetable) -> None:
        self.timetable = timetable
        self.model = timetable.model
        self.desk = compiled_orders.Desks()
        self.latest = max((team.shifts[-1][1] for team in self.model.teams if team.shifts), default=0)
        self._windows: dict[int, Windows] = {}
        self._rests: dict[tuple[int, int], Tour | None] = {}
        self._ways: dict[tuple[int, ...], list[list[int]]] = {}

    def seen_by(self, model: Model) -> Rooms:
        """Return the same in a model where what has no place lasts longer or shorter; itself if that is its own."""
        if model is self.model:
            return self
        twin = copy(self)
        twin.model = model
        return twin

    def windows(self, visit: int, team: int, who: Team) -> Windows:
        """Return when one of the team's visits may start on each of its duties, remembered of the team as it is."""
        if who is not self.model.teams[team]:
            return windows_of(self.model, visit, who)
        known = self._windows.get(visit)
        if known is None:
            known = self._windows[visit] = windows_of(self.model, visit, who)
        return known

    def rest(self, duty: int, position: int) -> Tour | None:
        """Return a duty's tour without one of its stops; None if the others cannot hold then."""
        if (duty, position) not in self._rests:
            self._rests[duty, position] = without(self.timetable.tours[duty], position)
        return self._rests[duty, position]

    def ways(self, base: int, new: int, stops: tuple[int, ...]) -> list[list[int]]:
        """Return the seconds between a base, a visit and the team's own visits, in this order."""
        known = self._ways.get((base, *stops))
        if known is None:
            known = self._ways[base, *stops] = self._ways_between(base, stops)
        place, entry = self.model.place, self.model.entry
        out, back = self.model.seconds_to(entry[new]), self.model.seconds_from(place[new])
        rows = [[row[0], out[at], *row[1:]] for row, at in zip(known, (base, *(place[v] for v in stops)), strict=True)]
        mine = [back[base], back[entry[new]], *(back[entry[v]] for v in stops)]
        return [rows[0], mine, *rows[1:]]

    def _ways_between(self, base: int, stops: tuple[int, ...]) -> list[list[int]]:
        entries = base, *(self.model.entry[v] for v in stops)
        return [[self.model.seconds(a, b) for b in entries] for a in (base, *(self.model.place[v] for v in stops))]


def has_no_room(rooms: Rooms, visit: int, windows: Windows, who: Team, labels: Labels) -> bool:
    """Say whether it is proved that one team cannot make this visit beside all others that it has.

    Parameters
    ----------
    rooms
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
    duties, wanted = _together(rooms, who, _Wanted(visit, windows))
    if not all(one.windows for one in wanted):
        return False
    if _is_day_full(rooms, who, duties, wanted):
        return True
    if labels.left < 1 or labels.until():
        labels.left = -1
        return False
    crews = _Crews(rooms, duties, wanted)
    found = compiled_orders.can_make_all(crews, labels.left, rooms.desk)
    if found is None:
        found = crews.can_make_all_plainly(labels.left)
    can, used = found
    labels.left -= used
    return can is False


def _together(rooms: Rooms, who: Team, new: _Wanted) -> tuple[list[int], list[_Wanted]]:
    """Return the duties that could make room for each other, and all visits on them."""
    model = rooms.model
    team, duties = model.team_index[who.id], set[int]()
    wanted = [new]
    waiting = list(new.windows)
    while waiting:
        duty = waiting.pop()
        if duty in duties:
            continue
        duties.add(duty)
        for other in rooms.timetable.tours[duty].stops:
            found = rooms.windows(other, team, who)
            wanted.append(_Wanted(other, found))
            waiting += found
    return sorted(duties, key=lambda d: (model.duties[d].opens, d)), wanted


def _is_day_full(rooms: Rooms, who: Team, duties: Sequence[int], wanted: Sequence[_Wanted]) -> bool:
    """Say whether all these visits are more, or more work, than the team may do on the one day they are on."""
    timetable, model = rooms.timetable, rooms.model
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
    first, last = (wanted.windows[0][0], wanted.windows[-1][1]) if wanted.windows else (0, -1)
    for duty in model.duties_of_team[model.team_index[who.id]]:
        if not model.fact[visit] and (model.duties[duty].closes < first or model.duties[duty].opens > last):
            continue
        if model.fact[visit]:
            fit = model.fit(visit, duty)
        else:
            pinned = wanted.pin is not None and wanted.pin.crew is not None
            fit = model.cut(wanted, who, duty, model.duties[duty].crew if pinned else 0)
        if fit is not None:
            found[duty] = fit.windows
    return found


class _Crews:
    """The crews of one team in shifts that share visits, one after another.

    `ways` are the seconds between all places, the base first; `shortest` those by any detour, which even where the
    direct way is not the shortest are never more than what a crew needs.
    """

    def __init__(self, rooms: Rooms, duties: Sequence[int], wanted: Sequence[_Wanted]) -> None:
        self.model, self.duties, self.wanted = rooms.model, duties, wanted
        last = [max(k for k, duty in enumerate(duties) if duty in one.windows) for one in wanted]
        # What must have been made when a duty ends: no later one could make it.
        self.due = [sum(1 << i for i, latest in enumerate(last) if latest <= k) for k in range(len(duties))]
        self.ways = rooms.ways(
            rooms.model.duties[duties[0]].base, wanted[0].visit, tuple(one.visit for one in wanted[1:])
        )
        self.steps = [self._mine(duty) for duty in duties]

    def _mine(self, duty: int) -> list[Step]:
        """Return what the crew of a duty may visit."""
        model, found = self.model, list[Step]()
        for i, one in enumerate(self.wanted):
            if duty in one.windows:
                duration = model.duration[one.visit]
                nearest = min(row[i + 1] for k, row in enumerate(self.ways) if k != i + 1)
                marks = model.fixed[one.visit], model.fact[one.visit]
                home = self.ways[i + 1][0]
                found.append(Step(1 << i, i + 1, one.windows[duty], duration, duration + nearest, home, *marks))
        return found

    def urgent(self, k: int) -> list[Step]:
        """Return what no later duty could make, begun visits left out, by the last start."""
        due = [step for step in self.steps[k] if self.due[k] & step.bit and not step.fact]
        return sorted(due, key=lambda step: (step.windows[-1][1], step.at))

    def can_make_all_plainly(self, most: int) -> tuple[bool | None, int]:
        """Say whether every visit can be made, None if that took more than so many labels; and how many it took."""
        search = _Search(self, most)
        try:
            return search.can_make_all(), most - search.left
        except _Spent:
            return None, most + 1


class _Search:
    """One search, in plain Python."""

    def __init__(self, crews: _Crews, most: int) -> None:
        self.crews, self.left = crews, most
        self.now, self.ways, self.shortest = crews.model.now, crews.ways, _shortest(crews.ways)

    def can_make_all(self) -> bool:
        """Say whether every visit can be made."""
        made = {0}
        for k in range(len(self.crews.duties)):
            made = self._after(made, k)
            if not made:
                return False
        return True

    def _after(self, before: set[int], k: int) -> set[int]:
        """Return what can have been made when the crew of a duty is home again, by what was made before."""
        on, due, urgent = self.crews.model.duties[self.crews.duties[k]], self.crews.due[k], self.crews.urgent(k)
        layer = {(made, 0): on.opens for made in before}
        done: set[int] = set()
        stops = 0
        while layer:
            self.left -= len(layer)
            if self.left < 0:
                raise _Spent
            following: dict[tuple[int, int], int] = {}
            for (made, at), free in layer.items():
                if made & due == due and free + self.ways[at][0] <= on.closes:
                    done.add(made)
                if stops < on.most and self._may_go_on(urgent, made, at, free, on.closes):
                    for after, place, then in self._ways_on(self.crews.steps[k], made, at, free):
                        known = following.get((after, place))
                        if known is None or then < known:
                            following[after, place] = then
            layer, stops = following, stops + 1
        return done

    def _may_go_on(self, urgent: Sequence[Step], made: int, at: int, free: int, closes: int) -> bool:
        """Say whether all that is due by the end of a duty may still be made, for all that is asked here.

        Whatever must begin by some time begins one after another, and all but the last of it is over by then.
        """
        needed, longest, homes, late = free, 0, list[int](), max(free, self.now)
        for one in urgent:
            if made & one.bit:
                continue
            leave, last = free if one.fixed else late, one.windows[-1][1]
            needed += one.least
            longest = max(longest, one.duration)
            homes.append(one.home)
            if leave + self.shortest[at][one.at] > last or needed - longest > last:
                return False
        return needed + min(homes, default=0) <= closes

    def _ways_on(self, mine: list[Step], made: int, at: int, free: int) -> list[tuple[int, int, int]]:
        """Return the ways to make one more visit."""
        late, ways, found = max(free, self.now), self.ways[at], list[tuple[int, int, int]]()
        for one in mine:
            if made & one.bit:
                continue
            leave = free if one.fixed else late
            start = one.windows[0][0] if one.fact else first_start(one.windows, leave + ways[one.at])
            if start >= 0:
                found.append((made | one.bit, one.at, start + one.duration))
        return found


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
