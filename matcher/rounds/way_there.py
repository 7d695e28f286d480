"""How long a team needs to a visit: known before any route is, so that it can be asked in time."""

from __future__ import annotations

from datetime import timedelta

from linli.matcher.ledger.state import Translations
from linli.matcher.rounds.translate_teams import place_of
from linli.matcher.rounds.ways import Ways, travel_by
from linli.schemas.grounds import Grounds
from linli.schemas.orders import RequestDetails
from linli.schemas.roster import RosterRecord

NO_WAY = timedelta(0)


def way_there(
    translations: Translations,
    grounds: Grounds,
    ways: Ways,
    team: RosterRecord | None,
    details: RequestDetails,
) -> timedelta:
    """Return how long a team needs from its base to where service is given, fetching included.

    Parameters
    ----------
    translations
        The district's, for the ways it remembers.
    grounds
        What ways are estimated from.
    ways
        What was measured of them.
    team
        Who goes; nothing is known of the way of a team that is not on the roster.
    details
        The request.

    Notes
    -----
    From the base, though the crew may come from another visit: whoever asks must not have to know the route, which
    changes until it is asked. A fetch that has to wait for a window takes longer than this.
    """
    if team is None:
        return NO_WAY
    memory, known = translations.memory, translations.known
    remembered = memory is not None and known is not None and known[1:] == (grounds, False) and not ways
    travel = memory.travel if memory is not None and remembered else travel_by(translations, grounds, ways)
    base, place, fetch = place_of(team.details.base), place_of(details.place), details.fetch
    if fetch is None:
        return timedelta(seconds=travel.between(base, place)[0])
    shop = place_of(fetch.place)
    return timedelta(seconds=travel.between(base, shop)[0] + travel.between(shop, place)[0], minutes=fetch.minutes)
