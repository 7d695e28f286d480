"""Does the command line work end to end: a new user's day, by commands alone, on a real Kafka and a real Valkey."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import psutil
import pytest
from aiokafka import AIOKafkaProducer

from linli.schemas.erasure import KEYS_MAX
from linli.schemas.errors import Code, faults
from linli.schemas.identity import request_id
from linli.schemas.topics import ASSIGNMENTS, COMMANDS, INBOX
from linli.services.demo.county import urban_communities
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs
from linli.streams.log_reader import open_reader
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.written_reasons import keys_about
from tests.support.district import MONDAY
from tests.support.subject_keys import write_keys
from tests.support.terminal import Json, Said, Terminal

T = TypeVar("T")

ZONE = ZoneInfo("Asia/Shanghai")
SOURCE = "hotline"
NAME, PHONE, ADDRESS = "赵无人某", "13100009999", "不存在的巷子九号"
"""What identifies the person of the orders; none of it may be seen without ``--reveal``."""

WHY = "赵无人某的女儿来了"
"""What the desk writes of why it holds a request: it names the person, as such sentences do."""

PATIENCE_S = 60.0
"""How long anything may take that usually takes a second, on a machine that does other things as well."""


class User(Terminal):
    """Somebody at a terminal, who starts Linli and stops it."""

    def run_alone(self, *words: str, text: str | None = None) -> Said:
        """Run a command in a process of its own, as a shell does."""
        argv = [sys.executable, "-m", "linli.services.cli.main", *words]
        env = self.environment
        done = subprocess.run(argv, capture_output=True, text=True, input=text, env=env, timeout=300, check=False)
        return Said(done.returncode, done.stdout, done.stderr)

    def leave(self) -> None:
        """Stop Linli, if that was not done, and close the terminal."""
        self.run_alone("down")
        self.close()

    def fault(self, *words: str, **environment: str) -> str:
        """Run a command that must fail, and return the code of its error."""
        done = self.run(*words, "--json", **environment)
        code: str = json.loads(done.stdout.splitlines()[-1])["error"]["code"]
        assert done.returncode == faults()[Code(code)].exit_code
        return code

    def state(self, name: str) -> str:
        """Say in which state a request is; empty while nobody knows it."""
        done = self.run("show", name, "--json")
        return json.loads(done.stdout)["state"] if done.returncode == 0 else ""

    def offer(self, name: str, state: str) -> Json:
        """Wait for an offer of a request that is in a state."""

        def look() -> Json | None:
            done = self.run("show", name, "--json")
            legs: list[Json] = json.loads(done.stdout)["request"]["legs"] if done.returncode == 0 else []
            offers: list[Json] = [offer for leg in legs for offer in leg["offers"]]
            return next((offer for offer in offers if offer["state"] == state), None)

        return eventually(look)


def eventually(look: Callable[[], T | None]) -> T:
    """Look until something is there."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """Start Linli in the background as a new user would, with teams and orders; stop it at the end."""
    user = User(tmp_path_factory.mktemp("new-user"))
    try:
        started = user.run_alone("up", "--detach", "--json")
        assert json.loads(started.stdout)["kafka"].startswith("127.0.0.1:")
        prepare(user)
        yield user
    finally:
        user.leave()


def prepare(user: User) -> None:
    """Import two teams, the second from standard input, and submit orders, two of them broken."""
    teams = user.folder / "teams.ndjson"
    teams.write_text("".join(json.dumps(team(name), ensure_ascii=False) + "\n" for name in ("t-a", "t-b")))
    user.ok("teams", "import", str(teams))
    eventually(lambda: len(user.lines("teams", "list")) == 2 or None)
    orders = user.folder / "orders.csv"
    orders.write_text(table(), encoding="utf-8")
    done = user.run_alone("submit", str(orders), "--source", SOURCE)
    assert done.returncode == 1, done.stdout + done.stderr
    (user.folder / "submitted.txt").write_text(done.stdout + done.stderr, encoding="utf-8")


def team(name: str) -> Json:
    """A team that works around the clock and keeps company."""
    base = urban_communities()[0].centre
    return {
        "team": name,
        "name": f"试验服务队 {name}",
        "team_kind": "volunteer",
        "skills": [{"skill": "company"}, {"skill": "shopping"}],
        "base": {"crs": "wgs84", "lat": base[0], "lon": base[1]},
        "crews": 4,
        "hours": [{"days": list(range(7)), "start": "00:00:00", "end": "23:59:00"}],
        "members": [{"ref": f"{name}-m{number}", "adult": True} for number in range(3)],
        "contact": {"name": NAME, "phone": PHONE},
    }


HEADERS = ("编号", "服务项目", "服务对象", "开始时间", "结束时间", "紧急", "网格", "姓名", "电话", "地址", "本人同意")


def table() -> str:
    """A table of orders with Chinese headers; the fourth has no consent and the sixth a window that is no time."""
    start = datetime.now(ZONE) + timedelta(minutes=20)
    window = [(start + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M") for hours in (0, 4)]
    good = ["company", "空巢老人", *window, "是", f"{urban_communities()[0].code}-01", NAME, PHONE, ADDRESS, "是"]
    rows = [[f"N-{number}", *good] for number in range(1, 7)]
    rows[3][-1] = "否"
    rows[5][3] = "下午三点"
    file = io.StringIO()
    csv.writer(file).writerows([HEADERS, *rows])
    return file.getvalue()


def of(number: int) -> str:
    """Name an order as its sender does."""
    return f"{SOURCE}/N-{number}"


def test_status_names_every_process(user: User) -> None:
    """Tests that everything runs, with pids and addresses, for people and for programs."""
    seen = eventually(lambda: found if (found := user.json("status"))["well"] else None)
    processes = {one["name"]: one for one in seen["processes"]}
    assert set(processes) == {"kafka", "valkey", "intake", "dispatcher-0", "board", "delivery", "gateway"}
    assert all(one["alive"] and psutil.pid_exists(one["pid"]) for one in processes.values())
    assert processes["kafka"]["address"] == seen["kafka"]["address"]
    assert seen["teams"] == 2
    assert "dispatcher-0" in user.ok("status")


def test_a_second_start_is_refused(user: User) -> None:
    """Tests that one folder runs one Linli, whether it is started in the foreground or in the background."""
    assert user.fault("up") == "already_running"
    assert user.run_alone("up", "--detach").returncode != 0
    assert user.json("status")["processes"]


def test_broken_lines_are_named_and_the_rest_goes_through(user: User) -> None:
    """Tests that a refused line is told by its number, its column and no content, and that the others are known."""
    said = (user.folder / "submitted.txt").read_text(encoding="utf-8")
    assert "Line 5" in said
    assert "Line 7" in said
    assert "consent" in said
    assert "window_start" in said
    assert all(secret not in said for secret in (NAME, PHONE, ADDRESS))
    assert "Asia/Shanghai" in said
    for number in (1, 2, 3, 5):
        assert eventually(lambda number=number: user.state(of(number)) or None)  # type: ignore[misc]
    assert user.fault("show", of(4)) == "unknown_request"


async def test_nothing_personal_lies_in_the_inbox(user: User) -> None:
    """Tests that orders and contacts were sealed before they left the command line."""
    address = KafkaAddress(user.json("status")["kafka"]["address"])
    async with open_reader(address) as reader:
        [span] = await reader.spans(INBOX.name, [0])
        values = [record.value or b"" async for record in reader.read(span)]
    assert len(values) >= 6
    written = b"".join(values)
    assert all(secret.encode() not in written for secret in (NAME, PHONE, ADDRESS))


def test_only_who_asks_sees_the_person(user: User) -> None:
    """Tests that a request shows nothing personal, unless somebody with the master key wants it."""
    eventually(lambda: user.state(of(1)) or None)
    assert all(secret not in user.ok("show", of(1)) for secret in (NAME, PHONE, ADDRESS))
    assert NAME not in user.ok("show", of(1), "--json")
    assert all(secret in user.ok("show", of(1), "--reveal") for secret in (NAME, PHONE, ADDRESS))
    assert user.json("show", of(1), "--reveal")["personal"]["phone"] == PHONE
    elsewhere = user.folder / "another.key"
    assert user.fault("show", of(1), "--reveal", LINLI_MASTER_KEY_FILE=str(elsewhere)) == "master_key"


def test_a_request_can_be_named_in_three_ways(user: User) -> None:
    """Tests our id, the sender's number with its source, and the number alone."""
    ours = request_id(SOURCE, "N-1")
    named = [eventually(lambda name=name: user.state(name) or None) for name in (ours, of(1), "N-1")]  # type: ignore[misc]
    assert len(set(named)) == 1


