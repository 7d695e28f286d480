"""Where a delivery may go: https on allowed hosts, and only to public addresses, whatever the name resolves to.

Whoever registers a team names an address that this machine will speak to: without limits that is a way into the
county's own network (server-side request forgery). So the address is judged twice. The URL must be https and its host
on the list; then the host is resolved once, every single answer must be a public address, and the connection is made to
the address that was judged, never to the name again: a name that changes its answer in between gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

HTTPS_PORT: Final = 443

URL_CHARACTERS_MAX: Final = 2_000
"""Longest address that is called: a contact's own is at most 300, a provider's with a signature under 600."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

Resolver = Callable[[str, int], Awaitable[Iterable[str]]]
"""Gives every address of a host."""

_HOST: Final = re.compile(r"^[a-z0-9](?:[a-z0-9.\-]{0,251}[a-z0-9])?$")
_VISIBLE: Final = re.compile(r"^[\x21-\x7e]+$")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_SITE_LOCAL: Final = ipaddress.IPv6Network("fec0::/10")
_NOT_ROUTED: Final = (
    ipaddress.ip_network("3fff::/20"),  # Documentation, RFC 9637: younger than some Pythons' tables.
    ipaddress.ip_network("192.88.99.0/24"),  # Relays to 6to4, given up by RFC 7526.
)


class Refusal(StrEnum):
    """Why a target is not spoken to."""

    NOT_A_URL = "not_a_url"
    NOT_HTTPS = "not_https"
    HOST_NOT_ALLOWED = "host_not_allowed"
    PRIVATE_ADDRESS = "private_address"


class RefusedTargetError(Exception):
    """A target that is not spoken to; the message is the reason alone, for the target may be a secret."""

    def __init__(self, reason: Refusal) -> None:
        self.reason = reason
        super().__init__(reason.value)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in its parts; ``path`` holds the query as well."""

    secure: bool
    host: str
    port: int
    path: str


async def system_resolver(host: str, port: int) -> list[str]:
    """Ask the system for every address of a host.

    Raises
    ------
    OSError
        If it has none, or nobody knows.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class Targets:
    """Judges targets.

    Parameters
    ----------
    hosts
        Hosts that may be called: ``hooks.example.cn``, ``hooks.example.cn:8443`` for another port than 443, or
        ``*.example.cn`` for everything below a name.
    loopback
        Addresses of this machine that may be called nevertheless, with their port, ``127.0.0.1:8099``: for tests and
        the demo. These alone may be called without TLS.
    resolve
        Where addresses come from.
    """

    def __init__(self, hosts: Iterable[str], loopback: Iterable[str] = (), resolve: Resolver = system_resolver) -> None:
        self._hosts = frozenset(hosts)
        self._loopback = frozenset(loopback)
        self._resolve = resolve

    def judged(self, url: str, own_hosts: Iterable[str] = ()) -> Target:
        """Judge a URL before anything is asked of the network.

        Parameters
        ----------
        url
            What somebody registered.
        own_hosts
            Hosts that this kind of channel may call besides those of the list: its provider's.

        Raises
        ------
        RefusedTargetError
            If it may not be called.
        """
        target = _parsed(url)
        if self._is_named_loopback(target.host, target.port):
            return target
        if not target.secure:
            raise RefusedTargetError(Refusal.NOT_HTTPS)
        if not any(_matches(entry, target) for entry in (*self._hosts, *own_hosts)):
            raise RefusedTargetError(Refusal.HOST_NOT_ALLOWED)
        return target

    async def addresses(self, host: str, port: int) -> list[str]:
        """Resolve a host once, and give its addresses if every one of them may be called.

        Raises
        ------
        RefusedTargetError
            If one of them is not public: a name that has both is a trick, not a mistake.
        OSError
            If the host is not known.
        """
        found = list(dict.fromkeys(await self._resolve(host, port)))
        if not found:
            raise OSError(f"{host} has no address")
        for address in found:
            if not (is_public(address) or self._is_named_loopback(address, port)):
                raise RefusedTargetError(Refusal.PRIVATE_ADDRESS)
        return found

    def _is_named_loopback(self, host: str, port: int) -> bool:
        shown = f"[{host}]" if ":" in host else host
        return f"{shown}:{port}" in self._loopback


def is_public(text: str) -> bool:
    """Tell whether an address belongs to the public network, whatever it is wrapped in.

    Notes
    -----
    The library's own ``is_global`` calls multicast global, and in some versions of Python IPv4 addresses inside IPv6
    ones; both are looked at here.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return all(_is_public(one) for one in (address, *_wrapped(address)))


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address in _NAT64:
            return True  # Nothing but a way to write an IPv4 address, which is judged beside it.
        if address in _SITE_LOCAL or address.scope_id is not None:
            return False
    if any(address in network for network in _NOT_ROUTED):
        return False
    special = address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
    return address.is_global and not address.is_private and not address.is_unspecified and not special


def _wrapped(address: Address) -> list[ipaddress.IPv4Address]:
    """Give the IPv4 addresses that an IPv6 address leads to: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in inner if one is not None]


def _parsed(url: str) -> Target:
    """Take a URL apart; what could be read in two ways is refused."""
    if len(url) > URL_CHARACTERS_MAX or not _VISIBLE.match(url) or "\\" in url or "#" in url:
        raise RefusedTargetError(Refusal.NOT_A_URL)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise RefusedTargetError(Refusal.NOT_A_URL) from None
    if "@" in parts.netloc or not (_HOST.match(host) or _is_v6(host)):
        raise RefusedTargetError(Refusal.NOT_A_URL)
    if parts.scheme not in ("http", "https"):
        raise RefusedTargetError(Refusal.NOT_HTTPS)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port or (HTTPS_PORT if secure else 80), path)


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def _matches(entry: str, target: Target) -> bool:
    name, _, port = entry.rpartition(":")
    if not port.isdigit():
        name, port = entry, str(HTTPS_PORT)
    if target.port != int(port):
        return False
    return target.host.endswith(name[1:]) if name.startswith("*.") else target.host == name
