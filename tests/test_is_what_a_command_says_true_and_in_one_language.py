"""Is what a command says true and in one language: help, mistakes of usage, reasons, what became of a process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linli.schemas.assignment import Cancelled
from linli.schemas.explanation import TeamChoice, WhyTeam
from linli.schemas.lifecycle import OfferState
from linli.schemas.policy import Policy
from linli.schemas.rounds import CommandOutcome, OutcomeCode
from linli.services.cli import delivering, main, reasons, request_sheet, words
from linli.services.cli.out import ZONE, Out
from linli.services.cli.usage_words import in_chinese
from linli.services.demo.report import shown
from linli.services.reports.periods import Parameter, WrongPeriodError, period_of
from linli.services.sheets import sheet_text
from linli.services.supervisor import EventKind, ProcessEvent
from tests.support.examples import STATUSES, WHY_TEAM, assignment_record, offer

ENGLISH = re.compile(r"\b(Usage|Options|Arguments|Commands|OPTIONS|ARGS|required|default|Show|message|exit)\b")

CHINESE = re.compile("[\u4e00-\u9fff]")


def _helped(*words: str) -> str:
    told = subprocess.run(
        [sys.executable, "-m", "linli.services.cli.main", *words, "--help"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "LINLI_LANGUAGE": "zh", "PYTHONIOENCODING": "utf-8"},
    )
    return told.stdout


@pytest.mark.parametrize("words", [(), ("plan",), ("solve",), ("report", "load"), ("answer",)])
def test_a_help_text_has_no_english_headings(words: tuple[str, ...]) -> None:
    """Tests the library's own words around ours, of commands with arguments, defaults and commands of their own."""
    told = _helped(*words)
    assert "用法：" in told
    assert "选项：" in told
    assert "显示本说明后退出。" in told
    assert ENGLISH.findall(told) == []


def test_an_option_of_two_spellings_is_named_without_stray_quotes() -> None:
    """Tests what the library writes as '-o' / '--out'."""
    assert in_chinese("Missing option '-o' / '--out'") == "缺少选项 -o / --out"


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        ({"month": "2026-13"}, "it is written 2026-03", "写作 2026-03"),
        ({"from": "2026-03-09", "until": "2026-03-01"}, "a period ends after it begins", "结束不得早于开始"),
        ({"weeks": "4"}, "is not for this report", "此处不能使用 --weeks"),
    ],
)
def test_a_wrong_period_says_how_one_is_written(given: dict[str, str], english: str, chinese: str) -> None:
    """Tests a value that is none, a period that ends before it begins, and what a report does not take."""
    with pytest.raises(WrongPeriodError) as caught:
        period_of(given, frozenset(Parameter))
    said = caught.value.said()
    assert english in said.en
    assert chinese in said.zh


@pytest.mark.parametrize("kind", EventKind)
def test_what_became_of_a_process_is_said_in_chinese(kind: EventKind) -> None:
    """Tests every kind, with its cause and the wait before the next start."""
    said = ProcessEvent(kind, "dispatcher-0", 7, datetime.now(UTC), -9, 1, 0.2).in_chinese()
    assert CHINESE.search(said)
    assert "SIGKILL" in said
    assert "0.2 秒后重新启动" in said
    assert kind.value not in said


def _why(others: int) -> WhyTeam:
    """Make an explanation of a team that adds three minutes, beside one that would add so many seconds."""
    chosen, other = TeamChoice(team="t-01", seconds=180), TeamChoice(team="t-02", seconds=others)
    return WHY_TEAM.model_copy(update={"chosen": chosen, "next_best": (other,)})


def test_least_is_said_only_of_the_least(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests a team beside one that would add less for this visit alone: the search judges whole plans."""
    names, asked = {"t-01": "Team 1", "t-02": "Team 2"}, offer(OfferState.OPEN, 1).model_copy(update={"team": "t-01"})
    words = sheet_text.Words("en", ZONE, names, {})
    for others, is_least in ((240, True), (180, True), (60, False)):
        reasons.explain_team(asked, _why(others), names, Out(), Policy())
        told = capsys.readouterr().out
        assert ("adds least to the whole plan" in told) is is_least
        assert ("for this visit alone another would add less" in told) is not is_least
        assert ("least" in sheet_text.why_team(_why(others), words)) is is_least


def test_a_cancellation_of_nothing_does_not_say_that_something_was_cancelled() -> None:
    """Tests what is kept for an order that may still come: it was answered as if there had been one."""
    outcome = CommandOutcome(offset=1, command="c-1", request_id=None, code=OutcomeCode.APPLIED)
    before = assignment_record(Cancelled(reason="", before_order=True))
    assert "no such order is known here" in delivering.sentence_of(outcome, before)
    assert "no such order" not in delivering.sentence_of(outcome, assignment_record(Cancelled(reason="")))


@pytest.mark.parametrize(
    ("row", "given", "chinese"),
    [
        ("refused_at_the_door_by_code", {"not_json": 1, "link_expired": 18}, "不是 JSON 对象 1 · 链接已失效 18"),
        ("first_come_nearest", {"visits": 9, "travel_minutes": 7, "of": 10}, "上门 9 · 路程（分钟） 7 · 总数 10"),
        ("reports_compared", {"load": 178}, "队伍四周负荷与派单次数 178"),
    ],
)
def test_the_demos_figures_are_named_in_chinese(row: str, given: dict[str, int], chinese: str) -> None:
    """Tests the breakdowns whose keys are codes of programs."""
    assert shown(row, given, "zh") == chinese


def test_a_requests_sheet_has_one_languages_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests commas, brackets and units of every row of every state: English ones stood between Chinese words."""

    def second(_: str, chinese: str) -> str:
        return chinese

    for module in (request_sheet, words):
        monkeypatch.setattr(module, "both", second)
        monkeypatch.setattr(module, "TONGUE", "zh")
    for status in STATUSES:
        record = assignment_record(status)
        sheet = request_sheet.Sheet(record, defaultdict(lambda: "队伍"), [], [], None, {})
        for _, said in request_sheet.rows_of(sheet):
            assert not re.search(r", | min|; | \(", said), said


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("plan a.xlsx b.xlsx", "like -o dispatch.xlsx"),
        ("run nothing", "there is no process nothing"),
        ("amend r-1", "say what is to change"),
        ("amend r-1 --window tomorrow", "write FROM/UNTIL"),
        ("erase r-1", "it cannot be undone"),
        ("simulate calm --accept 90-10", "the lower first"),
        ("export sample-sheets --day soon", "write it like 2026-03-16"),
        ("submit x.csv --set consent", "COLUMN=VALUE"),
    ],
)
def test_a_wrong_use_is_answered_with_a_sentence(
    command: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests what was answered with the name of an option alone, or with a program's word for what it expected."""
    monkeypatch.chdir(tmp_path)
    assert main.run(command.split()) == 2
    assert says in capsys.readouterr().err
