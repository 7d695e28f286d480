"""One example of everything on the wire: each inbox kind, each status of a request, each record of the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import cast, get_args

from pydantic import BaseModel

from linli.schemas import event_types
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
    Spent,
    Start,
    SwapMembers,
    Withdraw,
)
from linli.schemas.assignment import (
    Assignment,
    AssignmentRecord,
    Audience,
    BrokenPromise,
    Cancelled,
    Claimed,
    Closed,
    Committed,
    DoneState,
    FailedVisitState,
    HardProblem,
    Leg,
    Offer,
    Offered,
    OnHold,
    Promised,
    Rated,
    RecordedAfterwards,
    Referred,
    Registered,
    Reopened,
    Reopening,
    Rescheduled,
    Status,
    UnderWay,
    Unmet,
    Withdrawn,
)
from linli.schemas.base import Edge
from linli.schemas.choices import ChosenBy, DeskChoice
from linli.schemas.commands import ApplyTeam, Command, CommandBody, PlaceOrder
from linli.schemas.dead_letters import DeadLetter, Reason, SourcePosition
from linli.schemas.deliveries import DeliveryRecord, DeliveryState
from linli.schemas.desk import ApplyRecord, Assign, Confirm, Hold, Mark, RecordVisit, Refer, Release, Told, ToldOutcome
from linli.schemas.erasure import Erase
from linli.schemas.escalation import Awaited, Climb, Pool
from linli.schemas.event_types import TYPE_OF_KIND
from linli.schemas.explanation import CostTerm, Exchange, RuleCount, SmallestChange, TeamChoice, WhyNobody, WhyTeam
from linli.schemas.ground_facts import ClockFact, DistrictMap
from linli.schemas.judging import Remedy, Verdict
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.orders import Amend, Cancel, Order, RequestDetails, Target, Window
from linli.schemas.organisation import ApplyNode, NodeDeputy, RegisterNode
from linli.schemas.people import (
    AgeBand,
    Beneficiary,
    Channel,
    ChannelKind,
    Consent,
    ContactPart,
    Flags,
    Guardian,
    Marks,
    PersonalPart,
    Requester,
    SealedPart,
    Wishes,
)
from linli.schemas.places import Crs, Location, RoundedPlace, Terrain
from linli.schemas.plan import PlannedVisit, PlanRecord
from linli.schemas.policy import AnswerHours, Mode, ModeRule, Policy, QuietHours
from linli.schemas.proving import ConfirmService, GiveCode, Resolve, ReviewService
from linli.schemas.recurrence import HolidayRule
from linli.schemas.referrals import AnswerReferral, OfficeAnswer, ReferralOutcome
from linli.schemas.roster import (
    Absence,
    Deputy,
    Member,
    RegisterTeam,
    RosterRecord,
    TeamDetails,
    TeamKind,
    TeamSkill,
    Vetting,
    WorkingHours,
)
from linli.schemas.rounds import CommandOutcome, DistrictRound, OutcomeCode, RoundRecord, SolverReport
from linli.schemas.standing import (
    ChangeStanding,
    Moved,
    PlaceStanding,
    Served,
    StandingDetails,
    StandingOrder,
    StandingRecord,
    StandingStep,
    Upcoming,
    Visiting,
)
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.team_changes import Absent, ApplyDeputy, ChangeMembers, NameDeputy
from linli.schemas.team_homes import TeamHome
from tests.support.kept_examples import NODE_RECORD, SERVICE_RECORD, WAYS_RECORD

NINE = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
"""Nine in the morning in Sinan."""

TARGET = Target(source_id="SN20260316-0001")
REQUEST, OFFER, TEAM = "r-abcdefghij2345672345", "r-abcdefghij2345672345.0.1", "t-01"
WINDOW = Window(start=NINE + timedelta(hours=2), end=NINE + timedelta(hours=4))
SEALED = SealedPart(key_id="k-1", nonce="bm9uY2Vub25jZTEy", ciphertext="c2VhbGVk")
MARKS = Marks(household="0123456789abcdef" * 2, content="fedcba9876543210" * 2)
PLACE = RoundedPlace(lat=27.941, lon=108.25, grid="520624001001-01", terrain=Terrain.SEAT, coarse=False)
PERSON = PersonalPart(
    name="测试甲子",
    phone="100-0000-0001",
    address_line="安化社区第1网格1号（模拟地址）",
    location=Location(crs=Crs.GCJ02, lat=27.938, lon=108.254),
    health_note="（模拟）",
    guardian=Guardian(name="测试乙丑", phone="100-0000-0002"),
    requester_name="测试丙寅",
    requester_phone="100-0000-0003",
    detail="作业辅导（模拟）",
)

CLEAR_ORDER = Order(
    source_id="SN20260316-0001",
    category="homework",
    beneficiary=Beneficiary.LEFT_BEHIND_CHILD,
    age_band=AgeBand.UNDER_14,
    requester=Requester.GRID_WORKER,
    windows=(WINDOW,),
    minutes=60,
    urgent=True,
    teams_needed=2,
    grid="520624001001-01",
    consent=Consent(beneficiary=True, guardian=True),
    flags=Flags(danger_to_life=False, suspected_harm=False),
    wishes=Wishes(gender="female", language="tujia", excluded_teams=("t-02",)),
    personal=PERSON,
)
SEALED_ORDER = CLEAR_ORDER.model_copy(
    update={"personal": None, "sealed": SEALED, "place": PLACE, "marks": MARKS, "recorded_afterwards": True}
)

VETTING = Vetting(authority="思南县教育局（模拟）", passed=True, valid_until=NINE + timedelta(days=300))
MEMBERS = (
    Member(ref="t-01-m00", adult=True, gender="female", certificates=("nurse",), vetting=VETTING, insured_until=NINE),
    Member(ref="t-01-m01", adult=False),
)
HOURS = (WorkingHours(days=(0, 1, 2, 3, 4), start=time(8, 30), end=time(17, 30)),)
ABSENCES = (Absence(start=NINE, end=NINE + timedelta(hours=5)),)
SKILLS = (TeamSkill(skill="homework"), TeamSkill(skill="nursing", qualifications=("nurse",)))

SYNTHETIC = "whsec_c3ludGhldGlj"
CONTACT = ContactPart(
    name="测试丁卯",
    phone="100-0000-9001",
    endpoint="https://example.invalid/hook",
    channels=(
        Channel(kind=ChannelKind.WEBHOOK, target="https://example.invalid/hook", secret=SYNTHETIC),
        Channel(kind=ChannelKind.DESK),
    ),
)
GIVEN = {
    "team": TEAM,
    "members": ("t-01-m00",),
    "start": NINE,
    "minutes": 40,
    "reason": "上午已顺路办好",
    "by": "desk-1",
}

INBOX: dict[str, Edge] = {
    "order": CLEAR_ORDER,
    "amend": Amend(
        target=TARGET,
        windows=(WINDOW,),
        minutes=45,
        urgent=False,
        consent=Consent(beneficiary=True, guardian=True),
        reason="改个时间",
    ),
    "cancel": Cancel(target=Target(request_id=REQUEST), reason="不需要了"),
    "hold": Hold(target=TARGET, reason="等家属回电", by="desk-1"),
    "release": Release(target=TARGET, by="desk-1"),
    "refer": Refer(target=TARGET, office="民政局（模拟）", reason="属救助事项", by="desk-1"),
    "referral_answer": AnswerReferral(
        target=TARGET, outcome=ReferralOutcome.RETURNED, note="请志愿者上门（模拟）", by="office-1"
    ),
    "assign": Assign(
        target=TARGET,
        team=TEAM,
        leg=0,
        start=NINE,
        agreed=True,
        members=("t-01-m00",),
        reason="电话已说好",
        by="desk-1",
    ),
    "confirm": Confirm(target=TARGET, leg=0, by="desk-1", note="可以"),
    "team": RegisterTeam(
        team=TEAM,
        name="童伴志愿服务队1（模拟）",
        team_kind=TeamKind.VOLUNTEER,
        skills=SKILLS,
        base=Location(crs=Crs.WGS84, lat=27.94138, lon=108.2498),
        grid="520624001001-01",
        crews=2,
        hours=HOURS,
        absences=ABSENCES,
        travel_minutes_max=60,
        visits_max=6,
        languages=("mandarin", "tujia"),
        members=MEMBERS,
        organisation="o-1",
        excluded_households=("0123456789abcdef" * 2,),
        contact=CONTACT,
    ),
    "accept": Accept(offer=OFFER, team=TEAM, members=("t-01-m00", "t-01-m02")),
    "decline": Decline(offer=OFFER, team=TEAM, reason=DeclineReason.BUSY, note="今天排满了"),
    "withdraw": Withdraw(offer=OFFER, team=TEAM, reason="临时有事"),
    "reschedule": Reschedule(target=TARGET, windows=(WINDOW,), by="resident", reason="改天"),
    "start": Start(offer=OFFER, team=TEAM, door_code_ok=True),
    "done": Done(offer=OFFER, team=TEAM, minutes=55, spent=Spent(amount_fen=3_250, receipt=True)),
    "failed_visit": FailedVisit(offer=OFFER, team=TEAM, reason=FailedReason.NOBODY_HOME, note="敲门无人"),
    "rate": Rate(target=TARGET, stars=5, tags=("patient", "on_time"), by="proxy"),
    "record": RecordVisit.model_validate({**GIVEN, "target": TARGET}),
    "claim": Claim(target=TARGET, team=TEAM, leg=0, start=NINE, members=("t-01-m00",)),
    "swap": SwapMembers(offer=OFFER, team=TEAM, members=("t-01-m00", "t-01-m02")),
    "absent": Absent(team=TEAM, start=NINE, end=NINE + timedelta(hours=3), reason="集体学习", by="t-01"),
    "members": ChangeMembers(team=TEAM, members=MEMBERS, by="t-01"),
    "deputy": NameDeputy(team=TEAM, start=NINE, end=NINE + timedelta(days=2), contact=CONTACT, by="t-01"),
    "node": RegisterNode(
        node="n-01",
        parent="n-00",
        level="community",
        name="示例社区党组织（模拟）",
        places=("520624001001-01",),
        contact=CONTACT,
        deputy=NodeDeputy(start=NINE, end=NINE + timedelta(days=2), contact=CONTACT),
    ),
    "told": Told(delivery="d-1", outcome=ToldOutcome.NOT_REACHED, by="desk-1", note="无人接听"),
    "code": GiveCode(offer=OFFER, team=TEAM, code="0417"),
    "confirm_service": ConfirmService(target=TARGET, leg=0, by="grid-1", of_team="t-02", note="已当面核实"),
    "review_service": ReviewService(target=TARGET, leg=0, verdict=Verdict.ACCEPTED, reason="两户相邻", by="office-1"),
    "mark": Mark(target=TARGET, hard=True, reason="多次协调未果", by="desk-1"),
    "resolve": Resolve(target=TARGET, remedy=Remedy.MADE_GOOD, reason="已补做", by="desk-1"),
    "standing": StandingOrder(
        order=CLEAR_ORDER.model_copy(update={"urgent": False}),
        rule="FREQ=WEEKLY;BYDAY=TU,FR",
        holidays=HolidayRule.AFTER,
        until=NINE + timedelta(days=90),
    ),
    "erase": Erase(keys=("k-1", "k-2"), by="desk-1"),
    "standing_change": ChangeStanding(
        standing="s-1", step=StandingStep.MOVE, occurrence=WINDOW.start, windows=(WINDOW,), reason="改个时间"
    ),
}
"""An example of every inbox kind, with every optional field filled."""

DEPUTY = Deputy(start=NINE, end=NINE + timedelta(days=2), sealed_contact=SEALED)
SEALED_DEPUTY = NameDeputy(team=TEAM, start=DEPUTY.start, end=DEPUTY.end, sealed_contact=SEALED, by="t-01")
DETAILS = RequestDetails(
    source="grid-app",
    source_id="SN20260316-0001",
    category="homework",
    skills=(("homework", None), ("nursing", "nurse")),
    team_kinds=("volunteer",),
    beneficiary=Beneficiary.LEFT_BEHIND_CHILD,
    age_band=AgeBand.UNDER_14,
    requester=Requester.GRID_WORKER,
    windows=(WINDOW,),
    minutes=60,
    urgency=0,
    legs=2,
    adults=2,
    insured=True,
    travel_minutes_max=30,
    place=PLACE,
    community="520624001001",
    consent=Consent(beneficiary=True, guardian=True),
    flags=Flags(),
    wishes=Wishes(gender="female"),
    sealed=SEALED,
    marks=MARKS,
    ordered_at=NINE,
    referral=None,
    has_phone=False,
    spend_limit_fen=20_000,
)
TEAM_DETAILS = TeamDetails(
    team=TEAM,
    name="童伴志愿服务队1（模拟）",
    team_kind=TeamKind.VOLUNTEER,
    skills=SKILLS,
    base=PLACE,
    zone="Asia/Shanghai",
    crews=2,
    hours=HOURS,
    absences=ABSENCES,
    travel_minutes_max=60,
    visits_max=6,
    languages=("mandarin",),
    members=MEMBERS,
    organisation="o-1",
    excluded_households=(),
    active=True,
    sealed_contact=SEALED,
    deputy=DEPUTY,
)
WHY_TEAM = WhyTeam(
    chosen=TeamChoice(team=TEAM, seconds=420, terms=(CostTerm(name="travel", seconds=420),)),
    next_best=(TeamChoice(team="t-02", seconds=600),),
    engine="insertion",
)
WHY_NOBODY = WhyNobody(
    outcome="impossible",
    rules=(RuleCount(rule="skill", teams=53, examples=("t-01", "t-02")),),
    lost_to=("r-other",),
    exchanges=(Exchange(request="r-other", team="t-01", because="more_urgent", seconds=420),),
    change=SmallestChange(change="window_later", amount=90, unit="minutes", team=TEAM, proved=True, whole=True),
)

STATUSES: tuple[Status, ...] = (
    Registered(),
    Promised(window=WINDOW),
    Offered(),
    Committed(),
    UnderWay(since=NINE),
    DoneState(at=NINE, minutes=55, spent=Spent(amount_fen=3_250, receipt=True), over_limit=True),
    Rated(stars=5, tags=("patient",), by="proxy"),
    Reopened(stars=1, tags=("late",), by="resident"),
    Closed(outcome=State.RATED),
    Withdrawn(team=TEAM, reason="临时有事"),
    Rescheduled(by="resident", reason="改天"),
    FailedVisitState(team=TEAM, reason=FailedReason.NOBODY_HOME),
    OnHold(by="desk-1", reason="等家属回电"),
    Referred(office="儿童主任", reason="child_director", due=NINE),
    Cancelled(reason="不需要了", before_order=False),
    Unmet(why=WHY_NOBODY),
    RecordedAfterwards(team=TEAM, members=("t-01-m00",), start=NINE, minutes=40, reason="上午已顺路办好", by="desk-1"),
    Claimed(team=TEAM),
)
"""An example of every status that a record of ``assignments`` may have."""


def offer(state: OfferState, number: int) -> Offer:
    """An offer in a state."""
    return Offer(
        id=f"{REQUEST}.0.{number}",
        team=TEAM,
        crew=0,
        state=state,
        offered_at=NINE,
        expires=NINE + timedelta(minutes=30),
        start=WINDOW.start,
        end=WINDOW.end,
        why=WHY_TEAM,
        declined=DeclineReason.BUSY if state is OfferState.DECLINED else None,
        by="desk-1",
        ended=OfferEnd.FILLED if state is OfferState.REVOKED else None,
    )


def assignment_record(status: Status) -> AssignmentRecord:
    """A record with every field filled, in a status."""
    going = Assignment(
        id=OFFER,
        team=TEAM,
        crew=0,
        members=("t-01-m00",),
        start=WINDOW.start,
        end=WINDOW.end,
        since=NINE,
        started=True,
        door_code_ok=True,
        started_at=NINE,
        service_code_ok=True,
        wrong_codes=1,
    )
    offers = tuple(offer(state, number) for number, state in enumerate(OfferState, start=1))
    return AssignmentRecord(
        request_id=REQUEST,
        district="520624",
        version=3,
        round=12,
        at=NINE,
        cause="accept",
        details=DETAILS,
        status=status,
        legs=(Leg(offers=offers, assignment=going), Leg()),
        promise=WINDOW,
        broken=(BrokenPromise(window=WINDOW, cause="started_late", at=NINE),),
        barred=(("t-02", "declined"),),
        linked=("r-other",),
        escalation=1,
        recent=("inbox-0-17",),
        registered_at=NINE,
        notify=(Audience.TEAM,),
        red=True,
        choices=(CHOICE,),
        hard=HardProblem(reason="多次协调未果", by="desk-1", at=NINE),
        climbs=(CLIMB,),
        reopened=(
            Reopening(
                at=NINE, stars=1, by="resident", remedy="made_good", reason="已补做", resolved_by="d", resolved_at=NINE
            ),
        ),
        office_answers=(OFFICE_ANSWER,),
    )


OFFICE_ANSWER = OfficeAnswer(
    office="民政局（模拟）",
    outcome=ReferralOutcome.RETURNED,
    note="请志愿者上门（模拟）",
    by="office-1",
    at=NINE,
    due=NINE,
)


CLIMB = Climb(
    node="n-00",
    level="street",
    at=NINE,
    waited_for=Awaited.ACCEPTED,
    minutes=90,
    pools=(Pool.OWN, Pool.UNITS),
    ended=WINDOW.end,
)
CHOICE = DeskChoice(
    at=NINE,
    by="desk-1",
    how=ChosenBy.ASSIGN,
    mode=Mode.SUGGEST,
    leg=0,
    proposed="t-02",
    chosen=TEAM,
    agreed=False,
    reason="家里熟悉",
    seconds=180,
    terms=(CostTerm(name="travel", seconds=180),),
    rule="safeguarding",
)


STANDING_RECORD = StandingRecord(
    district="520624",
    version=3,
    round=1,
    at=NINE,
    details=StandingDetails(
        standing="s-1",
        rule="FREQ=WEEKLY;BYDAY=TU",
        template=DETAILS,
        until=NINE + timedelta(days=90),
        holidays=HolidayRule.AFTER,
        skipped=(NINE + timedelta(days=7),),
        moved=(Moved(occurrence=NINE, windows=(WINDOW,)),),
    ),
    made_to=NINE,
    cause="move",
    reason="改个时间",
    due=NINE + timedelta(days=14),
    upcoming=(Upcoming(occurrence=NINE, how=Visiting.MOVED, start=WINDOW.start, end=WINDOW.end, request_id=REQUEST),),
    regular=(TEAM, None),
    served=(Served(occurrence=NINE - timedelta(days=7), teams=(TEAM, None)),),
    unknown_years=(2031,),
    recent=("inbox-0-1",),
)


LEDGER: dict[str, tuple[str, BaseModel]] = {
    "plan": (
        event_types.PLAN,
        PlanRecord(
            team=TEAM,
            district="520624",
            version=2,
            round=12,
            at=NINE,
            crews=(
                (PlannedVisit(request_id=REQUEST, leg=0, arrival=NINE, start=WINDOW.start, end=WINDOW.end),),
                (),
            ),
        ),
    ),
    "roster": (
        event_types.ROSTER,
        RosterRecord(district="520624", version=1, round=1, at=NINE, details=TEAM_DETAILS),
    ),
    "node": (event_types.NODE, NODE_RECORD),
    "standing": (event_types.STANDING, STANDING_RECORD),
    "service": (event_types.SERVICE, SERVICE_RECORD),
    "ways": (event_types.WAYS, WAYS_RECORD),
    "round": (
        event_types.ROUND,
        RoundRecord(
            partition=0,
            number=12,
            first_offset=100,
            next_offset=103,
            now=NINE,
            build="0.1.0",
            policy=Policy(
                mode_rules=(ModeRule(community="520624001001", category="homework", mode=Mode.AUTO),),
                answer_hours=(AnswerHours(start=time(17), end=time(21), minutes=(10, 45, 60)),),
                quiet_hours=QuietHours(start=time(21, 30), end=time(7, 30)),
                offers_per_team_day=6,
                ask_at_once=3,
            ),
            districts=(
                DistrictRound(
                    district="520624", seed=624, work=200, solver=SolverReport(engine="packing", inserted=3, columns=40)
                ),
            ),
            outcomes=(CommandOutcome(offset=100, command="inbox-0-17", request_id=REQUEST, code=OutcomeCode.APPLIED),),
            records=4,
            down_seconds=5,
            skew_ms=-12,
        ),
    ),
    "dead-letter": (
        event_types.DEAD_LETTER,
        DeadLetter(
            id="inbox-0-18",
            source=SourcePosition(topic="inbox", partition=0, offset=18),
            district="520624",
            event_type="linli.request.ordered.v1",
            received_at=NINE,
            stage="intake",
            reason=Reason.SCHEMA,
            path="windows.0.start",
            rule="timezone_aware",
            payload=SEALED,
            attempts=1,
        ),
    ),
    "delivery": (
        event_types.DELIVERY,
        DeliveryRecord(
            id="d-1",
            offer=OFFER,
            team=TEAM,
            channel="webhook",
            state=DeliveryState.FAILED,
            attempt=2,
            at=NINE,
            error="503",
        ),
    ),
    "subject-key": (
        event_types.SUBJECT_KEY,
        SubjectKey(key_id="k-1", master="m-1", nonce="bm9uY2U=", wrapped="d3JhcHBlZA==", created_at=NINE),
    ),
    "team-home": (event_types.TEAM_HOME, TeamHome(team="t-27", district="520624")),
    "districts": (
        event_types.FACT.replace(".v1", ".districts.v1"),
        DistrictMap(partitions=3, districts={"520624": 0}),
    ),
    "clock": (
        event_types.FACT.replace(".v1", ".clock.v1"),
        ClockFact(started=NINE, origin=NINE, rate=720.0),
    ),
}
"""An example of every other record, by a short name: its event type and its model."""


def command(body: CommandBody) -> Command:
    """A command with a body."""
    return Command(
        id="inbox-0-17", district="520624", source="grid-app", received_at=NINE, request_id=REQUEST, body=body
    )


def examples() -> dict[str, tuple[str, BaseModel]]:
    """Every example by the name of its golden file: its event type and its model."""
    found: dict[str, tuple[str, BaseModel]] = {
        f"inbox-{kind}": (TYPE_OF_KIND[kind], body) for kind, body in INBOX.items()
    }
    found["inbox-order-sealed"] = (TYPE_OF_KIND["order"], SEALED_ORDER)
    found |= {f"inbox-{kind}-more": (TYPE_OF_KIND[kind], INBOX[kind]) for kind in ("amend", "team", "start", "done")}
    found["inbox-record-order"] = (
        TYPE_OF_KIND["record"],
        RecordVisit.model_validate({**GIVEN, "order": SEALED_ORDER}),
    )
    found["inbox-deputy-sealed"] = (TYPE_OF_KIND["deputy"], SEALED_DEPUTY)
    bodies = {
        **INBOX,
        "order": PlaceOrder(details=DETAILS),
        "team": ApplyTeam(details=TEAM_DETAILS),
        "record": ApplyRecord.model_validate({**GIVEN, "details": DETAILS}),
        "deputy": ApplyDeputy(team=TEAM, deputy=DEPUTY, by="t-01"),
        "node": ApplyNode(details=NODE_RECORD.details.model_copy(update={"sealed_contact": SEALED, "deputy": DEPUTY})),
        "standing": PlaceStanding(details=STANDING_RECORD.details),
    }
    found |= {
        f"command-{kind}": (event_types.COMMAND, command(cast(CommandBody, body))) for kind, body in bodies.items()
    }
    found |= {f"assignment-{status.state}": (event_types.ASSIGNMENT, assignment_record(status)) for status in STATUSES}
    found |= {f"{name}-more": LEDGER[name] for name in ("roster", "round", "standing")}
    found["assignment-done-more"] = found["assignment-done"]
    found["assignment-unmet-climbed"] = found["assignment-unmet"]
    return found | LEDGER


def statuses_known() -> set[type]:
    """Return every status model there is."""
    return set(get_args(get_args(Status)[0]))
