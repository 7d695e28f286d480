"""Making a certificate at the command line: read the ledger, join names from a file, write or show it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.system_words import refused_by_system
from linli.schemas.topics import ROSTER, SERVICE
from linli.services.certificates.certificate import NamesError, certificate_of, read_names
from linli.services.certificates.writing import as_html, as_text
from linli.services.cli.here import Here
from linli.services.cli.out import Out
from linli.services.cli.report_sheet import asked_of
from linli.services.cli.whole_output import write_and_tell
from linli.services.cli.words import TONGUE
from linli.services.reports.periods import Parameter, WrongPeriodError, period_of
from linli.services.sheets.writing import refuse_existing
from linli.streams.ledger_tables import LedgerTables, Tables

_WRITERS: Final = {".html": as_html, ".txt": as_text}

NAMES_BYTES_MAX: Final = 1_000_000
"""A file of names with ten thousand lines has a quarter of that."""


class Wanted(NamedTuple):
    """Whose certificate, for which period, with which names, and where to."""

    who: tuple[str, str]
    given: Mapping[str, str]
    names: Path | None
    issuer: str
    file: Path | None
    overwrite: bool


async def make_certificate(here: Here, out: Out, wanted: Wanted, district: str | None) -> None:
    """Make, write and show a certificate.

    Raises
    ------
    LinliError
        If it cannot be asked for like that, or a file cannot be read or written.
    """
    file = wanted.file
    if file is not None:
        if file.suffix not in _WRITERS:
            raise LinliError(Code.USAGE, detail=f"--out: {' / '.join(_WRITERS)}")
        refuse_existing(file, overwrite=wanted.overwrite)
    names = {} if wanted.names is None else names_in(wanted.names)
    try:
        period = period_of(wanted.given, frozenset(Parameter))
    except WrongPeriodError as error:
        raise LinliError(Code.USAGE, detail=error.said()) from None
    address, partition, county, now = await asked_of(here, here.district(district))
    tables = await LedgerTables(address).read(partition, (SERVICE, ROSTER), county.district.code)
    refuse_stranger(tables, wanted.who)
    made = certificate_of(tables, county, wanted.who, period, now=now, issuer=wanted.issuer, names=names, tongue=TONGUE)
    if file is not None:
        write_and_tell(file, _WRITERS[file.suffix](made, TONGUE).encode(), out)
    out.data(
        {
            "number": made.number,
            "volunteer": made.volunteer,
            "team": wanted.who[0],
            "from": made.start,
            "until": made.until,
            "visits": len(made.lines),
            "hours": made.hours,
            "synthetic": made.synthetic,
        }
    )
    if file is None and not out.as_json:
        text = as_text(made, TONGUE)
        out.say(text, text)


def refuse_stranger(tables: Tables, who: tuple[str, str]) -> None:
    """Refuse whom neither the roster nor a service record knows: a slip of the pen would be printed as nothing done.

    Raises
    ------
    LinliError
        If there is no such team or no such member.
    """
    team, member = who
    if any(one.team == team and member in one.members for one in tables.service):
        return
    known = next((one.details.members for one in tables.roster if one.details.team == team), None)
    if known is None:
        raise LinliError(Code.UNKNOWN_TEAM, id=team)
    if all(one.ref != member for one in known):
        detail = Both(f"team {team} has no member {member}", f"队伍 {team} 没有成员 {member}")
        raise LinliError(Code.USAGE, detail=detail)


def names_in(file: Path) -> dict[str, str]:
    """Read a file of names.

    Raises
    ------
    LinliError
        If it cannot be read, or is no such file; it says why, and no name.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(NAMES_BYTES_MAX + 1)
    except FileNotFoundError:
        raise LinliError(Code.FILE_MISSING, path=file) from None
    except OSError as error:
        raise LinliError(Code.FILE_UNREADABLE, path=file, detail=refused_by_system(error)) from None
    try:
        if len(raw) > NAMES_BYTES_MAX:
            raise NamesError(Both(f"more than {NAMES_BYTES_MAX} bytes", f"超过 {NAMES_BYTES_MAX} 字节"))
        return read_names(raw.decode("utf-8"))
    except NamesError as error:
        said = error.said
    except UnicodeDecodeError:
        said = Both("this is not UTF-8", "不是 UTF-8 编码")
    except csv.Error:
        said = Both("this is no CSV", "不是 CSV")
    raise LinliError(Code.USAGE, detail=Both(f"--names: {said.en}", f"--names：{said.zh}"))
