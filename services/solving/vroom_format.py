"""VROOM's JSON problem format (API of version 1.14), as far as Linli solves it; everything else is refused by name.

The models hold what each field alone must satisfy. What fields must satisfy together is in `vroom_checks`, what Linli
cannot do yet in `vroom_unsupported`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

SECONDS_MAX = 4_294_967_295
"""VROOM's own limit for times: 32 bits without a sign."""

ID_MAX = 2**64 - 1
"""VROOM's own limit for ids."""

AMOUNT_MAX = 2**40
"""Any unit of volume or weight fits; sums over a problem stay within 64 bits."""

TASKS_MAX = 20_000
"""Jobs, shipments or vehicles of a problem: a table of travel times for more would not fit into a small machine."""

PER_TASK_MAX = 100
"""Windows, skills, dimensions of an amount, breaks: more is a mistake."""

PER_HOUR = 3_600
"""What an hour on the way costs where a file says nothing: one for each second."""

COST_MAX = 4_294_967_295
"""VROOM's own limit for prices: 32 bits without a sign."""

SLOWEST = 0.01
"""A factor on speeds below it is taken for a mistake: VROOM counts two digits of it."""

Cost: TypeAlias = Annotated[int, Field(ge=0, le=COST_MAX)]
Seconds: TypeAlias = Annotated[int, Field(ge=0, le=SECONDS_MAX)]
Identity: TypeAlias = Annotated[int, Field(ge=0, le=ID_MAX)]
Skill: TypeAlias = Annotated[int, Field(ge=0, le=2**32 - 1)]
Index: TypeAlias = Annotated[int, Field(ge=0, le=65_535)]
Amount: TypeAlias = Annotated[tuple[Annotated[int, Field(ge=0, le=AMOUNT_MAX)], ...], Field(max_length=PER_TASK_MAX)]
Window: TypeAlias = tuple[Seconds, Seconds]
Windows: TypeAlias = Annotated[tuple[Window, ...], Field(min_length=1, max_length=PER_TASK_MAX)]
Skills: TypeAlias = Annotated[tuple[Skill, ...], Field(max_length=PER_TASK_MAX)]
Longitude: TypeAlias = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude: TypeAlias = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Location: TypeAlias = tuple[Longitude, Latitude]
"""Longitude first, as VROOM has it."""


class _Part(BaseModel):
    """A part of a problem: strict, because a number in quotation marks is a mistake somewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Break(_Part):
    """A pause of a vehicle."""

    id: Identity
    time_windows: Windows | None = None
    service: Seconds = 0
    description: str | None = None
    max_load: Amount | None = None


class Step(_Part):
    """What a vehicle is already known to do: a pin."""

    type: Literal["start", "job", "pickup", "delivery", "break", "end"]
    id: Identity | None = None
    service_at: Seconds | None = None
    service_after: Seconds | None = None
    service_before: Seconds | None = None


class Costs(_Part):
    """What a vehicle costs; the defaults make the cost of a route its travel time in seconds."""

    fixed: Cost = 0
    per_hour: Cost = PER_HOUR
    per_km: Cost = 0
    per_task_hour: Cost = 0


class Vehicle(_Part):
    """A vehicle: in Linli, a team of one crew."""

    id: Identity
    profile: str = "car"
    description: str | None = None
    start: Location | None = None
    start_index: Index | None = None
    end: Location | None = None
    end_index: Index | None = None
    capacity: Amount = ()
    costs: Costs = Costs()
    skills: Skills = ()
    type: str | None = None
    time_window: Window | None = None
    breaks: Annotated[tuple[Break, ...], Field(max_length=PER_TASK_MAX)] = ()
    speed_factor: Annotated[float, Field(ge=SLOWEST, le=5, allow_inf_nan=False)] = 1.0
    max_tasks: Annotated[int, Field(ge=0)] | None = None
    max_travel_time: Seconds | None = None
    max_distance: Annotated[int, Field(ge=0)] | None = None
    steps: Annotated[tuple[Step, ...], Field(max_length=TASKS_MAX)] = ()


class _Stop(_Part):
    """What is done at one place, and how long it takes there."""

    id: Identity
    description: str | None = None
    location: Location | None = None
    location_index: Index | None = None
    setup: Seconds = 0
    service: Seconds = 0
    setup_per_type: dict[str, Seconds] = Field(default_factory=dict[str, int])
    service_per_type: dict[str, Seconds] = Field(default_factory=dict[str, int])


class Job(_Stop):
    """A place to visit: in Linli, a visit."""

    delivery: Amount = ()
    pickup: Amount = ()
    skills: Skills = ()
    priority: Annotated[int, Field(ge=0, le=100)] = 0
    time_windows: Windows | None = None


class ShipmentStep(_Stop):
    """One end of a shipment."""

    time_windows: Windows | None = None


class Shipment(_Part):
    """Something to fetch at one place and to bring to another: in Linli, a visit with something to fetch first."""

    pickup: ShipmentStep
    delivery: ShipmentStep
    amount: Amount = ()
    skills: Skills = ()
    priority: Annotated[int, Field(ge=0, le=100)] = 0


class VroomProblem(_Part):
    """A whole problem without its matrices, which are read beside it as arrays."""

    vehicles: Annotated[tuple[Vehicle, ...], Field(max_length=TASKS_MAX)]
    jobs: Annotated[tuple[Job, ...], Field(max_length=TASKS_MAX)] = ()
    shipments: Annotated[tuple[Shipment, ...], Field(max_length=TASKS_MAX)] = ()
