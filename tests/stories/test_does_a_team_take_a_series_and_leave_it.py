"""Does a team take a whole weekly order, give one visit back, leave it: and is nobody asked as long as it has it?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.lifecycle import OfferState
from linli.schemas.topics import ASSIGNMENTS, DELIVERIES
from linli.streams.codec import decode_as
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
from tests.support.ledger import committed
from tests.support.story_case import Case
from tests.support.story_county import ZONE
from tests.support.story_telling import Story
from tests.support.terminal import Json
from tests.support.waiting import eventually

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

A_DAY_S = 240.0
"""How long a day of the county may take: at its rate two and a half minutes."""


def test_a_series_is_taken_given_back_once_and_left(story: Story) -> None:
    """Tests one order that recurs four days a week, from the yes to all of it to the day each is asked for again."""
    for _ in range(2):
        story.lead()
    standing, cases = _placed(story)
    first, second, third, fourth, *later = cases
    taker = first.asked(patience_s=A_DAY_S)
    [other] = [one for one in story.leads.values() if one is not taker]
    taker.takes_all(first).went_well()
    for one in (second, third, fourth, *later):
        assert one.is_("committed").visit()["team"] == taker.team
    assert _series(story, standing) == [taker.team]
    assert taker.hears(second, "committed").data["series"] is True
    assert "series" not in taker.hears(first, "committed").data
    page = taker.sees(f"/team/visit/{second.offer_to(taker)['id']}").text
    assert "you said yes to the whole series" in page

    taker.withdraws(fourth, "ill that day").went_well()
    fourth.is_("promised")
    other.claims(fourth).went_well()
    assert fourth.is_("committed").visit()["team"] == other.team
    assert _series(story, standing) == [taker.team]
    assert {one.now()["visits"][0]["team"] for one in (second, third, *later)} == {taker.team}
    asked = _asked_for(story, cases)
    assert asked == {first.id}, "somebody was asked for a visit of the series"
    assert not other.heard(second) + other.heard(third)

    taker.leaves_the_series(second, "moves to another town").went_well()
    assert _series(story, standing) == [None]
    for one in (third, *later):
        assert not one.is_("promised").now()["visits"]
    assert fourth.visit()["team"] == other.team
    assert second.asked(taker, patience_s=A_DAY_S) is other
    other.accepts(second).went_well()
    assert not third.is_("promised").now()["visits"], "a yes to one visit is none to the next"
    assert _asked_for(story, cases) == {first.id, second.id}
    assert story.county.terminal.run("replay", "--verify").returncode == 0


def test_the_desk_gives_a_whole_order_by_telephone(story: Story) -> None:
    """Tests the same from the desk: one command, all visits, nobody asked, and the page says who wrote it down."""
    lead = story.lead()
    standing, cases = _placed(story)
    boxes = story.desk.sees(f"/desk/case/{cases[1].id}").text
    assert 'id="assign-series"' in boxes
    words = ("assign", cases[1].id, lead.team, "--reason", "agreed by telephone", "--by", "county-desk", "--series")
    assert "--series needs --agreed" in story.county.terminal.run(*words).stderr
    story.county.terminal.ok(*words, "--agreed", "--member", lead.members[0])
    for one in cases[1:]:
        assert one.is_("committed").visit()["team"] == lead.team
    [series] = story.desk.reads(f"/v1/standing-orders/{standing}")["series"]
    assert (series["team"], series["by"]) == (lead.team, "county-desk")
    assert "agreed by telephone, entered by county-desk" in story.desk.sees(f"/desk/standing/{standing}").text
    assert not _asked_for(story, cases[1:])
    assert lead.hears(cases[2], "committed").data["series"] is True


def _placed(story: Story) -> tuple[str, list[Case]]:
    """Place an order that recurs on four days of each week, the first some hours from now."""
    start = _soon(story)
    days = ",".join(DAYS[(start.weekday() + after) % 7] for after in range(4))
    window = {"start": start.isoformat(), "end": (start + timedelta(hours=3)).isoformat()}
    body = {"order": story.order(windows=[window]), "rule": f"FREQ=WEEKLY;BYDAY={days}"}
    answer = story.desk.client.post("/v1/standing-orders", json=body, params={"wait": 30})
    assert answer.status_code == 201, answer.text
    standing: str = answer.json()["standing"]
    return standing, eventually(lambda: _cases(story, standing) or None, "the visits of the next days to be made")


def _soon(story: Story) -> datetime:
    """Give an hour of the day in three hours from now, or the next morning."""
    hour = story.county.now().astimezone(ZONE).replace(minute=0, second=0, microsecond=0) + timedelta(hours=4)
    if 9 <= hour.hour <= 18:
        return hour
    morning = hour.replace(hour=9)
    return morning if hour.hour < 9 else morning + timedelta(days=1)


def _cases(story: Story, standing: str) -> list[Case]:
    """Give the visits that are requests, in their order; none as long as they are fewer than the page shows."""
    upcoming: Sequence[Json] = story.desk.reads(f"/v1/standing-orders/{standing}")["upcoming"]
    made = [one["request_id"] for one in upcoming if one["request_id"]]
    return [Case(one, story.desk, story.leads) for one in made] if len(made) == len(upcoming) else []


def _series(story: Story, standing: str) -> list[str | None]:
    shown = story.desk.reads(f"/v1/standing-orders/{standing}")["series"]
    return [one and one["team"] for one in shown]


def _asked_for(story: Story, cases: Iterable[Case]) -> set[str]:
    """Read the raw log: of which requests any record ever had an open offer, or any delivery asked a team."""
    wanted = {one.id for one in cases}
    address = KafkaAddress(bootstrap=story.county.house.running.kafka)
    asked: set[str] = set()
    for record in asyncio.run(_log(address)):
        if isinstance(record, DeliveryRecord):
            asked |= {record.request or ""} if record.purpose is Purpose.OFFER else set()
        elif any(offer.state is OfferState.OPEN for leg in record.legs for offer in leg.offers):
            asked.add(record.request_id)
    return asked & wanted


async def _log(address: KafkaAddress) -> list[AssignmentRecord | DeliveryRecord]:
    partitions = (await read_facts(address)).district_map.partitions
    found: list[AssignmentRecord | DeliveryRecord] = []
    for record in await committed(address, (ASSIGNMENTS, DELIVERIES), partitions):
        if record.value is not None:
            value = record.value
            is_request = record.topic == ASSIGNMENTS.name
            found.append(decode_as(AssignmentRecord, value) if is_request else decode_as(DeliveryRecord, value))
    return found
