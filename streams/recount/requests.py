"""Reports about requests counted again from every version of each: unmet need, and what went to offices."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from linli.matcher.desk.orders import OFFICES
from linli.matcher.rules import RULES
from linli.schemas.assignment import AssignmentRecord, Closed, Referred, Unmet
from linli.schemas.explanation import WhyNobody
from linli.schemas.glossary import word, words
from linli.schemas.lifecycle import State
from linli.schemas.referrals import OfficeAnswer, ReferralOutcome
from linli.streams.recount.raw_log import Line, Question, RawLog, hours_of


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
        hours_of(sum(spans, timedelta())),
        hours_of(max(spans)),
    )


def referrals(log: RawLog, asked: Question) -> list[Line]:
    """Count what each office has and what it answered, answer by answer as they came."""
    answers: defaultdict[str, list[tuple[OfficeAnswer, float]]] = defaultdict(list)
    held: defaultdict[str, list[Referred]] = defaultdict(list)
    for steps in log.requests.values():
        details, status = steps[-1].details, steps[-1].status
        if details is None or details.restricted:
            continue
        for answer in _answers(steps):
            waited = (answer.at - details.ordered_at).total_seconds() / 3_600
            answers[_code(answer.office)].append((answer, waited))
        if isinstance(status, Referred):
            held[_code(status.office)].append(status)
    return [_of_office(code, answers[code], held[code], asked) for code in {*answers, *held}]


def _answers(steps: list[AssignmentRecord]) -> Iterator[OfficeAnswer]:
    """Yield what offices said, each answer with the step that brought it."""
    known = 0
    for step in steps:
        yield from step.office_answers[known:]
        known = len(step.office_answers)


def _of_office(code: str, answers: list[tuple[OfficeAnswer, float]], held: list[Referred], asked: Question) -> Line:
    said = Counter(answer.outcome for answer, _ in answers)
    return (
        code,
        _office(code, asked),
        len(held),
        sum(one.due is not None and one.due < asked.now for one in held),
        *(said[outcome] for outcome in ReferralOutcome),
        sum(answer.due is not None and answer.due < answer.at for answer, _ in answers),
        round(median(hours for _, hours in answers), 1) if answers else "",
    )


def _code(office: str) -> str:
    return next((code for code, sentence in OFFICES.items() if sentence == office), office)


def _office(code: str, asked: Question) -> str:
    """Name an office in English: one of the law's, or one of the county's menu."""
    if code in words("office"):
        return word(f"office.{code}", "en")
    known = asked.menu.office(code)
    return code if known is None else known.en
