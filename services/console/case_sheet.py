"""One case: what was ordered, who goes, what hinders it, and everything that happened, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from linli.schemas.assignment import AssignmentRecord, Leg, OnHold, Rated, Referred, Reopened, Unmet
from linli.schemas.escalation import Escalation, Pool
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.orders import RequestDetails
from linli.schemas.people import PersonalPart
from linli.schemas.sealed_text import part_of
from linli.services.console.case_lines import CaseLine, case_line, help_name, names_of, several_teams, whom
from linli.services.console.case_reasons import Reasons, explained_teams, reasons_of
from linli.services.console.proof_lines import Proved, proved
from linli.services.console.surroundings import Surroundings
from linli.services.console.words import Speech, catalogue
from linli.services.offices import office_name
from linli.services.organisation import node_now
from linli.streams.board.entries import HistoryLine
from linli.streams.board.reader import Tentative

Fact = tuple[str, str]
"""A label and what is to be read beside it."""

STARS: Final = 5


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a case."""

    at: datetime
    sentence: str
    state: str


@dataclass(frozen=True, slots=True)
class Written:
    """How what people wrote about a case is shown on its page; ``erased`` are the sentences that nobody can open."""

    speech: Speech
    erased: frozenset[str]

    def shown(self, text: str) -> str:
        """Give what an older build left in clear; else say that it was erased, or where it is shown."""
        if part_of(text) is None:
            return text
        return self.speech("case.erased" if text in self.erased else "case.sealed")


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """All that a page shows of a case."""

    record: AssignmentRecord
    line: CaseLine
    ordered: list[Fact]
    going: list[Fact]
    story: list[Step]
    reasons: Reasons
    proofs: list[Proved]
    climbs: list[Step]


async def case_sheet(here: Surroundings, record: AssignmentRecord, speech: Speech) -> CaseSheet:
    """Put together what is known of a case."""
    history = await here.board.history(record.request_id)
    tentative = await here.board.tentative(record.request_id)
    planned = [one.team for one in tentative]
    told = [line.who for line in history if line.who]
    teams = await names_of(here.board, [*_teams_in(record), *planned, *told, *explained_teams(record)])
    names = {**teams, **await _nodes_in(here, record)}
    written = Written(speech, await here.erased(record.written))
    return CaseSheet(
        record=record,
        line=case_line(record, names, here, speech),
        ordered=[*_ordered(here, record, written), *await _level(here, record, speech)],
        going=[*_planned(record, tentative, names, speech), *_going(record, names, speech)],
        story=[_step(line, names, speech) for line in reversed(history)],
        reasons=reasons_of(record, tentative, names, speech),
        proofs=[proved(one, names, speech) for one in await here.board.service_of(record)],
        climbs=await _climbs(here, record, speech),
    )


def _asked_later(rules: Escalation, record: AssignmentRecord, speech: Speech) -> Iterator[Fact]:
    """Say of the teams that are not asked yet from which level on they are."""
    opened = record.climbs[-1].pools if record.climbs else (Pool.OWN,)
    for pool, levels in ((Pool.UNITS, rules.units_from), (Pool.COUNTY, rules.county_from)):
        if pool not in opened:
            named = speech.listed(speech.code(f"level.{level}") for level in levels)
            yield speech.code("rule.pool"), speech("case.asked_from", pool=speech.of(pool), levels=named)


async def _nodes_in(here: Surroundings, record: AssignmentRecord) -> dict[str, str]:
    """Name the nodes of the organisation that a case has climbed to; one that is gone by its code."""
    nodes = {climb.node: await here.board.node(climb.node) for climb in record.climbs}
    return {code: code if node is None else node.details.name for code, node in nodes.items()}


