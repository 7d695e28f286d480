"""Places machine code in memory without LLVM: an object file of ELF for x86-64, as LLVM writes it on Linux.

LLVM's own loader is a library of 180 MB, and to load it took an eighth of all that a process does before it begins to
search. What these objects need of it is little: their sections laid side by side, addresses filled in, and the pages
made executable. An object that asks for anything else is left to LLVM, and a warning says why; on other systems all
are, without a word.

Sources: the System V ABI, chapters 4 and 5, and its supplement for AMD64, 4.4.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
import warnings
from collections.abc import Mapping
from functools import cache
from struct import Struct, error
from typing import Any, Final, NamedTuple

_HEADER: Final = Struct("<16sHHIQQQIHHHHHH")
_SECTION: Final = Struct("<IIQQQQIIQQ")
_SYMBOL: Final = Struct("<IBBHQQ")
_ADDRESS_OF: Final = Struct("<QQq")

_MAGIC: Final = b"\x7fELF\x02\x01"
"""ELF, of 64 bits, the lower byte first."""

_RELOCATABLE, _X86_64 = 1, 62
_PROGRAM, _SYMBOLS, _ADDRESSES, _NOT_IN_FILE, _SHORT_ADDRESSES = 1, 2, 4, 8, 9
_WRITTEN, _LOADED = 1, 2
_ELSEWHERE, _RESERVED, _CHOSEN_LATER = 0, 0xFF00, 10

_UNWINDING: Final = 0x70000001
"""How to unwind the stack where an error is thrown: of no use to code that throws none."""

_WHOLE, _AHEAD, _CALL = 1, 2, 4
"""Ways to fill in an address: all 64 bits of it; how far ahead it is, in 32; and the same of a function."""

_LINE: Final = 64
"""Bytes of a cache's line, on which every section begins."""


class _Unknown(Exception):  # noqa: N818 - not an error: LLVM does it then
    """The object asks for something that is not known here; it says what."""


class _Section(NamedTuple):
    name: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    about: int
    alignment: int
    each: int


class _Object(NamedTuple):
    """An object file: its bytes, sections, and where each of those that are loaded lies from the beginning."""

    code: bytes
    sections: list[_Section]
    at: Mapping[int, int]
    size: int

    def entries(self, section: _Section, kind: Struct) -> list[tuple[Any, ...]]:
        """Return the rows of a table."""
        return list(kind.iter_unpack(self.code[section.offset : section.offset + section.size]))


def placed(code: bytes, symbol: str) -> int | None:
    """Return the address of a function of an object that was placed in memory; None where LLVM has to do it.

    Parameters
    ----------
    code : bytes
        The object file, from a trusted place: what is in it will run.
    symbol : str
        The function's name.

    Notes
    -----
    The memory is written first and made executable then, never both at once; it is kept as long as the process lives.
    Debuggers see no names in it, and no error can be thrown through it: kernels throw none.
    """
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return None
    try:
        found = _read(code)
        memory = mmap.mmap(-1, found.size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        for number, at in found.at.items():
            section = found.sections[number]
            memory[at : at + section.size] = code[section.offset : section.offset + section.size]
        entry = _fill_in(found, memory, start, symbol.encode())
    except (_Unknown, error, IndexError, ValueError, OverflowError) as why:  # Tables that point nowhere too.
        warnings.warn(f"{symbol} is left to LLVM: {why}", RuntimeWarning, stacklevel=2)
        return None
    if _libc().mprotect(ctypes.c_void_p(start), ctypes.c_size_t(found.size), mmap.PROT_READ | mmap.PROT_EXEC) != 0:
        return None  # A system that forbids it; LLVM may know a way, or say why not.
    _kept.append(memory)
    return entry


_kept: list[mmap.mmap] = []


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _read(code: bytes) -> _Object:
    """Read the sections of an object and lay out those that are loaded."""
    if not code.startswith(_MAGIC) or len(code) < _HEADER.size:
        raise _Unknown("no ELF of 64 bits")
    _, kind, machine, _, _, _, table, _, _, _, _, each, many, _ = _HEADER.unpack_from(code)
    if (kind, machine, each) != (_RELOCATABLE, _X86_64, _SECTION.size):
        raise _Unknown("no object, or one of another processor")
    if table + many * each > len(code):
        raise _Unknown("cut short")
    sections = list(map(_Section._make, _SECTION.iter_unpack(code[table : table + many * each])))
    if any(one.kind != _NOT_IN_FILE and one.offset + one.size > len(code) for one in sections):
        raise _Unknown("cut short")
    return _Object(code, sections, *_laid_out(sections))


def _laid_out(sections: list[_Section]) -> tuple[dict[int, int], int]:
    """Return where each section that is loaded lies from the beginning, and how long they are together."""
    at, size = dict[int, int](), 0
    for number, section in enumerate(sections):
        if not section.flags & _LOADED or section.size == 0 or section.kind == _UNWINDING:
            continue
        if section.kind != _PROGRAM or section.flags & _WRITTEN:
            raise _Unknown(f"a section of kind {section.kind} that is loaded, or one to be written to")
        step = max(section.alignment, _LINE)
        at[number] = size = -(-size // step) * step
        size += section.size
    if not at:
        raise _Unknown("nothing in it is loaded")
    return at, size


def _fill_in(found: _Object, memory: mmap.mmap, start: int, symbol: bytes) -> int:
    """Fill in all addresses; return that of a function."""
    tables = [section for section in found.sections if section.kind == _SYMBOLS]
    if len(tables) != 1:
        raise _Unknown(f"{len(tables)} tables of symbols")
    names, symbols = found.sections[tables[0].link], found.entries(tables[0], _SYMBOL)

    def name(at: int) -> bytes:
        begins = names.offset + at
        return found.code[begins : found.code.index(b"\0", begins)]

    def address(number: int) -> int:
        at, kind, _, where, value, _ = symbols[number]
        if where == _ELSEWHERE:
            return _of_library(name(at).decode())
        if where >= _RESERVED or where not in found.at or kind & 0xF == _CHOSEN_LATER:
            raise _Unknown("a symbol that is in no section, or chosen as it is loaded")
        return start + found.at[where] + int(value)

    for table in found.sections:
        if table.kind == _SHORT_ADDRESSES and table.about in found.at:
            raise _Unknown(f"a section of kind {table.kind}")
        if table.kind == _ADDRESSES and table.about in found.at:
            for offset, about, more in found.entries(table, _ADDRESS_OF):
                place = found.at[table.about] + offset
                _write(memory, place, about & 0xFFFFFFFF, address(about >> 32) + more, start + place)
    for number, (at, _, _, where, _, _) in enumerate(symbols):
        if where != _ELSEWHERE and name(at) == symbol:
            return address(number)
    raise _Unknown("no such function")


def _write(memory: mmap.mmap, place: int, how: int, address: int, here: int) -> None:
    """Write an address into its place, which is `here`."""
    if how == _WHOLE:
        memory[place : place + 8] = address.to_bytes(8, "little")
    elif how in (_AHEAD, _CALL) and -(1 << 31) <= address - here < 1 << 31:
        memory[place : place + 4] = (address - here).to_bytes(4, "little", signed=True)
    else:
        raise _Unknown(f"a relocation of kind {how}, or one too far")


@cache
def _of_library(name: str) -> int:
    """Return the address of a function of the C library."""
    for library in (None, "libm.so.6"):
        try:
            return ctypes.cast(ctypes.CDLL(library)[name], ctypes.c_void_p).value or 0
        except (OSError, AttributeError):
            continue
    raise _Unknown(f"{name} is in no library")