def test_a_request_goes_its_whole_way(user: User) -> None:
    """Tests order, proposal, confirmation, acceptance, visit and rating, and that its story can be read."""
    proposed = user.offer(of(1), "proposed")
    assert proposed["id"] in user.ok("offers")
    assert proposed["team"] in user.ok("explain", of(1))
    assert user.json("explain", of(1))["team"]["chosen"]["team"] == proposed["team"]
    assert user.json("confirm", of(1))["outcome"] == "applied"
    offer, lead = proposed["id"], proposed["team"]
    assert user.run("answer", offer, "accept").returncode == 2
    assert user.fault("answer", offer, "accept", "--member", "nobody") == "not_applied"
    user.ok("answer", offer, "accept", "--member", f"{lead}-m0")
    assert user.state(of(1)) == "committed"
    user.ok("answer", offer, "start")
    user.ok("answer", offer, "done", "--minutes", "55")
    user.ok("rate", of(1), "5", "--by", "call_back")
    sheet = user.json("show", of(1), "--history")
    assert sheet["state"] == "rated"
    states = [line["state"] for line in sheet["history"]]
    assert [
        state for state in ("promised", "offered", "committed", "under_way", "done", "rated") if state in states
    ] == [*("promised", "offered", "committed", "under_way", "done", "rated")]
    assert "★★★★★" in user.ok("show", of(1))


