"""Asks whether a record is always the same bytes, and whether every reader of CloudEvents understands it."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from linli.schemas.commands import Command
from linli.schemas.orders import Cancel, Target
from linli.schemas.topics import COMMANDS, INBOX
from linli.streams.codec import decode, decode_as, encode, headers_of, meta_of

MOMENT = datetime(2026, 3, 16, 9, 30, 15, 250_000, UTC)

printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def a_command(request_id: str | None = "r-1") -> Command:
    body = Cancel(target=Target(source_id="单号-1"), reason="家人已回家")
    return Command(
        id="inbox-0-7",
        district="520624",
        source="hotline",
        received_at=MOMENT,
        request_id=request_id,
        body=body,
    )


@given(source=printable, event_id=printable, time=st.datetimes(timezones=st.just(UTC)))
def test_headers_are_those_of_the_cloudevents_sdk(source: str, event_id: str, time: datetime) -> None:
    """Tests that our own headers are those the SDK would write, whatever the source, id and time."""
    ours = headers_of(event_type="linli.command.v1", source=source, event_id=event_id, time=time)
    attributes = {"specversion": "1.0", "id": event_id, "source": source, "type": "linli.command.v1", "time": time}
    theirs = to_binary(CloudEvent({**attributes, "datacontenttype": "application/json"}, {}), JSONFormat())
    assert dict(ours) == theirs.headers
    assert len(ours) == len(theirs.headers)


def test_the_sdk_reads_what_we_write() -> None:
    """Tests that a reader that knows nothing but CloudEvents sees the event whole, Chinese included."""
    encoded = encode(a_command(), event_type="linli.command.v1", source="linli/intake", event_id="e", time=MOMENT)
    event = from_binary(KafkaMessage(dict(encoded.headers), None, encoded.value), JSONFormat())
    assert (event.get_id(), event.get_type(), event.get_source()) == ("e", "linli.command.v1", "linli/intake")
    assert event.get_time() == MOMENT
    data = event.get_data()
    assert isinstance(data, dict)
    assert data["body"]["reason"] == "家人已回家"


@pytest.mark.parametrize("request_id", ["r-1", None])
def test_a_record_comes_back_and_its_bytes_stay(request_id: str | None) -> None:
    """Tests that decoding gives the same model, nulls included, and that encoding it again changes no byte."""
    command = a_command(request_id)
    first = encode(command, event_type="linli.command.v1", source="linli/intake", event_id="e", time=MOMENT)
    again = decode(COMMANDS, first.value)
    assert again == command
    assert decode("commands", first.value) == decode_as(Command, first.value) == command
    assert encode(again, event_type="linli.command.v1", source="linli/intake", event_id="e", time=MOMENT) == first


def test_equal_instants_have_equal_bytes() -> None:
    """Tests that a time given in another zone is written as the same bytes."""
    there = MOMENT.astimezone(timezone(timedelta(hours=8)))
    assert headers_of(event_type="t", source="s", event_id="i", time=there) == headers_of(
        event_type="t", source="s", event_id="i", time=MOMENT
    )


def test_meta_is_what_was_written() -> None:
    """Tests that the headers are read back."""
    meta = meta_of(headers_of(event_type="linli.command.v1", source="linli/intake", event_id="x", time=MOMENT))
    assert meta is not None
    assert (meta.id, meta.type, meta.source, meta.time) == ("x", "linli.command.v1", "linli/intake", MOMENT)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("ce_id", b"1"), ("ce_type", b"t")],
        [("ce_id", b"\xff"), ("ce_type", b"t"), ("ce_source", b"s")],
        [("ce_id", b"1"), ("ce_type", b"t"), ("ce_source", b"s"), ("ce_time", b"yesterday")],
    ],
)
def test_headers_that_are_no_event_are_none(headers: list[tuple[str, bytes]]) -> None:
    """Tests that missing, broken or half headers are told from an event."""
    assert meta_of(headers) is None


def test_a_topic_of_many_models_is_not_guessed() -> None:
    """Tests that the inbox cannot be decoded without saying as what."""
    with pytest.raises(KeyError, match="decode_as"):
        decode(INBOX, json.dumps({}).encode())
