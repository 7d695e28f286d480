"""The shared clock: decision time as a straight line over real time, the same line in every process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from linli.schemas.base import in_utc
from linli.schemas.ground_facts import ClockFact


@dataclass(frozen=True, slots=True)
class Clock:
    """Converts between real time and decision time.

    Parameters
    ----------
    fact
        The line: decision time = ``origin`` + (real time - ``started``) × ``rate``.

    Notes
    -----
    It trusts the machine's wall clock. Whether that agrees with the broker's is measured by the dispatcher, round by
    round, because only the broker's append times are common to all machines.
    """

    fact: ClockFact

    def now(self) -> datetime:
        """Give the decision time of this moment."""
        return self.at(datetime.now(UTC))

    def at(self, real: datetime) -> datetime:
        """Give the decision time of a real instant, for example of a broker's append time."""
        return in_utc(self.fact.origin + (real - self.fact.started) * self.fact.rate)

    def real(self, decision: datetime) -> datetime:
        """Give the real instant at which the decision time is, or was, reached."""
        return in_utc(self.fact.started + (decision - self.fact.origin) / self.fact.rate)

    def real_span(self, span: timedelta) -> timedelta:
        """Give how long a span of decision time takes in real time."""
        return span / self.fact.rate
