"""The search's machine code is made at set-up and at no other time, and where it is missing insertion decides."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from linli.matcher import compiled
from linli.matcher.bare_code import StandingCall, ready
from linli.matcher.kernels.carve import copy_ways
from linli.matcher.kernels.layout import Notes, State, World
from linli.matcher.kernels.search import search
from linli.matcher.model import Model
from linli.matcher.problem import Plan
from linli.matcher.search import annealing
from linli.matcher.search.solve import Limits, solve
from linli.matcher.timetable import Timetable
from tests.support.problems import day, later, small
from tests.support.solving import searched

ROOT = str(Path(__file__).parents[1])

ALONE = sys.platform == "linux" and platform.machine() == "x86_64"
"""Whether machine code is placed without LLVM."""

_SOLVE = """
import sys
from linli.matcher import compiled
from linli.matcher.exact.bound import bound_served
from linli.matcher.checker import check
from linli.matcher.problem import Plan
from linli.matcher.search.solve import Limits, solve
from linli.matcher.search.warm_start import run_example
from tests.support.problems import day, later, small

for problem in (small(8, 9, 3), small(7, 14, 4), day(12, 120, 1, 3)):
    result = solve(problem, Plan(), Limits(20_000, threads=2), 1)
    result = solve(later(problem, result.plan, 3), result.plan, Limits(20_000), 1)
    assert check(problem, solve(problem, Plan(), Limits(2_000), 1).plan) == []
bound_served(small(7, 14, 4))
run_example()
print("numba" in sys.modules, result.report.engine, compiled.compiled_now(), compiled.is_warm())
"""


_LOADED = """
import sys
from linli.services.solving.limits import Allowance, solve_within
from tests.support.problems import day

print(solve_within(day(12, 120, 1), Allowance(work=20_000)).report.engine, "numba" in sys.modules)
unwanted = ("pydantic", "ortools", "numpy.ma", "importlib.metadata", "hashlib", "logging")
print([name for name in unwanted if name in sys.modules])
"""


def _run(code: str, *words: str, **environment: str) -> str:
    """Run code in a process of its own and return what it says."""
    env = {**os.environ, "PYTHONPATH": ROOT, **environment}
    return subprocess.run(
        [sys.executable, "-c", code, *words], env=env, capture_output=True, text=True, check=True
    ).stdout


def test_nothing_is_compiled_at_run_time() -> None:
    """Tests that all that a new process needs is there: every function is loaded, none is compiled.

    Search, insertion, trips, days by two, room and bound: nobody loads the compiler.
    """
    assert _run(_SOLVE).split() == ["False", "search", "0", "True"]


def test_a_search_loads_nothing_that_it_does_not_need() -> None:
    """Tests that a plan from an empty process waits for no reader of files, OR-Tools, numba and more of the kind."""
    assert _run(_LOADED).splitlines() == ["search False", "[]"]


def test_the_engines_load_no_pandas() -> None:
    """Tests that what a process that decides loads is what it needs: OR-Tools would bring pandas."""
    said = _run(
        "import sys\n"
        "from linli.matcher.search.warm_start import load_engines\n"
        "load_engines()\n"
        "print([name for name in ('ortools.sat', 'pandas', 'numba', 'llvmlite') if name in sys.modules])\n"
    )
    assert said.strip() == ("['ortools.sat']" if ALONE else "['ortools.sat', 'llvmlite']")


def test_insertion_decides_until_the_code_is_there(tmp_path: Path) -> None:
    """Tests that without machine code nothing is compiled either, that the plan is insertion's, and that it says so."""
    said = _run(
        "from linli.matcher.problem import Plan\n"
        "from linli.matcher.search.solve import Limits, solve\n"
        "from tests.support.problems import day\n"
        "import sys\n"
        "problem = day(12, 120, 1)\n"
        "cold, quick = solve(problem, Plan(), Limits(20_000), 1), solve(problem, Plan(), Limits(0), 1)\n"
        "print(cold.report.engine, cold.plan == quick.plan, 'numba' in sys.modules)\n",
        LINLI_COMPILED=str(tmp_path),
    )
    assert said.strip() == "insertion (cold) True False"


