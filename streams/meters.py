"""The figures of the metric registry as they are counted in a process; a process serves them, see `linli.services`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from linli.schemas.metrics import Kind, Metric

# When a sample first came up is of no use here, and would be a third of all lines.
disable_created_metrics()  # type: ignore[no-untyped-call]

_MAKERS: dict[Kind, Any] = {Kind.COUNTER: Counter, Kind.GAUGE: Gauge}


class Meters:
    """Counts for some of the registry's metrics; a name outside of them is a fault of ours.

    Parameters
    ----------
    metrics
        The metrics that this process measures.
    """

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self.registry = CollectorRegistry()
        self._made: dict[str, Any] = {metric.name: self._make(metric) for metric in metrics}

    def _make(self, metric: Metric) -> Any:
        if metric.kind is Kind.HISTOGRAM:
            return Histogram(metric.name, metric.meaning, metric.labels, registry=self.registry, buckets=metric.buckets)
        return _MAKERS[metric.kind](metric.name, metric.meaning, metric.labels, registry=self.registry)

    def count(self, name: str, *labels: str, by: float = 1) -> None:
        """Count something that happened."""
        self._of(name, labels).inc(by)

    def show(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        self._of(name, labels).set(value)

    def observe(self, name: str, value: float, *labels: str) -> None:
        """Enter a value into a histogram."""
        self._of(name, labels).observe(value)

    def _of(self, name: str, labels: tuple[str, ...]) -> Any:
        made = self._made[name]
        return made.labels(*labels) if labels else made
