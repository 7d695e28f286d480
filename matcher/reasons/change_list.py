"""The published list of single changes that could serve an unserved visit, the smallest first.

The list runs from what the resident decides, over what a team lead can arrange, to what must be recruited (`KINDS`).
Within a kind a change is smaller that asks for less; of travel limits seconds come before metres. Of changes of one
size the one at the nearest team comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from linli.matcher.fetching import shifted
from linli.matcher.model import Model
from linli.matcher.problem import Member, Safeguarding, Team, TravelLimit, Visit
from linli.matcher.rules import Violation

MINUTE = 60
DAY = 86_400

WIDER = tuple(minutes * MINUTE for minutes in (15, 30, 60, 120, 240))
"""By how much a window is widened at either end, least first: steps in which people speak of time."""

LATER = tuple(days * DAY for days in range(1, 8))
"""How long to wait: a week at the same hour; rosters are rarely known for longer."""

KINDS = (
    "give_consent",
    "widen_window",
    "wait",
    "extend_travel_limit",
    "clear_members",
    "add_language",
    "add_members",
    "add_skill",
    "add_crew",
)
"""Kinds of change, the easiest to make first."""


@dataclass(frozen=True, slots=True)
class Change:
    """A single change that was tried and serves the visit.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    amount : int
        How much of it.
    unit : str
        Of the amount.
    team : str or None
        Which team it concerns; None if it is the request itself.
    proved : bool
        Whether it is proved that no smaller listed change serves, as long as every other visit stays with its team.
        Where it is not, read "found", not "smallest".
    whole : bool
        Whether that is proved however the other visits are planned anew.
    """

    kind: str
    amount: int
    unit: str
    team: str | None = None
    proved: bool = False
    whole: bool = False


Size = tuple[int, bool, int]
"""What the list is sorted by: kind, unit, amount."""


class Candidate(NamedTuple):
    """A listed change and what would be if it was made: the visit as it would be, and one team's part in it.

    Without a team any may go; `more_crews` asks for one more crew of the team.
    """

    change: Change
    wanted: Visit
    team: int | None = None
    changed: Team | None = None
    more_crews: bool = False

    @property
    def size(self) -> Size:
        """How large the change is."""
        return KINDS.index(self.change.kind), self.change.unit != "seconds", self.change.amount


Broken = Sequence[tuple[Violation, ...]]
"""For every team of the model the pair rules it breaks."""


def candidates(model: Model, visit: int, broken: Broken) -> Iterator[Candidate]:
    """Yield all listed changes for a visit, the smallest first; those at teams are laid out only once asked for."""
    yield from _requests_own(model.visits[visit])
    yield from _at_any_team(model, visit, broken)


def _at_any_team(model: Model, visit: int, broken: Broken) -> list[Candidate]:
    """Return what single teams could change, the smallest first; without consent nothing they do can help.

    All of it is larger than whatever the resident could change.
    """
    wanted, way = model.visits[visit], model.seconds_to(model.place[visit])
    if wanted.safeguarding is not None and not wanted.safeguarding.consent:
        return []
    listed = _at_teams(model, wanted, broken)
    return sorted(listed, key=lambda one: (one.size, 0 if one.team is None else way[model.base[one.team]], one.team))


def _requests_own(wanted: Visit) -> Iterator[Candidate]:
    """Yield what the resident could change, the smallest first; without consent nothing else can help."""
    asked = wanted.safeguarding
    if asked is not None and not asked.consent:
        yield Candidate(Change("give_consent", 1, "choice"), replace(wanted, safeguarding=replace(asked, consent=True)))
        return
    if wanted.pin is not None:
        return
    for seconds in WIDER:
        yield Candidate(Change("widen_window", seconds, "seconds"), replace(wanted, windows=widened(wanted, seconds)))
    for seconds in LATER:
        yield Candidate(Change("wait", seconds, "seconds"), put_off(wanted, seconds))


def put_off(wanted: Visit, seconds: int) -> Visit:
    """Return the visit so much later, together with what is fetched for it: that is not kept in the meantime."""
    windows, fetch = shifted(wanted.windows, -seconds), wanted.fetch
    if fetch is not None:
        fetch = replace(fetch, windows=shifted(fetch.windows, -seconds))
    return replace(wanted, windows=windows, told=None, fetch=fetch)


def widened(wanted: Visit, seconds: int) -> tuple[tuple[int, int], ...]:
    """Return the visit's windows with both ends moved out, merged where they meet."""
    wide: list[tuple[int, int]] = []
    for lo, hi in wanted.windows:
        if wide and lo - seconds <= wide[-1][1]:
            wide[-1] = wide[-1][0], hi + seconds
        else:
            wide.append((lo - seconds, hi + seconds))
    return tuple(wide)


def _at_teams(model: Model, wanted: Visit, broken: Broken) -> Iterator[Candidate]:
    """Yield what one team could change by itself or by recruiting, for every team that a single change may help."""
    for t, found in enumerate(broken):
        team = model.teams[t]
        if not found and wanted.pin is None:
            yield Candidate(Change("add_crew", 1, "crews", team.id), wanted, t, more_crews=True)
        if len(found) == 1 or {one.rule for one in found} == PEOPLE:
            for violation in found:
                for fix in FIXES.get(violation.rule, ()):
                    change, changed = fix(wanted, team, violation)
                    yield Candidate(change, wanted, t, changed)


PEOPLE = {"gender", "safeguarding"}
"""Rules about who goes: one person more may mend both."""

Fix = Callable[[Visit, Team, Violation], tuple[Change, Team]]


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
    """Clear so many more adults, of those there are, the gender asked for first, for as long as it takes."""
    until = _needed_until(wanted)
    asked = wanted.safeguarding or Safeguarding(0, vetted=False, insured=False, consent=True)
    members, left = list(team.members), violation.amount
    for k in sorted(range(len(members)), key=lambda k: wanted.gender not in (None, members[k].gender)):
        member = members[k]
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
    """Teach or recruit what is missing, as well as it is asked for."""
    held, levels = dict(team.skills), dict(team.skill_levels)
    for need in wanted.needs:
        more = frozenset[str]() if need.qualification is None else frozenset((need.qualification,))
        held[need.skill] = held.get(need.skill, frozenset[str]()) | more
        if need.level > levels.get(need.skill, 1):
            levels[need.skill] = need.level
    changed = replace(team, skills=tuple(sorted(held.items())), skill_levels=tuple(sorted(levels.items())))
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


FIXES: dict[str, tuple[Fix, ...]] = {
    "travel_limit": (_extend_travel_limit,),
    "safeguarding": (_clear_members, _add_members),
    "gender": (_clear_members, _add_members),
    "language": (_add_language,),
    "skill": (_add_skill,),
}
"""How a team can mend a broken rule."""
