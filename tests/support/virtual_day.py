"""A whole day of the demo county in virtual time: the product's own, under the name that tests know."""

from __future__ import annotations

from linli.services.simulation.virtual_day import VirtualDay, fixed_bytes

__all__ = ["VirtualDay", "fixed_bytes"]
