"""Trials as tables: who served how much in what time, and Linli against the best of the others, pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from tests.bench.match.deadline import Clock
from tests.bench.match.measure import Row
from tests.bench.match.statistics import Compared, compare

OVER_BUDGET = 1.5
"""A peer that took more than so many times its budget was not as fast, and is no rival at that budget."""

OVERRUN_S = 0.5
"""A run that goes on for longer than so many seconds past its budget has not kept it, whatever it found."""

SHARES = "farthest / longest / rarest, ‰"
"""Served share of the farthest and the longest quartile and of those who need the rarest skill."""

LATE = "past the budget, worst, s"
"""By how much the worst run went on too long; see `OVERRUN_S`."""

Pairs = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Trial:
    """One instance at one budget: everybody's rows, and Linli's on the visits that the best peer served.

    `seconds` are 0 where everybody stopped by himself and Linli got a share of that time; `clock` is what the budget
    counts.
    """

    group: str
    source: str
    seconds: float
    rows: tuple[Row, ...]
    same: tuple[Row, ...] = ()
    clock: Clock = "cpu"

    def overrun(self, row: Row) -> float:
        """Return by how many seconds a row went past its budget, each thread's counted; 0 where it had none."""
        spent, threads = (row.wall, 1) if self.clock == "wall" else (row.cpu, row.candidate.threads)
        return max(0.0, spent / threads - self.seconds) if self.seconds else 0.0

    def best_peer(self) -> Row | None:
        """Return the peer that did best within the budget, by the objective's vector."""
        rivals = [row for row in self.rows if row.candidate.name != "linli" and self.counts(row)]
        return min(rivals, key=lambda row: row.key, default=None)

    def counts(self, row: Row) -> bool:
        """Say whether a row is valid and kept its budget."""
        spent, threads = (row.wall, 1) if self.clock == "wall" else (row.cpu, row.candidate.threads)
        return not row.fault and (self.seconds == 0 or spent <= OVER_BUDGET * self.seconds * threads + 1.0)


def as_markdown(trials: Sequence[Trial], clock: Clock) -> str:
    """Return all tables."""
    parts: list[str] = []
    for group, seconds in dict.fromkeys((trial.group, trial.seconds) for trial in trials):
        mine = [trial for trial in trials if (trial.group, trial.seconds) == (group, seconds)]
        budget = f", {seconds:g} s ({clock})" if seconds else ""
        parts.append(f"\n### {group}{budget}, {len(mine)} instances\n\n{_everybody(mine)}\n")
        parts.append(_against(mine))
    return "".join(parts)


def _everybody(trials: Sequence[Trial]) -> str:
    heads = ("method", "runs", "served", "travel, min", "per served, min", SHARES, "cpu, s", "wall, s", LATE, "MB")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    labels = dict.fromkeys(row.candidate.label for trial in trials for row in trial.rows)
    for label in sorted(labels):
        pairs = [(t, row) for t in trials for row in t.rows if row.candidate.label == label]
        late, over = max(t.overrun(row) for t, row in pairs), any(not t.counts(row) for t, row in pairs)
        lines.append(_line(label, [row for _, row in pairs], late, over=over))
    return "\n".join(lines)


def _line(label: str, rows: Sequence[Row], late: float, *, over: bool) -> str:
    good = [row for row in rows if not row.fault]
    if not good:
        return f"| {label} | 0 of {len(rows)} | {rows[0].fault[:80]} | | | | | | | |"
    thirds = [_middle(good, of) for of in (_farthest, _longest, _rarest)]
    figures = (
        f"{_middle(good, lambda row: row.count):.0f}",
        f"{_middle(good, lambda row: row.travel / 60):,.0f}",
        f"{_middle(good, lambda row: row.travel / 60 / max(1, row.count)):.2f}",
        " / ".join(f"{share:.0f}" for share in thirds),
        f"{_middle(good, lambda row: row.cpu):.1f}",
        f"{_middle(good, lambda row: row.wall):.1f}",
        f"{late:.2f}{' (too late)' if late > OVERRUN_S else ''}",
        f"{max(row.peak_mb for row in good)}",
    )
    return f"| {label}{' (over budget)' if over else ''} | {len(good)} of {len(rows)} | {' | '.join(figures)} |"


