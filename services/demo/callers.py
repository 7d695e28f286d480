"""Everybody who speaks to the gateway in the demo, each with a token of their own, as a county would give them out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from linli.matcher.desk.orders import CHILD_DIRECTOR
from linli.schemas.roles import Role
from linli.services.demo.county import layout
from linli.services.demo.demand import HOTLINE_SOURCE, PROXY_SOURCE, RESIDENT_SOURCE
from linli.services.gateway.tokens import TOKENS_FILE, TokenBook

DESK: Final = HOTLINE_SOURCE
"""The dispatch centre that also hears the residents' calls afterwards."""

_ROLES: Final[Mapping[str, Role]] = {
    HOTLINE_SOURCE: Role.DISPATCH_CENTRE,
    RESIDENT_SOURCE: Role.DISPATCH_CENTRE,
    PROXY_SOURCE: Role.PROXY,
}
"""What each sender of orders is to the gateway; the grid workers' application orders for others."""

_LEAD: Final = "lead-"
_GRID_WORKER: Final = "grid-worker-"

DIRECTOR: Final = "child-director"
"""The officer with whom a child's case waits for consent."""

READER: Final = "reports"
"""Who reads the reports, to hold them against the log."""

VALID_FOR: Final = timedelta(days=1)
"""How long the demo's tokens work: it is over in minutes, and with it the state folder."""


def sends_as(source: str) -> str:
    """Give the sender under which the gateway passes on what a sender of orders says."""
    return f"proxy:{source}" if _ROLES.get(source) is Role.PROXY else source


def ordered_from(sender: str) -> str:
    """Give the sender of orders whom the gateway named so; the inverse of `sends_as`."""
    return sender.removeprefix("proxy:")


def lead_of(team: str) -> str:
    """Name the lead of a team."""
    return _LEAD + team


def grid_worker_of(community: str) -> str:
    """Name the grid worker of a community."""
    return _GRID_WORKER + community


class Callers:
    """The tokens of the demo's people.

    Parameters
    ----------
    state
        The state folder of the installation.
    """

    def __init__(self, state: Path) -> None:
        self._book = TokenBook(state / TOKENS_FILE)
        self._tokens: dict[str, str] = {name: self._issued(name, role) for name, role in _ROLES.items()}

    def token_of(self, name: str) -> str:
        """Give somebody's token; a lead gets theirs when they first need it."""
        if name not in self._tokens:
            self._tokens[name] = self._issued_when_needed(name)
        return self._tokens[name]

    def _issued_when_needed(self, name: str) -> str:
        if name == DIRECTOR:
            return self._issued(name, Role.OFFICER, place=CHILD_DIRECTOR)
        if name.startswith(_GRID_WORKER):
            return self._issued(name, Role.OFFICER, place=name.removeprefix(_GRID_WORKER))
        if name == READER:
            return self._issued(name, Role.OPERATOR)
        return self._issued(name, Role.TEAM_LEAD, team=name.removeprefix(_LEAD))

    def _issued(self, name: str, role: Role, *, team: str | None = None, place: str | None = None) -> str:
        now = datetime.now(UTC)
        _, token = self._book.issue(role, name, layout().code, now=now, expires=now + VALID_FOR, team=team, place=place)
        return token
