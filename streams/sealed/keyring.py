"""The master key: made once, kept in a file that only its owner can read, and never used on data directly.

From it come the wrapping of every sealed part's own key and, by HKDF (RFC 5869), the keys of the HMACs.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import b32encode, b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from linli.schemas.subject_keys import SubjectKey

KEY_BYTES: Final = 32
"""AES-256."""

NONCE_BYTES: Final = 12
"""The nonce that GCM is made for (NIST SP 800-38D)."""

ID_BYTES: Final = 16
"""128 random bits: no two sealed parts ever share a key id."""

MARK_BYTES: Final = 16
"""128 bits of an HMAC-SHA-256: equal things are seen as equal, chance equality is out of reach."""

OWNER_ONLY: Final = 0o600
"""Mode of the master key's file: read and written by its owner alone."""

_WRAPPING: Final = b"linli wrapping v1"


class MasterKeyError(Exception):
    """The master key cannot be used; the message says in one sentence why and what to do."""


class UnsealError(Exception):
    """A sealed part cannot be opened with this key, or it was changed."""


@dataclass(frozen=True, slots=True, repr=False)
class FreshKey:
    """A key for one sealed part alone, and its record for the topic ``subject-keys``."""

    key: bytes
    nonce: bytes
    record: SubjectKey


class Keyring:
    """What a process that holds the master key can do.

    Parameters
    ----------
    master
        The master key, 32 bytes.
    random_bytes
        Where keys and nonces come from: the system's generator, except in a test that must be repeatable.

    Attributes
    ----------
    master_id
        Names the master key without telling it.
    """

    def __init__(self, master: bytes, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        if len(master) != KEY_BYTES:
            raise MasterKeyError(f"A master key has {KEY_BYTES} bytes, this one has {len(master)}.")
        self._master = master
        self._random = random_bytes
        self._wrapping = AESGCM(self._derived(_WRAPPING))
        self._mark_keys: dict[str, bytes] = {}
        self.master_id = "m-" + hashlib.sha256(b"linli master id v1" + master).hexdigest()[:16]

    def fresh_key(self, at: datetime) -> FreshKey:
        """Make a key that nothing was sealed with yet, and wrap it.

        Parameters
        ----------
        at
            When; it is part of the record, so that a retention rule can be applied.
        """
        key, nonce, wrap_nonce = self._random(KEY_BYTES), self._random(NONCE_BYTES), self._random(NONCE_BYTES)
        key_id = "k-" + b32encode(self._random(ID_BYTES)).decode().lower().rstrip("=")
        wrapped = self._wrapping.encrypt(wrap_nonce, key, key_id.encode())
        record = SubjectKey(
            key_id=key_id,
            master=self.master_id,
            nonce=b64encode(wrap_nonce).decode(),
            wrapped=b64encode(wrapped).decode(),
            created_at=at,
        )
        return FreshKey(key, nonce, record)

    def unwrap(self, record: SubjectKey) -> bytes:
        """Return the key of a sealed part.

        Raises
        ------
        UnsealError
            If it was wrapped by another master key, or its record was changed.
        """
        if record.master != self.master_id:
            raise UnsealError(
                f"This part was sealed under the master key {record.master}; this one is {self.master_id}."
            )
        try:
            return self._wrapping.decrypt(b64decode(record.nonce), b64decode(record.wrapped), record.key_id.encode())
        except (InvalidTag, ValueError):
            raise UnsealError("The record of this part's key was changed.") from None

    def mark(self, purpose: str, content: bytes) -> str:
        """Return a keyed HMAC in hex: equal content gives equal marks for one purpose, and tells nothing else."""
        if purpose not in self._mark_keys:
            self._mark_keys[purpose] = self._derived(b"linli mark v1 " + purpose.encode())
        return hmac.digest(self._mark_keys[purpose], content, "sha256")[:MARK_BYTES].hex()

    def _derived(self, info: bytes) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(self._master)


def create_master_key(path: Path) -> Keyring:
    """Make a master key and its file; an existing file is never touched.

    Raises
    ------
    MasterKeyError
        If there is such a file already, or it cannot be written.
    """
    master = secrets.token_bytes(KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b64encode(master) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise MasterKeyError(f"There is a master key in {path} already; it is left as it is.") from None
    except OSError as error:
        raise MasterKeyError(f"The master key cannot be written to {path}: {error.strerror}.") from None
    return Keyring(master)


def load_keyring(path: Path) -> Keyring:
    """Read the master key from its file.

    Raises
    ------
    MasterKeyError
        If the file is missing, readable by others, or holds anything but 32 bytes in base64.
    """
    try:
        mode, text = path.stat().st_mode, path.read_bytes()
    except FileNotFoundError:
        raise MasterKeyError(f"There is no master key in {path}: put the copy you keep there.") from None
    except OSError as error:
        raise MasterKeyError(f"The master key in {path} cannot be read: {error.strerror}.") from None
    if os.name == "posix" and mode & 0o077:
        raise MasterKeyError(f"Others may read the master key in {path}: run chmod 600 on it.")
    return Keyring(_decoded(text, path))


def _decoded(text: bytes, path: Path) -> bytes:
    try:
        master = b64decode(text.strip(), validate=True)
    except ValueError:
        raise MasterKeyError(f"The master key in {path} is not base64: put the copy you keep there.") from None
    if len(master) != KEY_BYTES:
        raise MasterKeyError(f"The master key in {path} has {len(master)} bytes, not {KEY_BYTES}: it is not whole.")
    return master
