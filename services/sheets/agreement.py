"""The desk's own choice beside ours: where they are the same, what the difference costs, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from linli.schemas.explanation import TeamChoice, WhyTeam
from linli.services.sheets.planning import PlannedDay, PlannedLine

Verdict = Literal["agreed", "dearer", "not_allowed", "taken", "unknown", "not_sent"]


@dataclass(frozen=True, slots=True)
class Compared:
    """A line on which the desk had chosen a team itself.

    Parameters
    ----------
    line
        The line.
    given
        The team as the desk wrote it.
    team
        Its id; ``None`` if the sheet of teams has none of that name.
    verdict
        ``agreed``; ``dearer``: it could go as well; ``not_allowed``: a hard rule keeps it away; ``taken``: only its
        other visits do; ``unknown``; ``not_sent``: the order is no volunteer's.
    seconds
        What the plan would cost more with the desk's team; 0 unless ``dearer``.
    rule
        The hard rule, if one keeps it away.
    other
        The desk's team with its cost, if it could go.
    """

    line: PlannedLine
    given: str
    team: str | None
    verdict: Verdict
    seconds: int = 0
    rule: str = ""
    other: TeamChoice | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """All lines that were compared."""

    lines: tuple[Compared, ...]

    def count(self, verdict: Verdict) -> int:
        """Count the lines with a verdict."""
        return Counter(one.verdict for one in self.lines)[verdict]

    @property
    def judged(self) -> int:
        """How many lines can agree or not: those with a team that exists, for an order that is a volunteer's."""
        return len(self.lines) - self.count("unknown") - self.count("not_sent")

    @property
    def per_cent(self) -> int:
        """The share of the same choices; 0 if nothing could be compared."""
        return round(100 * self.count("agreed") / self.judged) if self.judged else 0

    @property
    def minutes(self) -> int:
        """What all of the desk's other, possible choices would cost more, each by itself, in minutes."""
        return round(sum(one.seconds for one in self.lines) / 60)


def compare(day: PlannedDay) -> Agreement:
    """Compare every line that names the desk's own choice.

    Notes
    -----
    Each choice is priced alone against our plan, everything else staying as it is. A desk that would have planned the
    whole day otherwise may find some of its teams taken here that its own plan has free.
    """
    return Agreement(tuple(_compared(day)))


def _compared(day: PlannedDay) -> Iterable[Compared]:
    for line in day.lines:
        given = line.line.parts.get("desk_team")
        if given:
            yield _of_line(day, line, str(given))


def _of_line(day: PlannedDay, line: PlannedLine, given: str) -> Compared:
    team = day.team_named(given)
    if team is None:
        return Compared(line, given, None, "unknown")
    if line.why is None and not line.stops:
        return Compared(line, given, team, "not_sent")
    if any(stop.team == team for stop in line.stops):
        return Compared(line, given, team, "agreed")
    others = line.why.next_best if isinstance(line.why, WhyTeam) else ()
    other = next((choice for choice in others if choice.team == team), None)
    if other is not None and isinstance(line.why, WhyTeam):
        return Compared(line, given, team, "dearer", max(0, other.seconds - line.why.chosen.seconds), other=other)
    rule = day.plan.why_not(line.record.request_id, 0, team)
    return Compared(line, given, team, "taken" if rule == "crew_capacity" else "not_allowed", rule=rule)
