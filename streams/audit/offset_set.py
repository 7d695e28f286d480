"""A set of offsets as a row of bits: a million records of the log in 125 kilobytes."""

from __future__ import annotations


class OffsetSet:
    """Offsets of one partition."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, offset: int) -> bool:
        byte, bit = divmod(offset, 8)
        return byte < len(self._bits) and bool(self._bits[byte] & (1 << bit))

    def add(self, offset: int) -> bool:
        """Add an offset; tell whether it is new."""
        byte, bit = divmod(offset, 8)
        if byte >= len(self._bits):
            self._bits.extend(bytes(max(byte + 1 - len(self._bits), len(self._bits))))
        if self._bits[byte] & (1 << bit):
            return False
        self._bits[byte] |= 1 << bit
        self._count += 1
        return True
