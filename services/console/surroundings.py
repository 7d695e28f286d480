"""What the pages need around them; whoever mounts them gives it, they have no way of their own to anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastapi import Request
from pydantic import BaseModel

from linli.schemas.admission import TaskAdmission
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.errors import Both
from linli.schemas.glossary import Tongue
from linli.schemas.menu import ServiceMenu
from linli.schemas.organisation import NodeRecord
from linli.schemas.people import ContactPart, PersonalPart, SealedPart
from linli.schemas.places import District
from linli.schemas.policy import Policy
from linli.schemas.roster import RosterRecord
from linli.services.console.call_book import CallBook
from linli.services.gateway.access import Caller
from linli.services.gateway.case_codes import OpenedCase
from linli.services.reports.made import MadeReport
from linli.streams.board.reader import BoardReader
from linli.streams.clock import Clock


def _no_text(_: AssignmentRecord) -> tuple[str, ...]:
    return ()


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
    may
        What they may do, named as in the gateway's policy.
    team
        The team they lead, if they lead one.
    sees
        Tells of a case whether they may know that it exists.
    opens
        Tells of a case that they see whether they may read what it is about.
    told
        Whether they are told that a case is one whose access is restricted. To whoever ordered it, it looks like any
        that was registered: those it may be about must not learn from Linli that somebody looks into it.
    caller
        Who they are to the gateway; nobody for whoever answers by a link, or rates with a code.
    opens_person
        Whether they may open whom a case is about.
    written
        What of that which was written about a case they may open.
    """

    name: str
    source: str
    district: str
    reads: bool = False
    all_cases: bool = False
    may: frozenset[str] = frozenset()
    team: str | None = None
    sees: Callable[[AssignmentRecord], bool] = _nothing
    opens: Callable[[AssignmentRecord], bool] = _nothing
    told: bool = False
    caller: Caller | None = None
    opens_person: Callable[[AssignmentRecord], bool] = _nothing
    written: Callable[[AssignmentRecord], tuple[str, ...]] = _no_text

    @property
    def orders(self) -> bool:
        """Whether they may place orders for others."""
        return "order" in self.may

    @property
    def reports(self) -> bool:
        """Whether they may read reports."""
        return "report" in self.may

    @property
    def watches(self) -> bool:
        """Whether they may know how everything stands."""
        return "overview" in self.may

    @property
    def home(self) -> str | None:
        """The page they begin with; ``None`` if there is none for them."""
        if self.reads:
            return "/desk"
        if self.team is not None:
            return "/team"
        if self.watches:
            return "/desk/stream"
        return "/desk/reports" if self.reports else None


@dataclass(frozen=True, slots=True)
class Became:
    """What became of something that was sent.

    ``code`` is an outcome of the glossary's list ``outcome`` or a reason of its list ``dead_letter`` (then ``refused``
    is true), or ``late`` when nobody knows yet. ``detail`` is a code, or empty. ``referral`` names the office that an
    order goes to instead of volunteers, where whoever ordered may know it; ``answer`` who handles what was refused.
    """

    code: str
    detail: str = ""
    refused: bool = False
    referral: str | None = None
    answer: Both | None = None

    @property
    def well(self) -> bool:
        """Whether everything is now as the person wanted it."""
        return self.code in ("applied", "duplicate")


class NotSentError(RuntimeError):
    """It could not be sent: nothing was changed."""


class Surroundings(Protocol):
    """What the pages stand on. ``grids`` and ``communities`` give names by code."""

    board: BoardReader
    clock: Clock
    menu: ServiceMenu
    admission: TaskAdmission
    districts: Mapping[str, District]
    grids: Mapping[str, str]
    communities: Mapping[str, str]
    policy: Policy
    calls: CallBook

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

    async def personal(self, record: AssignmentRecord, person: Person, why: str) -> PersonalPart | None:
        """Open the sealed part of a request, and note who did; ``None`` if it was erased."""
        ...

    async def note(self, sealed: SealedPart, record: AssignmentRecord, person: Person) -> str:
        """Open what somebody wrote about a case, and note who did; empty if it was erased."""
        ...

    async def erased(self, texts: Iterable[str]) -> frozenset[str]:
        """Give those of some sentences whose key is gone; none of them while Kafka, which knows, does not answer."""
        ...

    async def contact_of(self, whom: RosterRecord | NodeRecord, person: Person) -> ContactPart | None:
        """Open how a lead, a node's contact or a deputy is reached now, and note who did; ``None`` if nobody is."""
        ...

    async def report(self, name: str, given: Mapping[str, str], person: Person) -> MadeReport:
        """Make a report of somebody's district.

        Raises
        ------
        linli.services.console.forms.FormError
            If there is none of that name, it cannot be asked for like that, or the ledger cannot be read.
        """
        ...

    async def certificate(self, who: tuple[str, str], given: Mapping[str, str], person: Person, tongue: Tongue) -> str:
        """Write the certificate of a team's member as HTML, without a name: Linli does not know it.

        Raises
        ------
        linli.services.console.forms.FormError
            If the ledger cannot be read.
        """
        ...

    def message(self, record: DeliveryRecord) -> str:
        """Write what a delivery says, to be read out or copied."""
        ...

    def door_code(self, assignment_id: str) -> str:
        """Give the digits that visitors say at the door."""
        ...

    def service_code(self, assignment_id: str) -> str:
        """Give the digits that a resident tells the visitors when the help was given; never shown to a team."""
        ...

    def case_code(self, request_id: str, person: Person) -> tuple[str, datetime]:
        """Give the code with which a resident opens a case, as this person may tell it, and until when it works."""
        ...

    async def open_case(self, number: str, code: str, peer: str) -> str | None:
        """Open a case for a resident; return what opens it again for a while, or ``None`` if the code is wrong.

        Raises
        ------
        linli.services.console.forms.FormError
            If it was tried too often.
        """
        ...

    async def opened_case(self, key: str) -> OpenedCase | None:
        """Give the case that a resident opened; ``None`` if that is too long ago, or its access is restricted."""
        ...

    async def note_stranger(self, peer: str) -> None:
        """Count somebody whose token is not known.

        Raises
        ------
        linli.services.console.forms.FormError
            If there were too many from this address.
        """
        ...

    def opens_link(self, offer_id: str, until: str, signature: str) -> bool:
        """Tell whether the parts of a one-tap link are right and its time is not over."""
        ...


def surroundings(request: Request) -> Surroundings:
    """Give what the pages were mounted with."""
    find: Callable[[], Surroundings] = request.app.state.surroundings
    return find()
