"""How a delivery moves along its channels: the next one when one does not work, and a person when none does.

Pure. A webhook goes on being tried on its schedule after the next channel was opened, because it is a program that can
take the same delivery late; what people read is left behind, because two messages about one thing confuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from linli.schemas.deliveries import BEGUN, SETTLED, Answered, DeliveryRecord, DeliveryState, Purpose, Track
from linli.schemas.desk import ToldOutcome
from linli.schemas.people import ChannelKind
from linli.services.delivering.contacts import Reachable, Way
from linli.services.delivering.schedule import next_try
from linli.services.delivering.sent import How, Sent

BY_HAND: Final = frozenset({ChannelKind.DESK, ChannelKind.COPY})
"""Channels that a person works."""

NOT_WORTH_A_CALL: Final = frozenset({Purpose.DAY_AHEAD})
"""What the desk is not given to tell when the contact's own channels do not work: of each of those visits the team was
told by itself, through the desk if need be, and a call to every such team every evening is more than a desk has."""

TOO_LATE: Final = "too_late"
"""The error of a delivery whose time ran out before a try of it had failed."""

PART_OF_ANSWER: Final = 3
"""After one part in three of the time to answer, a channel that has failed makes room for the next one."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How long a channel is tried before the next one is opened: ``tries`` of it, or the first part of the time."""

    tries: int = 3


def opened(
    record: DeliveryRecord, reach: Reachable, closed: Callable[[Way], bool], now: datetime, rules: Rules
) -> DeliveryRecord:
    """Open the next channel if it is time to.

    Parameters
    ----------
    record
        A delivery that is not settled.
    reach
        The ways to whoever is told.
    closed
        Tells whether an address said that it is gone for good.
    now
        Decision time.
    rules
        How patient to be.
    """
    if not wants_next(record, now, rules):
        return record
    used = {(track.channel, track.target) for track in record.tracks}
    tracks = list(_left_behind(record.tracks))
    for way in reach.ways:
        if (way.kind, way.mark) in used:
            continue
        if way.kind not in BY_HAND and closed(way):
            tracks.append(Track(channel=way.kind, target=way.mark, state=DeliveryState.GIVEN_UP, error="disabled"))
            continue
        due = None if way.kind in BY_HAND else now
        tracks.append(Track(channel=way.kind, target=way.mark, due=due))
        return _with(record, tracks, now)
    if record.purpose in NOT_WORTH_A_CALL:
        return _left_at_that(record, reach.why_none, now)
    if not any(track.channel in BY_HAND for track in tracks):
        tracks.append(Track(channel=ChannelKind.DESK, error=reach.why_none))
    return _with(record, tracks, now)


def due_tries(record: DeliveryRecord, now: datetime) -> list[int]:
    """Give the places of the tracks that are to be tried now."""
    return [
        place
        for place, track in enumerate(record.tracks)
        if _is_open(track) and track.channel not in BY_HAND and track.due is not None and track.due <= now
    ]


def begun(record: DeliveryRecord, place: int, now: datetime) -> DeliveryRecord:
    """Note that a try begins, with the time of the next one: that is what holds if this one's end is never known."""
    track = record.tracks[place]
    attempt = track.attempt + 1
    due = next_try(track.channel, record.id, attempt, now)
    return _moved(record, place, track.model_copy(update={"attempt": attempt, "due": due, "error": BEGUN}), now)


def ended(record: DeliveryRecord, place: int, sent: Sent, now: datetime, rest_until: datetime | None) -> DeliveryRecord:
    """Note how a try ended.

    Parameters
    ----------
    record
        The delivery now; it may have been settled meanwhile.
    place
        The track.
    sent
        What came of it.
    now
        Decision time.
    rest_until
        Until when the target asked to be left alone, in decision time.
    """
    track = record.tracks[place]
    if sent.how is How.UNSENT:
        return _moved(record, place, track.model_copy(update={"attempt": track.attempt - 1, "error": ""}), now)
    if sent.how is How.DELIVERED:
        done = track.model_copy(update={"state": DeliveryState.DELIVERED, "due": None, "error": ""})
        return settled(_moved(record, place, done, now), DeliveryState.DELIVERED, now)
    if record.settled:
        return record
    due = next_try(track.channel, record.id, track.attempt, now)
    if sent.how is not How.LATER or due is None:
        update = {"state": DeliveryState.GIVEN_UP, "due": None, "error": sent.error, "ended": now}
        over = track.model_copy(update=update)
        return _moved(record, place, over, now)
    due = due if rest_until is None else max(due, rest_until)
    return _moved(
        record, place, track.model_copy(update={"state": DeliveryState.FAILED, "due": due, "error": sent.error}), now
    )


def tired_out(record: DeliveryRecord, now: datetime) -> DeliveryRecord:
    """Give up the tracks that have no further try: the end of their last one was never known."""
    for place, track in enumerate(record.tracks):
        if _is_open(track) and track.channel not in BY_HAND and track.due is None:
            record = given_up(record, place, "exhausted", now)
    return record


def given_up(record: DeliveryRecord, place: int, error: str, now: datetime) -> DeliveryRecord:
    """Note that a track leads nowhere any more."""
    update = {"state": DeliveryState.GIVEN_UP, "due": None, "error": error}
    return _moved(record, place, record.tracks[place].model_copy(update=update), now)


