"""Which visit of a standing order a person means: its moment by the rule, or only its day."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from linli.schemas.errors import Code, LinliError
from linli.schemas.standing import StandingRecord
from linli.services.cli.times import instant
from linli.services.cli.words import both


def visit_meant(record: StandingRecord, text: str, zone: ZoneInfo) -> datetime:
    """Return the moment that the rule gives to a visit.

    Of one order no two visits fall on one day, so that a day alone says which; it is looked for among the next visits.

    Raises
    ------
    LinliError
        If the text is no time, or none of the next visits is on that day.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return instant(text, zone)
    own = ZoneInfo(record.details.zone)
    found = next((one.occurrence for one in record.upcoming if one.occurrence.astimezone(own).date() == day), None)
    if found is None:
        said = both(
            f"its rule has no visit on {day} among the next ones (see `linli standing show {record.key}`)",
            f"按周期 {day} 没有近期上门（见 `linli standing show {record.key}`）",
        )
        raise LinliError(Code.NOT_APPLIED, detail=said)
    return found
