"""Does a delivery take the right turns: when it is tried again, when the next channel is opened, when a person must?"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.schemas.deliveries import SETTLED, Answered, DeliveryRecord, DeliveryState, Purpose
from linli.schemas.desk import ToldOutcome
from linli.schemas.identity import delivery_id
from linli.schemas.people import Channel, ChannelKind
from linli.schemas.policy import QuietHours
from linli.services.delivering import tracks
from linli.services.delivering.contacts import Reachable, Way
from linli.services.delivering.letters import Letters
from linli.services.delivering.schedule import JITTER, WEBHOOK_SCHEDULE, next_try, quiet_until
from linli.services.delivering.sent import DELIVERED, UNSENT, How, Sent
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.one_tap_links import LinkState, link_state

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
RULES = tracks.Rules(3)
KEYRING = Keyring(bytes(range(32)))


def way(kind: ChannelKind, mark: str = "m") -> Way:
    return Way(Channel(kind=kind, target="x"), mark)


def reach(*kinds: ChannelKind, why: str = "") -> Reachable:
    return Reachable(tuple(way(kind) for kind in kinds), why, None)


def made(purpose: Purpose = Purpose.OFFER, minutes: int = 30) -> DeliveryRecord:
    return DeliveryRecord(
        id=delivery_id("r-1.0.1", purpose),
        offer="r-1.0.1",
        team="t-1",
        channel="",
        state=DeliveryState.PENDING,
        attempt=0,
        at=NOW,
        request="r-1",
        district="520624",
        purpose=purpose,
        made=NOW,
        start=NOW + timedelta(hours=2),
        end=NOW + timedelta(hours=3),
        answer_by=NOW + timedelta(minutes=minutes) if purpose is Purpose.OFFER else None,
        until=NOW + timedelta(minutes=minutes),
    )


def never_closed(_: Way) -> bool:
    return False


def opened(record: DeliveryRecord, to: Reachable, now: datetime = NOW) -> DeliveryRecord:
    return tracks.opened(record, to, never_closed, now, RULES)


def failed(record: DeliveryRecord, place: int, now: datetime, sent: Sent | None = None) -> DeliveryRecord:
    begun = tracks.begun(record, place, now)
    return tracks.ended(begun, place, sent or Sent(How.LATER, "http_500"), now, None)


def test_the_schedule_is_the_published_one_spread_a_little_and_the_same_after_a_restart() -> None:
    """Tests every wait of a webhook, its spread over many deliveries, and its end."""
    for attempts, wait in enumerate(WEBHOOK_SCHEDULE):
        times = [next_try(ChannelKind.WEBHOOK, f"d-{number}", attempts, NOW) for number in range(200)]
        waits = [when - NOW for when in times if when is not None]
        assert len(waits) == 200
        assert wait * (1 - JITTER) <= min(waits) <= max(waits) <= wait * (1 + JITTER)
        assert attempts == 0 or len(set(waits)) > 150
        assert times == [next_try(ChannelKind.WEBHOOK, f"d-{number}", attempts, NOW) for number in range(200)]
    assert next_try(ChannelKind.WEBHOOK, "d-1", len(WEBHOOK_SCHEDULE), NOW) is None


@pytest.mark.parametrize(
    ("start", "end", "local", "until"),
    [
        ((21, 30), (7, 30), (21, 29), None),
        ((21, 30), (7, 30), (21, 30), (1, 7, 30)),
        ((21, 30), (7, 30), (23, 59), (1, 7, 30)),
        ((21, 30), (7, 30), (0, 0), (0, 7, 30)),
        ((21, 30), (7, 30), (7, 29), (0, 7, 30)),
        ((21, 30), (7, 30), (7, 30), None),
        ((12, 0), (14, 0), (11, 59), None),
        ((12, 0), (14, 0), (12, 0), (0, 14, 0)),
        ((12, 0), (14, 0), (14, 0), None),
    ],
)
def test_quiet_hours_end_when_they_say(
    start: tuple[int, int], end: tuple[int, int], local: tuple[int, int], until: tuple[int, int, int] | None
) -> None:
    """Tests quiet hours within a day and over midnight, at their very edges."""
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 23, *local, tzinfo=zone).astimezone(UTC)
    found = quiet_until(QuietHours(start=time(*start), end=time(*end)), "Asia/Shanghai", now)
    expected = None if until is None else datetime(2026, 11, 23 + until[0], *until[1:], tzinfo=zone)
    assert found == expected
    assert quiet_until(None, "Asia/Shanghai", now) is None


def test_three_failures_open_the_next_channel_and_only_a_webhook_goes_on() -> None:
    """Tests webhook, robot, desk: who is left behind and who is not."""
    to = reach(ChannelKind.WEBHOOK, ChannelKind.WECOM)
    record = opened(made(Purpose.COMMITTED), to)
    for _ in range(3):
        assert opened(record, to) is record
        record = failed(record, 0, NOW)
    record = opened(record, to)
    assert [one.channel for one in record.tracks] == [ChannelKind.WEBHOOK, ChannelKind.WECOM]
    for _ in range(3):
        record = failed(record, 1, NOW)
    record = opened(record, to)
    assert [(one.channel, one.state) for one in record.tracks] == [
        (ChannelKind.WEBHOOK, DeliveryState.FAILED),
        (ChannelKind.WECOM, DeliveryState.GIVEN_UP),
        (ChannelKind.DESK, DeliveryState.PENDING),
    ]
    assert opened(record, to) is record


def test_who_has_little_time_to_answer_is_called_sooner() -> None:
    """Tests that a channel whose next try would come too late makes room at once."""
    to = reach(ChannelKind.WEBHOOK)
    short, long = (opened(made(minutes=minutes), to) for minutes in (10, 240))
    for _ in range(2):  # The third wait is five minutes: more than a third of ten, less than a third of 240.
        short, long = failed(short, 0, NOW), failed(long, 0, NOW)
    assert [len(opened(one, to).tracks) for one in (short, long)] == [2, 1]


def test_a_target_that_will_never_do_is_left_at_once() -> None:
    """Tests gone, refused, and closed from the beginning."""
    to = reach(ChannelKind.WEBHOOK, why="no_channel")
    for how in (How.GONE, How.NEVER):
        record = opened(failed(opened(made(), to), 0, NOW, Sent(how, "why")), to)
        assert [(one.channel, one.error) for one in record.tracks] == [
            (ChannelKind.WEBHOOK, "why"),
            (ChannelKind.DESK, "no_channel"),
        ]
    record = tracks.opened(made(), to, lambda _: True, NOW, RULES)
    assert [one.error for one in record.tracks] == ["disabled", "no_channel"]


def test_a_process_that_dies_at_every_try_comes_to_the_desk_and_to_no_end() -> None:
    """Tests that a try that was begun counts: a message that kills its sender is given to a person in the end."""
    to = reach(ChannelKind.WEBHOOK)
    record, now = opened(made(Purpose.COMMITTED), to), NOW
    for _ in range(len(WEBHOOK_SCHEDULE)):
        assert tracks.due_tries(record, now) == [0]
        record = tracks.begun(record, 0, now)
        now = record.tracks[0].due or now
    record = opened(tracks.tired_out(record, now), to, now)
    assert [(one.channel, one.error) for one in record.tracks] == [
        (ChannelKind.WEBHOOK, "exhausted"),
        (ChannelKind.DESK, ""),
    ]


def test_what_was_not_sent_was_not_tried() -> None:
    """Tests that nobody is told of the end of something that never left the house."""
    record = tracks.begun(opened(made(), reach(ChannelKind.WEBHOOK)), 0, NOW)
    assert record.tried
    assert not tracks.ended(record, 0, UNSENT, NOW, None).tried


def test_a_late_answer_of_a_settled_delivery_changes_only_what_is_true() -> None:
    """Tests a try that ends after the delivery was settled: a success counts, a failure does not."""
    record = tracks.begun(opened(made(), reach(ChannelKind.WEBHOOK)), 0, NOW)
    over = tracks.settled(record, DeliveryState.OBSOLETE, NOW)
    assert tracks.ended(over, 0, Sent(How.LATER, "timeout"), NOW, None) is over
    assert tracks.ended(over, 0, DELIVERED, NOW, None).state is DeliveryState.DELIVERED


def test_a_word_counts_once_and_in_its_order() -> None:
    """Tests not reached twice, the same command again, an older one, and the end."""
    record = opened(made(), reach())

    def word(number: int, outcome: ToldOutcome) -> Answered:
        return Answered(command=f"c-{number}", received_at=NOW + timedelta(seconds=number), outcome=outcome, by="d-1")

    once = tracks.answered(record, word(1, ToldOutcome.NOT_REACHED), NOW)
    twice = tracks.answered(once, word(2, ToldOutcome.NOT_REACHED), NOW)
    assert [one.tracks[0].attempt for one in (once, twice)] == [1, 2]
    assert tracks.answered(twice, word(2, ToldOutcome.NOT_REACHED), NOW) is twice
    assert tracks.answered(twice, word(1, ToldOutcome.REACHED), NOW) is twice
    reached = tracks.answered(twice, word(3, ToldOutcome.REACHED), NOW)
    assert (reached.state, tracks.answered(reached, word(4, ToldOutcome.REFUSED), NOW)) == ("delivered", reached)
    assert tracks.answered(twice, word(3, ToldOutcome.WRONG_NUMBER), NOW).state is DeliveryState.GIVEN_UP


OUTCOMES = st.sampled_from(
    [DELIVERED, UNSENT, Sent(How.LATER, "timeout"), Sent(How.NEVER, "no"), Sent(How.GONE, "gone")]
)
KINDS = st.lists(st.sampled_from(list(ChannelKind)), unique=True, max_size=6)


@given(kinds=KINDS, outcomes=st.lists(OUTCOMES, max_size=60), minutes=st.integers(1, 10_000))
def test_whatever_comes_a_delivery_ends_or_somebody_has_it(
    kinds: list[ChannelKind], outcomes: list[Sent], minutes: int
) -> None:
    """Tests any channels with any luck: never stuck, never tried without being due, at a person's in the end."""
    to, now, luck = reach(*kinds), NOW, iter(outcomes)
    record = opened(made(minutes=minutes), to)
    for _ in range(200):
        if record.settled or record.track is not None:
            break
        due = tracks.next_due(record)
        assert due is not None
        now = max(now, due)
        record = opened(tracks.tired_out(record, now), to, now)
        for place in tracks.due_tries(record, now):
            record = tracks.ended(
                tracks.begun(record, place, now), place, next(luck, Sent(How.LATER, "timeout")), now, None
            )
            if record.settled:
                break
            record = opened(record, to, now)
    assert record.settled or record.track is not None
    assert len({one.channel for one in record.tracks}) == len(record.tracks)
    assert record.state is not DeliveryState.DELIVERED or all(one.state in SETTLED for one in record.tracks)


def test_an_offers_link_opens_that_offer_until_its_answer_is_due() -> None:
    """Tests the one-tap link, and that no other message carries one."""
    letters = Letters(KEYRING, "https://linli.example.org/")
    link = letters.link(made())
    *_, offer, until, signature = link.split("/")
    assert link.startswith("https://linli.example.org/o/")
    assert link_state(KEYRING, offer, int(until), signature, NOW) is LinkState.VALID
    assert letters.link(made(Purpose.COMMITTED)) == "https://linli.example.org/"
    assert Letters(KEYRING, "").link(made()) == ""
    assert letters.body(made()) == letters.body(made())


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_every_purpose_has_its_words(purpose: Purpose, tongue: str) -> None:
    """Tests that each sentence holds code, window and link, and fits into a robot's message many times over."""
    letters = Letters(KEYRING, "https://linli.example.org", "en" if tongue == "en" else "zh")
    said = letters.short(made(purpose))
    assert all(
        part in said for part in (letters.code(made(purpose)), "11-23 11:00–12:00", "https://linli.example.org/")
    )
    assert len(said.encode()) < 400
    assert letters.code(made(purpose)) in letters.subject(made(purpose))
