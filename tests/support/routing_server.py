"""A local HTTP server that speaks OSRM's and Valhalla's table formats, and can misbehave in every way we know."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

Spot = tuple[float, float]
"""Longitude and latitude."""


class Router(ThreadingHTTPServer):
    """The server; `mood` says how it behaves, `asked` counts requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mood = "fine"
        self.asked = 0
        self.bodies: list[Any] = []

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


def seconds_between(a: Spot, b: Spot) -> float:
    """Return this world's way: asymmetric, so that rows and columns cannot be mixed up."""
    return round(abs(a[0] - b[0]) * 10_000 + abs(a[1] - b[1]) * 20_000 + (30 if a > b else 0), 1)


class _Handler(BaseHTTPRequestHandler):
    @property
    def router(self) -> Router:
        """The server, by its own type."""
        if not isinstance(self.server, Router):
            raise TypeError("this handler serves a router alone")
        return self.server

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer as OSRM."""
        parts = urlsplit(self.path)
        spots = [(float(a), float(b)) for a, b in (one.split(",") for one in parts.path.rsplit("/", 1)[1].split(";"))]
        query = parse_qs(parts.query)
        origins = [spots[int(k)] for k in query["sources"][0].split(";")]
        destinations = [spots[int(k)] for k in query["destinations"][0].split(";")]
        table: list[list[float | None]] = [[seconds_between(a, b) for b in destinations] for a in origins]
        self._answer({"code": "Ok", "durations": table, "distances": [[_metres(s) for s in row] for row in table]})

    def do_POST(self) -> None:
        """Answer as Valhalla."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.router.bodies.append(asked)
        rows = [
            [_cell(seconds_between((a["lon"], a["lat"]), (b["lon"], b["lat"]))) for b in asked["targets"]]
            for a in asked["sources"]
        ]
        self._answer({"sources_to_targets": rows})

    def _answer(self, fine: dict[str, Any]) -> None:
        self.router.asked += 1
        mood = self.router.mood
        content, status = json.dumps(_spoilt(fine, mood)).encode(), 500 if mood == "broken" else 200
        if mood == "slow":
            time.sleep(1.5)
        if mood == "malformed":
            content = content[: len(content) // 2]
        if mood == "huge":
            content = b" " * (5 * 1024 * 1024) + content
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            for k in range(0, len(content), 1 if mood == "dripping" else len(content)):
                self.wfile.write(content[k : k + (1 if mood == "dripping" else len(content))])
                time.sleep(0.02 if mood == "dripping" else 0.0)
        except OSError:
            return


def _metres(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 10


def _cell(seconds: float) -> dict[str, Any]:
    return {"time": seconds, "distance": seconds / 100}


def _spoilt(fine: dict[str, Any], mood: str) -> Any:
    """Return what the server says in a mood."""
    name = "durations" if "durations" in fine else "sources_to_targets"
    rows = fine[name]
    if mood == "wrong size":
        return {**fine, name: rows[:-1]}
    if mood == "short row":
        return {**fine, name: [row[:-1] for row in rows]}
    if mood == "negative":
        return {**fine, name: [[_with(cell, -1.0) for cell in row] for row in rows]}
    if mood == "words":
        return {**fine, name: [[_with(cell, "far") for cell in row] for row in rows]}
    if mood == "no way":
        return {**fine, name: [[_with(cell, None) for cell in row] for row in rows]}
    return {"list": ["no table"]} if mood == "other" else [fine] if mood == "no object" else fine


def _with(cell: Any, value: object) -> Any:
    changed: Any = {"time": value, "distance": 1.0} if isinstance(cell, dict) else value
    return changed


@contextmanager
def running() -> Generator[Router]:
    """Run a server on loopback."""
    server = Router()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