def test_the_answer_is_the_same_with_any_number_of_threads() -> None:
    """Tests that threads change how long an answer takes and nothing about it, promises and begun visits included."""
    problem = day(teams=60, visits=400, seed=5, classes=2)
    answers = [solve(problem, Plan(), Limits(8_000, threads=threads), 3) for threads in (1, 2, 3)]
    assert answers[0].report.engine == "search"
    assert answers[0] == answers[1] == answers[2]
    problem = later(problem, answers[0].plan, 9)
    again = [solve(problem, answers[0].plan, Limits(8_000, threads=threads), 3) for threads in (1, 2)]
    assert again[0] == again[1]


def test_parts_without_a_visit_are_passed_over() -> None:
    """Tests that the search is sound where many teams have nothing to do: some of its parts are empty."""
    for visits in range(4):
        problem = day(teams=90, visits=visits, seed=visits)
        timetable = searched(Timetable(Model(problem)), Limits(3_000), 1)
        assert len(timetable.plan().placed()) == len(solve(problem, Plan(), Limits(0), 1).plan.placed())


def test_a_caller_can_end_the_search() -> None:
    """Tests that the search asks whether time is up, stops when it is, and still answers with a sound plan."""
    problem, asked = day(teams=20, visits=200, seed=2), list[int]()

    def until() -> bool:
        asked.append(1)
        return len(asked) >= 3

    result = solve(problem, Plan(), Limits(10_000_000, until=until), 1)
    assert len(asked) >= 3
    assert result.report.work < 1_000_000
    assert len(result.plan.placed()) > 0


def test_the_search_follows_the_callers_clock() -> None:
    """Tests that with a clock the last phase begins when most of the time is gone, however much work there may be."""
    problem = day(teams=20, visits=200, seed=2)
    shown = iter(range(10, 100_000, 40))
    result = solve(problem, Plan(), Limits(10_000_000, gone=lambda: min(1000, next(shown))), 1)
    assert result.report.engine == "search"
    assert len(result.plan.placed()) > len(solve(problem, Plan(), Limits(0), 1).plan.placed())


def test_by_the_clock_no_part_waits_for_a_slower_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that of two parts one goes on while the other is still at its first few steps."""
    first, ahead, in_time, others = list[int](), Event(), list[bool](), list[int]()

    def steps(world: World, state: State, notes: Notes, ticks: int, warmth: int) -> None:
        first.append(id(notes.numbers))
        if first[0] == id(notes.numbers):
            in_time.append(ahead.wait(timeout=30))
        else:
            others.append(ticks)
            if len(others) == 3:
                ahead.set()
        search(world, state, notes, ticks, warmth)

    monkeypatch.setattr(annealing, "search", steps)
    limits = Limits(10_000_000, gone=lambda: 1_000 if ahead.is_set() else 0, threads=2)
    result = solve(day(teams=54, visits=90, seed=1), Plan(), limits, 1)
    assert result.report.engine == "search"
    assert in_time[0]


def test_a_zero_of_work_is_insertion() -> None:
    """Tests that no work means insertion alone."""
    assert solve(small(3), Plan(), Limits(0), 1).report.engine == "insertion"


_MOVED = """
import sys
from importlib import util
from pathlib import Path
from linli.matcher import compiled
spec = util.spec_from_file_location("a_kernel", sys.argv[1])
module = util.module_from_spec(spec)
sys.modules["a_kernel"] = module
spec.loader.exec_module(module)
print(module.twice(21), compiled.compiled_now())
"""

_LOUD = """
import warnings
warnings.showwarning = lambda message, *_: print("damaged" in str(message))
"""

_KERNEL = """
from linli.matcher.compiled import bare

@bare
def twice(number: int) -> int:
    return 2 * number
