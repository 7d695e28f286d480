"""The hard rules, each one function with one name, and who may serve whom.

A pair rule looks at one visit and one team alone and answers with a `Violation` or None. Rules about times on a route
have no function here: the routes enforce them, and `linli.matcher.checker` defines them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from linli.matcher.clearances import FOREVER as FOREVER
from linli.matcher.clearances import gender_until as gender_until
from linli.matcher.clearances import members_clear
from linli.matcher.clearances import safeguarded_until as safeguarded_until
from linli.matcher.fetching import cut_to_fetch, entry_of, lead_of
from linli.matcher.problem import (
    DECLINED,
    EXCLUDED,
    Problem,
    Team,
    Visit,
    Window,
    is_committed,
    is_fact,
)

PairRule = Callable[[Problem, Visit, Team], "Violation | None"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken hard rule: which, by whom, for which visit, and by how much.

    Parameters
    ----------
    rule : str
        Stable code, a key of `RULES`.
    team, visit : str
        Ids; empty where the rule concerns no single visit or team.
    amount : int
        By how much the rule is missed, at least 1: its size tells a near miss from a hopeless case.
    unit : str
        Of the amount: ``seconds``, ``metres``, ``members``, ``visits``, ``crews``, ``skills``, ``stops`` or ``choice``.
    """

    rule: str
    team: str
    visit: str
    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A hard rule's stable code and its names for people."""

    code: str
    english: str
    chinese: str


RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("inactive_team", "team takes part", "队伍在册可用"),
        Rule("team_kind", "kind of team", "队伍类别"),
        Rule("skill", "skill, level and qualification", "技能、等级与资质"),
        Rule("declined", "never back to a team that declined", "已婉拒的队伍不再派"),
        Rule("pool", "asked only from a higher level", "提级后才询问的队伍"),
        Rule("excluded", "household exclusion", "住户回避"),
        Rule("pinned", "committed visits are pinned", "已接单的不再改派"),
        Rule("gender", "requested gender", "性别要求"),
        Rule("language", "requested language", "语言要求"),
        Rule("safeguarding", "safeguarding", "未成年人与弱者保护"),
        Rule("travel_limit", "travel limit", "路程上限"),
        Rule("working_hours", "working hours and absences", "工作时间与请假"),
        Rule("time_window", "time window reachable", "预约时段可到达"),
        Rule("crew_capacity", "crew capacity over time", "小组同一时段的承接能力"),
        Rule("day_limit", "most visits and hours a day", "每日上门次数与时长上限"),
        Rule("shift_travel", "longest time on the way in a shift", "单班路途时长上限"),
        Rule("shift_metres", "longest way in a shift", "单班路途里程上限"),
        Rule("fetch", "fetched first, then brought", "先取后送"),
        Rule("once", "every visit at most once", "每次上门只派一队"),
        Rule("known", "only known visits and teams", "只含已登记的上门与队伍"),
        Rule("asked_enough", "asked often enough today", "当日已多次询问"),
        Rule("promise", "promises are kept", "承诺不落空"),
        Rule("moves", "few offered visits are moved", "已派单的改动不超过百分之五"),
        Rule("together", "several teams come all or none, each at its time", "多队上门同去同止，时间相配"),
    )
}


