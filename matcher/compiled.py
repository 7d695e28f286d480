"""Where compiled code comes from: the one place that knows numba, the processor it compiles for, and its cache.

Machine code is made at set-up by ``python -m linli.matcher.search.compile``, for any processor of the architecture
rather than for the one at hand: the same instructions everywhere give the same plans everywhere, and a cache can be
copied. It lies in a folder named after all that goes into it, so code made from other sources is never taken for it.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable
from functools import cache, cached_property, update_wrapper
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

from linli.matcher import outdated_code

Function = TypeVar("Function", bound=Callable[..., Any])

CACHE_SETTING = "LINLI_COMPILED"
"""Environment variable that moves the cache, for installations whose own folder cannot be written."""

_HERE = Path(__file__).parent


@cache
def digest() -> str:
    """Return what stands for the sources of all kernels, the compiler and the target."""
    total = hashlib.sha256(f"{version('numba')} {version('llvmlite')} {version('numpy')} {platform.machine()}".encode())
    for source in (Path(__file__), _HERE / "bare_code.py", *sorted((_HERE / "kernels").glob("*.py"))):
        total.update(source.name.encode() + b"\0" + source.read_bytes())
    return total.hexdigest()[:16]


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
    """Set the target and the cache; numba reads them when it is first imported."""
    os.environ["NUMBA_CPU_NAME"] = "generic"
    os.environ["NUMBA_CPU_FEATURES"] = ""
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())


class Kernel:
    """A function that becomes machine code when it is first called, or called by another one.

    Numba takes a quarter of a second to import: a process pays it only where it calls something that needs numba.

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

    def __call__(self, *words: Any) -> Any:
        """Call the machine code."""
        return self.made(*words)

    @cached_property
    def made(self) -> Any:
        """What numba makes of the function."""
        from linli.matcher.machine_code import loader_of

        made = self.compiler(self.function)
        made._cache = loader_of(self.function, cache_folder())  # as numba's own `cache=True` does
        _made.append(made)
        return made

    @property
    def compiler(self) -> Any:
        """Numba's decorator with this function's options."""
        import numba

        return numba.njit(nogil=True, error_model="numpy", **self._options)

    @property
    def _numba_type_(self) -> Any:
        """What numba asks for where compiled code calls this function."""
        return self.made._numba_type_


_made: list[Any] = []


def kernel(function: Function) -> Function:
    """Have a function compiled, for the types it is called with: no global lock, no bounds checked, integers wrap.

    It must not make arrays: none are counted in it, for counting every array at every touch took most of the time.

    Raises
    ------
    ModuleNotFoundError
        When it is called and numba is not installed.
    """
    made: Function = _ready(Kernel(function, _nrt=False))
    return made


def bare(function: Function) -> Function:
    """Have a function compiled that is called from Python without numba; see `linli.matcher.bare_code`.

    Beside what holds for every `kernel`: it takes whole numbers, arrays and named tuples of them, and returns a whole
    number or nothing.
    """
    from linli.matcher.bare_code import BareKernel

    made: Function = _ready(BareKernel(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True))
    return made


def inner(function: Function) -> Function:
    """Have a function compiled into each of its callers: handing over a dozen arrays takes longer than a short loop."""
    options = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    made: Function = _ready(Kernel(function, _nrt=False, **options))
    return made


def maker(function: Function) -> Function:
    """Have a function compiled that makes arrays; nothing in the search does, see `linli.matcher.search.carving`."""
    made: Function = _ready(Kernel(function))
    return made


def _ready(made: Any) -> Any:
    """Return a function to be compiled, the compiler's settings made before anybody imports it."""
    _aim()
    outdated_code.hold(cache_folder())
    return made


def compiled_now() -> int:
    """Return how many functions this process has compiled rather than loaded; set-up aside, none should be."""
    from linli.matcher.bare_code import compiled_bare

    return compiled_bare() + sum(sum(made.stats.cache_misses.values()) for made in _made)
