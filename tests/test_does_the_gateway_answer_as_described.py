"""Does the gateway answer as described: whatever it is sent, no fault of its own, and every answer as written down."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from linli.schemas.roles import Role
from linli.services.gateway.access import POLICY
from tests.support.gateway import Json, address_of, client_of, token_for
from tests.support.house import House

# Its types are known in part only, so its one user here takes it as it is.
schemathesis: Any = import_module("schemathesis")
modes: Any = import_module("schemathesis.generation").GenerationMode
conforms: Any = import_module("schemathesis.specs.openapi.checks")
faults: Any = import_module("schemathesis.checks")

DESCRIPTION: Final = Path(__file__).parent.parent / "deploy" / "openapi.json"

CHECKS: Final = [
    faults.not_a_server_error,
    conforms.status_code_conformance,
    conforms.content_type_conformance,
    conforms.response_schema_conformance,
]

EXAMPLES: Final = 2
"""Requests per operation, good and bad each: the time is bounded by their number, not by a clock."""

MEETING: Final = 3
"""Requests per operation that name an object that is there: what they find is what can go wrong."""

ENDLESS: Final = "/v1/feed"
"""Not tried here: it has no end. That it tells what happens is tested where orders are."""


def as_text(_: object, value: object) -> bytes:
    """Send generated text as a file."""
    return str(value).encode()


XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

for kind in ("application/x-ndjson", "text/csv", XLSX):
    schemathesis.serializer(kind)(as_text)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Start a house of its own, because what is sent here is nothing that other tests want to find."""
    with House(tmp_path_factory.mktemp("fuzzed"), LINLI_GATEWAY_RATE="1000000") as house:
        yield house


def known_objects(house: House) -> Json:
    """Make a team and a request, so that generated requests also meet something that is there."""
    teams = house.linli("export", "sample-teams").stdout.splitlines()
    house.json("teams", "import", "-", given=teams[0])
    order = json.loads(house.linli("export", "sample-orders", "--count", "1", "--json").stdout)
    with client_of(house, token_for(house, "dispatch_centre", "seed")) as client:
        taken = client.post("/v1/requests", json=order, params={"wait": 20}).json()
    return {"name": taken["request_id"], "command": taken["command"], "team": json.loads(teams[0])["team"]}


def test_no_request_finds_a_fault(fuzzed: House) -> None:
    """Tests every operation with generated requests, good and bad, against the whole running stack."""
    known = known_objects(fuzzed)
    team = ("--team", str(known["team"]))
    tokens = {
        Role.DISPATCH_CENTRE: token_for(fuzzed, "dispatch_centre", "fuzz"),
        Role.ADMINISTRATOR: token_for(fuzzed, "administrator", "fuzz"),
        Role.TEAM_LEAD: token_for(fuzzed, "team_lead", "fuzz", *team),
        Role.OFFICER: token_for(fuzzed, "officer", "fuzz", "--place", "520624001001"),
    }
    described = schemathesis.openapi.from_path(str(DESCRIPTION))
    described.config.update(base_url=address_of(fuzzed))
    tried = 0
    for found in described.get_all_operations():
        operation: Any = found.ok()
        if operation.path == ENDLESS:
            continue
        roles = POLICY.get(operation.definition.raw["operationId"], dict.fromkeys(tokens))
        token = next(token for role, token in tokens.items() if role in roles)
        _try(operation.as_strategy(generation_mode=modes.POSITIVE), token)
        with contextlib.suppress(Unsatisfiable):  # Where nothing is sent, nothing can be wrong with it.
            _try(operation.as_strategy(generation_mode=modes.NEGATIVE), token)
        named = [part for part in known if f"{{{part}}}" in operation.path]
        if named:
            _try(operation.as_strategy(path_parameters={part: known[part] for part in named}), token, MEETING)
        tried += 1
    assert tried == sum(len(methods) for methods in described.raw_schema["paths"].values()) - 1
    log = (fuzzed.state / "logs" / "gateway.log").read_text(encoding="utf-8")
    assert "a request failed" not in log


def _try(cases: SearchStrategy[Any], token: str, examples: int = EXAMPLES) -> None:
    """Send some cases and judge the answers."""

    @settings(
        max_examples=examples,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        database=None,
    )
    @given(case=cases)
    def one(case: Any) -> None:
        response = case.call(headers={"authorization": f"Bearer {token}"}, timeout=40)
        case.validate_response(response, checks=CHECKS)

    one()
