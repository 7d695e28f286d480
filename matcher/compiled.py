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
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

from linli.matcher import outdated_code

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

CACHE_SETTING = "LINLI_COMPILED"
"""Environment variable that moves the cache, for installations whose own folder cannot be written."""

_HERE = Path(__file__).parent


@cache
def digest() -> str:
    """Return what stands for the sources of all kernels, the compiler and the target."""
    total = hashlib.sha256(f"{version('numba')} {version('llvmlite')} {version('numpy')} {platform.machine()}".encode())
    for source in (Path(__file__), *sorted((_HERE / "kernels").glob("*.py"))):
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


_made: list[Any] = []


def kernel(function: Kernel) -> Kernel:
    """Have a function compiled, for the types it is called with: no global lock, no bounds checked, integers wrap.

    It must not make arrays: none are counted in it, for counting every array at every touch took most of the time.

    Raises
    ------
    ModuleNotFoundError
        If numba is not installed.
    """
    return _compiled(function, _nrt=False)


def inner(function: Kernel) -> Kernel:
    """Have a function compiled into each of its callers: handing over a dozen arrays takes longer than a short loop."""
    return _compiled(function, _nrt=False, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def maker(function: Kernel) -> Kernel:
    """Have a function compiled that makes arrays."""
    return _compiled(function)


def _compiled(function: Kernel, **options: Any) -> Kernel:
    _aim()
    outdated_code.hold(cache_folder())
    import numba  # a sixth of a second: only processes that solve import it

    from linli.matcher.machine_code import loader_of

    made: Any = numba.njit(nogil=True, error_model="numpy", **options)(function)
    made._cache = loader_of(function, cache_folder())  # as numba's own `cache=True` does
    _made.append(made)
    return cast("Kernel", made)


def compiled_now() -> int:
    """Return how many functions this process has compiled rather than loaded; set-up aside, none should be."""
    return sum(sum(made.stats.cache_misses.values()) for made in _made)
