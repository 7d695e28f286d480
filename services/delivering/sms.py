"""Text messages through any provider that takes an HTTP request: which one, and how it is asked, is a file.

In China only a signature and templates that the carrier has approved are sent, so nothing is written freely: a message
is a template's id and what fills its places, a code, a window and a link.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from pydantic import Field

from linli.schemas.base import Edge, Name
from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.errors import Both
from linli.schemas.people import Channel
from linli.services.delivering.letters import Letters
from linli.services.delivering.posting import Answer, NoAnswerError, Poster
from linli.services.delivering.private_files import read_private
from linli.services.delivering.sent import DELIVERED, How, Sent, retry_after
from linli.services.delivering.targets import RefusedTargetError, Targets
from linli.services.delivering.webhooks import AGENT

NUMBER: Final = re.compile(r"^\+?[0-9][0-9 \-]{4,19}$")
"""A telephone number as contacts have it."""

Text = Annotated[str, Field(max_length=2_000)]


class SmsProvider(Edge):
    """How a provider is asked.

    Parameters
    ----------
    name
        For people.
    url
        Where requests go; its host need not be on the list of allowed hosts, for the operator names it here.
    form
        Whether the fields travel as JSON or as a form.
    signature
        The approved signature (签名).
    headers, fields
        What is sent. In braces may stand ``phone``, ``signature``, ``template``, and ``params`` for a JSON object of
        ``params``.
    params
        What fills the places of a template; in braces may stand ``code``, ``window`` and ``link``.
    templates
        The approved template's id for each purpose.
    otherwise
        The template for every purpose that has none of its own, if one was approved whose words fit all: that there is
        news of the visit, and where. Without it such a purpose is not sent as a text message.
    success_field, success
        The field of the answer that says how it went, and what it says for success.
    too_fast, hopeless
        What it says for too many messages, and for a number or template that never works.
    """

    name: Name
    url: Text
    form: Literal["json", "form"] = "json"
    signature: Name
    headers: dict[str, Text] = Field(default_factory=dict[str, Text], max_length=20)
    fields: dict[str, Text] = Field(min_length=1, max_length=40)
    params: dict[str, Text] = Field(default_factory=dict[str, Text], max_length=10)
    templates: dict[Purpose, Name] = Field(min_length=1)
    otherwise: Name | None = None
    success_field: Name
    success: Name
    too_fast: tuple[Name, ...] = ()
    hopeless: tuple[Name, ...] = ()


def load_provider(path: Path) -> SmsProvider:
    """Read a provider's file.

    Raises
    ------
    ListError
        If it cannot be used, or others may read it: it holds what the provider is paid by.
    """
    return read_private(path, SmsProvider, Both("text message provider's file", "短信服务商文件"))


class TextMessages:
    """Sends text messages.

    Parameters
    ----------
    poster, targets
        How to send, and where one may.
    provider
        Whom to ask; ``None`` where the county has none.
    letters
        Fills the templates.
    """

    def __init__(self, poster: Poster, targets: Targets, provider: SmsProvider | None, letters: Letters) -> None:
        self._poster = poster
        self._targets = targets
        self._provider = provider
        self._letters = letters

    async def send(self, channel: Channel, record: DeliveryRecord) -> Sent:
        """Send one text message to the number of a channel."""
        provider = self._provider
        if provider is None:
            return Sent(How.NEVER, "no_provider")
        template = provider.templates.get(record.purpose, provider.otherwise)
        if template is None:
            return Sent(How.NEVER, "no_template")
        if not NUMBER.match(channel.target):
            return Sent(How.NEVER, "bad_number")
        body, kind = self._request(provider, channel.target, template, record)
        headers = {"content-type": kind, "user-agent": AGENT, **provider.headers}
        now = datetime.now(UTC)
        try:
            host = provider.url.partition("://")[2].partition("/")[0]
            answer = await self._poster.post(self._targets.judged(provider.url, (host,)), body, headers)
        except RefusedTargetError as refused:
            return Sent(How.NEVER, refused.reason.value)
        except NoAnswerError as error:
            return Sent(How.LATER, error.trouble.value)
        return judged(provider, answer, now)

    def _request(self, provider: SmsProvider, phone: str, template: str, record: DeliveryRecord) -> tuple[bytes, str]:
        said = {
            "code": self._letters.code(record),
            "window": self._letters.window(record),
            "link": self._letters.link(record),
        }
        params = {name: _filled(text, said) for name, text in provider.params.items()}
        known = {
            "phone": re.sub(r"[ \-]", "", phone),
            "signature": provider.signature,
            "template": template,
            "params": json.dumps(params, ensure_ascii=False),
        }
        fields = {name: _filled(text, known) for name, text in provider.fields.items()}
        if provider.form == "form":
            return urlencode(fields).encode(), "application/x-www-form-urlencoded"
        return json.dumps(fields, ensure_ascii=False).encode(), "application/json; charset=utf-8"


def judged(provider: SmsProvider, answer: Answer, now: datetime) -> Sent:
    """Judge an answer by the field that the provider's file names, not by the status."""
    if answer.status == 429:
        return Sent(How.LATER, "http_429", retry_after(answer.headers.get("retry-after"), now))
    if not 200 <= answer.status < 300:
        return Sent(How.LATER, f"http_{answer.status}")
    try:
        said = json.loads(answer.body)
        word = str(said[provider.success_field])
    except (ValueError, KeyError, TypeError):
        return Sent(How.LATER, "unreadable")
    if word == provider.success:
        return DELIVERED
    if word in provider.too_fast:
        return Sent(How.LATER, "too_fast", retry_after(None, now))
    return Sent(How.NEVER if word in provider.hopeless else How.LATER, "provider_refused")


def _filled(text: str, known: Mapping[str, str]) -> str:
    """Fill in what stands in braces; other braces, as of JSON, stay as they are."""
    return re.sub(r"\{([a-z]+)\}", lambda found: known.get(found[1], found[0]), text)
