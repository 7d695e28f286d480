"""Faust without tables: nothing to wait for at the start."""

from __future__ import annotations

from faust.tables.manager import TableManager
from typing_extensions import override


class NoTables(TableManager):
    """A manager of no tables, for ``faust.App(TableManager=NoTables)``.

    Notes
    -----
    Faust's own sleeps a second at every start, so that tables can be registered. An app that has none would spend a
    third of its way back after a crash on it.
    """

    @override
    async def on_start(self) -> None:
        """Go on at once."""
        if not self.should_stop:
            await self._update_channels()
            await self.recovery.start()
