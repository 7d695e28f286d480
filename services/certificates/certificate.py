"""What a certificate says: the proven visits of one volunteer in a period, and nothing of those who were helped.

Its four parts are those that the guidance 民发〔2015〕149号 is publicly reported to ask for: who the volunteer is, the
service with its hours, who issues it, and number and date. The identity document, the seal and the signatures are the
issuer's to add on paper; Linli holds no names. Whether the form matches the template attached to that guidance could
not be checked.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from linli.schemas.errors import Both
from linli.schemas.glossary import Tongue
from linli.schemas.service import ServiceRecord
from linli.services.reports.periods import ZONE, Period
from linli.services.reports.report import County
from linli.services.reports.wording import category, listed
from linli.streams.ledger_tables import Tables

NUMBER_DIGITS = 12
"""Hexadecimal digits of a certificate's number: whoever makes it again from the same ledger gets the same."""

NAMES_MAX = 10_000
"""Lines of a file of names: more volunteers than a county has."""


class NamesError(ValueError):
    """A file of names cannot be used.

    Parameters
    ----------
    said
        Why, in both languages; no name is in it.
    """

    def __init__(self, said: Both) -> None:
        super().__init__(said.en)
        self.said = said


@dataclass(frozen=True, slots=True)
class Line:
    """A visit on the certificate."""

    start: datetime
    service: str
    proof: str
    hours: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, ready to be written.

    Parameters
    ----------
    number, issued
        Its number and date.
    volunteer, name
        The team's number of the volunteer, and the name where a file gave one.
    group
        The team's name.
    issuer
        Who issues it.
    start, until
        The first and the last day, as they are written.
    lines, hours
        The visits that count, and their hours together.
    synthetic
        Whether the district is made up: then it certifies nothing, and says so.
    """

    number: str
    issued: datetime
    volunteer: str
    name: str
    group: str
    issuer: str
    start: str
    until: str
    lines: tuple[Line, ...]
    hours: float
    synthetic: bool


def certificate_of(
    tables: Tables,
    county: County,
    who: tuple[str, str],
    period: Period,
    *,
    now: datetime,
    issuer: str = "",
    names: Mapping[str, str] | None = None,
    tongue: Tongue = "zh",
) -> Certificate:
    """Make the certificate of one member of one team, ``who``: the visits that count, by start.

    Notes
    -----
    Where a member serves in two teams there are two certificates: numbers of members are the teams' own.
    """
    team, member = who
    counted = sorted(
        (one for one in tables.service if _counts(one, team, member, period)), key=lambda one: (one.start, one.key)
    )
    group = next((one.details.name for one in tables.roster if one.details.team == team), team)
    dates = [one.start.astimezone(ZONE) for one in counted]
    return Certificate(
        number=_number(county.district.code, who, period, counted),
        issued=now,
        volunteer=member,
        name=(names or {}).get(member, ""),
        group=group,
        issuer=issuer or group,
        start=_day(period.start or min(dates, default=now)),
        until=_day((period.end or max(dates, default=now)), before=period.end is not None),
        lines=tuple(_line(one, county, tongue) for one in counted),
        hours=round(sum(one.credited_minutes for one in counted) / 60, 2),
        synthetic=county.district.synthetic,
    )


def _counts(record: ServiceRecord, team: str, member: str, period: Period) -> bool:
    here = record.team == team and member in record.members
    return here and record.credited_minutes > 0 and period.holds(record.start)


def _line(record: ServiceRecord, county: County, tongue: Tongue) -> Line:
    return Line(
        start=record.start.astimezone(ZONE),
        service=category(record.category, tongue, county),
        proof=listed("proof")(" ".join(record.proof.ways), tongue, county),
        hours=round(record.credited_minutes / 60, 2),
    )


def _day(moment: datetime, *, before: bool = False) -> str:
    """Write a day; of a moment at which a period has ended, the day before."""
    local = moment.astimezone(ZONE)
    return f"{local - timedelta(seconds=1) if before else local:%Y-%m-%d}"


def _number(district: str, who: tuple[str, str], period: Period, counted: Iterable[ServiceRecord]) -> str:
    told = [district, *who, str(period.start), str(period.end)]
    told += [f"{one.key} {one.version} {one.credited_minutes}" for one in counted]
    return hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:NUMBER_DIGITS].upper()


def read_names(text: str) -> dict[str, str]:
    """Read who the members are: lines of ``number,name``; the first may be a heading.

    Raises
    ------
    NamesError
        If a line is none, or a number stands twice.
    """
    found: dict[str, str] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(("number", "name")) or not all(cells):
            raise NamesError(Both(f"line {number}: should be number,name", f"第 {number} 行：应为 编号,姓名"))
        if cells[0] in found:
            raise NamesError(Both(f"line {number}: a number stands twice", f"第 {number} 行：编号重复"))
        found[cells[0]] = cells[1]
        if len(found) > NAMES_MAX:
            raise NamesError(Both(f"more than {NAMES_MAX} names", f"超过 {NAMES_MAX} 个姓名"))
    return found
