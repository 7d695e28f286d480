"""Handing a request to an office, and by when the office should say something (转办时限)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from linli.matcher.ledger.draft import Draft
from linli.schemas.assignment import AssignmentRecord, Referred
from linli.schemas.escalation import Awaited
from linli.schemas.orders import RequestDetails

EMERGENCY: Final = "emergency"
"""Referral of what 120, 110 or 119 must do; they answer nobody here, so nothing is due."""

LAWFUL: Final = frozenset({EMERGENCY, "child_director"})
"""Referrals that are no matter of choice."""


def referred(draft: Draft, details: RequestDetails, office: str, reason: str) -> Referred:
    """Return that a request is in the hands of an office, and by when it should answer."""
    return Referred(office=office, reason=reason, due=due(draft, details))


def due(draft: Draft, details: RequestDetails) -> datetime | None:
    """Return by when an office should say something new; ``None`` where nobody is waited for."""
    minutes = draft.state.policy.escalation.minutes(Awaited.ANSWERED, details.category, details.urgency)
    if minutes is None or details.referral == EMERGENCY or details.flags.danger_to_life:
        return None
    return draft.now + timedelta(minutes=minutes)


def stays_with_office(record: AssignmentRecord) -> bool:
    """Tell whether a request may never come back from its office to volunteers."""
    details = record.details
    return details is not None and (record.red or details.restricted or details.referral in LAWFUL)
