"""Do the connectors speak as each provider asks, and believe the answer's words instead of its status?"""

from __future__ import annotations

import asyncio
import json
import ssl
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from linli.schemas.deliveries import DeliveryRecord, DeliveryState, Purpose
from linli.schemas.menu import ListError
from linli.schemas.people import Channel, ChannelKind
from linli.services.delivering.channels import Channels
from linli.services.delivering.contacts import Way
from linli.services.delivering.letters import Letters
from linli.services.delivering.mail import Mail, load_services
from linli.services.delivering.pace import MESSAGES_MAX, MINUTE_S, RobotPace, digests
from linli.services.delivering.posting import Poster
from linli.services.delivering.sent import PAUSE, PAUSE_MAX, How, Sent, retry_after
from linli.services.delivering.sms import SmsProvider, load_provider
from linli.services.delivering.targets import Targets
from linli.streams.sealed.keyring import Keyring
from tests.support.providers import MALFORMED, RESET, Providers, Reply, errcode

TLS = ssl.create_default_context()
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LETTERS = Letters(Keyring(bytes(range(32))), "https://linli.example.org")
ROBOT_SECRET = "SEC+/= synthetic".replace(" ", "")
WEBHOOK_SECRET = "whsec_c3ludGhldGljLXNlY3JldC0wMTIzNDU2Nzg5"  # noqa: S105 - synthetic
RECORD = DeliveryRecord(
    id="d-1",
    offer="r-1.0.1",
    team="t-1",
    channel="",
    state=DeliveryState.PENDING,
    attempt=0,
    at=NOW,
    request="r-1",
    district="520624",
    purpose=Purpose.OFFER,
    category="haircut",
    start=NOW + timedelta(hours=2),
    end=NOW + timedelta(hours=3),
    answer_by=NOW + timedelta(minutes=30),
    made=NOW,
)

PROVIDER = """
name = "synthetic provider"
url = "{url}"
signature = "邻里"
success_field = "Code"
success = "OK"
too_fast = ["isv.BUSINESS_LIMIT_CONTROL"]
hopeless = ["isv.MOBILE_NUMBER_ILLEGAL"]

[headers]
Authorization = "synthetic"

[fields]
PhoneNumbers = "{{phone}}"
SignName = "{{signature}}"
TemplateCode = "{{template}}"
TemplateParam = "{{params}}"

[params]
code = "{{code}}"
window = "{{window}}"

[templates]
offer = "SMS_1"
committed = "SMS_2"
"""

ROBOTS = {
    ChannelKind.WECOM: "/cgi-bin/webhook/send?key=right",
    ChannelKind.DINGTALK: "/robot/send?access_token=right",
    ChannelKind.FEISHU: "/open-apis/bot/v2/hook/right",
}


@pytest.fixture
async def server() -> AsyncIterator[Providers]:
    async with Providers() as running:
        running.secrets |= {path.partition("?")[0]: ROBOT_SECRET for path in ROBOTS.values()}
        running.secrets["/sms"] = "synthetic"
        yield running


async def sent(server: Providers, channel: Channel, sms: SmsProvider | None = None, mail: str | None = None) -> Sent:
    targets = Targets([], [server.address])
    async with Poster(targets, TLS) as poster:
        channels = Channels(poster, targets, LETTERS, sms, Mail(mail, {}))
        return await channels.send(Way(channel, "mark"), RECORD)


def robot(server: Providers, kind: ChannelKind, secret: str | None = ROBOT_SECRET) -> Channel:
    return Channel(kind=kind, target=server.url(ROBOTS[kind]), secret=secret)


def provider(server: Providers, folder: Path, mode: int = 0o600) -> SmsProvider:
    file = folder / "sms.toml"
    file.write_text(PROVIDER.format(url=server.url("/sms")), encoding="utf-8")
    file.chmod(mode)
    return load_provider(file)


@pytest.mark.parametrize("kind", list(ROBOTS))
async def test_a_robot_takes_what_is_signed_as_it_asks(kind: ChannelKind, server: Providers) -> None:
    """Tests each signature against a server that checks it, with a secret full of signs that must be encoded."""
    assert await sent(server, robot(server, kind)) == Sent(How.DELIVERED)
    assert len(server.taken) == 1


