"""Facts stored once per installation: the partition of every district, and the clock all processes share."""

from __future__ import annotations

from linli.schemas.base import Inside, Instant, Ref


class DistrictMap(Inside):
    """Which partition each district lives on. Fixed at creation; a mismatch refuses to start."""

    partitions: int
    districts: dict[Ref, int]


class ClockFact(Inside):
    """The shared clock: decision time = ``origin`` + (real time - ``started``) × ``rate``. Rate 1 in production."""

    started: Instant
    origin: Instant
    rate: float
