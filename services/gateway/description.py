"""The API description: OpenAPI 3.1, with every answer there can be."""

from __future__ import annotations

from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from linli.services.gateway.problems import PROBLEM_JSON

JSON: Final = "application/json"

_BODIES: Final[dict[str, tuple[type[BaseModel], tuple[str, ...]]]] = {}

MEANINGS: Final = {
    401: "Nobody is signed in.",
    403: "The role may not do that.",
    404: "There is none within the caller's scope.",
    409: "It changed nothing; the present state is in the answer.",
    410: "It was erased.",
    413: "The body is too large.",
    415: "The body's type is not read here.",
    422: "Something in the request is not valid.",
    429: "Too many requests; see Retry-After.",
    503: "Something is not there; see Retry-After.",
}
"""What each problem's status means."""

TIME_OF_DAY: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"
"""A time of day as it is read and written here."""

ALWAYS: Final = (401, 403, 429)
"""What every route that needs a token can answer."""


class ProblemBody(BaseModel):
    """RFC 9457, with our closed code."""

    type: str
    title: str
    status: int
    code: str
    what_to_do: str


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe answers that are problems."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": MEANINGS[status], "content": {PROBLEM_JSON: {"schema": schema}}} for status in statuses
    }


def also(status: int, model: type[BaseModel], meaning: str) -> dict[int | str, dict[str, Any]]:
    """Describe another good answer."""
    return {status: {"model": model, "description": meaning}}


def may_answer(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that a route for signed-in callers can answer, besides those that all of them can."""
    return problems(*ALWAYS, *statuses)


def body_of(model: type[BaseModel], *filled: str) -> dict[str, Any]:
    """Describe a body: a model without the fields that the address or the token says.

    Notes
    -----
    Bodies are read by ourselves and not by FastAPI, because it reads JSON more leniently than intake does.
    """
    _BODIES[_body_name(model, filled)] = (model, filled)
    schema = {"$ref": f"#/components/schemas/{_body_name(model, filled)}"}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def describe(app: FastAPI) -> dict[str, Any]:
    """Make the description of an application's API; its pages are left out."""
    found = get_openapi(
        title=app.title, version=app.version, openapi_version="3.1.0", summary=app.summary, routes=app.routes
    )
    found["paths"] = {path: methods for path, methods in found["paths"].items() if path.startswith("/v1/")}
    schemas: dict[str, Any] = found.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = {**ProblemBody.model_json_schema(), "title": "Problem", "additionalProperties": True}
    _add_bodies(schemas)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    _add_security(found)
    _correct_times(schemas)
    return found


def _add_bodies(schemas: dict[str, Any]) -> None:
    """Put in the models of the bodies."""
    models = {model for model, _ in _BODIES.values()}
    ordered: list[type[BaseModel]] = sorted(models, key=lambda model: model.__name__)
    _, together = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    defined: dict[str, Any] = together.get("$defs", {})
    whole = {model.__name__ for model, filled in _BODIES.values() if not filled}
    for name, schema in defined.items():
        if name in whole or name not in {model.__name__ for model in ordered}:
            schemas.setdefault(name, schema)
    for name, (model, filled) in sorted(_BODIES.items()):
        schemas[name] = _without(defined[model.__name__], (*filled, "kind"))


def _body_name(model: type[BaseModel], filled: tuple[str, ...]) -> str:
    return f"{model.__name__}Body" if filled else model.__name__


def _without(schema: dict[str, Any], filled: tuple[str, ...]) -> dict[str, Any]:
    kept = {name: field for name, field in schema["properties"].items() if name not in filled}
    needed = [name for name in schema.get("required", []) if name in kept]
    return {**schema, "properties": kept, **({"required": needed} if "required" in schema else {})}


def _correct_times(fields: dict[str, Any]) -> None:
    """Describe a time of day as what it is: JSON Schema's own ``time`` has a zone, working hours are local."""
    if fields.get("format") == "time":
        del fields["format"]
        fields["pattern"] = TIME_OF_DAY
    for inner in fields.values():
        for one in inner if isinstance(inner, list) else [inner]:  # pyright: ignore[reportUnknownVariableType]
            if isinstance(one, dict):
                _correct_times(cast("dict[str, Any]", one))


def _add_security(found: dict[str, Any]) -> None:
    """Say which operations need a token: those that can answer 401."""
    for methods in found["paths"].values():
        for operation in methods.values():
            if "401" in operation["responses"]:
                operation["security"] = [{"token": []}]
