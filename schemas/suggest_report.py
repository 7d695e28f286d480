"""Where the desk's own choices agreed with what was proposed: folded from the ledger, for ``linli report suggest``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from statistics import median
from typing import Final

from linli.schemas.assignment import AssignmentRecord, Audience
from linli.schemas.base import Inside, Instant
from linli.schemas.choices import ChosenBy, DeskChoice
from linli.schemas.explanation import CostTerm
from linli.schemas.orders import RequestDetails
from linli.schemas.policy import Mode


class Opinion(Inside):
    """One visit as Linli and as the desk would have it.

    ``proposed`` is null where Linli had nobody, ``chosen`` where the desk has chosen nobody; then ``at`` is when the
    team was proposed, and there is no ``by``, ``how`` or ``reason``. ``seconds`` and ``terms`` are those of the choice:
    what the chosen team costs more than the proposed one.
    """

    request_id: str
    leg: int
    at: Instant
    community: str
    category: str
    proposed: str | None
    chosen: str | None
    agreed: bool = False
    by: str = ""
    how: ChosenBy | None = None
    reason: str = ""
    seconds: int | None = None
    terms: tuple[CostTerm, ...] = ()


class Tally(Inside):
    """What came of the opinions of a community and category, or of all (both null).

    ``agreed`` and ``disagreed`` count choices beside a proposal; ``unproposed`` those where Linli had nobody;
    ``unchosen`` proposals beside which nothing was chosen. ``rate`` is the share of agreement, null without a choice.
    ``seconds`` and ``median`` are the total and the median of what disagreements cost more, ``terms`` the total term by
    term; ``uncosted`` disagreements, whose chosen team could not have gone by the plan, are in none of the three.
    """

    community: str | None
    category: str | None
    agreed: int
    disagreed: int
    unproposed: int
    unchosen: int
    rate: float | None
    seconds: int
    median: int | None
    terms: tuple[CostTerm, ...]
    uncosted: int


class SuggestReport(Inside):
    """The whole report; ``disagreements`` are in the order in which they arose, those without a proposal among them."""

    start: Instant | None
    end: Instant | None
    total: Tally
    groups: tuple[Tally, ...]
    disagreements: tuple[Opinion, ...]


_OTHERS: Final = frozenset({ChosenBy.CLAIM})
"""Choices that are the team's own and not the desk's."""


def opinions(record: AssignmentRecord) -> Iterator[Opinion]:
    """Yield what the desk chose for a request in mode ``suggest``, and the proposals beside which it chose nothing.

    Parameters
    ----------
    record
        The request's last record.

    Notes
    -----
    A visit that was proposed again and again without a choice counts once. Whether a proposal was made in ``suggest``
    is not written beside it: it is taken to be so where nobody may be told and the request is not restricted, which is
    wrong for a request whose mode has changed since.
    """
    details = record.details
    if details is None:
        return
    chosen: set[int] = set()
    for choice in record.choices:
        if choice.mode is Mode.SUGGEST and choice.how not in _OTHERS:
            chosen.add(choice.leg)
            yield _chosen(record.request_id, details, choice)
    if details.restricted or Audience.TEAM in record.notify:
        return
    for number, leg in enumerate(record.legs):
        proposals = [offer for offer in leg.offers if not offer.sent]
        if number not in chosen and proposals:
            yield Opinion(
                request_id=record.request_id,
                leg=number,
                at=proposals[0].offered_at,
                community=details.community,
                category=details.category,
                proposed=proposals[-1].team,
                chosen=None,
            )


def suggest_report(
    found: Iterable[Opinion], start: datetime | None = None, end: datetime | None = None
) -> SuggestReport:
    """Fold opinions into the report.

    Parameters
    ----------
    found
        The opinions about every request, in any order.
    start, end
        The period, its end excluded; ``None`` is without limit.
    """
    kept = [one for one in found if (start is None or one.at >= start) and (end is None or one.at < end)]
    kept.sort(key=lambda one: (one.at, one.request_id, one.leg))
    groups: defaultdict[tuple[str, str], list[Opinion]] = defaultdict(list)
    for one in kept:
        groups[one.community, one.category].append(one)
    return SuggestReport(
        start=start,
        end=end,
        total=_tally(None, None, kept),
        groups=tuple(_tally(*name, groups[name]) for name in sorted(groups)),
        disagreements=tuple(one for one in kept if one.chosen is not None and not one.agreed),
    )


def _chosen(request: str, details: RequestDetails, choice: DeskChoice) -> Opinion:
    return Opinion(
        request_id=request,
        leg=choice.leg,
        at=choice.at,
        community=details.community,
        category=details.category,
        proposed=choice.proposed,
        chosen=choice.chosen,
        agreed=choice.agreed,
        by=choice.by,
        how=choice.how,
        reason=choice.reason,
        seconds=choice.seconds,
        terms=choice.terms,
    )


def _tally(community: str | None, category: str | None, found: Sequence[Opinion]) -> Tally:
    chosen = [one for one in found if one.chosen is not None]
    beside = [one for one in chosen if one.proposed is not None]
    disagreed = [one for one in beside if not one.agreed]
    costs = [one.seconds for one in disagreed if one.seconds is not None]
    agreed = len(beside) - len(disagreed)
    return Tally(
        community=community,
        category=category,
        agreed=agreed,
        disagreed=len(disagreed),
        unproposed=len(chosen) - len(beside),
        unchosen=len(found) - len(chosen),
        rate=agreed / len(beside) if beside else None,
        seconds=sum(costs),
        median=round(median(costs)) if costs else None,
        terms=_terms(disagreed),
        uncosted=len(disagreed) - len(costs),
    )


def _terms(disagreed: Iterable[Opinion]) -> tuple[CostTerm, ...]:
    sums: Counter[str] = Counter()
    for one in disagreed:
        for term in one.terms:
            sums[term.name] += term.seconds
    return tuple(CostTerm(name=name, seconds=seconds) for name, seconds in sorted(sums.items()) if seconds)
