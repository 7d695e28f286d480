"""What the gateway answers about what people wrote beside their commands."""

from __future__ import annotations

from linli.services.gateway.answers import Answer


class WrittenText(Answer):
    """A sentence that somebody wrote about a request.

    ``sealed`` is as it stands in the request, by which it is found there; ``text`` is null where it was erased.
    """

    sealed: str
    text: str | None


class WrittenList(Answer):
    """The sentences that stand in a request, the latest of each kind first."""

    request_id: str
    written: tuple[WrittenText, ...]
