"""Fields that the format does not have: each refused by name, with the one that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from linli.services.language import both
from linli.services.solving.vroom_format import Break, Costs, Job, Shipment, ShipmentStep, Step, Vehicle, VroomProblem

WITHIN: Mapping[str, type[BaseModel]] = {
    "vehicles": Vehicle,
    "jobs": Job,
    "shipments": Shipment,
    "pickup": ShipmentStep,
    "delivery": ShipmentStep,
    "breaks": Break,
    "steps": Step,
    "costs": Costs,
}
"""What the parts are of which a file's lists and objects consist."""

EARLIER: Mapping[tuple[str, str], str] = {("jobs", "amount"): "delivery"}
"""Fields of earlier versions of the format, by where they stood, and what they are called now."""


def unknown_field(path: Sequence[int | str]) -> str:
    """Say that a part has no such field and, where one is called like it, which was probably meant.

    Parameters
    ----------
    path
        Where it stands, its own name last.
    """
    *around, name = (part for part in path if isinstance(part, str))
    part = around[-1] if around else ""
    known = ["matrices", *VroomProblem.model_fields] if not around else list(WITHIN[part].model_fields)
    near = EARLIER.get((part, name)) or next(iter(difflib.get_close_matches(name, known, n=1)), None)
    if near is None:
        return both("there is no such field", "没有此字段")
    return both(f"there is no such field; did you mean {near}?", f"没有此字段；是否指 {near}？")
