"""Who may serve whom, for many visits at once: the pair rules over whole arrays.

The rules of `linli.matcher.rules` that look at people are asked once for all visits that are alike to them; those about
times and ways are computed over arrays. The outcome is that of `Model.fits`, visit by visit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.matcher.duties import Fit
from linli.matcher.fetching import entry_of, fetch_price, lead_of
from linli.matcher.model import Model
from linli.matcher.not_yet import NotYet
from linli.matcher.objective import PER_HOUR, pair_price, reoffer_price, spared_hour
from linli.matcher.problem import SkillNeed, Team, TravelLimit, Visit, Weights, Window
from linli.matcher.rules import (
    FOREVER,
    PairRule,
    asked_often_enough,
    earliest_end,
    kind_of_team,
    requested_language,
    skill_and_qualification,
    starts_of,
    team_takes_part,
)

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ASKED_ONCE: tuple[PairRule, ...] = (team_takes_part, kind_of_team, skill_and_qualification, requested_language)
"""Rules that depend on nothing of the visit but needs, kinds of team and language."""

WORTH_A_TABLE = 3
"""Fewer visits are asked for one by one."""

BLOCK = 2_000_000
"""Cells computed at once: what keeps the working memory of a large day below some hundred megabytes."""


class PairTable(NamedTuple):
    """Where visits fit, one row for a visit on a duty, in the order of visits and then of duties.

    Parameters
    ----------
    visit, duty : array
        Who and where.
    latest : array
        The last start the duty and the people on it allow; windows may end earlier.
    price : array
        What the pair costs wherever the visit lands on the duty.
    """

    visit: Longs
    duty: Longs
    latest: Longs
    price: Longs


def learn(model: Model, visits: Sequence[int], table: PairTable | None = None) -> None:
    """Let the model know where several visits fit, ascending; `table`, if given, must hold them."""
    open_ones = [v for v in visits if not model.fixed[v] and not model.knows(v)]
    if len(open_ones) < WORTH_A_TABLE:
        return
    table = table or pair_table(model, open_ones)
    opens = np.array([duty.opens for duty in model.duties], dtype=np.int64)
    earliest = np.maximum(opens[table.duty], model.now)
    begins, ends = (np.searchsorted(table.visit, open_ones, side=side).tolist() for side in ("left", "right"))
    for v, at, to in zip(open_ones, begins, ends, strict=True):
        model.take(v, _fits(model, v, table, earliest, slice(at, to)))


def _fits(model: Model, visit: int, table: PairTable, earliest: Longs, rows: slice) -> tuple[Fit, ...]:
    """Return a visit's fits from its rows of a table: what `Model.cut` finds, pair by pair, without asking it."""
    lead, columns = model.lead[visit], list[Iterable[Window]]()
    for lo, hi in starts_of(model.problem, model.visits[visit]):
        first = np.maximum(earliest[rows], lo) - lead
        last = np.minimum(table.latest[rows], hi - lead)
        columns.append(zip(first.tolist(), last.tolist(), strict=True))
    cut: Iterable[tuple[Window, ...]] = zip(*columns, strict=True)
    if len(columns) > 1:  # of one window something is left, or the pair would not be in the table
        cut = (tuple([span for span in spans if span[0] <= span[1]]) for spans in cut)
    return tuple(map(Fit, table.duty[rows].tolist(), cut, table.price[rows].tolist()))


@dataclass(frozen=True, slots=True)
class _Duties:
    """The duties as columns, and the teams' shifts."""

    team: Longs
    crew: Longs
    opens: Longs
    closes: Longs
    shift_team: Longs
    shift_opens: Longs
    shift_closes: Longs


