"""Can old events still be read: the golden corpus, the committed JSON Schemas, and the list of forbidden changes."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import cast, get_args

import jsonschema
import pytest

from linli.schemas.commands import InboxBody
from linli.schemas.event_types import INBOX_KINDS, TYPE_OF_KIND
from linli.schemas.evolution import forbidden_changes
from linli.schemas.json_schemas import INBOX_MODELS, WIRE_MODELS, as_text, json_schema, json_schemas
from linli.schemas.lifecycle import State
from linli.schemas.topics import TOPICS
from tests.support.examples import examples, statuses_known

GOLDEN = Path(__file__).parent / "golden"
SCHEMAS = Path(__file__).parent.parent / "schemas" / "json"
EVENTS = sorted((GOLDEN / "events").glob("*.json"))
FIRST = sorted((GOLDEN / "schemas-v1").glob("*.json"))
RENEW = "run `python tests/golden/renew.py` if the change is wanted"


def _event(path: Path) -> tuple[str, object]:
    event = json.loads(path.read_text(encoding="utf-8"))
    return event["type"], event["data"]


def _is_within(old: object, new: object) -> bool:
    """Tell whether everything an old event said is still said; what newer builds add does not matter."""
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = cast(dict[str, object], old), cast(dict[str, object], new)
        return all(name in after and _is_within(value, after[name]) for name, value in before.items())
    if isinstance(old, list) and isinstance(new, list):
        here, there = cast(list[object], old), cast(list[object], new)
        return len(here) == len(there) and all(map(_is_within, here, there))
    return old == new


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_every_golden_event_is_read_and_written_back(path: Path) -> None:
    """Tests that today's model reads an old event, keeps all it says, and reads its own writing to the same."""
    event_type, data = _event(path)
    model = WIRE_MODELS[event_type]
    read = model.model_validate_json(json.dumps(data))
    written = read.model_dump_json()
    assert model.model_validate_json(written) == read
    assert _is_within(data, json.loads(written))


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_every_golden_event_fits_its_json_schema(path: Path) -> None:
    """Tests that the schemas we publish accept what we accept."""
    event_type, data = _event(path)
    jsonschema.Draft202012Validator(json_schema(event_type)).validate(data)


def test_the_corpus_has_an_example_of_everything() -> None:
    """Tests that every event type, inbox kind and status of a request has its golden file."""
    names = {path.stem for path in EVENTS}
    assert set(examples()) <= names, RENEW
    assert {_event(path)[0] for path in EVENTS} == set(WIRE_MODELS)
    assert {f"inbox-{kind}" for kind in INBOX_KINDS.values()} <= names
    assert {f"assignment-{state}" for state in set(State) - {State.SUBMITTED}} <= names
    assert len(statuses_known()) == len(set(State) - {State.SUBMITTED})


def test_every_wire_model_has_a_schema() -> None:
    """Tests that neither an inbox body nor a topic's value was forgotten."""
    bodies = set(get_args(get_args(InboxBody)[0]))
    assert bodies == set(INBOX_MODELS.values())
    assert set(INBOX_MODELS) == set(TYPE_OF_KIND)
    assert {topic.value for topic in TOPICS if topic.value is not None} <= set(WIRE_MODELS.values())


def test_committed_schemas_are_those_of_the_models() -> None:
    """Tests that ``schemas/json`` says what the models say."""
    committed = {path.stem: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}
    made = {name: as_text(schema) for name, schema in json_schemas().items()}
    assert set(committed) == set(made), RENEW
    assert [name for name in made if committed[name] != made[name]] == [], RENEW


@pytest.mark.parametrize("path", FIRST, ids=lambda path: path.stem)
def test_no_schema_has_changed_in_a_forbidden_way(path: Path) -> None:
    """Tests today's schemas against the frozen first ones."""
    first = json.loads(path.read_text(encoding="utf-8"))
    assert path.stem in WIRE_MODELS, f"the event type {path.stem} is gone; give the new one another version"
    assert forbidden_changes(first, json_schema(path.stem)) == [], "give the changed event another version"


def test_the_first_schemas_are_there() -> None:
    """Tests that the frozen copies were not removed."""
    assert {path.stem for path in FIRST} <= set(WIRE_MODELS)
    assert len(FIRST) >= 27


BASE: dict[str, object] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-z]+$"},
        "stars": {"type": "integer", "minimum": 1, "maximum": 5},
        "share": {"type": "number"},
        "note": {"anyOf": [{"type": "string", "maxLength": 500}, {"type": "null"}]},
        "mode": {"$ref": "#/$defs/Mode"},
        "tags": {"type": "array", "maxItems": 8, "items": {"type": "string"}},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        "body": {
            "discriminator": {"propertyName": "kind"},
            "oneOf": [{"$ref": "#/$defs/Start"}, {"$ref": "#/$defs/Stop"}],
        },
    },
    "$defs": {
        "Mode": {"type": "string", "enum": ["auto", "confirm"]},
        "Start": {"type": "object", "title": "Start", "properties": {"kind": {"const": "start"}}},
        "Stop": {
            "type": "object",
            "title": "Stop",
            "properties": {"kind": {"const": "stop"}, "reason": {"type": "string"}},
        },
    },
}

