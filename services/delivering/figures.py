"""The figures of delivery, as the registry of metrics names them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from linli.schemas.deliveries import DeliveryRecord, DeliveryState
from linli.streams.clock import Clock
from linli.streams.meters import Meters


class Figures:
    """Counts tries, times deliveries, and shows what waits.

    Parameters
    ----------
    meters
        Where the figures are kept for whoever shows them.
    clock
        Turns the district's time into real time.
    """

    def __init__(self, meters: Meters, clock: Clock) -> None:
        self._meters = meters
        self._clock = clock

    def ended(self, record: DeliveryRecord, place: int, now: datetime) -> None:
        """Count how a try ended."""
        track = record.tracks[place]
        self._meters.count("linli_deliveries_total", track.channel.value, track.state.value)
        if track.state is DeliveryState.DELIVERED and record.made is not None:
            taken = self._clock.real_span(now - record.made).total_seconds()
            self._meters.observe("linli_delivery_seconds", max(0.0, taken), track.channel.value)

    def waiting(self, records: Iterable[DeliveryRecord]) -> None:
        """Show how many deliveries wait, and for whom."""
        by_hand = [record.track is not None for record in records]
        self._meters.show("linli_deliveries_open", sum(by_hand), "person")
        self._meters.show("linli_deliveries_open", len(by_hand) - sum(by_hand), "machine")
