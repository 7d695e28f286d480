"""What the pages need around them; whoever mounts them gives it, they have no way of their own to anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request
from pydantic import BaseModel

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.menu import ServiceMenu
from linli.schemas.people import PersonalPart
from linli.schemas.places import District
from linli.streams.board_reader import BoardReader
from linli.streams.clock import Clock


def _nothing(_: AssignmentRecord) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in.

    Parameters
    ----------
    name
        The reference that is recorded with what they do.
    source
        The sender of their events.
    district
        The district they belong to.
    reads
        Whether they have a list of cases.
    all_cases
        Whether every case of the district is theirs to see, as at the desk; otherwise ``sees`` says which are.
    desk
        Whether they decide: confirm, assign, hold, refer and the like.
    orders
        Whether they may place orders for others.
    team
        The team they lead, if they lead one.
    sees
        Tells of a case whether they may know that it exists.
    opens
        Tells of a case that they see whether they may read what it is about.
    told
        Whether they are told that a case is one whose access is restricted. To whoever ordered it, it looks like any
        that was registered: those it may be about must not learn from Linli that somebody looks into it.
    """

    name: str
    source: str
    district: str
    reads: bool = False
    all_cases: bool = False
    desk: bool = False
    orders: bool = False
    team: str | None = None
    sees: Callable[[AssignmentRecord], bool] = _nothing
    opens: Callable[[AssignmentRecord], bool] = _nothing
    told: bool = False

    @property
    def home(self) -> str | None:
        """The page they begin with; ``None`` if there is none for them."""
        if self.reads:
            return "/desk"
        return "/team" if self.team is not None else None


@dataclass(frozen=True, slots=True)
class Became:
    """What became of something that was sent.

    ``code`` is an outcome of the glossary's list ``outcome`` or a reason of its list ``dead_letter`` (then ``refused``
    is true), or ``late`` when nobody knows yet. ``detail`` is a code, or empty. ``referral`` names the office that an
    order goes to instead of volunteers, where whoever ordered may know it.
    """

    code: str
    detail: str = ""
    refused: bool = False
    referral: str | None = None

    @property
    def well(self) -> bool:
        """Whether everything is now as the person wanted it."""
        return self.code in ("applied", "duplicate")


class NotSentError(RuntimeError):
    """It could not be sent: nothing was changed."""


class Surroundings(Protocol):
    """What the pages stand on. ``grids`` gives the names of all grids by code."""

    board: BoardReader
    clock: Clock
    menu: ServiceMenu
    districts: Mapping[str, District]
    grids: Mapping[str, str]

    async def person(self, token: str) -> Person | None:
        """Say whose token it is; ``None`` if nobody's, or no longer."""
        ...

    async def send(self, body: BaseModel, person: Person, request_id: str | None) -> Became:
        """Send a command or an order and wait a little for what becomes of it.

        Raises
        ------
        NotSentError
            If it could not be sent.
        """
        ...

    async def personal(self, record: AssignmentRecord) -> PersonalPart | None:
        """Open the sealed part of a request; ``None`` if it was erased."""
        ...

    def door_code(self, assignment_id: str) -> str:
        """Give the digits that visitors say at the door."""
        ...

    def opens_link(self, offer_id: str, until: str, signature: str) -> bool:
        """Tell whether the parts of a one-tap link are right and its time is not over."""
        ...


def surroundings(request: Request) -> Surroundings:
    """Give what the pages were mounted with."""
    find: Callable[[], Surroundings] = request.app.state.surroundings
    return find()
