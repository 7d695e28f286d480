"""A file is there whole or not at all, whoever writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from linli.matcher.whole_file import write_whole


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Tests that what was there is replaced, and that nothing is left beside it."""
    file = tmp_path / "sheet.csv"
    for content in (b"long before", b"now"):
        write_whole(file, content)
        assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_nothing_beside_it(tmp_path: Path) -> None:
    """Tests that a write that fails at the last step, or at the first, says so and leaves everything as it was."""
    (tmp_path / "taken").mkdir()
    for file in (tmp_path / "taken", tmp_path / "nowhere" / "sheet.csv"):
        with pytest.raises(OSError, match=file.name):
            write_whole(file, b"now")
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]
