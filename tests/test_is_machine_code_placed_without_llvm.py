"""Machine code is placed in memory without LLVM where its objects are known, and means the same as LLVM's placing."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from struct import pack_into, unpack_from

import pytest

from linli.matcher import compiled
from linli.matcher.bare_code import kept_code
from linli.matcher.installed import release
from linli.matcher.placed_object import placed

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="elsewhere all is left to LLVM"
)

_PROGRAM, _ADDRESSES = 1, 4
"""Kinds of sections that are known: what is loaded, and addresses to be filled in."""

_SOLVE = """
import sys
from linli.matcher import bare_code
from linli.matcher.problem import Plan
from linli.matcher.search.solve import Limits, solve
from linli.matcher.search.warm_start import run_example
from tests.support.problems import day, later

if sys.argv[1] == "llvm":
    bare_code.placed = lambda code, symbol: None
run_example()
problem = day(12, 120, 1, 3)
first = solve(problem, Plan(), Limits(20_000, threads=2), 1)
print(first.plan, solve(later(problem, first.plan, 3), first.plan, Limits(20_000), 1).plan)
print("llvmlite" in sys.modules, file=sys.stderr)
"""


def _objects() -> list[tuple[str, bytes]]:
    """Return all machine code of this installation, each with the name of its function."""
    found = [kept_code(file) for file in sorted(compiled.cache_folder().glob("*.bare"))]
    assert None not in found
    return [one for one in found if one is not None]


def _one_object() -> tuple[str, bytes]:
    return next((symbol, code) for symbol, code in _objects() if "placing.find" in symbol)


def _said(how: str) -> tuple[str, str]:
    root = Path(__file__).parents[1]
    run = subprocess.run([sys.executable, "-c", _SOLVE, how], capture_output=True, text=True, check=True, cwd=root)
    return run.stdout, run.stderr.strip()


def test_every_function_is_placed_without_llvm() -> None:
    """Tests that nothing that set-up compiles asks for more than is known."""
    objects = _objects()
    assert len(objects) > 15
    assert [symbol for symbol, code in objects if not placed(code, symbol)] == []


def test_placed_either_way_the_code_gives_the_same_plans() -> None:
    """Tests plans, a second round's included, with code that was placed here against code that LLVM placed."""
    (ours, without), (theirs, with_llvm) = _said("alone"), _said("llvm")
    assert (without, with_llvm) == ("False", "True")
    assert ours == theirs


def test_what_is_not_known_is_left_to_llvm() -> None:
    """Tests objects of another system, of another processor, of other relocations, and a function that is not there."""
    symbol, code = _one_object()
    for other, why in (
        (b"\xcf\xfa\xed\xfe" + code[4:], "no ELF of 64 bits"),
        (_changed(code, 18, "<H", 183), "another processor"),
        (_of_other_relocations(code), "relocation of kind 255"),
        (_of_other_sections(code, _PROGRAM, 14), "section of kind 14"),
        (_of_other_sections(code, _ADDRESSES, 9), "section of kind 9"),
    ):
        with pytest.warns(RuntimeWarning, match=f"placing.*left to LLVM.*{why}"):
            assert placed(other, symbol) is None
    with pytest.warns(RuntimeWarning, match="nothing is left to LLVM"):
        assert placed(code, "nothing") is None


def test_what_is_cut_short_is_refused_wherever_it_was_cut() -> None:
    """Tests that half an object is never placed and never fails in another way, nor one whose table points outside."""
    symbol, code = _one_object()
    cuts = [code[:size] for size in (0, 10, 63, 64, 100, *range(128, len(code), len(code) // 40), len(code) - 1)]
    for cut in (*cuts, _changed(code, 40, "<Q", 1 << 40), _changed(code, 60, "<H", 0)):
        with pytest.warns(RuntimeWarning, match="left to LLVM"):
            assert placed(cut, symbol) is None


def _changed(code: bytes, at: int, kind: str, value: int) -> bytes:
    changed = bytearray(code)
    pack_into(kind, changed, at, value)
    return bytes(changed)


def _of_other_sections(code: bytes, from_kind: int, to_kind: int) -> bytes:
    """Return an object whose sections of a kind that is used are of another one."""
    (table,), (many,) = unpack_from("<Q", code, 40), unpack_from("<H", code, 60)
    for at in range(table, table + 64 * many, 64):
        if unpack_from("<I", code, at + 4) == (from_kind,):
            code = _changed(code, at + 4, "<I", to_kind)
    return code


def _of_other_relocations(code: bytes) -> bytes:
    """Return an object with every relocation of a kind that nobody knows."""
    changed = bytearray(code)
    (table,), (many,) = unpack_from("<Q", code, 40), unpack_from("<H", code, 60)
    for section in range(many):
        _, kind, _, _, offset, size, *_ = unpack_from("<IIQQQQIIQQ", code, table + 64 * section)
        if kind == 4:
            for at in range(offset, offset + size, 24):
                (about,) = unpack_from("<Q", code, at + 8)
                pack_into("<Q", changed, at + 8, about | 0xFF)
    return bytes(changed)


@pytest.mark.parametrize("library", ["numba", "llvmlite", "numpy", "ortools"])
def test_a_release_is_what_the_installer_says(library: str) -> None:
    """Tests that the name of a record's folder tells the same release as what is in it."""
    assert release(library) == version(library)
