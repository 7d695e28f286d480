"""The gateway's door as the demo's people use it: real HTTP requests, sent again while that makes sense.

Every answer is counted, and what was answered "registered" is remembered, so that it can be held against the ledger.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import httpx2

from linli.schemas.answers import Accept, Decline, Rate
from linli.schemas.orders import Order
from linli.services.demo.callers import Callers
from linli.services.demo.said import OrderedBy, Said, code_wanted, own_word, said
from linli.services.demo.tally import percentile
from linli.services.demo.timed import TimedEvent, chance

AT_ONCE: Final = 64
"""Requests under way at once: more people than act in the same second of the busiest day."""

PATIENCE_S: Final = 60.0
"""How long somebody tries to be answered at all: longer than any restart."""

PAUSE_S: Final = 0.3
"""Before somebody asks again, unless the gateway says when."""

TIMEOUT_S: Final = 40.0
"""How long one request may take: the gateway itself gives up waiting for the broker after eight."""

AGAIN: Final = frozenset({0, 429, 503})
"""Answers after which the same request is sent again; 0: there was none."""

NOT_THERE: Final = 404

LINK_CODES: Final = {409: "not_applied", 410: "link_expired"}
"""Why a link's page says no, named as the API names it: a page has words and no codes."""

Links = dict[str, str]
"""The one-tap link of each offer that a lead heard of."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered.

    Parameters
    ----------
    status
        Of HTTP; 0 if there was no answer.
    data
        The JSON object; empty for a page.
    repeated
        Whether it is the answer to an earlier request with the same key.
    wait_s
        When to try again, if the gateway said so.
    """

    status: int
    data: dict[str, Any]
    repeated: bool = False
    wait_s: float | None = None

    @property
    def well(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Name a refusal: the reason that a dead letter would have had, else the problem's code."""
        refused: dict[str, Any] = self.data.get("refused") or {}
        return str(refused.get("reason") or self.data.get("code") or f"http_{self.status}")


class Door:
    """Speaks to the gateway for everybody. Use ``async with``.

    Parameters
    ----------
    base
        The gateway's address, ``http://...``.
    callers
        Everybody's tokens.
    ordered_by
        Who ordered a request.
    links
        The one-tap links that leads have received: half of the offers are answered by theirs.

    Attributes
    ----------
    refused
        Requests refused, by code.
    answered_again
        Requests whose answer was that of an earlier one with the same key.
    registered
        By request id: the command as which an order was acknowledged.
    by_link
        Answers given by a one-tap link.
    faults
        What must not be: malformed orders that were taken, requests that never got an answer.
    """

    def __init__(self, base: str, callers: Callers, ordered_by: OrderedBy, links: Links) -> None:
        self._base, self._callers, self._ordered_by, self._links = base, callers, ordered_by, links
        self._client = _client(base)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._latencies_ms: list[float] = []
        self.refused: Counter[str] = Counter()
        self.answered_again = 0
        self.registered: dict[str, str] = {}
        self.by_link = 0
        self.faults: list[str] = []

    @property
    def answered(self) -> int:
        """How many requests got an answer."""
        return len(self._latencies_ms)

    def latency_ms(self, share: float) -> float | None:
        """Give a percentile of the real milliseconds from sending a request to its answer."""
        found = percentile(sorted(self._latencies_ms), share)
        return None if found is None else round(found, 1)

    async def __aenter__(self) -> Self:
        """Keep connections from now on."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them."""
        await self._client.aclose()

    async def code_of(self, case: str) -> str:
        """Give the code of a request, as whoever ordered it tells it to the resident; empty if it is not told."""
        told = await self._until_answered(code_wanted(case, self._ordered_by), "")
        return str(told.data.get("code", "")) if told.well else ""

    async def say(self, event: TimedEvent) -> None:
        """Say an event, and note what was answered."""
        async with self._turns:
            answer = await self._answer_to(event)
        self.answered_again += answer.repeated
        if answer.status in AGAIN:
            self.faults.append(f"{event.event_id} was not answered ({answer.code})")
        elif not answer.well:
            self.refused[answer.code] += 1
        if event.body is None and event.expected is not None and answer.well:
            self.faults.append(f"{event.note} was taken")
        if isinstance(event.body, Order) and answer.well:
            self.registered[str(answer.data["request_id"])] = str(answer.data["command"])

    async def _answer_to(self, event: TimedEvent) -> Answer:
        if isinstance(event.body, Rate) and event.body.by == "resident":
            return await self._own_word(event.body)
        if isinstance(event.body, Accept | Decline) and not event.note and _by_link(event.body.offer):
            return await self._by_link(event.body)
        return await self._until_answered(said(event, self._ordered_by), event.event_id)

    async def _own_word(self, rating: Rate) -> Answer:
        """Have whoever ordered tell the resident the code; then the resident rates, from an address of their own."""
        case = rating.target.request_id or ""
        told = await self._until_answered(code_wanted(case, self._ordered_by), "")
        if not told.well:
            return told
        async with _client(self._base, _address_of(case)) as client:
            return await self._until_answered(own_word(rating, case, str(told.data["code"])), "", client)

    async def _by_link(self, body: Accept | Decline) -> Answer:
        """Tap the link of a message: what stands on the form that it shows is sent from there."""
        self.by_link += 1
        form = {"member": list(body.members)} if isinstance(body, Accept) else {"reason": body.reason.value}
        began = time.monotonic()
        try:
            response = await self._client.post(f"{self._links[body.offer]}/{body.kind}", data=form)
        except httpx2.TransportError as error:
            return Answer(0, {"code": type(error).__name__})
        self._latencies_ms.append((time.monotonic() - began) * 1000)
        code = LINK_CODES.get(response.status_code)
        return Answer(response.status_code, {} if code is None else {"code": code})

    async def _until_answered(self, wanted: Said, key: str, client: httpx2.AsyncClient | None = None) -> Answer:
        """Send a request, and again under the same key while that makes sense."""
        began = time.monotonic()
        while True:
            answer = await self._once(client or self._client, wanted, key)
            waited = time.monotonic() - began
            under_way = answer.status == 409 and answer.code == "in_progress"
            patience = wanted.patience_s if answer.status == NOT_THERE else PATIENCE_S
            if not (answer.status in AGAIN or answer.status == NOT_THERE or under_way) or waited > patience:
                return answer
            await asyncio.sleep(answer.wait_s or PAUSE_S)

    async def _once(self, client: httpx2.AsyncClient, wanted: Said, key: str) -> Answer:
        headers = {"authorization": f"Bearer {self._callers.token_of(wanted.who)}"} if wanted.who else {}
        headers |= {"idempotency-key": key} if key else {}
        headers |= {"content-type": "application/json"} if wanted.body else {}
        method, content = ("POST", wanted.body) if wanted.body else ("GET", None)
        began = time.monotonic()
        try:
            response = await client.request(method, wanted.path, content=content, headers=headers)
        except httpx2.TransportError as error:
            return Answer(0, {"code": type(error).__name__})
        self._latencies_ms.append((time.monotonic() - began) * 1000)
        again = response.headers.get("retry-after")
        return Answer(
            response.status_code,
            response.json(),
            response.headers.get("idempotency-replayed") == "true",
            float(again) if again is not None else None,
        )


def _client(base: str, address: str | None = None) -> httpx2.AsyncClient:
    """Make a client; it speaks to this machine alone, so neither TLS nor a proxy is asked for."""
    transport = httpx2.AsyncHTTPTransport(verify=False, trust_env=False, local_address=address)
    return httpx2.AsyncClient(base_url=base, timeout=TIMEOUT_S, transport=transport)


def _by_link(offer: str) -> bool:
    """Tell whether the lead of an offer taps the link: one half does, the other has an application."""
    return chance("by link", offer).random() < 0.5


def _address_of(case: str) -> str:
    """Give a resident an address of their own: the gateway counts tries of codes by address."""
    dice = chance("address", case)
    return f"127.{dice.randint(1, 254)}.{dice.randint(0, 254)}.{dice.randint(1, 254)}"
