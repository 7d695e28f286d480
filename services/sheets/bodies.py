"""From the data of a line to an event of the inbox, as strictly as intake reads it."""

from __future__ import annotations

from typing import Final, get_args

from pydantic import BaseModel, ValidationError

from linli.schemas.commands import InboxBody
from linli.schemas.dead_letters import Reason
from linli.streams.intake.field_errors import refusal
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.intake.strict_json import Json, as_bytes, path_of_unseen

_MODELS: Final[tuple[type[BaseModel], ...]] = get_args(get_args(InboxBody)[0])
MODEL_OF_KIND: Final = {str(model.model_fields["kind"].default): model for model in _MODELS}
"""The model of every kind of inbox body."""


def body_of(data: Json, kind: str, model: type[BaseModel] | None = None) -> BaseModel:
    """Read one event, or what `model` says it is.

    Raises
    ------
    RefusedError
        If it is none, with the path of the field and the rule.
    """
    model = model or MODEL_OF_KIND.get(kind)
    if model is None:
        raise RefusedError(Reason.UNKNOWN_TYPE, "kind", "not_listed")
    try:
        body = model.model_validate_json(as_bytes({**data, "kind": kind}))
    except ValidationError as error:
        raise refusal(error) from None
    unseen = path_of_unseen(data)
    if unseen is not None:
        raise RefusedError(Reason.SCHEMA, unseen, "unseen_character")
    return body
