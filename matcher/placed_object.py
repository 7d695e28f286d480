"""Places machine code in memory without LLVM: an object file of ELF for x86-64, as LLVM writes it on Linux.

LLVM's own loader is a library of 180 MB, and to load it took an eighth of all that a process does before it begins to
search. What these objects need of it is little: their sections laid side by side, addresses filled in, and the pages
made executable. An object that asks for anything else is left to LLVM.

Sources: the System V ABI, chapters 4 and 5, and its supplement for AMD64, 4.4.
"""

from __future__ import annotations

import ctypes
import mmap
import sys
from collections.abc import Mapping
from functools import cache
from struct import Struct
from typing import Any, Final, NamedTuple

_HEADER: Final = Struct("<16sHHIQQQIHHHHHH")
_SECTION: Final = Struct("<IIQQQQIIQQ")
_SYMBOL: Final = Struct("<IBBHQQ")
_ADDRESS_OF: Final = Struct("<QQq")

_MAGIC: Final = b"\x7fELF\x02\x01"
"""ELF, of 64 bits, the lower byte first."""

_RELOCATABLE, _X86_64 = 1, 62
_PROGRAM, _SYMBOLS, _ADDRESSES = 1, 2, 4
_WRITTEN, _LOADED = 1, 2
_ELSEWHERE, _RESERVED = 0, 0xFF00

_UNWINDING: Final = 0x70000001
"""How to unwind the stack where an error is thrown: of no use to code that throws none."""

_WHOLE, _AHEAD, _CALL = 1, 2, 4
"""Ways to fill in an address: all 64 bits of it; how far ahead it is, in 32; and the same of a function."""

_LINE: Final = 64
"""Bytes of a cache's line, on which every section begins."""


class _Unknown(Exception):  # noqa: N818 - not an error: LLVM does it then
    """The object asks for something that is not known here."""


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
    if sys.platform != "linux":
        return None
    try:
        found = _read(code)
        memory = mmap.mmap(-1, found.size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        for number, at in found.at.items():
            section = found.sections[number]
            memory[at : at + section.size] = code[section.offset : section.offset + section.size]
        entry = _fill_in(found, memory, start, symbol.encode())
    except _Unknown:
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
        raise _Unknown
    _, kind, machine, _, _, _, table, _, _, _, _, each, many, _ = _HEADER.unpack_from(code)
    if (kind, machine, each) != (_RELOCATABLE, _X86_64, _SECTION.size):
        raise _Unknown
    sections = list(map(_Section._make, _SECTION.iter_unpack(code[table : table + many * each])))
    at, size = dict[int, int](), 0
    for number, section in enumerate(sections):
        if not section.flags & _LOADED or section.size == 0 or section.kind == _UNWINDING:
            continue
        if section.kind != _PROGRAM or section.flags & _WRITTEN:
            raise _Unknown
        step = max(section.alignment, _LINE)
        at[number] = size = -(-size // step) * step
        size += section.size
    return _Object(code, sections, at, size)


def _fill_in(found: _Object, memory: mmap.mmap, start: int, symbol: bytes) -> int:
    """Fill in all addresses; return that of a function."""
    tables = [section for section in found.sections if section.kind == _SYMBOLS]
    if len(tables) != 1:
        raise _Unknown
    names, symbols = found.sections[tables[0].link], found.entries(tables[0], _SYMBOL)

    def name(at: int) -> bytes:
        begins = names.offset + at
        return found.code[begins : found.code.index(b"\0", begins)]

    def address(number: int) -> int:
        at, _, _, where, value, _ = symbols[number]
        if where == _ELSEWHERE:
            return _of_library(name(at).decode())
        if where >= _RESERVED or where not in found.at:
            raise _Unknown
        return start + found.at[where] + int(value)

    for table in found.sections:
        if table.kind == _ADDRESSES and table.about in found.at:
            for offset, about, more in found.entries(table, _ADDRESS_OF):
                place = found.at[table.about] + offset
                _write(memory, place, about & 0xFFFFFFFF, address(about >> 32) + more, start + place)
    for number, (at, _, _, where, _, _) in enumerate(symbols):
        if where != _ELSEWHERE and name(at) == symbol:
            return address(number)
    raise _Unknown


def _write(memory: mmap.mmap, place: int, how: int, address: int, here: int) -> None:
    """Write an address into its place, which is `here`."""
    if how == _WHOLE:
        memory[place : place + 8] = address.to_bytes(8, "little")
    elif how in (_AHEAD, _CALL) and -(1 << 31) <= address - here < 1 << 31:
        memory[place : place + 4] = (address - here).to_bytes(4, "little", signed=True)
    else:
        raise _Unknown


@cache
def _of_library(name: str) -> int:
    """Return the address of a function of the C library."""
    for library in (None, "libm.so.6"):
        try:
            return ctypes.cast(ctypes.CDLL(library)[name], ctypes.c_void_p).value or 0
        except (OSError, AttributeError):
            continue
    raise _Unknown