@pytest.mark.parametrize("kind", [ChannelKind.DINGTALK, ChannelKind.FEISHU])
async def test_a_wrong_secret_is_a_failure_although_the_status_is_200(kind: ChannelKind, server: Providers) -> None:
    """Tests that a refused signature is seen and not tried again for ever."""
    assert (await sent(server, robot(server, kind, "wrong"))).how is How.NEVER
    assert server.taken == []


@pytest.mark.parametrize("kind", list(ROBOTS))
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(body=b'{"errcode":-1,"code":-1}'), Sent(How.LATER, "errcode_-1")),
        (Reply(body=b"<html>200 OK</html>"), Sent(How.LATER, "unreadable")),
        (Reply(body=b"[]"), Sent(How.LATER, "unreadable")),
        (Reply(body=b'{"errcode":"0","code":"0"}'), Sent(How.LATER, "unreadable")),
        (Reply(body=b'{"errcode":false,"code":false}'), Sent(How.LATER, "unreadable")),
        (Reply(body=b""), Sent(How.LATER, "unreadable")),
        (Reply(500, body=b'{"errcode":0,"code":0}'), Sent(How.LATER, "errcode_0")),
        (Reply(302, headers={"location": "/"}, body=b""), Sent(How.LATER, "http_302")),
        (Reply(429, headers={"retry-after": "7"}), Sent(How.LATER, "http_429", timedelta(seconds=7))),
        (MALFORMED, Sent(How.LATER, "protocol")),
        (RESET, Sent(How.LATER, "protocol")),
    ],
)
async def test_what_is_no_clear_success_is_none(
    kind: ChannelKind, reply: Reply, expected: Sent, server: Providers
) -> None:
    """Tests every way in which an answer can look fine and not be."""
    server.script.append(reply)
    assert await sent(server, robot(server, kind)) == expected


@pytest.mark.parametrize(
    ("kind", "code", "how"),
    [
        (ChannelKind.WECOM, 45009, How.LATER),
        (ChannelKind.WECOM, 93000, How.NEVER),
        (ChannelKind.DINGTALK, 130101, How.LATER),
        (ChannelKind.DINGTALK, 310000, How.NEVER),
    ],
)
async def test_codes_that_mean_too_fast_bring_a_rest(kind: ChannelKind, code: int, how: How, server: Providers) -> None:
    """Tests that a robot that is silenced is left alone for a minute, and one that is gone for good."""
    server.script.append(errcode(code))
    got = await sent(server, robot(server, kind))
    assert (got.how, got.error, got.pause) == (how, f"errcode_{code}", PAUSE if how is How.LATER else None)


async def test_a_robot_elsewhere_than_at_its_provider_is_not_called() -> None:
    """Tests that a robot's channel is no way around the list of allowed hosts."""
    async with Providers() as listed, Providers() as other:
        channel = Channel(kind=ChannelKind.WECOM, target=other.url("/cgi-bin/webhook/send?key=right"))
        assert await sent(listed, channel) == Sent(How.NEVER, "not_https")
        channel = Channel(kind=ChannelKind.WECOM, target="https://example.org/cgi-bin/webhook/send?key=right")
        assert await sent(listed, channel) == Sent(How.NEVER, "host_not_allowed")
        assert other.received == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(200), Sent(How.DELIVERED)),
        (Reply(204, b""), Sent(How.DELIVERED)),
        (Reply(301, headers={"location": "/"}), Sent(How.LATER, "http_301")),
        (Reply(304, b""), Sent(How.LATER, "http_304")),
        (Reply(400), Sent(How.LATER, "http_400")),
        (Reply(410), Sent(How.GONE, "http_410")),
        (Reply(502), Sent(How.LATER, "http_502", PAUSE)),
        (Reply(503, headers={"retry-after": "0"}), Sent(How.LATER, "http_503", timedelta(0))),
        (Reply(504, headers={"retry-after": "soon"}), Sent(How.LATER, "http_504", PAUSE)),
    ],
)
async def test_a_webhook_is_judged_by_its_status_alone(reply: Reply, expected: Sent, server: Providers) -> None:
    """Tests that only 2xx is success, a redirect is a failure, 410 closes, and a rest is given where asked for."""
    server.script.append(reply)
    channel = Channel(kind=ChannelKind.WEBHOOK, target=server.url("/hook/a"), secret=WEBHOOK_SECRET)
    assert await sent(server, channel) == expected


