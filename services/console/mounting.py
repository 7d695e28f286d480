"""The pages beside the API: what they stand on is the gateway's own installation, tokens and policy."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from os.path import commonprefix
from typing import Final, TypeVar

from aiokafka.errors import KafkaError
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.routing import Match, Mount
from starlette.types import Scope as StarletteScope
from typing_extensions import override

from linli.schemas.admission import TaskAdmission
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.glossary import Tongue
from linli.schemas.menu import ServiceMenu
from linli.schemas.organisation import NodeRecord
from linli.schemas.people import ContactPart, NotePart, PersonalPart, SealedPart
from linli.schemas.places import District, Grid
from linli.schemas.policy import Policy
from linli.schemas.roles import Role
from linli.schemas.roster import RosterRecord
from linli.schemas.sealed_text import part_of
from linli.services.certificates.writing import as_html
from linli.services.console.call_book import CallBook
from linli.services.console.forms import FormError
from linli.services.console.pages import pages_app
from linli.services.console.surroundings import Became, NotSentError, Person, Surroundings
from linli.services.county_files import load_districts
from linli.services.delivery import letters_of
from linli.services.gateway.access import (
    POLICY,
    Caller,
    Scope,
    is_restricted,
    opens_personal,
    opens_restricted,
    scope_of,
    sees,
    written_for,
)
from linli.services.gateway.case_codes import OpenedCase, case_code, open_case
from linli.services.gateway.installation import Installation
from linli.services.gateway.limits import STRANGER_RATE
from linli.services.gateway.opening import personal_part
from linli.services.gateway.reporting import made_certificate, made_report
from linli.services.outcomes import outcomes, request_since
from linli.services.preparing import prepare
from linli.services.reports.made import MadeReport
from linli.streams.board.reader import BoardReader
from linli.streams.clock import Clock
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.log_lines import log_for
from linli.streams.sealed.door_codes import door_code
from linli.streams.sealed.keyring import UnsealError
from linli.streams.sealed.mark_uses import MarkUse
from linli.streams.sealed.one_tap_links import LinkState, link_state
from linli.streams.sealed.sealing import unseal
from linli.streams.sealed.service_codes import service_code

OPENED_FOR: Final = timedelta(hours=1)
"""How long a resident who knew the code need not type it again: long enough to look, and to rate."""

BY_RESIDENT: Final = "r"
BY_PROXY: Final = "p"
"""Whose code opened a case; part of what opens it again."""

UNIX_DIGITS_MAX: Final = 10
"""Digits of a moment in seconds, until the year 2286."""

_log = log_for("pages")

PATIENCE_S: Final = 8.0
"""How long a page waits for what became of a command: a round takes a fraction of a second, a restart a few."""

API: Final = "/v1/"
"""What the addresses of the API begin with."""

_REPORT_PROBLEMS: Final = {
    Code.NOT_FOUND: ("problem.not_found", 404),
    Code.NOT_VALID: ("reports.wrong_period", 422),
    Code.REPORT_LIMIT: ("reports.too_large", 503),
}
"""What the pages say of a report that cannot be made, and with which status."""

Part = TypeVar("Part", bound=BaseModel)

LAG_S: Final = 2.0
"""How far apart two topics may be on the board: one batch, some 20 ms, unless it is being rebuilt."""


@contextmanager
def _said_on_the_page() -> Generator[None]:
    """Let what keeps a report from being made be a sentence of the pages."""
    try:
        yield
    except LinliError as error:
        sentence, status = _REPORT_PROBLEMS.get(error.code, ("reports.unreadable", 503))
        raise FormError(sentence, status=status) from None


class GatewaySurroundings:
    """What the pages stand on, from the gateway's installation.

    Parameters
    ----------
    installation
        The gateway's.
    """

    def __init__(self, installation: Installation) -> None:
        self._here = installation
        self.board: BoardReader = installation.board
        self.clock: Clock = installation.clock
        self.menu: ServiceMenu = installation.world.menu
        self.admission: TaskAdmission = installation.world.admission
        self.districts: Mapping[str, District] = load_districts(installation.settings)
        self.calls = CallBook(installation.address, installation.facts.district_map.partitions)
        self._letters = letters_of(installation.settings, installation.keyring)
        grids = [grid for district in self.districts.values() for grid in district.grids]
        self.policy: Policy = installation.policy
        self.grids: Mapping[str, str] = {grid.code: grid.name for grid in grids}
        self.communities: Mapping[str, str] = communities_of(grids)

    async def person(self, token: str) -> Person | None:
        """Say whose token it is; ``None`` if nobody's, or no longer."""
        caller = self._here.tokens.caller(token, datetime.now(UTC))
        if caller is None:
            return None
        await self._spend(f"token:{caller.token}", self._here.settings.gateway_rate)
        return person_of(caller)

    async def send(self, body: BaseModel, person: Person, request_id: str | None) -> Became:
        """Send a command or an order and wait a little for what becomes of it."""
        try:
            prepared = prepare(body, person.source, person.district, self._here.world)
        except RefusedError as refused:
            return Became(refused.reason.value, refused.rule, refused=True, answer=refused.answer)
        try:
            [command] = await self._here.inbox.send([prepared.event])
        except LinliError as error:
            raise NotSentError(error.code.value) from error
        became = (await outcomes(self.board, [command], PATIENCE_S)).get(command)
        referral = _referral_to_tell(prepared.command.body, prepared.referral)
        if became is None:
            return Became("late", referral=referral)
        if isinstance(became, DeadLetter):
            answer = Both(*became.answer) if became.answer else None
            return Became(became.reason.value, became.rule, refused=True, answer=answer)
        if request_id is not None:
            await request_since(self.board, request_id, became.round, LAG_S)
        return Became(became.outcome.code.value, became.outcome.detail, referral=referral)

    async def personal(self, record: AssignmentRecord, person: Person, why: str) -> PersonalPart | None:
        """Open the sealed part of a request, and note who did; ``None`` if it was erased."""
        if person.caller is None:
            return None
        try:
            return await personal_part(self._here, record, person.caller, why)
        except (LinliError, UnsealError):
            return None

    async def note(self, sealed: SealedPart, record: AssignmentRecord, person: Person) -> str:
        """Open what somebody wrote about a case, and note who did; empty if it was erased."""
        part = await self._opened(sealed, person, NotePart, why="note", case=record.request_id)
        return "" if part is None else part.text

    async def erased(self, texts: Iterable[str]) -> frozenset[str]:
        """Give those of some sentences whose key is gone; none of them while Kafka, which knows, does not answer."""
        parts = {text: part for text in texts if (part := part_of(text)) is not None}
        try:
            found = await asyncio.gather(*(self._here.keys.find(part.key_id) for part in parts.values()))
        except KafkaError as error:
            _log.warning("it is not known what was erased", error=type(error).__name__)
            return frozenset()
        return frozenset(text for text, key in zip(parts, found, strict=True) if key is None)

    async def contact_of(self, whom: RosterRecord | NodeRecord, person: Person) -> ContactPart | None:
        """Open how a lead, a node's contact or a deputy is reached now, and note who did; ``None`` if nobody is."""
        sealed = whom.details.contact_at(self.clock.now())
        return None if sealed is None else await self._opened(sealed, person, ContactPart, why="call", whom=whom.key)

    async def _opened(self, sealed: SealedPart, person: Person, part: type[Part], **about: str) -> Part | None:
        """Open a sealed part, and note who did, why and about whom; ``None`` if it was erased."""
        key = await self._here.keys.find(sealed.key_id)
        if key is None or person.caller is None:
            return None
        _log.info("opened", **about, role=person.caller.role.value, token=person.caller.token)
        try:
            return unseal(sealed, key, self._here.keyring, part)
        except UnsealError:
            return None

    async def report(self, name: str, given: Mapping[str, str], person: Person) -> MadeReport:
        """Make a report of somebody's district."""
        with _said_on_the_page():
            return await made_report(self._here, name, given, person.district)

    async def certificate(self, who: tuple[str, str], given: Mapping[str, str], person: Person, tongue: Tongue) -> str:
        """Write the certificate of a team's member."""
        with _said_on_the_page():
            return as_html(await made_certificate(self._here, who, given, person.district, tongue), tongue)

    def message(self, record: DeliveryRecord) -> str:
        """Write what a delivery says, to be read out or copied."""
        return self._letters.short(record)

    def door_code(self, assignment_id: str) -> str:
        """Give the digits that visitors say at the door."""
        return door_code(assignment_id, self._here.keyring)

    def service_code(self, assignment_id: str) -> str:
        """Give the digits that a resident tells the visitors when the help was given."""
        return service_code(assignment_id, self._here.keyring)

    def case_code(self, request_id: str, person: Person) -> tuple[str, datetime]:
        """Give the code with which a resident opens a case, as this person may tell it, and until when it works."""
        by_proxy = person.caller is None or person.caller.role is Role.PROXY
        made = case_code(self._here.keyring, request_id, datetime.now(UTC), by_proxy=by_proxy)
        return made.code, made.until

    async def open_case(self, number: str, code: str, peer: str) -> str | None:
        """Open a case for a resident; return what opens it again for a while, or ``None`` if the code is wrong."""
        try:
            opened = await open_case(self._here, number, code, peer)
        except LinliError as error:
            if error.code is Code.TOO_MANY:
                raise FormError("problem.too_often", status=429) from None
            return None
        until = int((datetime.now(UTC) + OPENED_FOR).timestamp())
        who = BY_PROXY if opened.by_proxy else BY_RESIDENT
        request_id = opened.record.request_id
        return f"{request_id}.{until}.{who}.{self._opened_mark(request_id, until, who)}"

    async def opened_case(self, key: str) -> OpenedCase | None:
        """Give the case that a resident opened; ``None`` if that is too long ago."""
        request_id, _, rest = key.partition(".")
        end, _, marked = rest.partition(".")
        who, _, mark = marked.partition(".")
        if not (end.isascii() and end.isdigit() and len(end) <= UNIX_DIGITS_MAX):
            return None
        if not hmac.compare_digest(self._opened_mark(request_id, int(end), who).encode(), mark.encode()):
            return None
        record = await self.board.request(request_id) if datetime.now(UTC).timestamp() < int(end) else None
        return None if record is None else OpenedCase(record, by_proxy=who != BY_RESIDENT)

    def _opened_mark(self, request_id: str, until: int, who: str) -> str:
        return self._here.keyring.mark(MarkUse.OPENED_CASE, f"{request_id}\x1f{until}\x1f{who}".encode())

    async def note_stranger(self, peer: str) -> None:
        """Count somebody whose token is not known."""
        await self._spend(f"stranger:{peer}", STRANGER_RATE)

    async def _spend(self, name: str, limit: int) -> None:
        try:
            await self._here.limits.spend(name, limit)
        except LinliError:
            raise FormError("problem.too_often", status=429) from None

    def opens_link(self, offer_id: str, until: str, signature: str) -> bool:
        """Tell whether the parts of a one-tap link are right and its time is not over."""
        if not (until.isascii() and until.isdigit() and len(until) <= UNIX_DIGITS_MAX):
            return False
        now = self.clock.now()
        return link_state(self._here.keyring, offer_id, int(until), signature, now) is LinkState.VALID


