"""Is a policy read strictly: the file in which a county says how it wants to be served?"""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from linli.schemas.errors import Code, LinliError
from linli.schemas.menu import ListError
from linli.schemas.policy import HolidayCalendar, Mode, Policy, QuietHours
from linli.schemas.policy_file import parse_policy, sample_policy
from linli.services.cli import main
from linli.services.county_files import load_policy
from linli.services.public_holidays import shipped_calendar
from linli.services.settings import Settings, SettingsError


def test_the_sample_can_be_used() -> None:
    """Tests that what people copy is a policy, and says what it seems to say."""
    policy = sample_policy()
    assert policy.quiet_hours == QuietHours(start=time(21, 30), end=time(7, 30))
    assert (policy.offers_per_team_day, policy.ask_at_once, policy.mode) == (6, 3, Mode.CONFIRM)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('moode = "auto"', "moode"),
        ('[quiet_hours]\nstart = "21:30"\nend = "07:30"\nzone = "UTC"', "quiet_hours.zone"),
        ('[[mode_rules]]\ncategry = "homework"\nmode = "auto"', "mode_rules.0.categry"),
        ('mode = "sometimes"', "mode"),
        ("ask_at_once = 9", "ask_at_once"),
        ('[quiet_hours]\nstart = "21:30"\nend = "21:30"', "ten to ask in"),
        ("[quiet_hours]\nstart = 21:30:00\nend = 07:30:00", "date"),
        ("freeze_minutes = ", "TOML"),
    ],
)
def test_a_mistake_is_named(text: str, said: str) -> None:
    """Tests that unknown words, wrong values and what is no TOML are refused by name."""
    with pytest.raises(ListError, match=said):
        parse_policy(text)


def test_what_the_file_leaves_out_the_settings_say(tmp_path: Path) -> None:
    """Tests which of file, settings and defaults holds."""
    file = tmp_path / "policy.toml"
    file.write_text("ask_at_once = 2\n", encoding="utf-8")
    found = load_policy(Settings(mode=Mode.AUTO, policy=file))
    assert (found.mode, found.ask_at_once) == (Mode.AUTO, 2)
    file.write_text('mode = "suggest"\n', encoding="utf-8")
    assert load_policy(Settings(mode=Mode.AUTO, policy=file)).mode is Mode.SUGGEST
    expected = Policy(mode=Mode.AUTO, work=Settings().solver_work, calendar=shipped_calendar())
    assert load_policy(Settings(mode=Mode.AUTO)) == expected
    file.write_text("[calendar]\nyears = [2031]\n", encoding="utf-8")
    assert load_policy(Settings(policy=file)).calendar == HolidayCalendar(years=(2031,))


def test_a_file_that_is_missing_or_wrong_stops_the_start(tmp_path: Path) -> None:
    """Tests that a dispatcher does not run on half a policy."""
    with pytest.raises(SettingsError, match="LINLI_POLICY: there is no file"):
        load_policy(Settings(policy=tmp_path / "none.toml"))
    file = tmp_path / "policy.toml"
    file.write_text('moode = "auto"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="moode"):
        load_policy(Settings(policy=file))


def test_whoever_writes_a_policy_gets_the_pattern(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that the sample that comes along can be had, and is the one that is read here."""
    assert main.run(["export", "policy"]) == 0
    assert parse_policy(capsys.readouterr().out) == sample_policy()
    assert "linli export policy" in LinliError(Code.POLICY, path="p.toml", detail="x").what_to_do("en")
