"""OSRM and Valhalla over HTTP: one block of the table a request, every answer checked before it is believed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import httpx2
import numpy as np
import orjson

from linli.matcher.problem import Place
from linli.matcher.travel import IntTable
from linli.schemas.errors import Both
from linli.schemas.ways import NO_WAY_S
from linli.services.travel.provider import ProviderError, Ways
from linli.streams.ways_sources import BLOCK

TIMEOUT_S = 10.0
"""For one block; a server that needs longer is overloaded."""

ANSWER_BYTES_MAX = 4 * 1024 * 1024
"""A block of Valhalla's is some 300 kB."""

FIGURE_MAX = 10_000_000
"""Seconds or metres: a way of four months, or ten thousand kilometres, is no way."""

Rows = list[list[float | None]]
"""Figures of a block, None where the server finds no way."""

Places = Sequence[Place]
Answer = dict[str, Any]


class Asked(NamedTuple):
    """A request: method, path with query, and a body for JSON."""

    method: str
    path: str
    body: object = None


class Dialect(NamedTuple):
    """How a kind of server wants to be asked, and where in its answer seconds and metres stand."""

    ask: Callable[[Places, Places, datetime], Asked]
    read: Callable[[Answer], tuple[Rows, Rows]]


class RoutingServer:
    """A routing server.

    Parameters
    ----------
    address
        Like ``http://127.0.0.1:5000``.
    dialect
        `OSRM` or `VALHALLA`.
    timeout
        Seconds that one request may take, from the first byte to the last.
    """

    def __init__(self, address: str, dialect: Dialect, timeout: float = TIMEOUT_S) -> None:
        self.address = address.rstrip("/")
        # An address may hold a name and a password, and messages go to files and screens.
        self._named = re.sub(r"//.*@", "//…@", self.address)
        self._dialect = dialect
        self._timeout = timeout
        self._client = httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def matrix(self, origins: Places, destinations: Places, departure: datetime) -> Ways:
        """Fetch all blocks.

        Raises
        ------
        ProviderError
            At the first block that the server does not answer in time, answers with an error, or with no such table.
        """
        seconds = np.zeros((len(origins), len(destinations)), dtype=np.int64)
        metres = np.zeros_like(seconds)
        for i in range(0, len(origins), BLOCK):
            for j in range(0, len(destinations), BLOCK):
                block = self._block(origins[i : i + BLOCK], destinations[j : j + BLOCK], departure)
                seconds[i : i + BLOCK, j : j + BLOCK], metres[i : i + BLOCK, j : j + BLOCK] = block
        return Ways(seconds, metres, "routed")

    def _block(self, origins: Places, destinations: Places, departure: datetime) -> tuple[IntTable, IntTable]:
        try:
            seconds, metres = self._dialect.read(self._fetch(self._dialect.ask(origins, destinations, departure)))
            shape = (len(origins), len(destinations))
            return _table(seconds, shape), _table(metres, shape)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            kind = type(error).__name__
            raise ProviderError(f"{self._named}: {kind}", f"{self._named}：无法连接（{kind}）") from None
        except _UnusableError as error:
            raise ProviderError(f"{self._named}: {error.said.en}", f"{self._named}：{error.said.zh}") from None
        except (KeyError, TypeError, ValueError, IndexError) as error:
            kind = type(error).__name__
            raise ProviderError(
                f"{self._named}: an answer that is no table ({kind})", f"{self._named}：应答不是路程表（{kind}）"
            ) from None

    def _fetch(self, asked: Asked) -> Answer:
        """Make one request and read its answer, within the time and size allowed."""
        ends, content = time.monotonic() + self._timeout, b""
        with self._client.stream(asked.method, self.address + asked.path, json=asked.body) as answer:
            if answer.status_code != 200:
                raise _UnusableError(f"status {answer.status_code}", f"状态码 {answer.status_code}")
            for part in answer.iter_bytes():
                content += part
                if len(content) > ANSWER_BYTES_MAX:
                    raise _UnusableError(f"more than {ANSWER_BYTES_MAX // 1024**2} MB", "应答过大")
                if time.monotonic() > ends:
                    raise _UnusableError(f"not done after {self._timeout:g} s", f"{self._timeout:g} 秒内未答完")
        told: object = orjson.loads(content)
        if not isinstance(told, dict):
            raise _UnusableError("an answer that is no object", "应答不是对象")
        return cast(Answer, told)


class _UnusableError(Exception):
    """What a server did instead of answering."""

    def __init__(self, english: str, chinese: str) -> None:
        self.said = Both(english, chinese)
        super().__init__(english)


def _ask_osrm(origins: Places, destinations: Places, departure: datetime) -> Asked:
    """Ask OSRM's table service; the hour of departure does not matter to it."""
    spots = ";".join(f"{place.lon:.6f},{place.lat:.6f}" for place in (*origins, *destinations))
    first = ";".join(str(k) for k in range(len(origins)))
    last = ";".join(str(k) for k in range(len(origins), len(origins) + len(destinations)))
    query = f"sources={first}&destinations={last}&annotations=duration,distance"
    return Asked("GET", f"/table/v1/driving/{spots}?{query}")


def _read_osrm(told: Answer) -> tuple[Rows, Rows]:
    if told["code"] != "Ok":
        raise _UnusableError(f"code {str(told['code'])[:40]}", f"应答代码 {str(told['code'])[:40]}")
    return told["durations"], told["distances"]


def _ask_valhalla(origins: Places, destinations: Places, departure: datetime) -> Asked:
    """Ask Valhalla's matrix for the hour of departure."""
    body = {
        "sources": [{"lat": place.lat, "lon": place.lon} for place in origins],
        "targets": [{"lat": place.lat, "lon": place.lon} for place in destinations],
        "costing": "auto",
        "units": "kilometers",
        "date_time": {"type": 1, "value": departure.strftime("%Y-%m-%dT%H:%M")},
    }
    return Asked("POST", "/sources_to_targets", body)


def _read_valhalla(told: Answer) -> tuple[Rows, Rows]:
    rows: list[list[dict[str, float | None]]] = told["sources_to_targets"]
    return [[cell["time"] for cell in row] for row in rows], [
        [_metres(cell["distance"]) for cell in row] for row in rows
    ]


OSRM = Dialect(_ask_osrm, _read_osrm)
VALHALLA = Dialect(_ask_valhalla, _read_valhalla)


def _metres(kilometres: float | None) -> float | None:
    return None if kilometres is None else kilometres * 1000.0


def _table(rows: Rows, shape: tuple[int, int]) -> IntTable:
    """Turn rows into whole numbers of the right shape; a way that was not found becomes `NO_WAY_S`."""
    if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
        raise _UnusableError("a table of another size", "路程表大小不符")
    table = np.array([[NO_WAY_S if one is None else one for one in row] for row in rows], dtype=np.float64)
    if table.size and not bool((np.isfinite(table) & (table >= 0) & (table <= FIGURE_MAX)).all()):
        raise _UnusableError("a figure that no way has", "数值不合理")
    return np.rint(table.reshape(shape)).astype(np.int64)
