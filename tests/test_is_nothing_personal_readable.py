"""Asks whether a sealed part can be opened by its key alone, and whether marks tell equal things from others."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.schemas.orders import Order
from linli.schemas.people import ContactPart, Marks, PersonalPart, SealedPart
from linli.schemas.roster import RegisterTeam
from linli.streams.codec import to_bytes
from linli.streams.intake.judge import CommandOut, judge
from linli.streams.intake.strict_json import as_bytes
from linli.streams.sealed.keyring import Keyring, MasterKeyError, UnsealError
from linli.streams.sealed.master_key_file import create_master_key, load_keyring
from linli.streams.sealed.sealing import PLAIN_BYTES_MAX, seal, seal_bytes, seal_order, seal_team, unseal, unseal_bytes
from tests.support.inbox import DISTRICT, NOW, SECRETS, Json, good_order, good_team, record, window, world

AT = datetime(2026, 11, 23, tzinfo=UTC)
KEYRING = Keyring(bytes(range(32)))
GAZETTEER = world().districts[DISTRICT]


def an_order(**changes: object) -> Order:
    return Order.model_validate_json(as_bytes(good_order() | changes))


def of_person(**changes: object) -> Order:
    order: Json = good_order()
    order["personal"] = order["personal"] | changes
    return Order.model_validate_json(as_bytes(order))


def marks(order: Order, keyring: Keyring = KEYRING) -> Marks:
    found = seal_order(order, GAZETTEER, keyring, 3, AT).order.marks
    assert found is not None
    return found


@given(name=st.text(min_size=1, max_size=60), note=st.none() | st.text(max_size=500))
def test_what_was_sealed_is_opened_by_its_key(name: str, note: str | None) -> None:
    """Tests that any personal part comes back whole."""
    person = PersonalPart(name=name.encode(errors="replace").decode(), health_note=note)
    sealed, key = seal(person, KEYRING, AT)
    assert unseal(sealed, key, KEYRING, PersonalPart) == person
    assert (key.key_id, key.master, key.created_at) == (sealed.key_id, KEYRING.master_id, AT)


def test_the_longest_personal_part_fits() -> None:
    """Tests that every field full of the widest characters still fits into a sealed part."""
    wide = "\U00020000"
    fields: dict[str, Any] = {
        "name": wide * 60,
        "address_line": wide * 200,
        "health_note": "\x01" * 500,
        "detail": "\x01" * 500,
        "requester_name": wide * 60,
        "guardian": {"name": wide * 60},
    }
    sealed, key = seal(PersonalPart.model_validate(fields), KEYRING, AT)
    assert unseal(sealed, key, KEYRING, PersonalPart).detail == "\x01" * 500


def test_the_limit_of_a_sealed_part_is_exact() -> None:
    """Tests that the largest content that is allowed passes its schema, and one byte more is refused."""
    sealed, key = seal_bytes(b"x" * PLAIN_BYTES_MAX, KEYRING, AT)
    assert len(unseal_bytes(SealedPart.model_validate_json(to_bytes(sealed)), key, KEYRING)) == PLAIN_BYTES_MAX
    with pytest.raises(ValueError, match="holds"):
        seal_bytes(b"x" * (PLAIN_BYTES_MAX + 1), KEYRING, AT)


def _flipped(text: str) -> str:
    raw = bytearray(b64decode(text))
    raw[0] ^= 1
    return b64encode(bytes(raw)).decode()


def test_nothing_can_be_changed_or_moved() -> None:
    """Tests that a changed part, a changed key, another part's key and another master's key are all refused."""
    person = PersonalPart(name="甲")
    (sealed, key), (other, other_key) = seal(person, KEYRING, AT), seal(person, KEYRING, AT)
    spoilt = (
        (sealed.model_copy(update={"ciphertext": _flipped(sealed.ciphertext)}), key, KEYRING),
        (sealed.model_copy(update={"nonce": _flipped(sealed.nonce)}), key, KEYRING),
        (sealed.model_copy(update={"ciphertext": "?"}), key, KEYRING),
        (sealed, key.model_copy(update={"wrapped": _flipped(key.wrapped)}), KEYRING),
        (sealed, other_key, KEYRING),
        (sealed.model_copy(update={"key_id": other.key_id}), other_key, KEYRING),
        (sealed, other_key.model_copy(update={"key_id": key.key_id}), KEYRING),
        (sealed, key, Keyring(bytes(32))),
    )
    for part, record_of_key, keyring in spoilt:
        with pytest.raises(UnsealError):
            unseal(part, record_of_key, keyring, PersonalPart)


def test_no_two_sealed_parts_share_anything() -> None:
    """Tests that key id, nonce and ciphertext are fresh for every part, the same person included."""
    parts = [seal(PersonalPart(name="甲"), KEYRING, AT) for _ in range(200)]
    for field in ("key_id", "nonce", "ciphertext"):
        assert len({getattr(sealed, field) for sealed, _ in parts}) == 200
    assert len({key.wrapped for _, key in parts}) == 200


def test_a_key_never_shows_itself() -> None:
    """Tests that printing a keyring or a fresh key tells nothing."""
    master = bytes(range(100, 132))
    fresh = Keyring(master).fresh_key(AT)
    shown = repr(fresh) + repr(Keyring(master)) + str(fresh)
    assert repr(fresh.key)[2:12] not in shown
    assert b64encode(master).decode()[:12] not in shown


def test_sealed_at_the_desk_or_in_intake_is_the_same() -> None:
    """Tests that both ways give the same place, the same marks and the same flags, and show nobody."""
    desk = seal_order(an_order(), GAZETTEER, KEYRING, 3, AT)
    early, late = judge(record(to_bytes(desk.order)), world(KEYRING)), judge(record(good_order()), world(KEYRING))
    assert isinstance(early, CommandOut)
    assert isinstance(late, CommandOut)
    one, other = (outcome.command.model_dump()["body"]["details"] for outcome in (early, late))
    assert {name for name in one if one[name] != other[name]} == {"sealed"}
    assert early.subject_keys == ()
    assert [secret for secret in SECRETS if secret in to_bytes(desk.order).decode()] == []
    assert unseal(early_part(one), desk.subject_key, KEYRING, PersonalPart) == an_order().personal


def early_part(details: Json) -> SealedPart:
    return SealedPart.model_validate(details["sealed"])


def test_words_are_heard_before_sealing() -> None:
    """Tests that an alarm in the text survives sealing at the desk, where intake can no longer read it."""
    sealed = seal_order(of_person(detail="胸痛半小时"), GAZETTEER, KEYRING, 3, AT).order
    assert sealed.flags.danger_to_life


def test_sealing_twice_gives_the_same_marks() -> None:
    """Tests that marks depend on content alone."""
    assert marks(an_order()) == marks(an_order())


@pytest.mark.parametrize("phone", ["139-0000-7777", "139 0000 7777", "+86 13900007777", "8613900007777"])
def test_a_telephone_number_is_one_however_written(phone: str) -> None:
    """Tests that a household is recognised by its number in any spelling, and its other order is another content."""
    assert marks(of_person(phone=phone)).household == marks(an_order()).household
    assert marks(of_person(phone=phone)).content != marks(an_order()).content


def test_without_a_phone_the_address_counts_and_then_the_name() -> None:
    """Tests the order in which a household is known, with spaces and width of no matter."""
    by_address = [marks(of_person(phone=None, address_line=line)).household for line in ("暗号巷 3号", "暗号巷３号")]
    by_name = [marks(of_person(phone=None, address_line=None, name=name)).household for name in ("甲", "乙")]
    assert by_address[0] == by_address[1]
    assert len({*by_address, *by_name, marks(an_order()).household}) == 4


def test_equal_content_has_equal_marks_whatever_its_form() -> None:
    """Tests that stating a default or another zone changes nothing, and every real change does."""
    base = marks(an_order()).content
    start, end = (datetime.fromisoformat(moment).astimezone(UTC) for moment in window().values())
    same = an_order(urgent=False, windows=[{"start": f"{start:%FT%TZ}", "end": f"{end:%FT%TZ}"}], kind="order")
    assert marks(same).content == base
    for change in ({"urgent": True}, {"category": "haircut"}, {"windows": [window(4, 6)]}, {"minutes": 61}):
        assert marks(an_order(**change)).content != base
    assert marks(of_person(detail="口令细节!")).content != base


def test_marks_need_the_master_key() -> None:
    """Tests that another master key gives other marks: whoever has only the marks can compute none."""
    other = Keyring(bytes(32))
    assert marks(an_order()).household != marks(an_order(), other).household
    assert marks(an_order()).content != marks(an_order(), other).content


def test_a_teams_contact_is_sealed_once() -> None:
    """Tests that a team in clear is sealed and a team without a contact is left as it is."""
    team = RegisterTeam.model_validate_json(as_bytes(good_team() | {"kind": "team"}))
    sealed = seal_team(team, KEYRING, AT)
    assert sealed.subject_key is not None
    assert sealed.team.sealed_contact is not None
    assert unseal(sealed.team.sealed_contact, sealed.subject_key, KEYRING, ContactPart) == team.contact
    assert seal_team(sealed.team, KEYRING, AT) == type(sealed)(sealed.team, None)


def test_a_sealed_order_is_not_sealed_again() -> None:
    """Tests that sealing what is sealed is an error and not a second layer."""
    sealed = seal_order(an_order(), GAZETTEER, KEYRING, 3, AT).order
    with pytest.raises(ValueError, match="already"):
        seal_order(sealed, GAZETTEER, KEYRING, 3, NOW)


def test_the_master_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """Tests the file: 32 bytes in base64, mode 0600, never overwritten, read back as the same key."""
    path = tmp_path / "new" / "master.key"
    made = create_master_key(path)
    assert len(b64decode(path.read_bytes())) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_keyring(path).master_id == made.master_id
    with pytest.raises(MasterKeyError, match="already"):
        create_master_key(path)
    assert load_keyring(path).master_id == made.master_id


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (None, 0, "There is no master key"),
        (b64encode(bytes(32)), 0o640, "chmod 600"),
        (b64encode(bytes(32)), 0o604, "chmod 600"),
        (b64encode(bytes(31)), 0o600, "31 bytes"),
        (b"", 0o600, "0 bytes"),
        (b"not base64 at all", 0o600, "not base64"),
    ],
)
def test_a_master_key_that_cannot_be_used_says_why(
    tmp_path: Path, content: bytes | None, mode: int, words: str
) -> None:
    """Tests one clear sentence for each way a key file can be wrong, without the key in it."""
    path = tmp_path / "master.key"
    if content is not None:
        path.write_bytes(content)
        os.chmod(path, mode)
    with pytest.raises(MasterKeyError, match=words) as caught:
        load_keyring(path)
    assert not content or content.decode() not in str(caught.value)
