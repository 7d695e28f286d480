"""The desk's working copy of a district while one decision is taken: every change is a checked transition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from linli.matcher.ledger.asking_pools import AskingPools
from linli.matcher.ledger.kept_tables import KeptTables
from linli.matcher.ledger.modes import notify_of
from linli.matcher.ledger.organisation import Tree
from linli.matcher.ledger.shortfalls import spells_after
from linli.matcher.ledger.state import DistrictState, Moment
from linli.matcher.problem import Stop
from linli.schemas.assignment import (
    RECENT_COMMANDS_MAX,
    AssignmentRecord,
    InSeries,
    Leg,
    Offer,
    Status,
    Unmet,
)
from linli.schemas.escalation import Awaited, Climb
from linli.schemas.explanation import Reached, TooDear, WhyNobody
from linli.schemas.lifecycle import SETTLED, OfferEnd, OfferState, State, may_follow
from linli.schemas.orders import RequestDetails
from linli.schemas.organisation import NodeDetails, NodeRecord
from linli.schemas.policy import Policy
from linli.schemas.roster import RosterRecord, TeamDetails
from linli.schemas.ways import WaysRecord

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
        "vetting",
        "record",
        "climb",
        "skip",
        "move",
        "stop",
        "pause",
        "erased",
        "not_reported",
    }
)
"""Causes after which a request that had no place may find one."""


WAITING = frozenset({OfferState.OPEN, OfferState.PROPOSED})
"""States of an offer that waits for an answer or for the desk."""


class ForbiddenTransitionError(RuntimeError):
    """The desk tried a step that the transition table does not know: a fault of ours, never of an event."""


def unmet(policy: Policy, record: AssignmentRecord, why: WhyNobody) -> Unmet:
    """Return that nobody can go, with who else the county names for such a need."""
    details = record.details
    return Unmet(why=why, alternative=policy.escalation.alternative(details.category) if details else "")


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
    new_day
        Whether the day changed since the last decision.
    handed
        Team, crew and stop of every visit that was fixed in this round: handed over by a person, or one of several.
    kept
        The further tables: organisation, standing orders, service records.
    asked
        How many offers went out to each team in this decision.
    in_series
        By request: what came of it that a team took the whole standing order; goes with the request's next record.
    dear
        Requests whose place in this round's plan costs more than the county's price of admission.
    forgiven
        By request: teams that were silent once and may be planned with again in this round.
    ways
        What was measured of ways, that of this round included.
    explained
        For how many requests of several teams it was sought in this round why nobody goes.
    compared
        How many choices of people were compared in this round with what was proposed.
    """

    def __init__(self, state: DistrictState, moment: Moment) -> None:
        self.state = state
        self.moment = moment
        self.written: list[AssignmentRecord] = []
        self.roster_written: list[RosterRecord] = []
        self.kept = KeptTables(state, moment)
        self.new_day = state.now is None or state.now.date() != moment.now.date()
        self.room_made = self.new_day
        self.handed: list[tuple[str, int, Stop]] = []
        self.explained = self.compared = 0
        self.asked: Counter[str] = Counter()
        self.dear: dict[str, TooDear] = {}
        self.forgiven: dict[str, frozenset[str]] = {}
        self.ways: Mapping[str, WaysRecord] = state.ways
        self.in_series: dict[str, tuple[InSeries, ...]] = {}
        self._pools: AskingPools | None = None
        self._tree: Tree | None = None
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

    def zone_of(self, team: str) -> str:
        """Return the zone a team lives in; UTC for one that nobody knows."""
        record = self.team(team)
        return record.details.zone if record is not None else "UTC"

    def teams(self) -> Iterable[RosterRecord]:
        """Return the roster as it stands now, by team id."""
        merged = {**self.state.roster, **self._roster}
        return (merged[team] for team in sorted(merged))

    @property
    def tree(self) -> Tree:
        """The organisation tree as it stands now."""
        return self.state.tree if self._tree is None else self._tree

    @property
    def asking_pools(self) -> AskingPools:
        """The pools of teams of the roster and the tree as they are now; as long as both stay, those of before."""
        state, rules = self.state, self.state.policy.escalation
        if self.roster_written or self._tree is not None:
            if self._pools is None:
                self._pools = AskingPools(rules, self.tree, (one.details for one in self.teams()))
            return self._pools
        known = state.translations.pools
        if known is None or known[0] is not state.roster or known[1] is not state.nodes or known[2] != rules:
            pools = AskingPools(rules, self.tree, (one.details for one in self.teams()))
            known = state.translations.pools = state.roster, state.nodes, rules, pools
        return known[3]

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
                notify=notify_of(self.state.policy, details),
                red=details is not None and details.flags.danger_to_life,
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
            "notify": notify_of(self.state.policy, record.details),
            "was": record.state,
        }
        following = record.model_copy(update={**changes, **facts})
        noted = {
            "climbs": _climbs(following),
            "spells": spells_after(record, following),
            "promised_in": record.promised_in or _first_promise(record, following),
            "series": self.in_series.get(record.request_id, following.series),
        }
        return self._write(_with_level(following.model_copy(update=noted)))

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
        self._pools = None
        self.room_made = True

    def write_node(self, details: NodeDetails) -> None:
        """Write a node of the organisation; the tree that other decisions share stays as it was."""
        if self._tree is None:
            self._tree = Tree(record.details for record in self.kept.nodes.all())
        self._tree.put(details)
        heading = self.kept.heading(self.kept.nodes.get(details.node))
        self.kept.write(NodeRecord(**heading, details=details))
        self._pools = None
        # Other teams may be asked now: what found nobody may find somebody.
        self.room_made = True

    def _write(self, record: AssignmentRecord) -> AssignmentRecord:
        self._requests[record.request_id] = record
        self.written.append(record)
        self.room_made = self.room_made or record.cause in _MAKES_ROOM
        return record