Change = tuple[str, object]
GONE = object()


def _step(spot: object, step: str) -> object:
    if isinstance(spot, list):
        return cast(list[object], spot)[int(step)]
    return cast(dict[str, object], spot)[step]


def _changed(path: str, value: object) -> dict[str, object]:
    """Return the schema with a value set, or taken away, at a slashed path."""
    schema = deepcopy(BASE)
    *steps, last = path.split("/")
    spot: object = schema
    for step in steps:
        spot = _step(spot, step)
    target = cast(dict[str, object], spot)
    if value is GONE:
        del target[last]
    else:
        target[last] = value
    return schema


FORBIDDEN: dict[str, tuple[Change, str]] = {
    "field removed": (("properties/stars", GONE), "$.stars: the field was removed"),
    "required field added": (("required", ["id", "new"]), "$.new: the field was optional or unknown"),
    "optional made required": (("required", ["id", "stars"]), "$.stars: the field was optional"),
    "type changed": (("properties/id/type", "integer"), "$.id: the type string was allowed"),
    "number narrowed": (("properties/share/type", "integer"), "$.share: the type number was allowed"),
    "null removed": (("properties/note", {"type": "string", "maxLength": 500}), "$.note: the variant"),
    "enum value removed": (("$defs/Mode/enum", ["auto"]), "$.mode: the value 'confirm' was removed"),
    "enum introduced": (("properties/id/enum", ["a"]), "$.id: values were free"),
    "upper limit tightened": (("properties/id/maxLength", 32), "$.id: maxLength was 64 and is 32"),
    "lower limit tightened": (("properties/stars/minimum", 2), "$.stars: minimum was 1 and is 2"),
    "limit introduced": (("properties/share/maximum", 1), "$.share: maximum was absent and is 1"),
    "limit inside a union": (("properties/note/anyOf/0/maxLength", 400), "$.note: the variant"),
    "elements limited": (("properties/tags/items/maxLength", 9), "$.tags[]: maxLength was absent"),
    "array limited": (("properties/tags/maxItems", 4), "$.tags: maxItems was 8 and is 4"),
    "pattern changed": (("properties/id/pattern", "^[a-f]+$"), "$.id: pattern was '^[a-z]+$'"),
    "format introduced": (("properties/id/format", "uuid"), "$.id: format was absent"),
    "mapping narrowed": (("properties/counts/additionalProperties/minimum", 0), "$.counts.*: minimum"),
    "place in a tuple narrowed": (("properties/pair/prefixItems/1/type", "string"), "$.pair[1]: the type integer"),
    "discriminator changed": (("properties/body/discriminator/propertyName", "type"), "$.body: the discriminator"),
    "variant removed": (("properties/body/oneOf", [{"$ref": "#/$defs/Stop"}]), "$.body: the variant <Start>"),
    "variant narrowed": (("$defs/Stop/required", ["reason"]), "$.body<Stop>.reason: the field was optional"),
    "constant changed": (("$defs/Start/properties/kind/const", "begin"), "$.body<Start>.kind: the value 'start'"),
}
"""Each forbidden change with the beginning of what must be said about it."""

ALLOWED: dict[str, Change] = {
    "nothing": ("title", "Same"),
    "optional field added": ("properties/new", {"type": "string"}),
    "required made optional": ("required", []),
    "integer widened": ("properties/stars/type", "number"),
    "made nullable": ("properties/stars", {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}),
    "enum value added": ("$defs/Mode/enum", ["auto", "confirm", "suggest"]),
    "enum freed": ("properties/mode", {"type": "string"}),
    "upper limit widened": ("properties/id/maxLength", 128),
    "lower limit widened": ("properties/stars/minimum", 0),
    "limit removed": ("properties/id/minLength", GONE),
    "pattern removed": ("properties/id/pattern", GONE),
    "variant added": (
        "properties/body/oneOf",
        [{"type": "object", "title": "New"}, {"$ref": "#/$defs/Stop"}, {"$ref": "#/$defs/Start"}],
    ),
    "unknown fields ignored": ("additionalProperties", True),
    "description": ("properties/id/description", "other words"),
}
"""Changes after which every old event is still valid."""


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_forbidden_change_is_named(name: str) -> None:
    """Tests that each rule sees its change, and that nothing else is said."""
    change, said = FORBIDDEN[name]
    found = forbidden_changes(BASE, _changed(*change))
    assert len(found) == 1
    assert found[0].startswith(said)


def test_refusing_unknown_fields_is_forbidden() -> None:
    """Tests that a model that ignored unknown fields may not begin to refuse them."""
    found = forbidden_changes(_changed("additionalProperties", True), BASE)
    assert found == ["$: unknown fields were ignored and are refused now"]


@pytest.mark.parametrize("name", ALLOWED)
def test_a_harmless_change_passes(name: str) -> None:
    """Tests that widening is free, and that each forbidden change has a harmless twin."""
    assert forbidden_changes(BASE, _changed(*ALLOWED[name])) == []
