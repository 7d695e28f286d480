"""Tokens: opaque, random, known here by their hash alone, each with a role, a scope and an end.

Opaque rather than signed, because a token must be worthless the moment it is revoked, and because nothing that could
leak then makes new ones. They have 256 random bits, so a plain SHA-256 keeps them; a slow hash is for passwords.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, TypeAdapter, model_validator

from linli.matcher.whole_file import write_whole
from linli.schemas.errors import Code, LinliError
from linli.schemas.roles import Role
from linli.schemas.service import PROXY_CODE_SOURCE, RESIDENT_SOURCE
from linli.services.gateway.access import Caller
from linli.services.language import both

TOKENS_FILE: Final = "tokens.json"
"""Name of the tokens' file in the state folder."""

PREFIX: Final = "linli_"
"""What a token begins with, so that a search for leaked secrets finds it."""

SECRET_BYTES: Final = 32
"""256 bits: out of reach for guessing at any rate."""

GRACE: Final = timedelta(hours=24)
"""How long a rotated token still works, so that every device can be given its successor."""

TOKENS_MAX: Final = 5_000
"""A county has some hundred leads and proxies; a province's gateway is several, each with its own file."""

TokenName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]{0,47}$")]
"""Without a colon: see `linli.services.gateway.access.Caller.source`."""


class Token(BaseModel):
    """A token as it is kept: everything but the token itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    hashed: str
    role: Role
    name: TokenName
    district: str
    team: str | None = None
    place: str | None = None
    member_of: str | None = None
    issued: AwareDatetime
    expires: AwareDatetime
    revoked: AwareDatetime | None = None

    @model_validator(mode="after")
    def _has_its_scope(self) -> Token:
        if (self.role is Role.TEAM_LEAD) != (self.team is not None):
            raise ValueError(
                both("a team lead has a team, and nobody else has", "队长须注明队伍（--team），其他角色不得注明")
            )
        if self.name in (RESIDENT_SOURCE, PROXY_CODE_SOURCE):
            raise ValueError(both("this name is what residents speak under", "该名称由居民端专用"))
        if (self.role is Role.OFFICER) != (self.place is not None):
            raise ValueError(
                both("an officer has a place, and nobody else has", "属地干部须注明地点（--place），其他角色不得注明")
            )
        return self

    def works(self, now: datetime) -> bool:
        """Tell whether it is neither revoked nor at its end."""
        return self.revoked is None and now < self.expires

    @property
    def caller(self) -> Caller:
        """Who comes with it."""
        return Caller(self.role, self.name, self.district, self.team, self.place, self.id, self.member_of)


_FILE: Final = TypeAdapter(tuple[Token, ...])


class TokenBook:
    """The tokens of an installation, in one file that only its owner can read.

    Parameters
    ----------
    path
        The file; made when the first token is issued.

    Notes
    -----
    The file is read again whenever it has changed, so a token that is revoked at the command line stops working at
    the next request. Gateways on several machines need the file on each of them.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._tokens: dict[str, Token] = {}

    def caller(self, presented: str, now: datetime) -> Caller | None:
        """Say who presents a token; ``None`` if it is not one of ours, revoked or at its end."""
        token_id, _, secret = presented.removeprefix(PREFIX).partition("_")
        token = self._known().get(token_id) if presented.startswith(PREFIX) else None
        # The comparison is made for unknown ids as well: how long it takes tells nothing.
        same = hmac.compare_digest(_hashed(secret), token.hashed if token else _hashed(""))
        return token.caller if token is not None and same and token.works(now) else None

    def all(self) -> Sequence[Token]:
        """Give every token, the oldest first."""
        return tuple(sorted(self._known().values(), key=lambda token: token.issued))

    def issue(
        self,
        role: Role,
        name: str,
        district: str,
        *,
        now: datetime,
        expires: datetime,
        team: str | None = None,
        place: str | None = None,
        member_of: str | None = None,
    ) -> tuple[Token, str]:
        """Make a token.

        Returns
        -------
        tuple of Token and str
            What is kept, and the token itself, which is never seen again.

        Raises
        ------
        pydantic.ValidationError
            If name or scope do not fit the role.
        LinliError
            If there are too many, or the file cannot be written.
        """
        secret, token_id = secrets.token_urlsafe(SECRET_BYTES), secrets.token_hex(4)
        token = Token(
            id=token_id,
            hashed=_hashed(secret),
            role=role,
            name=name,
            district=district,
            team=team,
            place=place,
            member_of=member_of,
            issued=now,
            expires=expires,
        )
        with self._writing() as tokens:
            if len(tokens) >= TOKENS_MAX:
                raise LinliError(Code.USAGE, detail=f"> {TOKENS_MAX} tokens")
            tokens[token_id] = token
        return token, f"{PREFIX}{token_id}_{secret}"

    def revoke(self, token_id: str, now: datetime) -> Token:
        """End a token at once; harmless when repeated.

        Raises
        ------
        LinliError
            If there is none of this id.
        """
        with self._writing() as tokens:
            token = _named(tokens, token_id)
            tokens[token_id] = token if token.revoked else token.model_copy(update={"revoked": now})
            return tokens[token_id]

    def rotate(self, token_id: str, now: datetime, grace: timedelta = GRACE) -> tuple[Token, str]:
        """Make the successor of a token, with the same role, scope and length of life; the former ends after ``grace``.

        Raises
        ------
        LinliError
            If there is none of this id.
        """
        former = _named(self._known(), token_id)
        made = self.issue(
            former.role,
            former.name,
            former.district,
            now=now,
            expires=now + (former.expires - former.issued),
            team=former.team,
            place=former.place,
            member_of=former.member_of,
        )
        with self._writing() as tokens:
            tokens[token_id] = former.model_copy(update={"expires": min(former.expires, now + grace)})
        return made

    def _known(self) -> dict[str, Token]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return {}
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            self._tokens = {token.id: token for token in _FILE.validate_json(self._path.read_bytes())}
            self._stamp = stamp
        return self._tokens

    @contextmanager
    def _writing(self) -> Generator[dict[str, Token]]:
        """Change the tokens alone and whole: two commands at once, or a power cut, leave no half of anything."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            tokens = dict(self._known())
            yield tokens
            content = _FILE.dump_json(tuple(tokens.values()), indent=1)
            write_whole(self._path, content, private=True, durable=True)
        finally:
            os.close(lock)


def _named(tokens: dict[str, Token], token_id: str) -> Token:
    if token_id not in tokens:
        raise LinliError(Code.UNKNOWN_TOKEN, id=token_id)
    return tokens[token_id]


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