@pytest.mark.parametrize(
    "secret", [None, "whsec_", ",", "whsec_x", "whsec_%%%", "whsec_c2hvcnQ=", f"{WEBHOOK_SECRET},x"]
)
async def test_a_webhook_without_a_usable_secret_is_not_sent(secret: str | None, server: Providers) -> None:
    """Tests that nothing leaves unsigned."""
    channel = Channel(kind=ChannelKind.WEBHOOK, target=server.url("/hook/a"), secret=secret)
    assert await sent(server, channel) == Sent(How.NEVER, "bad_secret")
    assert server.received == []


async def test_a_text_message_has_the_approved_signature_and_template(server: Providers, tmp_path: Path) -> None:
    """Tests the request that a provider's file makes."""
    channel = Channel(kind=ChannelKind.SMS, target="138 0000-0000")
    assert await sent(server, channel, provider(server, tmp_path)) == Sent(How.DELIVERED)
    said = server.taken[0].json
    assert (said["PhoneNumbers"], said["SignName"], said["TemplateCode"]) == ("13800000000", "邻里", "SMS_1")
    assert json.loads(said["TemplateParam"]) == {"code": LETTERS.code(RECORD), "window": LETTERS.window(RECORD)}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(body=b'{"Code":"isv.BUSINESS_LIMIT_CONTROL"}'), Sent(How.LATER, "too_fast", PAUSE)),
        (Reply(body=b'{"Code":"isv.MOBILE_NUMBER_ILLEGAL"}'), Sent(How.NEVER, "provider_refused")),
        (Reply(body=b'{"Code":"isp.SYSTEM_ERROR"}'), Sent(How.LATER, "provider_refused")),
        (Reply(body=b'{"Message":"OK"}'), Sent(How.LATER, "unreadable")),
        (Reply(500, body=b'{"Code":"OK"}'), Sent(How.LATER, "http_500")),
    ],
)
async def test_a_provider_that_refuses_with_200_is_heard(
    reply: Reply, expected: Sent, server: Providers, tmp_path: Path
) -> None:
    """Tests that a text message counts as sent only if the provider's own word says so."""
    server.script.append(reply)
    channel = Channel(kind=ChannelKind.SMS, target="13800000000")
    assert await sent(server, channel, provider(server, tmp_path)) == expected


async def test_what_a_provider_was_never_told_is_not_sent(server: Providers, tmp_path: Path) -> None:
    """Tests no provider, no approved template, and what is no number."""
    channel = Channel(kind=ChannelKind.SMS, target="13800000000")
    assert await sent(server, channel) == Sent(How.NEVER, "no_provider")
    bad = Channel(kind=ChannelKind.SMS, target="call me")
    assert await sent(server, bad, provider(server, tmp_path)) == Sent(How.NEVER, "bad_number")
    fewer = provider(server, tmp_path).model_copy(update={"templates": {Purpose.FILLED: "SMS_9"}})
    assert await sent(server, channel, fewer) == Sent(How.NEVER, "no_template")
    assert server.received == []


async def test_a_purpose_without_a_template_takes_the_general_one(server: Providers, tmp_path: Path) -> None:
    """Tests that news of a visit reaches a lead although the carrier has approved no text of its own for it."""
    channel = Channel(kind=ChannelKind.SMS, target="13800000000")
    given = {"templates": {Purpose.NOT_REPORTED: "SMS_9"}, "otherwise": "SMS_0"}
    assert (await sent(server, channel, provider(server, tmp_path).model_copy(update=given))).how is How.DELIVERED
    [asked] = server.received
    assert b"SMS_0" in asked.body


