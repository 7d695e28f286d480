"""What was short while nobody could go, noted with the request itself: the county's ledger of unmet need."""

from __future__ import annotations

from typing import Final

from linli.matcher.rules import RULES
from linli.schemas.assignment import SPELLS_MAX, AssignmentRecord, Spell, Unmet
from linli.schemas.explanation import WhyNobody

_AT_RULE: Final = {rule: number for number, rule in enumerate(RULES)}


def shortfall_of(why: WhyNobody) -> str:
    """Name what was short: the rule at which the teams that came nearest failed, or how the search ended.

    Notes
    -----
    Every team counts under the first rule it breaks. Where all fail at the skill, it is the skill that is short; where
    some hold it and live too far away, it is the way.
    """
    if why.outcome != "impossible" or not why.rules:
        return why.outcome
    return max((count.rule for count in why.rules), key=lambda rule: _AT_RULE.get(rule, -1))


def spells_after(before: AssignmentRecord, after: AssignmentRecord) -> tuple[Spell, ...]:
    """Return a request's spells after a step: a new one when nobody can go any more, ended when somebody can.

    A request that climbs, or is tried again in vain, stays in the spell it is in.
    """
    spells = before.spells
    if isinstance(after.status, Unmet) and not isinstance(before.status, Unmet):
        return (*spells, Spell(since=after.at, shortfall=shortfall_of(after.status.why)))[-SPELLS_MAX:]
    if isinstance(before.status, Unmet) and not isinstance(after.status, Unmet) and spells:
        return (*spells[:-1], spells[-1].model_copy(update={"until": after.at}))
    return spells
