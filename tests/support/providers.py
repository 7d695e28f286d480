"""A real HTTP server that speaks like the providers do, checks what they check, and misbehaves when told to."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import standardwebhooks

FRESH_S = 3_600
"""DingTalk and Feishu refuse a signature that is older than an hour."""

BODY_MAX = 20_000
"""Standard Webhooks: a body has at most 20 kB."""


@dataclass(frozen=True)
class Request:
    """What came in."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What goes out. ``raw`` instead of a proper answer; ``reset`` instead of any; ``delay_s`` before either."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    raw: bytes | None = None
    reset: bool = False
    delay_s: float = 0.0


def errcode(code: int, message: str = "refused") -> Reply:
    """Refuse as the robots do: with 200."""
    return Reply(body=json.dumps({"errcode": code, "errmsg": message}).encode())


MALFORMED = Reply(raw=b"HTP/1.1 maybe\r\n\r\nnot http at all")
RESET = Reply(reset=True)
SLOW = Reply(delay_s=3_600)


Behaviour = Callable[[Request], Reply | None]
"""Gives what to answer; ``None`` for what a well-behaved provider would."""


def always(reply: Reply) -> Behaviour:
    """Answer the same to everything."""

    def answer(_: Request) -> Reply:
        return reply

    return answer


def properly(_: Request) -> Reply | None:
    """Answer as a well-behaved provider would."""
    return None


class Providers:
    """The server. Use ``async with``.

    Parameters
    ----------
    secrets
        By path, the secret that signatures are checked with.
    behave
        Asked before the proper answer is made.
    tls
        Speak TLS.
    """

    def __init__(
        self,
        secrets: dict[str, str] | None = None,
        behave: Behaviour = properly,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.secrets = secrets or {}
        self.behave = behave
        self.received: list[Request] = []
        self.taken: list[Request] = []
        self.script: deque[Reply | None] = deque()
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Providers:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port of before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop every connection: the provider is down."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        """Give the URL of a path."""
        return f"http{'s' if self._tls else ''}://{self.address}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        writer.transport.abort()
        self._open.discard(task)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether the connection may be used again."""
        request = await _read(reader)
        self.received.append(request)
        reply = self.script.popleft() if self.script else self.behave(request)
        if reply is None:
            reply = self._proper(request)
        await asyncio.sleep(reply.delay_s)
        if reply.reset:
            return False
        writer.write(_written(reply) if reply.raw is None else reply.raw)
        await writer.drain()
        return reply.raw is None

    def _proper(self, request: Request) -> Reply:
        """Answer as the provider whose path it is would."""
        for beginning, judge in (
            ("/hook/", self._webhook),
            ("/cgi-bin/webhook/send", self._wecom),
            ("/robot/send", self._dingtalk),
            ("/open-apis/bot/v2/hook/", self._feishu),
            ("/sms", self._sms),
        ):
            if request.path.startswith(beginning):
                return judge(request)
        return Reply(404)

    def _webhook(self, request: Request) -> Reply:
        secret = self.secrets.get(request.path)
        if len(request.body) > BODY_MAX or secret is None:
            return Reply(400)
        try:
            standardwebhooks.Webhook(secret).verify(request.body, request.headers)
        except standardwebhooks.WebhookVerificationError:
            return Reply(401)
        self.taken.append(request)
        return Reply(204, b"")

    def _wecom(self, request: Request) -> Reply:
        if request.query.get("key") != ["right"]:
            return errcode(93000, "invalid webhook url")
        if len(request.json["text"]["content"].encode()) > 2048:
            return errcode(40058, "too long")
        self.taken.append(request)
        return Reply(body=b'{"errcode":0,"errmsg":"ok"}')

    def _dingtalk(self, request: Request) -> Reply:
        secret = self.secrets.get(request.path)
        if request.query.get("access_token") != ["right"]:
            return errcode(300001, "token is not exist")
        if secret is not None:
            stamp, sign = request.query.get("timestamp", ["0"])[0], request.query.get("sign", [""])[0]
            made = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
            fresh = abs(time.time() * 1000 - int(stamp)) < FRESH_S * 1000
            if not fresh or sign != base64.b64encode(made).decode():
                return errcode(310000, "sign not match")
        self.taken.append(request)
        return Reply(body=b'{"errcode":0,"errmsg":"ok"}')

    def _feishu(self, request: Request) -> Reply:
        secret, said = self.secrets.get(request.path), request.json
        if secret is not None:
            stamp = said.get("timestamp", "0")
            made = hmac.new(f"{stamp}\n{secret}".encode(), digestmod=hashlib.sha256).digest()
            fresh = abs(time.time() - int(stamp)) < FRESH_S
            if not fresh or said.get("sign") != base64.b64encode(made).decode():
                return Reply(body=b'{"code":19021,"msg":"sign match fail or timestamp is not within one hour"}')
        if said["msg_type"] != "text" or not said["content"]["text"]:
            return Reply(body=b'{"code":9499,"msg":"Bad Request"}')
        self.taken.append(request)
        return Reply(body=b'{"code":0,"msg":"success","data":{}}')

    def _sms(self, request: Request) -> Reply:
        if request.headers.get("authorization") != self.secrets.get("/sms"):
            return Reply(body=b'{"Code":"isv.ACCOUNT_NOT_EXISTS"}')
        self.taken.append(request)
        return Reply(body=b'{"Code":"OK"}')


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Request(method, parts.path, parse_qs(parts.query), headers, body)


def _written(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} Whatever", f"content-length: {len(reply.body)}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + reply.body
