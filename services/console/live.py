"""News for open pages: one look at the board for everybody who waits, and a word when something changed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable
from typing import Final

from redis.exceptions import RedisError

from linli.streams.board.reader import BoardMissingError, BoardReader

LOOK_S: Final = 0.25
"""How often the board is looked at while somebody waits: a quarter of what news may take until it is on a page."""

WORD_S: Final = 15.0
"""After so long without news a line is sent all the same, so that nothing between us takes the connection for dead."""

BUNDLE_S: Final = 0.5
"""News of so long become one: a rush of orders must not have every page read anew for each of them."""

FOLLOWERS_MAX: Final = 500
"""Pages that may wait at once: a county has some dozen; each costs a connection and a few kB."""


class Live:
    """Tells pages that the board has changed; while nobody listens it does nothing.

    Parameters
    ----------
    board
        Gives the board.
    """

    def __init__(self, board: Callable[[], BoardReader]) -> None:
        self._board = board
        self._news = asyncio.Condition()
        self._count = 0
        self._followers = 0
        self._looking: asyncio.Task[None] | None = None

    @property
    def full(self) -> bool:
        """Whether no further page can wait."""
        return self._followers >= FOLLOWERS_MAX

    async def mark(self) -> str:
        """Name what the board shows now; a page that is made from it follows from here on."""
        return _mark(await self._written())

    async def follow(self, since: str) -> AsyncGenerator[str]:
        """Yield server-sent events: ``changed`` whenever a request changed, and a comment when long nothing did.

        Parameters
        ----------
        since
            The mark that the page was made at: what changed before it listened, or while it had lost the connection,
            is news as well.
        """
        self._arrived()
        try:
            yield "retry: 2000\n\n"
            seen = self._count if since == await self.mark() else self._count - 1
            while True:
                if await self._changed_after(seen):
                    seen = self._count
                    yield f"event: changed\ndata: {seen}\n\n"
                    await asyncio.sleep(BUNDLE_S)
                else:
                    yield ": still here\n\n"
        finally:
            self._left()

    def _arrived(self) -> None:
        self._followers += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())

    def _left(self) -> None:
        self._followers -= 1
        if self._followers == 0 and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _changed_after(self, seen: int) -> bool:
        """Wait for news, but not for ever."""
        try:
            async with asyncio.timeout(WORD_S), self._news:
                await self._news.wait_for(lambda: self._count != seen)
        except TimeoutError:
            return False
        return True

    async def _look(self) -> None:
        """Look at the board again and again; a board that is away for a moment is looked at again."""
        before: str | None = None
        while True:
            now = await self._written()
            if now is not None and before is not None and now != before:
                async with self._news:
                    self._count += 1
                    self._news.notify_all()
            before = now or before
            await asyncio.sleep(LOOK_S)

    async def _written(self) -> str | None:
        try:
            return await self._board().written()
        except (BoardMissingError, RedisError, OSError):
            return None


def _mark(written: str | None) -> str:
    return "" if written is None else hashlib.sha256(written.encode()).hexdigest()[:16]