def team_takes_part(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that the team is active and has a crew."""
    if team.active and team.crews > 0:
        return None
    return Violation("inactive_team", team.id, visit.id, 1, "crews")


def kind_of_team(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that the team is of a kind that may be sent for this need."""
    if not visit.kinds or team.kind in visit.kinds:
        return None
    return Violation("team_kind", team.id, visit.id, 1, "choice")


def skill_and_qualification(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that the team holds every skill asked for, as qualified and as well; the amount counts those missing."""
    missing = 0
    for need in visit.needs:
        for skill, held in team.skills:
            if skill == need.skill and (need.qualification is None or need.qualification in held):
                missing += need.level > 1 and need.level > dict(team.skill_levels).get(skill, 1)
                break
        else:
            missing += 1
    return Violation("skill", team.id, visit.id, missing, "skills") if missing else None


def never_back_to_a_team_that_declined(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that the team has not declined the visit before."""
    if (team.id, DECLINED) in visit.barred_teams:
        return Violation("declined", team.id, visit.id, 1, "choice")
    return None


def asked_from_a_higher_level(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that the request has climbed to the level from which on the team may be asked."""
    if visit.not_yet is not None and visit.not_yet.bars(team.id):
        return Violation("pool", team.id, visit.id, 1, "choice")
    return None


def asked_often_enough(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that the team is not asked more often on one day than the county allows; urgent visits are asked always."""
    until = team.asked_enough_until
    asked = visit.pin is not None and visit.pin.team is not None
    if until is None or asked or visit.urgency == 0 or all(lo > until for lo, _ in visit.windows):
        return None
    return Violation("asked_enough", team.id, visit.id, 1, "choice")


def household_exclusion(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that neither the household refuses the team nor the team must keep away from the household."""
    refused = (team.id, EXCLUDED) in visit.barred_teams
    if refused or (visit.household is not None and visit.household in team.excluded_households):
        return Violation("excluded", team.id, visit.id, 1, "choice")
    return None


def committed_visits_are_pinned(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that an offered or committed visit stays with its team."""
    if visit.pin is None or visit.pin.team in (None, team.id):
        return None
    return Violation("pinned", team.id, visit.id, 1, "choice")


def earliest_end(problem: Problem, visit: Visit) -> int:
    """Return the earliest end of service a window still allows; as if begun now where none does."""
    starts = [max(lo, problem.now) for lo, hi in starts_of(problem, visit) if hi >= problem.now]
    return (starts[0] if starts else problem.now) + visit.duration


def requested_gender(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that an adult of the requested gender, cleared for this visit, can go in time."""
    if visit.gender is None or gender_until(visit, team) >= earliest_end(problem, visit):
        return None
    return Violation("gender", team.id, visit.id, 1, "members")


def requested_language(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that the requested language is spoken in the team."""
    if visit.language is None or visit.language in team.languages:
        return None
    return Violation("language", team.id, visit.id, 1, "choice")


def safeguarding(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that consent is given and enough adults are cleared to the visit's end; without proof nobody goes.

    The amount counts the missing members, or one for missing consent.
    """
    asked = visit.safeguarding
    if asked is None:
        return None
    if not asked.consent:
        return Violation("safeguarding", team.id, visit.id, 1, "choice")
    missing = asked.adults - len(members_clear(visit, team, earliest_end(problem, visit)))
    return Violation("safeguarding", team.id, visit.id, missing, "members") if missing > 0 else None


def travel_limit(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that the way from the team's base is within the category's limit and the team's own."""
    limits = [limit for limit in (visit.travel_limit, team.travel_limit) if limit is not None]
    if not limits:
        return None
    seconds, metres = problem.travel.between(team.base, visit.place)
    for limit in limits:
        if limit.seconds is not None and seconds > limit.seconds:
            return Violation("travel_limit", team.id, visit.id, seconds - limit.seconds, "seconds")
        if limit.metres is not None and metres > limit.metres:
            return Violation("travel_limit", team.id, visit.id, metres - limit.metres, "metres")
    return None


def start_windows(visit: Visit) -> tuple[Window, ...]:
    """Return when service may start, as far as the visit itself says.

    A fixed start leaves that instant alone. A start that was told is not undercut where a window allows it or
    something later.
    """
    if visit.pin is not None and visit.pin.start is not None:
        return tuple((visit.pin.start, visit.pin.start) for lo, hi in visit.windows if lo <= visit.pin.start <= hi)
    if visit.told is None:
        return visit.windows
    later = tuple((max(lo, visit.told), hi) for lo, hi in visit.windows if hi >= visit.told)
    return later or visit.windows


def starts_of(problem: Problem, visit: Visit) -> tuple[Window, ...]:
    """Return `start_windows` less those for which nothing could be fetched in time."""
    return cut_to_fetch(problem, visit, start_windows(visit))


def way_out(problem: Problem, visit: Visit, team: Team) -> int:
    """Return how long before service a crew must leave its base, at the least."""
    return problem.travel.between(team.base, entry_of(visit))[0] + lead_of(problem, visit).seconds


def shifts_near(team: Team, lo: int, hi: int) -> tuple[Window, ...]:
    """Return the shifts that meet a span of time, the last one before it and the first one after it."""
    shifts = team.shifts
    after, before = bisect_right(shifts, (hi, FOREVER)), bisect_right(shifts, (lo, FOREVER))
    # Shifts are disjoint: of those that open by `lo` only the last may still be open then.
    if before > 0 and shifts[before - 1][1] >= lo:
        before -= 1
    return shifts[max(0, before - 1) : after + 1]


Known = tuple[tuple[Window, ...], int]
"""A visit's `starts_of` and a team's `cleared_until`, where both were asked for before."""


def cleared_until(visit: Visit, team: Team) -> int:
    """Return until when enough people are cleared, with one crew out; 0 if never."""
    return min(safeguarded_until(visit, team), gender_until(visit, team))


def shortfall(
    problem: Problem, visit: Visit, team: Team, out: int, back: int, known: Known | None = None
) -> int | None:
    """Return by how many seconds the best pair of shift and window misses; 0 if one fits, None if there is no pair.

    Of the shifts that do not meet a window only its neighbours are looked at.
    """
    pinned = is_committed(visit)
    starts, last_end = known or (starts_of(problem, visit), cleared_until(visit, team))
    best: int | None = None
    for lo, hi in starts:
        for opens, closes in shifts_near(team, lo, hi):
            leave = opens if pinned else max(opens, problem.now)
            miss = max(lo, leave + out) - min(hi, min(closes - back, last_end or FOREVER) - visit.duration)
            if miss <= 0:
                return 0
            best = miss if best is None else min(best, miss)
    return best


def is_reachable(problem: Problem, visit: Visit, team: Team, out: int, back: int, known: Known | None = None) -> bool:
    """Say whether `shortfall` is 0."""
    pinned = is_committed(visit)
    starts, last_end = known or (starts_of(problem, visit), cleared_until(visit, team))
    last_end = last_end or FOREVER
    for lo, hi in starts:
        for opens, closes in shifts_near(team, lo, hi):
            leave = opens if pinned else max(opens, problem.now)
            if max(lo, leave + out) <= min(hi, min(closes - back, last_end) - visit.duration):
                return True
    return False


def working_hours(problem: Problem, visit: Visit, team: Team, known: Known | None = None) -> Violation | None:
    """Check that some shift, absences taken out, holds the whole service within the visit's windows, travel aside.

    The amount is how many seconds are missing; the visit's duration where there is no shift or no window at all.
    """
    miss = shortfall(problem, visit, team, 0, 0, known)
    if miss == 0:
        return None
    return Violation("working_hours", team.id, visit.id, max(1, visit.duration) if miss is None else miss, "seconds")


def time_window_reachable(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Check that a crew leaving its base in a shift, or now, can start in a window and be home by the shift's end."""
    # Where not even the working hours hold the service, that rule is the broken one.
    out = way_out(problem, visit, team)
    back, _ = problem.travel.between(visit.place, team.base)
    miss = shortfall(problem, visit, team, out, back)
    if not miss or working_hours(problem, visit, team) is not None:
        return None
    return Violation("time_window", team.id, visit.id, miss, "seconds")


PAIR_RULES: tuple[PairRule, ...] = (
    team_takes_part,
    kind_of_team,
    skill_and_qualification,
    never_back_to_a_team_that_declined,
    asked_from_a_higher_level,
    asked_often_enough,
    household_exclusion,
    committed_visits_are_pinned,
    requested_gender,
    requested_language,
    safeguarding,
    travel_limit,
    working_hours,
    time_window_reachable,
)
"""All pair rules, cheapest first, so that the first one broken ends the search for an eligible team."""

_RULES_BUT_TIMES = tuple(rule for rule in PAIR_RULES if rule not in (working_hours, time_window_reachable))


def first_violation(problem: Problem, visit: Visit, team: Team) -> Violation | None:
    """Return the first pair rule broken, or None: then the team alone could serve the visit."""
    if is_fact(visit, problem.now):
        return committed_visits_are_pinned(problem, visit, team)
    for rule in PAIR_RULES:
        violation = rule(problem, visit, team)
        if violation is not None:
            return violation
    return None


def may_serve(problem: Problem, visit: Visit, team: Team, out: int, back: int) -> bool:
    """Say whether `first_violation` finds nothing, where the seconds of the way out and back are known already."""
    if is_fact(visit, problem.now):
        return committed_visits_are_pinned(problem, visit, team) is None
    for rule in _RULES_BUT_TIMES:
        if rule(problem, visit, team) is not None:
            return False
    # A window that can be reached in a shift lies in the working hours, too.
    return is_reachable(problem, visit, team, out, back)


def violations(problem: Problem, visit: Visit, team: Team, most: int | None = None) -> tuple[Violation, ...]:
    """Return every pair rule broken, for explanations; the first `most` of them if so many are enough to know."""
    found = (rule(problem, visit, team) for rule in PAIR_RULES)
    return tuple(islice((violation for violation in found if violation is not None), most))


def adults_a_crew_may_need(problem: Problem) -> int:
    """Return the most cleared adults any visit asks for: so many are kept for each crew of lower number.

    Notes
    -----
    Which member walks with which crew is not planned. That two crews do not count on the same cleared adult is made
    sure by reserving this many for every crew of lower number: safe, and a little stricter than needed.
    """
    return max((v.safeguarding.adults for v in problem.visits if v.safeguarding is not None), default=0)