def _farthest(row: Row) -> float:
    return row.shares.farthest


def _longest(row: Row) -> float:
    return row.shares.longest


def _rarest(row: Row) -> float:
    return row.shares.rarest


def _middle(rows: Sequence[Row], figure: Callable[[Row], float]) -> float:
    return median(figure(row) for row in rows)


def _against(trials: Sequence[Trial]) -> str:
    """Return Linli against the best peer of every instance."""
    lines = ["\n| against the best peer | ratio | median | 95 % bound | worst | on |", "|---|---|---|---|---|---|"]
    for label in sorted(
        {row.candidate.label for trial in trials for row in trial.rows if row.candidate.name == "linli"}
    ):
        lines += [f"| {label} | {name} | {_figures(one)} |" for name, one in compared(trials, label) if one is not None]
    return "\n".join(lines) + "\n"


def own_labels(trials: Iterable[Trial]) -> list[str]:
    """Return the labels of Linli's rows."""
    return sorted({row.candidate.label for trial in trials for row in trial.rows if row.candidate.name == "linli"})


def _figures(one: Compared) -> str:
    where = one.where.rpartition(",")[2]
    return f"{one.median:.3f} | {one.bound:.3f} | {one.worst:.3f} | {where}"


MORE: tuple[tuple[str, Callable[[Row], float]], ...] = (
    ("served", lambda row: row.count),
    ("served, farthest quartile", _farthest),
    ("served, longest quartile", _longest),
    ("served, rarest skill", _rarest),
)
"""What is the better the more it is."""

LESS: tuple[tuple[str, Callable[[Row], float]], ...] = (
    ("travel per served", lambda row: _per_served(row)),
    ("processor time", lambda row: row.cpu),
    ("wall time", lambda row: row.wall),
    ("memory", lambda row: row.peak_mb),
)
"""What is the better the less it is."""


def compared(trials: Iterable[Trial], label: str) -> list[tuple[str, Compared | None]]:
    """Return a label's ratios to the best peer, pair by pair."""
    rivals = [(trial, peer) for trial in trials if (peer := trial.best_peer()) is not None]
    told = [(name, compare(_pairs(rivals, label, of), more_is_better=True)) for name, of in MORE]
    told += [(name, compare(_pairs(rivals, label, of), more_is_better=False)) for name, of in LESS]
    again = [(t, peer, row) for t, peer in rivals for row in t.same if row.candidate.label == label]
    same = [(t.source, row.travel / max(1, peer.travel)) for t, peer, row in again if row.count == peer.count]
    missed = len(again) - len(same)
    return [*told, (f"travel, same visits (not all served: {missed})", compare(same, more_is_better=False))]


def _pairs(rivals: Iterable[tuple[Trial, Row]], label: str, of: Callable[[Row], float]) -> Pairs:
    """Return one figure of a label's valid rows as ratios to the peer's; a peer's zero counts as one."""
    return [
        (trial.source, of(row) / (of(peer) or 1))
        for trial, peer in rivals
        for row in trial.rows
        if row.candidate.label == label and not row.fault
    ]


def _per_served(row: Row) -> float:
    return row.travel / max(1, row.count)


def as_json(trials: Sequence[Trial], clock: Clock) -> dict[str, Any]:
    """Return every row and every comparison."""
    groups = dict.fromkeys((trial.group, trial.seconds) for trial in trials)
    return {
        "clock": clock,
        "rows": [
            {"group": trial.group, "seconds": trial.seconds, "same_visits": row in trial.same, **_row(row)}
            for trial in trials
            for row in trial.rows + trial.same
        ],
        "compared": [
            {"group": group, "seconds": seconds, "who": label, "ratio": name, **asdict(one)}
            for group, seconds in groups
            for mine in [[trial for trial in trials if (trial.group, trial.seconds) == (group, seconds)]]
            for label in own_labels(mine)
            for name, one in compared(mine, label)
            if one is not None
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    told = asdict(row)
    del told["visits"]
    return told
