"""Who acts in the stories, each by HTTP with a token of their own: the desk, a proxy, team leads, an office."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import httpx2

from linli.schemas.roles import Role
from tests.support.story_county import County
from tests.support.story_sink import Message
from tests.support.terminal import Json
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from tests.support.story_case import Case

DECIDED_S = 30
"""How long an answer may take to be decided: usually a tenth of a second, on a busy machine some seconds."""


class Answer:
    """What somebody was answered."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.status: int = answer.status_code
        self.said: Json = answer.json()

    def went_well(self) -> Answer:
        """Make sure that it was taken and did what was meant."""
        assert self.status in (200, 201), self.said
        assert self.said["outcome"] == "applied", self.said
        return self

    def was_refused(self, why: str) -> str:
        """Make sure that it was refused for a reason, and give the sentence that says so."""
        assert (self.status, self.said.get("outcome_detail")) == (409, why), self.said
        return str(self.said["title"])


class Person:
    """Somebody with a token."""

    def __init__(self, county: County, client: httpx2.Client) -> None:
        self.county = county
        self.client = client

    def reads_chinese(self) -> None:
        """Ask for answers in Chinese from now on."""
        self.client.headers["accept-language"] = "zh-CN"

    def sees(self, path: str) -> httpx2.Response:
        """Look at something."""
        return self.client.get(path)

    def reads(self, path: str) -> Json:
        """Look at something that must be there."""
        answer = self.sees(path)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def _says(self, path: str, body: Json, method: str = "POST") -> Answer:
        return Answer(self.client.request(method, path, json=body, params={"wait": DECIDED_S}))


class Orderer(Person):
    """Somebody who orders for others: the desk, or a proxy."""

    def cancels(self, case: Case, reason: str = "not needed any more") -> Answer:
        """The help is not wanted any more."""
        return self._says(f"/v1/requests/{case.id}/cancel", {"reason": reason})

    def reschedules(self, case: Case, *windows: Json, by: str = "resident") -> Answer:
        """Another time is agreed on."""
        body = {"windows": list(windows), "by": by, "reason": "another day suits better"}
        return self._says(f"/v1/requests/{case.id}/reschedule", body)

    def rates(self, case: Case, stars: int) -> Answer:
        """Write down the resident's word."""
        return self._says(f"/v1/requests/{case.id}/rate", {"stars": stars})

    def notes_the_guardians_consent(self, case: Case) -> Answer:
        """Bring what was missing."""
        return self._says(f"/v1/requests/{case.id}/amend", {"consent": {"beneficiary": True, "guardian": True}})


class Desk(Orderer):
    """The dispatch centre, which has the last word."""

    def assigns(self, case: Case, lead: Lead, reason: str, *agreed: str) -> Answer:
        """Name the team; with members the team has said yes by telephone."""
        body = {"team": lead.team, "reason": reason, "agreed": bool(agreed), "members": list(agreed)}
        return self._says(f"/v1/requests/{case.id}/assign", body)

    def holds(self, case: Case, reason: str) -> Answer:
        """Let a case wait."""
        return self._says(f"/v1/requests/{case.id}/hold", {"reason": reason})

    def releases(self, case: Case) -> Answer:
        """Let a case that waited go on."""
        return self._says(f"/v1/requests/{case.id}/release", {})

    def refers(self, case: Case, office: str) -> Answer:
        """Give a case to an office."""
        return self._says(f"/v1/requests/{case.id}/refer", {"office": office, "reason": "is theirs to do"})

    def calls(self, case: Case) -> list[Json]:
        """List what the desk has to tell somebody about a case by itself."""
        listed = self.county.terminal.lines("deliveries", "list", "--request", case.id)
        return [one for one in listed if one["state"] == "pending" and one["channel"] in ("desk", "copy")]

    def told(self, delivery: str, outcome: str = "reached") -> Answer:
        """Say what became of a call."""
        return self._says(f"/v1/deliveries/{delivery}/told", {"outcome": outcome})


class Lead(Person):
    """A team's lead, who knows what was received and answers it."""

    def __init__(self, county: County, team: str, members: list[str]) -> None:
        super().__init__(county, county.signed_in(Role.TEAM_LEAD, team=team))
        self.team = team
        self.members = members

    def accepts(self, case: Case, *members: str) -> Answer:
        """The team goes, and says who."""
        return self._answers(case, "accept", {"members": list(members or self.members[:1])})

    def takes_all(self, case: Case) -> Answer:
        """The team goes, and makes all later visits of the standing order too."""
        return self._answers(case, "accept", {"members": self.members[:1], "series": True})

    def leaves_the_series(self, case: Case, reason: str) -> Answer:
        """From this visit on the team makes none of the standing order's any more."""
        return self._answers(case, "withdraw", {"reason": reason, "series": True})

    def claims(self, case: Case) -> Answer:
        """The team takes a case by itself."""
        body = {"target": {"request_id": case.id}, "members": self.members[:1]}
        return self._says(f"/v1/teams/{self.team}/claims", body)

    def declines(self, case: Case, reason: str = "busy") -> Answer:
        """The team does not go."""
        return self._answers(case, "decline", {"reason": reason})

    def withdraws(self, case: Case, reason: str) -> Answer:
        """The team can no longer go."""
        return self._answers(case, "withdraw", {"reason": reason})

    def proposes(self, case: Case, *windows: Json) -> Answer:
        """The team asks for another time."""
        return self._answers(case, "reschedule", {"windows": list(windows), "reason": "the van is at the garage"})

    def starts(self, case: Case) -> Answer:
        """The team is at the door, and has said the digits."""
        return self._answers(case, "start", {"door_code_ok": True})

    def is_done(self, case: Case, minutes: int = 30) -> Answer:
        """The help was given."""
        return self._answers(case, "done", {"minutes": minutes})

    def whom(self, case: Case) -> httpx2.Response:
        """Ask whom to visit."""
        return self.sees(f"/v1/offers/{case.offer_to(self)['id']}/contact")

    def changes_members(self, members: list[Json]) -> Answer:
        """Say who is in the team from now on."""
        return self._says(f"/v1/teams/{self.team}/members", {"members": members}, "PUT")

    def names_a_deputy(self, contact: Json, start: datetime, end: datetime) -> Answer:
        """Say who is told in the lead's place."""
        body = {"contact": contact, "start": start.isoformat(), "end": end.isoformat()}
        return self._says(f"/v1/teams/{self.team}/deputy", body, "PUT")

    def heard(self, case: Case, purpose: str | None = None) -> list[Message]:
        """List what the lead's program took about a case."""
        came = [one for one in self.county.sink.webhooks(self.team) if one.taken and one.data["request"] == case.id]
        return [one for one in came if purpose in (None, one.purpose)]

    def hears(self, case: Case, purpose: str) -> Message:
        """Wait for a message about a case, which must come once."""
        [message] = eventually(lambda: self.heard(case, purpose), f"{self.team} to hear {purpose}")
        return message

    def _answers(self, case: Case, word: str, body: Json) -> Answer:
        return self._says(f"/v1/offers/{case.offer_to(self)['id']}/{word}", body)
