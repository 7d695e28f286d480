"""Pairs of cases for the rules about one visit and one team: twins that differ in one thing. Nobody in them exists."""

from __future__ import annotations

from dataclasses import dataclass, replace

from linli.matcher.not_yet import NotYet
from linli.matcher.problem import (
    Member,
    Pin,
    Plan,
    Route,
    Safeguarding,
    SkillNeed,
    Stop,
    Team,
    TravelLimit,
    Visit,
)
from tests.support.problems import HOUR, MIDNIGHT, a_team, a_visit, one

NEXT_YEAR = MIDNIGHT + 365 * 24 * HOUR
CHILD = Safeguarding(adults=2, vetted=True, insured=False, consent=True)
INSURED = Safeguarding(adults=1, vetted=False, insured=True, consent=True)


def vetted(ref: str, until: int | None = NEXT_YEAR, *, adult: bool = True) -> Member:
    """Return a woman whose vetting and insurance hold so long."""
    return Member(ref, adult, "woman", until, until)


VETTED = replace(a_team(), members=(vetted("a"), vetted("b")))
END_OF_DAY = MIDNIGHT + 24 * HOUR


@dataclass(frozen=True)
class Twins:
    """Two cases that differ in one thing: one holds the rule, the other breaks it by `amount`."""

    rule: str
    holds: tuple[Visit, Team]
    breaks: tuple[Visit, Team]
    amount: int | None = None
    name: str = ""


def _way() -> tuple[int, int]:
    problem = one(a_visit(), a_team())
    return problem.travel.between(a_team().base, a_visit().place)


SECONDS, METRES = _way()
OPENS, CLOSES = a_team().shifts[0]
LATEST = CLOSES - HOUR - SECONDS
EARLIEST = OPENS + SECONDS

