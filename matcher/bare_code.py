"""Machine code called without numba: loaded by itself or by LLVM alone, and handed one row of words.

Numba takes a quarter of a second to import and another tenth to load what the search needs: a third of what a plan in
two seconds has for searching. LLVM by itself loads the same code in some hundredths, and where
`linli.matcher.placed_object` knows the kind of object nobody waits for LLVM either.

A function's file holds a checksum of what follows, a name, a line break, and the object as LLVM wrote it. What is not
what was written, as after a power cut, is told of and compiled anew: LLVM would end the process, or let it run. Under
that name stands a door: it takes the address of a row of words of eight bytes and that of the answer, and calls the
function with the words as numba hands over arguments: a whole number is a word; an array is owner, parent, items, item
size, address, shape, strides.
"""

from __future__ import annotations

import ctypes
import sys
import warnings
from array import array
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.util import source_hash
from pathlib import Path
from struct import Struct
from threading import Lock
from typing import Any, Final, TypeVar, cast

import numpy as np
import numpy.typing as npt

from linli.matcher.compiled import Kernel, cache_folder
from linli.matcher.placed_object import placed
from linli.matcher.whole_file import write_whole

Longs = npt.NDArray[np.int64]
Word = TypeVar("Word")

FIRST: Final = 2
"""Before a function's own arguments numba hands over where the result goes, and where a fault."""

CHECKSUM_BYTES: Final = 8

NUMBER: Final = "n"
"""The kind of a whole number."""

_ROW: Final = sys.intern(f"{np.dtype(np.int64).str}1")
_word_of, _row_at = Struct("q").pack, Struct("7q").pack
_loading = Lock()
_compiled_here: list[str] = []


class BareKernel(Kernel):
    """A function whose machine code is called directly, other threads running on meanwhile."""

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        super().__init__(function, **options)
        self._doors: dict[tuple[str, ...], Callable[..., int]] = {}

    def __call__(self, *words: Any) -> int:
        """Call the machine code for arguments of these types.

        Raises
        ------
        TypeError
            If an argument is neither a whole number nor an array that lies in one piece, nor a tuple of such.
        RuntimeError
            If the code reports a fault; it has none to report.
        """
        kinds, numbers = laid_out(words)
        door = self._doors.get(kinds) or self.door(kinds, words)
        answer = ctypes.c_int64(0)
        if door(b"".join(numbers), ctypes.byref(answer)) != 0:
            raise RuntimeError(f"{self.function.__name__} failed")
        return answer.value

    def door(self, kinds: tuple[str, ...], words: tuple[Any, ...]) -> Callable[..., int]:
        """Return the code for arguments of these kinds; it is made where it is missing."""
        with _loading:
            if kinds not in self._doors:
                name = f"{self.function.__module__}.{self.function.__qualname__}"
                name = f"{name}-{source_hash(' '.join(kinds).encode()).hex()}"
                file = cache_folder() / f"{name}.bare"
                symbol, code = kept_code(file) or self._make(file, words)
                self._doors[kinds] = _door(symbol, code)
            return self._doors[kinds]

    def _make(self, file: Path, words: tuple[Any, ...]) -> tuple[str, bytes]:
        """Compile the function for such arguments; keep the code if that may be done."""
        made, numba, symbol = self.compiled, import_module("numba"), file.stem
        signature = tuple(numba.typeof(_plain(word)) for word in words)
        made.compile(signature)
        with import_module("numba.core.compiler_lock").global_compiler_lock:
            code = _object_of(made.overloads[signature], symbol)
        _compiled_here.append(file.name)
        kept = symbol.encode() + b"\n" + code
        with suppress(OSError):
            write_whole(file, source_hash(kept) + kept)
        return symbol, code


class _Ready:
    """An argument as the code takes it: its words, and what kind each is."""

    __slots__ = ("kind", "numbers", "word")

    def __init__(self, word: Any) -> None:
        numbers, kinds = list[int](), list[str]()
        _flatten((word,), numbers, kinds)
        self.word, self.kind, self.numbers = word, sys.intern(" ".join(kinds)), array("q", numbers).tobytes()


def ready(word: Word) -> Word:
    """Return arrays, made ready for many calls: looking up where a dozen of them lie takes longer than a decision.

    What comes back is for `bare` functions alone, which take it for what it was made of.

    Parameters
    ----------
    word : array, or tuple of arrays and whole numbers
        Its arrays may change in what they hold, but not in size.
    """
    return cast("Word", _Ready(word))


class StandingCall:
    """Machine code that is called again and again and all but its last argument stays: it is laid out once.

    To lay out a dozen arrays and find the code for them takes longer than a decision. What the arrays hold may change
    between calls. Not for two threads at once.

    Parameters
    ----------
    function : callable
        A `bare` one.
    *words
        Its arguments, arrays made ready; the last one may be replaced by others of its kind.
    """

    __slots__ = ("_answer", "_answer_at", "_door", "_kind", "_last", "_row", "_row_at", "_stays", "_words")

    def __init__(self, function: Callable[..., int], *words: Any) -> None:
        kinds, numbers = laid_out(words)
        self._door = cast("BareKernel", function).door(kinds, words)
        self._last, self._kind, self._words = words[-1], kinds[-1], words
        self._row, self._answer = bytearray().join(numbers), ctypes.c_int64(0)
        self._stays = len(self._row) - len(numbers[-1])
        self._row_at = ctypes.addressof(ctypes.c_char.from_buffer(self._row))
        self._answer_at = ctypes.addressof(self._answer)

    def __call__(self, last: Any) -> int:
        """Call the machine code with another last argument.

        Raises
        ------
        TypeError
            If it is of another kind.
        RuntimeError
            If the code reports a fault; it has none to report.
        """
        if last is not self._last:
            if last.kind is not self._kind:
                raise TypeError(f"{last.kind} is not {self._kind}")
            self._row[self._stays :] = last.numbers
            self._last = last
        if self._door(self._row_at, self._answer_at) != 0:
            raise RuntimeError("a standing call failed")
        return self._answer.value


