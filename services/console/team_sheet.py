"""An offer as a team's lead sees it: who may go, how long there is to answer, and nothing that identifies anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from linli.schemas.assignment import AssignmentRecord, Offer
from linli.schemas.lifecycle import OfferState
from linli.schemas.orders import RequestDetails
from linli.schemas.people import is_child
from linli.schemas.roster import Member, TeamDetails
from linli.services.console.case_lines import help_name, several_teams, whom
from linli.services.console.case_sheet import Fact, place_of
from linli.services.console.forms import FormError
from linli.services.console.surroundings import Surroundings
from linli.services.console.words import ZONE, Speech

TOGETHER: Final = 2
"""Where no rule asks for more, two people go: nobody visits alone if it can be helped."""


@dataclass(frozen=True, slots=True)
class Goer:
    """A member of the team beside an offer. ``able``: may be counted on; ``chosen``: proposed to go."""

    ref: str
    marks: str
    able: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class OfferCard:
    """An offer as a lead sees it: when, what and roughly where, and nothing that identifies anybody.

    ``series`` asks whether the team takes all visits of a standing order; empty where it cannot.
    """

    id: str
    state: str
    is_open: bool
    start: datetime
    end: datetime
    expires: datetime
    left: int
    rate: float
    help: str
    facts: list[Fact]
    rules: list[str]
    goers: list[Goer]
    series: str

    @property
    def proposed(self) -> list[str]:
        """Give the members who go if the lead just accepts."""
        return [goer.ref for goer in self.goers if goer.chosen]


def offer_card(
    record: AssignmentRecord, offer: Offer, team: TeamDetails, here: Surroundings, speech: Speech
) -> OfferCard:
    """Write an offer as a card."""
    details = record.details
    now = here.clock.now()
    state = speech.of(offer.state)
    if offer.ended is not None:
        state = speech.code(f"offer_end.{offer.ended.value}")
    if offer.state is OfferState.OPEN and offer.expires < now:
        state = speech.of(OfferState.EXPIRED)
    if offer.state is OfferState.ACCEPTED and _fell_apart(record, offer):
        state = speech("team.not_this_time")
    return OfferCard(
        id=offer.id,
        state=state,
        is_open=offer.state is OfferState.OPEN and offer.expires >= now,
        start=offer.start,
        end=offer.end,
        expires=offer.expires,
        left=max(0, int((offer.expires - now).total_seconds())),
        rate=here.clock.fact.rate,
        help=help_name(here.menu, record.help_of(offer.id), speech),
        facts=list(_facts(details, offer, here, speech)) if details else [],
        rules=list(_rules(details, speech)) if details else [],
        goers=goers(team.members, details, offer.end, speech) if details else [],
        series=speech("team.series_take") if details and has_series(details) else "",
    )


def has_series(details: RequestDetails) -> bool:
    """Tell whether a team may take all visits of the standing order: not those to a child, which come one by one."""
    return details.standing is not None and not is_child(details.beneficiary, details.age_band)


def _fell_apart(record: AssignmentRecord, offer: Offer) -> bool:
    """Tell whether a team that had agreed does not go, because others of several did not."""
    going = any(leg.assignment is not None and leg.assignment.id == offer.id for leg in record.legs)
    return len(record.legs) > 1 and not going and (offer.team, "withdrew") not in record.barred


def _facts(details: RequestDetails, offer: Offer, here: Surroundings, speech: Speech) -> Iterator[Fact]:
    yield speech("team.where"), place_of(details, here, speech)
    yield speech("team.whom"), whom(details, speech)
    yield speech("team.length"), speech("app.minutes", n=int((offer.end - offer.start).total_seconds()) // 60)
    if details.legs > 1:
        yield speech("case.teams"), several_teams(details, here.menu, speech)


def _rules(details: RequestDetails, speech: Speech) -> Iterator[str]:
    if details.adults:
        yield speech("team.needs_some_adults", n=details.adults)
    if details.insured:
        yield speech("team.needs_insured")


def goers(members: Sequence[Member], details: RequestDetails, until: datetime, speech: Speech) -> list[Goer]:
    """List a team's members beside an offer: those who may go first, as many of them chosen as ought to go.

    Parameters
    ----------
    members
        Everybody in the team.
    details
        What the visit asks for.
    until
        When it ends: vetting and insurance must last until then.
    speech
        The language.

    Notes
    -----
    This only proposes; whether the members who are named may go is looked at where the acceptance is decided.
    """
    able = [member for member in members if _may_go(member, details, until)]
    wish = details.wishes.gender
    able.sort(key=lambda member: wish is not None and member.gender != wish)
    chosen = {member.ref for member in able[: max(details.adults, TOGETHER)]}
    known = {member.ref for member in able}
    ordered = [*able, *(member for member in members if member.ref not in known)]
    return [
        Goer(member.ref, marks_of(member, speech), able=member.ref in known, chosen=member.ref in chosen)
        for member in ordered
    ]


def _may_go(member: Member, details: RequestDetails, until: datetime) -> bool:
    vetting = member.vetting
    if not member.adult:
        return False
    if details.adults and not (vetting is not None and vetting.passed and vetting.valid_until >= until):
        return False
    return not details.insured or (member.insured_until is not None and member.insured_until >= until)


def marks_of(member: Member, speech: Speech) -> str:
    """Say what is known of a member: never who it is."""
    marks: list[str] = [] if member.adult else [speech("team.minor")]
    if member.gender is not None:
        marks.append(speech.code(f"gender.{member.gender}"))
    if member.vetting is not None and member.vetting.passed:
        marks.append(speech("team.vetted", day=speech.date(member.vetting.valid_until.astimezone(ZONE).date())))
    else:
        marks.append(speech("team.not_vetted"))
    if member.insured_until is not None:
        marks.append(speech("team.insured", day=speech.date(member.insured_until.astimezone(ZONE).date())))
    return speech.listed(marks)


def offer_in(record: AssignmentRecord, offer_id: str) -> Offer | None:
    """Find an offer in a case."""
    return next((offer for leg in record.legs for offer in leg.offers if offer.id == offer_id), None)


async def team_details(here: Surroundings, team: str) -> TeamDetails:
    """Read a team from the board.

    Raises
    ------
    FormError
        If it is not on the roster.
    """
    record = await here.board.team(team)
    if record is None:
        raise FormError("problem.not_found", status=404)
    return record.details