PAIRS = (
    Twins("inactive_team", (a_visit(), a_team()), (a_visit(), replace(a_team(), active=False)), 1),
    Twins("inactive_team", (a_visit(), a_team()), (a_visit(), replace(a_team(), crews=0)), 1, "no crew"),
    Twins(
        "team_kind",
        (replace(a_visit(), kinds=frozenset({"medical"})), replace(a_team(), kind="medical")),
        (replace(a_visit(), kinds=frozenset({"medical"})), replace(a_team(), kind="volunteer")),
        1,
    ),
    Twins(
        "skill",
        (replace(a_visit(), needs=(SkillNeed("care"),)), replace(a_team(), skills=(("care", frozenset()),))),
        (replace(a_visit(), needs=(SkillNeed("care"), SkillNeed("cook"))), replace(a_team(), skills=())),
        2,
    ),
    Twins(
        "skill",
        (
            replace(a_visit(), needs=(SkillNeed("care", "nurse"),)),
            replace(a_team(), skills=(("care", frozenset({"nurse"})),)),
        ),
        (
            replace(a_visit(), needs=(SkillNeed("care", "nurse"),)),
            replace(a_team(), skills=(("care", frozenset({"cook"})),)),
        ),
        1,
        "qualification",
    ),
    Twins(
        "skill",
        (
            replace(a_visit(), needs=(SkillNeed("care", None, 3),)),
            replace(a_team(), skills=(("care", frozenset()),), skill_levels=(("care", 3),)),
        ),
        (
            replace(a_visit(), needs=(SkillNeed("care", None, 3),)),
            replace(a_team(), skills=(("care", frozenset()),), skill_levels=(("care", 2),)),
        ),
        1,
        "level",
    ),
    Twins(
        "declined",
        (replace(a_visit(), barred_teams=(("team-99", "declined"),)), a_team()),
        (replace(a_visit(), barred_teams=(("team-00", "declined"),)), a_team()),
    ),
    Twins(
        "pool",
        (replace(a_visit(), not_yet=NotYet(frozenset({"team-00", "team-99"}), frozenset({"team-00"}))), a_team()),
        (replace(a_visit(), not_yet=NotYet(frozenset({"team-00", "team-99"}), frozenset({"team-99"}))), a_team()),
    ),
    Twins(
        "excluded",
        (replace(a_visit(), barred_teams=(("team-99", "excluded"),)), a_team()),
        (replace(a_visit(), barred_teams=(("team-00", "excluded"),)), a_team()),
        None,
        "by the household",
    ),
    Twins(
        "excluded",
        (replace(a_visit(), household="h-1"), replace(a_team(), excluded_households=frozenset({"h-2"}))),
        (replace(a_visit(), household="h-1"), replace(a_team(), excluded_households=frozenset({"h-1"}))),
        None,
        "by the team",
    ),
    Twins(
        "asked_enough",
        (replace(a_visit(), urgency=1), replace(a_team(), asked_enough_until=OPENS - 1)),
        (replace(a_visit(), urgency=1), replace(a_team(), asked_enough_until=CLOSES)),
        1,
    ),
    Twins(
        "asked_enough",
        (replace(a_visit(), urgency=0), replace(a_team(), asked_enough_until=CLOSES)),
        (replace(a_visit(), urgency=2), replace(a_team(), asked_enough_until=CLOSES)),
        1,
        "what is urgent is asked",
    ),
    Twins(
        "pinned",
        (replace(a_visit(), pin=Pin("team-00")), a_team()),
        (replace(a_visit(), pin=Pin("team-99")), a_team()),
    ),
    Twins(
        "pinned",
        (replace(a_visit(), pin=Pin("team-00", None, MIDNIGHT + 10 * HOUR)), a_team()),
        (replace(a_visit(), pin=Pin("team-99", None, MIDNIGHT + 10 * HOUR)), a_team()),
        None,
        "team and start",
    ),
    Twins(
        "gender",
        (replace(a_visit(), gender="woman"), a_team()),
        (replace(a_visit(), gender="woman"), replace(a_team(), members=(Member("m", adult=True, gender="man"),))),
        1,
    ),
    Twins(
        "gender",
        (replace(a_visit(), gender="woman", safeguarding=CHILD), VETTED),
        (
            replace(a_visit(), gender="man", safeguarding=CHILD),
            replace(VETTED, members=(*VETTED.members, Member("c", adult=True, gender="man"))),
        ),
        1,
        "not cleared",
    ),
    Twins(
        "language",
        (replace(a_visit(), language="tujia"), replace(a_team(), languages=frozenset({"tujia"}))),
        (replace(a_visit(), language="tujia"), replace(a_team(), languages=frozenset({"miao"}))),
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=CHILD), VETTED),
        (replace(a_visit(), safeguarding=CHILD), replace(VETTED, members=VETTED.members[:1])),
        1,
        "second adult",
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=CHILD), VETTED),
        (
            replace(a_visit(), safeguarding=CHILD),
            replace(VETTED, members=(vetted("a"), vetted("b", adult=False))),
        ),
        1,
        "a minor does not count",
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=CHILD), VETTED),
        (
            replace(a_visit(), safeguarding=CHILD),
            replace(VETTED, members=(vetted("a", None), vetted("b", MIDNIGHT + 9 * HOUR))),
        ),
        2,
        "vetting unknown or lapsed on the day",
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=INSURED), VETTED),
        (replace(a_visit(), safeguarding=INSURED), a_team()),
        1,
        "insurance",
    ),
    Twins(
        "safeguarding",
        (replace(a_visit(), safeguarding=CHILD), VETTED),
        (replace(a_visit(), safeguarding=replace(CHILD, consent=False)), VETTED),
        1,
        "consent",
    ),
    Twins(
        "travel_limit",
        (replace(a_visit(), travel_limit=TravelLimit(seconds=SECONDS)), a_team()),
        (replace(a_visit(), travel_limit=TravelLimit(seconds=SECONDS - 60)), a_team()),
        60,
        "category, seconds",
    ),
    Twins(
        "travel_limit",
        (replace(a_visit(), travel_limit=TravelLimit(metres=METRES)), a_team()),
        (replace(a_visit(), travel_limit=TravelLimit(metres=METRES - 1)), a_team()),
        1,
        "category, metres",
    ),
    Twins(
        "travel_limit",
        (a_visit(), replace(a_team(), travel_limit=TravelLimit(SECONDS, METRES))),
        (a_visit(), replace(a_team(), travel_limit=TravelLimit(SECONDS - 1, METRES))),
        1,
        "team, seconds beside metres",
    ),
    Twins(
        "travel_limit",
        (a_visit(), replace(a_team(), travel_limit=TravelLimit(metres=METRES))),
        (a_visit(), replace(a_team(), travel_limit=TravelLimit(metres=METRES - 7))),
        7,
        "team, metres",
    ),
    Twins(
        "working_hours",
        (replace(a_visit(), windows=((LATEST, LATEST),)), a_team()),
        (replace(a_visit(), windows=((CLOSES - HOUR + 5, CLOSES + 10),)), a_team()),
        5,
    ),
    Twins(
        "working_hours",
        (a_visit(), a_team()),
        (a_visit(), replace(a_team(), shifts=((OPENS, OPENS + HOUR), (OPENS + 4 * HOUR, CLOSES)))),
        None,
        "absence",
    ),
    Twins(
        "time_window",
        (replace(a_visit(), windows=((OPENS, EARLIEST),)), a_team()),
        (replace(a_visit(), windows=((OPENS, EARLIEST - 10),)), a_team()),
        10,
        "way out",
    ),
    Twins(
        "time_window",
        (replace(a_visit(), windows=((LATEST, CLOSES),)), a_team()),
        (replace(a_visit(), windows=((LATEST + 10, CLOSES),)), a_team()),
        10,
        "way home",
    ),
)
IDS = [f"{twins.rule} {twins.name}".strip() for twins in PAIRS]


def plan_of(start: int, team: str = "team-00", crew: int = 0) -> Plan:
    """Return the plan in which `v-00` begins at `start`."""
    return Plan((Route(team, crew, (Stop("v-00", start, start, start + HOUR),)),))