def pair_table(model: Model, visits: Sequence[int]) -> PairTable:
    """Return where visits fit.

    Parameters
    ----------
    model : Model
        The problem.
    visits : sequence of int
        Visits without a fixed start, ascending.
    """
    if not visits or not model.duties:
        nothing = np.zeros(0, np.int64)
        return PairTable(nothing, nothing, nothing, nothing)
    duties = _columns(model)
    asked = _Asked(model, duties)
    size = max(1, BLOCK // max(len(duties.team), len(duties.shift_team), len(model.teams)))
    blocks = [_block(model, duties, asked, visits[at : at + size]) for at in range(0, len(visits), size)]
    return PairTable(*(np.concatenate(column) for column in zip(*blocks, strict=True)))


def _columns(model: Model) -> _Duties:
    duties = np.array([(d.team, d.crew, d.opens, d.closes) for d in model.duties], dtype=np.int64).reshape(-1, 4)
    shifts = np.array([(t, lo, hi) for t, team in enumerate(model.teams) for lo, hi in team.shifts], dtype=np.int64)
    shifts = shifts.reshape(-1, 3)
    return _Duties(*duties.T.copy(), *shifts.T.copy())


def open_to(not_yet: NotYet, index: Mapping[str, int]) -> Flags:
    """Return which teams of a roster, given their numbers, need not wait for a higher level."""
    flags = np.ones(len(index), np.bool_)
    flags[[index[team] for team in not_yet.bound if team in index]] = False
    flags[[index[team] for team in not_yet.asked if team in index]] = True
    return flags


class _Asked:
    """Answers of the rules about people, remembered by what they depend on."""

    def __init__(self, model: Model, duties: _Duties) -> None:
        self.model = model
        self.duties = duties
        self._able: dict[object, Flags] = {}
        self._open: dict[NotYet, Flags] = {}
        self._excluding = [t for t, team in enumerate(model.teams) if team.excluded_households]
        self._often_asked = [t for t, team in enumerate(model.teams) if team.asked_enough_until is not None]

    def able(self, visit: Visit) -> Flags:
        """Return which teams hold what the visit needs, declined and excluded ones taken out."""
        key = visit.needs, visit.kinds, visit.language
        known = self._able.get(key)
        if known is None:
            problem, teams = self.model.problem, self.model.teams
            answers = [all(rule(problem, visit, team) is None for rule in ASKED_ONCE) for team in teams]
            known = self._able[key] = np.array(answers, dtype=np.bool_)
        barred = [self.model.team_index[team] for team, _ in visit.barred_teams if team in self.model.team_index]
        if visit.household is not None:
            teams = self.model.teams
            barred += [t for t in self._excluding if visit.household in teams[t].excluded_households]
        barred += [t for t in self._often_asked if asked_often_enough(self.model.problem, visit, self.model.teams[t])]
        if visit.not_yet is not None:
            known = known & self._open_to(visit.not_yet)
        if barred:
            known = known.copy()
            known[barred] = False
        if visit.pin is not None and visit.pin.team is not None:
            only = np.zeros_like(known)
            only[[t for t in (self.model.team_index.get(visit.pin.team),) if t is not None]] = True
            known = known & only
        return known

    def _open_to(self, not_yet: NotYet) -> Flags:
        """Return which teams may be asked at a level of a place."""
        if not_yet not in self._open:
            self._open[not_yet] = open_to(not_yet, self.model.team_index)
        return self._open[not_yet]

    def until(self, visit: Visit) -> tuple[Longs, Longs]:
        """Return until when enough people are cleared, by team with one crew out, and by duty."""
        key = visit.safeguarding, visit.gender
        known = self.model.roster.cleared.get(key)
        if known is None:
            model, teams = self.model, self.model.teams
            by_team = [model.cleared_until(visit, team) for team in teams]
            by_duty = [model.cleared_until(visit, teams[d.team], d.crew * model.adults_kept) for d in model.duties]
            known = self.model.roster.cleared[key] = (
                np.array(by_team, dtype=np.int64),
                np.array(by_duty, dtype=np.int64),
            )
        return known


class _Wanted(NamedTuple):
    """A block's visits as columns; `owner` says whose a window is, `several` how many each has."""

    duration: Longs
    ends: Longs
    owner: Longs
    several: Longs
    first: Longs
    last: Longs


def _block(model: Model, duties: _Duties, asked: _Asked, visits: Sequence[int]) -> PairTable:
    wanted = [model.visits[v] for v in visits]
    columns = _wanted(model, wanted)
    until = [asked.until(visit) for visit in wanted]
    by_team, by_duty = np.stack([u[0] for u in until]), np.stack([u[1] for u in until])
    able = np.stack([asked.able(visit) for visit in wanted]) & (by_team >= columns.ends[:, None])
    out, back = _ways(model, wanted, able)
    able &= _reachable(model, duties, columns, by_team, out, back)
    latest = np.minimum(duties.closes, by_duty) - columns.duration[:, None]
    earliest = np.maximum(columns.first[:, None], np.maximum(duties.opens, model.now))
    inside = earliest <= np.minimum(columns.last[:, None], latest[columns.owner])
    fits = able[:, duties.team] & _any(inside, columns.several)
    for i, visit in enumerate(wanted):
        if visit.pin is not None and visit.pin.crew is not None:
            fits[i] &= duties.crew == visit.pin.crew
    row, duty = np.nonzero(fits)
    price = _prices(model, wanted)[row, duties.team[duty]]
    lead = np.array([model.lead[v] for v in visits], dtype=np.int64)[row]
    return PairTable(np.array(visits, dtype=np.int64)[row], duty.astype(np.int64), latest[row, duty] - lead, price)


def _wanted(model: Model, wanted: list[Visit]) -> _Wanted:
    windows = [starts_of(model.problem, visit) for visit in wanted]
    several = np.array([len(w) for w in windows], dtype=np.int64)
    spans = np.array([span for w in windows for span in w], dtype=np.int64).reshape(-1, 2)
    return _Wanted(
        np.array([visit.duration for visit in wanted], dtype=np.int64),
        np.array([earliest_end(model.problem, visit) for visit in wanted], dtype=np.int64),
        np.repeat(np.arange(len(wanted)), several),
        several,
        spans[:, 0],
        spans[:, 1],
    )


def _any(flags: Flags, counts: Longs) -> Flags:
    """Return for runs of so many rows each where any row is set; an empty run has none."""
    found = np.zeros((len(counts), flags.shape[1]), np.bool_)
    runs = counts > 0
    if runs.any():
        found[runs] = np.logical_or.reduceat(flags, (np.cumsum(counts) - counts)[runs], axis=0)
    return found


def _ways(model: Model, wanted: list[Visit], able: Flags) -> tuple[Longs, Longs]:
    """Return seconds from every base to every visit and back; take out teams that a travel limit keeps away."""
    bases, places = [team.base for team in model.teams], [visit.place for visit in wanted]
    seconds, metres = model.problem.travel.matrix(bases, places)
    own = [limit for team in model.teams for limit in _bounds(team.travel_limit)]
    asked = [limit for visit in wanted for limit in _bounds(visit.travel_limit)]
    for of_team, of_visit, way in ((own[::2], asked[::2], seconds.T), (own[1::2], asked[1::2], metres.T)):
        able &= way <= np.minimum(np.array(of_team)[None, :], np.array(of_visit)[:, None])
    back = seconds.T if model.problem.travel.symmetric else model.problem.travel.matrix(places, bases)[0]
    return _over_pickups(model, wanted, seconds.T), back


def _over_pickups(model: Model, wanted: list[Visit], out: Longs) -> Longs:
    """Return the ways out, those of visits for which something is fetched with all the time before service."""
    fetching = [i for i, visit in enumerate(wanted) if visit.fetch is not None]
    if not fetching:
        return out
    out = out.copy()
    places = [entry_of(wanted[i]) for i in fetching]
    leads = np.array([lead_of(model.problem, wanted[i]).seconds for i in fetching], dtype=np.int64)
    out[fetching] = model.problem.travel.matrix([team.base for team in model.teams], places)[0].T + leads[:, None]
    return out


def _bounds(limit: TravelLimit | None) -> tuple[int, int]:
    """Return a travel limit's seconds and metres."""
    if limit is None:
        return FOREVER, FOREVER
    seconds, metres = limit.seconds, limit.metres
    return FOREVER if seconds is None else seconds, FOREVER if metres is None else metres


def _reachable(model: Model, duties: _Duties, wanted: _Wanted, until: Longs, out: Longs, back: Longs) -> Flags:
    """Return which teams can, in some shift, be there within some window and home by the shift's end."""
    team, owner = duties.shift_team, wanted.owner
    clear = np.where(until == 0, FOREVER, until)
    start = np.maximum(wanted.first[:, None], np.maximum(duties.shift_opens, model.now) + out[:, team][owner])
    ends = np.minimum(duties.shift_closes - back[:, team], clear[:, team]) - wanted.duration[:, None]
    inside = start <= np.minimum(wanted.last[:, None], ends[owner])
    by_shift = _any(inside, wanted.several)
    shifts = np.bincount(team, minlength=len(model.teams)).astype(np.int64)
    return _any(by_shift.T, shifts).T


def spared_hours(weights: Weights, visit: Visit, teams: Sequence[Team]) -> Longs:
    """Return for every team the price of a thousand hours for the sake of skills that the visit does not need."""
    needs = frozenset(need.skill for need in visit.needs)
    return np.array([spared_hour(weights, needs, team) if team.scarce else 0 for team in teams], dtype=np.int64)


def _prices(model: Model, wanted: list[Visit]) -> Longs:
    """Return what each visit with each team costs whatever the route."""
    weights, teams = model.weights, model.teams
    asking = [reoffer_price(weights, team) + weights.notification * team.asked for team in teams]
    prices = np.repeat(np.array(asking, dtype=np.int64)[None, :], len(wanted), axis=0)
    spared: dict[tuple[SkillNeed, ...], Longs | None] = {}
    for i, visit in enumerate(wanted):
        if visit.pin is not None and visit.pin.team is not None:
            named = model.team_index.get(visit.pin.team)  # nobody else may go
            if named is not None:
                prices[i, named] = pair_price(weights, visit, teams[named])
        elif visit.regular_team is not None or visit.pin is not None:
            prices[i] = [pair_price(weights, visit, team) for team in teams]
        else:
            if visit.needs not in spared:
                found = spared_hours(weights, visit, teams)
                spared[visit.needs] = found if found.any() else None
            hours = spared[visit.needs]
            if hours is not None:
                prices[i] += visit.duration * hours // PER_HOUR
        if visit.fetch is not None:
            prices[i] += fetch_price(model.problem, visit)
    return prices
