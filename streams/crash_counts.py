"""Counts, in a small local file, how often deciding on a command failed: so that one command cannot stop a county."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from linli.matcher.whole_file import write_whole

CRASHES_MAX: Final = 3
"""The command is set aside as a dead letter after so many failures: two may be the fault of the machine."""


class _Stored(BaseModel):
    """What the file holds."""

    offsets: dict[int, int] = {}
    districts: dict[str, int] = {}


class CrashCounts:
    """Failures per offset of one partition, and per district for decisions on deadlines alone.

    Parameters
    ----------
    folder
        Where the file lies; it is made if missing.
    partition
        The partition, part of the file's name.

    Notes
    -----
    Local on purpose: a count that is lost costs a few more restarts and nothing else. A process that the system kills
    in the middle of a decision is not counted, because it cannot be told from a machine that was switched off.
    """

    def __init__(self, folder: Path, partition: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"crashes-{partition}.json"
        stored = _Stored.model_validate_json(self._file.read_bytes()) if self._file.exists() else _Stored()
        self._offsets, self._districts = stored.offsets, stored.districts

    def failed(self, offsets: Sequence[int], district: str) -> None:
        """Count a failure against every command of a decision; against the district if there was none."""
        for offset in offsets:
            self._offsets[offset] = self._offsets.get(offset, 0) + 1
        if not offsets:
            self._districts[district] = self._districts.get(district, 0) + 1
        self._save()

    def is_suspect(self, first: int) -> bool:
        """Tell whether a command at or after an offset has failed: then commands are taken one at a time."""
        return any(offset >= first for offset in self._offsets)

    def is_condemned(self, offset: int) -> bool:
        """Tell whether a command has failed too often."""
        return self._offsets.get(offset, 0) >= CRASHES_MAX

    def is_held(self, district: str) -> bool:
        """Tell whether a district's deadlines have failed too often."""
        return self._districts.get(district, 0) >= CRASHES_MAX

    def settled(self, position: int, districts: Sequence[str]) -> None:
        """Forget the commands before a committed position and the districts that were decided."""
        offsets = {offset: count for offset, count in self._offsets.items() if offset >= position}
        held = {district: count for district, count in self._districts.items() if district not in districts}
        if (offsets, held) != (self._offsets, self._districts):
            self._offsets, self._districts = offsets, held
            self._save()

    def _save(self) -> None:
        stored = _Stored(offsets=self._offsets, districts=self._districts)
        write_whole(self._file, stored.model_dump_json().encode())
