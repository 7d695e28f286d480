"""From a filled-in form to an event: a mistake is told by the label of its field, never by what was filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import ValidationError

from linli.services.console.forms import FormError

Made = TypeVar("Made")
Maker = TypeVar("Maker", bound=Callable[..., object])


def known(makers: Mapping[str, Maker], action: str) -> Maker:
    """Give what makes the event of an action.

    Raises
    ------
    FormError
        If there is no such action: then the address is wrong, and not the form.
    """
    make = makers.get(action)
    if make is None:
        raise FormError("problem.not_found", status=404)
    return make


def made_of(make: Callable[[], Made], labels: Mapping[str, str], otherwise: str) -> Made:
    """Make an event from a form.

    Parameters
    ----------
    make
        Makes it; what it says about missing fields is passed on.
    labels
        By field of the event, the name of its label in the catalogue.
    otherwise
        The label where no field of its own is to blame.

    Raises
    ------
    FormError
        If a field is wrong; ``field`` names its label.
    """
    try:
        return make()
    except ValidationError as error:
        path = error.errors(include_input=False)[0]["loc"]
        raise FormError("order.bad", labels.get(str(path[0]) if path else "", otherwise)) from None
