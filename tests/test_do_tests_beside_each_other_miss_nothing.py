"""Tests that run in several processes are all run, all reported, and red whenever one after the other they would be."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.side_by_side import SHARED

ROOT = Path(__file__).parents[1]

CONFTEST = """
import os
from pathlib import Path

import pytest

from tests.support.side_by_side import SideBySide


def pytest_configure(config):
    if workers := int(os.environ["WORKERS"]):
        config.pluginmanager.register(SideBySide(workers), "side-by-side")


@pytest.fixture(scope="session")
def server():
    yield
    with Path("put-away").open("a") as file:
        file.write("x")


@pytest.fixture(scope="session")
def %s():
    with Path("started").open("a") as file:
        file.write("x")
    yield
    raise RuntimeError("lost and doubled")


@pytest.fixture(scope="module")
def falls():
    yield
    raise RuntimeError("the server fell")
"""

GOOD = """
import pytest

@pytest.mark.parametrize("n", range(5))
def test_good(n, tmp_path):
    print("to the good")
"""

MIXED = {
    "test_good.py": GOOD,
    "test_bad.py": "def test_bad():\n    print('what the bad one said')\n    assert 1 == 3\ndef test_after(): pass\n",
    "test_broken.py": "import pytest\n@pytest.fixture\ndef broken(): 1 / 0\ndef test_broken(broken): pass\n",
    "test_left_out.py": "import pytest\n@pytest.mark.skip(reason='later')\ndef test_left_out(): pass\n",
    "test_warns.py": "import warnings\ndef test_warns(): warnings.warn('mind the gap', UserWarning)\n",
    "test_falls.py": "def test_falls(falls): pass\n",
}

DIES = """
import os
import signal

def test_dies():
    os.kill(os.getpid(), signal.SIGKILL)
"""

WAITS = """
import time
from pathlib import Path

def test_waits(server):
    Path("waits").touch()
    time.sleep(60)
"""

Folder = Callable[[dict[str, str]], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Write a folder of tests."""

    def write(files: dict[str, str]) -> Path:
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        (tmp_path / "conftest.py").write_text(CONFTEST % SHARED[0])
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


def _command(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "-p", "no:schemathesis", *words)


def _environment(workers: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return {**kept, "PYTHONPATH": str(ROOT), "WORKERS": str(workers)}


def _ran(folder: Path, workers: int, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*words), cwd=folder, env=_environment(workers), capture_output=True, text=True, timeout=60, check=False
    )


def _said(ran: subprocess.CompletedProcess[str]) -> list[str]:
    """Give what a run said of every file and test, without times and in one order."""
    lines = (line.partition(" [")[0] for line in ran.stdout.splitlines() if not line.startswith("===="))
    return sorted(line for line in lines if line.startswith(("test_", "FAILED", "ERROR", "SKIPPED")) or "gap" in line)


def test_a_mixed_run_says_the_same_as_one_after_the_other(folder: Folder) -> None:
    where = folder(MIXED)
    one, three = _ran(where, 0), _ran(where, 3)
    assert _said(three) == _said(one)
    assert three.returncode == one.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 failed, 8 passed, 1 skipped, 1 warning, 2 errors" in three.stdout
    assert three.stdout.count("what the bad one said") == one.stdout.count("what the bad one said")
    assert "to the good" not in three.stdout


def test_a_worker_that_dies_makes_the_run_red_and_is_named(folder: Folder) -> None:
    ran = _ran(folder({"test_good.py": GOOD, "test_dies.py": DIES}), 2)
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    assert "a worker died in test_dies.py::test_dies" in ran.stdout


def test_files_that_share_a_server_stay_together_and_are_judged_at_its_end(folder: Folder) -> None:
    asks = f"def test_asks({SHARED[0]}): pass\n"
    where = folder({f"test_{number}.py": asks for number in range(3)} | {"test_good.py": GOOD})
    ran = _ran(where, 3)
    assert "8 passed, 1 error" in ran.stdout
    assert "ERROR test_2.py::test_asks - RuntimeError: lost and doubled" in ran.stdout
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    assert (where / "started").read_text() == "x"


def test_one_failure_is_enough_where_that_is_wanted(folder: Folder) -> None:
    ran = _ran(folder(MIXED), 2, "-x")
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    assert "stopping after 1 failures" in ran.stdout


def test_ctrl_c_puts_the_servers_away(folder: Folder) -> None:
    where = folder({"test_waits.py": WAITS, "test_good.py": GOOD})
    running = subprocess.Popen(_command(), cwd=where, env=_environment(2), stdout=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 30
        while not (where / "waits").exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=30)
    finally:
        running.kill()
    assert running.returncode == pytest.ExitCode.INTERRUPTED, said
    assert (where / "put-away").read_text() == "x"
