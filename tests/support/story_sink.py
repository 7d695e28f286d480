"""What is received in the stories: a real server in a thread of its own; single addresses can be down or refuse."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from tests.support.providers import Providers, Reply, Request
from tests.support.terminal import Json

T = TypeVar("T")

SECRET = "whsec_" + "c3ludGhldGljLXNlY3JldC0wMTIzNDU2Nzg5"
"""What every webhook of the stories is signed with; it opens nothing."""

START_S = 10.0
"""How long the server may take to listen."""


@dataclass(frozen=True)
class Message:
    """A webhook that came: when by the real clock, its delivery id, its body, and whether it was taken."""

    at: datetime
    id: str
    body: bytes
    data: Json
    taken: bool

    @property
    def purpose(self) -> str:
        """What it says."""
        return str(self.data["purpose"])


class Sink:
    """A receiver of webhooks and a provider of group robots. Use ``with``."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sink", daemon=True)
        self._faults: dict[str, Reply] = {}
        self._arrived: list[tuple[datetime, Request, bool]] = []
        self._providers = Providers(behave=self._behave)

    def __enter__(self) -> Sink:
        self._thread.start()
        self._do(self._providers.start())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._providers.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def address(self) -> str:
        """Host and port: the one address of this machine that delivery may call."""
        return self._providers.address

    def webhook(self, name: str) -> Json:
        """Open a webhook and give it as a channel of a contact."""
        self._providers.secrets[f"/hook/{name}"] = SECRET
        return {"kind": "webhook", "target": self._providers.url(f"/hook/{name}"), "secret": SECRET}

    def robot(self, name: str, key: str = "right") -> Json:
        """Give a group robot of WeCom as a channel; one with another key is refused as WeCom does: with 200."""
        return {"kind": "wecom", "target": self._providers.url(f"/cgi-bin/webhook/send/{name}?key={key}")}

    def goes_down(self, name: str, reply: Reply) -> None:
        """Let an address answer with a fault from now on."""
        self._faults[f"/hook/{name}"] = reply

    def comes_back(self, name: str) -> None:
        """Let an address work again."""
        self._faults.pop(f"/hook/{name}", None)

    def webhooks(self, name: str) -> list[Message]:
        """List what came to a webhook, the tries that failed included."""
        return [
            Message(at, request.headers["webhook-id"], request.body, request.json["data"], taken)
            for at, request, taken in list(self._arrived)
            if request.path == f"/hook/{name}"
        ]

    def said_in_group(self, name: str) -> list[str]:
        """List what a robot was told to say, refused or not."""
        path = f"/cgi-bin/webhook/send/{name}"
        return [request.json["text"]["content"] for _, request, _ in list(self._arrived) if request.path == path]

    def _behave(self, request: Request) -> Reply | None:
        fault = self._faults.get(request.path)
        self._arrived.append((datetime.now(UTC), request, fault is None))
        return fault

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_S)
