"""Which district a team's id belongs to: said once, by whoever registers the team first."""

from __future__ import annotations

from linli.schemas.base import Inside, Ref


class TeamHome(Inside):
    """The value of ``team-homes``. Of several claims of one team the first in the log counts, for ever."""

    team: Ref
    district: Ref
