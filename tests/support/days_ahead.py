"""Orders some days ahead, and the teams as they stand on that day: so far off that nobody is asked for them yet."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tests.support.gateway import Json
from tests.support.house import House

DAYS_AHEAD = 3


def day_ahead() -> str:
    """Name the day."""
    return f"{datetime.now(UTC) + timedelta(days=DAYS_AHEAD):%Y-%m-%d}"


def import_teams(house: House) -> None:
    """Put the synthetic teams on a house's roster."""
    house.json("teams", "import", "-", given=house.linli("export", "sample-teams", "--day", day_ahead()).stdout)


SAMPLED = "2026-11-28"
"""The day whose first sample an order is made of, an adult's: samples differ from day to day, and some are urgent."""


def order_ahead(house: House, number: str, **changes: object) -> Json:
    """Give an order for company for an adult, any time of the day, with this number."""
    line = house.linli("export", "sample-orders", "--count", "1", "--day", SAMPLED, "--json").stdout
    window = {"start": f"{day_ahead()}T01:00:00Z", "end": f"{day_ahead()}T08:00:00Z"}
    plain = {"category": "company", "beneficiary": "empty_nest_elderly", "windows": [window], "source_id": number}
    return {**json.loads(line), **plain, **changes}
