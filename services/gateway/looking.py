"""Looking things up for a caller: what is out of scope is not there, so nobody learns what exists elsewhere."""

from __future__ import annotations

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.errors import Code, LinliError
from linli.services.gateway.access import Caller, Scope, sees
from linli.services.gateway.installation import Installation


async def request_named(here: Installation, caller: Caller, scope: Scope, name: str) -> AssignmentRecord:
    """Find a request by our id, by ``SOURCE/NUMBER`` or by a number that only one sender used.

    Raises
    ------
    LinliError
        ``unknown_request`` if there is none within the caller's scope, or several of this number.
    """
    named = [await here.board.request(one) for one in await here.board.named(name)]
    found = [record for record in named if record is not None and sees(caller, scope, record)]
    own = [record for record in found if record.details is not None and record.details.source == caller.source]
    meant = own if len(found) > 1 else found
    if len(meant) != 1:
        raise LinliError(Code.UNKNOWN_REQUEST, id=name)
    return meant[0]
