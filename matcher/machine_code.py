"""Loads machine code from numba's cache without first learning all that numba could compile."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.compiler_lock import global_compiler_lock
from typing_extensions import override

_runtime: Any = import_module("numba.core.runtime.nrt")
_maker: Any = import_module("numba.core.runtime.nrtdynmod")
_lock: Any = global_compiler_lock


def loader_of(function: Callable[..., Any], folder: Path) -> Any:
    """Return the cache of a function's machine code, which lies in a folder that is named after all its sources."""
    untyped: Any = _Loader
    return untyped(function, folder)


class _Loader(FunctionCache):
    """Numba's cache of one function.

    Notes
    -----
    Before it looks into a cache, numba registers some thousand implementations of Python's and numpy's functions, a
    seventh of a second of every start. Code that is there needs only the memory manager, see `start_memory_manager`;
    where it is missing, the compiler registers them itself.

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
        untyped: Any = self
        start_memory_manager(target_context, Path(untyped._cache_path))
        return untyped._load_overload(sig, target_context)


def start_memory_manager(context: Any, folder: Path) -> None:
    """Start what counts numba's arrays, its machine code taken from the folder, or made and left there.

    Parameters
    ----------
    context : numba.core.cpu.CPUContext
        For which processor.
    folder : Path
        Of machine code.

    Notes
    -----
    Numba compiles these few functions anew in every process, even where everything else comes from a cache: it was all
    that still called the compiler, whose pages are some thirty megabytes of every process's memory.
    """
    with _lock:
        if _runtime.rtsys._init:
            return
        compiling = _maker.compile_nrt_functions
        _maker.compile_nrt_functions = partial(_memory_manager, folder)
        try:
            _runtime.rtsys.initialize(context)
        finally:
            _maker.compile_nrt_functions = compiling


def _memory_manager(folder: Path, context: Any) -> Any:
    """Return the memory manager as a library of machine code."""
    code, bitcode = folder / "memory-manager.o", folder / "memory-manager.bc"
    try:
        kept = code.read_bytes(), bitcode.read_bytes()
    except OSError:
        return _made(context, code, bitcode)
    return context.codegen().unserialize_library(("nrt", "object", kept))


def _made(context: Any, code: Path, bitcode: Path) -> Any:
    """Compile the memory manager and leave its machine code in two files, if they can be written."""
    module, library = _maker.create_nrt_module(context)
    library.enable_object_caching()
    library.add_ir_module(module)
    library.finalize()
    _, _, made = library.serialize_using_object_code()
    try:
        for path, content in zip((code, bitcode), made, strict=True):
            mine = path.with_name(f"{path.name}.{os.getpid()}")
            mine.write_bytes(content)
            mine.replace(path)  # Others may read at this moment: they find all of a file or none.
    except OSError:
        pass
    return library
