"""Does delivery call only allowed hosts at public addresses, and the very address that was judged?"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from linli.services.delivering.posting import BODY_BYTES_MAX, NoAnswerError, Poster, Trouble
from linli.services.delivering.targets import Refusal, RefusedTargetError, Targets, is_public, system_resolver
from tests.support.certificates import Authority
from tests.support.providers import MALFORMED, RESET, Providers, Reply, always

HOST = "hooks.example.cn"
TLS = ssl.create_default_context()
ANY = ".".join("0000")

PRIVATE = (
    "127.0.0.1", "127.8.8.8", ANY, "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:0", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2001:0:7f00:1::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::a00:1", "3fff::1", "192.88.99.1",
    "no address at all",
)  # fmt: skip

PUBLIC = ("1.1.1.1", "114.114.114.114", "8.8.8.8", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808")


def refusal_of(url: str, targets: Targets) -> Refusal | None:
    try:
        targets.judged(url)
    except RefusedTargetError as error:
        return error.reason
    return None


class Names:
    """A resolver whose answers change from call to call, as an attacker's name server's would."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_known(address: str) -> None:
    """Tests private, local, shared, reserved and multicast addresses, and those wrapped in IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_known(address: str) -> None:
    """Tests that the guard is not a wall."""
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"https://{HOST}/a?b=c", None),
        (f"https://{HOST}:443/a", None),
        (f"https://{HOST}./a", None),
        (f"HTTPS://{HOST.upper()}/a", None),
        ("https://deep.down.example.org/", None),
        ("https://odd.example.cn:8443/", None),
        (f"http://{HOST}/", Refusal.NOT_HTTPS),
        (f"ftp://{HOST}/", Refusal.NOT_HTTPS),
        (f"https://{HOST}:8443/", Refusal.HOST_NOT_ALLOWED),
        ("https://odd.example.cn/", Refusal.HOST_NOT_ALLOWED),
        ("https://example.org/", Refusal.HOST_NOT_ALLOWED),
        ("https://evilexample.org/", Refusal.HOST_NOT_ALLOWED),
        (f"https://{HOST}.evil.org/", Refusal.HOST_NOT_ALLOWED),
        ("https://127.0.0.1/", Refusal.HOST_NOT_ALLOWED),
        ("http://127.0.0.1:8000/", Refusal.NOT_HTTPS),
        ("https://[::1]/", Refusal.HOST_NOT_ALLOWED),
        ("https://2130706433/", Refusal.HOST_NOT_ALLOWED),
        ("https://0177.0.0.1/", Refusal.HOST_NOT_ALLOWED),
        (f"https://{HOST}@evil.org/", Refusal.NOT_A_URL),
        (f"https://user:pass@{HOST}/", Refusal.NOT_A_URL),
        (f"https://evil.org\\@{HOST}/", Refusal.NOT_A_URL),
        (f"https://{HOST}/#x", Refusal.NOT_A_URL),
        (f"https://{HOST}:99999/", Refusal.NOT_A_URL),
        (f"https://{HOST}:x/", Refusal.NOT_A_URL),
        (f"https://{HOST}/a b", Refusal.NOT_A_URL),
        (f"https://{HOST}/\r\nHost: evil.org", Refusal.NOT_A_URL),
        ("https://ｈooks.example.cn/", Refusal.NOT_A_URL),
        ("https:///", Refusal.NOT_A_URL),
        ("https://[::1/", Refusal.NOT_A_URL),
        (f"https://{HOST}/" + "a" * 2_000, Refusal.NOT_A_URL),
        ("", Refusal.NOT_A_URL),
    ],
)
def test_a_url_is_judged_before_the_network_is_asked(url: str, reason: Refusal | None) -> None:
    """Tests scheme, host list, ports, and everything that two readers might read in two ways."""
    assert refusal_of(url, Targets([HOST, "*.example.org", "odd.example.cn:8443"])) is reason


@pytest.mark.parametrize("address", PRIVATE[:-1])
async def test_an_allowed_name_with_a_private_address_is_not_connected_to(address: str) -> None:
    """Tests that one private answer among public ones is enough, in whatever place it stands."""
    for answers in ([address], ["1.1.1.1", address], [address, "1.1.1.1"]):
        targets = Targets([HOST], resolve=Names(answers))
        async with Poster(targets, TLS) as poster:
            with pytest.raises(RefusedTargetError) as refused:
                await poster.post(targets.judged(f"https://{HOST}/"), b"", {})
        assert refused.value.reason is Refusal.PRIVATE_ADDRESS


@pytest.mark.parametrize(
    "literal", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", ANY, "2130706433", "0177.0.0.1", "127.1", "0x7f000001"]
)
async def test_a_literal_address_is_judged_as_well_even_if_somebody_listed_it(literal: str) -> None:
    """Tests that addresses written as such do not get past the resolver, in any of the forms that systems read."""
    async with Providers() as server:
        targets = Targets([f"{literal.strip('[]')}:{server.port}", f"{literal}:{server.port}"])
        async with Poster(targets, TLS) as poster:
            with pytest.raises((RefusedTargetError, NoAnswerError)):
                await poster.post(targets.judged(f"https://{literal}:{server.port}/hook/x"), b"", {})
        assert server.received == []


async def test_the_system_reads_odd_forms_of_loopback_and_they_are_seen_through() -> None:
    """Tests that what the forms above resolve to is what the guard judges."""
    for form in ("2130706433", "0177.0.0.1", "127.1", "0x7f000001", "0x7f.0.0.1", "017700000001"):
        assert list(await system_resolver(form, 80)) == ["127.0.0.1"]


async def test_a_name_that_changes_its_answer_gains_nothing(tmp_path: Path) -> None:
    """Tests that the name is asked once per connection and the judged address is the one connected to (rebinding)."""
    authority = Authority(tmp_path)
    async with Providers(behave=always(Reply(204, b"")), tls=authority.server(HOST)) as server:
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        targets = Targets([f"{HOST}:{server.port}"], [server.address], names)
        async with Poster(targets, authority.client()) as poster:
            answer = await poster.post(targets.judged(f"https://{HOST}:{server.port}/"), b"", {})
        assert (answer.status, names.asked) == (204, 1)
        assert server.received[0].headers["host"] == f"{HOST}:{server.port}"


async def test_tls_asks_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    """Tests that a server at the right address with another name's certificate is not spoken to."""
    authority = Authority(tmp_path)
    async with Providers(tls=authority.server("other.example.cn")) as server:
        targets = Targets([f"{HOST}:{server.port}"], [server.address], Names(["127.0.0.1"]))
        async with Poster(targets, authority.client()) as poster:
            with pytest.raises(NoAnswerError) as failure:
                await poster.post(targets.judged(f"https://{HOST}:{server.port}/"), b"", {})
        assert (failure.value.trouble, server.received) == (Trouble.TLS, [])


