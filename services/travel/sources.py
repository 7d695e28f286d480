"""Which source of travel times a person named: ``osrm:ADDRESS``, ``valhalla:ADDRESS``, ``csv:FILE`` or ``estimate``."""

from __future__ import annotations

from linli.matcher.travel import Travel
from linli.schemas.errors import Both, Code, LinliError
from linli.services.travel.csv_table import CsvTable
from linli.services.travel.provider import Estimate, Provider, ProviderError
from linli.services.travel.remembering import Remembering

CSV_BYTES_MAX = 256 * 1024 * 1024
"""Four million ways."""


def source_of(named: str, estimate: Travel, read: bytes = b"") -> Provider:
    """Return the provider that is named, falling back to the estimate where it fails.

    Parameters
    ----------
    named
        What the person wrote.
    estimate
        What stands in.
    read
        The content of the file, where one is named.

    Raises
    ------
    LinliError
        If there is no such source or the file is malformed.
    """
    kind, _, where = named.partition(":")
    stand_in = Estimate(estimate)
    if kind == "estimate":
        return stand_in
    if kind == "csv":
        try:
            return Remembering(CsvTable(read.decode("utf-8-sig")), stand_in)
        except ProviderError as error:
            said = Both(f"{where}: {error.said.en}", f"{where}：{error.said.zh}")
            raise LinliError(Code.PROBLEM, detail=said) from None
        except UnicodeDecodeError:
            raise LinliError(Code.FILE_ENCODING, path=where) from None
    refuse_unknown(named)
    from linli.services.travel.routing_server import OSRM, VALHALLA, RoutingServer  # with it comes a client for HTTP

    dialect = OSRM if kind == "osrm" else VALHALLA
    return Remembering(RoutingServer(where, dialect), stand_in, by_hour=kind == "valhalla")


def refuse_unknown(named: str) -> None:
    """Do nothing where there is such a source, whether it answers or not.

    Raises
    ------
    LinliError
        If there is none.
    """
    kind, _, where = named.partition(":")
    if kind in ("estimate", "csv"):
        return
    if kind not in ("osrm", "valhalla") or not where.startswith(("http://", "https://")):
        kinds = "osrm:http://…, valhalla:http://…, csv:FILE, estimate"
        detail = Both(f"--travel {named}: give one of {kinds}", f"--travel {named}：可选 {kinds}")
        raise LinliError(Code.USAGE, detail=detail)
