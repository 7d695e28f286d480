"""Does the life cycle hold whatever arrives: duplicated, out of order, stale, from the wrong team?"""

from __future__ import annotations

import os
from datetime import datetime, time, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import Decision, NumberedCommand
from linli.schemas.answers import (
    Accept,
    Claim,
    Decline,
    DeclineReason,
    Done,
    FailedReason,
    FailedVisit,
    Rate,
    Reschedule,
    Start,
    SwapMembers,
    Withdraw,
)
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.commands import ApplyTeam, CommandBody, PlaceOrder
from linli.schemas.desk import ApplyRecord, Assign, Confirm, Hold, Refer, Release
from linli.schemas.escalation import Escalation, WaitLimits
from linli.schemas.lifecycle import OPEN, SETTLED, TERMINAL, OfferState, State, may_follow
from linli.schemas.orders import Amend, Cancel, Target, Together
from linli.schemas.people import Consent
from linli.schemas.policy import KEEP_DAYS_LEAST, Mode, Policy, QuietHours
from linli.schemas.referrals import AnswerReferral, ReferralOutcome
from linli.schemas.team_changes import Absent, ChangeMembers
from tests.support.district import MONDAY, Desk, member, order, team, window
from tests.support.organisation import LINE, registrations

TEAMS = 4
HOURS = st.integers(0, 9)


QUIET = (QuietHours(start=time(21), end=time(7)), QuietHours(start=time(10), end=time(12)))
"""Of a night, and of a forenoon in which most orders of the machine fall."""


LIMITS = WaitLimits(promised=(30, 60, 90), offered=(30, 60, 90), accepted=(15, 20, 30), served=(30, 60, 90))
"""Waits after which a request climbs, once the organisation is known."""


