"""Two builds of one name decide the same: so no source of a decision may change without the name."""

from __future__ import annotations

from pathlib import Path

import pytest

import linli.matcher
import linli.schemas
from linli.streams.build import digest_of_sources

ROOTS = [Path(next(iter(package.__path__))) for package in (linli.schemas, linli.matcher)]


def _copy(to: Path) -> list[Path]:
    """Copy the deciding sources, folder by folder."""
    copies: list[Path] = []
    for number, root in enumerate(ROOTS):
        copy = to / str(number)
        for file in root.rglob("*"):
            if file.suffix in (".py", ".toml"):
                target = copy / file.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
        copies.append(copy)
    return copies


@pytest.mark.parametrize("changed", ["problem.py", "kernels/ruin.py"])
def test_a_changed_source_gives_another_name(tmp_path: Path, changed: str) -> None:
    copies = _copy(tmp_path)
    before = digest_of_sources(copies)
    source = copies[1] / changed
    source.write_bytes(source.read_bytes() + b"\n# another rule\n")
    assert digest_of_sources(copies) != before


def test_a_source_that_moves_to_another_folder_gives_another_name(tmp_path: Path) -> None:
    copies = _copy(tmp_path)
    before = digest_of_sources(copies)
    (copies[1] / "kernels" / "ruin.py").rename(copies[1] / "ruin.py")
    assert digest_of_sources(copies) != before


def test_the_same_sources_elsewhere_have_the_same_name(tmp_path: Path) -> None:
    assert digest_of_sources(_copy(tmp_path)) == digest_of_sources(ROOTS)
