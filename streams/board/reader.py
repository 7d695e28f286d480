"""Reading the board: typed answers for the command line and for desks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel
from redis.exceptions import RedisError

from linli.schemas.assignment import AssignmentRecord, Offer
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.identity import request_id
from linli.schemas.lifecycle import State
from linli.schemas.organisation import NodeRecord
from linli.schemas.roster import RosterRecord
from linli.schemas.rounds import RoundRecord
from linli.schemas.service import ServiceRecord, service_key
from linli.schemas.standing import StandingRecord
from linli.schemas.stream_window import StreamWindow
from linli.schemas.topics import ASSIGNMENTS
from linli.streams.board import keys
from linli.streams.board.entries import HistoryLine, KnownOutcome, RoundLine
from linli.streams.board.flow import Flow, Grain, Sums, flow_of, span_of, sums_in, sums_in_window
from linli.streams.board.follower import positions_in
from linli.streams.board.overview import Overview
from linli.streams.board.store import connect
from linli.streams.codec import decode_as

Model = TypeVar("Model", bound=BaseModel)

LIST_MAX: Final = 1_000
"""Most entries of one list: more is not read by a person; whoever needs all reads the log."""


class BoardMissingError(RuntimeError):
    """There is no board: the process that writes it has not run, or is rebuilding it."""


class BoardUnreadableError(RuntimeError):
    """Redis does not answer; the message names its place and no password."""


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """An open or proposed offer with the request it is about."""

    request: AssignmentRecord
    leg: int
    offer: Offer


@dataclass(frozen=True, slots=True)
class Tentative:
    """The team whose plan holds a leg that is only promised; it may still change."""

    team: str
    leg: int
    start: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list of the board: what is there, or was."""

    score: float
    member: str


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: its requests, where it ends, and whether more follows."""

    records: list[AssignmentRecord]
    last: Place | None
    more: bool


class BoardReader:
    """Reads one cluster's board. Use ``async with BoardReader(url, cluster)``.

    Parameters
    ----------
    url
        Where Redis is.
    cluster
        The id of the Kafka cluster.
    client
        What to read with; ``None``: a patient client of its own.

    Notes
    -----
    Each question reads the pointer first and then the epoch it names. If the board is rebuilt between two such reads,
    the former epoch may already be swept away, and a question that needs several reads can miss something. The next
    answer is right again.
    """

    def __init__(self, url: str, cluster: str, client: Any = None) -> None:
        self._client: Any = connect(url) if client is None else client
        self._cluster = cluster
        self._place = urlsplit(url).netloc.rpartition("@")[2] or "the given address"

    async def __aenter__(self) -> Self:
        """Make sure that Redis answers."""
        try:
            await self._client.ping()
        except (RedisError, OSError) as error:
            await self._client.aclose()
            raise BoardUnreadableError(f"Redis at {self._place} does not answer ({type(error).__name__}).") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the connection."""
        await self._client.aclose()

    async def overview(self) -> Overview:
        """Say how everything stands."""
        prefix = await self._prefix()
        states = list(State)
        sets = [keys.in_state(state) for state in states]
        sets += [keys.ESCALATED, keys.OPEN_OFFERS, keys.PROPOSED, keys.TEAMS, keys.DEAD_LETTERS]
        sizes = [int(await self._client.zcard(prefix + name)) for name in sets]
        partitions = await self._members(prefix, keys.ROUNDS)
        rounds = await self._documents(RoundRecord, prefix, [keys.last_round(int(number)) for number in partitions])
        beat: str | None = await self._client.get(prefix + keys.BEAT)
        fields: dict[str, str] = await self._client.hgetall(prefix + keys.POSITIONS)
        return Overview(
            states={state: size for state, size in zip(states, sizes, strict=False) if size},
            escalated=sizes[-5],
            open_offers=sizes[-4],
            proposed=sizes[-3],
            teams=sizes[-2],
            dead_letters=sizes[-1],
            rounds=tuple(rounds),
            positions=positions_in(fields),
            beat=None if beat is None else datetime.fromisoformat(beat),
        )

    async def request(self, request_id: str) -> AssignmentRecord | None:
        """Give a request as it stands; ``None`` if the board knows none with this id."""
        return await self._document(AssignmentRecord, keys.request(request_id))

    async def history(self, request_id: str) -> list[HistoryLine]:
        """Give the last transitions of a request, oldest first."""
        prefix = await self._prefix()
        texts: list[str] = await self._client.lrange(prefix + keys.lines(keys.request(request_id)), 0, -1)
        return [HistoryLine.model_validate_json(text) for text in texts]

    async def named(self, name: str) -> list[str]:
        """Give the ids of the requests a name may mean: our id, ``SOURCE/NUMBER``, or the sender's number alone."""
        # A cancellation that came before its order knows the id made of source and number, but not the number.
        for known in (name, request_id(*name.split("/", 1)) if "/" in name else name):
            if await self.request(known) is not None:
                return [known]
        return await self._members(await self._prefix(), keys.by_number(name))

    async def in_state(self, state: State, limit: int = LIST_MAX, skip: int = 0) -> list[AssignmentRecord]:
        """Give the requests in a state, the longest registered first; ``skip`` leaves out the first of them."""
        return await self._requests(keys.in_state(state), limit, skip)

    async def in_state_since(self, state: State, since: datetime, limit: int = LIST_MAX) -> list[AssignmentRecord]:
        """Give the requests in a state that were registered since a moment, the newest first."""
        prefix = await self._prefix()
        members: list[str] = await self._client.zrange(
            prefix + keys.in_state(state), "+inf", since.timestamp(), desc=True, byscore=True, offset=0, num=limit
        )
        return await self._documents(AssignmentRecord, prefix, [keys.request(member) for member in members])

    async def escalated(self, limit: int = LIST_MAX, skip: int = 0) -> list[AssignmentRecord]:
        """Give the open requests that have climbed, the longest ago first; ``skip`` leaves out the first of them."""
        return await self._requests(keys.ESCALATED, limit, skip)

    async def of_urgency(self, urgency: int, limit: int = LIST_MAX, skip: int = 0) -> list[AssignmentRecord]:
        """Give the open requests of an urgency class, the earliest wanted first; ``skip`` leaves out the first."""
        return await self._requests(keys.of_urgency(urgency), limit, skip)

    async def count_of_urgency(self, urgency: int) -> int:
        """Count the open requests of an urgency class."""
        return int(await self._client.zcard(await self._prefix() + keys.of_urgency(urgency)))

    async def page(self, name: str, after: Place | None, limit: int) -> Page:
        """Give the requests of a list that come after a place, in the order of the list.

        Parameters
        ----------
        name
            The list, from `linli.streams.board.keys`.
        after
            The end of the page before; ``None`` for the first. It need not be in the list any more.
        limit
            Most requests.
        """
        prefix = await self._prefix()
        first = 0 if after is None else await self._rank_after(prefix + name, after)
        found: list[tuple[str, float]] = await self._client.zrange(
            prefix + name, first, first + limit - 1, withscores=True
        )
        wanted = [keys.request(member) for member, _ in found]
        last = Place(found[-1][1], found[-1][0]) if found else after
        return Page(await self._documents(AssignmentRecord, prefix, wanted), last, more=len(found) == limit)

    async def _rank_after(self, name: str, place: Place) -> int:
        """Count what stands up to a place: Redis orders by score, and the same score by the bytes of the member."""
        before: int = await self._client.zcount(name, "-inf", f"({place.score!r}")
        same: list[str] = await self._client.zrangebyscore(name, place.score, place.score)
        return before + sum(member.encode() <= place.member.encode() for member in same)

    async def service_of(self, record: AssignmentRecord) -> list[ServiceRecord]:
        """Give the service records of a request's visits, as far as they are kept."""
        visits = [service_key(record.request_id, leg) for leg in range(max(1, len(record.legs)))]
        prefix = await self._prefix()
        return await self._documents(ServiceRecord, prefix, [keys.service(one) for one in visits])

    async def reviews(self, limit: int = LIST_MAX) -> list[ServiceRecord]:
        """Give the visits that a person should look at, the earliest first."""
        prefix = await self._prefix()
        visits = await self._members(prefix, keys.REVIEWS, 0, limit - 1)
        return await self._documents(ServiceRecord, prefix, [keys.service(one) for one in visits])

    async def offers_to(self, team: str) -> list[OfferSeen]:
        """Give the offers a team can answer, the first to expire first."""
        return await self._offers(keys.offers_to(team))

    async def open_offers(self, limit: int = LIST_MAX) -> list[OfferSeen]:
        """Give all offers that can be answered, the first to expire first."""
        return await self._offers(keys.OPEN_OFFERS, limit)

    async def proposed(self, limit: int = LIST_MAX, skip: int = 0) -> list[OfferSeen]:
        """Give the offers that wait for the desk's word, the longest waiting first; ``skip`` leaves out the first."""
        return await self._offers(keys.PROPOSED, limit, skip)

    async def visits_of(self, team: str, start: datetime, end: datetime) -> list[AssignmentRecord]:
        """Give the requests a team visits from ``start`` to before ``end``, in the order of the visits."""
        prefix = await self._prefix()
        span = {"min": start.timestamp(), "max": f"({end.timestamp()}"}
        visits: list[str] = await self._client.zrangebyscore(prefix + keys.visits_of(team), **span)
        requests = [keys.request(request_of(visit)) for visit in visits]
        return await self._documents(AssignmentRecord, prefix, requests)

    async def tentative(self, request_id: str) -> list[Tentative]:
        """Give the teams whose plans hold a request."""
        prefix = await self._prefix()
        found: list[tuple[str, float]] = await self._client.zrange(
            prefix + keys.planned_for(request_id), 0, -1, withscores=True
        )
        return [_tentative(member, start) for member, start in found]

    async def teams(self) -> list[RosterRecord]:
        """Give all teams, in the order of their ids."""
        return await self._all(RosterRecord, keys.TEAMS, keys.team)

    async def team(self, team_id: str) -> RosterRecord | None:
        """Give a team; ``None`` if the board knows none with this id."""
        return await self._document(RosterRecord, keys.team(team_id))

    async def nodes(self) -> list[NodeRecord]:
        """Give all nodes of the organisation, in the order of their ids."""
        return await self._all(NodeRecord, keys.NODES, keys.node)

    async def node(self, node: str) -> NodeRecord | None:
        """Give a node of the organisation; ``None`` if the board knows none with this id."""
        return await self._document(NodeRecord, keys.node(node))

    async def standing_orders(self) -> list[StandingRecord]:
        """Give all standing orders, in the order of their ids."""
        return await self._all(StandingRecord, keys.STANDING, keys.standing)

    async def standing_order(self, order: str) -> StandingRecord | None:
        """Give a standing order; ``None`` if the board knows none with this id."""
        return await self._document(StandingRecord, keys.standing(order))

    async def dead_letters(self, limit: int = keys.DEAD_LETTERS_MAX) -> list[DeadLetter]:
        """Give the last dead letters, the newest last."""
        prefix = await self._prefix()
        return await self._documents(DeadLetter, prefix, await self._members(prefix, keys.DEAD_LETTERS, -limit, -1))

    async def dead_letter(self, letter_id: str) -> DeadLetter | None:
        """Give a dead letter; ``None`` if the board does not keep it."""
        return await self._document(DeadLetter, keys.dead_letter(letter_id))

    async def calls(self, limit: int = LIST_MAX, skip: int = 0) -> list[DeliveryRecord]:
        """Give the deliveries that a person must see to, the most pressing first; ``skip`` leaves out the first."""
        return await self._deliveries(keys.CALLS, skip, skip + limit - 1)

    async def under_way(self, limit: int = LIST_MAX) -> list[DeliveryRecord]:
        """Give the deliveries that are not settled, the one that was made last last."""
        return await self._deliveries(keys.UNDER_WAY, -limit, -1)

    async def deliveries_about(self, request_id: str) -> list[DeliveryRecord]:
        """Give what was told, or is to be told, about a request, in order."""
        return await self._deliveries(keys.deliveries_about(request_id), 0, -1)

    async def settled_deliveries(self, limit: int = LIST_MAX) -> list[DeliveryRecord]:
        """Give the deliveries that were settled last, the last one last."""
        prefix = await self._prefix()
        return await self._documents(DeliveryRecord, prefix, await self._members(prefix, keys.SETTLED, -limit, -1))

    async def delivery(self, delivery_id: str) -> DeliveryRecord | None:
        """Give a delivery; ``None`` if the board does not keep it."""
        return await self._document(DeliveryRecord, keys.delivery(delivery_id))

    async def rounds(self, partition: int) -> list[RoundLine]:
        """Give the last rounds of a partition, oldest first."""
        prefix = await self._prefix()
        texts: list[str] = await self._client.lrange(prefix + keys.lines(keys.last_round(partition)), 0, -1)
        return [RoundLine.model_validate_json(text) for text in texts]

    async def flow(self, window: StreamWindow, now: datetime) -> Flow:
        """Say what flowed in a window that ends now."""
        grain, start = span_of(window, now)
        prefix = await self._prefix()
        partitions = await self._members(prefix, keys.ROUNDS)
        most = sums_in_window(window)
        found = [await self._sums(prefix, grain, int(partition), most) for partition in partitions]
        return flow_of((one for some in found for one in some), start)

    async def _sums(self, prefix: str, grain: Grain, partition: int, most: int) -> list[Sums]:
        """Give the last sums of a partition."""
        names = await self._members(prefix, keys.sums(grain.name, partition), -most)
        async with self._client.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.hgetall(prefix + keys.document(name))
            held: list[dict[str, str]] = await pipe.execute()
        return [sums_in(fields, name, partition) for name, fields in zip(names, held, strict=True) if fields]

    async def written(self) -> str:
        """Say how far the requests on the board are; the text changes whenever one of them does."""
        fields: dict[str, str] = await self._client.hgetall(await self._prefix() + keys.POSITIONS)
        return repr(sorted((key, value) for key, value in fields.items() if ASSIGNMENTS.name in key))

    async def outcome(self, command_id: str) -> KnownOutcome | None:
        """Say what became of a command; ``None`` if it was not acted on yet, or long ago."""
        return await self._document(KnownOutcome, keys.outcome(command_id))

    async def _prefix(self) -> str:
        epoch: str | None = await self._client.get(keys.pointer(self._cluster))
        if epoch is None:
            raise BoardMissingError("There is no board in Redis yet.")
        return keys.prefix(self._cluster, epoch)

    async def _all(self, model: type[Model], name: str, key_of: Callable[[str], str]) -> list[Model]:
        """Give every document of a list."""
        prefix = await self._prefix()
        return await self._documents(model, prefix, [key_of(one) for one in await self._members(prefix, name)])

    async def _document(self, model: type[Model], key: str) -> Model | None:
        found = await self._documents(model, await self._prefix(), [key])
        return found[0] if found else None

    async def _documents(self, model: type[Model], prefix: str, wanted: Sequence[str]) -> list[Model]:
        """Give documents in the order asked for; those that are gone meanwhile are left out."""
        async with self._client.pipeline(transaction=False) as pipe:
            for key in wanted:
                pipe.hget(prefix + keys.document(key), "value")
            texts: list[str | None] = await pipe.execute()
        return [decode_as(model, text.encode()) for text in texts if text is not None]

    async def _members(self, prefix: str, name: str, first: int = 0, last: int = -1) -> list[str]:
        members: list[str] = await self._client.zrange(prefix + name, first, last)
        return members

    async def _deliveries(self, name: str, first: int, last: int) -> list[DeliveryRecord]:
        prefix = await self._prefix()
        members = await self._members(prefix, name, first, last)
        return await self._documents(DeliveryRecord, prefix, [keys.delivery(member) for member in members])

    async def _requests(self, name: str, limit: int, skip: int) -> list[AssignmentRecord]:
        prefix = await self._prefix()
        members = await self._members(prefix, name, skip, skip + limit - 1)
        return await self._documents(AssignmentRecord, prefix, [keys.request(member) for member in members])

    async def _offers(self, name: str, limit: int = LIST_MAX, skip: int = 0) -> list[OfferSeen]:
        prefix = await self._prefix()
        members = await self._members(prefix, name, skip, skip + limit - 1)
        requests = await self._documents(AssignmentRecord, prefix, [keys.request(request_of(one)) for one in members])
        by_offer = {
            offer.id: OfferSeen(request, index, offer)
            for request in requests
            for index, leg in enumerate(request.legs)
            for offer in leg.offers
        }
        return [by_offer[member] for member in members if member in by_offer]


def request_of(offer_id: str) -> str:
    """Give the request an offer is about; the inverse of `linli.schemas.identity.offer_id`."""
    return offer_id.rsplit(".", 2)[0]


def _tentative(member: str, start: float) -> Tentative:
    team, _, leg = member.rpartition(".")
    return Tentative(team, int(leg), datetime.fromtimestamp(start, UTC))
