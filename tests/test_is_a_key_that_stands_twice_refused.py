"""Is a key that stands twice in an object refused, with its place, wherever a JSON file of a person's is read?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linli.schemas.dead_letters import Reason
from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.menu import ListError, shipped_menu
from linli.schemas.policy_file import parse_policy
from linli.schemas.repeated_keys import SHOWN_MAX, first_repeated, repeated_keys
from linli.services.cli import main
from linli.services.cli.inbox_files import inbox_file
from linli.services.cli.team_news import members_in
from linli.services.county_files import load_districts
from linli.services.demo.county import sinan
from linli.services.settings import SettingsError, load_settings
from linli.services.sheets.columns import Context
from linli.services.sheets.order_columns import ORDER_COLUMNS
from linli.services.simulation.day_file import read_day

TWICE = {
    '{"a": 1, "b": [{"c": 1}, {"c": 2, "c": 2}]}': [("b", 1, "c")],
    '{"a": 1, "b": 2, "a": {"d": 1, "d": 1}}': [("a",), ("a", "d")],
    '[{"a": 1}, {"a": 1}, [1, 2], null]': [],
    '{"a": {"a": {"a": 1.5}}}': [],
    f'{{"{"k" * 99}": 1, "{"k" * 99}": 1}}': [("k" * SHOWN_MAX,)],
}


@pytest.mark.parametrize("text", TWICE)
def test_every_such_object_is_found(text: str) -> None:
    """Tests objects within lists within objects, with the same value and another, and that namesakes may be nested."""
    assert list(repeated_keys(text)) == list(repeated_keys(text.encode())) == TWICE[text]


def test_what_is_nested_without_end_is_no_file() -> None:
    """Tests that the depth at which Python gives up is an error of the file, not of the program."""
    with pytest.raises(json.JSONDecodeError, match="nested too deep"):
        repeated_keys('{"a":' * 2_000 + "1" + "}" * 2_000)


def test_a_problem_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests ``linli solve``: which of two times was meant nobody knows."""
    file = tmp_path / "problem.json"
    file.write_text('{"vehicles": [], "jobs": [{"id": 1, "service": 9, "service": 300}]}', encoding="utf-8")
    assert main.run(["solve", str(file), "--json"]) == 2
    told = json.loads(capsys.readouterr().out.splitlines()[-1])["error"]
    assert (told["code"], "jobs[0].service: stands twice" in told["message"]) == ("problem", True)


def test_a_line_of_a_day_is_refused() -> None:
    """Tests the line of a day of one's own, in both languages."""
    with pytest.raises(LinliError) as refused:
        read_day(b'\n{"at": "2026-03-16T08:00:00+08:00", "at": "2026-03-16T09:00:00+08:00"}', "day.ndjson")
    assert refused.value.values["detail"] == Both("day.ndjson:2: at: stands twice", "day.ndjson:2：at：重复出现")


def test_an_object_of_a_list_is_refused_alone(tmp_path: Path) -> None:
    """Tests that of a JSON list of orders the one is refused as a line of NDJSON would be, and no other for it."""
    file = tmp_path / "orders.json"
    file.write_text('[{"source_id": "1"}, {"source_id": "2", "note": {"a": 1, "a": 2}}]', encoding="utf-8")
    with inbox_file(str(file), ORDER_COLUMNS) as opened:
        lines = list(opened.lines(Context(ZoneInfo("UTC"), shipped_menu(), datetime(2026, 3, 16, tzinfo=UTC))))
    rules = [None if one.refused is None else (one.refused.reason, one.refused.rule) for one in lines]
    assert rules[1] == (Reason.NOT_JSON, "key_repeated")
    assert rules[0] is not None
    assert rules[0][0] is Reason.SCHEMA


def test_a_policy_members_and_a_district_are_refused(tmp_path: Path) -> None:
    """Tests the other files that people write."""
    with pytest.raises(ListError) as policy:
        parse_policy('{"mode": "auto", "mode": "suggest"}')
    assert policy.value.said == Both("mode: stands twice.", "mode：重复出现。")
    members = tmp_path / "members.json"
    members.write_text('[{"ref": "m-1", "ref": "m-2", "adult": true}]', encoding="utf-8")
    with pytest.raises(LinliError) as refused:
        members_in(str(members))
    assert refused.value.code is Code.USAGE
    assert refused.value.values["detail"] == Both(f"{members}: 0.ref: stands twice", f"{members}：0.ref：重复出现")
    text = sinan().model_dump_json()
    (tmp_path / "520624.json").write_text(f'{{"code": "520624", {text[1:]}', encoding="utf-8")
    with pytest.raises(SettingsError, match="code: stands twice"):
        load_districts(load_settings({}, district_folder=tmp_path))


def test_a_file_without_is_told_nothing() -> None:
    """Tests the sentence for what has none."""
    assert first_repeated('{"a": {"a": 1}}') is None
