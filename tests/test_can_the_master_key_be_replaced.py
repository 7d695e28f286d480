"""Can the master key be replaced while everything runs, and nothing sealed is lost and nothing erased comes back?"""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest

from linli.schemas.people import NotePart
from linli.schemas.topics import SUBJECT_KEYS
from linli.streams.kafka_client import KafkaAddress
from linli.streams.sealed import rewrapping
from linli.streams.sealed.keyring import Keyring, MasterKeyError, Secrets, UnsealError
from linli.streams.sealed.mark_uses import LASTING, MarkUse
from linli.streams.sealed.master_key_file import (
    OLDER_MAX,
    create_master_key,
    load_keyring,
    retire_master_keys,
    rotate_master_key,
)
from linli.streams.sealed.rewrapping import Rewrapped, masters_in_use, rewrap
from linli.streams.sealed.sealing import seal, unseal
from linli.streams.sealed.subject_keys import OutRecord, find_subject_key
from tests.conftest import TOLD_PARTITIONS
from tests.support.district import MONDAY
from tests.support.subject_keys import address as address
from tests.support.subject_keys import producer as producer
from tests.support.subject_keys import write_keys

NOTE = NotePart(text="腿脚不便（模拟）")


def marks(keyring: Keyring) -> dict[MarkUse, str]:
    return {use: keyring.mark(use, b"the same") for use in MarkUse}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    create_master_key(tmp_path / "master.key")
    return tmp_path / "master.key"


def test_what_was_sealed_before_is_opened_and_new_things_are_wrapped_by_the_new_key(file: Path) -> None:
    """Tests a rotation under a running process: it follows at its next use, and a process that starts sees the same."""
    running = load_keyring(file)
    former = running.master_id
    sealed, key = seal(NOTE, running, MONDAY)
    fresh = rotate_master_key(file)
    assert fresh.master_id != former
    for keyring in (running, load_keyring(file)):
        assert unseal(sealed, key, keyring, NotePart) == NOTE
        assert (keyring.master_id, keyring.older_ids) == (fresh.master_id, (former,))
        assert seal(NOTE, keyring, MONDAY)[1].master == fresh.master_id
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["master.key"]


def test_codes_and_marks_stay_unless_codes_are_to_be_replaced(file: Path) -> None:
    """Tests that links and codes that are out still work, and that a household never becomes a stranger to itself."""
    before = marks(load_keyring(file))
    assert marks(rotate_master_key(file)) == before
    assert marks(rotate_master_key(file)) == before
    replaced = marks(rotate_master_key(file, codes=True))
    assert {use for use in MarkUse if replaced[use] == before[use]} == LASTING
    assert marks(rotate_master_key(file)) == replaced


def test_a_key_wrapped_anew_is_the_same_key(file: Path) -> None:
    """Tests that only the wrapping changes, and that the former master key opens the new wrapping no more."""
    former = load_keyring(file)
    sealed, key = seal(NOTE, Keyring(_secrets(file)), MONDAY)
    alone = Keyring(_secrets(file))
    fresh = rotate_master_key(file)
    anew = fresh.rewrapped(key)
    assert (anew.key_id, anew.created_at, anew.master) == (key.key_id, key.created_at, fresh.master_id)
    assert former.unwrap(anew) == former.unwrap(key)
    with pytest.raises(UnsealError, match=fresh.master_id):
        alone.unwrap(anew)
    assert retire_master_keys(file, {fresh.master_id}) == (key.master,)
    assert unseal(sealed, anew, load_keyring(file), NotePart) == NOTE
    with pytest.raises(UnsealError, match=key.master):
        former.unwrap(key)


def test_a_master_key_that_still_wraps_something_is_not_retired(file: Path) -> None:
    """Tests that only what no record names is taken out."""
    first = load_keyring(file).master_id
    second = rotate_master_key(file).master_id
    rotate_master_key(file)
    assert retire_master_keys(file, [first]) == (second,)
    assert load_keyring(file).older_ids == (first,)
    assert retire_master_keys(file, [first]) == ()


