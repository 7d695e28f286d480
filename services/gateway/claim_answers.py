"""What the gateway answers about visits that a team could take by itself."""

from __future__ import annotations

from linli.schemas.orders import Window
from linli.services.gateway.answers import Answer, Taken


class ClaimView(Answer):
    """A visit that a team could take by itself: what is to be done, in which community, and how far it is.

    ``way_minutes`` is from the team's base; ``windows`` are when it may begin.
    """

    request_id: str
    version: int
    leg: int
    category: str
    community: str
    way_minutes: int
    windows: tuple[Window, ...]
    minutes: int
    urgency: int
    adults: int
    insured: bool


class ClaimList(Answer):
    """Visits that a team could take, the nearest first."""

    visits: tuple[ClaimView, ...]


class ClaimTaken(Taken):
    """What became of a claim; ``offer`` is the visit's id for start and done, once it is the team's."""

    offer: str | None = None
