"""Why this team, why nobody, and what single change would help: explanations as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from linli.matcher.insertion.exchanges import Exchange, exchange_for
from linli.matcher.insertion.insertion import Spot, best_per_team, best_spot, follow
from linli.matcher.model import Model
from linli.matcher.objective import CostTerms
from linli.matcher.problem import Plan, Problem, ProblemError
from linli.matcher.reasons.alone import broken_alone
from linli.matcher.reasons.change_list import Broken, Change
from linli.matcher.reasons.changes import Asked, broken_by_teams, find_change
from linli.matcher.reasons.no_room import Labels, Rooms
from linli.matcher.reasons.proofs import LABELS_EACH, LABELS_MAX, Proof, prove_all
from linli.matcher.route import Tour
from linli.matcher.rules import Violation
from linli.matcher.timetable import Timetable
from linli.matcher.tour_terms import terms_of

NEXT_TEAMS = 3
"""How many other teams an offer's explanation names: what fits on a screen and what a person weighs."""

EXAMPLES = 3
"""How many near misses are named per rule."""

HELD_MAX = 1_000
"""Proofs that are gone on with: each holds the changes that were tried, some ten kilobytes with a hundred teams. What
is found beyond them stays "found"."""

BLOCKERS = 3
"""For how many teams, the cheapest to reach first, it is told to whom a visit was lost."""


@dataclass(frozen=True, slots=True)
class TeamCost:
    """A team that could make the visit, what the plan's cost would grow by, term by term, and when it would start."""

    team: str
    cost: int
    terms: CostTerms
    start: int