def communities_of(grids: Iterable[Grid]) -> dict[str, str]:
    """Name each community by what the names of its grids begin with alike: district files name grids alone."""
    names: dict[str, list[str]] = {}
    for grid in grids:
        names.setdefault(grid.community, []).append(grid.name)
    # Names, not paths, are compared: letter by letter is right.
    alike = {code: commonprefix(some) for code, some in names.items()}  # noqa: RUF071
    return {code: name.rstrip(" 第-·") or code for code, name in alike.items()}


def _referral_to_tell(body: BaseModel, referral: str | None) -> str | None:
    """Name the office to turn to at once; a suspicion of harm is not told to whoever ordered."""
    restricted = bool(getattr(getattr(body, "details", None), "restricted", False))
    return None if restricted else referral


def person_of(caller: Caller) -> Person:
    """Say what the pages are for a caller, by the gateway's policy."""
    scope = scope_of("show_request", caller.role) or Scope.OWN_TEAM
    reveals = scope_of("show_personal", caller.role) is not None
    reads = caller.role is not Role.TEAM_LEAD and scope_of("show_request", caller.role) is not None
    return Person(
        name=caller.name,
        source=caller.source,
        district=caller.district,
        reads=reads,
        all_cases=reads and scope is Scope.DISTRICT,
        may=frozenset(act for act, roles in POLICY.items() if caller.role in roles),
        team=caller.team,
        sees=lambda record: reads and sees(caller, scope, record),
        opens=lambda record: not is_restricted(record) or opens_restricted(caller, record),
        told=caller.role in (Role.DISPATCH_CENTRE, Role.ADMINISTRATOR, Role.OFFICER),
        caller=caller,
        opens_person=lambda record: reveals and opens_personal(caller, record),
        written=lambda record: written_for(caller, record) if reveals else (),
    )


def mount_pages(app: FastAPI) -> None:
    """Put the pages at the root of the gateway, behind its own routes.

    Parameters
    ----------
    app
        The gateway's application; its installation is put in later, before the first request.
    """
    known: list[Surroundings] = []

    def find() -> Surroundings:
        if not known:
            known.append(GatewaySurroundings(app.state.installation))
        return known[0]

    app.router.routes.append(_BesideApi("", pages_app(find), name="pages"))


class _BesideApi(Mount):
    """Answers what is not of the API: there, whoever asks for what does not exist is a program."""

    @override
    def matches(self, scope: StarletteScope) -> tuple[Match, StarletteScope]:
        """Say whether an address is one of the pages'."""
        if str(scope.get("path", "")).startswith(API):
            return Match.NONE, {}
        return super().matches(scope)
