"""Logs: one JSON object per line, ours and the libraries', each with process, level and time; and the build's name."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from linli.streams.build import build_name
from linli.streams.log_lines import log_for, set_up_logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Send all logs to a text, and back where they were."""
    before, level = logging.root.handlers[:], logging.root.level
    text = io.StringIO()
    set_up_logs("dispatcher-3", stream=text)
    yield text
    logging.root.handlers[:] = before
    logging.root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def read(text: io.StringIO) -> list[dict[str, Any]]:
    """Read the lines as objects."""
    return [json.loads(line) for line in text.getvalue().splitlines()]


def test_every_line_is_an_object_with_the_same_fields(lines: io.StringIO) -> None:
    """Tests that our lines and a library's have process, level, time and event, and keep Chinese readable."""
    log_for("loop").info("回合", number=7)
    log_for("loop").debug("too fine to be written")
    logging.getLogger("aiokafka.client").warning("Topic %s is not available", "inbox")
    ours, theirs = read(lines)
    assert (ours["event"], ours["number"], ours["part"]) == ("回合", 7, "loop")
    assert theirs["event"] == "Topic inbox is not available"
    assert "回合" in lines.getvalue()
    for line in (ours, theirs):
        assert line["process"] == "dispatcher-3"
        assert {"level", "timestamp", "event"} <= set(line)


def test_an_exception_is_one_line(lines: io.StringIO) -> None:
    """Tests that a traceback stays inside its line."""
    try:
        raise ValueError("wrong")
    except ValueError:
        log_for("loop").exception("failed")
    [line] = read(lines)
    assert "ValueError: wrong" in line["exception"]


def test_a_build_has_a_name_that_stays() -> None:
    """Tests that version and digest name the build, the same each time."""
    version, _, digest = build_name().partition("+")
    assert version[0].isdigit()
    assert len(digest) == 12
    assert build_name() == build_name()
