"""Writing what callers send: bounded in number and time, so that nobody waits for ever for a broker that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka.errors import KafkaError

from linli.schemas.errors import Code, LinliError
from linli.streams.intake.inbox_writer import InboxWriter, NotAcknowledgedError, Outgoing
from linli.streams.log_lines import log_for

WAITING_MAX: Final = 2_000
"""Events that may wait for the broker at once: a province's rush of some seconds; beyond it callers are told to wait,
because what waits here is lost if this process dies, and only they can send it again."""

ACKNOWLEDGED_S: Final = 8.0
"""How long a caller waits for the broker: it answers in milliseconds; what takes longer is a broker that restarts."""

_log = log_for("gateway")


class Inbox:
    """The way into the inbox.

    Parameters
    ----------
    writer
        A started writer.
    """

    def __init__(self, writer: InboxWriter) -> None:
        self._writer = writer
        self._waiting = 0

    async def send(self, events: Sequence[Outgoing]) -> list[str]:
        """Write events and return the ids of their commands once the broker has acknowledged every one.

        Raises
        ------
        LinliError
            ``overloaded``: nothing was sent. ``not_acknowledged``: it may or may not be in the inbox.
        """
        if self._waiting + len(events) > WAITING_MAX:
            raise LinliError(Code.OVERLOADED)
        self._waiting += len(events)
        try:
            async with asyncio.timeout(ACKNOWLEDGED_S):
                return await self._writer.send(events)
        except (TimeoutError, NotAcknowledgedError, KafkaError) as error:
            _log.warning("not acknowledged", events=len(events), error=type(error).__name__)
            raise LinliError(Code.NOT_ACKNOWLEDGED) from error
        finally:
            self._waiting -= len(events)
