"""What pydantic found wrong, as a path and a rule made of our own words alone: no value, no name of a stranger's."""

from __future__ import annotations

import difflib
from typing import Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from linli.schemas.commands import InboxBody
from linli.schemas.dead_letters import Reason
from linli.streams.intake.inbox_record import RefusedError

SHOWN_CONTEXT: Final = ("ge", "le", "gt", "lt", "min_length", "max_length", "expected")
"""Parts of an error's context that are limits of our schema; everything else there may come from the sender."""

SIMILAR: Final = 0.75
"""From this likeness on (`difflib` ratio) an unknown field is shown: it is then one of ours, misspelt."""

HIDDEN: Final = "?"
"""Stands for an unknown field whose name resembles none of ours: somebody may have put a person's name there."""


def _names(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    """Collect the field names of a model and of all models in it."""
    if model in seen:
        return set()
    seen.add(model)
    names = set(model.model_fields)
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            names |= _names(inner, seen)
    return names


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


_OURS: Final = sorted(name for model in _models_in(InboxBody) for name in _names(model, set()))


def refusal(error: ValidationError) -> RefusedError:
    """Turn the first thing that is wrong into a refusal.

    Returns
    -------
    RefusedError
        ``schema``, or ``not_json`` for text that only a lenient parser took for JSON.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return RefusedError(Reason.NOT_JSON, rule="syntax")
    return RefusedError(Reason.SCHEMA, _path(first), _rule(first))


def _path(error: ErrorDetails) -> str:
    parts = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden" and not difflib.get_close_matches(parts[-1], _OURS, 1, SIMILAR):
        parts[-1] = HIDDEN
    return ".".join(parts)


def _rule(error: ErrorDetails) -> str:
    """Name the rule, with the limits that our schema sets; a sentence of our own validators is shown whole."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return f"value_error: {context.get('error', '')}"
    limits = [f"{name}={context[name]}" for name in SHOWN_CONTEXT if name in context]
    return " ".join([error["type"], *limits])
