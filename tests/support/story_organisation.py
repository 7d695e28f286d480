"""The organisation of the stories: one branch of five levels and a community beside it, each contact with a webhook."""

from __future__ import annotations

from datetime import timedelta

import httpx2

from linli.schemas.roles import Role
from tests.support.story_case import Case
from tests.support.story_county import BESIDE, CLIMBING, County
from tests.support.story_people import Answer, Person
from tests.support.story_sink import Message
from tests.support.terminal import Json
from tests.support.waiting import eventually

LEVELS = ("building", "estate", "community", "street", "county")
"""From the lowest to the root."""

GRID = f"{CLIMBING}-01"
"""The grid at the bottom of the branch."""

DEPUTY = "community-deputy"
"""Who is told in place of the community's contact."""


class Organisation:
    """The tree, put together node by node through the gateway, the root first."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._administrator = Person(county, county.signed_in(Role.ADMINISTRATOR))
        for place, level in reversed(list(enumerate(LEVELS))):
            above = LEVELS[place + 1] if place + 1 < len(LEVELS) else None
            places = {"building": [GRID]}.get(level, [])
            self._registers(level, above, level, places, deputy=level == "community")
        self._registers("beside", "street", "community", [BESIDE])

    def heard(self, level: str, case: Case) -> list[Message]:
        """List what a level's contact, or its deputy, was told about a case."""
        return [one for one in self._county.sink.webhooks(level) if one.data["request"] == case.id]

    def hears(self, level: str, case: Case) -> Message:
        """Wait until a level is told, which must come once."""
        [message] = eventually(lambda: self.heard(level, case), f"{level} to hear of {case.id}")
        return message

    def _registers(
        self, node: str, parent: str | None, level: str, places: list[str], *, deputy: bool = False
    ) -> httpx2.Response:
        body = {
            "parent": parent,
            "level": level,
            "name": f"{node}（模拟）",
            "places": places,
            "contact": self._told(node),
        }
        if deputy:
            now = self._county.now()
            body["deputy"] = {
                "start": now.isoformat(),
                "end": (now + timedelta(days=9)).isoformat(),
                "contact": self._told(DEPUTY),
            }
        answer = self._administrator.client.put(f"/v1/nodes/{node}", json=body, params={"wait": 30})
        Answer(answer).went_well()
        return answer

    def _told(self, name: str) -> Json:
        return {"name": "周无人某", "phone": "13100007777", "channels": [self._county.sink.webhook(name)]}
