"""Teams that let an offer pass: asked once more where nobody else may go, for silence is no refusal.

Whoever did not answer comes last, for another team is more likely to answer in time. But where all others have declined
or cannot come, a promise that is given up for a silence is given up for nothing: people look at their telephones later.
"""

from __future__ import annotations

from linli.matcher.ledger.draft import Draft, live_offer
from linli.matcher.problem import Plan
from linli.matcher.rounds.in_plan import requests_in_plan
from linli.matcher.rounds.translate import SILENT, visit_id
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.lifecycle import OfferState, State

TWICE = 2
"""So many silences are an answer."""


def forgive_silence(draft: Draft, plan: Plan) -> bool:
    """Let promised visits that lost their place be made by teams that were silent once.

    Parameters
    ----------
    draft
        The district; `draft.forgiven` says whom this round's further plans may use again.
    plan
        The round's plan so far.

    Returns
    -------
    bool
        Whether any team may be planned with again.

    Notes
    -----
    For visits of one team: of several, each is sought anew with the others by `together`, which begins with all times.
    What is urgent is left to a person at once.
    """
    placed, found = plan.placed(), False
    for record in requests_in_plan(draft):
        if record.request_id in draft.forgiven or not _is_losing(record, placed):
            continue
        once = frozenset(team for team, why in record.barred if why == SILENT and _silences(record, team) < TWICE)
        if once:
            draft.forgiven[record.request_id] = once
            found = True
    return found


def heard_again(draft: Draft, record: AssignmentRecord, team: str) -> tuple[tuple[str, str], ...]:
    """Return who is barred from a request once a team that was silent is planned for it again."""
    again = team in draft.forgiven.get(record.request_id, ())
    return tuple(one for one in record.barred if not (again and one == (team, SILENT)))


def _is_losing(record: AssignmentRecord, placed: frozenset[str]) -> bool:
    """Say whether a promise of one team's visit would be broken by the plan as it is."""
    if record.details is None or record.details.urgency == 0 or len(record.legs) != 1:
        return False
    if record.promise is None or record.state is State.UNMET:
        return False
    leg = record.legs[0]
    has_team = leg.assignment is not None or live_offer(leg) is not None
    return not has_team and visit_id(record.request_id, 0) not in placed


def _silences(record: AssignmentRecord, team: str) -> int:
    return sum(offer.team == team and offer.state is OfferState.EXPIRED for offer in record.legs[0].offers)
