"""Group robots of WeCom, DingTalk and Feishu: each signs in its own way, and all answer 200 to what they refuse.

Their error code is in the body; a status of 200 alone says nothing. The codes below are those that the providers
publish for their custom robots; any other code counts as a failure that may pass.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from urllib.parse import quote

from typing_extensions import override

from linli.schemas.people import Channel
from linli.services.delivering.posting import Answer, NoAnswerError, Poster
from linli.services.delivering.sent import DELIVERED, PAUSE, How, Sent, retry_after
from linli.services.delivering.targets import RefusedTargetError, Targets
from linli.services.delivering.webhooks import AGENT

TEXT_BYTES_MAX: Final = 2_000
"""WeCom takes 2,048 bytes of text, the others ten times as much; one limit for all keeps one message one message."""

_HEADERS: Final = {"content-type": "application/json; charset=utf-8", "user-agent": AGENT}


class Robot(ABC):
    """A robot of one provider.

    Parameters
    ----------
    poster, targets
        How to send, and where one may.
    """

    host: ClassVar[str]
    """The provider's own host, which every robot of it may call."""
    code_fields: ClassVar[tuple[str, ...]]
    """Where the body says how it went; 0 is success."""
    too_fast: ClassVar[frozenset[int]]
    """Codes for too many messages."""
    hopeless: ClassVar[frozenset[int]]
    """Codes for a robot that was removed, or whose key, keyword or signature is wrong: trying again changes nothing."""

    def __init__(self, poster: Poster, targets: Targets) -> None:
        self._poster = poster
        self._targets = targets

    async def send(self, channel: Channel, text: str) -> Sent:
        """Send a text of at most `TEXT_BYTES_MAX` into the robot's group."""
        now = datetime.now(UTC)
        url, body = self.signed(channel, text, now)
        try:
            target = self._targets.judged(url, (self.host,))
            answer = await self._poster.post(target, json.dumps(body, ensure_ascii=False).encode(), _HEADERS)
        except RefusedTargetError as refused:
            return Sent(How.NEVER, refused.reason.value)
        except NoAnswerError as error:
            return Sent(How.LATER, error.trouble.value)
        return self.judged(answer, now)

    @abstractmethod
    def signed(self, channel: Channel, text: str, now: datetime) -> tuple[str, Mapping[str, Any]]:
        """Give the URL and the body of a message, signed where the robot has a secret."""

    def judged(self, answer: Answer, now: datetime) -> Sent:
        """Judge an answer by the code in its body; what cannot be read is no success."""
        code = self._code(answer)
        if code == 0 and answer.status == 200:
            return DELIVERED
        error = f"http_{answer.status}" if code is None else f"errcode_{code}"
        if answer.status == 429 or code in self.too_fast:
            after = answer.headers.get("retry-after")
            return Sent(How.LATER, error, PAUSE if after is None else retry_after(after, now))
        if code in self.hopeless:
            return Sent(How.NEVER, error)
        return Sent(How.LATER, "unreadable" if code is None and answer.status == 200 else error)

    def _code(self, answer: Answer) -> int | None:
        try:
            said = json.loads(answer.body)
        except ValueError:
            return None
        if not isinstance(said, dict):
            return None
        found: list[object] = [said[name] for name in self.code_fields if name in said]  # pyright: ignore[reportUnknownVariableType]
        return found[0] if found and type(found[0]) is int else None


class WeCom(Robot):
    """WeCom (企业微信): the key in the URL is all there is; no signature."""

    host = "qyapi.weixin.qq.com"
    code_fields = ("errcode",)
    too_fast = frozenset({45009, 45033})
    hopeless = frozenset({93000, 40014, 40058})

    @override
    def signed(self, channel: Channel, text: str, now: datetime) -> tuple[str, Mapping[str, Any]]:
        return channel.target, {"msgtype": "text", "text": {"content": text}}


class DingTalk(Robot):
    """DingTalk (钉钉): milliseconds and a signature are added to the URL, which is encoded once."""

    host = "oapi.dingtalk.com"
    code_fields = ("errcode",)
    too_fast = frozenset({130101, 410100, 90030})
    hopeless = frozenset({310000, 300001, 400101, 40035})

    @override
    def signed(self, channel: Channel, text: str, now: datetime) -> tuple[str, Mapping[str, Any]]:
        body = {"msgtype": "text", "text": {"content": text}}
        if channel.secret is None:
            return channel.target, body
        stamp = str(int(now.timestamp() * 1000))
        made = hmac.digest(channel.secret.encode(), f"{stamp}\n{channel.secret}".encode(), hashlib.sha256)
        sign = quote(base64.b64encode(made).decode(), safe="")
        joint = "&" if "?" in channel.target else "?"
        return f"{channel.target}{joint}timestamp={stamp}&sign={sign}", body


class Feishu(Robot):
    """Feishu (飞书): seconds and a signature in the body; the text that is signed is the key, and nothing is signed."""

    host = "open.feishu.cn"
    code_fields = ("code", "StatusCode")
    too_fast = frozenset({11232, 9499})
    hopeless = frozenset({19001, 19021, 19022, 19024})

    @override
    def signed(self, channel: Channel, text: str, now: datetime) -> tuple[str, Mapping[str, Any]]:
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if channel.secret is not None:
            stamp = str(int(now.timestamp()))
            made = hmac.digest(f"{stamp}\n{channel.secret}".encode(), b"", hashlib.sha256)
            body = {"timestamp": stamp, "sign": base64.b64encode(made).decode(), **body}
        return channel.target, body
