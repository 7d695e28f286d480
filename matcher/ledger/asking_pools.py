"""Which teams may be asked for a request already, and which only when it has climbed higher (队伍池逐级放开)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from linli.matcher.not_yet import NotYet
from linli.schemas.escalation import Escalation, Pool
from linli.schemas.roster import TeamDetails, TeamKind

if TYPE_CHECKING:
    from linli.matcher.ledger.draft import Draft
    from linli.matcher.ledger.organisation import Tree
    from linli.schemas.assignment import AssignmentRecord
    from linli.schemas.organisation import NodeDetails

_OF_UNITS = frozenset({TeamKind.UNIT, TeamKind.MEMBER})


def pools_open(rules: Escalation, line: tuple[NodeDetails, ...], climbed: int) -> tuple[Pool, ...]:
    """Return the pools that may be asked.

    Parameters
    ----------
    rules
        The county's.
    line
        Who answers for the place, the root last.
    climbed
        How many levels were climbed.
    """
    if rules.pools == "open" or climbed >= len(line) - 1:
        return tuple(Pool)
    levels = {node.level for node in line[: climbed + 1]}
    opened = {Pool.OWN: True, Pool.UNITS: levels & {*rules.units_from}, Pool.COUNTY: levels & {*rules.county_from}}
    return tuple(pool for pool in Pool if opened[pool])


def pool_of(team: TeamDetails, line: tuple[NodeDetails, ...]) -> Pool:
    """Return the pool of a team that has a node: its own place's, its units', or the county's."""
    below_the_root = {node.node for node in line[:-1]}
    if team.organisation not in below_the_root:
        return Pool.COUNTY
    return Pool.UNITS if team.team_kind in _OF_UNITS else Pool.OWN


def is_open_to(rules: Escalation, tree: Tree, record: AssignmentRecord, team: TeamDetails) -> bool:
    """Tell whether a team may be asked for a request already; one whose organisation is not in the tree always may."""
    details = record.details
    if rules.pools == "open" or details is None or team.organisation is None or tree.get(team.organisation) is None:
        return True
    line = tree.responsible(details.grid, details.community)
    return not line or pool_of(team, line) in pools_open(rules, line, record.escalation)


class AskingPools:
    """A roster by the organisation's nodes, and who is not asked yet at each level of each place, worked out once.

    Parameters
    ----------
    rules
        The county's.
    tree
        The organisation.
    teams
        The roster; a team whose organisation is not in the tree is in every pool.
    """

    def __init__(self, rules: Escalation, tree: Tree, teams: Iterable[TeamDetails]) -> None:
        self._rules = rules
        self._of_node: dict[str, list[TeamDetails]] = {}
        for team in teams:
            if team.organisation is not None and tree.get(team.organisation) is not None:
                self._of_node.setdefault(team.organisation, []).append(team)
        self._bound = frozenset(team.team for those in self._of_node.values() for team in those)
        self._known: dict[tuple[str, int], NotYet | None] = {}

    def not_yet(self, line: tuple[NodeDetails, ...], climbed: int) -> NotYet | None:
        """Return who is asked only from a higher level; ``None`` where everybody may be asked.

        Notes
        -----
        Looks at the teams of the line's own nodes alone: all others are the county's, which opens last or at once.
        """
        key = line[0].node, climbed
        if key not in self._known:
            self._known[key] = self._find(line, climbed)
        return self._known[key]

    def _find(self, line: tuple[NodeDetails, ...], climbed: int) -> NotYet | None:
        opened = frozenset(pools_open(self._rules, line, climbed))
        if opened == frozenset(Pool):
            return None
        near = [team for node in line[:-1] for team in self._of_node.get(node.node, ())]
        asked = frozenset(team.team for team in near if pool_of(team, line) in opened)
        if Pool.COUNTY in opened:
            asked |= self._bound - {team.team for team in near}
        return NotYet(self._bound, asked)


def not_yet_asked(draft: Draft, record: AssignmentRecord) -> NotYet | None:
    """Return the teams that may be asked for a request only from a higher level; ``None`` where there are none."""
    rules, details = draft.state.policy.escalation, record.details
    if rules.pools == "open" or details is None or not draft.tree:
        return None
    line = draft.tree.responsible(details.grid, details.community)
    return draft.asking_pools.not_yet(line, record.escalation) if line else None
