"""Looking things up for a caller: what is out of scope is not there, so nobody learns what exists elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from linli.schemas.assignment import AssignmentRecord, Offer
from linli.schemas.errors import Code, LinliError
from linli.schemas.lifecycle import OPEN, OfferState, State
from linli.schemas.roles import Role
from linli.schemas.roster import RosterRecord
from linli.services.gateway.access import Caller, Scope, sees
from linli.services.gateway.installation import Installation
from linli.services.gateway.views import find_offer
from linli.streams.board import keys
from linli.streams.board.reader import Place, request_of

URGENCIES: Final = (0, 1, 2)
"""The urgency classes, the most urgent first."""

VISITS_BACK: Final = timedelta(days=28)
VISITS_AHEAD: Final = timedelta(days=28)
"""Which visits count as a team's: those of a load window before and after."""

LOOKS_MAX: Final = 20
"""Pages of the board read for one page of an answer: whoever sees few of a long list gets a short page and goes on."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: all open requests, the most urgent first, unless a state or an urgency is named.

    Parameters
    ----------
    state, urgency
        Only these.
    after
        Where the page before ended; empty for the first.
    limit
        Most requests of one page.
    """

    state: State | None
    urgency: int | None
    after: str
    limit: int

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists of the board to read, one after the other."""
        if self.state is not None:
            return (keys.in_state(self.state),)
        return tuple(keys.of_urgency(one) for one in URGENCIES if self.urgency in (None, one))

    def matches(self, record: AssignmentRecord) -> bool:
        """Tell whether a request of these lists is looked for."""
        urgency = record.details.urgency if record.details is not None else None
        return self.urgency in (None, urgency) and (self.state is not None or record.state in OPEN)


async def request_named(here: Installation, caller: Caller, scope: Scope, name: str) -> AssignmentRecord:
    """Find a request by our id, by ``SOURCE/NUMBER`` or by a number that only one sender used.

    Raises
    ------
    LinliError
        ``unknown_request`` if there is none within the caller's scope, or several of this number.
    """
    found = await numbered(here, caller, scope, name)
    own = [record for record in found if record.details is not None and record.details.source == caller.source]
    meant = own if len(found) > 1 else found
    if len(meant) != 1:
        raise LinliError(Code.UNKNOWN_REQUEST, id=name)
    return meant[0]


async def numbered(here: Installation, caller: Caller, scope: Scope, name: str) -> list[AssignmentRecord]:
    """Give the requests within the caller's scope that a name may mean."""
    named = [await here.board.request(one) for one in await here.board.named(name)]
    return [record for record in named if record is not None and sees(caller, scope, record)]


async def of_team(here: Installation, caller: Caller, scope: Scope, team: str) -> list[AssignmentRecord]:
    """Give the requests that a team is asked for now, then those it visits, as far as the caller may see them."""
    asked = [seen.request for seen in await here.board.offers_to(team)]
    now = here.clock.now()
    visited = await here.board.visits_of(team, now - VISITS_BACK, now + VISITS_AHEAD)
    found = {record.request_id: record for record in (*asked, *visited) if sees(caller, scope, record)}
    return list(found.values())


async def search(
    here: Installation, caller: Caller, scope: Scope, wanted: Search
) -> tuple[list[AssignmentRecord], str | None]:
    """Give one page of the requests that a caller may see, and where the next begins; ``None`` at the end.

    Raises
    ------
    LinliError
        ``not_valid`` for a place where no page ends.
    """
    number, place = _place(wanted.after, len(wanted.lists))
    found: list[AssignmentRecord] = []
    for _ in range(LOOKS_MAX):
        page = await here.board.page(wanted.lists[number], place, wanted.limit - len(found))
        found += [one for one in page.records if wanted.matches(one) and sees(caller, scope, one)]
        place = page.last
        if not page.more:
            number, place = number + 1, None
            if number == len(wanted.lists):
                return found, None
        if len(found) == wanted.limit:
            break
    return found, _cursor(number, place)


async def offer_named(
    here: Installation, caller: Caller, scope: Scope, offer_id: str
) -> tuple[AssignmentRecord, Offer]:
    """Find an offer, and the request it is about.

    Raises
    ------
    LinliError
        ``unknown_offer`` if there is none within the caller's scope; a team does not know of what is only proposed.
    """
    record = await here.board.request(request_of(offer_id))
    found = find_offer(record, offer_id) if record is not None else None
    if record is None or found is None or not sees(caller, scope, record):
        raise LinliError(Code.UNKNOWN_OFFER, id=offer_id)
    offer = found[1]
    hidden = offer.team != caller.team or offer.state is OfferState.PROPOSED
    if caller.role is Role.TEAM_LEAD and hidden:
        raise LinliError(Code.UNKNOWN_OFFER, id=offer_id)
    return record, offer


async def team_named(here: Installation, caller: Caller, scope: Scope, team: str) -> RosterRecord:
    """Find a team.

    Raises
    ------
    LinliError
        ``unknown_team`` if there is none within the caller's scope.
    """
    record = await here.board.team(team) if may_name(caller, scope, team) else None
    if record is None or record.district != caller.district:
        raise LinliError(Code.UNKNOWN_TEAM, id=team)
    return record


async def may_change_team(here: Installation, caller: Caller, scope: Scope, team: str, *, new: bool) -> None:
    """Make sure that a caller may speak about a team, and where ``new``, that the name is not taken elsewhere.

    Raises
    ------
    LinliError
        ``unknown_team`` if not.
    """
    if not new:
        await team_named(here, caller, scope, team)
        return
    known = await here.board.team(team)
    if known is not None and known.district != caller.district:
        raise LinliError(Code.UNKNOWN_TEAM, id=team)


def may_name(caller: Caller, scope: Scope, team: str) -> bool:
    """Tell whether a caller may speak about a team at all."""
    return scope is not Scope.OWN_TEAM or team == caller.team


def _cursor(number: int, place: Place | None) -> str:
    """Write down where a page ends: the list, and the place in it."""
    return f"{number}" if place is None else f"{number}~{place.score!r}~{place.member}"


def _place(after: str, lists: int) -> tuple[int, Place | None]:
    number, *place = after.split("~") if after else ["0"]
    try:
        if not 0 <= int(number) < lists or len(place) not in (0, 2):
            raise ValueError(after)
        return int(number), Place(float(place[0]), place[1]) if place else None
    except ValueError:
        raise LinliError(Code.NOT_VALID, detail="after") from None
