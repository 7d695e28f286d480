"""Asks whether files of orders and teams arrive whole, sealed, and with every broken line named."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from linli.schemas.topics import TOPICS
from linli.services.demo.county import sinan
from linli.services.demo.requests import MONDAY
from linli.services.demo.teams import registrations
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import open_reader
from tests.support.house import House, environment, linli

pytestmark = pytest.mark.broker

GRID = sinan().grids[3].code
HEADER = "source_id,category,beneficiary,window_start,window_end,grid,name,phone,consent,detail"
SOON = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%d")
PHONE = "13800009999"
"""A synthetic telephone number; no operator has given it to anybody as far as we know."""


LATER = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%d")


def row(
    number: str, category: str = "shopping", consent: str = "yes", start: str = f"{SOON} 10:00", day: str = SOON
) -> str:
    return f"{number},{category},other,{start},{day} 12:00,{GRID},虚构甲,{PHONE},{consent},synthetic"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house"), LINLI_MODE="auto") as running:
        yield running


def state_of(house: House, request: str, wanted: set[str]) -> str:
    """Wait until a request is in one of some states."""
    state = ""
    for _ in range(200):
        done = house.linli("show", request, "--json")
        if done.returncode == 0:
            state = str(json.loads(done.stdout)["state"])
            if state in wanted:
                return state
        time.sleep(0.1)
    raise AssertionError(f"{request} is {state or 'unknown'}, not one of {wanted}")


def test_broken_lines_are_named_and_the_rest_goes_through(house: House, tmp_path: Path) -> None:
    """Tests that every broken line is told with its number, field and rule, and that the good ones become requests."""
    file = tmp_path / "orders.csv"
    lines = [
        row("c-1"),
        row("c-2", start="tomorrow"),
        row("c-3", category="skydiving"),
        row("c-4", consent="no"),
        row("c-5") + ",one cell too many",
        row("c-6"),
    ]
    file.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    done = house.linli("submit", str(file), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert (told["submitted"], told["refused"], told["zone"]) == (2, 4, "Asia/Shanghai")
    assert [(line["line"], line["reason"], line["field"]) for line in told["refused_lines"]] == [
        (3, "schema", "window_start"),
        (4, "not_on_menu", "category"),
        (5, "consent_missing", "consent"),
        (6, "schema", ""),
    ]
    for number in ("c-1", "c-6"):
        assert state_of(house, f"desk/{number}", {"unmet", "promised", "offered"})
    assert [(line["line"], line["number"]) for line in told["accepted_lines"]] == [(2, "c-1"), (7, "c-6")]
    assert house.json("show", "desk/c-1")["request"]["request_id"] == told["accepted_lines"][0]["request"]
    assert done.stderr.count("no volunteer is sent") == 0
    assert house.linli("show", "desk/c-3").returncode != 0
    assert "Line 4: not on the service menu: category" in done.stderr
    assert PHONE not in done.stdout + done.stderr


def test_danger_to_life_is_told_at_once(house: House) -> None:
    """Tests that a line with danger to life tells the person at the terminal whom to call, and is referred."""
    given = f"{HEADER},danger_to_life\n{row('d-1')},yes\n"
    done = house.linli("submit", "-", "--json", given=given)
    assert done.returncode == 0
    assert "Line 2: no volunteer is sent: call 120/110/119 at once!" in done.stderr
    assert json.loads(done.stdout)["accepted_lines"][0]["referral"] == "emergency"
    assert state_of(house, "desk/d-1", {"referred"})


def test_checking_changes_nothing(house: House) -> None:
    """Tests that --check judges every line and writes no record anywhere."""
    before = house.json("status")
    done = house.linli("submit", "-", "--check", given=f"{HEADER}\n{row('k-1')}\n{row('k-2', consent='no')}\n")
    assert done.returncode == 1
    assert "1 can be submitted; nothing was sent." in done.stdout
    after = house.json("status")
    assert (before["requests"], before["dead_letters"]) == (after["requests"], after["dead_letters"])
    assert house.linli("show", "desk/k-1").returncode != 0


async def test_nothing_personal_reaches_a_topic_in_clear(house: House) -> None:
    """Tests that name, telephone and detail of a submitted order stand in no record of any topic, nor in Redis."""
    order = f"{HEADER}\n{row('p-1')}\n"
    assert house.linli("submit", "-", given=order).returncode == 0
    state_of(house, "desk/p-1", {"unmet", "promised", "offered"})
    seen = b""
    async with open_reader(KafkaAddress(house.running.kafka)) as reader:
        for topic in TOPICS:
            for span in await reader.spans(topic.name, [0]):
                seen += b"".join([(record.value or b"") async for record in reader.read(span)])
    assert seen.count(b'"p-1"') >= 2
    for personal in ("虚构甲", PHONE, "synthetic,"):
        assert personal.encode() not in seen
    stored = b"".join(file.read_bytes() for file in (house.state / "valkey").rglob("*") if file.is_file())
    assert PHONE.encode() not in stored


@pytest.mark.parametrize("shape", ["ndjson", "json", "gb18030"])
def test_every_shape_of_file_is_read(house: House, tmp_path: Path, shape: str) -> None:
    """Tests NDJSON and JSON, with times in the stated zone, and a CSV as a Chinese spreadsheet saves it."""
    order = {
        "source_id": f"s-{shape}",
        "category": "haircut",
        "beneficiary": "other",
        "windows": [{"start": f"{SOON}T09:00", "end": f"{SOON}T11:00+08:00"}],
        "grid": GRID,
        "consent": {"beneficiary": True},
        "personal": {"name": "虚构乙", "phone": PHONE},
    }
    slashes = f"{SOON.replace('-', '/')} 9:00"
    header = "单号,服务项目,对象,预约开始,预约结束,网格,姓名,本人同意"
    content = {
        "ndjson": json.dumps(order, ensure_ascii=False).encode(),
        "json": json.dumps([order], ensure_ascii=False).encode(),
        "gb18030": f"{header}\ns-gb18030,上门理发,其他居民,{slashes},{SOON} 11:00,{GRID},虚构乙,是\n".encode("gb18030"),
    }[shape]
    file = tmp_path / f"orders.{'csv' if shape == 'gb18030' else shape}"
    file.write_bytes(content)
    told = house.json("submit", str(file), "--source", "hotline")
    assert (told["submitted"], told["refused"]) == (1, 0)
    shown = house.linli("show", f"hotline/s-{shape}", "--json")
    for _ in range(100):
        if shown.returncode == 0:
            break
        time.sleep(0.1)
        shown = house.linli("show", f"hotline/s-{shape}", "--json")
    assert f"{SOON}T01:00:00Z" in shown.stdout


def test_a_request_lives_through_the_command_line(house: House) -> None:
    """Tests teams import, submit, assign, answer, done and rate, each with its outcome from the dispatcher."""
    teams = b"\n".join(event.value for event in registrations(MONDAY, datetime.now(UTC)))
    alone = row("l-1", start=f"{LATER} 10:00", day=LATER)
    assert house.json("teams", "import", "-", given=teams)["submitted"] == 54
    assert house.linli("submit", "-", given=f"{HEADER}\n{alone}\n").returncode == 0
    state_of(house, "desk/l-1", {"promised"})
    assert house.json("assign", "desk/l-1", "t-01", "--reason", "they know each other")["state"] == "offered"
    request = house.json("hold", "desk/l-1", "--reason", "a call first")["request"]
    assert house.json("release", "desk/l-1")["state"] == "promised"
    assert house.json("assign", request, "t-01", "--reason", "again")["state"] == "offered"
    offer = json.loads(house.linli("offers", "--json").stdout.splitlines()[-1])["id"]
    late = house.linli("answer", f"{request}.0.1", "accept", "--member", "t-01-m00")
    assert (late.returncode, "too late or no longer open" in late.stderr) == (1, True)
    foreign = house.linli("answer", offer, "accept", "--team", "t-02", "--member", "t-02-m00")
    assert (foreign.returncode, "another team's offer" in foreign.stderr) == (1, True)
    assert house.json("answer", offer, "accept", "--member", "t-01-m00")["state"] == "committed"
    assert house.json("answer", offer, "start")["state"] == "under_way"
    assert house.json("answer", offer, "done", "--minutes", "35")["state"] == "done"
    assert house.json("rate", "desk/l-1", "5", "--tag", "patient")["state"] == "rated"
    assert house.json("cancel", "desk/never-ordered")["state"] == "cancelled"
    assert house.json("status")["well"]


@pytest.mark.parametrize(
    ("words", "given", "code", "sentence"),
    [
        (("submit", "-"), "", 2, "- holds nothing to work on."),
        (("submit", "no-such-file.csv"), "", 3, "There is no file no-such-file.csv."),
        (("submit", "orders.docx"), "", 3, "There is no file orders.docx."),
        (("submit", "-"), "phone_number,name\n1,2\n", 2, "phone_number"),
        (("submit", "-"), "name\n2\n", 2, "lacks the columns source_id"),
        (("submit", "-"), b"\xff\xfe\xff", 2, "neither UTF-8 nor GB 18030"),
        (("submit", "-", "--zone", "Mars/Base"), f"{HEADER}\n", 2, "--zone Mars/Base: write it like"),
        (("submit", "-", "--district", "110101"), f"{HEADER}\n", 3, "The district 110101 is not served here."),
        (("answer", "r-x.0.1", "accept", "--member", "m"), "", 3, "There is no offer r-x.0.1."),
        (("assign", "nonsense", "t-1", "--reason", "x"), "", 3, "There is no request nonsense, or"),
        (("amend", "desk/1"), "", 2, "--window, --minutes, --urgent"),
        (("amend", "desk/1", "--window", "tomorrow"), "", 2, "FROM/UNTIL"),
        (("run", "everything"), "", 2, "intake, dispatcher, board"),
        (("up",), "", 4, "Linli already runs in"),
    ],
)
def test_a_wrong_word_is_one_sentence(
    house: House, words: tuple[str, ...], given: str | bytes, code: int, sentence: str
) -> None:
    """Tests that a mistake gives its exit code and one line that says what to do, and never a traceback."""
    done = house.linli(*words, given=given)
    assert (done.returncode, done.stderr.count("\n")) == (code, 1)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "words", "code", "sentence"),
    [
        ({}, ("status",), 4, "Linli does not run in"),
        ({}, ("down",), 4, "Linli does not run in"),
        ({"LINLI_PARTITION": "1"}, ("status",), 2, "Did you mean LINLI_PARTITIONS?"),
        ({"LINLI_KAFKA": "127.0.0.1:9"}, ("submit", "-"), 4, "Kafka at 127.0.0.1:9 does not answer."),
        ({"LINLI_KAFKA": "127.0.0.1:9"}, ("up",), 4, "Kafka at 127.0.0.1:9 does not answer"),
        ({"LINLI_REDIS": "redis://127.0.0.1:9"}, ("up",), 4, "Redis at 127.0.0.1:9 does not answer"),
        ({"LINLI_STATE": "/dev/null/linli"}, ("up",), 4, "The folder /dev/null/linli cannot be written"),
        ({"LINLI_LANGUAGE": "zh"}, ("down",), 4, "邻里没有在"),
    ],
)
def test_what_is_not_there_is_named(
    tmp_path: Path, settings: dict[str, str], words: tuple[str, ...], code: int, sentence: str
) -> None:
    """Tests that a missing server, folder or setting is named at once, with what to do."""
    done = linli(*words, env=environment(tmp_path, **settings), given=f"{HEADER}\n{row('x')}\n")
    assert (done.returncode, sentence in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_an_unforeseen_error_is_written_down_and_named(tmp_path: Path) -> None:
    """Tests that what nobody foresaw is one sentence with the file that holds the rest, also for a program."""
    (tmp_path / "running.json").write_text("no JSON")
    done = linli("status", "--json", env=environment(tmp_path))
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["code"]) == (70, "internal")
    file = Path(error["message"].rpartition(" ")[2].rstrip("."))
    assert "Traceback" in file.read_text()
    file.unlink()
