"""Which single change would serve an unserved visit: a fixed list, each one tried beside the present plan.

Nothing else in the plan moves for it, so what is found works as it stands. That nothing smaller would do, with the plan
made anew, is not shown: such a change is "found", not "smallest".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from linli.matcher.day_limits import another_crew
from linli.matcher.insertion import best_in_tour
from linli.matcher.model import Model
from linli.matcher.problem import DECLINED, Member, Safeguarding, Team, TravelLimit, Visit
from linli.matcher.rules import Violation, first_violation, violations
from linli.matcher.timetable import Timetable

MINUTE = 60
DAY = 86_400

WIDER = tuple(minutes * MINUTE for minutes in (15, 30, 60, 120, 240))
"""By how much a window is widened at either end, least first: steps in which people speak of time."""

LATER = tuple(days * DAY for days in range(1, 8))
"""How long to wait: a week at the same hour; rosters are rarely known for longer."""


@dataclass(frozen=True, slots=True)
class Change:
    """A single change that was tried and serves the visit.

    Parameters
    ----------
    kind : str
        ``give_consent``, ``widen_window``, ``wait``, ``extend_travel_limit``, ``clear_members``, ``add_language``,
        ``add_members``, ``add_skill`` or ``add_crew``.
    amount : int
        How much of it.
    unit : str
        Of the amount.
    team : str or None
        Which team it concerns; None if it is the request itself.
    proved : bool
        Whether it is proved that no smaller listed change serves. Never so far: read "found".
    """

    kind: str
    amount: int
    unit: str
    team: str | None = None
    proved: bool = False


def find_change(timetable: Timetable, visit: int) -> Change | None:
    """Return the first change of the list that serves the visit beside the present plan, or None.

    The list runs from what the resident decides, over what a team lead can arrange, to what must be recruited.
    """
    wanted = timetable.model.visits[visit]
    for change, variant in _requests_own(wanted):
        if any(_serves(timetable, visit, variant, team) for team in range(len(timetable.model.teams))):
            return change
    return _team_change(timetable, visit) or _new_crew(timetable, visit)


def _requests_own(wanted: Visit) -> Iterator[tuple[Change, Visit]]:
    """Yield what the resident could change."""
    if wanted.safeguarding is not None and not wanted.safeguarding.consent:
        yield (
            Change("give_consent", 1, "choice"),
            replace(wanted, safeguarding=replace(wanted.safeguarding, consent=True)),
        )
        return
    if wanted.pin is not None:
        return
    for seconds in WIDER:
        yield Change("widen_window", seconds, "seconds"), replace(wanted, windows=widened(wanted, seconds))
    for seconds in LATER:
        later = tuple((lo + seconds, hi + seconds) for lo, hi in wanted.windows)
        yield Change("wait", seconds, "seconds"), replace(wanted, windows=later, told=None)


def widened(wanted: Visit, seconds: int) -> tuple[tuple[int, int], ...]:
    """Return the visit's windows with both ends moved out, merged where they meet."""
    wide: list[tuple[int, int]] = []
    for lo, hi in wanted.windows:
        if wide and lo - seconds <= wide[-1][1]:
            wide[-1] = wide[-1][0], hi + seconds
        else:
            wide.append((lo - seconds, hi + seconds))
    return tuple(wide)


def _serves(timetable: Timetable, visit: int, wanted: Visit, team: int, changed: Team | None = None) -> bool:
    """Say whether a variant of the visit finds a place on the team's present tours, the team itself changed or not."""
    model = timetable.model
    who = changed or model.teams[team]
    if first_violation(model.problem, wanted, who) is not None:
        return False
    for duty in _near(model, team, wanted):
        fit = model.cut(wanted, who, duty, model.duties[duty].crew)
        if fit is not None and best_in_tour(timetable.tours[duty], visit, fit)[1] >= 0:
            return True
    return False


def _near(model: Model, team: int, wanted: Visit) -> list[int]:
    """Return the team's duties in which a window of the visit may lie."""
    first, last = (wanted.windows[0][0], wanted.windows[-1][1]) if wanted.windows else (0, -1)
    return [d for d in model.duties_of_team[team] if model.duties[d].closes >= first and model.duties[d].opens <= last]


Fix = Callable[[Visit, Team, Violation], tuple[Change, Team]]


def _team_change(timetable: Timetable, visit: int) -> Change | None:
    """Try what one team could change by itself or by recruiting: kind by kind, the nearest team first."""
    model = timetable.model
    wanted = model.visits[visit]
    hindered = list(_hindered_by_one(model, visit))
    for rule, fix in FIXES:
        for team, violation in hindered:
            if violation.rule == rule:
                change, changed = fix(wanted, model.teams[team], violation)
                if _serves(timetable, visit, wanted, team, changed):
                    return change
    return None