def settled(record: DeliveryRecord, state: DeliveryState, now: datetime) -> DeliveryRecord:
    """Close a delivery with every track that is still open."""
    rest = DeliveryState.GIVEN_UP if state is DeliveryState.GIVEN_UP else DeliveryState.OBSOLETE
    tracks = tuple(
        track.model_copy(update={"state": rest, "due": None}) if _is_open(track) else track for track in record.tracks
    )
    return record.model_copy(update={"tracks": tracks, "state": state, "at": now})


def expired(record: DeliveryRecord, now: datetime) -> DeliveryRecord:
    """Give up what makes no sense to tell any more: for the reason of the last failure, or that it came too late."""
    late = record if record.error else record.model_copy(update={"error": TOO_LATE})
    return settled(late, DeliveryState.GIVEN_UP, now)


def answered(record: DeliveryRecord, word: Answered, now: datetime) -> DeliveryRecord:
    """Note what a person said became of telling somebody; the same word twice changes nothing."""
    last = record.answered
    if record.settled or (last is not None and (word.received_at, word.command) <= (last.received_at, last.command)):
        return record
    record = record.model_copy(update={"answered": word})
    if word.outcome is ToldOutcome.REACHED:
        return settled(_said_by_hand(record, word, now), DeliveryState.DELIVERED, now)
    record = _said_by_hand(record, word, now)
    open_still = any(_is_open(track) for track in record.tracks)
    return record if open_still else record.model_copy(update={"state": DeliveryState.GIVEN_UP})


def next_due(record: DeliveryRecord) -> datetime | None:
    """Say when a delivery must be looked at again."""
    times = [track.due for track in record.tracks if _is_open(track) and track.due is not None]
    return min([*times, *([record.until] if record.until else [])], default=None)


def is_open(track: Track) -> bool:
    """Tell whether a track may still lead somewhere."""
    return _is_open(track)


def wants_next(record: DeliveryRecord, now: datetime, rules: Rules) -> bool:
    """Tell whether it is time to open the next channel; only then need anybody know which channels there are."""
    if not record.tracks:
        return True
    front = record.tracks[-1]
    if front.channel in BY_HAND and _is_open(front):
        return False
    if not _is_open(front):
        return not any(track.channel in BY_HAND for track in record.tracks)
    patience = _patience_ends(record)
    late = patience is not None and (now >= patience or (front.due is not None and front.due > patience))
    return front.attempt > 0 and (front.attempt >= rules.tries or late)


def _patience_ends(record: DeliveryRecord) -> datetime | None:
    """Say until when a channel that has failed may go on alone; ``None`` where nobody waits for an answer."""
    if record.purpose is not Purpose.OFFER or record.answer_by is None or record.made is None:
        return None
    return record.made + (record.answer_by - record.made) / PART_OF_ANSWER


def _left_at_that(record: DeliveryRecord, why: str, now: datetime) -> DeliveryRecord:
    """Give up what nobody is called for, once no channel is left; one that is still tried goes on."""
    if any(_is_open(track) for track in record.tracks):
        return record
    error = why or record.error or "disabled"
    return settled(record.model_copy(update={"error": error}), DeliveryState.GIVEN_UP, now)


def _left_behind(tracks: Iterable[Track]) -> Iterable[Track]:
    """Give the tracks as they are once the next channel is opened: only a webhook goes on."""
    for track in tracks:
        goes_on = not _is_open(track) or track.channel is ChannelKind.WEBHOOK
        yield track if goes_on else track.model_copy(update={"state": DeliveryState.GIVEN_UP, "due": None})


def _said_by_hand(record: DeliveryRecord, word: Answered, now: datetime) -> DeliveryRecord:
    """Note a word on the track by hand; where there is none, a person acted before any channel was given up."""
    places = [place for place, track in enumerate(record.tracks) if track.channel in BY_HAND]
    if not places:
        record = _with(record, [*record.tracks, Track(channel=ChannelKind.DESK)], now)
        places = [len(record.tracks) - 1]
    track = record.tracks[places[0]]
    state = {
        ToldOutcome.REACHED: DeliveryState.DELIVERED,
        ToldOutcome.NOT_REACHED: DeliveryState.PENDING,
    }.get(word.outcome, DeliveryState.GIVEN_UP)
    error = "" if state is DeliveryState.DELIVERED else word.outcome.value
    update = {"state": state, "attempt": track.attempt + 1, "error": error}
    return _moved(record, places[0], track.model_copy(update=update), now)


def _moved(record: DeliveryRecord, place: int, track: Track, now: datetime) -> DeliveryRecord:
    tracks = (*record.tracks[:place], track, *record.tracks[place + 1 :])
    shown = {"channel": track.channel.value, "attempt": track.attempt, "error": track.error}
    state = record.state if record.settled else _overall(tracks)
    return record.model_copy(update={"tracks": tracks, "at": now, "state": state, **shown})


def _with(record: DeliveryRecord, tracks: Iterable[Track], now: datetime) -> DeliveryRecord:
    given = tuple(tracks)
    return _moved(record.model_copy(update={"tracks": given}), len(given) - 1, given[-1], now)


def _overall(tracks: Iterable[Track]) -> DeliveryState:
    """Give where a delivery stands that nobody has taken yet."""
    open_tracks = [track for track in tracks if _is_open(track)]
    if any(track.channel in BY_HAND for track in open_tracks):
        return DeliveryState.PENDING
    return (
        DeliveryState.FAILED
        if any(track.state is not DeliveryState.PENDING for track in tracks)
        else DeliveryState.PENDING
    )


def _is_open(track: Track) -> bool:
    return track.state not in SETTLED
