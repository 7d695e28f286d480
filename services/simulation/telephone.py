"""Who says what at the telephone desk that a month is compared with, and how long it takes to hear it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from linli.matcher.problem import Visit
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.identity import offer_id
from linli.schemas.instants import to_seconds
from linli.schemas.policy import Policy
from linli.services.demo.leads import Manners, gives_back, minutes_lost, takes_series

MINUTE: Final = 60


class Telephone:
    """The nth team asked for a request answers as in Linli's month, and as late.

    A lead that goes may take the whole standing order, by the same share as in Linli's month; the desk then sends the
    team without a question, and a visit that is given back costs only the next call.

    Parameters
    ----------
    records
        The last record of every request.
    manners
        How each lead behaves.
    seed
        Of the leads.
    policy
        Linli's: how many are asked, how long an answer is awaited, what is the least time before a visit.
    """

    def __init__(self, records: Mapping[str, AssignmentRecord], manners: Manners, seed: int, policy: Policy) -> None:
        self._records, self._manners, self._seed, self._policy = records, manners, seed, policy
        self.asked: dict[str, int] = {}
        self._lost: dict[str, float] = {}
        self._series: dict[tuple[str | None, int], str] = {}

    def ready(self, visit: Visit) -> int:
        """Return when a visit can begin at the earliest if somebody is asked now, who has the least time to answer."""
        record = self._records[visit.request]
        minutes = self._lost.get(visit.id, 0.0) + self._policy.answer_minutes_least
        return to_seconds(record.registered_at or record.at) + round(MINUTE * minutes)

    def says_yes(self, visit: Visit, team: str) -> bool | None:
        """Ask one more team."""
        number = self.asked[visit.id] = self.asked.get(visit.id, 0) + 1
        if number > self._policy.offers_max:
            self.asked[visit.id] = self._policy.offers_max
            return None
        offer = offer_id(visit.request, visit.leg, number)
        details, manner = self._records[visit.request].details, self._manners(team)
        lost = minutes_lost(offer, self._policy.answer_minutes[visit.urgency], self._seed, manner)
        self._lost[visit.id] = self._lost.get(visit.id, 0.0) + lost
        if not lost and details is not None and takes_series(details, offer, self._seed, manner):
            self._series.setdefault((details.standing, visit.leg), team)
        return not lost

    def usual(self, visit: Visit) -> str | None:
        """Give the team that took the standing order of a visit, unless it gives this one back."""
        details = self._records[visit.request].details
        team = None if details is None else self._series.get((details.standing, visit.leg))
        offer = offer_id(visit.request, visit.leg, 1)
        return None if team is None or gives_back(offer, self._seed, self._manners(team)) else team
