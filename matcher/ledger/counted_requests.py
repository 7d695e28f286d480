"""Requests as they were last counted, so that what is counted of them follows the ledger and only what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from linli.schemas.assignment import AssignmentRecord

Count = Callable[[AssignmentRecord, int], None]
"""Adds what a record says (1), or takes it back (-1)."""


@dataclass(slots=True)
class CountedRequests:
    """The requests that were counted, as they stood then.

    Attributes
    ----------
    source
        All requests as last shown: the very same mapping has nothing new.
    records
        Last counted record per request id.
    """

    source: Mapping[str, AssignmentRecord] | None = None
    records: dict[str, AssignmentRecord] = field(default_factory=dict[str, AssignmentRecord])

    def follow(self, requests: Mapping[str, AssignmentRecord], count: Count) -> None:
        """Count what is new or changed, and take back what was changed or has left the ledger."""
        self.source = requests
        for request_id, record in requests.items():
            known = self.records.get(request_id)
            if known is not record:
                if known is not None:
                    count(known, -1)
                count(record, 1)
                self.records[request_id] = record
        # All that the ledger has was counted, so more than it has means that some have left it.
        if len(self.records) > len(requests):
            for gone in [one for one in self.records if one not in requests]:
                count(self.records.pop(gone), -1)
