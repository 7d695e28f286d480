"""The mode that a request is handled in, and who may therefore be told of it."""

from __future__ import annotations

from linli.schemas.assignment import EVERYBODY, Audience
from linli.schemas.orders import RequestDetails
from linli.schemas.policy import Mode, Policy


def mode_for(policy: Policy, details: RequestDetails) -> Mode:
    """Return the mode of a request: the most specific rule of its community and category, else the county's."""
    best, strength = policy.mode, 0
    for rule in policy.mode_rules:
        matches = rule.community in (None, details.community) and rule.category in (None, details.category)
        weight = 2 * (rule.community is not None) + (rule.category is not None)
        if matches and weight > strength:
            best, strength = rule.mode, weight
    return best


def notify_of(policy: Policy, details: RequestDetails | None) -> tuple[Audience, ...]:
    """Return who may be told of what becomes of a request: nobody where harm is suspected or the mode is ``suggest``.

    The guardian or the neighbour who ordered may be the one from whom a child is to be protected; only the office hears
    of it.
    """
    if details is None or (not details.restricted and mode_for(policy, details) is not Mode.SUGGEST):
        return EVERYBODY
    return ()
