"""The gateway as its callers meet it: a running house, and clients with tokens of every role."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.support.house import House

Json = dict[str, Any]


def address_of(house: House) -> str:
    """Say where the gateway of a house listens."""
    found = next(one.address for one in house.running.processes if one.name == "gateway")
    return f"http://{found}"


def token_for(house: House, role: str, name: str, *scope: str) -> str:
    """Issue a token at the command line."""
    made = house.json("tokens", "issue", role, name, *scope)
    return str(made["token"])


def client_of(house: House, token: str | None = None, **headers: str) -> httpx2.Client:
    """Give a client that speaks to the gateway of a house."""
    signed = {} if token is None else {"authorization": f"Bearer {token}"}
    return httpx2.Client(base_url=address_of(house), headers={**signed, **headers}, timeout=40)
