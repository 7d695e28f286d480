"""Can an operator watch the stream on a page: what waits, what the last rounds did, what could not be acted on?"""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from linli.schemas.dead_letters import DeadLetter, Reason, SourcePosition
from linli.schemas.stream_window import StreamWindow
from linli.services.console.stream_sheet import BARS, HEIGHT, bars_of, reasons_of
from linli.services.console.words import Speech
from linli.services.gateway.session import COOKIE
from linli.streams.board.entries import RoundLine
from linli.streams.board.keys import ROUNDS_MAX
from tests.support.days_ahead import import_teams
from tests.support.district import DISTRICT, MONDAY
from tests.support.gateway import address_of, client_of, token_for
from tests.support.house import House


def line(number: int, minutes: float, commands: int = 1) -> RoundLine:
    now = MONDAY + timedelta(minutes=minutes)
    return RoundLine(
        number=number, now=now, commands=commands, records=2 * commands, down_seconds=0, deadlines=True, skew_ms=0
    )


def letter(number: int, reason: Reason, district: str | None) -> DeadLetter:
    return DeadLetter(
        id=f"d-{number}",
        source=SourcePosition(topic="inbox", partition=0, offset=number),
        district=district,
        event_type=None,
        received_at=MONDAY + timedelta(minutes=number),
        stage="intake",
        reason=reason,
    )


def test_rounds_of_all_partitions_are_summed_over_equal_spans() -> None:
    """Tests that every round is in one bar, that the highest is as high as the picture, and that calm is shown."""
    bars = bars_of([[line(1, 0), line(2, 1, 5), line(3, 240, 2)], [line(1, 120, 4)], []])
    assert len(bars) == BARS
    assert sum(bar.rounds for bar in bars) == 4
    assert sum(bar.commands for bar in bars) == 12
    assert sum(bar.records for bar in bars) == 24
    assert (bars[0].commands, bars[0].tall, bars[0].top) == (6, HEIGHT, 0)
    assert (bars[12].commands, bars[12].start) == (4, MONDAY + timedelta(hours=2))
    assert [bar.commands for bar in bars[1:12]] == [0] * 11
    assert bars[-1].commands == 2


def test_the_picture_begins_where_every_partition_is_whole() -> None:
    """Tests that rounds from before the oldest kept one of a busy partition are left out."""
    busy = [line(number, 100 + number / 10) for number in range(ROUNDS_MAX)]
    bars = bars_of([busy, [line(1, 0, 50), line(2, 105, 3)]])
    assert bars[0].start == busy[0].now
    assert sum(bar.commands for bar in bars) == ROUNDS_MAX + 3


def test_little_or_nothing_is_shown_as_it_is() -> None:
    """Tests no round, an empty partition, and one round without a command."""
    assert bars_of([]) == bars_of([[]]) == []
    assert [bar.tall for bar in bars_of([[line(1, 0, 0)]])] == [0]


def test_dead_letters_are_counted_by_reason_and_only_ours() -> None:
    """Tests order and last moment, and that another district's are not told."""
    letters = [
        letter(1, Reason.NOT_JSON, DISTRICT),
        letter(2, Reason.NOT_UTF8, None),
        letter(3, Reason.NOT_UTF8, DISTRICT),
        letter(4, Reason.NOT_JSON, "520625"),
        letter(5, Reason.NOT_JSON, "520625"),
    ]
    speech = Speech("en")
    assert reasons_of(letters, DISTRICT, speech) == [
        (speech.of(Reason.NOT_UTF8), 2, MONDAY + timedelta(minutes=3)),
        (speech.of(Reason.NOT_JSON), 1, MONDAY + timedelta(minutes=1)),
    ]


def seen_by(house: House, role: str, path: str) -> httpx2.Response:
    """Open a page as somebody of a role, in English."""
    cookies = {COOKIE: token_for(house, role, f"stream-{role}")}
    with httpx2.Client(base_url=address_of(house), cookies=cookies, headers={"accept-language": "en"}) as browser:
        return browser.get(path)


@pytest.mark.broker
def test_the_page_shows_the_stream_to_those_who_may_see_it(house: House) -> None:
    """Tests an operator's first page, with figures as at the command line; others see less of it, or nothing."""
    import_teams(house)
    assert seen_by(house, "operator", "/").headers["location"] == "/desk/stream"
    shown = seen_by(house, "operator", "/desk/stream")
    assert shown.status_code == 200
    assert "<svg" in shown.text
    assert "could not be acted on" in shown.text
    assert f'Teams <span class="n">{house.json("status")["teams"]}</span>' in shown.text
    for window in StreamWindow:
        chosen = seen_by(house, "operator", f"/desk/stream?window={window}")
        assert (chosen.status_code, chosen.text.count('aria-current="true"')) == (200, 1)
        assert f'hx-get="/desk/stream?window={window}"' in chosen.text
    assert seen_by(house, "operator", "/desk/stream?window=year").status_code == 422
    desk = seen_by(house, "dispatch_centre", "/desk/stream")
    assert desk.status_code == 200
    assert "could not be acted on" not in desk.text
    assert seen_by(house, "proxy", "/desk/stream").status_code == 403


@pytest.mark.broker
def test_a_program_reads_the_same_windows(house: House) -> None:
    """Tests that a day has at least what its last hour has, and that another window is refused in both languages."""
    import_teams(house)
    with client_of(house, token_for(house, "operator", "stream-program")) as client:
        hour, day = (client.get("/v1/stream", params={"window": window}).json() for window in ("hour", "day"))
        assert 0 < hour["total"]["rounds"] <= day["total"]["rounds"]
        assert day["total"]["rounds"] == sum(one["rounds"] for one in day["by_partition"].values())
        assert (day["missing_rounds"], client.get("/v1/stream").json()["window"]) == (0, "hour")
        for tongue, sentence in (("en", "The request was refused"), ("zh", "请求被拒")):
            wrong = client.get("/v1/stream", params={"window": "year"}, headers={"accept-language": tongue})
            assert wrong.status_code == 422
            assert wrong.json()["code"] == "not_valid"
            assert wrong.json()["title"].startswith(sentence)
            assert "query.window (enum: 'hour', 'day' or 'week')" in wrong.json()["title"]
