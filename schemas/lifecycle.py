"""The life cycle of a request: its states, what may follow what, and which states end it.

``submitted → registered → promised → offered → committed → under way → done → rated → closed``, with side states.
Declined and expired are states of an *offer*; escalation is an attribute.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"
    REGISTERED = "registered"
    PROMISED = "promised"
    OFFERED = "offered"
    COMMITTED = "committed"
    UNDER_WAY = "under_way"
    DONE = "done"
    RATED = "rated"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    RESCHEDULED = "rescheduled"
    FAILED_VISIT = "failed_visit"
    ON_HOLD = "on_hold"
    REFERRED = "referred"
    CANCELLED = "cancelled"
    UNMET = "unmet"
    RECORDED_AFTERWARDS = "recorded_afterwards"
    CLAIMED = "claimed"
    REOPENED = "reopened"


class OfferState(StrEnum):
    """Where an offer stands. ``proposed`` waits for the desk's word; only ``open`` can be answered."""

    PROPOSED = "proposed"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"


class OfferEnd(StrEnum):
    """Why an offer was taken back, so that a late answer is told what happened."""

    FILLED = "filled"
    CANCELLED = "cancelled"
    HELD = "held"
    REFERRED = "referred"
    CHANGED = "changed"
    REASSIGNED = "reassigned"
    NO_LONGER_POSSIBLE = "no_longer_possible"
    CLAIMED = "claimed"
    RECORDED = "recorded"


_S = State
_PLACEABLE = frozenset({_S.PROMISED, _S.OFFERED, _S.UNMET})
_ASIDE = frozenset({_S.ON_HOLD, _S.REFERRED, _S.CANCELLED})
_TAKEN = frozenset({_S.COMMITTED, _S.CLAIMED, _S.RESCHEDULED, _S.RECORDED_AFTERWARDS})

TRANSITIONS: dict[State, frozenset[State]] = {
    _S.SUBMITTED: frozenset({_S.REGISTERED, _S.CANCELLED, _S.RECORDED_AFTERWARDS}),
    _S.REGISTERED: _PLACEABLE | _ASIDE | _TAKEN,
    _S.PROMISED: _PLACEABLE | _ASIDE | _TAKEN,
    _S.OFFERED: _PLACEABLE | _ASIDE | _TAKEN,
    _S.CLAIMED: frozenset({_S.COMMITTED, _S.OFFERED}) | _ASIDE,
    _S.COMMITTED: _ASIDE | {_S.COMMITTED, _S.UNDER_WAY, _S.DONE, _S.WITHDRAWN, _S.RESCHEDULED, _S.FAILED_VISIT},
    _S.UNDER_WAY: frozenset({_S.UNDER_WAY, _S.DONE, _S.FAILED_VISIT, _S.WITHDRAWN}),
    _S.WITHDRAWN: _PLACEABLE | _ASIDE,
    _S.RESCHEDULED: _PLACEABLE | _ASIDE,
    _S.FAILED_VISIT: _ASIDE | {_S.RESCHEDULED, _S.CLOSED, _S.DONE, _S.RECORDED_AFTERWARDS},
    _S.ON_HOLD: _PLACEABLE | {_S.REFERRED, _S.CANCELLED, _S.REGISTERED, _S.CLOSED, _S.RECORDED_AFTERWARDS},
    _S.UNMET: _PLACEABLE | _ASIDE | _TAKEN | {_S.CLOSED},
    _S.DONE: frozenset({_S.DONE, _S.RATED, _S.CLOSED}),
    _S.RATED: frozenset({_S.RATED, _S.REOPENED, _S.CLOSED}),
    _S.REOPENED: frozenset({_S.REOPENED, _S.RATED}),
    _S.RECORDED_AFTERWARDS: frozenset({_S.RATED, _S.CLOSED}),
    _S.REFERRED: frozenset({_S.REFERRED, _S.CLOSED, _S.CANCELLED, _S.REGISTERED, _S.RECORDED_AFTERWARDS}),
    _S.CANCELLED: frozenset(),
    _S.CLOSED: frozenset(),
}
"""The one transition table: what may follow each state."""

TERMINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)
"""States that nothing follows."""

SETTLED = TERMINAL | {State.REFERRED, State.DONE, State.RATED, State.REOPENED, State.RECORDED_AFTERWARDS}
"""States in which nothing more is owed to the resident by a volunteer."""

OPEN = frozenset(State) - SETTLED - {State.SUBMITTED}
"""States that the dispatcher still works on or waits in."""


def may_follow(before: State, after: State) -> bool:
    """Tell whether the table allows the step."""
    return after in TRANSITIONS[before]
