"""How one goes over each kind of terrain, as a county knows it: what ways are estimated from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from linli.schemas.base import Inside


class Ground(Inside):
    """Road length over straight line, and metres per hour on the road."""

    detour: Annotated[float, Field(ge=1, le=5, allow_inf_nan=False)]
    metres_per_hour: Annotated[int, Field(ge=1_000, le=130_000)]


class Grounds(Inside):
    """The ground of every terrain; `linli calibrate` fits it from finished visits."""

    seat: Ground = Ground(detour=1.35, metres_per_hour=18_000)
    hill: Ground = Ground(detour=1.7, metres_per_hour=32_000)
    mountain: Ground = Ground(detour=2.0, metres_per_hour=25_000)
