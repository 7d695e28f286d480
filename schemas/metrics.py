"""The metric registry: every figure a process shows, once, with its type, its labels and its meaning.

Names follow Prometheus: a prefix, a unit, ``_total`` for counters. Labels name things of the system (a partition, a
state, a reason), never a person or a request: those would be endless, and personal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What sort of figure it is."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure.

    Parameters
    ----------
    name
        As it is scraped.
    kind
        What sort of figure it is.
    meaning
        One sentence.
    labels
        Names of its labels.
    buckets
        Upper bounds of a histogram's buckets, in the unit of the name.
    """

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


QUICK: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Buckets in seconds for work that should take milliseconds."""

FELT: Final = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Buckets in seconds for what a person waits for; the floor that is asked for is 1 s at the 99th percentile."""

ANSWERED: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Buckets in seconds for an answer over HTTP: from a look at the board to a decision that somebody waits for."""

BATCH: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Buckets in records of one round."""


def _counter(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(name, Kind.COUNTER, meaning, labels)


def _gauge(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(name, Kind.GAUGE, meaning, labels)


def _histogram(name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Metric:
    return Metric(name, Kind.HISTOGRAM, meaning, labels, buckets)


_INTAKE = (
    _counter("linli_intake_records_total", "Records of the inbox by what became of them.", "kind", "outcome"),
    _counter("linli_intake_dead_letters_total", "Dead letters by reason.", "reason"),
    _histogram("linli_intake_record_seconds", "Time to judge one record, sealing included.", QUICK, "kind"),
    _gauge(
        "linli_inbox_unread_ratio",
        "Age of the inbox record at work in parts of the inbox's retention; an alarm above one half.",
        "partition",
    ),
)

_DISPATCHER = (
    _counter("linli_rounds_total", "Committed rounds.", "partition"),
    _histogram("linli_round_commands_records", "Commands in one round.", BATCH, "partition"),
    _histogram("linli_round_decide_seconds", "Time a round takes to decide.", FELT, "partition"),
    _histogram("linli_round_commit_seconds", "Time a round takes to be written and committed.", FELT, "partition"),
    _histogram("linli_restore_seconds", "Time from fencing to the first round after a start.", FELT, "partition"),
    _histogram("linli_promise_seconds", "Real time from submission to promise.", FELT, "district"),
    _counter("linli_outcomes_total", "Commands by what became of them.", "code"),
    _counter("linli_transitions_total", "Transitions of requests by the state reached.", "district", "state"),
    _counter("linli_offers_total", "Offers by the state reached.", "district", "state"),
    _counter("linli_promises_broken_total", "Promised windows that were not kept, by cause.", "district", "cause"),
    _gauge("linli_requests", "Requests by the state they are in.", "district", "state"),
    _counter("linli_solver_work_total", "Deterministic units of work spent by the optimizer.", "engine"),
    _counter("linli_solver_fallbacks_total", "Rounds in which the last plan and insertion had to do.", "cause"),
    _counter("linli_ways_measured_total", "Places whose ways a routing server gave before a round.", "source"),
    _counter("linli_ways_estimated_total", "Places whose ways a round had to estimate, by why.", "cause"),
    _gauge("linli_districts_held", "Districts held because deciding them failed again and again.", "partition"),
    _counter("linli_torn_rounds_total", "Rounds found torn at a restore; plans were rebuilt.", "partition"),
    _counter("linli_down_seconds_total", "Decision time for which the service was down.", "partition"),
    _gauge("linli_clock_skew_seconds", "Our clock less the broker's; deadlines stop beyond 5 s.", "partition"),
    _gauge("linli_commands_behind_records", "Commands that are not decided yet.", "partition"),
    _gauge("linli_build_info", "One, with the build and the fingerprint of the engines as labels.", "build", "engines"),
)

_BOARD = (
    _counter("linli_board_records_total", "Ledger records applied to the board.", "topic"),
    _counter("linli_board_rebuilds_total", "Times the board was built anew, by cause.", "cause"),
    _gauge("linli_board_behind_records", "Ledger records that are not on the board yet.", "partition"),
    _histogram("linli_board_age_seconds", "Real time from a ledger record to the board.", FELT),
)

_DELIVERY = (
    _counter("linli_deliveries_total", "Attempts to tell somebody, by channel and how they went.", "channel", "state"),
    _histogram("linli_delivery_seconds", "Real time from what somebody must be told to its delivery.", FELT, "channel"),
    _gauge(
        "linli_deliveries_open", "Deliveries that are not settled, by who must act: machine or person.", "waits_for"
    ),
)

_GATEWAY = (
    _counter(
        "linli_gateway_requests_total", "Requests by operation and class of the answer's status.", "operation", "status"
    ),
    _histogram(
        "linli_gateway_request_seconds", "Time from a request to the beginning of its answer.", ANSWERED, "operation"
    ),
    _counter("linli_gateway_refused_total", "Requests that token, policy or limits did not let in.", "code"),
    _counter("linli_gateway_unavailable_total", "Requests answered 503 because something was away, by code.", "code"),
    _gauge("linli_gateway_feed_followers", "Who follows the live feed now, pages included."),
    _counter("linli_gateway_feed_dropped_total", "Followers of the live feed that were too slow and were let go."),
)

_HOUSE = (_counter("linli_process_restarts_total", "Restarts by the supervisor.", "process"),)

_AUDIT = (
    _counter("linli_guarantees_checked_total", "Guarantees that an audit judged.", "guarantee"),
    _counter(
        "linli_guarantees_broken_total", "Breaks that an audit found: anything above zero is an alarm.", "guarantee"
    ),
)

SECTIONS: Final[dict[str, tuple[Metric, ...]]] = {
    "intake": _INTAKE,
    "dispatcher": _DISPATCHER,
    "board": _BOARD,
    "delivery": _DELIVERY,
    "gateway": _GATEWAY,
    "house": _HOUSE,
    "audit": _AUDIT,
}
"""The metrics by who measures them: a process serves its own section; an audit writes its section to a file."""

METRICS: Final[dict[str, Metric]] = {metric.name: metric for section in SECTIONS.values() for metric in section}
"""Every metric by its name."""
