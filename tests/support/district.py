"""A small made-up district for tests of the desk: teams, orders and commands with few words."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand, apply
from linli.schemas.commands import ApplyTeam, Command, CommandBody, PlaceOrder
from linli.schemas.lifecycle import OfferState
from linli.schemas.orders import LegNeeds, RequestDetails, Together, Window
from linli.schemas.people import AgeBand, Beneficiary, Consent, Flags, Marks, Requester, SealedPart, Wishes
from linli.schemas.places import RoundedPlace, Terrain
from linli.schemas.policy import Mode, Policy
from linli.schemas.roster import Member, TeamDetails, TeamKind, TeamSkill, Vetting, WorkingHours

DISTRICT = "520624"
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""Eight in the morning in Sinan."""

AUTO = Policy(mode=Mode.AUTO, freeze_minutes=90, work=2_000)


def place(north: float = 0.0) -> RoundedPlace:
    """A place some degrees north of the county seat."""
    return RoundedPlace(lat=round(27.938 + north, 3), lon=108.25, grid="g1", terrain=Terrain.SEAT, coarse=False)


def member(ref: str, *, vetted: bool = True) -> Member:
    """An adult member, vetted for a year or not at all."""
    vetting = Vetting(authority="synthetic", passed=True, valid_until=MONDAY + timedelta(days=365)) if vetted else None
    return Member(ref=ref, adult=True, gender="female", vetting=vetting)


def team(
    name: str, *, skills: tuple[str, ...] = ("haircut",), crews: int = 1, north: float = 0.0, vetted: int = 2
) -> TeamDetails:
    """A volunteer team that works every day from eight to six."""
    return TeamDetails(
        team=name,
        name=f"Synthetic team {name}",
        team_kind=TeamKind.VOLUNTEER,
        skills=tuple(TeamSkill(skill=skill) for skill in skills),
        base=place(north),
        zone="Asia/Shanghai",
        crews=crews,
        hours=(WorkingHours(days=tuple(range(7)), start=time(8), end=time(18)),),
        absences=(),
        travel_minutes_max=None,
        visits_max=None,
        languages=(),
        members=tuple(member(f"{name}-m{i}", vetted=i < vetted) for i in range(4)),
        organisation=None,
        excluded_households=(),
        active=True,
        sealed_contact=None,
    )


def window(first_hour: float, last_hour: float) -> Window:
    """A window in hours after Monday's beginning of work."""
    return Window(start=MONDAY + timedelta(hours=first_hour), end=MONDAY + timedelta(hours=last_hour))


def order(
    number: str,
    *,
    skill: str = "haircut",
    hours: tuple[float, float] = (2, 4),
    minutes: int = 30,
    urgency: int = 1,
    legs: int = 1,
    adults: int = 0,
    content: str = "0",
    household: str | None = None,
    referral: str | None = None,
    child: bool = False,
    guardian: bool = True,
    north: float = 0.0,
    spend_limit_fen: int | None = None,
    together: Together = Together.AT_ONCE,
    leg_needs: tuple[LegNeeds, ...] = (),
    headcount: int | None = None,
) -> RequestDetails:
    """An admitted order."""
    return RequestDetails(
        source="test-centre",
        source_id=number,
        category=skill,
        skills=((skill, None),),
        team_kinds=("volunteer",),
        beneficiary=Beneficiary.LEFT_BEHIND_CHILD if child else Beneficiary.EMPTY_NEST_ELDERLY,
        age_band=AgeBand.UNDER_14 if child else AgeBand.ADULT,
        requester=Requester.BENEFICIARY,
        windows=(window(*hours),),
        minutes=minutes,
        urgency=urgency,
        legs=legs,
        adults=adults,
        insured=False,
        travel_minutes_max=None,
        place=place(north),
        community="c1",
        consent=Consent(beneficiary=True, guardian=guardian),
        flags=Flags(),
        wishes=Wishes(),
        sealed=SealedPart(key_id="k1", nonce="bm9uY2U=", ciphertext="Y2lwaGVy"),
        marks=Marks(content=content * 32, household=household * 32 if household else None),
        ordered_at=MONDAY,
        referral=referral,
        spend_limit_fen=spend_limit_fen,
        together=together,
        leg_needs=leg_needs,
        headcount=headcount,
    )


class Desk:
    """A district that decides in memory: feeds commands, folds decisions, keeps every record ever written."""

    def __init__(self, policy: Policy = AUTO, teams: int = 3) -> None:
        self.state = DistrictState(DISTRICT, policy)
        self.now = MONDAY
        self.round: int = 0
        self.offset = 0
        self.decisions: list[Decision] = []
        if teams:
            self.send(*(ApplyTeam(details=team(f"t{i}", north=i / 1000)) for i in range(teams)))

    def command(self, body: CommandBody, request: str | None = None, *, again: int | None = None) -> NumberedCommand:
        """Wrap a body as the next command; ``again`` repeats the id of an earlier one."""
        offset = self.offset
        self.offset += 1
        return NumberedCommand(
            offset,
            Command(
                id=f"inbox-0-{offset if again is None else again}",
                district=DISTRICT,
                source="test-centre",
                received_at=self.now,
                request_id=request or _request_of(body),
                body=body,
            ),
        )

    def send(self, *bodies: CommandBody, request: str | None = None) -> Decision:
        """Decide on some commands at the present time."""
        return self.decide(*(self.command(body, request) for body in bodies))

    def decide(self, *commands: NumberedCommand, **moment: int | bool) -> Decision:
        """Take one decision and fold it."""
        self.round += 1
        decision = decide(self.state, commands, self.moment(**moment))
        self.decisions.append(decision)
        self.state = apply(self.state, decision, self.now)
        return decision

    def moment(self, **changes: int | bool) -> Moment:
        """The moment of the current round."""
        return Moment(
            now=self.now,
            round=self.round,
            seed=7,
            work=self.state.policy.work,
            deadlines=bool(changes.get("deadlines", True)),
            down_seconds=int(changes.get("down_seconds", 0)),
        )

    def at(self, hour: float) -> Decision:
        """Let time pass to some hours after Monday's beginning of work, with nothing else happening."""
        self.now = MONDAY + timedelta(hours=hour)
        return self.decide()

    def open_offers(self) -> list[tuple[str, str, str]]:
        """Return request, offer and team of every open offer."""
        return [
            (record.request_id, offer.id, offer.team)
            for record in self.state.requests.values()
            for leg in record.legs
            for offer in leg.offers
            if offer.state is OfferState.OPEN
        ]

    def place_order(self, number: str, **details: object) -> Decision:
        """Order something under the id ``r-<number>``."""
        return self.send(PlaceOrder(details=order(number, **details)), request=f"r-{number}")  # type: ignore[arg-type]


def _request_of(body: CommandBody) -> str | None:
    """An answer names its request through its offer, everything else through its target."""
    offer = getattr(body, "offer", None)
    if offer is not None:
        return str(offer).split(".", 1)[0]
    target = getattr(body, "target", None)
    return target.request_id if target is not None else None