async def _climbs(here: Surroundings, record: AssignmentRecord, speech: Speech) -> list[Step]:
    """Say of each level climbed who was told, for want of what, and who may be asked since."""
    steps: list[Step] = []
    for climb in record.climbs:
        node = await here.board.node(climb.node)
        said = {
            "node": climb.node if node is None else node.details.name,
            "awaited": speech.of(climb.waited_for),
            "waited": speech("app.minutes", n=climb.minutes),
            "pools": speech.listed(speech.of(pool) for pool in climb.pools),
        }
        steps.append(
            Step(at=climb.at, sentence=speech("case.climbed", **said), state=speech.code(f"level.{climb.level}"))
        )
    return steps


async def _level(here: Surroundings, record: AssignmentRecord, speech: Speech) -> list[Fact]:
    """Say who has a case in hand by now, where an organisation answers for its place."""
    node = await node_now(here.board, record)
    return [] if node is None else [(speech("case.level"), f"{speech.code(f'level.{node.level}')} · {node.name}")]


def _teams_in(record: AssignmentRecord) -> list[str]:
    asked = [offer.team for leg in record.legs for offer in leg.offers]
    going = [leg.assignment.team for leg in record.legs if leg.assignment is not None]
    return [*asked, *going, *(team for team, _ in record.barred)]


def _ordered(here: Surroundings, record: AssignmentRecord, written: Written) -> Iterator[Fact]:
    details, speech = record.details, written.speech
    if details is None:
        return
    yield speech("case.help"), help_name(here.menu, details.category, speech)
    yield speech("case.for_whom"), whom(details, speech)
    yield speech("case.ordered_by"), f"{speech.of(details.requester)} ({details.source})"
    yield speech("case.ordered_at"), speech.moment(details.ordered_at)
    yield speech("case.wanted"), speech("app.semicolon").join(speech.span(window) for window in details.windows)
    if record.promise is not None:
        yield speech("case.promised"), speech.span(record.promise)
    yield speech("case.length"), speech("app.minutes", n=details.minutes)
    if details.legs > 1:
        yield speech("case.teams"), several_teams(details, here.menu, speech)
    yield speech("case.place"), place_of(details, here, speech)
    wishes = list(_wishes(details, speech))
    if wishes:
        yield speech("case.wishes"), speech.listed(wishes)
    yield from _standing(here, record, written)
    yield from _office_answers(here, record, written)
    yield speech("case.our_number"), record.request_id


def place_of(details: RequestDetails, here: Surroundings, speech: Speech) -> str:
    """Name the grid of a case and its terrain; the address is sealed."""
    place = details.place
    grid, terrain = here.grids.get(place.grid, place.grid), speech.of(place.terrain)
    return speech("case.place_coarse" if place.coarse else "case.place_exact", grid=grid, terrain=terrain)


def _wishes(details: RequestDetails, speech: Speech) -> Iterator[str]:
    if details.wishes.gender is not None:
        yield speech.code(f"gender.{details.wishes.gender}")
    if details.wishes.language is not None:
        yield speech.code(f"language.{details.wishes.language}")


def _standing(here: Surroundings, record: AssignmentRecord, written: Written) -> Iterator[Fact]:
    speech = written.speech
    match record.status:
        case Unmet(why=why, alternative=alternative):
            yield speech("case.nobody"), speech.code(f"nobody.{why.outcome}")
            if alternative:
                yield speech.code("term.alternative"), alternative
            if any(one.rule == "pool" for one in why.rules):
                yield from _asked_later(here.policy.escalation, record, speech)
        case Referred(office=office, due=due):
            yield speech("case.office"), office_name(office, here.menu, speech.tongue)
            known = here.menu.office(office)
            if known is not None:
                yield speech("case.office_channel"), known.channel
            if due is not None:
                late = due < here.clock.now()
                yield speech("case.office_late" if late else "case.office_due"), speech.moment(due)
        case OnHold(by=by, reason=reason):
            yield speech("case.held"), f"{by}: {written.shown(reason)}"
        case Rated(stars=stars, by=by, tags=tags) | Reopened(stars=stars, by=by, tags=tags):
            said = [speech("case.stars", n=stars), speech.code(f"rated_by.{by}")]
            yield speech("case.rated"), speech.listed([*said, *(speech.code(f"tag.{tag}") for tag in tags)])
        case _:
            pass
    for again in record.reopened:
        came = speech.code(f"remedy.{again.remedy}") if again.remedy else speech.code("state.reopened")
        yield speech("case.reopened"), f"{speech.moment(again.at)}: {came} {written.shown(again.reason)}".strip()
    if record.hard is not None:
        yield speech("case.hard"), f"{record.hard.by}: {written.shown(record.hard.reason)}"
    for broken in record.broken:
        yield speech("case.broken"), f"{speech.span(broken.window)}: {speech.code(f'cause.{broken.cause}')}"
    if record.linked:
        yield speech("case.linked"), speech.listed(record.linked)


