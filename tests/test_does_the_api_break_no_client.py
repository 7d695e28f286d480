"""Does the API break no client: its description is committed, complete, and only ever grows."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from linli.services.gateway.app import make_app
from linli.services.gateway.description import describe
from tests.support.api_changes import breaking

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "deploy" / "openapi.json"
FIRST = ROOT / "tests" / "golden" / "openapi-v1.json"

Json = dict[str, Any]


def read(path: Path) -> Json:
    """Read a description."""
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_the_committed_description_is_the_gateways() -> None:
    """Tests that `linli export openapi > deploy/openapi.json` was run after the last change."""
    assert read(COMMITTED) == describe(make_app())


def test_no_client_of_version_1_is_broken() -> None:
    """Tests today's description against the first one."""
    assert breaking(read(FIRST), describe(make_app())) == []


def test_every_answer_is_described() -> None:
    """Tests that each operation names its problems, and says in a sentence what it does."""
    for path, methods in read(COMMITTED)["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            statuses = set(operation["responses"])
            assert statuses & {"200", "202"}, (method, path)
            if "security" in operation:
                assert {"401", "403", "429"} <= statuses, (method, path)
            if "requestBody" in operation:
                assert {"413", "415", "422"} <= statuses, (method, path)


def _lose_path(api: Json) -> None:
    del api["paths"]["/v1/requests"]


def _lose_field(api: Json) -> None:
    del api["components"]["schemas"]["RequestView"]["properties"]["version"]


def _field_may_be_missing(api: Json) -> None:
    api["components"]["schemas"]["Taken"]["required"].remove("command")


def _answer_may_be_text(api: Json) -> None:
    api["components"]["schemas"]["RequestView"]["properties"]["version"]["type"] = "string"


def _need_a_field(api: Json) -> None:
    api["components"]["schemas"]["Order"]["required"].append("grid")


def _refuse_a_value(api: Json) -> None:
    api["components"]["schemas"]["Beneficiary"]["enum"].remove("other")


def _tighten(api: Json) -> None:
    api["components"]["schemas"]["SourceId" if "SourceId" in api["components"]["schemas"] else "Order"]["properties"][
        "source_id"
    ]["maxLength"] = 10


def _need_a_parameter(api: Json) -> None:
    api["paths"]["/v1/requests"]["get"]["parameters"].append(
        {"name": "reason", "in": "query", "required": True, "schema": {"type": "string"}}
    )


def _lose_a_type(api: Json) -> None:
    content = api["paths"]["/v1/requests"]["post"]["requestBody"]["content"]
    content["text/plain"] = content.pop("application/json")


BREAKS: list[Callable[[Json], None]] = [
    _lose_path,
    _lose_field,
    _field_may_be_missing,
    _answer_may_be_text,
    _need_a_field,
    _refuse_a_value,
    _tighten,
    _need_a_parameter,
    _lose_a_type,
]


@pytest.mark.parametrize("change", BREAKS, ids=lambda change: change.__name__.strip("_"))
def test_the_comparison_finds_what_breaks(change: Callable[[Json], None]) -> None:
    """Tests the comparison itself: each of these would break somebody."""
    old = read(COMMITTED)
    new = deepcopy(old)
    change(new)
    assert breaking(old, new) != []


def test_what_is_added_breaks_nobody() -> None:
    """Tests that new addresses, new fields of answers and new optional fields of bodies are welcome."""
    old = read(COMMITTED)
    new = deepcopy(old)
    new["paths"]["/v1/new"] = deepcopy(old["paths"]["/v1/me"])
    new["components"]["schemas"]["RequestView"]["properties"]["colour"] = {"type": "string"}
    new["components"]["schemas"]["Order"]["properties"]["colour"] = {"type": "string"}
    assert breaking(old, new) == []
