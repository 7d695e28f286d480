"""Which teams may be asked for a request already, and which only when it has climbed higher (队伍池逐级放开)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linli.matcher.problem import POOL
from linli.schemas.escalation import Escalation, Pool
from linli.schemas.roster import TeamDetails, TeamKind

if TYPE_CHECKING:
    from linli.matcher.draft import Draft
    from linli.matcher.organisation import Tree
    from linli.schemas.assignment import AssignmentRecord
    from linli.schemas.organisation import NodeDetails

Barred = tuple[tuple[str, str], ...]

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


def not_yet_asked(draft: Draft, record: AssignmentRecord) -> Barred:
    """Return the teams that may be asked for a request only from a higher level, barred for that reason.

    Notes
    -----
    Every team that waits for a higher level is named with every request: a list as long as the roster where a county
    asks pool after pool. A team whose organisation is not in the tree is in every pool.
    """
    rules, details = draft.state.policy.escalation, record.details
    if rules.pools == "open" or details is None or not draft.tree:
        return ()
    line = draft.tree.responsible(details.grid, details.community)
    if not line:
        return ()
    key = line[0].node, record.escalation
    known = draft.pools.get(key)
    if known is None:
        teams = (one.details for one in draft.teams())
        late = (team.team for team in teams if not is_open_to(rules, draft.tree, record, team))
        known = draft.pools[key] = tuple((team, POOL) for team in late)
    return known
