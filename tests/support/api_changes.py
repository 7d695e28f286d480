"""Comparing two descriptions of an API: what of the newer one breaks a client of the older one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Sides:
    """Two descriptions whose references are followed."""

    old: Json
    new: Json

    def followed(self, old: Json, new: Json) -> tuple[Json, Json]:
        """Follow references on both sides."""
        return _followed(old, self.old), _followed(new, self.new)


def breaking(old: Json, new: Json) -> list[str]:
    """List every change that breaks a client, as a place and what happened there."""
    sides = Sides(old, new)
    return [f"{place}: {what}" for place, what in _paths(sides)]


def _paths(sides: Sides) -> Iterator[tuple[str, str]]:
    for path, methods in sides.old["paths"].items():
        for method, operation in methods.items():
            place = f"{method.upper()} {path}"
            newer = sides.new["paths"].get(path, {}).get(method)
            if newer is None:
                yield place, "is gone"
            else:
                yield from _operation(sides, place, operation, newer)


def _operation(sides: Sides, place: str, old: Json, new: Json) -> Iterator[tuple[str, str]]:
    yield from _parameters(sides, place, old, new)
    yield from _request(sides, place, old, new)
    for status, answer in old["responses"].items():
        newer = new["responses"].get(status)
        if newer is None:
            if status.startswith("2"):
                yield f"{place} {status}", "is not answered any more"
            continue
        for kind, content in answer.get("content", {}).items():
            if kind not in newer.get("content", {}):
                yield f"{place} {status}", f"is no {kind} any more"
            elif "schema" in content:
                schemas = (content["schema"], newer["content"][kind]["schema"])
                yield from _answered(sides, f"{place} {status}", *schemas, ())


def _parameters(sides: Sides, place: str, old: Json, new: Json) -> Iterator[tuple[str, str]]:
    known = {(one["in"], one["name"].lower()): one for one in old.get("parameters", [])}
    newer = {(one["in"], one["name"].lower()): one for one in new.get("parameters", [])}
    for key, one in newer.items():
        if one.get("required") and not known.get(key, {}).get("required"):
            yield f"{place} {key[1]}", "is needed now"
    for key, one in known.items():
        if key not in newer:
            yield f"{place} {key[1]}", "is not taken any more"
        else:
            yield from _taken(sides, f"{place} {key[1]}", one["schema"], newer[key]["schema"], ())


def _request(sides: Sides, place: str, old: Json, new: Json) -> Iterator[tuple[str, str]]:
    before, after = old.get("requestBody"), new.get("requestBody")
    if after is not None and before is None and after.get("required"):
        yield f"{place} body", "is needed now"
    if before is None or after is None:
        return
    for kind, content in before["content"].items():
        if kind not in after["content"]:
            yield f"{place} body", f"may be no {kind} any more"
        else:
            yield from _taken(sides, f"{place} body", content["schema"], after["content"][kind]["schema"], ())


def _taken(sides: Sides, place: str, old: Json, new: Json, seen: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Compare what a client may send: nothing that was taken may be refused."""
    if _loops(old, seen):
        return
    seen = (*seen, old.get("$ref", ""))
    old, new = sides.followed(old, new)
    for name in sorted(set(new.get("required", [])) - set(old.get("required", []))):
        yield f"{place}.{name}", "is needed now"
    for name in old.get("properties", {}):
        if name not in new.get("properties", {}):
            yield f"{place}.{name}", "is not taken any more"
    if lost := _kinds(old, sides.old) - _kinds(new, sides.new):
        yield place, f"may not be {', '.join(sorted(lost))} any more"
    yield from _tighter(place, old, new)
    for name, field in old.get("properties", {}).items():
        if name in new.get("properties", {}):
            yield from _taken(sides, f"{place}.{name}", field, new["properties"][name], seen)
    if "items" in old and "items" in new:
        yield from _taken(sides, f"{place}[]", old["items"], new["items"], seen)


def _answered(sides: Sides, place: str, old: Json, new: Json, seen: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Compare what a client is given: nothing that it may rely on may be missing or of another kind."""
    if _loops(old, seen):
        return
    seen = (*seen, old.get("$ref", ""))
    old, new = sides.followed(old, new)
    for name in old.get("properties", {}):
        if name not in new.get("properties", {}):
            yield f"{place}.{name}", "is gone"
        elif name in old.get("required", []) and name not in new.get("required", []):
            yield f"{place}.{name}", "may be missing now"
    kinds = _kinds(old, sides.old)
    if kinds and (more := {kind for kind in _kinds(new, sides.new) - kinds if not kind.startswith("=")}):
        yield place, f"may be {', '.join(sorted(more))} now"
    for name, field in old.get("properties", {}).items():
        if name in new.get("properties", {}):
            yield from _answered(sides, f"{place}.{name}", field, new["properties"][name], seen)
    if "items" in old and "items" in new:
        yield from _answered(sides, f"{place}[]", old["items"], new["items"], seen)


def _tighter(place: str, old: Json, new: Json) -> Iterator[tuple[str, str]]:
    for limit in ("minimum", "minLength", "minItems"):
        if new.get(limit, float("-inf")) > old.get(limit, float("-inf")):
            yield place, f"{limit} went up"
    for limit in ("maximum", "maxLength", "maxItems"):
        if new.get(limit, float("inf")) < old.get(limit, float("inf")):
            yield place, f"{limit} went down"
    if new.get("pattern") not in (None, old.get("pattern")):
        yield place, "has another pattern"


def _kinds(schema: Json, whole: Json) -> set[str]:
    """List the types and the listed values that a schema allows; new listed values in answers are no surprise."""
    schema = _followed(schema, whole)
    kinds = {schema["type"]} if isinstance(schema.get("type"), str) else set[str]()
    kinds |= {f"={value}" for value in (*schema.get("enum", ()), *((schema["const"],) if "const" in schema else ()))}
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        kinds |= _kinds(part, whole)
    return kinds


def _followed(schema: Json, whole: Json) -> Json:
    while "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _loops(schema: Json, seen: tuple[str, ...]) -> bool:
    return "$ref" in schema and schema["$ref"] in seen
