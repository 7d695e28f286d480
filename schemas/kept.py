"""What the records of the further ledger tables have in common: organisation, standing orders, service records."""

from __future__ import annotations

from linli.schemas.base import Inside, Instant, Ref


class KeptRecord(Inside):
    """The whole present state of one thing; its versions are gapless from 1, and ``round`` wrote it."""

    district: Ref
    version: int
    round: int
    at: Instant
