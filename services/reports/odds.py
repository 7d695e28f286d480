"""The report ``odds``: what the plan takes for the chance of a yes, with every count that it is made of.

The estimate is additive smoothing: the mean of a share after its answers, for a Beta(`TRUST`, 0) prior, which is
`TRUST` imagined acceptances and no imagined refusal. With one of each it would be Laplace's rule of succession (Essai
philosophique sur les probabilités, 1814). It is one figure per team. Hours and urgencies are smoothed in the same way,
so that somebody can see whether one figure per team is too coarse; plans do not use them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from linli.matcher.ledger.odds import TRUST, Answers
from linli.schemas.errors import Both
from linli.schemas.lifecycle import OfferState
from linli.schemas.topics import ASSIGNMENTS, ROSTER
from linli.services.reports import wording
from linli.services.reports.report import Asked, Column, Report, Row
from linli.streams.ledger_tables import Tables

DAY_PARTS: Final = ((0, 6), (6, 12), (12, 18), (18, 24))
"""Parts of a day, in hours of the team's zone: single hours have too few answers to mean anything."""

SILENCE: Final = 0.5
"""What a silence counts beside a decline."""

Split = tuple[str, str]
"""By what a count is split, and the value: ``all``, ``hour`` or ``urgency``."""


@dataclass(slots=True)
class _Counts:
    """Answers of one team, for one split."""

    states: Counter[OfferState] = field(default_factory=Counter[OfferState])
    taken: int = 0

    @property
    def estimate(self) -> float:
        """The smoothed share."""
        declined, silent = self.states[OfferState.DECLINED], self.states[OfferState.EXPIRED]
        heard = self.states[OfferState.ACCEPTED] + declined + SILENCE * silent
        return round((self.taken + TRUST) / (heard + TRUST), 3)


def odds_rows(tables: Tables, asked: Asked) -> Iterator[Row]:
    """Yield for every team what was counted in all, by part of the day when it was asked, and by urgency."""
    answers = Answers()
    zones = {one.details.team: one.details.zone for one in tables.roster}
    answers.update({one.request_id: one for one in tables.assignments}, zones)
    counted = _counted(tables, asked)
    for one in tables.roster:
        team, zone = one.details.team, ZoneInfo(one.details.zone)
        used = answers.standing(team, asked.now.astimezone(zone).date()).acceptance / 1_000
        of_team = counted.get(team, {})
        for split in (("all", ""), *sorted(key for key in of_team if key[0] != "all")):
            yield _row(team, one.details.name, split, of_team.get(split, _Counts()), used)


def _row(team: str, name: str, split: Split, counts: _Counts, used: float) -> Row:
    states = counts.states
    return (
        team,
        name,
        *split,
        states[OfferState.ACCEPTED] + states[OfferState.DECLINED] + states[OfferState.EXPIRED],
        states[OfferState.ACCEPTED],
        states[OfferState.ACCEPTED] - counts.taken,
        states[OfferState.DECLINED],
        states[OfferState.EXPIRED],
        counts.estimate,
        used if split[0] == "all" else None,
    )


def _counted(tables: Tables, asked: Asked) -> dict[str, dict[Split, _Counts]]:
    """Count every offer of a day before today that was sent and has ended by an answer or by silence."""
    zones = {one.details.team: ZoneInfo(one.details.zone) for one in tables.roster}
    found: defaultdict[str, defaultdict[Split, _Counts]] = defaultdict(lambda: defaultdict(_Counts))
    for record in tables.assignments:
        withdrew = {team for team, why in record.barred if why == "withdrew"}
        urgency = record.details.urgency if record.details is not None else 1
        for offer in (offer for leg in record.legs for offer in leg.offers if offer.sent):
            zone = zones.get(offer.team)
            if zone is None or offer.state not in _COUNTED:
                continue
            at = offer.offered_at.astimezone(zone)
            if at.date() >= asked.now.astimezone(zone).date():
                continue
            took = offer.state is OfferState.ACCEPTED and offer.team not in withdrew
            for split in (("all", ""), ("hour", _part(at.hour)), ("urgency", str(urgency))):
                found[offer.team][split].states[offer.state] += 1
                found[offer.team][split].taken += took
    return {team: dict(splits) for team, splits in found.items()}


_COUNTED: Final = frozenset({OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED})


def _part(hour: int) -> str:
    first, last = next(part for part in DAY_PARTS if part[0] <= hour < part[1])
    return f"{first:02d}-{last:02d}"


REPORT: Final = Report(
    about=Both(
        f"Estimate = (taken + {TRUST}) / (accepted + declined + half of no answer + {TRUST}); taken are acceptances "
        "that were not withdrawn. This is additive smoothing with imagined acceptances only (a Beta prior), over all "
        "days before today that the ledger still has. Used: the same, rounded down to steps of 5 %, for the team as a "
        "whole; that alone is what plans are priced with. Hours and urgencies are shown for comparison.",
        f"估计值 =（实际接单 + {TRUST}）÷（接单 + 婉拒 + 超时的一半 + {TRUST}），实际接单不含退单。"
        "即只加虚拟接单数的加性平滑（贝塔先验），统计台账中今天之前的各日。"
        "采用值：整队估计值按 5% 向下取整，排班仅用此值；时段与紧急程度仅供对照。",
    ),
    reads=(ASSIGNMENTS, ROSTER),
    columns=(
        Column("team", "Team", "队伍编号"),
        Column("name", "Name", "队伍名称"),
        Column("split", "Split by", "分组", wording.odds_split),
        Column("value", "Value", "组别"),
        Column("asked", "Asked", "派单次数"),
        Column("accepted", "Accepted", "接单"),
        Column("withdrawn", "Of these withdrawn", "其中退单"),
        Column("declined", "Declined", "婉拒"),
        Column("silent", "No answer", "超时未接"),
        Column("estimate", "Estimate", "估计值", wording.share),
        Column("used", "Used by the plan", "排班采用值", wording.share),
    ),
    rows=odds_rows,
)