def test_a_providers_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Tests that a file with a secret in it must be its owner's alone, and a mistake is named by its place."""
    file = tmp_path / "sms.toml"
    file.write_text("name = 1", encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(ListError, match="chmod 600"):
        load_provider(file)
    file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    with pytest.raises(ListError, match="mistake at"):
        load_provider(file)
    with pytest.raises(ListError, match="cannot be read"):
        load_provider(tmp_path / "none.toml")


class MailServer:
    """A mail server that takes one mail after another, or refuses every recipient."""

    def __init__(self, *, refuses: bool = False) -> None:
        self._refuses = refuses
        self.mails: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 synthetic\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
            refused = word == b"RCPT" and self._refuses
            writer.write(b"550 nobody here\r\n" if refused else b"250 fine\r\n")
            if word == b"QUIT":
                break
        writer.close()


@pytest.mark.parametrize(("refuses", "how"), [(False, Sent(How.DELIVERED)), (True, Sent(How.LATER, "apprise_failed"))])
async def test_a_mail_arrives_or_its_refusal_is_seen(refuses: bool, how: Sent, server: Providers) -> None:
    """Tests a real mail server, and one that knows no such mailbox."""
    post = MailServer(refuses=refuses)
    running = await asyncio.start_server(post.serve, "127.0.0.1", 0)
    port = running.sockets[0].getsockname()[1]
    channel = Channel(kind=ChannelKind.MAIL, target="lead@example.org")
    url = f"mailto://127.0.0.1:{port}?from=linli@example.org&mode=insecure"
    assert await sent(server, channel, mail=url) == how
    running.close()
    if not refuses:
        said = message_from_bytes(post.mails[0])
        assert said["To"] == "lead@example.org"
        assert LETTERS.code(RECORD) in str(make_header(decode_header(said["Subject"])))


@pytest.mark.parametrize(
    "target", ["json://10.0.0.1/", "a@b@c", "lead@example.org,other@example.org", "x?to=y@z.cn", ""]
)
async def test_a_mail_channel_is_an_address_and_nothing_else(target: str, server: Providers) -> None:
    """Tests that no apprise URL can be smuggled in, which could call any host there is."""
    channel = Channel(kind=ChannelKind.MAIL, target=target)
    assert await sent(server, channel, mail="mailto://u:p@127.0.0.1:1") == Sent(How.NEVER, "bad_address")


async def test_a_named_service_is_the_operators_and_its_word_is_taken(server: Providers, tmp_path: Path) -> None:
    """Tests the long tail: a name from the operator's file, a success, a failure, and a name that nobody gave."""
    file = tmp_path / "services.toml"
    file.write_text(f'[services]\nnewsroom = "json://{server.address}/any"\n', encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(ListError, match="chmod 600"):
        load_services(file)
    file.chmod(0o600)
    mail = Mail(None, load_services(file))
    server.script.extend([Reply(200), Reply(500)])
    known = Channel(kind=ChannelKind.MAIL, target="newsroom")
    assert [await mail.send(known, "subject", "text") for _ in range(2)] == [
        Sent(How.DELIVERED),
        Sent(How.LATER, "apprise_failed"),
    ]
    unknown = Channel(kind=ChannelKind.MAIL, target="elsewhere")
    assert await mail.send(unknown, "subject", "text") == Sent(How.NEVER, "no_mail_server")
    assert len(server.received) == 2


def test_a_rest_is_read_as_seconds_or_as_a_date_and_has_an_end() -> None:
    """Tests what a target may ask for, and what cannot be understood."""
    asked = {"7": 7, "0": 0, "99999999": 3600, "Mon, 23 Nov 2026 01:00:30 GMT": 30, "Mon, 23 Nov 2020 01:00:30 GMT": 0}
    assert {value: retry_after(value, NOW).total_seconds() for value in asked} == asked
    for nonsense in (None, "", "-1", "soon", "1.5", "٣"):
        assert retry_after(nonsense, NOW) == PAUSE
    assert retry_after("Mon, 23 Nov 2036 01:00:30 GMT", NOW) == PAUSE_MAX


def test_a_robot_never_says_more_than_twenty_things_a_minute() -> None:
    """Tests the pace over ten minutes of a backlog without end: no minute holds more, and none is wasted."""
    pace, now, said = RobotPace(), 0.0, list[float]()
    while now < 600:
        if pace.singles(now) == 0:
            now = max(now, pace.digest_at(now))
        pace.note(now)
        said.append(now)
        now += 0.1
    for start in said:
        assert sum(start <= one < start + MINUTE_S for one in said) <= MESSAGES_MAX
    assert len(said) > 100


def test_digests_hold_every_line_once_within_the_limit() -> None:
    """Tests that nothing is cut or lost when lines are put together, and that a long line stands alone."""
    lines = [f"第{number}行" * (number % 40 + 1) for number in range(200)] + ["长" * 1_000]
    made = digests(lines, 2_000)
    assert "\n".join(text for text, _ in made) == "\n".join(lines)
    assert sum(count for _, count in made) == len(lines)
    assert all(len(text.encode()) <= 2_000 for text, count in made if count > 1)
