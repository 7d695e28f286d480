"""Loads machine code from numba's cache without first learning all that numba could compile."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from numba.core.caching import FunctionCache, IndexDataCacheFile
from typing_extensions import override

_runtime: Any = import_module("numba.core.runtime.nrt")


def loader_of(function: Callable[..., Any], folder: Path) -> Any:
    """Return the cache of a function's machine code, which lies in a folder that is named after all its sources."""
    untyped: Any = _Loader
    return untyped(function, folder)


class _Loader(FunctionCache):
    """Numba's cache of one function.

    Notes
    -----
    Before it looks into a cache, numba registers some thousand implementations of Python's and numpy's functions, a
    seventh of a second of every start. Code that is there needs only the memory manager; where it is missing, the
    compiler registers them itself.

    Numba takes code for outdated where the source file's time or place is another: after every copy of an installation.
    What it is made from says the folder's name, so neither is asked for.
    """

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        made: Any = super()
        made.__init__(function)
        untyped: Any = self
        file: Any = IndexDataCacheFile
        untyped._cache_path = str(folder)
        untyped._cache_file = file(str(folder), untyped._impl.filename_base, folder.name)

    @override
    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the machine code for a signature, or None."""
        _runtime.rtsys.initialize(target_context)
        untyped: Any = self
        return untyped._load_overload(sig, target_context)
