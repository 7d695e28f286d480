"""Why this team, or why nobody, and the smallest change that would help: explanations as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from linli.schemas.assignment import AssignmentRecord, Offer, Unmet
from linli.schemas.explanation import Reached, RuleCount, SmallestChange, WhyNobody, WhyTeam
from linli.schemas.glossary import detail_in_words
from linli.services.console.words import ZONE, Speech
from linli.streams.board.reader import Tentative


@dataclass(frozen=True, slots=True)
class Reasons:
    """An explanation: sentences, what a team's cost is made of, and what the next best would add."""

    sentences: list[str]
    terms: list[tuple[str, str]]
    others: list[tuple[str, str]]


def last_explained(record: AssignmentRecord) -> Offer | None:
    """Return the latest offer that says why its team was chosen."""
    told = [offer for leg in record.legs for offer in leg.offers if offer.why is not None]
    return max(told, key=lambda offer: (offer.offered_at, offer.id), default=None)


def explained_teams(record: AssignmentRecord) -> list[str]:
    """List the teams that a case's explanation names."""
    found = [one.team for one in record.series]
    if isinstance(record.status, Unmet):
        why = record.status.why
        found += [team for rule in why.rules for team in rule.examples]
        found += [one.team for one in why.exchanges]
        found += [why.change.team] if why.change is not None and why.change.team else []
    offer = last_explained(record)
    if offer is not None and offer.why is not None:
        found += [choice.team for choice in (offer.why.chosen, *offer.why.next_best)]
    return found


def next_best(record: AssignmentRecord) -> dict[str, int]:
    """Give the teams that would come next, with the seconds they would add."""
    offer = last_explained(record)
    return {} if offer is None or offer.why is None else {one.team: one.seconds for one in offer.why.next_best}


def reasons_of(
    record: AssignmentRecord, tentative: list[Tentative], names: Mapping[str, str], speech: Speech
) -> Reasons:
    """Explain how a case stands."""
    found = _as_it_stands(record, tentative, names, speech)
    series = list(_series(record, names, speech))
    return Reasons([*series, *found.sentences], found.terms, found.others) if series else found


def _series(record: AssignmentRecord, names: Mapping[str, str], speech: Speech) -> Iterator[str]:
    """Say what came of it that a team took the whole standing order."""
    for one in record.series:
        going = record.legs[one.leg].assignment if one.leg < len(record.legs) else None
        how = "series_refused" if one.refused else "series" if going and going.team == one.team else "series_gone"
        rule = detail_in_words(one.refused, speech.tongue) if one.refused else ""
        yield speech(f"why.{how}", team=names[one.team], day=speech.date(one.since.astimezone(ZONE).date()), rule=rule)


def _as_it_stands(
    record: AssignmentRecord, tentative: list[Tentative], names: Mapping[str, str], speech: Speech
) -> Reasons:
    """Explain the last choice of a team, or why there is none."""
    offer = last_explained(record)
    if isinstance(record.status, Unmet):
        return Reasons(list(_nobody(record.status.why, names, speech, _circle(record, speech))), [], [])
    if offer is not None and offer.why is not None:
        return _team(offer, offer.why, names, speech)
    planned = [
        speech("why.planned", team=names[one.team], moment=speech.moment(one.start))
        for one in tentative
        if not record.legs or record.legs[one.leg].assignment is None
    ]
    if not planned and record.series:
        return Reasons([], [], [])
    return Reasons(planned or [speech("why.nothing")], [], [])


def _team(offer: Offer, why: WhyTeam, names: Mapping[str, str], speech: Speech) -> Reasons:
    chosen = "why.chosen" if why.is_least else "why.chosen_together"
    sentences = [speech(chosen, team=names[offer.team], amount=speech.amount(why.chosen.seconds))]
    if not why.next_best:
        sentences.append(speech("why.no_other"))
    return Reasons(
        sentences=sentences,
        terms=[(speech.code(f"cost.{term.name}"), speech.amount(term.seconds)) for term in why.chosen.terms],
        others=[(names[choice.team], speech.amount(choice.seconds)) for choice in why.next_best],
    )


def _circle(record: AssignmentRecord, speech: Speech) -> str:
    """Say how far the categories let a team come; nothing where they do not limit it."""
    minutes = None if record.details is None else record.details.travel_minutes_max
    metres = None if record.details is None else record.details.travel_metres_max
    if minutes is None and metres is None:
        return ""
    if metres is None:
        return speech("why.circle", minutes=minutes)
    return speech("why.circle_metres" if minutes is None else "why.circle_both", minutes=minutes, metres=metres)


def _climbed(reached: Reached, names: Mapping[str, str], speech: Speech) -> str:
    """Say at which level a need stands, and who was told of it for want of what."""
    return speech(
        "why.climbed",
        level=speech.code(f"level.{reached.level}"),
        node=names[reached.node],
        moment=speech.moment(reached.at),
        awaited=speech.of(reached.waited_for),
    )


def _nobody(why: WhyNobody, names: Mapping[str, str], speech: Speech, circle: str) -> Iterator[str]:
    if why.climbed is not None:
        yield _climbed(why.climbed, names, speech)
    if why.too_dear is not None:
        dear = why.too_dear
        amount, limit = speech.amount(dear.seconds), speech.amount(dear.limit)
        yield speech("why.too_dear", amount=amount, limit=limit, until=speech.moment(dear.until))
        return
    if why.leg is not None:
        yield speech("why.leg", n=why.leg + 1)
    yield speech("why.nobody", outcome=speech.code(f"nobody.{why.outcome}"))
    for rule in why.rules:
        if rule.rule == "travel_limit" and circle:
            yield circle
        yield _kept_away(rule, names, speech)
    if why.lost_to:
        yield speech("why.lost_to", cases=speech.listed(why.lost_to))
    for one in why.exchanges:
        yield speech(
            "why.exchange" if one.seconds >= 0 else "why.exchange_saves",
            case=one.request,
            team=names[one.team],
            because=speech.code(f"standing.{one.because}"),
            amount=speech.amount(abs(one.seconds)),
        )
    if why.change is None:
        yield speech("why.no_change")
        return
    change = _change(why.change, names, speech)
    yield speech("why.smallest" if why.change.proved else "why.change", change=change)
    if why.change.proved:
        yield speech("why.proved_whole" if why.change.whole else "why.proved")


def _kept_away(rule: RuleCount, names: Mapping[str, str], speech: Speech) -> str:
    name = speech.code(f"rule.{rule.rule}")
    if not rule.examples:
        return speech("why.kept_away_all", rule=name, n=rule.teams)
    return speech("why.kept_away", rule=name, n=rule.teams, teams=speech.listed(names[one] for one in rule.examples))


def _change(change: SmallestChange, names: Mapping[str, str], speech: Speech) -> str:
    unit = speech.code(f"unit.{change.unit}")
    amount = speech.amount(change.amount) if change.unit == "seconds" else f"{change.amount} {unit}"
    parts = [speech.code(f"change.{change.change}"), amount]
    return speech.listed([*parts, *([names[change.team]] if change.team else [])])
