"""Who may not be asked for a visit yet: a value; for how it is found see `asking_pools`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotYet:
    """Teams that are asked for a visit only from a higher level: those of `bound` that are not in `asked`.

    One object serves all visits of a place and level, so that nothing as long as the roster hangs on each of them.

    Parameters
    ----------
    bound : frozenset of str
        Teams that have a place in the organisation.
    asked : frozenset of str
        Those of them that may be asked already.
    """

    bound: frozenset[str]
    asked: frozenset[str]

    def bars(self, team: str) -> bool:
        """Tell whether a team has to wait."""
        return team in self.bound and team not in self.asked
