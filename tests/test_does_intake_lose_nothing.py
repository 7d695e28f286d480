"""Asks whether intake, as it really runs on a real Kafka, gives every record its outcome, killed at any moment."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linli.schemas.commands import PlaceOrder
from linli.schemas.people import PersonalPart
from linli.schemas.subject_keys import SubjectKey
from linli.schemas.topics import SUBJECT_KEYS
from linli.services.supervisor import EventKind
from linli.streams.intake.dead_letter_payload import unpack
from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.sealed.sealing import unseal, unseal_bytes
from linli.streams.sealed.subject_keys import find_subject_key
from tests.support.inbox import BROKEN, SECRETS, Broken, good_order, good_team, record
from tests.support.intake_stack import (
    LOOK_S,
    OTHER_DISTRICT,
    PARTITIONS,
    IntakeStack,
    Outcome,
    intake_stack,
    seconds_between,
)

pytestmark = pytest.mark.broker

BACK_WITHIN_S = 5.0
"""What is promised of a machine that has time."""

BUSY = 2.0
"""A start's time may be stretched so often as much as that of bare imports, which are half of it: the broker is busy
as well, and between two measurements it may be busier still."""

KILLS, KILLS_LONG = 4, 40
RECORDS_A_SECOND = 60

UNHANDLED_MAX = 600
"""The sender waits while so many records have no outcome, ten seconds' worth: it cannot know how much of a busy machine
is left for intake, and a backlog that grows with every kill is not what is asked about here."""

LOOK_EVERY = RECORDS_A_SECOND
"""Records between two looks at how many are handled."""


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[IntakeStack]:
    async with intake_stack(tmp_path) as running:
        yield running


async def test_every_kind_of_record_through_the_real_process(stack: IntakeStack) -> None:
    """Tests every malformed record, good ones of two districts, and all that intake writes about them."""
    numbers = {await stack.send(one.record, index % PARTITIONS): one for index, one in enumerate(BROKEN)}
    good = [await stack.send(record(good_order()), 1), await stack.send(record(good_team(), "team"), 0)]
    other = await stack.send(replace(record(good_order()), key=OTHER_DISTRICT.encode()), 0)
    found = {one.source: one for one in await stack.outcomes_of([*numbers, *good, other])}

    seen = {number: (one.letter and (one.letter.reason, one.letter.path)) for number, one in found.items()}
    assert {broken.name: seen[number] for number, broken in numbers.items()} == {
        broken.name: (broken.reason, broken.path) for broken in BROKEN
    }
    assert [found[number].record.partition for number in (*good, other)] == [0, 0, 1]
    _dead_letters_stay_with_their_district(found, set(numbers))
    await _keys_came_first(stack, list(found.values()))
    await _the_person_can_be_revealed(stack, found[good[0]])
    await _the_original_can_be_had_back(stack, found, numbers)
    written = await stack.everything_written()
    assert [secret for secret in SECRETS if secret.encode() in written] == []
    assert "many dead letters" in stack.log()


def _dead_letters_stay_with_their_district(found: dict[str, Outcome], numbers: set[str]) -> None:
    for number in numbers:
        letter, where = found[number].letter, found[number].record.partition
        assert letter is not None
        assert where == (letter.source.partition if letter.district is None else 0)


async def _keys_came_first(stack: IntakeStack, outcomes: list[Outcome]) -> None:
    """Every sealed part's key was in its topic before the part was sent."""
    appended = {one.key: one.appended for one in await stack.read(SUBJECT_KEYS.name)}
    sealed = [(one, part) for one in outcomes for part in _sealed_parts(one)]
    assert len(sealed) == len(outcomes)
    assert [one.source for one, part in sealed if appended[part.encode()] > one.record.appended] == []


def _sealed_parts(outcome: Outcome) -> list[str]:
    if outcome.letter is not None:
        return [] if outcome.letter.payload is None else [outcome.letter.payload.key_id]
    body = None if outcome.command is None else outcome.command.body
    details = getattr(body, "details", None)
    part = getattr(details, "sealed", None) or getattr(details, "sealed_contact", None)
    return [] if part is None else [part.key_id]


async def _key(stack: IntakeStack, key_id: str) -> SubjectKey:
    key = await find_subject_key(stack.ground.kafka_address, key_id, PARTITIONS)
    assert key is not None
    return key


async def _the_person_can_be_revealed(stack: IntakeStack, outcome: Outcome) -> None:
    assert outcome.command is not None
    assert isinstance(outcome.command.body, PlaceOrder)
    sealed = outcome.command.body.details.sealed
    person = unseal(sealed, await _key(stack, sealed.key_id), stack.keyring, PersonalPart)
    assert person.name == good_order()["personal"]["name"]
    assert await find_subject_key(stack.ground.kafka_address, "k-none", PARTITIONS) is None


