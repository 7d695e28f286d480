"""Until when a team's members may be sent to a person who is protected: vetted, insured, of the gender asked for."""

from __future__ import annotations

from collections.abc import Sequence

from linli.matcher.problem import Member, Safeguarding, Team, Visit

FOREVER = 1 << 60
"""Later than any time a problem may name."""


def clear_until(member: Member, visit: Visit) -> int:
    """Return until when a member may be sent to the visit; 0 if never, `FOREVER` if nothing lapses."""
    if not member.adult:
        return 0
    until = FOREVER
    if visit.safeguarding is not None and visit.safeguarding.vetted:
        until = min(until, member.vetted_until or 0)
    if visit.safeguarding is not None and visit.safeguarding.insured:
        until = min(until, member.insured_until or 0)
    return until


def members_clear(visit: Visit, team: Team, until: int) -> tuple[str, ...]:
    """Return the refs of all members who may be sent to a visit that ends at `until`; its party is chosen from them."""
    return tuple(member.ref for member in team.members if clear_until(member, visit) >= until)


def _nth_lapse(lapses: Sequence[int], n: int) -> int:
    """Return until when at least `n` members are clear; 0 if there never are so many."""
    if n <= 0:
        return FOREVER
    return lapses[n - 1] if len(lapses) >= n else 0


def safeguarded_until(visit: Visit, team: Team, taken: int = 0, lapses: Sequence[int] | None = None) -> int:
    """Return until when enough cleared adults remain beside `taken` ones that other crews may need.

    Parameters
    ----------
    visit, team
        Who is visited by whom.
    taken
        Adults that other crews may need.
    lapses
        The team's `lapses_of`, where they are known already.

    Returns
    -------
    int
        The latest end of service; 0 if the visit can never be made, `FOREVER` if nothing lapses.
    """
    if visit.safeguarding is None:
        return FOREVER
    if not visit.safeguarding.consent:
        return 0
    known = lapses_of(visit.safeguarding, team) if lapses is None else lapses
    return _nth_lapse(known, taken + visit.safeguarding.adults)


def lapses_of(asked: Safeguarding, team: Team) -> list[int]:
    """Return `clear_until` of every adult, the latest first."""
    found: list[int] = []
    for member in team.members:
        if member.adult:
            until = (member.vetted_until or 0) if asked.vetted else FOREVER
            if asked.insured and until:
                until = min(until, member.insured_until or 0)
            found.append(until)
    found.sort(reverse=True)
    return found


def gender_until(visit: Visit, team: Team) -> int:
    """Return until when a cleared adult of the requested gender can go; 0 never, `FOREVER` if nothing lapses."""
    if visit.gender is None:
        return FOREVER
    return max((clear_until(m, visit) for m in team.members if m.gender == visit.gender), default=0)
