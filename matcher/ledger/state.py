"""What the desk knows of one district, and what one decision changes in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from linli.matcher.futures.played_days import Crew
from linli.matcher.futures.skill_odds import SkillOdds
from linli.matcher.ledger.asking_pools import AskingPools
from linli.matcher.ledger.odds import Answers
from linli.matcher.ledger.organisation import Tree
from linli.matcher.ledger.past_orders import PastOrders
from linli.matcher.ledger.past_service import PastService
from linli.matcher.ledger.served_visits import ServedVisits
from linli.matcher.measured_travel import MeasuredTravel
from linli.matcher.memory import Memory
from linli.matcher.not_yet import NotYet
from linli.matcher.problem import Route, Team, Visit
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import Command
from linli.schemas.grounds import Grounds
from linli.schemas.organisation import NodeRecord
from linli.schemas.plan import PlanRecord
from linli.schemas.policy import Futures, Policy
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import CommandOutcome, SolverReport
from linli.schemas.service import ServiceRecord
from linli.schemas.standing import StandingRecord
from linli.schemas.ways import MeasuredPlace, WaysRecord

Kept = NodeRecord | StandingRecord | ServiceRecord | WaysRecord
"""A record of a further ledger table."""

One = TypeVar("One", NodeRecord, StandingRecord, ServiceRecord, WaysRecord)


LegFacts = tuple[tuple[str | None, ...], NotYet | None, frozenset[str]]
"""What translated legs depend on besides their record: which teams came last, may not be asked yet, are forgiven."""


class TeamFacts(NamedTuple):
    """What a translated team depends on besides its roster record.

    ``asked_enough_until`` is in seconds since the Unix epoch; see `linli.matcher.problem.Team` for it, the load and
    the messages of today above the free ones.
    """

    day: date
    horizon_days: int
    acceptance: int = 1_000
    asked_enough_until: int | None = None
    load: int = 0
    asked: int = 0


class OddsFacts(NamedTuple):
    """What the odds of skills depend on besides the crews: day, policy, past days and how often each has changed."""

    today: int
    futures: Futures
    past: tuple[tuple[int, int], ...]


class KnownOdds(NamedTuple):
    """The odds of skills with what they follow from: facts and crews; these in turn, on the same day, from the roster.

    Most changes of a roster change no crew's hours or skills, so that nothing is to be sampled again.
    """

    facts: OddsFacts
    roster: tuple[RosterRecord, ...]
    crews: list[Crew]
    odds: SkillOdds


@dataclass(slots=True)
class Translations:
    """Visits, teams and routes translated for the matcher, and the matcher's own memory, kept from round to round.

    Each is a pure function of the ledger record beside it and is used only while that very record is current, so what
    is remembered can change the speed of a decision and nothing else. At most one entry per request and per team.

    Attributes
    ----------
    visits, teams, routes
        By request id and team id: the record and what it is in the matcher's words; of a request also which teams
        came last and which may not be asked yet, of a team also what else it depends on: the day, because working
        hours are expanded, how it stands by its answers, and what it gave.
    cuts
        By visit id: the visit, the earliest start that leaves time to ask for it, and the visit with only such starts.
    answers
        How often teams were asked and what they said.
    past
        What teams gave in the last weeks, and who came to a household last.
    served
        The service records by team.
    orders
        What was asked for on past days; followed only where rare skills have a price.
    odds
        What it is worth to spare skills today, and what that follows from.
    priced
        By team id: the team, and the team with what belongs to its skills.
    roster
        The whole roster as last asked for: the same tuple as long as every team in it is the same.
    tree
        The nodes last asked for, and the organisation tree that they make.
    pools
        Roster, nodes and rules last asked for, and the pools of teams that they make.
    memory, known, travel
        The matcher's memory, which is made anew every day, for other grounds and for other ways of a place it knows;
        for which day and grounds, and whether with ways, it is; and the measured ways.
    """

    visits: dict[str, tuple[AssignmentRecord, LegFacts, tuple[Visit, ...]]] = field(
        default_factory=dict[str, tuple[AssignmentRecord, LegFacts, tuple[Visit, ...]]]
    )
    teams: dict[str, tuple[RosterRecord, TeamFacts, Team]] = field(
        default_factory=dict[str, tuple[RosterRecord, TeamFacts, Team]]
    )
    routes: dict[str, tuple[PlanRecord, tuple[Route, ...]]] = field(
        default_factory=dict[str, tuple[PlanRecord, tuple[Route, ...]]]
    )
    cuts: dict[str, tuple[Visit, int, Visit]] = field(default_factory=dict[str, tuple[Visit, int, Visit]])
    answers: Answers = field(default_factory=Answers)
    past: PastService = field(default_factory=PastService)
    served: ServedVisits = field(default_factory=ServedVisits)
    orders: PastOrders = field(default_factory=PastOrders)
    odds: KnownOdds | None = None
    priced: dict[str, tuple[Team, Team]] = field(default_factory=dict[str, tuple[Team, Team]])
    roster: tuple[Team, ...] = ()
    tree: tuple[Mapping[str, NodeRecord], Tree] | None = None
    pools: tuple[object, object, object, AskingPools] | None = None
    memory: Memory | None = None
    known: tuple[date, Grounds, bool] | None = None
    travel: MeasuredTravel | None = None


@dataclass(frozen=True, slots=True)
class DistrictState:
    """Everything a decision may depend on, besides its commands, clock, seed and work.

    Parameters
    ----------
    district
        The district's code.
    policy
        The county's policy.
    requests, plans, roster
        Last ledger record per request id, team id and team id.
    nodes, standing, service, ways
        Last ledger record per node, standing order, request and leg, and place. A service record is held here only as
        long as its request is.
    now
        The clock of the last round; ``None`` before the first.
    translations
        What the matcher remembers of unchanged records; no part of the state's value.
    """

    district: str
    policy: Policy
    requests: Mapping[str, AssignmentRecord] = field(default_factory=dict[str, AssignmentRecord])
    plans: Mapping[str, PlanRecord] = field(default_factory=dict[str, PlanRecord])
    roster: Mapping[str, RosterRecord] = field(default_factory=dict[str, RosterRecord])
    nodes: Mapping[str, NodeRecord] = field(default_factory=dict[str, NodeRecord])
    standing: Mapping[str, StandingRecord] = field(default_factory=dict[str, StandingRecord])
    service: Mapping[str, ServiceRecord] = field(default_factory=dict[str, ServiceRecord])
    ways: Mapping[str, WaysRecord] = field(default_factory=dict[str, WaysRecord])
    now: datetime | None = None
    translations: Translations = field(default_factory=lambda: Translations(), compare=False, repr=False)

    @property
    def tree(self) -> Tree:
        """The organisation tree, made once for the same nodes; whoever changes it makes one of its own first."""
        known = self.translations.tree
        if known is None or known[0] is not self.nodes:
            known = self.translations.tree = self.nodes, Tree(one.details for one in self.nodes.values())
        return known[1]


@dataclass(frozen=True, slots=True)
class Moment:
    """When and how a decision is taken.

    Parameters
    ----------
    now
        The clock, never earlier than the state's.
    round
        Number of the round; every record carries it.
    seed, work
        Seed of the optimizer and its limit in deterministic units.
    deadlines
        Whether deadlines may fire: false while the clock cannot be trusted.
    down_seconds
        How long the service was down before this round, on the decision's clock; live offers are extended by it.
    measured
        What a routing server said of places since the last round: an input like commands, kept in the ledger.
    """

    now: datetime
    round: int
    seed: int
    work: int
    deadlines: bool = True
    down_seconds: int = 0
    measured: tuple[MeasuredPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberedCommand:
    """A command with its offset in ``commands``."""

    offset: int
    command: Command


class Forgotten(NamedTuple):
    """A request or a plan that the ledger keeps no longer: its key, and the version of its last record."""

    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decision changes: ledger records in the order in which they are written.

    ``kept`` are records of the further tables. ``conflicts`` are the commands that become dead letters with
    ``duplicate_conflict``, ``outlived`` those that do with ``expired``. ``forgotten``, ``forgotten_plans``,
    ``forgotten_standing`` and ``forgotten_ways`` are requests, teams' plans, standing orders and measured places that
    get a tombstone.
    """

    assignments: tuple[AssignmentRecord, ...] = ()
    plans: tuple[PlanRecord, ...] = ()
    roster: tuple[RosterRecord, ...] = ()
    kept: tuple[Kept, ...] = ()
    outcomes: tuple[CommandOutcome, ...] = ()
    conflicts: tuple[NumberedCommand, ...] = ()
    outlived: tuple[NumberedCommand, ...] = ()
    forgotten: tuple[Forgotten, ...] = ()
    forgotten_plans: tuple[Forgotten, ...] = ()
    forgotten_standing: tuple[Forgotten, ...] = ()
    forgotten_ways: tuple[Forgotten, ...] = ()
    solver: SolverReport | None = None


