"""The file of the master key: made once, read by its owner alone, replaced as a whole when the key is.

The first line is the master key in base64, and a file that was never rotated has no other. After a rotation there
follow ``older`` (a replaced master key, which still opens what it wrapped), ``codes`` and ``marks`` (the roots of the
HMACs), each with its secret in base64. Software that knows no rotation refuses such a file.
"""

from __future__ import annotations

import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from linli.matcher.whole_file import write_whole
from linli.streams.sealed.keyring import KEY_BYTES, Keyring, MasterKeyError, Secrets, master_id

OWNER_ONLY: Final = 0o600
"""Mode of the file: read and written by its owner alone."""

OLDER_MAX: Final = 4
"""Replaced master keys that one file holds: more means that rotations were begun and none was finished."""

_OLDER: Final = "older"
_CODES: Final = "codes"
_MARKS: Final = "marks"


def create_master_key(path: Path) -> Keyring:
    """Make a master key and its file; an existing file is never touched.

    Raises
    ------
    MasterKeyError
        If there is such a file already, or it cannot be written.
    """
    made = Secrets(secrets.token_bytes(KEY_BYTES))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_content(made))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise MasterKeyError(f"There is a master key in {path} already; it is left as it is.") from None
    except OSError as error:
        raise MasterKeyError(f"The master key cannot be written to {path}: {error.strerror}.") from None
    return Keyring(made)


def load_keyring(path: Path) -> Keyring:
    """Read the master key from its file; the keyring follows the file from then on.

    Raises
    ------
    MasterKeyError
        If the file is missing, readable by others, or holds anything but secrets of 32 bytes in base64. The keyring
        raises the same, at its next use, if the file was replaced by such a one.
    """
    followed = _FollowedFile(path)
    return Keyring(followed.read(), changed=followed.changed)


def rotate_master_key(path: Path, *, codes: bool = False) -> Keyring:
    """Replace the master key by a fresh one; the former stays in the file and opens what it wrapped.

    Parameters
    ----------
    path
        The file.
    codes
        Whether codes and links get a fresh root as well: those that are out stop working. For a key that was seen by
        somebody, who could make them.

    Raises
    ------
    MasterKeyError
        If the file cannot be used or written, or holds `OLDER_MAX` replaced keys already.

    Notes
    -----
    The root of the marks that last never changes: whoever has seen a master key and has the log can try telephone
    numbers against the marks of households for ever.
    """
    with _alone(path):
        found = _FollowedFile(path).read()
        if len(found.older) >= OLDER_MAX:
            raise MasterKeyError(
                f"{path} holds {OLDER_MAX} replaced master keys already: run linli keys rewrap, then linli keys retire."
            )
        fresh = Secrets(
            secrets.token_bytes(KEY_BYTES),
            (found.master, *found.older),
            secrets.token_bytes(KEY_BYTES) if codes else found.codes or found.master,
            found.marks or found.master,
        )
        _replace(path, fresh)
    return Keyring(fresh)


def retire_master_keys(path: Path, needed: Collection[str]) -> tuple[str, ...]:
    """Take replaced master keys out of the file, except those that still wrap something.

    Parameters
    ----------
    path
        The file.
    needed
        The names of the master keys that some record of ``subject-keys`` names.

    Returns
    -------
    tuple of str
        The names of those that were taken out: nothing they wrapped can be opened with this file any more.

    Raises
    ------
    MasterKeyError
        If the file cannot be used or written.
    """
    with _alone(path):
        found = _FollowedFile(path).read()
        kept = tuple(secret for secret in found.older if master_id(secret) in needed)
        if kept != found.older:
            _replace(path, replace(found, older=kept))
    return tuple(master_id(secret) for secret in found.older if secret not in kept)


class _FollowedFile:
    """A file that is read again when it is another one than last time: by its inode, size and time of change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None

    def read(self) -> Secrets:
        try:
            status, text = self._path.stat(), self._path.read_bytes()
        except FileNotFoundError:
            raise MasterKeyError(f"There is no master key in {self._path}: put the copy you keep there.") from None
        except OSError as error:
            raise MasterKeyError(f"The master key in {self._path} cannot be read: {error.strerror}.") from None
        if os.name == "posix" and status.st_mode & 0o077:
            raise MasterKeyError(f"Others may read the master key in {self._path}: run chmod 600 on it.")
        self._seen = _signature(status)
        return _decoded(text, self._path)

    def changed(self) -> Secrets | None:
        try:
            status = self._path.stat()
        except OSError:
            return None  # Taken away while we run: what we hold is right until another one is put there.
        return None if _signature(status) == self._seen else self.read()


@contextmanager
def _alone(path: Path) -> Generator[None]:
    """Keep others on this machine from replacing the file meanwhile: the key of the first would be lost."""
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise MasterKeyError(f"The master key in {path} cannot be replaced: {error.strerror}.") from None
    try:
        import fcntl  # Here, so that what needs no POSIX runs elsewhere too.

        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _signature(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _replace(path: Path, found: Secrets) -> None:
    """Write the file anew: whoever reads it sees the former or the new one, never a part, after a power cut as well."""
    try:
        write_whole(path, _content(found), private=True, durable=True)
    except OSError as error:
        raise MasterKeyError(f"The master key cannot be written to {path}: {error.strerror}.") from None


def _content(found: Secrets) -> bytes:
    lines = [_text(found.master), *(f"{_OLDER} {_text(secret)}" for secret in found.older)]
    lines += [f"{name} {_text(root)}" for name, root in ((_CODES, found.codes), (_MARKS, found.marks)) if root]
    return ("\n".join(lines) + "\n").encode()


def _text(secret: bytes) -> str:
    return b64encode(secret).decode()


def _decoded(text: bytes, path: Path) -> Secrets:
    first, *others = text.strip().splitlines() or [b""]
    named: dict[str, list[bytes]] = {_OLDER: [], _CODES: [], _MARKS: []}
    for line in others:
        name, _, secret = line.decode(errors="replace").partition(" ")
        if name not in named or (name != _OLDER and named[name]):
            raise MasterKeyError(f"A line of the master key's file {path} is not known: put the copy you keep there.")
        named[name].append(_secret(secret.encode(), path))
    codes, marks = (named[name][0] if named[name] else None for name in (_CODES, _MARKS))
    return Secrets(_secret(first, path), tuple(named[_OLDER]), codes, marks)


def _secret(text: bytes, path: Path) -> bytes:
    try:
        secret = b64decode(text.strip(), validate=True)
    except ValueError:
        raise MasterKeyError(f"The master key in {path} is not base64: put the copy you keep there.") from None
    if len(secret) != KEY_BYTES:
        raise MasterKeyError(f"The master key in {path} has {len(secret)} bytes, not {KEY_BYTES}: it is not whole.")
    return secret
