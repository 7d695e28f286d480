"""Which districts have something due: remembered per district, asked anew only where something changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from linli.matcher.ledger.state import DistrictState
from linli.streams.dispatch.round_work import NextDeadline
from linli.streams.log_lines import log_for


class DueDistricts:
    """The next deadline of every district.

    Parameters
    ----------
    next_deadline
        Tells the next deadline of a district.

    Notes
    -----
    What a round itself made due, say by a promise whose request has waited too long already, is done by the next one,
    which follows at once. A district that is due even then would make rounds without end. It is left alone until the
    next heartbeat (`forgive`) and reported, for it is a fault of ours.
    """

    def __init__(self, next_deadline: NextDeadline) -> None:
        self._next_deadline = next_deadline
        self._deadlines: dict[str, datetime] = {}
        self._stuck: dict[str, datetime] = {}
        self._once_more: set[str] = set()
        self._log = log_for("deadlines")

    def learn(self, changed: Mapping[str, DistrictState]) -> None:
        """Ask for the next deadline of districts that changed."""
        for district, state in changed.items():
            deadline = self._next_deadline(state)
            if deadline is None:
                self._deadlines.pop(district, None)
            else:
                self._deadlines[district] = deadline

    def earliest(self, held: Callable[[str], bool]) -> datetime | None:
        """Give the earliest deadline worth waiting for; those of a held district do not fire."""
        return min(
            (at for district, at in self._deadlines.items() if self._stuck.get(district) != at and not held(district)),
            default=None,
        )

    def at(self, now: datetime) -> set[str]:
        """Give the districts where something is due."""
        return {district for district, at in self._deadlines.items() if at <= now and self._stuck.get(district) != at}

    def fired(self, now: datetime, districts: Sequence[str]) -> None:
        """Take note that deadlines fired in districts."""
        for district in districts:
            at = self._deadlines.get(district)
            if at is None or at > now:
                self._stuck.pop(district, None)
                self._once_more.discard(district)
            elif district not in self._once_more:
                self._once_more.add(district)
            else:
                self._stuck[district] = at
                self._log.error("a deadline fired and is still due", district=district, due=at.isoformat())

    def forgive(self) -> None:
        """Let deadlines that did not move be tried again."""
        self._stuck.clear()
        self._once_more.clear()
