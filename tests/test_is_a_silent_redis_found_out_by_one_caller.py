"""Is a silent Redis found out by one caller: it takes calls and never answers, and the others do not wait for that."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from linli.services.ground.local import LocalGround
from linli.streams import silent_redis

CALLERS = 20

WAIT_S = 0.3
"""What a caller waits for here, so that nobody waits for the test."""


class Line:
    """A server that passes everything on to a real Valkey, until it is told to take what comes and say nothing."""

    def __init__(self, redis: str) -> None:
        self._to = urlsplit(redis)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.speaks = asyncio.Event()
        self.speaks.set()
        self.came = 0

    async def __aenter__(self) -> Line:
        self._server = await asyncio.start_server(self._called, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"

    async def _called(self, caller: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        reader, writer = await asyncio.open_connection(self._to.hostname, self._to.port)
        for one in (self._asked(caller, writer), self._pass(reader, back)):
            task = asyncio.create_task(one)
            self._tasks.add(task)

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self.came += 1
            await self.speaks.wait()
            writer.write(data)
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self.speaks.wait()
            writer.write(data)
        writer.close()


@pytest.fixture
async def line(ground: LocalGround, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    """Give the server, and impatience of a length that a test can wait for."""
    monkeypatch.setattr(silent_redis, "ANSWER_S", WAIT_S)
    monkeypatch.setattr(silent_redis, "REMEMBERED_S", WAIT_S)
    async with Line(ground.redis) as line:
        yield line


async def refused(client: Any, times: int) -> list[str]:
    """Ask so many times at once, and give what the callers are told."""
    asked: list[object] = await asyncio.gather(*(client.get("nothing") for _ in range(times)), return_exceptions=True)
    assert all(isinstance(one, RedisTimeoutError) for one in asked), asked
    return [str(one) for one in asked]


async def test_after_one_has_waited_nobody_asks_for_a_while(line: Line) -> None:
    """Tests that no word of the others reaches a server that fell silent, over connections or pipelines."""
    client = silent_redis.connect_impatiently(line.url)
    assert await client.get("nothing") is None
    line.speaks.clear()
    await refused(client, 1)
    before = line.came
    assert set(await refused(client, CALLERS)) == {"Redis was silent a moment ago"}
    async with client.pipeline(transaction=False) as together:
        together.get("nothing")
        with pytest.raises(RedisTimeoutError):
            await together.execute()
    assert line.came == before
    await client.aclose()


async def test_one_at_a_time_finds_out_whether_it_still_is(line: Line) -> None:
    """Tests that after the while one of many asks, and that everybody is served once it speaks again."""
    client = silent_redis.connect_impatiently(line.url)
    line.speaks.clear()
    await refused(client, 1)
    await asyncio.sleep(WAIT_S)
    before = line.came
    told = await refused(client, CALLERS)
    assert told.count("Redis was silent a moment ago") == CALLERS - 1
    assert line.came == before + 1
    line.speaks.set()
    await asyncio.sleep(WAIT_S)
    assert await client.get("nothing") is None
    assert await asyncio.gather(*(client.get("nothing") for _ in range(CALLERS))) == [None] * CALLERS
    await client.aclose()


async def test_a_redis_that_is_away_is_asked_each_time() -> None:
    """Tests that a refused connection is no silence: it costs nothing, and the next one may go well."""
    with socket.socket() as seat:  # Bound and not listening: nobody else gets the port, and whoever calls is refused.
        seat.bind(("127.0.0.1", 0))
        client = silent_redis.connect_impatiently(f"redis://127.0.0.1:{seat.getsockname()[1]}/0")
        for _ in range(2):
            with pytest.raises(RedisConnectionError):
                await client.get("nothing")
        await client.aclose()