def _hindered_by_one(model: Model, visit: int) -> Iterator[tuple[int, Violation]]:
    """Yield every team that breaks exactly one pair rule, the nearest first."""
    way = model.seconds_to(model.place[visit])
    for team in sorted(range(len(model.teams)), key=lambda team: (way[model.base[team]], team)):
        broken = violations(model.problem, model.visits[visit], model.teams[team])
        if len(broken) == 1:
            yield team, broken[0]


def _extend_travel_limit(wanted: Visit, team: Team, violation: Violation) -> tuple[Change, Team]:
    """Let the team go farther; a category's limit is not the team's to change."""
    limit = team.travel_limit or TravelLimit()
    seconds, metres = limit.seconds, limit.metres
    if violation.unit == "seconds" and seconds is not None:
        seconds += violation.amount
    if violation.unit == "metres" and metres is not None:
        metres += violation.amount
    changed = replace(team, travel_limit=TravelLimit(seconds, metres))
    return Change("extend_travel_limit", violation.amount, violation.unit, team.id), changed


def _needed_until(wanted: Visit) -> int:
    """Return the latest end of service that the windows allow."""
    return max((hi for _, hi in wanted.windows), default=0) + wanted.duration


def _clear_members(wanted: Visit, team: Team, violation: Violation) -> tuple[Change, Team]:
    """Clear so many more adults, of those there are, for as long as it takes."""
    until = _needed_until(wanted)
    asked = wanted.safeguarding or Safeguarding(0, vetted=False, insured=False, consent=True)
    members = list(team.members)
    left = violation.amount
    for k, member in enumerate(members):
        vetted, insured = (member.vetted_until or 0) >= until, (member.insured_until or 0) >= until
        if left > 0 and member.adult and ((asked.vetted and not vetted) or (asked.insured and not insured)):
            members[k] = replace(
                member,
                vetted_until=max(member.vetted_until or 0, until) if asked.vetted else member.vetted_until,
                insured_until=max(member.insured_until or 0, until) if asked.insured else member.insured_until,
            )
            left -= 1
    return Change("clear_members", violation.amount, "members", team.id), replace(team, members=tuple(members))


def _add_skill(wanted: Visit, team: Team, violation: Violation) -> tuple[Change, Team]:
    """Teach or recruit what is missing."""
    held = dict(team.skills)
    for need in wanted.needs:
        more = frozenset[str]() if need.qualification is None else frozenset((need.qualification,))
        held[need.skill] = held.get(need.skill, frozenset[str]()) | more
    changed = replace(team, skills=tuple(sorted(held.items())))
    return Change("add_skill", violation.amount, "skills", team.id), changed


def _add_language(wanted: Visit, team: Team, violation: Violation) -> tuple[Change, Team]:
    """Find somebody who speaks it."""
    spoken = team.languages | ({wanted.language} if wanted.language is not None else frozenset[str]())
    return Change("add_language", 1, "choice", team.id), replace(team, languages=spoken)


def _add_members(wanted: Visit, team: Team, violation: Violation) -> tuple[Change, Team]:
    """Recruit so many adults, cleared for this visit and of the gender asked for."""
    until = _needed_until(wanted)
    new = (
        Member(f"new-{k}", adult=True, gender=wanted.gender, vetted_until=until, insured_until=until)
        for k in range(violation.amount)
    )
    changed = replace(team, members=(*team.members, *new))
    return Change("add_members", violation.amount, "members", team.id), changed


FIXES: tuple[tuple[str, Fix], ...] = (
    ("travel_limit", _extend_travel_limit),
    ("safeguarding", _clear_members),
    ("language", _add_language),
    ("gender", _add_members),
    ("safeguarding", _add_members),
    ("skill", _add_skill),
)
"""Which broken rule a team can mend, and how, the easiest first."""


def _new_crew(timetable: Timetable, visit: int) -> Change | None:
    """Try one more crew at the nearest team that may go."""
    model = timetable.model
    wanted = model.visits[visit]
    way = model.seconds_to(model.place[visit])
    for team in sorted(range(len(model.teams)), key=lambda team: (way[model.base[team]], team)):
        who = model.teams[team]
        if (who.id, DECLINED) in wanted.barred_teams or first_violation(model.problem, wanted, who) is not None:
            continue
        for duty in _near(model, team, wanted):
            fit = model.cut(wanted, who, duty, who.crews) if wanted.pin is None else None
            if fit is not None and best_in_tour(another_crew(timetable, duty), visit, fit)[1] >= 0:
                return Change("add_crew", 1, "crews", who.id)
    return None
