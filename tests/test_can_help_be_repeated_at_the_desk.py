"""Order entry turns a few plain choices into a rule; the page of a standing order turns its forms into changes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from linli.schemas.errors import Both
from linli.schemas.glossary import Tongue
from linli.schemas.menu import shipped_menu
from linli.schemas.recurrence import HolidayRule
from linli.schemas.recurrence_words import rule_in_words as in_words
from linli.schemas.standing import StandingStep
from linli.services.console.forms import Form, FormError
from linli.services.console.order_entry import offered_name
from linli.services.console.repeated_orders import CHOICES, repeat_options, repeated, rule_in_words, said_rule
from linli.services.console.standing_pages import change_of
from linli.services.console.words import ZONE, Speech
from tests.support.examples import CLEAR_ORDER, STANDING_RECORD, WINDOW

ORDER = CLEAR_ORDER.model_copy(update={"urgent": False})


def _form(**fields: str) -> Form:
    return Form({name: (value,) for name, value in fields.items()})


@pytest.mark.parametrize(
    ("often", "day", "rule"),
    [
        ("daily", 16, "FREQ=DAILY"),
        ("weekly", 16, "FREQ=WEEKLY;BYDAY=MO"),
        ("two_weeks", 20, "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("monthly", 16, "FREQ=MONTHLY;BYMONTHDAY=16"),
        ("monthly", 31, "FREQ=MONTHLY;BYMONTHDAY=-1"),
    ],
)
def test_a_choice_becomes_a_rule(often: str, day: int, rule: str) -> None:
    """Tests that the first visit says the day, and that a month's end stays one."""
    start = datetime(2026, 3, day, 9, 0, tzinfo=ZONE)
    window = WINDOW.model_copy(update={"start": start, "end": start + timedelta(hours=2)})
    found = repeated(_form(repeat=often), ORDER.model_copy(update={"windows": (window,)}))
    assert found is not None
    assert (found.rule, found.holidays) == (rule, HolidayRule.SKIP)


def test_once_only_is_no_standing_order() -> None:
    """Tests the usual case."""
    assert repeated(_form(repeat=""), ORDER) is None
    assert list(rule_in_words(None, Speech("en"))) == []


def test_the_last_day_is_still_a_day_of_visits() -> None:
    """Tests that the end is the end of that day in Sinan."""
    found = repeated(_form(repeat="weekly", repeat_until="2026-04-30", repeat_holidays="after"), ORDER)
    assert found is not None
    assert found.until == datetime(2026, 4, 30, 23, 59, tzinfo=ZONE)
    assert found.holidays is HolidayRule.AFTER


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"repeat_until": "some day"}, "standing.until"),
        ({"repeat_until": "2026-01-01"}, "standing.repeat"),
        ({"repeat_holidays": "dance"}, "standing.holidays"),
    ],
)
def test_a_slip_is_told_by_its_field(fields: dict[str, str], label: str) -> None:
    """Tests that nothing is guessed."""
    with pytest.raises(FormError) as told:
        repeated(_form(repeat="weekly", **fields), ORDER)
    assert told.value.field == label


def test_what_is_urgent_does_not_recur() -> None:
    """Tests that the form is refused, not the order changed."""
    with pytest.raises(FormError):
        repeated(_form(repeat="weekly"), ORDER.model_copy(update={"urgent": True}))


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_a_rule_is_said_in_both_languages(tongue: Tongue) -> None:
    """Tests every choice, and a rule that none of them makes."""
    speech = Speech(tongue)
    assert len({text for _, text in repeat_options(speech)["repeat"]}) == len(CHOICES) + 1
    english = speech.tongue == "en"
    assert said_rule("FREQ=WEEKLY;BYDAY=TU", speech) == ("every week on Tuesday" if english else "每周：周二")
    assert said_rule("FREQ=DAILY;INTERVAL=3", speech) == ("every 3 days" if english else "每 3 天")


def test_a_form_becomes_a_change() -> None:
    """Tests each step; a visit that the page did not show is refused."""
    visit = STANDING_RECORD.upcoming[0].occurrence
    chosen = {"visit": visit.isoformat(), "reason": "away"}
    skip = change_of(StandingStep.SKIP, _form(**chosen), STANDING_RECORD)
    assert (skip.occurrence, skip.reason) == (visit, "away")
    times = {"day": "2026-03-17", "from": "09:00", "until": "10:00"}
    move = change_of(StandingStep.MOVE, _form(**chosen, **times), STANDING_RECORD)
    assert move.windows is not None
    assert move.windows[0].start == datetime(2026, 3, 17, 9, 0, tzinfo=ZONE)
    stop = change_of(StandingStep.STOP, _form(since="2026-03-20"), STANDING_RECORD)
    assert stop.since == datetime(2026, 3, 20, tzinfo=ZONE)
    assert change_of(StandingStep.STOP, _form(), STANDING_RECORD).since is None
    assert change_of(StandingStep.PAUSE, _form(reason="hospital"), STANDING_RECORD).reason == "hospital"
    for fields in ({}, {"visit": "2026-03-16T09:30:00+08:00"}):
        with pytest.raises(FormError):
            change_of(StandingStep.SKIP, _form(**fields), STANDING_RECORD)


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        ("FREQ=DAILY", "every day", "每天"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "every 2 weeks on Monday, Friday", "每 2 周：周一、周五"),
        ("FREQ=MONTHLY;BYDAY=2TU", "every month on the 2nd Tuesday", "每月：第 2 个周二"),
        ("FREQ=MONTHLY;BYDAY=-1SU", "every month on the last Sunday", "每月：最后一个周日"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "every month on day 15, the last day", "每月：15 日、最后一天"),
        ("FREQ=MONTHLY;BYMONTHDAY=-22", "every month on the 22nd last day", "每月：倒数第 22 天"),
        ("FREQ=MONTHLY;INTERVAL=3", "every 3 months", "每 3 个月"),
        ("FREQ=WEEKLY;COUNT=8", "every week, 8 times", "每周，共 8 次"),
        ("FREQ=DAILY;UNTIL=20261204", "every day, until 2026-12-04", "每天，至 2026-12-04"),
    ],
)
def test_a_rule_is_said_as_people_say_it(rule: str, english: str, chinese: str) -> None:
    """Tests every part of a rule: nobody at a desk reads FREQ=WEEKLY."""
    assert in_words(rule) == Both(english, chinese)


def test_what_is_usually_wanted_again_is_marked_where_it_is_ordered() -> None:
    """Tests the names of all services in both languages: those that recur are marked, and no others."""
    menu = shipped_menu()
    recurring = {item.code for item in menu.items if item.recurs}
    assert "company" in recurring
    assert "paperwork" not in recurring
    for speech, mark in ((Speech("en"), "usually regular"), (Speech("zh"), "通常定期")):
        assert {item.code for item in menu.items if mark in offered_name(menu, item, speech)} == recurring
