"""Does the command line help: every command explains itself, every mistake gets one sentence and what to do."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import redis.exceptions
import typer
from aiokafka.errors import KafkaTimeoutError

from linli.schemas.admission import parse_admission
from linli.schemas.answers import DeclineReason, FailedReason
from linli.schemas.errors import Code, faults
from linli.schemas.explanation import SmallestChange
from linli.schemas.json_schemas import as_text, json_schemas
from linli.schemas.menu import parse_menu, shipped_menu
from linli.schemas.orders import TEAMS_MAX, Order, Window
from linli.schemas.roster import RegisterTeam
from linli.schemas.topics import TOPICS
from linli.services.cli import exports, main, reasons
from linli.services.cli.board_lookups import grid_meant, grid_names
from linli.services.cli.findings import CHINESE
from linli.services.cli.options import LEG_MAX
from linli.services.cli.request_sheet import span
from linli.services.cli.usage_words import in_chinese
from linli.services.ground.errors import GroundError
from linli.services.settings import load_settings
from linli.services.supervisor import ProcessGaveUpError
from linli.streams.audit.verdict import Guarantee
from linli.streams.board.reader import BoardMissingError
from linli.streams.bootstrap import BootstrapError
from linli.streams.ground_facts import FactsMissingError
from linli.streams.log_reader import LogStalledError
from linli.streams.sealed.keyring import MasterKeyError, UnsealError

HEAVY = ("aiokafka", "faust", "redis", "ortools", "numpy", "cryptography", "rich", "linli.services.settings")
"""What takes long to load and is of no use to somebody who asks for help."""

SOLVES_WITHOUT = ("asyncio", "httpx2", "openpyxl", "linli.services.sheets", "linli.streams.audit", "pandas")
"""What took longer to load than a small file to solve."""

NOBODY_LISTENS = "127.0.0.1:1"
"""A port that no server of ours uses and that answers at once that nobody is there."""


def commands(app: typer.Typer, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """List every command and group of commands with the words it is called by."""
    groups = [(group, (*before, str(group.name))) for group in app.registered_groups]
    own = [(*before, str(command.name)) for command in app.registered_commands]
    inner = [one for group, name in groups if group.typer_instance for one in commands(group.typer_instance, name)]
    return own + [name for _, name in groups] + inner


ALL_COMMANDS = commands(main.app())


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let nothing of Linli run here, and no setting be made; return the empty state folder."""
    for name in list(os.environ):
        if name.startswith("LINLI_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LINLI_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def linli(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    argv = [sys.executable, "-m", "linli.services.cli.main", *words]
    return subprocess.run(
        argv, capture_output=True, text=True, env={**os.environ, **environment}, timeout=120, check=False
    )


def fault(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """Run a command that must fail, with ``--json``, and return what it says; and check that people are told too."""
    exit_code = main.run([*words, "--json"])
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])["error"]
    assert main.run(list(words)) == exit_code
    said = capsys.readouterr()
    assert said.err.strip() == f"{told['message']} {told['what_to_do']}".strip()
    assert "Traceback" not in said.err + said.out
    assert exit_code == faults()[Code(told["code"])].exit_code
    return told


@pytest.mark.parametrize("words", ALL_COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that each command has a help text, and each of its options one as well."""
    assert main.run([*words, "--help"]) == 0
    command: Any = typer.main.get_command(main.app())
    for word in words:
        command = command.commands[word]
    assert command.help
    assert command.help.split()[0] in capsys.readouterr().out
    assert [option.name for option in command.params if not option.help] == []


@pytest.mark.parametrize("words", [words for words in ALL_COMMANDS if words[0] not in ("run", "export")], ids=" ".join)
def test_every_command_speaks_json(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that each command, groups aside, can be used by a program."""
    main.run([*words, "--help"])
    said = capsys.readouterr().out
    assert "--json" in said or "Commands:" in said


def test_every_command_is_found_by_its_name() -> None:
    """Tests that each part adds the commands that are said to be its own: they are loaded by that list alone."""
    for part, names in main.PARTS.items():
        assert tuple(words[0] for words in commands(main.app((part,))) if len(words) == 1) == names


def test_a_command_loads_no_other_part() -> None:
    """Tests that whoever asks for one command waits for no other, and that a wrong name is told of them all."""
    code = "import sys; from linli.services.cli import main; main.run(['solve', '--help']); "
    code += "print([name for name in sys.modules if name.rpartition('.')[2] in main.PARTS and 'services.cli' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['linli.services.cli.solving']"
    assert main.run(["solv"]) == 2


def test_solving_a_file_loads_nothing_of_the_stream(tmp_path: Path) -> None:
    """Tests that whoever has a file solved waits for no client of Kafka or HTTP, no spreadsheets, no optimizer."""
    place = [108.2, 27.5]
    problem = {"vehicles": [{"id": 1, "start": place, "end": place}], "jobs": [{"id": 1, "location": place}]}
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(problem))
    words = ["solve", str(file), "--work", "0", "--json"]
    code = f"import sys; from linli.services.cli import main; main.run({words!r}); "
    code += f"print([name for name in {(*SOLVES_WITHOUT, *HEAVY)!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['numpy']"