def test_a_team_that_declines_is_not_asked_again(user: User) -> None:
    """Tests that after a decline the other team is proposed, and that the sheet says so."""
    first = user.offer(of(2), "proposed")
    user.ok("confirm", of(2))
    assert user.fault("answer", first["id"], "decline", "--reason", "tired") == "usage"
    user.ok("answer", first["id"], "decline", "--reason", "busy", "--note", WHY)
    second = eventually(lambda: one if (one := user.offer(of(2), "proposed"))["team"] != first["team"] else None)
    assert {first["team"], second["team"]} == {"t-a", "t-b"}
    assert "busy" in user.ok("show", of(2))
    assert user.fault("answer", first["id"], "accept", "--member", f"{first['team']}-m0") == "not_applied"


def test_the_desk_hears_whom_to_call_and_says_what_became_of_it(user: User) -> None:
    """Tests that a team with nothing but a telephone is on the list of calls, and off it once it was reached."""
    offer = user.offer(of(2), "proposed")
    user.ok("confirm", of(2))
    calls = eventually(lambda: [one for one in user.lines("deliveries", "list") if one["offer"] == offer["id"]])
    assert [(track["channel"], track["error"]) for track in calls[0]["tracks"]] == [("desk", "no_channel")]
    name = calls[0]["id"]
    assert name in user.ok("deliveries", "list")
    assert all(secret not in user.ok("deliveries", "show", name) for secret in (NAME, PHONE))
    assert all(secret in user.ok("deliveries", "show", name, "--reveal") for secret in (NAME, PHONE))
    user.ok("deliveries", "told", name, "reached", "--by", "desk-1", "--note", WHY)
    about = ("deliveries", "list", "--request", of(2))
    told = eventually(lambda: [one for one in user.lines(*about) if one["id"] == name and one["state"] == "delivered"])
    assert told[0]["answered"]["outcome"] == "reached"
    assert name in [one["id"] for one in user.lines("deliveries", "list", "--which", "settled")]
    assert user.fault("deliveries", "show", "d-none") == "unknown_delivery"
    assert user.fault("deliveries", "told", "d-none", "reached", "--by", "desk-1") == "unknown_delivery"


def test_a_person_at_the_desk_has_the_last_word(user: User) -> None:
    """Tests assign with a team that agreed by telephone, hold, release, refer, cancel, and what is refused."""
    eventually(lambda: user.state(of(3)) or None)
    given = user.json("assign", of(3), "t-b", "--reason", "by telephone", "--agreed", "--member", "t-b-m1")
    assert given["state"] == "committed"
    assert user.fault("assign", of(5), "t-z", "--reason", "who is that") == "not_applied"
    assert user.json("hold", of(5), "--reason", WHY)["state"] == "on_hold"
    assert WHY not in user.ok("show", of(5))
    assert WHY in user.ok("show", of(5), "--reveal")
    assert user.json("release", of(5))["outcome"] == "applied"
    assert user.json("refer", of(5), "民政局", "--reason", "an allowance")["state"] == "referred"
    assert user.json("answer-referral", of(5), "refused", "--note", WHY)["outcome"] == "applied"
    assert WHY not in user.ok("show", of(5))
    assert user.ok("show", of(5), "--reveal").count(WHY) > 1
    assert user.json("cancel", of(3), "--reason", "recovered")["state"] == "cancelled"
    assert user.fault("hold", of(3), "--reason", "too late") == "not_applied"


