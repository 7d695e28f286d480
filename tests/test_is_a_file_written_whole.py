"""A file is there whole or not at all, whoever writes it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Thread

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


def test_a_pipe_is_written_to_and_a_link_stays(tmp_path: Path) -> None:
    """Tests that neither a pipe (or a device, as what takes everything) nor a link is replaced by a file."""
    pipe, link, file = tmp_path / "pipe", tmp_path / "link", tmp_path / "file"
    os.mkfifo(pipe)
    read = list[bytes]()
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_whole(pipe, b"now")
    reader.join(timeout=10)
    assert (read, stat.S_ISFIFO(pipe.stat().st_mode)) == ([b"now"], True)
    link.symlink_to(file)
    write_whole(link, b"now")
    assert (link.is_symlink(), file.read_bytes()) == (True, b"now")


def test_what_is_private_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Tests the rights of a private file, also where one that all could read was before."""
    file = tmp_path / "secret"
    for kept in (False, True):
        write_whole(file, b"open", private=False)
        write_whole(file, b"now", private=True, durable=kept)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert list(tmp_path.iterdir()) == [file]
