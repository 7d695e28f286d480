"""What callers send: read as strictly as intake reads, with what the address and the token already say filled in."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from linli.schemas.dead_letters import Reason
from linli.schemas.errors import Code, LinliError
from linli.services.gateway.description import JSON
from linli.streams.intake.field_errors import refusal
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.intake.strict_json import Json, as_bytes, parse, path_of_unseen

Model = TypeVar("Model", bound=BaseModel)


def stated_type(request: Request) -> str:
    """Give the type that a body is said to be of."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request, bytes_max: int | None = None) -> Json:
    """Read the body as one JSON object.

    Raises
    ------
    LinliError
        ``media_type`` for another type.
    RefusedError
        As `linli.streams.intake.strict_json.parse`.
    """
    if stated_type(request) != JSON:
        raise LinliError(Code.MEDIA_TYPE, types=JSON)
    body = await request.body()
    return parse(body) if bytes_max is None else parse(body, bytes_max)


def as_model(model: type[Model], data: Json, **filled: Any) -> Model:
    """Check an object against a model.

    Parameters
    ----------
    model
        What it should be.
    data
        What was sent.
    filled
        Fields that are known without asking; whoever sends one of them is told that it is not theirs to say.

    Raises
    ------
    RefusedError
        ``schema``, with the field and the rule.
    """
    for name in filled:
        if name in data:
            raise RefusedError(Reason.SCHEMA, name, "said_by_the_address_or_the_token")
    try:
        found = model.model_validate_json(as_bytes({**data, **filled}))
    except ValidationError as error:
        raise refusal(error) from None
    unseen = path_of_unseen(data)
    if unseen is not None:
        raise RefusedError(Reason.SCHEMA, unseen, "unseen_character")
    return found