async def test_why_the_desk_decided_so_is_nowhere_in_the_log(user: User) -> None:
    """Tests that what is written is sealed in whatever topic it passes, and that a key says what it is about."""
    address = KafkaAddress(user.json("status")["kafka"]["address"])
    for topic in (INBOX, COMMANDS, ASSIGNMENTS):
        async with open_reader(address) as reader:
            [span] = await reader.spans(topic.name, [0])
            values = [record.value or b"" async for record in reader.read(span)]
        assert any(b"sealed|" in value for value in values)
        assert all(WHY.encode() not in value for value in values)
    about = await keys_about(address, 1)
    assert len(set(about[request_id(SOURCE, "N-5")])) == len(("refused", "held", "referred", "given back"))
    assert len(about[request_id(SOURCE, "N-2")]) == len(("declined",))
    assert [len(keys) for case, keys in about.items() if case.startswith("d-")] == [len(("told",))]


def test_nobody_is_explained(user: User) -> None:
    """Tests that a request that no team can serve says which rule kept them away and what would help."""
    order = {
        "source_id": "N-9",
        "category": "nursing",
        "beneficiary": "empty_nest_elderly",
        "windows": [
            {"start": datetime.now(ZONE).isoformat(), "end": (datetime.now(ZONE) + timedelta(hours=3)).isoformat()}
        ],
        "grid": f"{urban_communities()[0].code}-01",
        "consent": {"beneficiary": True},
        "personal": {"name": NAME},
    }
    assert user.run_alone("submit", "-", "--source", SOURCE, text=json.dumps(order)).returncode == 0
    eventually(lambda: user.state(of(9)) == "unmet" or None)
    why = user.json("explain", of(9))["nobody"]
    assert why["outcome"] == "impossible"
    assert "t-a" in user.ok("explain", of(9))


async def test_dead_letters_can_be_read(user: User) -> None:
    """Tests that what another system sent wrongly is listed without its content, opened with its key, and erased."""
    address = KafkaAddress(user.json("status")["kafka"]["address"])
    producer: Any = AIOKafkaProducer(**kafka_client_kwargs(address))
    await producer.start()
    sent = await producer.send_and_wait(INBOX.name, f"{{{NAME}".encode(), b"520624", 0)
    await producer.stop()
    letter = f"{INBOX.name}-0-{sent.offset}"
    found = eventually(lambda: next((one for one in user.lines("dead-letters", "list") if one["id"] == letter), None))
    assert found["reason"] == "not_json"
    assert NAME not in user.ok("dead-letters", "show", letter)
    assert NAME in user.ok("dead-letters", "show", letter, "--reveal")
    assert user.json("dead-letters", "show", letter, "--reveal")["original"]["whole"]
    assert user.fault("dead-letters", "show", "inbox-0-999999") == "unknown_dead_letter"
    assert user.fault("erase", "inbox-0-999999", "--yes") == "unknown_dead_letter"
    user.ok("erase", letter, "--yes")
    assert user.fault("dead-letters", "show", letter, "--reveal") == "erased"
    assert user.json("dead-letters", "show", letter)["reason"] == "not_json"


def test_everything_that_happened_can_be_followed(user: User) -> None:
    """Tests that watch tells every transition in order, of all requests or of one."""
    told = user.lines("watch", of(1), "--from-start", "--seconds", "3")
    assert {one["request_id"] for one in told} == {request_id(SOURCE, "N-1")}
    assert [one["version"] for one in told] == list(range(1, len(told) + 1))
    everything = user.ok("watch", "--from-start", "--seconds", "3")
    assert of(2) in everything
    assert NAME not in everything


