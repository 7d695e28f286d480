"""Opening a sealed part for somebody who may: with its key from the topic, and a line in the log that says who did."""

from __future__ import annotations

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.errors import Code, LinliError
from linli.schemas.people import PersonalPart
from linli.services.gateway.access import Caller
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
