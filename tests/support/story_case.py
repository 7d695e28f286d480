"""A case of the stories, as those see it who may: where it stands, who was asked, what happened, and why."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tests.support.story_people import Desk, Lead
from tests.support.terminal import Json
from tests.support.waiting import PATIENCE_S, eventually

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


class Case:
    """One request.

    Parameters
    ----------
    request_id
        Its id.
    desk
        Through whose eyes it is seen.
    leads
        Who may be asked, by team.
    """

    def __init__(self, request_id: str, desk: Desk, leads: Mapping[str, Lead]) -> None:
        self.id = request_id
        self._desk = desk
        self._leads = leads

    def now(self) -> Json:
        """Give it as it stands."""
        return self._desk.reads(f"/v1/requests/{self.id}")

    def is_(self, *states: str, patience_s: float = PATIENCE_S) -> Case:
        """Wait until it is in a state."""
        eventually(lambda: self.now()["state"] in states, f"{self.id} to be {' or '.join(states)}", patience_s)
        return self

    def asked(self, *others_than: Lead, patience_s: float = PATIENCE_S) -> Lead:
        """Wait until a team is asked, and give its lead."""
        return self.all_asked(1, *others_than, patience_s=patience_s)[0]

    def all_asked(self, count: int, *others_than: Lead, patience_s: float = PATIENCE_S) -> Sequence[Lead]:
        """Wait until so many teams are asked at the same time, and give their leads."""
        without = {one.team for one in others_than}

        def look() -> list[Lead] | None:
            open_ones = [one["team"] for one in self.now()["offers"] if one["state"] == "open"]
            found = [self._leads[team] for team in open_ones if team not in without]
            return found if len(found) >= count else None

        return eventually(look, f"{count} teams to be asked about {self.id}", patience_s)

    def offer_to(self, lead: Lead) -> Json:
        """Give the last offer that was made to a team."""
        made: list[Json] = [one for one in self.now()["offers"] if one["team"] == lead.team]
        return made[-1]

    def visit(self) -> Json:
        """Give who goes when."""
        [visit] = self.now()["visits"]
        found: Json = visit
        return found

    def causes(self) -> list[str]:
        """List what happened, step by step."""
        return [one["cause"] for one in self._desk.reads(f"/v1/requests/{self.id}/history")["steps"]]

    def told_in_words(self) -> str:
        """Read the desk's page of the case: its whole story and its explanation."""
        page = self._desk.sees(f"/desk/case/{self.id}")
        assert page.status_code == 200, page.text
        return " ".join(html.unescape(_TAGS.sub(" ", page.text)).split())

    def explained(self) -> Json:
        """Give why this team, or why nobody."""
        return self._desk.reads(f"/v1/requests/{self.id}/explanation")


def instant(text: str) -> datetime:
    """Read a moment as the API writes it."""
    return datetime.fromisoformat(text)
