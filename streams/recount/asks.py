"""Reports about teams counted again from the last version of every request: what they gave, were asked and answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Final

from linli.schemas.assignment import Assignment, AssignmentRecord, Closed, Offer
from linli.schemas.glossary import word
from linli.schemas.lifecycle import OfferState, State
from linli.streams.recount.raw_log import ZONE, Line, Question, RawLog, hours_of, yes

FOUR_WEEKS: Final = timedelta(days=28)
IMAGINED: Final = 5
"""Acceptances that every team is credited with."""

_MADE: Final = (State.DONE, State.RATED, State.REOPENED)
_ANSWERED: Final = {OfferState.ACCEPTED: 1.0, OfferState.DECLINED: 1.0, OfferState.EXPIRED: 0.5}
"""What an offer counts in the odds, by what came of it."""

Asked = tuple[Offer, AssignmentRecord]


def load(log: RawLog, asked: Question) -> list[Line]:
    """Count what every team gave and was asked, from the last version of every request."""
    made = [one for steps in log.requests.values() for one in _made(steps[-1])]
    today = asked.now.astimezone(ZONE).date()
    free = asked.policy.prices.notifications_free
    if asked.policy.offers_per_team_day is not None:
        free = min(free, asked.policy.offers_per_team_day)
    lines: list[Line] = []
    for team, record in log.teams.items():
        mine = [(_day(offer), offer, request) for offer, request in _offers(log, team)]
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
                hours_of(given),
                len(month),
                *(states[one] for one in (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED)),
                f"{_in_twentieths(_share([(offer, request) for day, offer, request in mine if day < today])):.0%}",
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


def odds(log: RawLog, asked: Question) -> list[Line]:
    """Count every team's answers before today: all, by the part of the day when it was asked, by urgency."""
    today = asked.now.astimezone(ZONE).date()
    lines: list[Line] = []
    for team, record in log.teams.items():
        parts: defaultdict[tuple[str, str], list[Asked]] = defaultdict(list, {("all", ""): []})
        for offer, request in _offers(log, team):
            if _day(offer) >= today or offer.state not in _ANSWERED:
                continue
            urgency = request.details.urgency if request.details is not None else 1
            for part in (("all", ""), ("hour asked", _quarter(offer)), ("urgency", str(urgency))):
                parts[part].append((offer, request))
        lines += [_answers(team, record.details.name, part, found) for part, found in parts.items()]
    return lines


def _quarter(offer: Offer) -> str:
    first = offer.offered_at.astimezone(ZONE).hour // 6 * 6
    return f"{first:02d}-{first + 6:02d}"


def _answers(team: str, name: str, part: tuple[str, str], asked: list[Asked]) -> Line:
    states = Counter(offer.state for offer, _ in asked)
    accepted = states[OfferState.ACCEPTED]
    return (
        team,
        name,
        *part,
        len(asked),
        accepted,
        accepted - _taken(asked),
        states[OfferState.DECLINED],
        states[OfferState.EXPIRED],
        f"{round(_share(asked), 3):.0%}",
        f"{_in_twentieths(_share(asked)):.0%}" if part[0] == "all" else "",
    )


def _offers(log: RawLog, team: str) -> list[Asked]:
    """List every offer that a team was told of."""
    last = [steps[-1] for steps in log.requests.values()]
    offers = [(one, record) for record in last for leg in record.legs for one in leg.offers if one.team == team]
    return [(one, record) for one, record in offers if _was_sent(one)]


def _taken(asked: list[Asked]) -> int:
    """Count the acceptances that were kept."""
    return sum(
        offer.state is OfferState.ACCEPTED
        and (offer.team, "withdrew") not in {(one, why) for one, why in record.barred}
        for offer, record in asked
    )


def _share(asked: list[Asked]) -> float:
    """Give the share that a team took, with the imagined acceptances."""
    heard = sum(_ANSWERED.get(offer.state, 0.0) for offer, _ in asked)
    return (_taken(asked) + IMAGINED) / (heard + IMAGINED)


def _in_twentieths(share: float) -> float:
    return int(1_000 * share) // 50 * 50 / 1_000
