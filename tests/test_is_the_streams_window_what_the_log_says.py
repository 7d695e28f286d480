"""Are the figures of the last hour, day and seven days what the log says, however it is read, and bounded?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import pytest

from linli.schemas.answers import Accept, Decline, DeclineReason
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.base import Inside
from linli.schemas.lifecycle import State
from linli.schemas.orders import Cancel, Target
from linli.schemas.policy import Policy
from linli.schemas.rounds import RoundRecord
from linli.schemas.stream_window import StreamWindow
from linli.schemas.topics import ASSIGNMENTS, ROUNDS
from linli.services.console.stream_window_sheet import at_most
from linli.services.console.words import Speech
from linli.streams.board import keys
from linli.streams.board.entries import entries_of, merged
from linli.streams.board.flow import HOUR, HOURS_MAX, MINUTE, MINUTES_MAX, Flow, Grain, Sums, flow_of, span_of, sums_in
from linli.streams.codec import to_bytes
from linli.streams.log_reader import LogRecord
from tests.support.board_image import BoardImage, fold, fold_entries
from tests.support.district import AUTO, MONDAY, Desk

CATEGORY: Final = "company"


def in_log(topic: str, values: Iterable[tuple[int, Inside]]) -> list[LogRecord]:
    """Give records as they lie in a topic, each in its partition."""
    return [
        LogRecord(
            topic=topic,
            partition=partition,
            offset=offset,
            appended=MONDAY,
            key=b"k",
            value=to_bytes(value),
            headers=(),
        )
        for offset, (partition, value) in enumerate(values)
    ]


def a_round(number: int, at: datetime, partition: int = 0, records: int = 0) -> RoundRecord:
    """Give a round that decided on nothing."""
    return RoundRecord(
        partition=partition,
        number=number,
        first_offset=0,
        next_offset=0,
        now=at,
        build="test",
        policy=Policy(),
        records=records,
    )


@pytest.fixture(scope="module")
def steps() -> list[AssignmentRecord]:
    """A day and a half at a desk: orders that are accepted, declined, cancelled, and such as nobody can serve."""
    desk = Desk(AUTO)
    for number in range(16):
        desk.at(2)
        desk.place_order(str(number), **({"skill": "plumbing"} if number % 4 == 0 else {}))
        for _, offer, team in desk.open_offers():
            decline = Decline(offer=offer, team=team, reason=DeclineReason.BUSY)
            accept = Accept(offer=offer, team=team, members=(f"{team}-m0", f"{team}-m1"))
            desk.send(decline if number % 3 == 0 else accept)
        if number % 5 == 0:
            desk.send(Cancel(target=Target(request_id=f"r-{number}")))
    return [record for decision in desk.decisions for record in decision.assignments]


def added_up(log: Sequence[LogRecord], size: int) -> BoardImage:
    """Fold a log in batches of a size, as the board applies it."""
    batches = [log[first : first + size] for first in range(0, len(log), size)]
    return fold_entries(
        one for batch in batches for one in merged(entry for record in batch for entry in entries_of(record))
    )


def sums_of(image: BoardImage, grain: Grain) -> list[Sums]:
    """Read sums from a fold as the reader reads them from the board."""
    found = [(key, fields) for key, fields in image.sums.items() if key.startswith(f"sums:{grain.name}:")]
    return [
        sums_in({name: str(amount) for name, amount in fields.items()}, key, int(key.split(":")[2]))
        for key, fields in found
    ]


def flow_in(image: BoardImage, window: StreamWindow, now: datetime) -> Flow:
    grain, start = span_of(window, now)
    return flow_of(sums_of(image, grain), start)


def entered_since(steps: Sequence[AssignmentRecord], start: datetime) -> Counter[tuple[str, State]]:
    """Count steps into another state the long way: by what each request was before."""
    before, found = dict[str, State](), Counter[tuple[str, State]]()
    for record in steps:
        last = before.get(record.request_id)
        before[record.request_id] = record.state
        if record.details is not None and last is not None and last is not record.state and record.at >= start:
            found[record.details.category, record.state] += 1
    return found


@pytest.mark.parametrize("window", StreamWindow)
def test_a_window_is_what_the_log_says(steps: list[AssignmentRecord], window: StreamWindow) -> None:
    """Tests orders, steps, what was short and what was promised, counted by other means."""
    now = steps[-1].at
    flow, (_, start) = (
        flow_in(fold(in_log(ASSIGNMENTS.name, ((0, one) for one in steps))), window, now),
        span_of(window, now),
    )
    seen = {(category, state): n for category, one in flow.by_category.items() for state, n in one.entered.items()}
    assert seen == dict(entered_since(steps, start))
    orders = [one for one in steps if one.version == 1 and one.at >= start]
    assert flow.total.ordered == len(orders)
    unmet = sum(n for (_, state), n in seen.items() if state is State.UNMET)
    assert flow.short.total() == unmet
    promised: dict[str, datetime] = {}
    for one in steps:
        if one.promise is not None:
            promised.setdefault(one.request_id, one.at)
    assert flow.waits.count == sum(at >= start for at in promised.values())
    if window is StreamWindow.WEEK:
        assert {State.PROMISED, State.UNMET, State.COMMITTED, State.CANCELLED} <= {state for _, state in seen}


def test_however_the_log_is_read_the_sums_are_the_same(steps: list[AssignmentRecord]) -> None:
    """Tests one record at a time as it happened, topic after topic as in a rebuild, and batches added up before."""
    rounds = [a_round(number, MONDAY + timedelta(minutes=40 * number)) for number in range(1, 300)]
    log = [*in_log(ASSIGNMENTS.name, ((0, one) for one in steps)), *in_log(ROUNDS.name, ((0, one) for one in rounds))]
    moment = {id(one): at for one, at in zip(log, [*(s.at for s in steps), *(r.now for r in rounds)], strict=True)}
    live, rebuilt = fold(sorted(log, key=lambda one: moment[id(one)])), fold(log)
    assert live.sums == rebuilt.sums
    assert set(live.sets) == set(rebuilt.sets)
    for size in (7, len(log)):
        added = added_up(log, size)
        assert (added.sums, added.sets, added.documents) == (rebuilt.sums, rebuilt.sets, rebuilt.documents)


def test_the_board_holds_no_more_than_it_says() -> None:
    """Tests that of eight days, a round every five minutes, so many sums are left, and each window is whole."""
    rounds = [a_round(number, MONDAY + timedelta(minutes=5 * number), records=2) for number in range(1, 2_305)]
    image = added_up(in_log(ROUNDS.name, ((0, one) for one in rounds)), 500)
    assert len(image.sets[keys.sums(MINUTE.name, 0)]) == MINUTES_MAX
    assert len(image.sets[keys.sums(HOUR.name, 0)]) == HOURS_MAX
    assert len(image.sums) == MINUTES_MAX + HOURS_MAX
    now = rounds[-1].now
    for window, number in zip(StreamWindow, (12 + 1, 24 * 12 + 1, 7 * 24 * 12 + 1), strict=True):
        flow = flow_in(image, window, now)
        assert (flow.total.rounds, flow.total.records, flow.missing_rounds) == (number, 2 * number, 0)
        assert flow.since == flow.start


def test_partitions_are_told_apart() -> None:
    """Tests that each has its own rounds, and that the total is their sum."""
    rounds = [a_round(number, MONDAY + timedelta(minutes=number), number % 2) for number in range(1, 31)]
    flow = flow_in(
        fold(in_log(ROUNDS.name, ((one.partition, one) for one in rounds))), StreamWindow.DAY, rounds[-1].now
    )
    assert {partition: one.rounds for partition, one in flow.by_partition.items()} == {0: 15, 1: 15}
    assert flow.total.rounds == 30


@pytest.mark.parametrize(("gone", "missing"), [(range(100, 130), 30), (range(1, 50), 0)])
def test_what_the_log_has_lost_is_told(gone: range, missing: int) -> None:
    """Tests rounds that are gone from the middle, which are counted, and from the beginning: then it begins later."""
    rounds = [a_round(number, MONDAY + timedelta(minutes=number)) for number in range(1, 200) if number not in gone]
    flow = flow_in(fold(in_log(ROUNDS.name, ((0, one) for one in rounds))), StreamWindow.WEEK, rounds[-1].now)
    assert flow.missing_rounds == missing
    begun = HOUR.begin(rounds[0].now)
    assert flow.since == begun
    assert begun > flow.start


def test_a_restricted_case_is_counted_nowhere(steps: list[AssignmentRecord]) -> None:
    """Tests that a suspected harm is not seen from how many there were."""
    hidden = [
        one.model_copy(update={"details": one.details.model_copy(update={"restricted": True})})
        for one in steps
        if one.details is not None
    ]
    assert fold(in_log(ASSIGNMENTS.name, ((0, one) for one in hidden))).sums == {}


def test_records_of_an_older_build_count_as_orders_alone(steps: list[AssignmentRecord]) -> None:
    """Tests that a step that does not say where it came from is not guessed."""
    old = [one.model_copy(update={"was": None, "promised_in": 0}) for one in steps]
    flow = flow_in(fold(in_log(ASSIGNMENTS.name, ((0, one) for one in old))), StreamWindow.WEEK, steps[-1].at)
    assert flow.total.ordered == sum(one.version == 1 for one in steps)
    assert (flow.total.entered, flow.short, flow.waits.count) == (Counter(), Counter(), 0)


def test_waiting_is_told_by_the_class_it_lies_in() -> None:
    """Tests half and 95 in 100 of known waits, none, and such as no class ends above."""

    def waits(**counts: int) -> tuple[int, float | None, float | None]:
        named = {f"wait|{name.removeprefix('c')}": amount for name, amount in counts.items()}
        found = flow_of([Sums(0, MONDAY, named)], MONDAY).waits
        return found.count, found.p50, found.p95

    assert waits(c0=90, c4=9, c14=1) == (100, 0.5, 10)
    assert waits(c14=1) == (1, None, None)
    assert waits() == (0, None, None)
    said = [at_most(seconds, Speech("en")) for seconds in (0.5, 60, 3_600, 259_200, None)]
    assert said == ["0.5 s", "1 min", "1 h", "3 days", "more than 3 days"]
