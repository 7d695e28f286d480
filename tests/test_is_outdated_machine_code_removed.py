"""Is machine code of earlier sources removed at set-up, and never under a process that runs with it?"""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from linli.matcher import compiled
from linli.matcher.outdated_code import IN_USE, remove_outdated
from linli.matcher.search import compile as setting_up

_HOLD = """
import sys
from pathlib import Path
from linli.matcher.outdated_code import hold
hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def _folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir())


def _made(root: Path, *names: str) -> None:
    for name in names:
        (root / name).mkdir()
        (root / name / "code.bare").write_text("machine code")


def test_only_what_is_outdated_goes(tmp_path: Path) -> None:
    """Tests that the current folder and whatever else lies beside it stay."""
    _made(tmp_path, "compiled-1", "compiled-2", "compiled-3", "other-1")
    gone = remove_outdated(tmp_path / "compiled-2")
    assert [path.name for path in gone] == ["compiled-1", "compiled-3"]
    assert _folders(tmp_path) == ["compiled-2", "other-1"]
    assert remove_outdated(tmp_path / "compiled-2") == []


def test_what_a_process_runs_with_stays_until_it_ends(tmp_path: Path) -> None:
    """Tests a folder that another process holds: it stays while that runs, and goes at the next set-up after."""
    _made(tmp_path, "compiled-1", "compiled-2")
    command = [sys.executable, "-c", _HOLD, str(tmp_path / "compiled-1")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert remove_outdated(tmp_path / "compiled-2") == []
        assert (tmp_path / "compiled-1" / "code.bare").exists()
        holder.communicate("", timeout=20)
    assert len(remove_outdated(tmp_path / "compiled-2")) == 1
    assert _folders(tmp_path) == ["compiled-2"]


def test_set_up_removes_it_and_leaves_a_chosen_folder_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that set-up does so even where nothing is to be compiled, but not in a folder that others may share."""
    _made(tmp_path, "compiled-old", "compiled-new")
    monkeypatch.setattr(compiled, "is_warm", lambda: True)
    monkeypatch.setattr(compiled, "cache_folder", lambda: tmp_path / "compiled-new")
    monkeypatch.setenv(compiled.CACHE_SETTING, str(tmp_path))
    setting_up.main()
    assert _folders(tmp_path) == ["compiled-new", "compiled-old"]
    monkeypatch.delenv(compiled.CACHE_SETTING)
    setting_up.main()
    assert _folders(tmp_path) == ["compiled-new"]


def test_a_process_that_solves_holds_its_folder() -> None:
    """Tests that whoever loads machine code holds the folder it comes from."""
    import_module("linli.matcher.kernels.dice")
    assert (compiled.cache_folder() / IN_USE).exists()
