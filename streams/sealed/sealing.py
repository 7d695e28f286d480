"""Sealing: what identifies a person leaves the edge only as AES-256-GCM under a key that exists for this part alone.

Destroying that key, in the topic ``subject-keys``, erases the part wherever it was copied.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel

from linli.schemas import people
from linli.schemas.orders import Order
from linli.schemas.organisation import RegisterNode
from linli.schemas.people import NotePart, SealedPart
from linli.schemas.proving import ReviewService
from linli.schemas.roster import RegisterTeam
from linli.schemas.subject_keys import SubjectKey
from linli.streams.codec import to_bytes
from linli.streams.gazetteer import Gazetteer
from linli.streams.sealed.keyring import Keyring, UnsealError
from linli.streams.sealed.marks import marks_of
from linli.streams.word_flags import raised

Model = TypeVar("Model", bound=BaseModel)

PLAIN_BYTES_MAX: Final = 12_000
"""What a sealed part can hold: with the tag and in base64 it stays below the 16 KiB that its schema allows."""

LOCATION_PATH: Final = "personal.location"
"""Where an order has its coordinates."""


@dataclass(frozen=True, slots=True)
class SealedOrder:
    """An order whose personal part is sealed, and the key that must be in ``subject-keys`` before it is sent."""

    order: Order
    subject_key: SubjectKey


@dataclass(frozen=True, slots=True)
class SealedTeam:
    """A team whose contact is sealed; the key is ``None`` where there was nothing to seal."""

    team: RegisterTeam
    subject_key: SubjectKey | None


def is_child(order: Order) -> bool:
    """Tell whether an order is for a child."""
    return people.is_child(order.beneficiary, order.age_band)


def seal(personal: BaseModel, keyring: Keyring, at: datetime) -> tuple[SealedPart, SubjectKey]:
    """Seal a personal part under a fresh key.

    Parameters
    ----------
    personal
        What identifies a person: a `PersonalPart` or a `ContactPart`.
    keyring
        Holds the master key.
    at
        When; it is recorded with the key.
    """
    return seal_bytes(to_bytes(personal), keyring, at)


def seal_bytes(plain: bytes, keyring: Keyring, at: datetime) -> tuple[SealedPart, SubjectKey]:
    """Seal bytes under a fresh key; at most `PLAIN_BYTES_MAX` of them.

    Raises
    ------
    ValueError
        If there are more.
    """
    if len(plain) > PLAIN_BYTES_MAX:
        raise ValueError(f"a sealed part holds {PLAIN_BYTES_MAX} bytes, not {len(plain)}")
    fresh = keyring.fresh_key(at)
    ciphertext = AESGCM(fresh.key).encrypt(fresh.nonce, plain, fresh.record.key_id.encode())
    part = SealedPart(
        key_id=fresh.record.key_id,
        nonce=b64encode(fresh.nonce).decode(),
        ciphertext=b64encode(ciphertext).decode(),
    )
    return part, fresh.record


def unseal(sealed: SealedPart, subject_key: SubjectKey, keyring: Keyring, model: type[Model]) -> Model:
    """Open a sealed part.

    Raises
    ------
    UnsealError
        If the key is another part's or another master's, or anything was changed.
    """
    return model.model_validate_json(unseal_bytes(sealed, subject_key, keyring))


def unseal_bytes(sealed: SealedPart, subject_key: SubjectKey, keyring: Keyring) -> bytes:
    """Open a sealed part that holds bytes; see `unseal`."""
    if subject_key.key_id != sealed.key_id:
        raise UnsealError("This key belongs to another sealed part.")
    key = keyring.unwrap(subject_key)
    try:
        return AESGCM(key).decrypt(b64decode(sealed.nonce), b64decode(sealed.ciphertext), sealed.key_id.encode())
    except (InvalidTag, ValueError):
        raise UnsealError("The sealed part was changed.") from None


def seal_order(order: Order, gazetteer: Gazetteer, keyring: Keyring, digits: int, at: datetime) -> SealedOrder:
    """Seal an order in clear: convert and round its place, raise its warnings, make its marks, seal its personal part.

    Parameters
    ----------
    order
        An order with ``personal`` in clear.
    gazetteer
        The places of its district.
    keyring
        Holds the master key.
    digits
        Decimal digits of a degree that leave the edge.
    at
        When; it is recorded with the key.

    Returns
    -------
    SealedOrder
        The same at the command line and in intake, but for the random key.

    Raises
    ------
    linli.streams.gazetteer.BadGeoError
        If the coordinates lie outside the district.
    linli.streams.gazetteer.UnknownPlaceError
        If there are neither coordinates nor a known grid.
    ValueError
        If the order is sealed already.
    """
    personal = order.personal
    if personal is None:
        raise ValueError("the order is sealed already")
    place = gazetteer.place(personal.location, order.grid, digits, LOCATION_PATH)
    sealed, subject_key = seal(personal, keyring, at)
    changes = {
        "personal": None,
        "sealed": sealed,
        "place": place,
        "marks": marks_of(order, personal, gazetteer.district.code, keyring),
        "flags": raised(order.flags, personal, child=is_child(order)),
        "has_phone": personal.phone is not None,
    }
    return SealedOrder(order.model_copy(update=changes), subject_key)


def seal_team(team: RegisterTeam, keyring: Keyring, at: datetime) -> SealedTeam:
    """Seal a team's contact, if it is given in clear."""
    if team.contact is None:
        return SealedTeam(team, None)
    sealed, subject_key = seal(team.contact, keyring, at)
    return SealedTeam(team.model_copy(update={"contact": None, "sealed_contact": sealed}), subject_key)


def seal_review(review: ReviewService, keyring: Keyring, at: datetime) -> tuple[ReviewService, tuple[SubjectKey, ...]]:
    """Seal why a person decided as they did about a visit, if it is given in clear: that outlives the request."""
    if review.sealed_reason is not None:
        return review, ()
    sealed, key = seal(NotePart(text=review.reason), keyring, at)
    return review.model_copy(update={"reason": "", "sealed_reason": sealed}), (key,)


def seal_node(node: RegisterNode, keyring: Keyring, at: datetime) -> tuple[RegisterNode, tuple[SubjectKey, ...]]:
    """Seal the contact of a node of the organisation tree, and its deputy's, where they are given in clear."""
    changes: dict[str, object] = {}
    keys: list[SubjectKey] = []
    if node.contact is not None:
        sealed, key = seal(node.contact, keyring, at)
        changes |= {"contact": None, "sealed_contact": sealed}
        keys.append(key)
    if node.deputy is not None and node.deputy.contact is not None:
        sealed, key = seal(node.deputy.contact, keyring, at)
        changes["deputy"] = node.deputy.model_copy(update={"contact": None, "sealed_contact": sealed})
        keys.append(key)
    return node.model_copy(update=changes), tuple(keys)