def _office_answers(here: Surroundings, record: AssignmentRecord, written: Written) -> Iterator[Fact]:
    speech = written.speech
    for answer in record.office_answers:
        said = (speech.moment(answer.at), speech.of(answer.outcome), written.shown(answer.note))
        yield office_name(answer.office, here.menu, speech.tongue), speech.listed(part for part in said if part)


def _planned(
    record: AssignmentRecord, tentative: list[Tentative], names: Mapping[str, str], speech: Speech
) -> Iterator[Fact]:
    for one in tentative:
        if not record.legs or not _is_asked(record.legs[one.leg], one.team):
            note = speech("case.planned")
            yield names[one.team], f"{speech.moment(one.start)} ({note})"


def _is_asked(leg: Leg, team: str) -> bool:
    """Tell whether a visit has its team, or this one is being asked or proposed: then the plan says nothing new."""
    waiting = (OfferState.OPEN, OfferState.PROPOSED)
    return leg.assignment is not None or any(one.team == team and one.state in waiting for one in leg.offers)


def _going(record: AssignmentRecord, names: Mapping[str, str], speech: Speech) -> Iterator[Fact]:
    for leg in record.legs:
        yield from _asked(leg, names, speech)
        if leg.assignment is not None:
            members = speech("case.going_members", members=speech.listed(leg.assignment.members))
            yield names[leg.assignment.team], speech.listed((speech.moment(leg.assignment.start), members))
    for team, why in record.barred:
        yield speech("case.barred"), f"{names[team]} ({speech.code(f'barred.{why}')})"


def _asked(leg: Leg, names: Mapping[str, str], speech: Speech) -> Iterator[Fact]:
    for offer in leg.offers:
        if offer.state is OfferState.ACCEPTED:
            continue  # It is the assignment.
        said = [speech.moment(offer.start), speech.of(offer.state)]
        if offer.declined is not None:
            said.append(speech.of(offer.declined))
        if offer.state is OfferState.OPEN:
            said.append(speech("case.answer_by", moment=speech.moment(offer.expires)))
        yield names[offer.team], speech.listed(said)


def _step(line: HistoryLine, names: Mapping[str, str], speech: Speech) -> Step:
    proposed = line.cause == "offer" and line.state is not State.OFFERED
    name = "story.proposed" if proposed else f"story.{line.cause}"
    team = names[line.who] if line.who else speech("story.a_team")
    # A cause that a newer build writes is named as the glossary can.
    sentence = speech(name, team=team) if name in catalogue() else speech.code(f"cause.{line.cause}")
    return Step(at=line.at, sentence=sentence, state=speech.of(line.state))


def contact_facts(personal: PersonalPart, speech: Speech) -> list[Fact]:
    """List what was opened of a person, for whoever may see it."""
    guardian = personal.guardian
    optional = (
        ("order.name", personal.name),
        ("order.address", personal.address_line),
        ("order.phone", personal.phone),
        ("order.detail", personal.detail),
        ("team.guardian", guardian.name if guardian else None),
        ("order.guardian_phone", guardian.phone if guardian else None),
        ("team.ordered_by", personal.requester_name),
        ("order.requester_phone", personal.requester_phone),
    )
    return [(speech(label), value) for label, value in optional if value]
