"""The report of silent visits counted again: followed step by step through the log, not read from the last state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from linli.schemas.assignment import Assignment, AssignmentRecord
from linli.schemas.lifecycle import State
from linli.streams.recount.raw_log import Line, Question, RawLog, local


@dataclass(slots=True)
class _Silence:
    """A team that was silent: since when the desk was to call, and when its word came after all."""

    going: Assignment
    fate: str
    called: datetime | None = None
    heard: datetime | None = None


def silent_visits(log: RawLog, asked: Question) -> list[Line]:
    """Follow every request: who had not spoken when the desk was told, or when it ended, and who spoke after that."""
    lines: list[Line] = []
    for steps in log.requests.values():
        details = steps[-1].details
        if details is not None and not details.restricted:
            lines += [_line(log, asked, steps[-1], one) for one in _silences(steps).values()]
    return lines


def _silences(steps: list[AssignmentRecord]) -> dict[str, _Silence]:
    found: dict[str, _Silence] = {}
    for step in steps:
        going = {leg.assignment.id: leg.assignment for leg in step.legs if leg.assignment is not None}
        found = {name: one for name, one in found.items() if name in going}
        for name, one in going.items():
            _note(found, step, name, one)
    return found


def _note(found: dict[str, _Silence], step: AssignmentRecord, name: str, going: Assignment) -> None:
    """Take one step of one visit in."""
    silent = going.finished is None
    if silent and step.cause == "unreported" and going.end < step.at:
        found.setdefault(name, _Silence(going, "waiting", step.at))
    elif silent and step.cause == "not_reported":
        found[name] = _Silence(going, "ended", found[name].called if name in found else None)
    elif name in found and going.finished is not None and found[name].heard is None:
        # A word that was on its way when the desk was told, or that mended what nobody called for, was not late.
        called = found.pop(name).called
        if called is not None and going.finished > called:
            found[name] = _Silence(going, "late", called, going.finished)


def _line(log: RawLog, asked: Question, last: AssignmentRecord, one: _Silence) -> Line:
    going = one.going
    team = log.teams.get(going.team)
    mendable = one.fate == "ended" and last.state in (State.FAILED_VISIT, State.DONE)
    return (
        going.id,
        going.team,
        going.team if team is None else team.details.name,
        " ".join(going.members),
        asked.category(last.help_of(going.id)),
        local(going.start),
        local(going.end),
        _FATES[one.fate],
        "" if one.heard is None else local(one.heard),
        local(last.at + timedelta(days=asked.policy.close_days)) if mendable else "",
    )


_FATES = {
    "waiting": "silent so far: the desk calls",
    "ended": "never reported: nothing counts",
    "late": "handed in after the desk was told",
}
"""What the CSV says in English, written here once more."""