def test_a_command_that_is_done_ends() -> None:
    """Tests that nobody waits while a process that ends searches its memory, and that what is to be done is done."""
    code = "import atexit, gc, sys; from linli.services.cli import main; sys.argv = ['linli', '--version']; "
    code += "atexit.register(lambda: print(gc.get_freeze_count() > 0)); main.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"linli {version('linli')}", "True"]


def test_everything_that_was_promised_is_there() -> None:
    """Tests the names of the commands."""
    names = {words[0] for words in ALL_COMMANDS}
    promised = (
        "demo plan template up down status doctor run teams submit cancel amend show explain watch answer assign "
    )
    promised += "confirm hold release refer reschedule rate audit replay dead-letters export report"
    assert set(promised.split()) <= names


def test_help_names_what_the_schema_takes() -> None:
    """Tests that what help says without loading schemas is what they say: reasons of teams, and how many come."""
    assert LEG_MAX == TEAMS_MAX - 1
    said = linli("answer", "--help").stdout
    assert all(reason.value in said for reason in (*DeclineReason, *FailedReason))


def test_help_loads_nothing_heavy() -> None:
    """Tests that asking for help loads no client, no solver and no settings."""
    code = "import sys, linli.services.cli.main as main; main.run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded.isdisjoint(HEAVY), loaded & set(HEAVY)


def test_it_says_its_version() -> None:
    """Tests that the installed release is told on standard output, by itself and in front of any command."""
    told = linli("--version")
    assert (told.returncode, told.stdout, told.stderr) == (0, f"linli {version('linli')}\n", "")
    assert main.run(["--version", "audit"]) == 0


def test_help_speaks_chinese() -> None:
    """Tests that the locale and the setting choose the language, the setting first."""
    assert "查看整体状态" in linli("--help", LC_ALL="zh_CN.UTF-8").stdout
    assert "查看整体状态" in linli("--help", LC_ALL="C", LINLI_LANGUAGE="zh").stdout
    assert "查看" not in linli("--help", LC_ALL="zh_CN.UTF-8", LINLI_LANGUAGE="en").stdout


def test_errors_speak_chinese(tmp_path: Path) -> None:
    """Tests that an error is told in Chinese, with what to do."""
    done = linli("show", "r-1", LC_ALL="zh_CN.UTF-8", LINLI_STATE=str(tmp_path))
    assert done.returncode == 4
    assert "linli up" in done.stderr
    assert "邻里没有在" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        *(("show", "r-1"), ("explain", "r-1"), ("offers",), ("watch",), ("audit",), ("dead-letters", "list")),
        *(("teams", "list"), ("hold", "r-1", "--reason", "x"), ("answer", "r-1.0.1", "start"), ("down",)),
        ("report", "suggest"),
    ],
    ids=" ".join,
)
def test_without_linli_it_says_how_to_start_it(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Tests what is said when nothing runs here."""
    told = fault(capsys, *words)
    assert told["code"] == "not_running"
    assert "linli up" in told["what_to_do"]


@pytest.mark.parametrize("words", [("show", "r-1"), ("audit",), ("watch",)], ids=" ".join)
def test_an_unreachable_broker_is_named(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that a broker that does not answer is named, after a wait with an end."""
    monkeypatch.setenv("LINLI_KAFKA", NOBODY_LISTENS)
    monkeypatch.setenv("LINLI_REDIS", f"redis://{NOBODY_LISTENS}")
    told = fault(capsys, *words)
    assert told["code"] == "broker_unreachable"
    assert NOBODY_LISTENS in told["message"]


def test_an_unreachable_broker_does_not_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, nowhere: Path
) -> None:
    """Tests that `linli up` on somebody's own broker that does not answer names it and leaves nothing running."""
    monkeypatch.setenv("LINLI_KAFKA", NOBODY_LISTENS)
    monkeypatch.setenv("LINLI_REDIS", f"redis://{NOBODY_LISTENS}")
    assert main.run(["up"]) == 4
    assert NOBODY_LISTENS in capsys.readouterr().err
    assert not (nowhere / "running.json").exists()


