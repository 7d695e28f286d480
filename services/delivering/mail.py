"""Mail, and services that the operator named, through apprise: the one place that knows it.

apprise says whether its plug-in raised no error, which is less than "it arrived": a mail server takes a mail to a
mailbox that does not exist and bounces it later, and several of its plug-ins for robots never look at the error code in
the body, which is why those have connectors of our own. What it reports as success is recorded as delivered all the
same; nobody here can know better.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

from pydantic import Field

from linli.schemas.base import Edge, Word
from linli.schemas.errors import Both
from linli.schemas.people import Channel
from linli.services.delivering.private_files import read_private
from linli.services.delivering.sent import DELIVERED, How, Sent

LIMIT_S: Final = 30.0
"""How long a mail server may take."""

ADDRESS: Final = re.compile(r"^[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,250}[A-Za-z0-9])$")
"""A mail address. What a team registers is never an apprise URL: those can name any host, the county's own included."""


class NamedServices(Edge):
    """Services that the operator named, each with its apprise URL; teams register a name and never a URL."""

    services: dict[Word, Annotated[str, Field(min_length=1, max_length=2_000)]] = Field(max_length=100)


def load_services(path: Path) -> Mapping[str, str]:
    """Read the file of named services.

    Raises
    ------
    linli.schemas.menu.ListError
        If it cannot be used, or others may read it: such URLs hold passwords.
    """
    return read_private(path, NamedServices, Both("file of named services", "通知服务文件")).services


class Mail:
    """Sends mails, and to named services.

    Parameters
    ----------
    server
        The county's mail server as apprise writes it, ``mailtos://user:password@mail.example.cn``; ``None`` if there is
        none.
    services
        Services that the operator named, by name; a channel's target is then such a name.
    """

    def __init__(self, server: str | None, services: Mapping[str, str]) -> None:
        self._server = server
        self._services = dict(services)

    async def send(self, channel: Channel, subject: str, text: str) -> Sent:
        """Send one message to a mail address or a named service."""
        url = self._url(channel.target)
        if url is None:
            return Sent(How.NEVER, "bad_address" if self._server else "no_mail_server")
        try:
            async with asyncio.timeout(LIMIT_S + 5):
                arrived = await asyncio.to_thread(_notify, url, subject, text)
        except TimeoutError:
            return Sent(How.LATER, "timeout")
        return DELIVERED if arrived else Sent(How.LATER, "apprise_failed")

    def _url(self, target: str) -> str | None:
        if target in self._services:
            return self._services[target]
        if self._server is None or not ADDRESS.match(target):
            return None
        joint = "&" if "?" in self._server else "?"
        return f"{self._server}{joint}to={quote(target, safe='@')}"


def _notify(url: str, subject: str, text: str) -> bool:
    import apprise  # Here: it loads a hundred plug-ins, and most counties send no mail.

    sender: Any = apprise.Apprise()
    if not sender.add(url):
        return False
    return bool(sender.notify(body=text, title=subject, timeout=LIMIT_S))
