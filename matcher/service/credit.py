"""Which minutes of a visit count as volunteer time (时长认定).

The rule, in order:

1. *Believable* is the least of what the team said, of what passed between start and end where both were reported when
   they happened, and of the longest that a visit of this length may take: twice what was ordered and half an hour more,
   eight hours at most.
2. *Proven* is a visit whose loop was closed by somebody else than the team: Linli itself checked the service code that
   only the resident was told; or the resident rated it with case number and one-time code; or a grid worker who is not
   of the team confirmed it; or the desk heard it in a call-back. What a proxy passes on proves nothing, nor does a
   team's word about the code at the door.
3. A visit that a person refused counts nothing, and so does one with an anomaly that nobody has decided about yet.
4. What is believable of a proven visit counts, for each member who went. Everything else counts 0, and stays on record.

Place is judged by what goes together: nobody's position is followed. Whether two of the same team were needed is not
asked.
"""

from __future__ import annotations

from typing import Final

from linli.matcher.service.anomalies import minutes_there
from linli.schemas.judging import Verdict
from linli.schemas.orders import MINUTES_MAX
from linli.schemas.service import Proof, ProofWay, ServiceRecord

OVER_MINUTES: Final = 30
"""Beyond twice the ordered length, for visits that were ordered as very short."""

_WAY_OF: Final = {"resident": ProofWay.RESIDENT, "call_back": ProofWay.CALL_BACK}


def plausible_minutes(record: ServiceRecord) -> int:
    """Return what is believable of the minutes that a team said."""
    longest = min(2 * record.planned_minutes + OVER_MINUTES, MINUTES_MAX)
    elapsed = minutes_there(record)
    return min(record.minutes, longest) if elapsed is None else min(record.minutes, longest, elapsed)


def proof_of(record: ServiceRecord) -> Proof:
    """Return by which ways a visit is proven."""
    ways = {_WAY_OF[one.by] for one in record.judgements if one.checked and one.by in _WAY_OF}
    if record.code_ok:
        ways.add(ProofWay.SERVICE_CODE)
    if any(one.counts for one in record.confirmations):
        ways.add(ProofWay.GRID_WORKER)
    return Proof(ways=tuple(sorted(ways)), proven=bool(ways))


def credited_minutes(record: ServiceRecord) -> int:
    """Return the minutes that count, of a record whose proof, believable minutes and anomalies are known."""
    refused = record.review is not None and record.review.verdict is Verdict.REFUSED
    return 0 if refused or record.waits or not record.proof.proven else record.plausible_minutes
