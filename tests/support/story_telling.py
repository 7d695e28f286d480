"""One story's corner of the county: teams that alone speak its language, and cases that ask for it."""

from __future__ import annotations

from datetime import timedelta

from linli.schemas.roles import Role
from linli.services.demo.county import urban_communities
from tests.support.story_case import Case
from tests.support.story_county import ORDINARY, County
from tests.support.story_people import Answer, Desk, Lead, Orderer, Person
from tests.support.terminal import Json
from tests.support.waiting import eventually

NAME, PHONE, ADDRESS = "李无人某", "13100006666", "不存在的巷子六号"
"""Who is in need; synthetic, and to be read by nobody but who goes."""

SKILLS = ("shopping", "homework", "company", "repair", "haircut")


class Story:
    """Where one story is told.

    Attributes
    ----------
    desk, proxy, administrator
        Who acts besides the leads.
    """

    def __init__(self, county: County) -> None:
        self.county = county
        self.desk = Desk(county, county.signed_in(Role.DISPATCH_CENTRE))
        self.proxy = Orderer(county, county.signed_in(Role.PROXY))
        self.administrator = Person(county, county.signed_in(Role.ADMINISTRATOR))
        self.language = county.new_name("tongue")
        self.leads: dict[str, Lead] = {}

    def officer(self, place: str) -> Person:
        """Sign in somebody of an office."""
        return Person(self.county, self.county.signed_in(Role.OFFICER, place=place))

    def lead(self, **changes: object) -> Lead:
        """Register a team that speaks the story's language, and give its lead, whose program is told."""
        team = self.county.new_name("t")
        members = [f"{team}-m{number}" for number in range(3)]
        contact = {"name": "王无人某", "phone": "13100005555", "channels": [self.county.sink.webhook(team)]}
        body = {**self._team(team), "members": [self.member(ref) for ref in members], "contact": contact, **changes}
        answer = Answer(self.administrator.client.put(f"/v1/teams/{team}", json=body, params={"wait": 30}))
        assert answer.said["outcome"] == "applied", answer.said
        self.leads[team] = Lead(self.county, team, members)
        eventually(lambda: self.desk.sees(f"/v1/teams/{team}").status_code == 200, f"{team} on the roster")
        return self.leads[team]

    def member(self, ref: str, *, vetted: bool = True) -> Json:
        """Give an adult member, insured, and vetted or not any more."""
        until = (self.county.now() + timedelta(days=300)).isoformat()
        vetting = {"authority": "公安机关", "passed": vetted, "valid_until": until}
        return {"ref": ref, "adult": True, "gender": "female", "insured_until": until, "vetting": vetting}

    def hours(self, start: float, end: float) -> Json:
        """Give a window some hours from now."""
        now = self.county.now().replace(microsecond=0)
        return {
            "start": (now + timedelta(hours=start)).isoformat(),
            "end": (now + timedelta(hours=end)).isoformat(),
        }

    def order(self, category: str = "shopping", **changes: object) -> Json:
        """Write an order for within the day."""
        return {
            "source_id": self.county.new_name("order"),
            "category": category,
            "beneficiary": "empty_nest_elderly",
            "windows": [self.hours(10, 14)],
            "grid": f"{ORDINARY}-01",
            "consent": {"beneficiary": True},
            "wishes": {"language": self.language},
            "personal": {"name": NAME, "phone": PHONE, "address_line": f"{ADDRESS}{self.language}"},
            **changes,
        }

    def ordered(self, who: Orderer, category: str = "shopping", **changes: object) -> Case:
        """Let somebody order help, and give the case once it is registered."""
        answer = who.client.post("/v1/requests", json=self.order(category, **changes), params={"wait": 30})
        assert answer.status_code == 201, answer.text
        return Case(str(answer.json()["request_id"]), self.desk, self.leads)

    def _team(self, team: str) -> Json:
        lat, lon = urban_communities()[0].centre
        day = {"days": list(range(7)), "start": "00:00:00", "end": "23:59:00"}
        return {
            "name": f"故事试验队 {team}",
            "team_kind": "volunteer",
            "skills": [{"skill": one} for one in SKILLS],
            "base": {"crs": "wgs84", "lat": lat, "lon": lon},
            "crews": 6,
            "languages": [self.language],
            "hours": [day],
        }


def to_the_north(degrees: float) -> Json:
    """Give a base so many degrees of latitude to the north of the usual one, 111 km each."""
    lat, lon = urban_communities()[0].centre
    return {"crs": "wgs84", "lat": lat + degrees, "lon": lon}
