"""How long a visit would last if it was changed: with other windows, what is fetched for it waits otherwise."""

from __future__ import annotations

from copy import copy

from linli.matcher.fetching import lead_of
from linli.matcher.model import Model
from linli.matcher.problem import Visit


def lasting(model: Model, visit: int, wanted: Visit) -> Model:
    """Return the model as it would be with a visit that lasts as long as a variant of it; itself if that is no other.

    All else is shared with the model, which stays as it is; what the visit's windows are, the variant says.
    """
    if wanted.fetch is None:
        return model
    lead = lead_of(model.problem, wanted)
    if lead.seconds == model.lead[visit] and lead.idle == model.idle[visit]:
        return model
    other = copy(model)
    other.lead = _with(model.lead, visit, lead.seconds)
    other.idle = _with(model.idle, visit, lead.idle)
    other.duration = _with(model.duration, visit, wanted.duration + lead.seconds)
    return other


def _with(numbers: list[int], position: int, number: int) -> list[int]:
    return [*numbers[:position], number, *numbers[position + 1 :]]
