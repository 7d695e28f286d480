"""Who may speak to Linli over HTTP: six roles, from the first day."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is towards Linli. What each may do is in one table, `linli.services.gateway.access`."""

    DISPATCH_CENTRE = "dispatch_centre"
    PROXY = "proxy"
    TEAM_LEAD = "team_lead"
    OFFICER = "officer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