def test_the_master_key_is_replaced_while_all_runs(user: User) -> None:
    """Tests rotating, wrapping anew and retiring under running processes, and that all that was sealed still opens."""
    [before] = user.lines("keys", "list")
    assert before["state"] == "present"
    assert before["keys"] >= 7
    assert user.run("keys", "retire").returncode == faults()[Code.USAGE].exit_code
    made = user.json("keys", "rotate")
    assert made["former"] == [before["master"]]
    left = user.run("keys", "retire", "--yes", "--json")
    assert (left.returncode, json.loads(left.stdout)["retired"]) == (1, [])
    assert NAME in user.ok("show", "N-1", "--reveal")
    later = user.folder / "later.csv"
    later.write_text("\n".join(table().splitlines()[:2]).replace("N-1", "N-9") + "\n", encoding="utf-8")
    user.ok("submit", str(later), "--source", SOURCE)
    wrapped = user.json("keys", "rewrap")
    assert (wrapped["wrapped"], wrapped["unopened"]) == (before["keys"], {})
    assert wrapped["kept"] >= 1
    assert user.json("keys", "retire", "--yes") == {"retired": [before["master"]], "still_needed": {}}
    assert [one["state"] for one in user.lines("keys", "list")] == ["present"]
    for name in ("N-1", "N-9"):
        eventually(lambda name=name: user.state(name) or None)  # type: ignore[misc]
        assert NAME in user.ok("show", name, "--reveal")


async def write_about(address: KafkaAddress, about: str, many: int) -> None:
    """Write so many keys of sentences about a case, which nobody can open and no record carries."""
    keyring, made = Keyring(bytes(range(32))), AIOKafkaProducer(**kafka_client_kwargs(address), enable_idempotence=True)
    await made.start()
    fresh = [keyring.fresh_key(MONDAY).record.model_copy(update={"about": about}) for _ in range(many)]
    await write_keys(made, fresh)
    await made.stop()


async def test_with_a_person_goes_what_was_written_about_them(user: User) -> None:
    """Tests that an erasure destroys the keys of all reasons, of one that no record carries any more as well.

    There are more of them than one event erases, and so several events do.
    """
    address, about = KafkaAddress(user.json("status")["kafka"]["address"]), request_id(SOURCE, "N-5")
    others, second = set(await keys_about(address, 1)) - {about}, request_id(SOURCE, "N-2")
    calls = [one for one in others if one.startswith("d-")]
    assert second in others
    assert calls
    await write_about(address, about, 2 * KEYS_MAX + 1)
    assert len((await keys_about(address, 1))[about]) > 2 * KEYS_MAX
    told = user.lines("erase", of(5), "--yes")
    assert len(told) == 3
    assert set(await keys_about(address, 1)) == others
    user.ok("erase", of(2), "--yes")
    assert set(await keys_about(address, 1)) == {one for one in others if one not in (second, *calls)}
    assert user.fault("show", of(5), "--reveal") == "erased"
    assert user.run("show", of(5)).returncode == 0


def test_the_log_holds_and_replays(user: User, tmp_path: Path) -> None:
    """Tests that the audit finds every guarantee held, that replay decides the same bytes, and an unchanged what-if."""
    verdict = user.json("audit", "--patience", "30")
    assert verdict["held"], verdict["breaks"]
    assert (verdict["lost"], verdict["doubled"]) == (0, 0)
    assert verdict["requests"] >= 5
    assert "✓" in user.ok("audit")
    again = user.json("replay", "--verify")
    assert again["same"], again
    assert again["partitions"][0]["rounds"] > 0
    unchanged = tmp_path / "policy.toml"
    unchanged.write_text("")
    worlds = user.json("replay", "--what-if", str(unchanged))
    assert worlds["recorded"] == worlds["what_if"], worlds
    assert (worlds["refused"], worlds["answers_without_counterpart"], worlds["commands_otherwise"]) == ([], 0, 0)
    assert user.fault("replay", "--partition", "7") == "usage"


def test_a_store_that_does_not_answer_is_named(user: User) -> None:
    """Tests that Redis is named when it cannot be reached, and that what needs only Kafka goes on."""
    assert user.fault("show", of(1), LINLI_REDIS="redis://:secret@127.0.0.1:1/0") == "store_unreachable"
    done = user.run("show", of(1), LINLI_REDIS="redis://:secret@127.0.0.1:1/0")
    assert "127.0.0.1:1" in done.stderr
    assert "secret" not in done.stderr
    assert user.run("audit", LINLI_REDIS="redis://:secret@127.0.0.1:1/0").returncode == 0


def test_the_end_leaves_nothing_behind(user: User) -> None:
    """Tests that down stops every process, and that a second one and the others say that nothing runs."""
    pids = [one["pid"] for one in user.json("status")["processes"]]
    assert user.run_alone("down").returncode == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert user.fault("status") == "not_running"
    assert user.fault("down") == "not_running"
