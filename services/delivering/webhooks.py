"""Webhooks for programs: Standard Webhooks 1.0, signed with every secret that holds, judged by the status alone."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Final

import standardwebhooks

from linli.schemas.people import Channel
from linli.services.delivering.posting import Answer, NoAnswerError, Poster
from linli.services.delivering.sent import DELIVERED, How, Sent, retry_after
from linli.services.delivering.targets import RefusedTargetError, Targets

AGENT: Final = "linli-delivery/1"

SECRETS_MAX: Final = 3
"""Secrets of one endpoint: the new one, the old one, and one for a mistake; more signatures only lengthen a header."""

SECRET_BYTES_MIN: Final = 24
"""The shortest secret that Standard Webhooks allows."""

_PREFIX: Final = "whsec_"

_SLOW_DOWN: Final = (429, 502, 503, 504)
"""Answers that mean "not now" rather than "no"."""


class BadSecretError(ValueError):
    """A secret that signs nothing."""


def signed_headers(message_id: str, body: bytes, secrets: str, at: datetime) -> dict[str, str]:
    """Give the headers of a webhook.

    Parameters
    ----------
    message_id
        The delivery's id: the same for every try, so that the receiver knows what it has already seen.
    body
        The very bytes that are sent.
    secrets
        Secrets as Standard Webhooks writes them (``whsec_`` and base64), separated by commas; while one is being
        replaced both hold, and the receiver may know either.
    at
        When this try is made, by the real clock: a receiver refuses what is older than five minutes.

    Raises
    ------
    BadSecretError
        If there is no secret, one is not base64, or one is too short to keep a secret.
    """
    chosen = [_secret(one) for one in secrets.split(",") if one][:SECRETS_MAX]
    if not chosen:
        raise BadSecretError("no secret")
    signatures = [standardwebhooks.Webhook(secret).sign(message_id, at, body.decode()) for secret in chosen]
    return {
        "content-type": "application/json",
        "user-agent": AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _secret(text: str) -> bytes:
    try:
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise BadSecretError("a secret is not base64") from None
    if len(secret) < SECRET_BYTES_MIN:
        raise BadSecretError("a secret is too short")
    return secret


class Webhooks:
    """Sends webhooks.

    Parameters
    ----------
    poster, targets
        How to send, and where one may.
    """

    def __init__(self, poster: Poster, targets: Targets) -> None:
        self._poster = poster
        self._targets = targets

    async def send(self, channel: Channel, message_id: str, body: bytes) -> Sent:
        """Send one message; see `signed_headers` for its parts."""
        now = datetime.now(UTC)
        try:
            headers = signed_headers(message_id, body, channel.secret or "", now)
            answer = await self._poster.post(self._targets.judged(channel.target), body, headers)
        except BadSecretError:
            return Sent(How.NEVER, "bad_secret")
        except RefusedTargetError as refused:
            return Sent(How.NEVER, refused.reason.value)
        except NoAnswerError as error:
            return Sent(How.LATER, error.trouble.value)
        return judged(answer, now)


def judged(answer: Answer, now: datetime) -> Sent:
    """Judge an answer by its status: only 2xx is success, a redirect is a failure like any other."""
    if 200 <= answer.status < 300:
        return DELIVERED
    error = f"http_{answer.status}"
    if answer.status == 410:
        return Sent(How.GONE, error)
    if answer.status in _SLOW_DOWN:
        return Sent(How.LATER, error, retry_after(answer.headers.get("retry-after"), now))
    return Sent(How.LATER, error)