def test_rotations_that_nobody_finishes_are_refused(file: Path) -> None:
    """Tests the limit, and that what to do is said."""
    last = [rotate_master_key(file) for _ in range(OLDER_MAX)][-1]
    with pytest.raises(MasterKeyError, match="linli keys rewrap"):
        rotate_master_key(file)
    assert load_keyring(file).master_id == last.master_id


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"older " + b64encode(bytes(31)), "31 bytes"),
        (b"codes", "0 bytes"),
        (b"newer " + b64encode(bytes(32)), "not known"),
        (b"\xff\xfe", "not known"),
        (b"marks %s\nmarks %s" % (b64encode(bytes(32)), b64encode(bytes(32))), "not known"),
    ],
)
def test_a_broken_line_is_refused_when_it_is_read_and_when_it_is_put_there(file: Path, line: bytes, words: str) -> None:
    """Tests each way in which a later line can be wrong, at a start and in a running process, without the secret."""
    running = load_keyring(file)
    file.write_bytes(file.read_bytes() + line)
    for use in (lambda: load_keyring(file), lambda: running.fresh_key(MONDAY)):
        with pytest.raises(MasterKeyError, match=words) as caught:
            use()
        assert b64encode(bytes(31)).decode() not in str(caught.value)


def test_a_file_that_is_taken_away_stops_nobody_who_runs(file: Path) -> None:
    """Tests that a process keeps what it holds until another file is there."""
    running = load_keyring(file)
    former = running.master_id
    file.unlink()
    assert running.fresh_key(MONDAY).record.master == former
    other = create_master_key(file)
    assert running.master_id == other.master_id


def _secrets(file: Path) -> Secrets:
    return Secrets(b64decode(file.read_bytes().splitlines()[0]))


async def rewrapped(address: KafkaAddress, keyring: Keyring) -> Rewrapped:
    return await rewrap(address, TOLD_PARTITIONS, keyring, "test", lambda _: None)


@pytest.mark.broker
async def test_all_keys_are_wrapped_anew_and_a_second_run_finds_nothing_to_do(
    producer: Any, address: KafkaAddress, file: Path
) -> None:
    """Tests that sealed parts open after the former key is retired, and that others' and erased keys are left alone."""
    former = load_keyring(file)
    sealed = [seal(NOTE, former, MONDAY) for _ in range(5)]
    foreign = Keyring(bytes(range(32))).fresh_key(MONDAY).record
    await write_keys(producer, [*(key for _, key in sealed), foreign])
    await producer.send_and_wait(SUBJECT_KEYS.name, None, sealed[0][1].key_id.encode())
    old, fresh = former.master_id, rotate_master_key(file)
    assert (await masters_in_use(address, TOLD_PARTITIONS))[old] == 4
    done = await rewrapped(address, fresh)
    assert (done.wrapped, done.erased_again) == (4, 0)
    assert done.unopened[foreign.master] >= 1
    again = await rewrapped(address, fresh)
    assert (again.wrapped, again.kept) == (0, 4)
    assert retire_master_keys(file, await masters_in_use(address, TOLD_PARTITIONS)) == (old,)
    for part, key in sealed[1:]:
        found = await find_subject_key(address, key.key_id, TOLD_PARTITIONS)
        assert found is not None
        assert unseal(part, found, load_keyring(file), NotePart) == NOTE
    assert await find_subject_key(address, sealed[0][1].key_id, TOLD_PARTITIONS) is None


@pytest.mark.broker
@pytest.mark.parametrize("killed", [False, True])
async def test_what_is_erased_meanwhile_stays_erased(
    producer: Any, address: KafkaAddress, file: Path, monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    """Tests an erasure between reading a key and writing it anew; killed before it is noticed, the next run does."""
    former = load_keyring(file)
    [one, other] = [former.fresh_key(MONDAY).record for _ in range(2)]
    await write_keys(producer, [one, other])
    plain = rewrapping.write_keys
    struck: list[str] = []

    async def erased_first(theirs: Any, records: list[OutRecord]) -> int:
        if any(record.key == one.key_id.encode() and record.value for record in records):
            await producer.send_and_wait(SUBJECT_KEYS.name, None, one.key_id.encode())
            struck.append(one.key_id)
            last = await plain(theirs, records)
            if killed:
                raise KeyboardInterrupt
            return last
        return await plain(theirs, records)

    monkeypatch.setattr(rewrapping, "write_keys", erased_first)
    fresh = rotate_master_key(file)
    if killed:
        with pytest.raises(KeyboardInterrupt):
            await rewrapped(address, fresh)
        assert await find_subject_key(address, one.key_id, TOLD_PARTITIONS) is not None
        monkeypatch.setattr(rewrapping, "write_keys", plain)
    done = await rewrapped(address, fresh)
    assert struck == [one.key_id]
    assert done.erased_again == 1
    assert await find_subject_key(address, one.key_id, TOLD_PARTITIONS) is None
    kept = await find_subject_key(address, other.key_id, TOLD_PARTITIONS)
    assert kept is not None
    assert kept.master == fresh.master_id
