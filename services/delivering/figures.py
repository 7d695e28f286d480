"""The figures of delivery, as the registry of metrics names them."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram

from linli.schemas.deliveries import DeliveryRecord, DeliveryState
from linli.schemas.metrics import METRICS

_TRIES = METRICS["linli_deliveries_total"]
_SECONDS = METRICS["linli_delivery_seconds"]


class Figures:
    """Counts tries and times deliveries.

    Parameters
    ----------
    registry
        Where they are found by whoever shows them.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        name = _TRIES.name.removesuffix("_total")
        self._tries = Counter(name, _TRIES.meaning, _TRIES.labels, registry=registry)
        self._seconds = Histogram(
            _SECONDS.name, _SECONDS.meaning, _SECONDS.labels, buckets=_SECONDS.buckets, registry=registry
        )

    def ended(self, record: DeliveryRecord, place: int, now: datetime) -> None:
        """Count how a try ended."""
        track = record.tracks[place]
        self._tries.labels(track.channel.value, track.state.value).inc()
        if track.state is DeliveryState.DELIVERED and record.made is not None:
            self._seconds.labels(track.channel.value).observe(max(0.0, (now - record.made).total_seconds()))
