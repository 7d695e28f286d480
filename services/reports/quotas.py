"""What registered units and members gave, period by period (双报到), from service records alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from linli.matcher.ledger.organisation import Tree
from linli.schemas.double_registration import Deed, DoubleRegistration, QuotaPeriod
from linli.schemas.roster import TeamDetails, TeamKind
from linli.schemas.service import ServiceRecord
from linli.services.reports.periods import ZONE, Period
from linli.streams.ledger_tables import Tables

MONTHS: Final = {QuotaPeriod.MONTH: 1, QuotaPeriod.QUARTER: 3, QuotaPeriod.YEAR: 12}
"""How many months a quota's period has."""

REGISTERED: Final = frozenset({TeamKind.UNIT, TeamKind.MEMBER})
"""Kinds of team that take part."""


@dataclass(slots=True)
class Given:
    """What a unit or a member gave: deeds by kind and period, minutes that count, and visits that do not count yet."""

    deeds: dict[Deed, Counter[int]] = field(default_factory=lambda: {one: Counter[int]() for one in Deed})
    minutes: int = 0
    waiting: int = 0

    def count(self, deed: Deed) -> int:
        """Return how often in all."""
        return self.deeds[deed].total()

    def met(self, quotas: Mapping[Deed, int], periods: range) -> int:
        """Return in how many periods every quota was met."""
        return sum(all(self.deeds[deed][one] >= quota for deed, quota in quotas.items()) for one in periods)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the records come to: by unit, and by the team and reference of a member."""

    periods: range
    units: dict[str, Given]
    members: dict[tuple[str, str], Given]


def index_of(moment: datetime, rules: DoubleRegistration) -> int:
    """Return the number of the period in which a moment lies, counted from the year 0."""
    day = moment.astimezone(ZONE)
    return (12 * day.year + day.month - 1) // MONTHS[rules.period]


def begin_of(index: int, rules: DoubleRegistration) -> datetime:
    """Return when a period begins."""
    months = index * MONTHS[rules.period]
    return datetime.combine(date(months // 12, months % 12 + 1, 1), time(), ZONE)


def periods_of(asked: Period, now: datetime, rules: DoubleRegistration) -> range:
    """Return the periods that are asked about, whole ones and begun by now; the present one where nothing was asked.

    Whoever asks for a month where quotas run for a quarter is answered for the quarter.
    """
    present = index_of(now, rules)
    first = present if asked.start is None else index_of(asked.start, rules)
    last = present
    if asked.end is not None:
        last = index_of(asked.end, rules)
        last -= begin_of(last, rules) == asked.end
    return range(first, min(last, present) + 1)


def deeds_of(record: ServiceRecord, rules: DoubleRegistration, tree: Tree) -> tuple[Deed, ...]:
    """Return what a visit counts as: always a good deed of its members, perhaps more for the unit."""
    found = [Deed.GOOD_DEED]
    joint = 0 < rules.joint_members <= len(set(record.members))
    if record.team_kind == TeamKind.UNIT and (record.headcount is not None or joint):
        found.append(Deed.JOINT_ACTIVITY)
    line = tree.responsible(record.grid or "", record.community)
    climbed_to = {node.level for node in line[1 : record.climbed + 1]}
    if record.hard or climbed_to & {*rules.hard_levels}:
        found.append(Deed.HARD_PROBLEM)
    return tuple(found)


def counts(record: ServiceRecord) -> bool:
    """Tell whether a visit counts: proven by somebody else than the team, and nothing about it waits for a person."""
    return record.credited_minutes > 0


def teams_registered(tables: Tables) -> dict[str, TeamDetails]:
    """Return the teams that take part, by id."""
    return {one.details.team: one.details for one in tables.roster if one.details.team_kind in REGISTERED}


def visits_of(tables: Tables, periods: range, rules: DoubleRegistration) -> Iterator[ServiceRecord]:
    """Yield the visits of those who take part, begun within the periods."""
    kinds = {kind.value for kind in REGISTERED}
    for record in tables.service:
        if record.team_kind in kinds and index_of(record.start, rules) in periods:
            yield record


def unit_of(record: ServiceRecord, teams: Mapping[str, TeamDetails]) -> str:
    """Return the unit that a visit counts for: the team itself, or the unit of a single member; empty if none."""
    if record.team_kind == TeamKind.UNIT:
        return record.team
    team = teams.get(record.team)
    return (team.unit or "") if team is not None else ""


def ledger_of(tables: Tables, periods: range, rules: DoubleRegistration, tree: Tree) -> Ledger:
    """Add up what was given in some periods."""
    found = Ledger(periods, {}, {})
    teams = teams_registered(tables)
    for record in visits_of(tables, periods, rules):
        unit, index = unit_of(record, teams), index_of(record.start, rules)
        deeds = deeds_of(record, rules, tree)
        people = [found.members.setdefault((record.team, ref), Given()) for ref in dict.fromkeys(record.members)]
        of_unit = [found.units.setdefault(unit, Given())] if unit else []
        if not counts(record):
            for one in (*people, *of_unit):
                one.waiting += 1
            continue
        for person in people:
            person.deeds[Deed.GOOD_DEED][index] += 1
            person.minutes += record.credited_minutes
        for one in of_unit:
            one.minutes += record.credited_minutes * len(people)
            for deed in deeds:
                one.deeds[deed][index] += 1
    return found


def tree_of(tables: Tables) -> Tree:
    """Return the organisation as the ledger has it."""
    return Tree(one.details for one in tables.organisation)