async def test_only_the_named_loopback_is_called_without_tls() -> None:
    """Tests that the setting for tests and the demo opens one port and no more."""
    async with Providers(behave=always(Reply(204, b""))) as named, Providers() as other:
        targets = Targets([], [named.address])
        async with Poster(targets, TLS) as poster:
            assert (await poster.post(targets.judged(named.url("/")), b"", {})).status == 204
        assert refusal_of(other.url("/"), targets) is Refusal.NOT_HTTPS


async def test_a_redirect_is_an_answer_and_proxies_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that nobody can send us on, neither the target nor the environment."""
    async with Providers() as elsewhere:
        moved = Reply(302, b"", {"location": elsewhere.url("/hook/a")})
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{elsewhere.address}")
        async with Providers(behave=always(moved)) as server:
            targets = Targets([], [server.address, elsewhere.address])
            async with Poster(targets, TLS) as poster:
                assert (await poster.post(targets.judged(server.url("/")), b"x", {})).status == 302
        assert elsewhere.received == []


async def test_an_endless_answer_is_cut_off() -> None:
    """Tests that a target cannot fill the memory."""
    async with Providers(behave=always(Reply(200, b"x" * 10_000_000))) as server:
        targets = Targets([], [server.address])
        async with Poster(targets, TLS) as poster:
            answer = await poster.post(targets.judged(server.url("/")), b"", {})
    assert len(answer.body) == BODY_BYTES_MAX


async def test_what_is_no_answer_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests time-out, reset, nonsense, and nobody there."""
    monkeypatch.setattr("linli.services.delivering.posting.TIMEOUT_S", 0.3)
    async with Providers() as server:
        targets = Targets([], [server.address])
        async with Poster(targets, TLS) as poster:
            for reply, trouble in ((Reply(delay_s=9), "timeout"), (RESET, "protocol"), (MALFORMED, "protocol")):
                server.script.append(reply)
                with pytest.raises(NoAnswerError) as failure:
                    await poster.post(targets.judged(server.url("/hook/a")), b"", {})
                assert failure.value.trouble == trouble
            await server.stop()
            with pytest.raises(NoAnswerError) as failure:
                await poster.post(targets.judged(server.url("/hook/a")), b"", {})
            assert failure.value.trouble is Trouble.UNREACHABLE
