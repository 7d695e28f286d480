"""A source of travel times as the dispatcher asks it: in one word what it is, and a failure that the round can tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from linli.matcher.problem import Place
from linli.schemas.system_words import refused_by_system
from linli.services.language import both
from linli.services.settings import SettingsError
from linli.services.travel.csv_table import CsvTable
from linli.services.travel.provider import MissingWaysError, Provider, ProviderError
from linli.services.travel.sources import CSV_BYTES_MAX
from linli.streams.dispatch.surveying import NoWaysError, Surveyor, Tables

ANSWER_S: Final = 2.0
"""For one block: a round waits for it, and a server beside us answers in a few hundredths of a second."""


class Asked:
    """A provider, asked on behalf of a round.

    Parameters
    ----------
    kind
        What it is, in a word.
    provider
        Who knows ways.
    """

    def __init__(self, kind: str, provider: Provider) -> None:
        self._kind, self._provider = kind, provider

    @property
    def kind(self) -> str:
        """What it is, in a word."""
        return self._kind

    def ask(self, origins: Sequence[Place], destinations: Sequence[Place], departure: datetime) -> Tables:
        """Return seconds and metres; a file that does not know a way says so for that way alone.

        Raises
        ------
        NoWaysError
            If there is no usable answer.
        """
        try:
            ways = self._provider.matrix(origins, destinations, departure)
        except MissingWaysError as error:
            ways = error.ways
        except ProviderError as error:
            raise NoWaysError(error.said.en) from None
        return Tables(ways.seconds, ways.metres)


def surveyor_of(named: str | None, clock: Callable[[], float] = time.monotonic) -> Surveyor | None:
    """Return who measures ways for a dispatcher; None where they are estimated.

    Parameters
    ----------
    named
        The setting: ``osrm:ADDRESS``, ``valhalla:ADDRESS``, ``csv:FILE``, or None.
    clock
        Monotonic seconds.

    Raises
    ------
    SettingsError
        If the file cannot be used.
    """
    if named is None:
        return None
    kind, _, where = named.partition(":")
    if kind == "csv":
        return Surveyor(Asked(kind, _table_in(Path(where).expanduser())), clock)
    from linli.services.travel.routing_server import OSRM, VALHALLA, RoutingServer  # with it comes a client for HTTP

    return Surveyor(Asked(kind, RoutingServer(where, OSRM if kind == "osrm" else VALHALLA, ANSWER_S)), clock)


def _table_in(file: Path) -> CsvTable:
    try:
        if file.stat().st_size > CSV_BYTES_MAX:
            raise _unusable(file, f"has more than {CSV_BYTES_MAX // 1024**2} MB", f"超过 {CSV_BYTES_MAX // 1024**2} MB")
        return CsvTable(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _unusable(file, refused_by_system(error).en, refused_by_system(error).zh) from None
    except UnicodeDecodeError:
        raise _unusable(file, "is not UTF-8", "不是 UTF-8 编码") from None
    except ProviderError as error:
        raise _unusable(file, error.said.en, error.said.zh) from None


def _unusable(file: Path, english: str, chinese: str) -> SettingsError:
    return SettingsError(both(f"LINLI_TRAVEL: {file}: {english}.", f"LINLI_TRAVEL：{file}：{chinese}。"))
