"""Machine code called without numba: loaded by LLVM alone, and handed the addresses of arrays.

Numba takes a quarter of a second to import and another tenth to load what the search needs: a third of what a plan in
two seconds has for searching. LLVM by itself loads the same code in some hundredths.

A function's file holds its symbol, a line break, and the object as LLVM wrote it. Arguments follow numba's convention:
a pointer to the result, one to a fault, then every array as owner, parent, items, item size, address, shape, strides.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from linli.matcher.compiled import Kernel, cache_folder

_loading = Lock()
_compiled_here: list[str] = []


class BareKernel(Kernel):
    """A function whose machine code is called directly, other threads running on meanwhile."""

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        super().__init__(function, **options)
        self._entries: dict[str, Callable[..., int]] = {}

    @override
    def __call__(self, *words: Any) -> int:
        """Call the machine code for arguments of these types.

        Raises
        ------
        TypeError
            If an argument is neither a whole number nor an array that lies in one piece, nor a tuple of such.
        RuntimeError
            If the code reports a fault; it has none to report.
        """
        numbers, kinds = list[int](), list[str]()
        _flatten(words, numbers, kinds)
        kind = " ".join(kinds)
        entry = self._entries.get(kind) or self._load(kind, words)
        answer, fault = ctypes.c_int64(0), ctypes.c_void_p()
        if entry(ctypes.addressof(answer), ctypes.addressof(fault), *numbers) != 0:
            raise RuntimeError(f"{self.function.__name__} failed")
        return answer.value

    def _load(self, kind: str, words: tuple[Any, ...]) -> Callable[..., int]:
        """Return the code for arguments of these kinds; it is made where it is missing."""
        with _loading:
            if kind not in self._entries:
                name = f"{self.function.__module__}.{self.function.__qualname__}"
                file = cache_folder() / f"{name}-{hashlib.sha256(kind.encode()).hexdigest()[:16]}.bare"
                code = file.read_bytes() if file.exists() else self._make(file, words)
                symbol, _, code = code.partition(b"\n")
                self._entries[kind] = _entry(symbol.decode(), code, kind)
            return self._entries[kind]

    def _make(self, file: Path, words: tuple[Any, ...]) -> bytes:
        """Compile the function for such arguments; keep the code if that may be done."""
        made, numba = self.compiler(self.function), import_module("numba")
        made.compile(tuple(numba.typeof(word) for word in words))
        (result,) = made.overloads.values()
        symbol: str = result.fndesc.llvm_func_name
        result.library.get_pointer_to_function(symbol)  # numba writes the object when it is first asked for
        code = symbol.encode() + b"\n" + bytes(result.library._get_compiled_object())
        _compiled_here.append(file.name)
        with suppress(OSError):
            part = file.with_suffix(f".{os.getpid()}")
            part.write_bytes(code)
            part.replace(file)
        return code


def compiled_bare() -> int:
    """Return how many functions this process has compiled rather than loaded."""
    return len(_compiled_here)


def _flatten(words: Iterable[Any], numbers: list[int], kinds: list[str]) -> None:
    """Write arguments as the code takes them, and what kind each is."""
    for word in words:
        if isinstance(word, tuple):
            kinds.append("(")
            _flatten(word, numbers, kinds)  # pyright: ignore[reportUnknownArgumentType]
            kinds.append(")")
        elif isinstance(word, np.ndarray):
            _flatten_array(word, numbers, kinds)  # pyright: ignore[reportUnknownArgumentType]
        elif type(word) is int:
            kinds.append("n")
            numbers.append(word)
        else:
            raise TypeError(f"{type(word).__name__} is no whole number and no array")


def _flatten_array(array: npt.NDArray[Any], numbers: list[int], kinds: list[str]) -> None:
    if not array.flags.c_contiguous:
        raise TypeError("an array must lie in one piece")
    kinds.append(f"{array.dtype.str}{array.ndim}")
    numbers += (0, 0, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides)


@cache
def _engine() -> Any:
    """Return what loads objects: LLVM's own loader, once a process."""
    binding: Any = import_module("llvmlite.binding")
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)


def _entry(symbol: str, code: bytes, kind: str) -> Callable[..., int]:
    """Return the function of this name in an object."""
    engine, binding = _engine(), import_module("llvmlite.binding")
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    found: Any = ctypes.CFUNCTYPE(ctypes.c_int32)(engine.get_function_address(symbol))
    words = 2 + sum(1 if one == "n" else 5 + 2 * int(one[-1]) for one in kind.split() if one not in "()")
    found.argtypes = [ctypes.c_int64] * words
    entry: Callable[..., int] = found
    return entry
