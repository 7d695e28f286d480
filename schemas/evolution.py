"""Which changes of a JSON Schema would make an old event unreadable.

The rule: whatever an older build wrote must be valid for a newer one. Adding an optional field, an enum value, a
variant of a union or widening a limit is free; everything that narrows is forbidden.

Notes
-----
Understands the part of JSON Schema that pydantic writes for our models: objects, arrays, unions by ``anyOf`` and
``oneOf``, ``$ref`` into ``$defs``, enums, constants and limits. A recursive model would not end; we have none. An enum
value or variant that is new in what *Linli* writes may still surprise an older reader: consumers are asked to expect
it. A changed default is not seen: our own records are written whole, so it concerns only what a sender leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

Schema = Mapping[str, object]

LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
"""Limits that must not rise or appear."""

UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
"""Limits that must not fall or appear."""

EXACT_KEYWORDS = ("pattern", "format", "multipleOf", "uniqueItems")
"""Keywords that must stay as they are, or vanish."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """The same spot of the old and of the new schema, with its path and the roots for references."""

    path: str
    old: Schema
    new: Schema
    old_root: Schema
    new_root: Schema

    def at(self, step: str, old: object, new: object) -> _Pair:
        """Return the pair one step deeper, references followed."""
        return _Pair(
            f"{self.path}{step}",
            _resolved(_mapping(old), self.old_root),
            _resolved(_mapping(new), self.new_root),
            self.old_root,
            self.new_root,
        )


def forbidden_changes(old_schema: Schema, new_schema: Schema) -> list[str]:
    """Name every change after which an event that was valid may not be.

    Parameters
    ----------
    old_schema, new_schema
        JSON Schemas of the same event type before and after.

    Returns
    -------
    list of str
        One sentence per forbidden change, with the path of the field; empty if old events stay readable.
    """
    top = _Pair("$", old_schema, new_schema, old_schema, new_schema)
    return list(_compare(top.at("", old_schema, new_schema)))


def _compare(pair: _Pair) -> Iterator[str]:
    rules = (_variants,) if _is_union(pair.old) or _is_union(pair.new) else PLAIN_RULES
    for rule in rules:
        yield from rule(pair)


def _types(pair: _Pair) -> Iterator[str]:
    """Type narrowed: every type that was allowed still is."""
    old, new = _type_names(pair.old), _type_names(pair.new)
    if not new:
        return
    for name in sorted(old - new):
        if not (name == "integer" and "number" in new):
            yield f"{pair.path}: the type {name} was allowed and is not any more"
    if not old:
        yield f"{pair.path}: any type was allowed and only {', '.join(sorted(new))} is now"


def _enum(pair: _Pair) -> Iterator[str]:
    """Enum value removed, or a constant changed."""
    old, new = _values(pair.old), _values(pair.new)
    if new is None:
        return
    if old is None:
        yield f"{pair.path}: values were free and are limited to a list now"
        return
    for value in old:
        if value not in new:
            yield f"{pair.path}: the value {value!r} was removed"


def _limits(pair: _Pair) -> Iterator[str]:
    """Limit tightened."""
    for keyword in LOWER_LIMITS:
        old, new = _number(pair.old, keyword), _number(pair.new, keyword)
        if new is not None and (old is None or new > old) and not _is_harmless(keyword, new):
            yield f"{pair.path}: {keyword} was {_said(old)} and is {new:g}"
    for keyword in UPPER_LIMITS:
        old, new = _number(pair.old, keyword), _number(pair.new, keyword)
        if new is not None and (old is None or new < old):
            yield f"{pair.path}: {keyword} was {_said(old)} and is {new:g}"


def _exact(pair: _Pair) -> Iterator[str]:
    """Pattern or format changed."""
    for keyword in EXACT_KEYWORDS:
        old, new = pair.old.get(keyword), pair.new.get(keyword)
        if new is not None and new is not False and new != old:
            yield f"{pair.path}: {keyword} was {_said(old)} and is {new!r}"


def _fields(pair: _Pair) -> Iterator[str]:
    """Field removed, made required, or narrowed."""
    old, new = _mapping(pair.old.get("properties")), _mapping(pair.new.get("properties"))
    for name in sorted(set(old) - set(new)):
        yield f"{pair.path}.{name}: the field was removed"
    for name in sorted(_required(pair.new) - _required(pair.old)):
        yield f"{pair.path}.{name}: the field was optional or unknown and is required now"
    for name in sorted(set(old) & set(new)):
        yield from _compare(pair.at(f".{name}", old[name], new[name]))


def _unknown_fields(pair: _Pair) -> Iterator[str]:
    """Unknown fields refused, or values of a mapping narrowed."""
    old, new = pair.old.get("additionalProperties", True), pair.new.get("additionalProperties", True)
    if new is False and old is not False:
        yield f"{pair.path}: unknown fields were ignored and are refused now"
    elif _mapping(new) and _mapping(old):
        yield from _compare(pair.at(".*", old, new))


def _items(pair: _Pair) -> Iterator[str]:
    """Elements of an array narrowed."""
    if "items" in pair.old and "items" in pair.new:
        yield from _compare(pair.at("[]", pair.old["items"], pair.new["items"]))
    elif "items" in pair.new and "array" in _type_names(pair.old):
        yield f"{pair.path}[]: elements were free and are described now"
    old, new = _sequence(pair.old.get("prefixItems")), _sequence(pair.new.get("prefixItems"))
    for i, (before, after) in enumerate(zip(old, new, strict=False)):
        yield from _compare(pair.at(f"[{i}]", before, after))


def _variants(pair: _Pair) -> Iterator[str]:
    """Variant of a union removed or narrowed, or its discriminator changed."""
    if _tag(pair.old) != _tag(pair.new) and _is_union(pair.old):
        yield f"{pair.path}: the discriminator was {_said(_tag(pair.old))} and is {_said(_tag(pair.new))}"
        return
    for old in _union(pair.old, pair.old_root):
        candidates = [pair.at(_name(old), old, new) for new in _union(pair.new, pair.new_root)]
        reasons = [list(_compare(candidate)) for candidate in candidates]
        if all(reasons):
            yield from _nearest(pair, old, candidates, reasons)


def _nearest(pair: _Pair, old: Schema, candidates: Sequence[_Pair], reasons: Sequence[list[str]]) -> Iterator[str]:
    """Explain a variant that no new one covers: by the new variant of the same name, else as removed."""
    for candidate, why in zip(candidates, reasons, strict=True):
        if _name(candidate.new) == _name(old) and _name(old):
            yield from why
            return
    yield f"{pair.path}: the variant {_name(old) or dict(old)} was removed or narrowed"


Rule = Callable[[_Pair], Iterator[str]]

PLAIN_RULES: tuple[Rule, ...] = (_types, _enum, _limits, _exact, _fields, _unknown_fields, _items)
"""Every rule for a schema that is no union, each of which names one kind of forbidden change."""


def _mapping(value: object) -> Schema:
    return cast(Schema, value) if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[object]:
    return cast(Sequence[object], value) if isinstance(value, list) else ()


def _resolved(schema: Schema, root: Schema) -> Schema:
    """Follow references into ``$defs``; keywords beside a reference stay."""
    while isinstance(reference := schema.get("$ref"), str):
        target = _mapping(_mapping(root.get("$defs")).get(reference.rpartition("/")[2]))
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def _type_names(schema: Schema) -> frozenset[str]:
    named = schema.get("type")
    if isinstance(named, str):
        return frozenset({named})
    return frozenset(str(name) for name in _sequence(named))


def _values(schema: Schema) -> list[object] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(_sequence(schema["enum"])) if "enum" in schema else None


def _number(schema: Schema, keyword: str) -> float | None:
    value = schema.get(keyword)
    return float(value) if isinstance(value, int | float) else None


def _is_harmless(keyword: str, limit: float) -> bool:
    """Tell whether a lower limit forbids nothing: a length of at least zero."""
    return limit <= 0 and keyword.startswith("min") and keyword != "minimum"


def _required(schema: Schema) -> frozenset[str]:
    return frozenset(str(name) for name in _sequence(schema.get("required")))


def _is_union(schema: Schema) -> bool:
    return "anyOf" in schema or "oneOf" in schema


def _union(schema: Schema, root: Schema) -> list[Schema]:
    """Return the variants of a union; a schema that is none counts as its only variant."""
    if not _is_union(schema):
        return [schema]
    variants = [*_sequence(schema.get("anyOf")), *_sequence(schema.get("oneOf"))]
    return [_resolved(_mapping(variant), root) for variant in variants]


def _tag(schema: Schema) -> object:
    return _mapping(schema.get("discriminator")).get("propertyName")


def _name(schema: Schema) -> str:
    title = schema.get("title")
    return f"<{title}>" if isinstance(title, str) else ""


def _said(value: object) -> str:
    if value is None:
        return "absent"
    return f"{value:g}" if isinstance(value, float) else repr(value)
