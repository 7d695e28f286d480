"""Opening sealed parts for somebody who may: with its key from the topic, and a line in the log that says who did."""

from __future__ import annotations

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.errors import Code, LinliError
from linli.schemas.people import NotePart, PersonalPart
from linli.schemas.sealed_text import part_of
from linli.services.gateway.access import Caller, written_for
from linli.services.gateway.installation import Installation
from linli.streams.log_lines import log_for
from linli.streams.sealed.sealing import unseal

_log = log_for("gateway")


async def personal_part(here: Installation, record: AssignmentRecord, caller: Caller, why: str) -> PersonalPart:
    """Open the personal part of a request.

    Parameters
    ----------
    here
        The installation.
    record
        The request.
    caller
        Who asks: written to the log with the request, never a value.
    why
        Which route.

    Raises
    ------
    LinliError
        ``erased`` if its key is gone, or only a cancellation is known.
    """
    if record.details is None:
        raise LinliError(Code.ERASED, id=record.request_id)
    sealed = record.details.sealed
    key = await here.keys.find(sealed.key_id)
    if key is None:
        raise LinliError(Code.ERASED, id=record.request_id)
    _log.info("opened", why=why, case=record.request_id, role=caller.role.value, token=caller.token)
    return unseal(sealed, key, here.keyring, PersonalPart)


async def written_texts(here: Installation, record: AssignmentRecord, caller: Caller) -> dict[str, str | None]:
    """Open what people wrote about a request as far as a caller may, by its sealed form; ``None`` if it was erased.

    Sentences that an older build left in clear stand in the request itself.
    """
    found = dict[str, str | None]()
    for text in written_for(caller, record):
        part = part_of(text)
        if part is None:
            continue
        key = await here.keys.find(part.key_id)
        found[text] = None if key is None else unseal(part, key, here.keyring, NotePart).text
    if found:
        _log.info("opened", why="written", case=record.request_id, role=caller.role.value, token=caller.token)
    return found
