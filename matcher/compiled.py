"""Where compiled code comes from: the one place that knows numba, the processor it compiles for, and its cache.

Machine code is made at set-up by ``python -m linli.matcher.search.compile``, for any processor of the architecture
rather than for the one at hand: the same instructions everywhere give the same plans everywhere, and a cache can be
copied. It lies in a folder named after all that goes into it, so code made from other sources is never taken for it.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from functools import cache, cached_property, update_wrapper
from importlib import import_module
from importlib.util import source_hash
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from linli.matcher import outdated_code
from linli.matcher.installed import release

Function = TypeVar("Function", bound=Callable[..., Any])

CACHE_SETTING = "LINLI_COMPILED"
"""Environment variable that moves the cache, for installations whose own folder cannot be written."""

_HERE = Path(__file__).parent


@cache
def digest() -> str:
    """Return what stands for the sources of all kernels, the compiler and the target, this Python included."""
    made_of = [f"{release('numba')} {release('llvmlite')} {release('numpy')} {platform.machine()}".encode()]
    for source in (Path(__file__), _HERE / "bare_code.py", *sorted((_HERE / "kernels").glob("*.py"))):
        made_of += (source.name.encode(), source.read_bytes())
    return source_hash(b"\0".join(made_of)).hex()


def cache_folder() -> Path:
    """Return where machine code lies: beside the package, as Python's own compiled files do."""
    root = os.environ.get(CACHE_SETTING)
    return (Path(root) if root else _HERE / "__pycache__") / f"compiled-{digest()}"


def _stamp() -> Path:
    return cache_folder() / "complete"


@cache
def is_warm() -> bool:
    """Say whether all machine code is there; until it is, insertion in Python decides. Asked once a process."""
    return _stamp().exists()


def mark_complete() -> None:
    """Note that everything was compiled; for the set-up alone."""
    _stamp().write_text("")
    is_warm.cache_clear()


def remove_outdated() -> None:
    """Remove the machine code of earlier sources, at set-up; a folder that was chosen by a setting may be shared."""
    if not os.environ.get(CACHE_SETTING):
        outdated_code.remove_outdated(cache_folder())


def _aim() -> None:
    """Set the target; numba reads it when it is first imported."""
    os.environ["NUMBA_CPU_NAME"] = "generic"
    os.environ["NUMBA_CPU_FEATURES"] = ""


class Kernel:
    """A function that becomes machine code where another one that does calls it, at set-up.

    Parameters
    ----------
    function : callable
        In the part of Python that numba compiles.
    **options
        For numba's compiler.
    """

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        self.function = function
        self._options = options
        update_wrapper(cast("Callable[..., Any]", self), function)

    @cached_property
    def compiled(self) -> Any:
        """What numba makes of the function."""
        numba: Any = import_module("numba")
        _take_indices_as_they_are()
        return numba.njit(nogil=True, error_model="numpy", **_BARE, **self._options)(self.function)

    @property
    def _numba_type_(self) -> Any:
        """What numba asks for where compiled code calls this function."""
        return self.compiled._numba_type_


def _take_indices_as_they_are() -> None:
    """Have numba not ask at every element whether an index counts from the end: in a kernel none does.

    To ask took a tenth of a search's time, and a register for each length. Whoever compiles kernels compiles nothing
    else, so numba is told for the whole process.
    """
    arrays: Any = import_module("numba.np.arrayobj")
    whole: Any = import_module("numba.core.types")

    def as_it_is(context: Any, builder: Any, kind: Any, index: Any, _length: Any) -> Any:
        return context.cast(builder, index, kind, whole.intp if kind.signed else whole.uintp)

    arrays.fix_integer_index = as_it_is


_BARE: Final = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Nothing is called by numba's own way from Python, and no array is made: counting every array at every touch took most
of the time."""


def kernel(function: Function) -> Function:
    """Have a function compiled for those that call it: no global lock, no bounds checked, integers wrap.

    No index may count from an array's end, for none is asked whether it does. It must not make arrays, for none are
    counted in it; and it cannot be called from Python, see `bare`.
    """
    made: Function = _ready(Kernel(function))
    return made


def bare(function: Function) -> Function:
    """Have a function compiled that is called from Python; see `linli.matcher.bare_code`.

    Beside what holds for every `kernel`: it takes whole numbers, arrays and named tuples of them, and returns a whole
    number or nothing.

    Raises
    ------
    ModuleNotFoundError
        When it is called, its machine code is not there, and numba is not installed.
    """
    from linli.matcher.bare_code import BareKernel

    made: Function = _ready(BareKernel(function))
    return made


def inner(function: Function) -> Function:
    """Have a function compiled into each of its callers: handing over a dozen arrays takes longer than a short loop."""
    made: Function = _ready(Kernel(function, forceinline=True))
    return made


def _ready(made: Any) -> Any:
    """Return a function to be compiled, the compiler's settings made before anybody imports it."""
    _aim()
    outdated_code.hold(cache_folder())
    return made


def compiled_now() -> int:
    """Return how many functions this process has compiled rather than loaded; set-up aside, none should be."""
    from linli.matcher.bare_code import compiled_bare

    return compiled_bare()