def test_an_unknown_setting_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a misspelt setting is not silently the default, whatever the command."""
    monkeypatch.setenv("LINLI_KAFFKA", "x")
    for words in (("status",), ("show", "r-1"), ("demo",), ("up",)):
        told = fault(capsys, *words)
        assert told["code"] == "settings"
        assert "LINLI_KAFKA?" in told["message"]


def test_a_folder_that_cannot_be_written_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that nothing is started on a folder that cannot be written."""
    monkeypatch.setenv("LINLI_STATE", "/proc/linli")
    for words in (("up",), ("demo", "--state", "/proc/linli")):
        told = fault(capsys, *words)
        assert told["code"] == "ground"
        assert "/proc/linli" in told["message"]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("shwo",), "shwo"),
        (("show",), "REQUEST"),
        (("demo", "--scenario", "storm"), "storm"),
        (("demo", "--requests", "0"), "--requests"),
        (("export", "sample-orders", "--day", "yesterday"), "yesterday"),
        (("run", "everything"), "everything"),
    ],
    ids=lambda value: "",
)
def test_wrong_words_are_named(words: tuple[str, ...], wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that a command that was asked for wrongly says what is wrong and changes nothing."""
    told = fault(capsys, *words)
    assert told["code"] == "usage"
    assert wrong in told["message"]


def test_an_unexpected_error_is_written_down(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that a fault of ours shows one sentence, and its traceback in the file that the sentence names."""

    def fail(_: object) -> None:
        raise ZeroDivisionError("not foreseen")

    monkeypatch.setattr(exports, "write_topics", fail)
    assert main.run(["export", "topics"]) == 70
    said = capsys.readouterr().err
    file = Path(next(word for word in said.split() if word.startswith("/")).rstrip("."))
    assert len(said.strip().splitlines()) == 1
    assert "not foreseen" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    file.unlink()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KafkaTimeoutError(), Code.BROKER_UNREACHABLE),
        (redis.exceptions.ConnectionError(), Code.STORE_UNREACHABLE),
        (BoardMissingError(), Code.BOARD_MISSING),
        (FactsMissingError("Nothing was set up."), Code.TOPICS_MISSING),
        (BootstrapError("The map differs."), Code.MAP_DIFFERS),
        (MasterKeyError("There is no master key."), Code.MASTER_KEY),
        (UnsealError("Another key."), Code.MASTER_KEY),
        (GroundError("Kafka does not run.", "Look at its log."), Code.GROUND),
        (ProcessGaveUpError("board died 11 times."), Code.PROCESS_GAVE_UP),
        (LogStalledError("commands-0 stands still."), Code.BROKER_UNREACHABLE),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_fails_on_the_way_is_one_sentence(
    error: Exception, code: Code, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that an error of any of our parts, or of a client in the middle of its work, is told as what it is."""

    def fail(_: object) -> None:
        raise error

    monkeypatch.setenv("LINLI_KAFKA", NOBODY_LISTENS)
    monkeypatch.setattr(exports, "write_topics", fail)
    assert fault(capsys, "export", "topics")["code"] == code


def test_schemas_are_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests the JSON Schemas, as one object and as files."""
    assert main.run(["export", "schemas"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schemas()
    assert main.run(["export", "schemas", "--out", str(tmp_path / "made")]) == 0
    for name, schema in json_schemas().items():
        assert (tmp_path / "made" / f"{name}.json").read_text() == as_text(schema)
    assert main.run(["export", "schemas", "--out", "/proc/linli"]) == faults()[Code.FILE_UNWRITABLE].exit_code


def test_prices_are_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that every price of the county's own policy is listed with its unit."""
    policy = tmp_path / "policy.toml"
    policy.write_text("[prices]\nreoffer = 777\n")
    monkeypatch.setenv("LINLI_POLICY", str(policy))
    assert main.run(["export", "prices", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["prices"]["reoffer"] == 777
    monkeypatch.setattr("linli.services.cli.price_list.TONGUE", "en")
    assert main.run(["export", "prices"]) == 0
    assert "777 s × odds" in capsys.readouterr().out


def test_topics_are_exported(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that a program gets every topic with its settings."""
    main.run(["export", "topics", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert {one["name"]: one["settings"] for one in listed} == {topic.name: topic.settings() for topic in TOPICS}


def test_lists_can_be_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that a county can start from the exported menu and admission list."""
    main.run(["export", "menu"])
    assert parse_menu(capsys.readouterr().out) == shipped_menu()
    main.run(["export", "admission"])
    assert parse_admission(capsys.readouterr().out).synthetic


def test_sample_teams_are_teams(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that the synthetic teams can be read as they were written."""
    main.run(["export", "sample-teams"])
    teams = [RegisterTeam.model_validate_json(line) for line in capsys.readouterr().out.splitlines()]
    assert len({team.team for team in teams}) == 54


def test_sample_orders_are_the_same_as_table_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that the synthetic orders can be read as they were written, and that the table loses nothing needed."""
    main.run(["export", "sample-orders", "--count", "9", "--day", "2026-03-16", "--json"])
    orders = [Order.model_validate_json(line) for line in capsys.readouterr().out.splitlines()]
    main.run(["export", "sample-orders", "--count", "9", "--day", "2026-03-16"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["source_id"] for row in rows] == [order.source_id for order in orders]
    assert [row["category"] for row in rows] == [order.category for order in orders]
    assert all(row["window_start"].startswith("2026-03-1") for row in rows)
    assert {row["consent"] for row in rows} == {"yes"}


def test_sample_orders_would_be_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that what is exported can be submitted: the table goes through the very check that intake makes."""
    main.run(["export", "sample-orders", "--count", "40"])
    file = tmp_path / "orders.csv"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main.run(["submit", str(file), "--check"]) == 0


def test_columns_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that people and programs can see what a table may have."""
    main.run(["export", "columns", "--json"])
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert listed["window_start"]["required"]
    assert "姓名" in listed["name"]["aliases"]
    main.run(["export", "columns", "teams"])
    assert capsys.readouterr().out


def test_every_guarantee_has_chinese_words() -> None:
    """Tests that an audit can be read by those who read Chinese."""
    assert set(CHINESE) == set(Guarantee)
    assert len(set(CHINESE.values())) == len(CHINESE)


def test_costs_and_changes_are_said_in_words() -> None:
    """Tests the words for costs in seconds and for the smallest change."""
    assert reasons.minutes(90) == "2 min"
    assert reasons.minutes(5_400) == "1:30 h"
    change = SmallestChange(change="extend_travel_limit", amount=1_200, unit="seconds", team="t-1")
    assert reasons.change_in_words(change, {"t-1": "Team"}) == "let the team go farther, 20 min (Team)"
    assert "1 crews" in reasons.change_in_words(SmallestChange(change="add_crew", amount=1, unit="crews"), {})


def test_a_window_is_said_with_its_day_once() -> None:
    """Tests how a window is written, in the time of the districts."""
    start = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
    assert span(Window(start=start, end=start + timedelta(hours=2))) == "03-16 09:00 – 11:00"
    assert span(Window(start=start, end=start + timedelta(days=1))) == "03-16 09:00 – 03-17 09:00"


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        ("solv x", "没有命令 solv；是否为 'solve', 'resolve'"),
        ("report foo", "没有命令 foo"),
        ("solve", "缺少参数 PROBLEM"),
        ("cancel r-1 --reson x", "没有选项 --reson；可能是 --json, --reason"),
        ("solve x --zzzzzz", "没有选项 --zzzzzz"),
        ("simulate calm --requests 0", "--requests 不得小于 1"),
        ("simulate calm --requests 99999999", "--requests 不得大于 20000"),
        ("simulate calm --requests many", "--requests 须为整数"),
        ("solve x --seconds soon", "--seconds 须为数字"),
        ("solve x --terrain moon", "--terrain 不能为 moon；可选 'seat', 'hill', 'mountain'"),
        ("export prices x", "多余的参数 x"),
        ("replay --what-if", "选项 --what-if 须带取值"),
    ],
)
def test_a_mistake_of_usage_is_told_in_chinese_too(
    words: str, chinese: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that every kind of mistake that the library of the command line tells in English has its Chinese."""

    def second(_: str, chinese: str) -> str:
        return chinese

    monkeypatch.setattr(main, "both", second)
    assert main.run([*words.split(), "--json"] if "--what-if" not in words else words.split()) == 2
    told = capsys.readouterr()
    assert chinese in told.out + told.err


def test_an_unknown_sentence_stays_as_it_is() -> None:
    """Tests that what is not known in Chinese is told as the library says it."""
    assert in_chinese("The moon is full") == "The moon is full"


def test_a_grid_is_told_by_its_name(tmp_path: Path) -> None:
    """Tests that a person reads a grid's name, and its code alone where this terminal has no file of the district."""
    names = grid_names(load_settings(state=tmp_path))
    assert grid_meant("520624115215", names) == "香坝镇楼房村 (520624115215)"
    elsewhere = grid_names(load_settings(state=tmp_path, districts="999999"))
    assert grid_meant("520624115215", elsewhere) == "520624115215"