async def _the_original_can_be_had_back(
    stack: IntakeStack, found: dict[str, Outcome], numbers: dict[str, Broken]
) -> None:
    number = next(number for number, broken in numbers.items() if broken is BROKEN[40])
    letter = found[number].letter
    assert letter is not None
    assert letter.payload is not None
    original = unpack(unseal_bytes(letter.payload, await _key(stack, letter.payload.key_id), stack.keyring))
    assert (original.value, original.whole) == (BROKEN[40].record.value, True)


@pytest.mark.faults
@pytest.mark.timeout(5_400)
async def test_killed_again_and_again_under_load(stack: IntakeStack, long_faults: bool) -> None:
    """Tests that SIGKILL loses no record, changes no outcome, and that intake is back soon."""
    kills = KILLS_LONG if long_faults else KILLS
    stop = asyncio.Event()
    sending = asyncio.create_task(_send_until(stack, stop))
    try:
        await stack.until_there_are(40)
        stretch = await _stretch()
        for number in range(kills):
            stack.kill()
            await stack.until_there_are(await stack.count() + 80)
            if number % 4 == 0:
                stretch = max(stretch, await _stretch())
    finally:
        stop.set()
    numbers = await sending
    outcomes = await stack.outcomes_of(numbers)

    struck = [event for event in stack.events if event.kind is EventKind.DIED and event.name == "intake"]
    assert len(struck) == kills
    assert {one.source for one in outcomes} == set(numbers)
    assert _changed(outcomes) == []
    back = [_back_after(event.at, outcomes) for event in struck]
    doubled = len(outcomes) - len(numbers)
    limit_s = BACK_WITHIN_S * max(1.0, BUSY * stretch)
    print(
        f"\n{len(numbers)} records, {kills} kills: 0 missing, {doubled} handled twice; back after {back} s, "
        f"machine {stretch:.1f} times slower than idle"
    )
    assert max(back) < limit_s


@pytest.mark.faults
async def test_the_broker_killed_under_load(stack: IntakeStack) -> None:
    """Tests that a broker that dies and comes back costs no record its outcome."""
    numbers = [await stack.send(_the(index), index % PARTITIONS) for index in range(200)]
    await stack.until_there_are(20)
    pid = stack.ground.kafka_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await _until_restarted(stack, "kafka")
    await stack.ground.wait_ready()
    numbers += [await stack.send(_the(index), index % PARTITIONS) for index in range(200, 240)]
    outcomes = await stack.outcomes_of(numbers)
    assert {one.source for one in outcomes} == set(numbers)
    assert _changed(outcomes) == []


async def _until_restarted(stack: IntakeStack, name: str) -> None:
    async with asyncio.timeout(60):
        while not any(event.name == name and event.kind is EventKind.RESTARTED for event in stack.events):
            await asyncio.sleep(0.1)


async def _send_until(stack: IntakeStack, stop: asyncio.Event) -> list[str]:
    """Send orders on both partitions, one in twenty broken; return their ids."""
    numbers: list[str] = []
    for index in itertools.count():
        if stop.is_set():
            return numbers
        while index % LOOK_EVERY == 0 and len(numbers) - await stack.count() > UNHANDLED_MAX:
            await asyncio.sleep(LOOK_S)
        numbers.append(await stack.send(_the(index), index % PARTITIONS))
        await asyncio.sleep(1 / RECORDS_A_SECOND)
    raise AssertionError("counting never ends")


def _the(index: int) -> InboxRecord:
    if index % 20 == 7:
        return BROKEN[index // 20 % len(BROKEN)].record
    return record(good_order() | {"source_id": f"SN-{index}"})


async def _stretch() -> float:
    """Return how many times its processor time a start takes at this moment, at least 1: intake's imports alone."""
    timed = "import time; import linli.services.intake; print(time.process_time())"
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", timed, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return max(1.0, (time.monotonic() - began) / float(said))


def _changed(outcomes: list[Outcome]) -> list[str]:
    """Return the records that were handled twice and got two different outcomes."""
    meanings: dict[str, set[str]] = {}
    for one in outcomes:
        meanings.setdefault(one.source, set()).add(_meaning(one))
    return [source for source, different in meanings.items() if len(different) > 1]


def _meaning(outcome: Outcome) -> str:
    """Say what an outcome decides, without its random keys."""
    kept = outcome.command or outcome.letter
    assert kept is not None
    data = kept.model_dump(mode="json")
    data.pop("payload", None)
    data.get("body", {}).get("details", {}).pop("sealed", None)
    return repr(data)


def _back_after(killed: datetime, outcomes: list[Outcome]) -> float:
    """Seconds from a kill to the first outcome written after it."""
    later = [one.record.appended for one in outcomes if one.record.appended > killed.astimezone(UTC)]
    return round(seconds_between(killed, min(later)), 1)
