"""Reports about requests counted again from every version of each: unmet need, and what teams were asked and gave."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from linli.matcher.rules import RULES
from linli.schemas.assignment import Assignment, AssignmentRecord, Closed, Offer, Unmet
from linli.schemas.explanation import WhyNobody
from linli.schemas.glossary import word, words
from linli.schemas.lifecycle import OfferState, State
from linli.streams.recount import ZONE, Line, Question, RawLog, yes

FOUR_WEEKS: Final = timedelta(days=28)
IMAGINED: Final = 5
"""Acceptances that every team is credited with."""

_MADE: Final = (State.DONE, State.RATED, State.REOPENED)


def unmet_need(log: RawLog, asked: Question) -> list[Line]:
    """Count who waited in vain, from the step on which nobody could go to the next on which somebody could."""
    waits: defaultdict[tuple[str, str, str, str], list[tuple[str, timedelta, bool, bool]]] = defaultdict(list)
    for request, steps in log.requests.items():
        details = steps[-1].details
        if details is None or details.restricted:
            continue
        status = steps[-1].status
        never = isinstance(status, Closed) and status.outcome is State.UNMET
        for since, until, short in _without_hope(steps):
            for skill, _ in details.skills:
                line = (details.community, details.place.grid, skill, short)
                waits[line].append((request, (until or asked.now) - since, until is None, never))
    return [(*_named(line, asked), *_sums(found)) for line, found in waits.items()]


def _without_hope(steps: list[AssignmentRecord]) -> Iterator[tuple[datetime, datetime | None, str]]:
    """Yield from when to when nobody could go to a request, and what was short."""
    begun: tuple[datetime, str] | None = None
    for step in steps:
        if isinstance(step.status, Unmet):
            begun = begun or (step.at, _short(step.status.why))
        elif begun is not None:
            yield begun[0], step.at, begun[1]
            begun = None
    if begun is not None:
        yield begun[0], None, begun[1]


def _short(why: WhyNobody) -> str:
    """Name the last of the rules at which some team failed, in the order in which they are tried."""
    failed = {one.rule for one in why.rules}
    at = [rule for rule in RULES if rule in failed]
    return at[-1] if why.outcome == "impossible" and at else why.outcome


def _named(line: tuple[str, str, str, str], asked: Question) -> tuple[str, str, str, str]:
    community, grid, skill, short = line
    said = word(f"nobody.{short}" if short in words("nobody") else f"rule.{short}", "en")
    return community, asked.grid(grid), word(f"skill.{skill}", "en"), said


def _sums(found: list[tuple[str, timedelta, bool, bool]]) -> Line:
    spans = [span for _, span, _, _ in found]
    return (
        len({request for request, *_ in found}),
        len({request for request, _, waits, _ in found if waits}),
        len({request for request, _, _, never in found if never}),
        _hours(sum(spans, timedelta())),
        _hours(max(spans)),
    )


def _hours(span: timedelta) -> float:
    return round(span.total_seconds() / 3_600, 2)


def load(log: RawLog, asked: Question) -> list[Line]:
    """Count what every team gave and was asked, from the last version of every request."""
    last = [steps[-1] for steps in log.requests.values()]
    offers = [(one, record) for record in last for leg in record.legs for one in leg.offers if _was_sent(one)]
    made = [one for record in last for one in _made(record)]
    today = asked.now.astimezone(ZONE).date()
    free = asked.policy.prices.notifications_free
    if asked.policy.offers_per_team_day is not None:
        free = min(free, asked.policy.offers_per_team_day)
    lines: list[Line] = []
    for team, record in log.teams.items():
        mine = [(_day(offer), offer, request) for offer, request in offers if offer.team == team]
        month = [(day, offer) for day, offer, _ in mine if today - FOUR_WEEKS <= day < today]
        states = Counter(offer.state for _, offer in month)
        days = Counter(day for day, _ in month)
        given = sum(
            ((one.end - one.start) for one in made if one.team == team and _counts(one, asked.now)), timedelta()
        )
        often = sum(count > free for count in days.values())
        lines.append(
            (
                team,
                record.details.name,
                word(f"team_kind.{record.details.team_kind.value}", "en"),
                _hours(given),
                len(month),
                *(states[one] for one in (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED)),
                f"{_odds([(offer, request) for day, offer, request in mine if day < today]):.0%}",
                sum(day == today for day, _, _ in mine),
                max(days.values(), default=0),
                often,
                yes(often > 0),
            )
        )
    return lines


def _was_sent(offer: Offer) -> bool:
    return offer.sent and offer.state is not OfferState.PROPOSED


def _day(offer: Offer) -> date:
    return offer.offered_at.astimezone(ZONE).date()


def _made(record: AssignmentRecord) -> list[Assignment]:
    status = record.status
    state = status.outcome if isinstance(status, Closed) else record.state
    return [leg.assignment for leg in record.legs if leg.assignment is not None] if state in _MADE else []


def _counts(visit: Assignment, now: datetime) -> bool:
    """Tell whether a visit began in the four weeks before today; these days are those of UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - FOUR_WEEKS <= visit.start < midnight


def _odds(asked: list[tuple[Offer, AssignmentRecord]]) -> float:
    """Give the share that a team took, with the imagined ones, rounded down to twentieths."""
    taken = heard = 0.0
    for offer, record in asked:
        withdrew = (offer.team, "withdrew") in {(team, why) for team, why in record.barred}
        taken += offer.state is OfferState.ACCEPTED and not withdrew
        heard += {OfferState.ACCEPTED: 1.0, OfferState.DECLINED: 1.0, OfferState.EXPIRED: 0.5}.get(offer.state, 0.0)
    return int(1_000 * (taken + IMAGINED) / (heard + IMAGINED)) // 50 * 50 / 1_000
