"""The key of one sealed part, wrapped by a master key; destroying it erases the part for ever."""

from __future__ import annotations

from linli.schemas.base import Inside, Instant, Ref


class SubjectKey(Inside):
    """The value of ``subject-keys``. ``wrapped`` and ``nonce`` are base64; ``master`` names the master key.

    ``about`` is what somebody wrote about, where the sealed part is such a sentence, or what a refused record named: a
    request, a standing order, a delivery, a team. By it an erasure finds what was written about a person, also where no
    record carries it any more.
    """

    key_id: Ref
    master: Ref
    nonce: str
    wrapped: str
    created_at: Instant
    about: Ref | None = None
