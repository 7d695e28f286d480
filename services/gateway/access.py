"""Who may do what: one table of routes, roles and scopes. What is not in it is denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from linli.schemas.assignment import AssignmentRecord, Closed, Referred
from linli.schemas.lifecycle import State
from linli.schemas.roles import Role


class Scope(StrEnum):
    """Of which objects a role may use a route."""

    ANYTHING = "anything"
    DISTRICT = "district"
    OWN_ORDERS = "own_orders"
    OWN_TEAM = "own_team"
    OWN_PLACE = "own_place"
    OWN_OFFICE = "own_office"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is signed in.

    Parameters
    ----------
    role
        What they are towards Linli.
    name
        Who they are: recorded with everything they do.
    district
        The one district they belong to.
    team
        The team of a team lead.
    place
        The grid, community or office of an officer.
    token
        Id of the token they came with; limits are counted by it.
    member_of
        The team they belong to without leading it: they cannot vouch for its visits.
    """

    role: Role
    name: str
    district: str
    team: str | None = None
    place: str | None = None
    token: str = ""
    member_of: str | None = None

    @property
    def source(self) -> str:
        """The sender of their events.

        A dispatch centre keeps its bare name, so that its numbers mean the same by HTTP, by file and by Kafka. The
        names of tokens hold no colon, so nobody can take the name of a team or of another role.
        """
        match self.role:
            case Role.DISPATCH_CENTRE:
                return self.name
            case Role.TEAM_LEAD:
                return f"team:{self.team}"
            case _:
                return f"{self.role}:{self.name}"


_DESK: Final = {Role.DISPATCH_CENTRE: Scope.DISTRICT}
_DESK_AND_PROXY: Final = {**_DESK, Role.PROXY: Scope.OWN_ORDERS}
_READERS: Final = {
    **_DESK_AND_PROXY,
    Role.OFFICER: Scope.OWN_PLACE,
    Role.ADMINISTRATOR: Scope.DISTRICT,
}
_EVERYBODY: Final = dict.fromkeys(Role, Scope.ANYTHING)

_LEAD: Final = {Role.TEAM_LEAD: Scope.OWN_TEAM}
_DESK_AND_LEAD: Final = {**_DESK, **_LEAD}
_WHO_EXPLAIN: Final = {**_DESK, Role.OFFICER: Scope.OWN_PLACE, Role.ADMINISTRATOR: Scope.DISTRICT}
_ADMINISTRATOR: Final = {Role.ADMINISTRATOR: Scope.DISTRICT}
_WATCHERS: Final = {Role.OPERATOR: Scope.DISTRICT, **_ADMINISTRATOR}

PUBLIC: Final = frozenset({"health", "ready", "description", "show_case", "rate_case"})
"""Routes for anybody: they tell nothing about a request, or ask for its number and code."""

POLICY: Final[Mapping[str, Mapping[Role, Scope]]] = {
    "me": _EVERYBODY,
    # Ordering and what the orderer may still say.
    "order": _DESK_AND_PROXY,
    "orders": _DESK_AND_PROXY,
    "orders_file": _DESK,
    "cancel_by_number": _DESK_AND_PROXY,
    "amend": _DESK_AND_PROXY,
    "cancel": _DESK_AND_PROXY,
    "consent": {**_DESK, Role.OFFICER: Scope.OWN_PLACE},
    "reschedule": _DESK_AND_PROXY,
    "rate": _DESK_AND_PROXY,
    "show_code": _DESK_AND_PROXY,
    # The same help again and again.
    "order_standing": _DESK_AND_PROXY,
    "change_standing": _DESK_AND_PROXY,
    "list_standing": _READERS,
    "show_standing": _READERS,
    # What the desk decides.
    "confirm": _DESK,
    "assign": _DESK,
    "hold": _DESK,
    "release": _DESK,
    "refer": _DESK,
    "referral_answer": {**_DESK, Role.OFFICER: Scope.OWN_OFFICE},
    "record": _DESK,
    "told": _DESK,
    "mark": {**_DESK, Role.OFFICER: Scope.OWN_PLACE},
    # What proves a visit, and what a person decides about it.
    "confirm_service": {Role.PROXY: Scope.OWN_ORDERS, Role.OFFICER: Scope.OWN_PLACE},
    "show_service": {**_READERS, **_LEAD},
    "list_reviews": {**_DESK, Role.OFFICER: Scope.OWN_PLACE, **_ADMINISTRATOR},
    "review_service": {Role.OFFICER: Scope.OWN_PLACE},
    "resolve": {**_DESK, Role.OFFICER: Scope.OWN_PLACE},
    # Looking at requests.
    "list_requests": _READERS,
    "show_request": _READERS,
    "show_history": _WHO_EXPLAIN,
    "explain": _WHO_EXPLAIN,
    "show_personal": {**_DESK, Role.OFFICER: Scope.OWN_PLACE},
    "show_written": {**_DESK, Role.OFFICER: Scope.OWN_PLACE},
    "show_command": {**_DESK_AND_PROXY, **_LEAD, **_ADMINISTRATOR},
    "feed": {**_READERS, **_LEAD},
    # What a team says; the desk writes down what it was told on the telephone.
    "list_offers": _DESK,
    "show_offer": _DESK_AND_LEAD,
    "show_contact": _LEAD,
    "accept": _DESK_AND_LEAD,
    "decline": _DESK_AND_LEAD,
    "withdraw": _DESK_AND_LEAD,
    "propose": _DESK_AND_LEAD,
    "swap": _DESK_AND_LEAD,
    "start": _DESK_AND_LEAD,
    "done": _DESK_AND_LEAD,
    "failed_visit": _DESK_AND_LEAD,
    "give_code": _DESK_AND_LEAD,
    # Teams.
    "list_teams": {**_DESK, Role.OFFICER: Scope.DISTRICT, **_ADMINISTRATOR},
    "show_team": {**_DESK_AND_LEAD, Role.OFFICER: Scope.DISTRICT, **_ADMINISTRATOR},
    "list_team_offers": _DESK_AND_LEAD,
    "list_team_visits": _DESK_AND_LEAD,
    "list_claimable": _DESK_AND_LEAD,
    "claim": _DESK_AND_LEAD,
    "absent": {**_DESK_AND_LEAD, **_ADMINISTRATOR},
    "members": {**_LEAD, **_ADMINISTRATOR},
    "deputy": {**_LEAD, **_ADMINISTRATOR},
    "register": _ADMINISTRATOR,
    # The organisation.
    "list_nodes": {**_DESK, Role.OFFICER: Scope.DISTRICT, **_ADMINISTRATOR},
    "register_node": _ADMINISTRATOR,
    # How the installation is.
    "overview": {**_DESK, Role.OFFICER: Scope.DISTRICT, **_WATCHERS},
    "show_stream": {**_DESK, Role.OFFICER: Scope.DISTRICT, **_WATCHERS},
    "list_dead_letters": _WATCHERS,
    # Counts of the whole district, nothing of a person: an officer of one grid may read them too.
    "report": {Role.OFFICER: Scope.DISTRICT, **_WATCHERS},
}
"""For each route the roles that may use it, and of which objects. Routes are named as in the API description."""


