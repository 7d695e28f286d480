"""Do hours follow a closed loop: a proxy's word gives none, the resident's code and the grid worker's word do."""

from __future__ import annotations

from datetime import timedelta

from linli.schemas.roles import Role
from tests.support.gateway import client_of
from tests.support.story_case import Case
from tests.support.story_county import ORDINARY
from tests.support.story_people import Answer, Lead, Person
from tests.support.story_telling import Story
from tests.support.terminal import Json
from tests.support.waiting import eventually

MINUTES = 20
"""How long a visit takes: two seconds of ours."""


BY_THE_CLOCK = {"at_night"}
"""What depends on when the story happens to be told."""


def visited(story: Story) -> tuple[Case, Lead]:
    """Let a proxy order something urgent, and the team go, stay for twenty minutes and say so."""
    lead = story.lead()
    soon = [story.hours(1.5, 4)]
    case = story.ordered(story.proxy, windows=soon, minutes=MINUTES, urgent=True, requester="trained_proxy")
    case.asked()
    lead.accepts(case).went_well()
    lead.starts(case).went_well()
    home = story.county.now() + timedelta(minutes=MINUTES)
    eventually(lambda: story.county.now() >= home, "the help to be given")
    lead.is_done(case, MINUTES).went_well()
    return case, lead


def kept(story: Story, case: Case) -> Json:
    """Give the service record of a case."""
    [record] = story.desk.reads(f"/v1/requests/{case.id}/service")["visits"]
    found: Json = record
    return found


def eventually_counts(story: Story, case: Case, minutes: int) -> Json:
    """Wait until so many minutes count."""

    def look() -> Json | None:
        record = kept(story, case)
        return record if record["credited_minutes"] == minutes else None

    return eventually(look, f"{minutes} minutes of {case.id} to count")


def says(person: Person, path: str, body: Json) -> Answer:
    """Say something and wait for what became of it."""
    return Answer(person.client.post(path, json=body, params={"wait": 30}))


def test_a_proxys_rating_gives_no_hours_and_the_grid_workers_word_does(story: Story) -> None:
    """Tests proxy, the code that a proxy was told, a proxy's vouching for its own order, then the grid worker."""
    case, lead = visited(story)
    story.proxy.rates(case, 5).went_well()
    code = story.proxy.reads(f"/v1/requests/{case.id}/code")["code"]
    with client_of(story.county.house) as resident:
        opened = resident.post("/v1/cases", json={"case": case.id, "code": code})
        given = {"case": case.id, "code": code, "stars": 5}
        rated = resident.post("/v1/cases/rating", json=given, params={"wait": 30})
    assert opened.json()["service_codes"] == []
    assert rated.json()["outcome"] == "applied"
    eventually(lambda: len(kept(story, case)["judgements"]) == 2, "both ratings to be kept")
    record = kept(story, case)
    assert (record["proof"]["ways"], record["credited_minutes"]) == ([], 0)
    assert set(record["anomalies"]) <= BY_THE_CLOCK
    own = says(story.proxy, f"/v1/requests/{case.id}/confirm-service", {})
    assert own.said["outcome_detail"] == "own_order", own.said
    member = Person(story.county, story.county.signed_in(Role.OFFICER, place=f"{ORDINARY}-01", member_of=lead.team))
    assert says(member, f"/v1/requests/{case.id}/confirm-service", {}).said["detail"] == "own_team"
    grid = story.officer(f"{ORDINARY}-01")
    says(grid, f"/v1/requests/{case.id}/confirm-service", {"note": "asked at the door"}).went_well()
    eventually(lambda: kept(story, case)["proof"]["proven"], "the visit to be proven")
    assert kept(story, case)["credited_minutes"] == 0  # The member's vouching waits for a decision.
    waiting = grid.reads("/v1/reviews")["visits"]
    assert case.id in [one["request_id"] for one in waiting]
    decision = {"verdict": "accepted", "reason": "the resident was asked as well"}
    says(grid, f"/v1/requests/{case.id}/review", decision).went_well()
    done = eventually_counts(story, case, MINUTES)
    assert done["proof"]["ways"] == ["grid_worker"]
    assert set(done["anomalies"]) - BY_THE_CLOCK == {"own_team"}
    page = grid.sees("/desk/reviews")
    assert page.status_code == 200
    assert case.id not in page.text
    assert story.desk.sees("/desk/reviews").status_code == 403


def test_the_residents_digits_count_and_guessing_is_seen(story: Story) -> None:
    """Tests that the team never sees the code, that the resident does, and that a low rating comes back to the desk."""
    case, lead = visited(story)
    offer = case.offer_to(lead)["id"]
    told = story.desk.reads(f"/v1/requests/{case.id}/code")["code"]
    with client_of(story.county.house) as resident:
        shown = resident.post("/v1/cases", json={"case": case.id, "code": told}).json()
        [digits] = shown["service_codes"]
        assert digits not in lead.whom(case).text
        assert digits not in lead.sees(f"/team/visit/{offer}").text
        wrong = f"{(int(digits) + 1) % 10_000:04d}"
        assert says(lead, f"/v1/offers/{offer}/code", {"code": wrong}).said["detail"] == "wrong_code"
        says(lead, f"/v1/offers/{offer}/code", {"code": digits}).went_well()
        if kept(story, case)["anomalies"]:
            decision = {"verdict": "accepted", "reason": "the county's night is six seconds of ours away"}
            says(story.officer(ORDINARY), f"/v1/requests/{case.id}/review", decision).went_well()
        record = eventually_counts(story, case, MINUTES)
        assert (record["proof"]["ways"], record["wrong_codes"]) == (["service_code"], 1)
        low = {"case": case.id, "code": told, "stars": 1, "tags": ["late"]}
        assert resident.post("/v1/cases/rating", json=low, params={"wait": 30}).json()["outcome"] == "applied"
    case.is_("reopened")
    assert case.id in story.desk.sees("/desk?state=reopened").text
    assert "do-resolve" in story.desk.sees(f"/desk/case/{case.id}").text
    says(story.desk, f"/v1/requests/{case.id}/resolve", {"remedy": "made_good", "reason": "went again"}).went_well()
    case.is_("rated")
    assert case.causes()[-3:] == ["rate", "low_rating", "resolve"]
    hours = story.county.house.json("report", "hours")["rows"]
    [mine] = [row for row in hours if row["team"] == lead.team]
    assert (mine["member"], mine["visits"], mine["credited"]) == (lead.members[0], 1, 0.33)
    certificate = story.county.house.json("certificate", lead.team, lead.members[0])
    assert (certificate["visits"], certificate["hours"], certificate["synthetic"]) == (1, 0.33, True)