@dataclass(frozen=True, slots=True)
class WhyTeam:
    """Why a visit is where it is: its own cost and the next best teams, cheapest first."""

    visit: str
    chosen: TeamCost
    next_best: tuple[TeamCost, ...]


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many teams a rule keeps away, and those that miss it by the least."""

    rule: str
    teams: int
    nearest: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class LostTo:
    """A team that could have gone, and its visits any one of which is in the way; several together if none alone is.

    `exchange` is the cheapest way to give one of them up for it; None if no single one makes room.
    """

    team: str
    visits: tuple[str, ...]
    any_one: bool
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class WhyNobody:
    """Why a visit is on no route.

    Parameters
    ----------
    visit : str
        The visit's id.
    reason : str
        ``impossible``: no team may go, by the rules counted in `rules`. ``lost``: those who may are taken by others,
        named in `lost_to`. ``stopped``: there is room in the plan; the search ended before it was used.
    rules : tuple of RuleCount
        Every team that may not go counts under the first rule it breaks, or under a limit of its day or shift that it
        would break with nothing else to do.
    lost_to : tuple of LostTo
        To whom the visit was lost.
    change : Change or None
        A single change that serves the visit beside the present plan; none of those tried does if None.
    """

    visit: str
    reason: Literal["impossible", "lost", "stopped"]
    rules: tuple[RuleCount, ...]
    lost_to: tuple[LostTo, ...]
    change: Change | None


def explain(problem: Problem, plan: Plan, visit: str) -> WhyTeam | WhyNobody:
    """Explain one visit.

    Raises
    ------
    ProblemError
        If the plan does not hold for the problem or the visit is unknown.
    """
    return explain_all(problem, plan, (visit,))[0]


def explain_all(
    problem: Problem, plan: Plan, visits: Iterable[str], next_teams: int = NEXT_TEAMS, labels: Labels | None = None
) -> tuple[WhyTeam | WhyNobody, ...]:
    """Explain several visits of one plan, reading the plan once; see `explain_planned`.

    Raises
    ------
    ProblemError
        If the plan does not hold for the problem or a visit is unknown.
    """
    return explain_planned(follow(Model(problem), plan), visits, next_teams, labels)


def explain_planned(
    timetable: Timetable, visits: Iterable[str], next_teams: int = NEXT_TEAMS, labels: Labels | None = None
) -> tuple[WhyTeam | WhyNobody, ...]:
    """Explain several visits of a timetable, which is left as it was, each with so many other teams.

    `labels` is what may be looked at to prove changes the smallest: what a round can spare if None.

    Raises
    ------
    ProblemError
        If a visit is unknown.
    """
    return explain_within(timetable, visits, labels or Labels(LABELS_MAX, LABELS_EACH), next_teams).whys


@dataclass(frozen=True, slots=True)
class Explained:
    """What was explained before time was over: the first visits of those asked about, in their order.

    `unfinished` is how many changes were found of which more work might prove that they are the smallest.
    """

    whys: tuple[WhyTeam | WhyNobody, ...]
    unfinished: int


Over = Callable[[], bool]
"""Says when time is over."""


def explain_within(
    timetable: Timetable,
    visits: Iterable[str],
    labels: Labels,
    next_teams: int = NEXT_TEAMS,
    turn: Callable[[], Over] | None = None,
) -> Explained:
    """Explain visits of a timetable until time is over, and prove what was found the smallest, the cheapest first.

    Parameters
    ----------
    timetable
        The plan; it is left as it was.
    visits
        Ids, those first that matter most; read one by one, as they are explained.
    labels
        What may be looked at for proofs, and until when anything may be done at all: asked before every visit, so that
        what comes after it is one explanation. Without an end the answer is the same on every machine.
    next_teams
        How many other teams are named where there is a team.
    turn
        Asked before visits are explained; what it returns says when it is the proofs' turn. If these leave time, it is
        asked again for the rest of the visits. None where explanations may take all of the time.

    Raises
    ------
    ProblemError
        If a visit is unknown.
    """
    telling = _Telling(timetable, visits, labels, next_teams)
    while telling.take_turn(turn and turn()):
        pass
    return telling.explained()


class _Telling:
    """Explanations as they are found, with the proofs that are to be made of their changes."""

    def __init__(self, timetable: Timetable, visits: Iterable[str], labels: Labels, next_teams: int) -> None:
        self._names = iter(visits)
        self._rooms, self._labels, self._next_teams = Rooms(timetable), labels, next_teams
        self._found, self._unheld = list[WhyTeam | WhyNobody](), 0
        self._proofs: dict[int, Proof] = {}

    def take_turn(self, is_over: Over | None) -> bool:
        """Explain visits, one at least if there is any time, and prove what was found; return whether to go on."""
        over, before, rest = self._labels.until, len(self._proofs), False
        for name in self._names:
            if over():
                self._names, rest = chain((name,), self._names), True
                break
            self._add(*_explained(self._rooms, name, self._next_teams))
            over = is_over or over
        prove_all(tuple(self._proofs.values())[before:], self._labels)
        return rest and is_over is not None and not self._labels.until()

    def _add(self, why: WhyTeam | WhyNobody, proof: Proof | None) -> None:
        if proof is not None and len(self._proofs) < HELD_MAX:
            self._proofs[len(self._found)] = proof
        elif proof is not None:
            self._unheld += 1
        self._found.append(why)

    def explained(self) -> Explained:
        """Return what was explained, with what is proved of it."""
        whys = self._found[:]
        for number, proof in self._proofs.items():
            why = whys[number]
            if isinstance(why, WhyNobody):
                whys[number] = replace(why, change=proof.change)
        return Explained(tuple(whys), self._unheld + sum(proof.is_open for proof in self._proofs.values()))


def _explained(rooms: Rooms, name: str, next_teams: int) -> tuple[WhyTeam | WhyNobody, Proof | None]:
    """Explain one visit; with the proof that is to be made of a change."""
    timetable = rooms.timetable
    model = timetable.model
    visit = model.visit_index.get(name, -1)
    if visit < 0:
        raise ProblemError(f"visits: {name!r} is unknown")
    if timetable.where[visit] < 0:
        return _why_nobody(rooms, visit)
    free = timetable if model.visits[visit].pin is None else _unpinned(timetable, visit)
    return _why_team(free, visit, next_teams), None


def _unpinned(timetable: Timetable, visit: int) -> Timetable:
    """Return the plan with this one visit free, to compare its team with others."""
    problem = timetable.model.problem
    free = replace(problem.visits[visit], pin=None)
    visits = (*problem.visits[:visit], free, *problem.visits[visit + 1 :])
    duty = timetable.where[visit]
    twin = Timetable(Model(replace(problem, visits=visits)))
    for tour in timetable.tours:
        moved = tour.copy()
        moved.model = twin.model
        if moved.duty == duty:
            position = tour.stops.index(visit)
            fit = twin.model.fit(visit, duty)
            moved.windows[position] = fit.windows if fit is not None else moved.windows[position]
        twin.set_tour(moved)
    return twin


def _why_team(timetable: Timetable, visit: int, next_teams: int) -> WhyTeam:
    here = timetable.where[visit]
    tour = timetable.tours[here]
    position, without = tour.stops.index(visit), tour.copy()
    if not without.take(position):
        # Begun work that the others stand on: from the base they could not be reached any more, so they keep their
        # starts, and nobody else can take it over.
        without.start = [*tour.start[:position], *tour.start[position + 1 :]]
        return WhyTeam(timetable.model.visits[visit].id, _cost_between(without, tour, visit), ())
    chosen = _cost_between(without, tour, visit)
    # Taken out and put back: copying every tour for each of many explanations was most of a decision's time.
    timetable.set_tour(without)
    mine = timetable.model.duties[here].team
    cheapest = best_per_team(timetable, visit, next_teams + 1)
    others = [s for s in cheapest if timetable.model.duties[s.fit.duty].team != mine]
    next_best = tuple(_team_cost(timetable, visit, spot) for spot in others[:next_teams])
    timetable.set_tour(tour)
    return WhyTeam(timetable.model.visits[visit].id, chosen, next_best)


def _team_cost(timetable: Timetable, visit: int, spot: Spot) -> TeamCost:
    before = timetable.tours[spot.fit.duty]
    after = before.copy()
    after.put(spot.position, visit, spot.fit)
    return _cost_between(before, after, visit)


def _cost_between(before: Tour, after: Tour, visit: int) -> TeamCost:
    """Return what a visit adds to a tour, term by term."""
    terms = terms_of(after) - terms_of(before)
    team = after.model.teams[after.model.duties[after.duty].team].id
    return TeamCost(team, terms.total(), terms, after.start[after.stops.index(visit)])


def _why_nobody(rooms: Rooms, visit: int) -> tuple[WhyNobody, Proof | None]:
    model = rooms.model
    broken, name = broken_by_teams(model, visit), model.visits[visit].id
    if best_spot(rooms.timetable, visit) is not None:
        return WhyNobody(name, "stopped", _rule_counts(broken), (), None), None
    passing = None if model.fact[visit] else [t for t, found in enumerate(broken) if not found]
    fits = model.fits(visit, passing)
    broken = broken_alone(model, visit, broken)
    able = sorted({model.duties[fit.duty].team for fit in fits if not broken[model.duties[fit.duty].team]})
    rules = _rule_counts(broken)
    lost_to = _lost_to(rooms, visit, able)
    asked = Asked(visit, broken, rooms)
    served = find_change(asked)
    proof = None if served is None else Proof(asked, served)
    change = None if proof is None else proof.change
    return WhyNobody(name, "lost" if able else "impossible", rules, lost_to, change), proof


def _rule_counts(broken: Broken) -> tuple[RuleCount, ...]:
    """Count each team under the first rule it breaks, in the order of `PAIR_RULES`; name those that miss the least."""
    groups: dict[str, list[tuple[int, int, str, Violation]]] = {}
    for found in broken:
        if found:
            groups.setdefault(found[0].rule, []).append((len(found), found[0].amount, found[0].team, found[0]))
    counts = [
        RuleCount(rule, len(group), tuple(one[3] for one in sorted(group, key=lambda one: one[:3])[:EXAMPLES]))
        for rule, group in groups.items()
    ]
    return tuple(sorted(counts, key=lambda count: (-count.teams, count.rule)))


def _lost_to(rooms: Rooms, visit: int, able: list[int]) -> tuple[LostTo, ...]:
    model = rooms.model
    way = model.seconds_to(model.place[visit])
    nearest = sorted(able, key=lambda team: (way[model.base[team]], team))[:BLOCKERS]
    return tuple(_blockers(rooms, visit, team) for team in nearest)


def _blockers(rooms: Rooms, visit: int, team: int) -> LostTo:
    """Name the team's visits any one of which is in the way; if no single one is, all that stand there."""
    model = rooms.model
    found: list[Exchange] = []
    standing: list[str] = []
    for fit in model.fits(visit):
        if model.duties[fit.duty].team == team:
            tour = rooms.timetable.tours[fit.duty]
            standing += [model.visits[other].id for other in tour.stops]
            each = (exchange_for(tour, k, rooms.rest(fit.duty, k), visit, fit) for k in range(len(tour.stops)))
            found += [one for one in each if one is not None]
    single = tuple(one.visit for one in found)
    cheapest = min(found, key=lambda one: (one.size, one.visit), default=None)
    return LostTo(model.teams[team].id, single or tuple(standing), bool(single), cheapest)
