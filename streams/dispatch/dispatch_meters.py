"""What a dispatcher counts: its rounds, what became of commands, requests and offers, and how long people waited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from linli.matcher.ledger.state import Decision, DistrictState, NumberedCommand
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import PlaceOrder
from linli.schemas.lifecycle import State
from linli.schemas.metrics import SECTIONS
from linli.schemas.rounds import RoundRecord
from linli.schemas.ways import WaysReport
from linli.streams.clock import Clock
from linli.streams.dispatch.transaction import Written
from linli.streams.meters import Meters

AWAITED_MAX: Final = 10_000
"""Orders without a promise whose time of arrival is kept; after a backlog of more the oldest are not measured."""


class DispatchMeters:
    """Counts for one dispatcher.

    Parameters
    ----------
    partition
        Its slot.
    build, engines
        What it is made of.
    """

    def __init__(self, partition: int, build: str, engines: str) -> None:
        self.meters = Meters(SECTIONS["dispatcher"])
        self._slot = str(partition)
        self._awaited: dict[str, datetime] = {}
        self._states: dict[str, Counter[State]] = {}
        self.meters.show("linli_build_info", 1, build, engines)
        for name in ("linli_torn_rounds_total", "linli_down_seconds_total"):
            self.meters.count(name, self._slot, by=0)

    def restored(self, states: Mapping[str, DistrictState], seconds: float, *, torn: bool) -> None:
        """Note what a start found."""
        self.meters.observe("linli_restore_seconds", seconds, self._slot)
        self.meters.count("linli_torn_rounds_total", self._slot, by=int(torn))
        for district, state in states.items():
            self._states[district] = Counter(record.state for record in state.requests.values())
            self._show_states(district)

    def reading(self, behind: int, held: int) -> None:
        """Note how far the log is ahead, and how many districts are held."""
        self.meters.show("linli_commands_behind_records", behind, self._slot)
        self.meters.show("linli_districts_held", held, self._slot)

    def received(self, commands: Iterable[NumberedCommand], clock: Clock) -> None:
        """Note when orders were submitted, in real time."""
        for command in (numbered.command for numbered in commands):
            if command.request_id is not None and isinstance(command.body, PlaceOrder):
                self._awaited.setdefault(command.request_id, clock.real(command.received_at))
        while len(self._awaited) > AWAITED_MAX:
            del self._awaited[next(iter(self._awaited))]

    def committed(self, record: RoundRecord, decide_s: float, written: Written) -> None:
        """Note a round."""
        self.meters.count("linli_rounds_total", self._slot)
        self.meters.observe("linli_round_commands_records", len(record.outcomes), self._slot)
        self.meters.observe("linli_round_decide_seconds", decide_s, self._slot)
        self.meters.observe("linli_round_commit_seconds", written.whole.total_seconds(), self._slot)
        self.meters.count("linli_down_seconds_total", self._slot, by=record.down_seconds)
        self.meters.show("linli_clock_skew_seconds", -written.skew.total_seconds(), self._slot)
        for outcome in record.outcomes:
            self.meters.count("linli_outcomes_total", outcome.code)
        for part in record.districts:
            if part.solver is not None:
                self.meters.count("linli_solver_work_total", part.solver.engine, by=part.solver.work)
            if part.solver is not None and part.solver.fallback:
                self.meters.count("linli_solver_fallbacks_total", part.solver.fallback)

            if part.ways is not None:
                self._ways(part.ways)

    def _ways(self, report: WaysReport) -> None:
        self.meters.count("linli_ways_measured_total", report.source, by=report.measured)
        if report.fallback is not None:
            self.meters.count("linli_ways_estimated_total", report.fallback, by=report.estimated)

    def decided(self, before: DistrictState, decision: Decision) -> None:
        """Note what a committed decision changed in a district."""
        known = dict[str, AssignmentRecord]()
        for record in decision.assignments:
            last = known.get(record.request_id) or before.requests.get(record.request_id)
            self._transition(last, record)
            known[record.request_id] = record
        for gone in decision.forgotten:
            self._states[before.district][before.requests[gone.key].state] -= 1
        if known or decision.forgotten:
            self._show_states(before.district)

    def _transition(self, last: AssignmentRecord | None, record: AssignmentRecord) -> None:
        district, states = record.district, self._states.setdefault(record.district, Counter())
        if last is not None:
            states[last.state] -= 1
        states[record.state] += 1
        if last is None or last.state is not record.state:
            self.meters.count("linli_transitions_total", district, record.state)
        was = {offer.id: offer.state for leg in last.legs for offer in leg.offers} if last is not None else {}
        for offer in (offer for leg in record.legs for offer in leg.offers):
            if was.get(offer.id) is not offer.state:
                self.meters.count("linli_offers_total", district, offer.state)
        for broken in record.broken[len(last.broken) if last is not None else 0 :]:
            self.meters.count("linli_promises_broken_total", district, broken.cause)
        submitted = self._awaited.pop(record.request_id, None) if record.promise is not None else None
        if submitted is not None:
            waited = (datetime.now(UTC) - submitted).total_seconds()
            self.meters.observe("linli_promise_seconds", max(0.0, waited), district)

    def _show_states(self, district: str) -> None:
        for state, count in self._states[district].items():
            self.meters.show("linli_requests", count, district, state)
