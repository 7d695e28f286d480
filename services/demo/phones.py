"""The team leads' side of delivery: a receiver that checks signatures, and leads who know only what they heard."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

import standardwebhooks

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import Purpose
from linli.schemas.lifecycle import OfferState
from linli.schemas.people import Channel, ChannelKind
from linli.schemas.roster import RegisterTeam
from linli.services.demo.tally import percentile
from linli.services.demo.timed import TimedEvent

SECRET: Final = "whsec_" + b64encode(b"synthetic secret of the demo").decode()
"""What deliveries to the demo's leads are signed with; it opens nothing."""

HEAD_BYTES_MAX: Final = 16 * 1024
"""Longest head of a request; delivery's own has under one."""

_TAKEN: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
_REFUSED: Final = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n"


class Phones:
    """Receives what team leads are told. Use ``async with``.

    Attributes
    ----------
    on_offer
        Told of the request of an offer that a lead hears of for the first time.
    age_s
        Gives the real seconds since a decision time.
    told
        Every delivery that arrived: its id and its body.
    changed
        Ids of deliveries that came a second time with another body; there must be none.
    refused
        How many had no right signature; there must be none.
    links
        The one-tap link of every offer that was heard of.
    """

    def __init__(self) -> None:
        self.on_offer: Callable[[str], None] = _nothing
        self.age_s: Callable[[datetime], float] = _none
        self.told: dict[str, bytes] = {}
        self.changed: set[str] = set()
        self.refused = 0
        self.links: dict[str, str] = {}
        self._offers: set[str] = set()
        self._latencies_ms: list[float] = []
        self._server: asyncio.Server | None = None
        self.address = ""

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_BYTES_MAX)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def reachable(self, events: Iterable[TimedEvent]) -> list[TimedEvent]:
        """Give events with this receiver as the channel of every team that is registered in them."""
        return [self._reachable(event) for event in events]

    def _reachable(self, event: TimedEvent) -> TimedEvent:
        team = event.body
        if not isinstance(team, RegisterTeam) or team.contact is None:
            return event
        target = f"http://{self.address}/leads/{team.team}"
        channel = Channel(kind=ChannelKind.WEBHOOK, target=target, secret=SECRET)
        body = team.model_copy(update={"contact": team.contact.model_copy(update={"channels": (channel,)})})
        return replace(event, body=body, value=body.model_dump_json(exclude_none=True).encode())

    def as_heard(self, record: AssignmentRecord) -> AssignmentRecord:
        """Give a request as its leads know it: without open offers that nobody was told of."""
        legs = tuple(
            leg.model_copy(update={"offers": tuple(one for one in leg.offers if self._is_known(one.id, one.state))})
            for leg in record.legs
        )
        return record.model_copy(update={"legs": legs})

    def latency_ms(self, share: float) -> float | None:
        """Give a percentile of the real milliseconds from the round that made an offer to its lead's telephone."""
        found = percentile(sorted(self._latencies_ms), share)
        return None if found is None else round(found, 1)

    def _is_known(self, offer: str, state: OfferState) -> bool:
        return state is not OfferState.OPEN or offer in self._offers

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                headers = _headers(head)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                writer.write(_TAKEN if self._take(headers, body) else _REFUSED)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # The other side has hung up, as it does when it has nothing more to say.
        finally:
            writer.close()

    def _take(self, headers: dict[str, str], body: bytes) -> bool:
        """Take one delivery; tell whether its signature was right."""
        try:
            said: dict[str, Any] = standardwebhooks.Webhook(SECRET).verify(body, headers)
        except standardwebhooks.WebhookVerificationError:
            self.refused += 1
            return False
        name = headers["webhook-id"]
        if self.told.setdefault(name, body) != body:
            self.changed.add(name)
        data: dict[str, str] = said["data"]
        if data["purpose"] == Purpose.OFFER and data["offer"] not in self._offers:
            self._offers.add(data["offer"])
            self.links[data["offer"]] = data["link"]
            self._time(said["timestamp"])
            self.on_offer(data["request"])
        return True

    def _time(self, offered_at: str) -> None:
        self._latencies_ms.append(self.age_s(datetime.fromisoformat(offered_at)) * 1000)


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:] if line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _nothing(_: str) -> None:
    """Until somebody listens, nobody does."""


def _none(_: datetime) -> float:
    return 0.0
