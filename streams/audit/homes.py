"""Audit of whose a team's id is: one that two districts have registered belongs to both, and to nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linli.schemas.topics import ROSTER
from linli.streams.audit.verdict import Findings, Guarantee


def judge_homes(parts: Iterable[Mapping[str, set[str]]], findings: Findings) -> None:
    """Judge whether any team was registered by two districts, on one partition or on two.

    Parameters
    ----------
    parts
        Of each partition, the districts that have registered each team.
    findings
        Takes what is found.
    """
    homes: dict[str, set[str]] = {}
    for part in parts:
        for team, districts in part.items():
            homes.setdefault(team, set()).update(districts)
    for team, districts in homes.items():
        if len(districts) > 1:
            findings.add(Guarantee.ONE_HOME, ROSTER.name, f"{team} is registered by {', '.join(sorted(districts))}")
