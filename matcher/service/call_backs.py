"""Whom the desk calls back after a visit: a share of the requests, drawn from their ids alone (电话回访抽样).

The same request is drawn, or not, by every reader of the log and at every replay; nobody who knows only the ids of
requests can tell which, because a request's id is made before the visit and the seed is the county's. Children are
never called, nor is anything whose access is restricted: the guardian or the office speaks with them.
"""

from __future__ import annotations

import hashlib

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.lifecycle import State
from linli.schemas.people import is_child
from linli.schemas.service_policy import ServicePolicy

_GIVEN = frozenset({State.DONE, State.RATED, State.REOPENED, State.RECORDED_AFTERWARDS})


def is_drawn(request_id: str, policy: ServicePolicy) -> bool:
    """Say whether a request is in the sample."""
    told = hashlib.sha256(f"{policy.call_back_seed}\x1f{request_id}".encode()).digest()
    return int.from_bytes(told[:8]) % 100 < policy.call_back_percent


def wants_call_back(record: AssignmentRecord, policy: ServicePolicy) -> bool:
    """Say whether the desk should ring up about a request whose help was given."""
    details = record.details
    if details is None or record.state not in _GIVEN:
        return False
    if details.restricted or is_child(details.beneficiary, details.age_band):
        return False
    return is_drawn(record.request_id, policy)