class LifeCycle(RuleBasedStateMachine):
    """Random events against the desk; the laws below must hold after every step."""

    requests = Bundle("requests")
    offers = Bundle("offers")

    @initialize(
        mode=st.sampled_from(list(Mode)),
        teams=st.integers(0, TEAMS),
        quiet=st.sampled_from([None, *QUIET]),
        at_once=st.sampled_from([1, 3]),
    )
    def begin(self, mode: Mode, teams: int, quiet: QuietHours | None, at_once: int) -> None:
        """Begin with some teams in some mode, with or without quiet hours, one or several teams asked at once."""
        policy = Policy(mode=mode, work=500, quiet_hours=quiet, ask_at_once=at_once, keep_days=KEEP_DAYS_LEAST)
        policy = policy.model_copy(update={"escalation": Escalation(limits=LIMITS, pools="by_level")})
        self.desk = Desk(policy, teams=teams)
        self.history: dict[str, list[AssignmentRecord]] = {}
        self.sent: list[NumberedCommand] = []
        self.forgotten: dict[str, datetime] = {}
        self.seen = len(self.desk.decisions)

    def send(self, body: CommandBody, request: str | None = None) -> None:
        """Send a command, and check that the decision can be taken again with the same result."""
        command = self.desk.command(body, request)
        self.sent.append(command)
        self.decide(command)

    def decide(self, *commands: NumberedCommand) -> None:
        """Decide twice from the same state and compare."""
        before = self.desk.state
        decision = self.desk.decide(*commands)
        again = decide(before, commands, self.desk.moment())
        assert [r.model_dump_json() for r in again.assignments] == [r.model_dump_json() for r in decision.assignments]
        assert (again.plans, again.forgotten) == (decision.plans, decision.forgotten)
        assert len(decision.outcomes) == len(commands)
        self.remember(decision.assignments)
        self.forget(decision)
        due = next_deadline(self.desk.state)
        if commands and due is not None and due <= self.desk.now:
            self.decide()  # what a command made due is done by the next round, which follows at once

    def remember(self, records: tuple[AssignmentRecord, ...]) -> None:
        """Check each record against the one before it."""
        for record in records:
            past = self.history.setdefault(record.request_id, [])
            before = past[-1].state if past else State.SUBMITTED
            assert may_follow(before, record.state)
            assert record.version == len(past) + 1
            assert record.round == self.desk.round
            past.append(record)

    def forget(self, decision: Decision) -> None:
        """Check that only what ended long ago was forgotten, and that nothing of it is left."""
        for one in decision.forgotten:
            last = self.history.pop(one.key)[-1]
            assert (last.state in TERMINAL, last.version) == (True, one.version)
            assert last.at + timedelta(days=KEEP_DAYS_LEAST) <= self.desk.now
            assert one.key not in self.desk.state.requests
            self.forgotten[one.key] = last.at

    @rule(
        target=requests,
        number=st.integers(0, 12),
        hours=st.tuples(HOURS, st.integers(0, 4)),
        urgency=st.integers(0, 2),
        legs=st.sampled_from([1, 1, 1, 2, 3]),
        together=st.sampled_from(Together),
        content=st.sampled_from("00001"),
        child=st.booleans(),
        household=st.sampled_from([None, "a", "b"]),
    )
    def order(
        self,
        number: int,
        hours: tuple[int, int],
        urgency: int,
        legs: int,
        together: Together,
        content: str,
        child: bool,
        household: str | None,
    ) -> str:
        """Somebody orders, perhaps under a number that was used before."""
        details = order(
            str(number),
            hours=(hours[0], hours[0] + hours[1]),
            urgency=urgency,
            legs=legs,
            together=together,
            content=content,
            adults=2 if child else 0,
            child=child,
            household=household,
        )
        self.send(PlaceOrder(details=details), f"r-{number}")
        return f"r-{number}"

    @rule(number=st.integers(0, 14))
    def cancel(self, number: int) -> None:
        """Somebody cancels, perhaps before the order has arrived."""
        self.send(Cancel(target=Target(request_id=f"r-{number}")), f"r-{number}")

    @rule(request=requests, hours=st.tuples(HOURS, st.integers(0, 4)), by=st.sampled_from(["resident", "team", "desk"]))
    def reschedule(self, request: str, hours: tuple[int, int], by: str) -> None:
        """Another time is asked for."""
        windows = (window(hours[0], hours[0] + hours[1]),)
        self.send(Reschedule(target=Target(request_id=request), windows=windows, by=by))  # type: ignore[arg-type]

    @rule(request=requests, minutes=st.integers(5, 200))
    def amend(self, request: str, minutes: int) -> None:
        """The order is changed."""
        self.send(Amend(target=Target(request_id=request), minutes=minutes))

    @rule(request=requests, what=st.sampled_from(["hold", "release", "refer", "confirm", "rate"]))
    def act(self, request: str, what: str) -> None:
        """A person acts on the request."""
        target = Target(request_id=request)
        bodies: dict[str, CommandBody] = {
            "hold": Hold(target=target, reason="asked", by="desk-1"),
            "release": Release(target=target, by="desk-1"),
            "refer": Refer(target=target, office="Office", reason="not for volunteers", by="desk-1"),
            "confirm": Confirm(target=target, by="desk-1"),
            "rate": Rate(target=target, stars=5, by="resident"),
        }
        self.send(bodies[what])

    @rule(request=requests, outcome=st.sampled_from(ReferralOutcome))
    def office(self, request: str, outcome: ReferralOutcome) -> None:
        """An office answers, whether it was asked or not."""
        target = Target(request_id=request)
        self.send(AnswerReferral(target=target, outcome=outcome, note="they say so", by="office-1"))

    @rule(request=requests, number=st.integers(0, TEAMS), agreed=st.booleans(), leg=st.integers(0, 2))
    def assign(self, request: str, number: int, agreed: bool, leg: int) -> None:
        """The desk names a team, perhaps one that may not go or does not exist."""
        members = (f"t{number}-m0", f"t{number}-m1") if agreed else ()
        self.send(
            Assign(
                target=Target(request_id=request),
                team=f"t{number}",
                leg=leg,
                agreed=agreed,
                members=members,
                reason="knows them",
                by="desk-1",
            )
        )

    @rule(request=requests, number=st.integers(0, TEAMS), leg=st.integers(0, 2))
    def claim(self, request: str, number: int, leg: int) -> None:
        """A team wants a request that nobody asked it for."""
        members = (f"t{number}-m0", f"t{number}-m1")
        self.send(Claim(target=Target(request_id=request), team=f"t{number}", leg=leg, members=members))

    @rule(request=requests, number=st.integers(0, TEAMS), brings=st.booleans())
    def record(self, request: str, number: int, brings: bool) -> None:
        """Help was given already, for a known request or for one that comes with it."""
        details = order(request.removeprefix("r-")) if brings else None
        body = ApplyRecord(
            details=details, team=f"t{number}", start=self.desk.now, minutes=20, reason="met them", by="desk-1"
        )
        self.send(body, request)

    @rule(request=requests, guardian=st.booleans())
    def bring_consent(self, request: str, guardian: bool) -> None:
        """Somebody brings a consent, or takes it back."""
        consent = Consent(beneficiary=True, guardian=guardian)
        self.send(Amend(target=Target(request_id=request), consent=consent))

    @rule(number=st.integers(0, TEAMS), after=st.integers(0, 12), hours=st.integers(1, 8))
    def absent(self, number: int, after: int, hours: int) -> None:
        """A team is away for some hours, perhaps while it is expected."""
        start = self.desk.now + timedelta(hours=after)
        self.send(Absent(team=f"t{number}", start=start, end=start + timedelta(hours=hours), by=f"t{number}"))

    @rule(number=st.integers(0, TEAMS), vetted=st.sets(st.integers(0, 3)))
    def change_members(self, number: int, vetted: set[int]) -> None:
        """A team's members or their vettings change."""
        members = tuple(member(f"t{number}-m{i}", vetted=i in vetted) for i in range(4))
        self.send(ChangeMembers(team=f"t{number}", members=members, by=f"t{number}"))

    def known_offers(self) -> list[tuple[str, str]]:
        """Return every offer ever made with its team."""
        return [
            (offer.id, offer.team)
            for record in self.desk.state.requests.values()
            for leg in record.legs
            for offer in leg.offers
        ]

    @rule(
        pick=st.integers(0, 200),
        what=st.sampled_from(["accept"] * 4 + ["decline", "withdraw", "start", "done", "failed", "swap"]),
        wrong=st.integers(0, 9),
    )
    def answer(self, pick: int, what: str, wrong: int) -> None:
        """A team answers some offer, live or long past, sometimes one of another team."""
        offers = self.known_offers()
        if not offers:
            return
        offer, name = offers[-1 - pick % len(offers)]
        name = "t0" if wrong == 0 else name
        bodies: dict[str, CommandBody] = {
            "accept": Accept(offer=offer, team=name, members=(f"{name}-m0", f"{name}-m1")),
            "decline": Decline(offer=offer, team=name, reason=DeclineReason.BUSY),
            "withdraw": Withdraw(offer=offer, team=name, reason="ill"),
            "start": Start(offer=offer, team=name),
            "done": Done(offer=offer, team=name, minutes=30),
            "swap": SwapMembers(offer=offer, team=name, members=(f"{name}-m2", f"{name}-m1")),
            "failed": FailedVisit(offer=offer, team=name, reason=FailedReason.NOBODY_HOME),
        }
        self.send(bodies[what])

    @rule(pick=st.integers(0, 200))
    def repeat(self, pick: int) -> None:
        """Intake handled an earlier record once more: the same command comes again, perhaps much later."""
        if self.sent:
            old = self.sent[-1 - pick % len(self.sent)]
            again = NumberedCommand(self.desk.offset, old.command)
            self.desk.offset += 1
            request = old.command.request_id or ""
            gone = request not in self.history and old.command.received_at <= self.forgotten.get(request, MONDAY)
            self.decide(again)
            assert not gone or request not in self.history

    @rule(number=st.integers(0, TEAMS), crews=st.integers(1, 2), vetted=st.integers(0, 4), active=st.booleans())
    def change_team(self, number: int, crews: int, vetted: int, active: bool) -> None:
        """A team changes under the plan's feet."""
        details = team(f"t{number}", crews=crews, vetted=vetted, north=number / 1000)
        self.send(ApplyTeam(details=details.model_copy(update={"active": active})))

    @rule(minutes=st.sampled_from([1, 10, 31, 90, 300, 1500]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.desk.now += timedelta(minutes=minutes)
        self.decide()

    @rule()
    def know_the_organisation(self) -> None:
        """The tree is imported, perhaps again: from now on what waits climbs, and teams are asked pool by pool."""
        self.decide(*(self.desk.command(body) for body in registrations()))

    @rule(
        number=st.integers(0, TEAMS - 1), node=st.sampled_from([None, "n-building", "n-street", "n-other", "n-county"])
    )
    def join_a_node(self, number: int, node: str | None) -> None:
        """A team belongs to a node from now on, or to none."""
        self.send(ApplyTeam(details=team(f"t{number}").model_copy(update={"organisation": node})))

    @invariant()
    def a_request_climbs_no_higher_than_the_root(self) -> None:
        """Levels climbed are counted by their climbs, each to another node, and end once nothing is owed any more."""
        for records in self.history.values():
            climbs = records[-1].climbs
            assert len({climb.node for climb in climbs}) == len(climbs) == records[-1].escalation < len(LINE)

    @rule(days=st.sampled_from([3, 9, 16]))
    def be_away(self, days: int) -> None:
        """Weeks pass; what has ended is forgotten."""
        self.desk.now += timedelta(days=days)
        self.decide()

    @rule()
    def wait_for_the_next_deadline(self) -> None:
        """Time passes to the next moment at which something is due."""
        due = next_deadline(self.desk.state)
        if due is not None:
            self.desk.now = max(self.desk.now, due)
            self.decide()

    @invariant()
    def nothing_is_due_in_the_past(self) -> None:
        """After a decision nothing is due any more, or the loop would turn for ever."""
        due = next_deadline(self.desk.state)
        assert due is None or due > self.desk.now

    @invariant()
    def a_leg_has_one_team_or_asks_for_one(self) -> None:
        """A leg has one live assignment or waiting offers, never both, and two legs have two teams."""
        for records in self.history.values():
            record = records[-1]
            live = [leg.assignment.team for leg in record.legs if leg.assignment is not None]
            assert len(set(live)) == len(live)
            for leg in record.legs:
                waiting = [o for o in leg.offers if o.state in (OfferState.OPEN, OfferState.PROPOSED)]
                assert not (waiting and leg.assignment is not None)
                assert len({o.team for o in waiting}) == len(waiting) <= self.desk.state.policy.ask_at_once
                assert len(waiting) <= 1 or all(o.state is OfferState.OPEN for o in waiting)

    @invariant()
    def no_team_is_asked_twice_after_saying_no(self) -> None:
        """A team that declined has no later offer for that request."""
        for records in self.history.values():
            for leg in records[-1].legs:
                declined = [i for i, offer in enumerate(leg.offers) if offer.state is OfferState.DECLINED]
                for i in declined:
                    assert all(later.team != leg.offers[i].team for later in leg.offers[i + 1 :])

    @invariant()
    def nobody_unvetted_is_on_the_way_to_a_child(self) -> None:
        """Whoever is named for a child's visit that has not begun is vetted by the roster as it is now."""
        for records in self.history.values():
            details = records[-1].details
            for leg in records[-1].legs if details is not None and details.adults else ():
                going = leg.assignment
                if going is None or going.started or going.start <= self.desk.now or records[-1].state in SETTLED:
                    continue
                known = {one.ref: one for one in self.desk.state.roster[going.team].details.members}
                fit = [known[ref] for ref in going.members if ref in known and known[ref].vetting is not None]
                assert len(fit) >= 2

    @invariant()
    def every_open_request_has_a_team_a_plan_or_a_reason(self) -> None:
        """Nothing waits without the desk knowing why."""
        planned = {v.request_id for plan in self.desk.state.plans.values() for crew in plan.crews for v in crew}
        for records in self.history.values():
            record = records[-1]
            if record.state in OPEN - {State.UNMET, State.ON_HOLD, State.FAILED_VISIT}:
                assert record.state in (State.PROMISED, State.OFFERED, State.COMMITTED, State.UNDER_WAY)
                assert record.request_id in planned


LifeCycle.TestCase.settings = settings(
    max_examples=int(os.environ.get("TEST_LIFE_CYCLES", "40")),
    stateful_step_count=30,
    deadline=None,
    derandomize="TEST_LIFE_CYCLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    print_blob=True,
)


TestLifeCycle = LifeCycle.TestCase
"""Tests that the life cycle holds under random events."""
