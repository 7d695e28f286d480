"""Does an erasure reach what was refused: does the key of a dead letter's original say which case it is about?"""

from __future__ import annotations

import pytest

from linli.schemas.dead_letters import Reason
from linli.schemas.identity import request_id, standing_id
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.intake.judge import DeadOut, dead_letter, judge
from tests.support.inbox import SECRETS, Json, good_order, record, structured, world

WORLD = world()
UNPAIRED = b'{"source_id": "\\ud800"}'
"""Half of a pair of characters, which is no text."""
OURS = record(good_order())
SOURCE = dict(OURS.headers)["ce_source"].decode()


def about(body: Json, kind: str = "order", reason: Reason = Reason.SCHEMA) -> str | None:
    """Give what the key of a refused record's original says."""
    outcome = judge(record(body, kind), WORLD)
    assert isinstance(outcome, DeadOut)
    assert outcome.letter.reason is reason
    [key] = outcome.subject_keys
    assert outcome.letter.payload is not None
    assert key.key_id == outcome.letter.payload.key_id
    assert not any(secret in key.model_dump_json() for secret in SECRETS)
    return key.about


def test_an_order_that_was_refused_is_found_by_its_number() -> None:
    """Tests one that is malformed, one that is not on the menu, and the same as one JSON object."""
    number = good_order()["source_id"]
    ours = request_id(SOURCE, number)
    assert about({**good_order(), "minutes": "many"}) == ours
    assert about({**good_order(), "category": "no_such_help"}, reason=Reason.NOT_ON_MENU) == ours
    whole = judge(structured({**good_order(), "minutes": "many"}), WORLD)
    assert isinstance(whole, DeadOut)
    assert [key.about for key in whole.subject_keys] == [ours]


@pytest.mark.parametrize(
    ("kind", "body", "named"),
    [
        ("standing", {"order": good_order(), "rule": "FREQ=NEVER"}, standing_id(SOURCE, good_order()["source_id"])),
        ("cancel", {"target": {"source_id": "N-7"}, "colour": "red"}, request_id(SOURCE, "N-7")),
        ("cancel", {"target": {"request_id": "r-abc"}, "colour": "red"}, "r-abc"),
        ("record", {"order": good_order(), "colour": "red"}, request_id(SOURCE, good_order()["source_id"])),
        ("decline", {"offer": "r-abc.0.1", "note": "x" * 5_000}, "r-abc"),
        ("standing_change", {"standing": "s-abc", "step": "fly"}, "s-abc"),
        ("told", {"delivery": "d-abc", "outcome": "unsure"}, "d-abc"),
    ],
)
def test_what_names_a_case_is_found_by_it(kind: str, body: Json, named: str) -> None:
    """Tests every way to name one; what was written beside it goes with the person."""
    assert about(body, kind) == named


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"source_id": 7},
        {"source_id": ""},
        {"target": "r-abc"},
        {"target": {"request_id": "王秘密某 13900007777"}},
        {"target": {"request_id": ["r-abc"]}},
        {"target": {}},
        {"offer": "..."},
        {"order": [1]},
        {"source_id": "x" * 129},
        {"standing": None},
    ],
)
def test_what_names_none_has_none(body: Json) -> None:
    """Tests what is missing or of another kind; nothing that a stranger wrote is taken over."""
    assert about(body, "cancel") is None


def test_what_judging_failed_on_is_not_looked_into_again() -> None:
    """Tests that whatever broke intake before cannot break it once more as its dead letter is written."""
    refused = RefusedError(Reason.INTERNAL, rule="judging_failed")
    assert [key.about for key in dead_letter(OURS, WORLD, refused, 3).subject_keys] == [None]


@pytest.mark.parametrize("value", [b"", b"{", b"\xff", b"[]", b'{"source_id": "N-1", "source_id": "N-1"}', UNPAIRED])
def test_what_cannot_be_read_has_none(value: bytes) -> None:
    """Tests bytes that are no event."""
    outcome = judge(record(value), WORLD)
    assert isinstance(outcome, DeadOut)
    assert [key.about for key in outcome.subject_keys] == [None]