_OVER: Final = frozenset({State.RATED, State.CLOSED})
"""States of a case of which nothing more is heard: that it was done or cancelled has been seen by then."""


def scope_of(route: str, role: Role) -> Scope | None:
    """Give of which objects a role may use a route; ``None``: of none."""
    return POLICY.get(route, {}).get(role)


def sees(caller: Caller, scope: Scope, record: AssignmentRecord) -> bool:
    """Tell whether a request is within a caller's scope."""
    if record.district != caller.district:
        return False
    match scope:
        case Scope.DISTRICT | Scope.ANYTHING:
            return True
        case Scope.OWN_ORDERS:
            return record.details is not None and record.details.source == caller.source
        case Scope.OWN_TEAM:
            return caller.team is not None and caller.team in teams_asked(record)
        case Scope.OWN_PLACE:
            return caller.place is not None and caller.place in _places(record) | _followed_by(record)
        case Scope.OWN_OFFICE:
            return caller.place is not None and caller.place == office_of(record)


def teams_asked(record: AssignmentRecord) -> set[str]:
    """Give the teams that a request has been offered to or is visited by; proposals are not known to their teams."""
    asked = {offer.team for leg in record.legs for offer in leg.offers if offer.state != "proposed"}
    return asked | {leg.assignment.team for leg in record.legs if leg.assignment is not None}


def opens_restricted(caller: Caller, record: AssignmentRecord) -> bool:
    """Tell whether a caller may see what a request with restricted access is about: the office it was referred to."""
    return caller.role is Role.OFFICER and caller.place is not None and caller.place == office_of(record)


def answers_for_office(caller: Caller, record: AssignmentRecord) -> bool:
    """Tell whether a caller may say what an office has to say: the desk what it heard, an officer for their own."""
    scope = scope_of("referral_answer", caller.role)
    return scope is not None and sees(caller, scope, record)


def is_restricted(record: AssignmentRecord) -> bool:
    """Tell whether access to a request is restricted: suspected harm to a child."""
    return record.details is not None and record.details.restricted


def opens_personal(caller: Caller, record: AssignmentRecord) -> bool:
    """Tell whether a caller who sees a request may open its sealed part.

    The office that obtained a guardian's consent follows what comes of it; whom and where it had to know only before.
    """
    if caller.role is not Role.OFFICER or caller.place in _places(record):
        return not is_restricted(record) or opens_restricted(caller, record)
    return False


def written_for(caller: Caller, record: AssignmentRecord) -> tuple[str, ...]:
    """Give what people wrote about a request as far as a caller who sees it may open it.

    Whoever may open the sealed part reads all of it. An office that only follows a case reads what it answered itself.
    """
    if opens_personal(caller, record):
        return record.written
    if caller.role is not Role.OFFICER or is_restricted(record):
        return ()
    return tuple(one.note for one in record.office_answers if one.note and one.office == caller.place)


def office_of(record: AssignmentRecord) -> str | None:
    """Give the office that a request was referred to."""
    if record.details is not None and record.details.referral is not None:
        return record.details.referral
    return record.status.office if isinstance(record.status, Referred) else None


def _followed_by(record: AssignmentRecord) -> set[str]:
    """Give the offices that see what came of what they did, and open nothing any more.

    One that obtained a consent follows the case until it is over; one that has closed a referral sees it, with its
    answer, as long as it is kept.
    """
    details, status = record.details, record.status
    if details is None or details.restricted:
        return set()
    if isinstance(status, Closed) and status.outcome is State.REFERRED and record.office_answers:
        return {record.office_answers[-1].office}
    return set() if details.consent_office is None or record.state in _OVER else {details.consent_office}


def _places(record: AssignmentRecord) -> set[str]:
    details = record.details
    if details is None:
        return set()
    office = office_of(record)
    # Whom it was referred to in confidence sees it; those of the place do not.
    if details.restricted:
        return {office} if office else set()
    return {details.place.grid, details.community} | ({office} if office else set())
