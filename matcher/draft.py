"""The desk's working copy of a district while one decision is taken: every change is a checked transition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from linli.matcher.problem import Stop
from linli.matcher.state import DistrictState, Moment
from linli.schemas.assignment import RECENT_COMMANDS_MAX, AssignmentRecord, Leg, Status
from linli.schemas.lifecycle import OfferState, State, may_follow
from linli.schemas.orders import RequestDetails
from linli.schemas.roster import RosterRecord, TeamDetails

_MAKES_ROOM = frozenset(
    {
        "amend",
        "cancel",
        "hold",
        "refer",
        "decline",
        "expiry",
        "withdraw",
        "reschedule",
        "failed_visit",
        "roster",
        "unmet",
    }
)
"""Causes after which a request that had no place may find one."""


class ForbiddenTransitionError(RuntimeError):
    """The desk tried a step that the transition table does not know: a fault of ours, never of an event."""


class Draft:
    """A state and the records written on top of it, in order.

    Parameters
    ----------
    state
        The state before; never changed.
    moment
        When the decision is taken; its round and clock go into every record.

    Attributes
    ----------
    room_made
        Whether something happened after which an unmet request may find a place: room in the plan, a new day.
    handed
        Team, crew and stop of every visit that a person handed to a team in this round.
    """

    def __init__(self, state: DistrictState, moment: Moment) -> None:
        self.state = state
        self.moment = moment
        self.written: list[AssignmentRecord] = []
        self.roster_written: list[RosterRecord] = []
        self.room_made = state.now is None or state.now.date() != moment.now.date()
        self.handed: list[tuple[str, int, Stop]] = []
        self._requests: dict[str, AssignmentRecord] = {}
        self._roster: dict[str, RosterRecord] = {}
        self._households: dict[str, list[str]] | None = None

    @property
    def now(self) -> datetime:
        """The decision's clock."""
        return self.moment.now

    def request(self, request_id: str) -> AssignmentRecord | None:
        """Return a request as it stands now, or ``None`` if it was never heard of."""
        return self._requests.get(request_id) or self.state.requests.get(request_id)

    def requests(self) -> Iterator[AssignmentRecord]:
        """Yield every request as it stands now, known ones first, new ones in order of arrival."""
        for request_id, record in self.state.requests.items():
            yield self._requests.get(request_id, record)
        for request_id, record in self._requests.items():
            if request_id not in self.state.requests:
                yield record

    def team(self, team: str) -> RosterRecord | None:
        """Return a team as it stands now."""
        return self._roster.get(team) or self.state.roster.get(team)

    def teams(self) -> Iterable[RosterRecord]:
        """Return the roster as it stands now, by team id."""
        merged = {**self.state.roster, **self._roster}
        return (merged[team] for team in sorted(merged))

    def household(self, mark: str) -> tuple[str, ...]:
        """Return the ids of all requests that carry a household's mark, in order of arrival."""
        if self._households is None:
            self._households = {}
            for record in self.requests():
                self._enter_household(record)
        return tuple(self._households.get(mark, ()))

    def _enter_household(self, record: AssignmentRecord) -> None:
        if self._households is not None and record.details is not None and record.details.marks.household is not None:
            self._households.setdefault(record.details.marks.household, []).append(record.request_id)

    def open_record(
        self,
        request_id: str,
        status: Status,
        details: RequestDetails | None,
        cause: str,
        command: str,
        linked: tuple[str, ...] = (),
    ) -> None:
        """Write the first record of a request.

        Raises
        ------
        ForbiddenTransitionError
            If a request cannot begin in that state.
        """
        if not may_follow(State.SUBMITTED, status.state):
            raise ForbiddenTransitionError(f"a request cannot begin as {status.state}")
        record = self._write(
            AssignmentRecord(
                request_id=request_id,
                district=self.state.district,
                version=1,
                round=self.moment.round,
                at=self.now,
                cause=cause,
                details=details,
                status=status,
                legs=tuple(Leg() for _ in range(details.legs)) if details else (),
                recent=(command,),
                linked=linked,
                registered_at=self.now if status.state is State.REGISTERED else None,
            )
        )
        self._enter_household(record)

    def step(self, record: AssignmentRecord, status: Status, cause: str, **changes: object) -> AssignmentRecord:
        """Write the next record of a request.

        Parameters
        ----------
        record
            The request's last record.
        status
            Where it stands now.
        cause
            What made the step: a command's kind or a deadline's name.
        **changes
            Other fields of the record that change with it.

        Raises
        ------
        ForbiddenTransitionError
            If the table does not allow the step.
        """
        if not may_follow(record.state, status.state):
            raise ForbiddenTransitionError(
                f"{record.request_id}: {record.state} cannot become {status.state} ({cause})"
            )
        facts = {
            "status": status,
            "cause": cause,
            "version": record.version + 1,
            "round": self.moment.round,
            "at": self.now,
        }
        return self._write(record.model_copy(update={**changes, **facts}))

    def remember(self, record: AssignmentRecord, command: str) -> dict[str, tuple[str, ...]]:
        """Return the change that makes a request remember a command it has acted on."""
        return {"recent": (*record.recent, command)[-RECENT_COMMANDS_MAX:]}

    def write_team(self, details: TeamDetails) -> None:
        """Write a team to the roster."""
        before = self.team(details.team)
        record = RosterRecord(
            district=self.state.district,
            version=before.version + 1 if before else 1,
            round=self.moment.round,
            at=self.now,
            details=details,
        )
        self._roster[details.team] = record
        self.roster_written.append(record)
        self.room_made = True

    def _write(self, record: AssignmentRecord) -> AssignmentRecord:
        self._requests[record.request_id] = record
        self.written.append(record)
        self.room_made = self.room_made or record.cause in _MAKES_ROOM
        return record


def live_offer(leg: Leg) -> int | None:
    """Return the index of the leg's offer that waits for an answer or for the desk, if there is one."""
    for index in range(len(leg.offers) - 1, -1, -1):
        if leg.offers[index].state in (OfferState.OPEN, OfferState.PROPOSED):
            return index
    return None


def end_offers(legs: tuple[Leg, ...], state: OfferState = OfferState.REVOKED) -> tuple[Leg, ...]:
    """Return the legs with every waiting offer ended and no team assigned."""
    ended: list[Leg] = []
    for leg in legs:
        offers = tuple(
            offer.model_copy(update={"state": state})
            if offer.state in (OfferState.OPEN, OfferState.PROPOSED)
            else offer
            for offer in leg.offers
        )
        ended.append(Leg(offers=offers))
    return tuple(ended)


def replace_leg(legs: tuple[Leg, ...], index: int, leg: Leg) -> tuple[Leg, ...]:
    """Return the legs with one of them replaced."""
    return (*legs[:index], leg, *legs[index + 1 :])


def replace_offer(leg: Leg, index: int, **changes: object) -> Leg:
    """Return the leg with one offer changed."""
    offer = leg.offers[index].model_copy(update=changes)
    return leg.model_copy(update={"offers": (*leg.offers[:index], offer, *leg.offers[index + 1 :])})
