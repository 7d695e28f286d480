"""The master key, which is never used on data directly, and what a process that holds it can do.

From it come the wrapping of every sealed part's own key and, by HKDF (RFC 5869), the keys of the HMACs. A master key
that was replaced still opens what it wrapped, until that is wrapped anew; see `linli.streams.sealed.master_key_file`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode, b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from linli.schemas.subject_keys import SubjectKey
from linli.streams.sealed.mark_uses import LASTING, MarkUse

KEY_BYTES: Final = 32
"""AES-256."""

NONCE_BYTES: Final = 12
"""The nonce that GCM is made for (NIST SP 800-38D)."""

ID_BYTES: Final = 16
"""128 random bits: no two sealed parts ever share a key id."""

MARK_BYTES: Final = 16
"""128 bits of an HMAC-SHA-256: equal things are seen as equal, chance equality is out of reach."""

_WRAPPING: Final = b"linli wrapping v1"


class MasterKeyError(Exception):
    """The master key cannot be used; the message says in one sentence why and what to do."""


class UnsealError(Exception):
    """A sealed part cannot be opened with this key, or it was changed."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What the file of the master key holds.

    Parameters
    ----------
    master
        Wraps every new key.
    older
        Replaced master keys, the youngest first: they open what they wrapped, and wrap nothing any more.
    codes
        Root of codes and links; ``None``: the master key, as long as it was never replaced.
    marks
        Root of the marks that last (see `LASTING`); ``None``: the master key, likewise.
    """

    master: bytes
    older: tuple[bytes, ...] = ()
    codes: bytes | None = None
    marks: bytes | None = None

    def root(self, use: MarkUse) -> bytes:
        """Give the secret from which the key of a use is derived."""
        return (self.marks if use in LASTING else self.codes) or self.master


@dataclass(frozen=True, slots=True, repr=False)
class FreshKey:
    """A key for one sealed part alone, and its record for the topic ``subject-keys``."""

    key: bytes
    nonce: bytes
    record: SubjectKey


def master_id(master: bytes) -> str:
    """Name a master key without telling it."""
    return "m-" + hashlib.sha256(b"linli master id v1" + master).hexdigest()[:16]


def _never() -> Secrets | None:
    return None


class Keyring:
    """What a process that holds the master key can do.

    Parameters
    ----------
    master
        The master key, 32 bytes, or it and what came before it.
    random_bytes
        Where keys and nonces come from: the system's generator, except in a test that must be repeatable.
    changed
        Asked before every use: the secrets, if they are others than last time. So a process that runs while the master
        key is replaced wraps nothing with the former one from then on.

    Raises
    ------
    MasterKeyError
        If it has not 32 bytes; at any later use, whatever ``changed`` raises.
    """

    def __init__(
        self,
        master: bytes | Secrets,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        changed: Callable[[], Secrets | None] = _never,
    ) -> None:
        self._random = random_bytes
        self._changed = changed
        self._take(master if isinstance(master, Secrets) else Secrets(master))

    @property
    def master_id(self) -> str:
        """The name of the master key that wraps new keys."""
        self._keep_up()
        return self._master_id

    @property
    def older_ids(self) -> tuple[str, ...]:
        """The names of replaced master keys that still open what they wrapped."""
        self._keep_up()
        return tuple(name for name in self._wrappings if name != self._master_id)

    def fresh_key(self, at: datetime) -> FreshKey:
        """Make a key that nothing was sealed with yet, and wrap it.

        Parameters
        ----------
        at
            When; it is part of the record, so that a retention rule can be applied.
        """
        self._keep_up()
        key, nonce = self._random(KEY_BYTES), self._random(NONCE_BYTES)
        key_id = "k-" + b32encode(self._random(ID_BYTES)).decode().lower().rstrip("=")
        return FreshKey(key, nonce, self._wrapped(key, key_id, at))

    def unwrap(self, record: SubjectKey) -> bytes:
        """Return the key of a sealed part.

        Raises
        ------
        UnsealError
            If it was wrapped by a master key that is not here, or its record was changed.
        """
        self._keep_up()
        wrapping = self._wrappings.get(record.master)
        if wrapping is None:
            raise UnsealError(
                f"This part was sealed under the master key {record.master}; this one is {self._master_id}."
            )
        try:
            return wrapping.decrypt(b64decode(record.nonce), b64decode(record.wrapped), record.key_id.encode())
        except (InvalidTag, ValueError):
            raise UnsealError("The record of this part's key was changed.") from None

    def rewrapped(self, record: SubjectKey) -> SubjectKey:
        """Give the record of the same key, wrapped by the present master key.

        Raises
        ------
        UnsealError
            As `unwrap`.
        """
        anew = self._wrapped(self.unwrap(record), record.key_id, record.created_at)
        return anew.model_copy(update={"about": record.about})

    def mark(self, use: MarkUse, content: bytes) -> str:
        """Return a keyed HMAC in hex: equal content gives equal marks for one use, and tells nothing else."""
        self._keep_up()
        if use not in self._mark_keys:
            info = b"linli mark v1 " + use.encode()
            self._mark_keys[use] = _derived(self._secrets.root(use), info)
        return hmac.digest(self._mark_keys[use], content, "sha256")[:MARK_BYTES].hex()

    def _wrapped(self, key: bytes, key_id: str, at: datetime) -> SubjectKey:
        nonce = self._random(NONCE_BYTES)
        wrapped = self._wrappings[self._master_id].encrypt(nonce, key, key_id.encode())
        return SubjectKey(
            key_id=key_id,
            master=self._master_id,
            nonce=b64encode(nonce).decode(),
            wrapped=b64encode(wrapped).decode(),
            created_at=at,
        )

    def _keep_up(self) -> None:
        others = self._changed()
        if others is not None:
            self._take(others)

    def _take(self, found: Secrets) -> None:
        held = (found.master, *found.older)
        for secret in held:
            if len(secret) != KEY_BYTES:
                raise MasterKeyError(f"A master key has {KEY_BYTES} bytes, this one has {len(secret)}.")
        self._secrets = found
        self._master_id = master_id(found.master)
        self._wrappings = {master_id(secret): AESGCM(_derived(secret, _WRAPPING)) for secret in held}
        self._mark_keys: dict[MarkUse, bytes] = {}


def _derived(secret: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)
