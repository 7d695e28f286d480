"""Is what is wrong with a day of one's own, or with a file of names, said in each language without the other?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from linli.schemas.errors import Both, LinliError
from linli.services.cli.certificate_sheet import NAMES_BYTES_MAX, names_in
from linli.services.simulation import day_file
from linli.services.simulation.day_file import read_day

CHINESE = re.compile("[\u4e00-\u9fff]")
AT = "2026-03-16T08:00:00+08:00"

DAYS = {
    "no_json": b"{",
    "no_object": b"[1]",
    "no_moment": b"{}",
    "no_time": b'{"at": "early"}',
    "a_number_as_time": b'{"at": 8}',
    "no_zone": b'{"at": "2026-03-16T08:00:00"}',
    "no_kind": json.dumps({"at": AT, "kind": "wish"}).encode(),
    "no_event": json.dumps({"at": AT, "kind": "release"}).encode(),
}
"""Lines of a day that are no event."""

NAMES = {
    "no_name": b"m-1\n",
    "twice": "m-1,甲\nm-1,乙\n".encode(),
    "not_utf_8": "m-1,张三\n".encode("gb18030"),
    "too_large": b"m" * (NAMES_BYTES_MAX + 1),
}
"""Files of names that cannot be used."""


def in_one_language_each(error: LinliError) -> Both:
    """Check what is said, and give it."""
    said = error.values["detail"]
    assert isinstance(said, Both)
    assert not CHINESE.search(said.en)
    assert CHINESE.search(said.zh)
    for word in ("Error", "should", "expecting", "codec", "line ", "bytes"):
        assert word not in said.zh
    return said


@pytest.mark.parametrize("name", DAYS)
def test_a_wrong_line_of_a_day_is_named(name: str) -> None:
    """Tests that file and line are said, and what is wrong with it."""
    with pytest.raises(LinliError) as refused:
        read_day(b"\n" + DAYS[name], "day.ndjson")
    said = in_one_language_each(refused.value)
    assert said.en.startswith("day.ndjson:2: ")
    assert "Error" not in said.en


def test_a_day_of_too_many_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests the limit of a day."""
    monkeypatch.setattr(day_file, "EVENTS_MAX", 1)
    with pytest.raises(LinliError) as refused:
        read_day(b"{}\n{}\n", "day.ndjson")
    in_one_language_each(refused.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_names_that_cannot_be_used_says_why(name: str, tmp_path: Path) -> None:
    """Tests every way in which a file of names is wrong; no name is in the sentence."""
    file = tmp_path / "names.csv"
    file.write_bytes(NAMES[name])
    with pytest.raises(LinliError) as refused:
        names_in(file)
    said = in_one_language_each(refused.value)
    assert said.zh.startswith("--names：")
    assert "甲" not in said.zh
