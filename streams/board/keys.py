"""How the board is laid out in Redis: the name of every key, and how much of each kind is kept."""

from __future__ import annotations

from typing import Final

LAYOUT: Final = "5"
"""Version of this layout. A board that another build laid out differently is rebuilt, never patched."""

HISTORY_MAX: Final = 60
"""Transitions kept per request. A request that six teams declined has about twenty; the whole history is in the log."""

ROUNDS_MAX: Final = 100
"""Rounds kept per partition: the last minutes under load, an hour on a quiet day; the log has them all."""

DEAD_LETTERS_MAX: Final = 1_000
"""Dead letters kept: ten days of a county if a tenth of everything is wrong; the topic keeps thirty days."""

OUTCOMES_MAX: Final = 5_000
"""Outcomes of commands kept, so that whoever sent one can see what became of it: days of a county."""

DELIVERIES_MAX: Final = 10_000
"""Settled deliveries kept: weeks of a county; those that somebody must see to are kept whatever their number."""

SERVICE_MAX: Final = 20_000
"""Service records kept: half a year of a county; reports over a year read the topic."""

POSITIONS: Final = "positions"
"""The hash with the position after the last applied record of every partition."""

BEAT: Final = "beat"
"""When the board last looked, even if nothing was there to apply."""


def pointer(cluster: str) -> str:
    """Name the key that says which epoch of a cluster's board is the current one."""
    return f"linli:{cluster}:current"


def prefix(cluster: str, epoch: str) -> str:
    """Give what the name of every key of one epoch begins with."""
    return f"linli:{cluster}:{epoch}:"


def document(key: str) -> str:
    """Name the hash of a document: ``value`` is its JSON, ``places`` the sets it is in.

    Of sums also a field for each count, named ``+`` and the count's name, and ``first`` and ``last``: their rounds.
    """
    return f"doc:{key}"


def lines(key: str) -> str:
    """Name the list with the last lines of a document's history."""
    return f"lines:{key}"


def request(request_id: str) -> str:
    """Key of a request's document."""
    return f"request:{request_id}"


def plan(team: str) -> str:
    """Key of a team's plan."""
    return f"plan:{team}"


def team(team_id: str) -> str:
    """Key of a team."""
    return f"team:{team_id}"


def node(name: str) -> str:
    """Key of a node of the organisation tree."""
    return f"node:{name}"


def standing(order: str) -> str:
    """Key of a standing order."""
    return f"standing:{order}"


def service(visit: str) -> str:
    """Key of a service record."""
    return f"service:{visit}"


def last_round(partition: int) -> str:
    """Key of the last round of a partition; the rounds before it are its lines."""
    return f"round:{partition}"


def dead_letter(letter_id: str) -> str:
    """Key of a dead letter."""
    return f"dead:{letter_id}"


def delivery(delivery_id: str) -> str:
    """Key of a delivery."""
    return f"delivery:{delivery_id}"


def deliveries_about(request_id: str) -> str:
    """Name the set of the deliveries about a request, by the time they were made."""
    return f"deliveries:{request_id}"


def outcome(command_id: str) -> str:
    """Key of what became of a command."""
    return f"outcome:{command_id}"


def sums(grain: str, partition: int) -> str:
    """Name the set of a partition's sums by minute or by hour, by their begin."""
    return f"sums-{grain}:{partition}"


def sums_of(grain: str, partition: int, start: int) -> str:
    """Key of the sums of one minute or hour of a partition; ``start`` is its begin in seconds since 1970."""
    return f"sums:{grain}:{partition}:{start}"


def in_state(state: str) -> str:
    """Name the set of the requests in a state, by the time they were registered."""
    return f"state:{state}"


def of_urgency(urgency: int) -> str:
    """Name the set of the open requests of an urgency, by the time for which they want help."""
    return f"urgency:{urgency}"


def by_number(number: str) -> str:
    """Name the set of the requests with a sender's number; with ``SOURCE/NUMBER`` there is at most one."""
    return f"number:{number}"


def offers_to(team_id: str) -> str:
    """Name the set of a team's open offers, by the time they expire."""
    return f"offers:{team_id}"


def visits_of(team_id: str) -> str:
    """Name the set of a team's visits, by their start."""
    return f"visits:{team_id}"


def planned_for(request_id: str) -> str:
    """Name the set of the teams whose plan holds a request that is only promised, by the planned start."""
    return f"planned:{request_id}"


OPEN_OFFERS: Final = "offers"
"""All open offers, by the time they expire."""

PROPOSED: Final = "proposed"
"""All offers that wait for the desk's word, by the time they were proposed."""

CALLS: Final = "calls"
"""All deliveries that a person must see to, by the time until which it makes sense."""

UNDER_WAY: Final = "deliveries-under-way"
"""All deliveries that are not settled, by the time they were made."""

SETTLED: Final = "deliveries-settled"
"""The settled deliveries that are kept, by the time they were settled."""

TEAMS: Final = "teams"
"""All teams."""

ESCALATED: Final = "escalated"
"""Open requests that have climbed, by when they climbed last."""

NODES: Final = "nodes"
"""All nodes of the organisation tree."""

STANDING: Final = "standing-orders"
"""All standing orders."""

SERVICE: Final = "service-records"
"""The service records that are kept, by the start of their visit."""

REVIEWS: Final = "service-reviews"
"""The service records that a person should look at, by the start of their visit."""

ROUNDS: Final = "rounds"
"""All partitions that have had a round."""

DEAD_LETTERS: Final = "dead-letters"
"""The dead letters that are kept, by the time their record came."""

OUTCOMES: Final = "outcomes"
"""The outcomes that are kept, by the clock of their round."""
