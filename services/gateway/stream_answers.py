"""What the gateway answers about how much flowed in a window of time."""

from __future__ import annotations

from linli.schemas.base import Instant
from linli.schemas.stream_window import StreamWindow
from linli.services.gateway.answers import Answer
from linli.streams.board.flow import Flow, Tally


class StreamTally(Answer):
    """What flowed. ``entered``: steps by the state that they entered; rounds and the like belong to no category."""

    rounds: int
    commands: int
    records: int
    ordered: int
    entered: dict[str, int]


class PromiseWaits(Answer):
    """How long orders waited for their first promise.

    ``p50_at_most_seconds`` and ``p95_at_most_seconds`` are the upper ends of the classes in which half and 95 in 100 of
    ``count`` lie; null where nothing was promised, or beyond three days.
    """

    count: int
    p50_at_most_seconds: float | None
    p95_at_most_seconds: float | None


class StreamView(Answer):
    """What flowed in a window, by category of help, by partition, and what was short where nobody could go.

    ``start`` is when the window begins, at a whole minute or hour; ``since`` from when on anything is known, null if
    nothing is. ``missing_rounds`` are those that the log does not have any more. Cases with restricted access are left
    out.
    """

    window: StreamWindow
    start: Instant
    since: Instant | None
    missing_rounds: int
    total: StreamTally
    by_partition: dict[int, StreamTally]
    by_category: dict[str, StreamTally]
    unmet_by_reason: dict[str, int]
    promise_waits: PromiseWaits


def stream_view(window: StreamWindow, flow: Flow) -> StreamView:
    """Show what flowed."""
    waits = flow.waits
    return StreamView(
        window=window,
        start=flow.start,
        since=flow.since,
        missing_rounds=flow.missing_rounds,
        total=_tally(flow.total),
        by_partition={partition: _tally(one) for partition, one in flow.by_partition.items()},
        by_category={category: _tally(one) for category, one in flow.by_category.items()},
        unmet_by_reason=dict(flow.short.most_common()),
        promise_waits=PromiseWaits(count=waits.count, p50_at_most_seconds=waits.p50, p95_at_most_seconds=waits.p95),
    )


def _tally(one: Tally) -> StreamTally:
    entered = {state.value: count for state, count in sorted(one.entered.items())}
    return StreamTally(
        rounds=one.rounds, commands=one.commands, records=one.records, ordered=one.ordered, entered=entered
    )
