"""Tests that are divided among processes are all run, file by file, and are as red as one after the other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CONFTEST = """
from tests.conftest import NoSkips


def pytest_configure(config):
    config.pluginmanager.register(NoSkips(), "no-skips")
"""

GOOD = "import pytest\n@pytest.mark.parametrize('n', range(5))\ndef test_good(n): pass\n"
SKIPS = "import pytest\n@pytest.mark.skip(reason='later')\ndef test_left_out(): pass\n"


def _ran(folder: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\n")
    for name, text in {"conftest.py": CONFTEST, **files}.items():
        (folder / name).write_text(text)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    divided = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
    return subprocess.run(
        (sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "no:schemathesis", *divided),
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_no_test_is_missed_and_those_of_a_file_stay_together(tmp_path: Path) -> None:
    files = [f"test_{number}.py" for number in range(4)]
    ran = _ran(tmp_path, dict.fromkeys(files, GOOD))
    assert ran.returncode == pytest.ExitCode.OK, ran.stdout
    assert "20 passed" in ran.stdout
    lines = [line for line in ran.stdout.splitlines() if line.startswith("[gw")]
    processes = [{line.partition("]")[0] for line in lines if f" {name}::" in line} for name in files]
    assert [len(of_one_file) for of_one_file in processes] == [1] * 4
    assert len({process for of_one_file in processes for process in of_one_file}) == 2


def test_a_skipped_test_still_counts_as_failed(tmp_path: Path) -> None:
    ran = _ran(tmp_path, {"test_good.py": GOOD, "test_left_out.py": SKIPS})
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    assert "skipped, which counts as failed: test_left_out.py::test_left_out" in ran.stdout