"""


def test_a_copied_installation_compiles_nothing(tmp_path: Path) -> None:
    """Tests that machine code serves the same source elsewhere and of another date, as after a copy or a checkout."""
    said = list[str]()
    for place, date in (("here", 1_700_000_000), ("there", 1_800_000_000)):
        source = tmp_path / place / "a_kernel.py"
        source.parent.mkdir()
        source.write_text(_KERNEL)
        os.utime(source, (date, date))
        said.append(_run(_MOVED, str(source), **{compiled.CACHE_SETTING: str(tmp_path / "code")}).strip())
    assert said == ["42 1", "42 0"]


def test_a_damaged_file_of_code_is_told_of_and_compiled_anew(tmp_path: Path) -> None:
    """Tests that code which is not what was written is neither run nor fatal: cut in half, empty, one byte changed."""
    source, folder = tmp_path / "a_kernel.py", tmp_path / "code"
    source.write_text(_KERNEL)
    _run(_MOVED, str(source), **{compiled.CACHE_SETTING: str(folder)})
    [file] = folder.rglob("*.bare")
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:]):
        file.write_bytes(damaged)
        said = _run(_LOUD + _MOVED, str(source), **{compiled.CACHE_SETTING: str(folder)})
        assert said.split() == ["True", "42", "1"]
        assert file.read_bytes() == whole


def test_code_called_without_numba_takes_only_what_it_can_read() -> None:
    """Tests that an array that lies in pieces, or a number with a fraction, is refused instead of misread."""
    ways, places = np.zeros((4, 4), np.int32), np.arange(2, dtype=np.int32)
    for wrong in (ways[:, ::2], np.asfortranarray(ways + np.arange(4, dtype=np.int32)), 1.5, True, None):
        with pytest.raises(TypeError):
            copy_ways(wrong, places, np.zeros((2, 2), np.int32))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_code_called_without_numba_does_what_its_source_says() -> None:
    """Tests arrays of two dimensions, those of one, and that what it writes is seen."""
    ways, among = np.arange(16, dtype=np.int32).reshape(4, 4), np.zeros((2, 2), np.int32)
    copy_ways(ways, np.array((3, 1), np.int32), among)
    assert among.tolist() == [[15, 13], [7, 5]]


def test_what_was_made_ready_is_read_anew_at_every_call() -> None:
    """Tests that arrays made ready once are taken with what they hold at the call, beside others that were not."""
    ways, among = np.arange(16, dtype=np.int32).reshape(4, 4), np.zeros((2, 2), np.int32)
    known = ready(ways)
    for more in (0, 100):
        ways += more
        copy_ways(known, np.array((3, 1), np.int32), ready(among))
        assert among.tolist() == [[15 + more, 13 + more], [7 + more, 5 + more]]
    with pytest.raises(TypeError):
        ready((ways, ways[:, ::2]))


def test_a_call_that_stands_takes_other_last_arguments_of_the_same_kind_alone() -> None:
    """Tests that what is handed over last is taken anew at every call, and refused where it would be misread."""
    ways, places = np.arange(16, dtype=np.int32).reshape(4, 4), np.array((3, 1), np.int32)
    one, other = np.zeros((2, 2), np.int32), np.zeros((2, 2), np.int32)
    call = StandingCall(copy_ways, ready(ways), ready(places), ready(one))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    call(ready(other))
    assert (one.tolist(), other.tolist()) == ([[0, 0], [0, 0]], [[15, 13], [7, 5]])
    call(ready(one))
    assert one.tolist() == other.tolist()
    with pytest.raises(TypeError):
        call(ready(one.astype(np.int64)))


_HEAPS = """
import ctypes, sys
from pathlib import Path
from linli.services.solving.limits import Allowance, solve_within
from tests.support.problems import day

solve_within(day(60, 300, 1), Allowance(work=20_000, threads=3))
libc = ctypes.CDLL(None)
libc.fopen.restype, libc.malloc_info.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p)
libc.fclose.argtypes = (ctypes.c_void_p,)
file = libc.fopen(sys.argv[1].encode(), b"w")
libc.malloc_info(0, file)
libc.fclose(file)
print(Path(sys.argv[1]).read_text().count("<heap nr="))
"""


@pytest.mark.skipif("glibc" not in platform.libc_ver(), reason="a setting of glibc")
def test_threads_of_a_search_share_one_heap(tmp_path: Path) -> None:
    """Tests that the threads of a process that solves a file keep no memory to themselves."""
    assert _run(_HEAPS, str(tmp_path / "heaps.xml")).strip() == "1"