def _first_promise(before: AssignmentRecord, after: AssignmentRecord) -> int:
    """Return the version that promises a window to whom none was promised; 0 where it does not."""
    return after.version if after.promise is not None and before.promise is None else 0


def _climbs(record: AssignmentRecord) -> tuple[Climb, ...]:
    """Return a request's climbs, ended where there is nothing left to climb for.

    Who owes an answer, an office or after a low rating the community, is climbed for as long as it is owed.
    """
    if record.state not in SETTLED or all(climb.ended for climb in record.climbs):
        return record.climbs
    owed = {State.REFERRED: Awaited.ANSWERED, State.REOPENED: Awaited.RESOLVED}.get(record.state)
    return tuple(
        climb if climb.ended or climb.waited_for is owed else climb.model_copy(update={"ended": record.at})
        for climb in record.climbs
    )


def _with_level(record: AssignmentRecord) -> AssignmentRecord:
    """Return a request whose explanation, where nobody can go, says the level that it has climbed to."""
    status = record.status
    if not isinstance(status, Unmet) or not record.climbs:
        return record
    last = record.climbs[-1]
    reached = Reached(node=last.node, level=last.level, at=last.at, waited_for=last.waited_for)
    why = status.why.model_copy(update={"climbed": reached})
    return record.model_copy(update={"status": status.model_copy(update={"why": why})})


def live_offer(leg: Leg) -> int | None:
    """Return the index of the leg's offer that waits for an answer or for the desk, if there is one."""
    for index in range(len(leg.offers) - 1, -1, -1):
        if leg.offers[index].state in WAITING:
            return index
    return None


def waiting_offers(leg: Leg) -> list[int]:
    """Return the indices of all the leg's offers that wait; several only where teams are asked at once."""
    return [index for index, offer in enumerate(leg.offers) if offer.state in WAITING]


def answered_in_time(legs: tuple[Leg, ...], soonest: datetime) -> tuple[Leg, ...]:
    """Return legs whose waiting offers end before the first team sets about it: until then all must have accepted.

    Parameters
    ----------
    legs
        All legs of a request; of a single one nothing changes.
    soonest
        Nobody gets less time to answer than until then.
    """
    if len(legs) < 2:
        return legs
    going = [leg.assignment.start for leg in legs if leg.assignment is not None]
    asked = [leg.offers[index].start for leg in legs for index in waiting_offers(leg)]
    latest = max(min((*going, *asked), default=soonest), soonest)
    for number, leg in enumerate(legs):
        for index in waiting_offers(leg):
            expires = min(leg.offers[index].expires, latest)
            legs = replace_leg(legs, number, replace_offer(legs[number], index, expires=expires))
    return legs


def end_offers(legs: tuple[Leg, ...], why: OfferEnd) -> tuple[Leg, ...]:
    """Return the legs with every waiting offer taken back, for a reason, and no team assigned."""
    return tuple(Leg(offers=revoked(leg.offers, why)) for leg in legs)


def revoked(offers: tuple[Offer, ...], why: OfferEnd) -> tuple[Offer, ...]:
    """Return offers with every waiting one taken back."""
    ended = {"state": OfferState.REVOKED, "ended": why}
    return tuple(offer.model_copy(update=ended) if offer.state in WAITING else offer for offer in offers)


def replace_leg(legs: tuple[Leg, ...], index: int, leg: Leg) -> tuple[Leg, ...]:
    """Return the legs with one of them replaced."""
    return (*legs[:index], leg, *legs[index + 1 :])


def replace_offer(leg: Leg, index: int, **changes: object) -> Leg:
    """Return the leg with one offer changed."""
    offer = leg.offers[index].model_copy(update=changes)
    return leg.model_copy(update={"offers": (*leg.offers[:index], offer, *leg.offers[index + 1 :])})