def laid_out(words: tuple[Any, ...]) -> tuple[tuple[str, ...], list[bytes]]:
    """Return of what kind arguments are, and their words."""
    kinds, numbers = list[str](), list[bytes]()
    for word in words:
        if type(word) is int:
            kinds.append(NUMBER)
            numbers.append(_word_of(word))
        else:
            row = word if type(word) is _Ready else _Ready(word)
            kinds.append(row.kind)
            numbers.append(row.numbers)
    return tuple(kinds), numbers


def ready_row(row: array[int]) -> Longs:
    """Return a row of numbers of 64 bits, ready as an array of them; it must not get longer or shorter.

    In a tenth of the time that numpy takes to say where an array lies.
    """
    at, many = row.buffer_info()
    one = _Ready.__new__(_Ready)
    one.word, one.kind = row, _ROW
    one.numbers = _row_at(0, 0, many, row.itemsize, at, many, row.itemsize)
    return cast("Longs", one)


def _plain(word: Any) -> Any:
    """Return an argument as it was before it was made ready."""
    known: Any = word.word if isinstance(word, _Ready) else word
    if isinstance(known, array):
        return np.frombuffer(known, np.int64)  # pyright: ignore[reportUnknownArgumentType]
    return known


def kept_code(file: Path) -> tuple[str, bytes] | None:
    """Return the name and the object in a function's file; None if it is not there, or not what was written."""
    if not file.exists():
        return None
    content = file.read_bytes()
    checksum, kept = content[:CHECKSUM_BYTES], content[CHECKSUM_BYTES:]
    if source_hash(kept) != checksum:
        warnings.warn(f"{file} is damaged: compiled anew", RuntimeWarning, stacklevel=2)
        return None
    symbol, _, code = kept.partition(b"\n")
    return symbol.decode(), code


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
            kinds.append(NUMBER)
            numbers.append(word)
        else:
            raise TypeError(f"{type(word).__name__} is no whole number and no array")


def _flatten_array(held: npt.NDArray[Any], numbers: list[int], kinds: list[str]) -> None:
    if not held.flags.c_contiguous:
        raise TypeError("an array must lie in one piece")
    kinds.append(f"{held.dtype.str}{held.ndim}")
    numbers += (0, 0, held.size, held.itemsize, held.ctypes.data, *held.shape, *held.strides)


def _door(symbol: str, code: bytes) -> Callable[..., int]:
    """Return the function of this name in an object."""
    found: Any = ctypes.CFUNCTYPE(ctypes.c_int32)(placed(code, symbol) or _placed_by_llvm(code, symbol))
    found.argtypes = ctypes.c_void_p, ctypes.c_void_p
    door: Callable[..., int] = found
    return door


def _placed_by_llvm(code: bytes, symbol: str) -> int:
    """Return the address of a function of an object that LLVM placed in memory."""
    engine, binding = _engine(), import_module("llvmlite.binding")
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return int(engine.get_function_address(symbol))


@cache
def _engine() -> Any:
    """Return what loads objects: LLVM's own loader, once a process."""
    binding: Any = import_module("llvmlite.binding")
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)


def _object_of(result: Any, symbol: str) -> bytes:
    """Return the object of what numba compiled, with a door of this name to it."""
    library = result.library.codegen.create_library(symbol)
    library.enable_object_caching()
    library.add_ir_module(_door_to(result, symbol))
    library.add_linking_library(result.library)
    library.finalize()
    library.get_pointer_to_function(symbol)  # numba writes the object when it is first asked for
    return bytes(library._get_compiled_object())


def _door_to(result: Any, symbol: str) -> Any:
    """Return a module with a function that takes a row of words and calls what numba compiled."""
    ir, context, inside = import_module("llvmlite.ir"), result.target_context, result.fndesc
    module = context.create_module(symbol)
    kind = context.call_conv.get_function_type(inside.restype, inside.argtypes)
    word, number = ir.IntType(64), ir.IntType(32)
    door = ir.Function(module, ir.FunctionType(number, (word.as_pointer(), kind.args[0])), symbol)
    build = ir.IRBuilder(door.append_basic_block())
    row, answer = door.args
    given = [build.load(build.gep(row, (ir.Constant(number, k),))) for k in range(len(kind.args) - FIRST)]
    wanted = zip(given, kind.args[FIRST:], strict=True)
    handed = [build.inttoptr(one, its) if isinstance(its, ir.PointerType) else one for one, its in wanted]
    function = ir.Function(module, kind, inside.llvm_func_name)
    build.ret(build.call(function, (answer, build.alloca(kind.args[1].pointee), *handed)))
    return module