def apply(state: DistrictState, decision: Decision, now: datetime) -> DistrictState:
    """Fold a committed decision into the state; the given state is left as it was."""
    requests = {**state.requests, **{record.request_id: record for record in decision.assignments}}
    plans = {**state.plans, **{record.team: record for record in decision.plans}}
    for one in decision.forgotten:
        requests.pop(one.key, None)
    for one in decision.forgotten_plans:
        plans.pop(one.key, None)
    kept = with_kept(state, decision.kept, {one.key for one in decision.forgotten})
    if gone := {one.key for one in decision.forgotten_standing}:
        kept = replace(kept, standing={key: one for key, one in kept.standing.items() if key not in gone})
    if gone := {one.key for one in decision.forgotten_ways}:
        kept = replace(kept, ways={key: one for key, one in kept.ways.items() if key not in gone})
    return replace(
        kept,
        requests=requests,
        plans=plans,
        roster={**state.roster, **{one.details.team: one for one in decision.roster}}
        if decision.roster
        else state.roster,
        now=now,
    )


def with_kept(state: DistrictState, records: Iterable[Kept], forgotten: Collection[str] = ()) -> DistrictState:
    """Fold the further tables; a forgotten request's service records are held no longer, though their topic has them.

    A table is put in order whenever it changes, so that a state never depends on how it came about; one that does not
    change stays the same object.
    """
    nodes: dict[str, NodeRecord] = {}
    standing: dict[str, StandingRecord] = {}
    service: dict[str, ServiceRecord] = {}
    ways: dict[str, WaysRecord] = {}
    for record in records:
        match record:
            case NodeRecord():
                nodes[record.key] = record
            case StandingRecord():
                standing[record.key] = record
            case ServiceRecord():
                service[record.key] = record
            case WaysRecord():
                ways[record.key] = record
    held = _with(state.service, service)
    if any(one.request_id in forgotten for one in held.values()):
        held = {key: one for key, one in held.items() if one.request_id not in forgotten}
    return replace(
        state,
        nodes=_with(state.nodes, nodes),
        standing=_with(state.standing, standing),
        service=held,
        ways=_with(state.ways, ways),
    )


def _with(before: Mapping[str, One], written: Mapping[str, One]) -> Mapping[str, One]:
    return dict(sorted({**before, **written}.items())) if written else before
