"""What binds a visit to the others of its request: a value; for how they are planned see `together`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Joined:
    """That a visit is one of several of its request, by different teams, of which all are made or none.

    Parameters
    ----------
    legs : int
        How many they are.
    in_order : bool
        Whether each begins when the one before has ended; else all begin at the same second.
    gap : int
        In order: at most so many seconds after the one before has ended.
    """

    legs: int
    in_order: bool = False
    gap: int = 0
