"""Standing orders: the same help again and again, by a rule of recurrence (定期服务)."""

from __future__ import annotations

from linli.schemas.base import Inside, Instant, Ref
from linli.schemas.kept import KeptRecord
from linli.schemas.orders import RequestDetails


class StandingDetails(Inside):
    """A standing order: the first visit's request as it was admitted, and the rule (RFC 5545 RRULE) by which it recurs.

    ``until`` is after which moment nothing more is made; null for no end.
    """

    standing: Ref
    rule: str
    template: RequestDetails
    until: Instant | None = None
    active: bool = True


class StandingRecord(KeptRecord):
    """A standing order as the dispatcher keeps it: the value of the topic ``standing``.

    ``made_to`` is up to which moment its visits have been made into requests; null before the first.
    """

    details: StandingDetails
    made_to: Instant | None = None

    @property
    def key(self) -> str:
        """The standing order."""
        return self.details.standing
