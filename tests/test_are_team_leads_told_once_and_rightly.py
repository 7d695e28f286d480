"""Are team leads told what they must know, once, by the right channel, and nothing that is not so any more?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from datetime import time, timedelta

import pytest

from linli.schemas.answers import Accept, Decline, DeclineReason
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryState, Purpose
from linli.schemas.desk import Assign, Told, ToldOutcome
from linli.schemas.orders import Cancel, Target
from linli.schemas.people import Channel, ChannelKind
from linli.schemas.policy import Mode, ModeRule, QuietHours
from linli.schemas.roster import Deputy
from linli.schemas.team_changes import ApplyDeputy
from linli.schemas.telling import Tell
from tests.support.delivery_stack import DeliveryStack, webhook
from tests.support.district import AUTO, DISTRICT, MONDAY, Desk
from tests.support.providers import Providers, Reply, always, errcode, properly

pytestmark = pytest.mark.broker

ROBOT_SECRET = "SECsynthetic"  # noqa: S105 - synthetic


async def test_an_offer_reaches_its_team_by_a_signed_webhook_and_then_the_visit(stack: DeliveryStack) -> None:
    """Tests the plain way: asked, accepted, told to go; thin bodies, one id each."""
    async with Providers() as server, stack.delivering(server):
        await stack.register("t1", await stack.seal(webhook(server)))
        offer, asked = await stack.offer("1")
        [told] = await stack.settled()
        await stack.decided(stack.desk.send(Accept(offer=offer, team=asked, members=("t1-m0", "t1-m1"))))
        both = await stack.settled(2)
    assert [one.purpose for one in both] == [Purpose.OFFER, Purpose.COMMITTED]
    assert [one.state for one in both] == [DeliveryState.DELIVERED] * 2
    assert [request.headers["webhook-id"] for request in server.taken] == [one.id for one in both]
    said = server.taken[0].json
    assert said["type"] == "linli.delivery.offer"
    assert (said["data"]["offer"], said["data"]["team"], said["data"]["district"]) == (offer, "t1", DISTRICT)
    assert set(said["data"]) == {
        "delivery", "purpose", "request", "offer", "team", "district", "category", "start", "end", "answer_by", "link",
    }  # fmt: skip
    assert told.id == both[0].id


async def test_what_is_told_is_counted(stack: DeliveryStack) -> None:
    """Tests the figures: a try that failed, one that did not and how long it took, and what waits for a person."""
    async with Providers() as server, stack.delivering(server):
        server.script.append(Reply(500))
        await stack.register("t1", await stack.seal(webhook(server)), skill="a")
        await stack.register("t2", None, skill="b")
        await stack.offer("1", skill="a")
        await stack.offer("2", skill="b")
        await stack.until(
            lambda seen: [one.settled or one.track is not None for one in seen] == [True] * 2,
            "one told, one at the desk",
        )
        await asyncio.sleep(1.5)

    def figure(name: str, **labels: str) -> float | None:
        return stack.meters.registry.get_sample_value(name, labels)

    assert figure("linli_deliveries_total", channel="webhook", state="failed") == 1
    assert figure("linli_deliveries_total", channel="webhook", state="delivered") == 1
    assert figure("linli_delivery_seconds_count", channel="webhook") == 1
    assert figure("linli_deliveries_open", waits_for="person") == 1
    assert figure("linli_deliveries_open", waits_for="machine") == 0


async def test_a_team_that_was_asked_hears_that_another_one_goes(stack: DeliveryStack) -> None:
    """Tests that the rest is told when it is filled, that who declined is not, and who was never told hears nothing."""
    async with Providers() as server, stack.delivering(server):
        for name in ("t1", "t2"):
            await stack.register(name, await stack.seal(webhook(server, name)))
        offer, asked = await stack.offer("1")
        await stack.settled()
        await stack.decided(stack.desk.send(Decline(offer=offer, team=asked, reason=DeclineReason.BUSY)))
        [(_, second, other)] = stack.desk.open_offers()
        await stack.settled(2)
        await stack.decided(stack.desk.send(Cancel(target=Target(request_id="r-1"), reason="not needed")))
        seen = await stack.settled(3)
    assert [(one.purpose, one.team, one.offer) for one in seen] == [
        (Purpose.OFFER, asked, offer),
        (Purpose.OFFER, other, second),
        (Purpose.TAKEN_BACK, other, second),
    ]


async def test_who_was_to_go_hears_that_the_visit_is_off(stack: DeliveryStack) -> None:
    """Tests that a cancellation reaches the team that accepted."""
    async with Providers() as server, stack.delivering(server):
        await stack.register("t1", await stack.seal(webhook(server)))
        offer, asked = await stack.offer("1")
        await stack.settled()
        await stack.decided(stack.desk.send(Accept(offer=offer, team=asked, members=("t1-m0", "t1-m1"))))
        await stack.settled(2)
        await stack.decided(stack.desk.send(Cancel(target=Target(request_id="r-1"), reason="not needed")))
        seen = await stack.settled(3)
    assert [one.purpose for one in seen] == [Purpose.OFFER, Purpose.COMMITTED, Purpose.CALLED_OFF]
    assert [one.json["type"].removeprefix("linli.delivery.") for one in server.taken] == [
        "offer",
        "committed",
        "called_off",
    ]


async def test_what_is_not_so_any_more_is_not_sent(stack: DeliveryStack) -> None:
    """Tests that an offer that ended while its target was down is dropped, and nobody is told of its end."""
    async with Providers() as server:
        server.behave = always(Reply(500))
        async with stack.delivering(server):
            await stack.register("t1", await stack.seal(webhook(server)))
            await stack.offer("1")
            await stack.until(lambda seen: seen[0].attempt > 0 and seen[0].error == "http_500", "a failed try")
            await stack.decided(stack.desk.send(Cancel(target=Target(request_id="r-1"), reason="not needed")))
            seen = await stack.until(lambda seen: seen[0].state is DeliveryState.OBSOLETE, "the end of the offer")
            server.behave = properly
            seen = await stack.settled(2)
    assert [(one.purpose, one.state) for one in seen] == [
        (Purpose.OFFER, DeliveryState.OBSOLETE),
        (Purpose.TAKEN_BACK, DeliveryState.DELIVERED),
    ]


async def test_a_channel_that_fails_makes_room_for_the_next_and_at_last_for_the_desk(stack: DeliveryStack) -> None:
    """Tests the order of channels: the webhook answers 500, the robot refuses with 200, then a person calls."""
    async with Providers(behave=lambda request: Reply(500) if "/hook/" in request.path else errcode(93000)) as server:
        robot = Channel(kind=ChannelKind.WECOM, target=server.url("/cgi-bin/webhook/send?key=wrong"))
        async with stack.delivering(server):
            await stack.register("t1", await stack.seal(webhook(server), robot, phone="13800000000"))
            await stack.offer("1")
            [waiting] = await stack.at_the_desk()
            await stack.command(Told(delivery=waiting.id, outcome=ToldOutcome.NOT_REACHED, by="d-1"), 1)
            await stack.until(lambda seen: seen[0].answered is not None, "the first call")
            await stack.command(Told(delivery=waiting.id, outcome=ToldOutcome.REACHED, by="d-1"), 2)
            [done] = await stack.settled()
    assert [(one.channel, one.state, one.error) for one in waiting.tracks] == [
        (ChannelKind.WEBHOOK, DeliveryState.FAILED, "http_500"),
        (ChannelKind.WECOM, DeliveryState.GIVEN_UP, "errcode_93000"),
        (ChannelKind.DESK, DeliveryState.PENDING, ""),
    ]
    assert (done.state, done.tracks[-1].attempt) == (DeliveryState.DELIVERED, 2)
    assert done.tracks[0].state is DeliveryState.OBSOLETE


async def test_a_webhook_that_comes_back_after_an_hour_is_told_and_the_desk_is_spared(stack: DeliveryStack) -> None:
    """Tests that a program is told late under the same id with the same body, and the call vanishes from the list."""
    stack.rate = 1_200.0
    async with Providers() as server, stack.delivering(server):
        await stack.register("t1", await stack.seal(webhook(server)))
        await server.stop()
        offer, asked = await stack.offer("1", hours=(5, 6))
        await stack.at_the_desk()
        down_since = stack.clock.now()
        while stack.clock.now() < down_since + timedelta(hours=1):
            await asyncio.sleep(0.1)
        await server.start()
        [told] = await stack.settled()
    assert (told.state, told.channel, told.offer, told.team) == (DeliveryState.DELIVERED, "webhook", offer, asked)
    assert told.tracks[-1].channel is ChannelKind.DESK
    assert told.tracks[-1].state is DeliveryState.OBSOLETE
    assert [request.headers["webhook-id"] for request in server.taken] == [told.id]


async def test_an_address_that_is_gone_is_never_called_again_until_the_team_is_written_anew(
    stack: DeliveryStack,
) -> None:
    """Tests 410: closed at once, also for a later process; a new registration opens it."""
    async with Providers(behave=always(Reply(410))) as server:
        async with stack.delivering(server):
            await stack.register("t1", await stack.seal(webhook(server)), crews=4)
            await stack.offer("1")
            [first] = await stack.at_the_desk()
        async with stack.delivering(server):
            await stack.offer("2")
            _, second = await stack.at_the_desk(2)
            assert len(server.received) == 1
            server.behave = properly
            stack.desk.now = stack.clock.now()
            await stack.register("t1", await stack.seal(webhook(server)), crews=4)
            await stack.command(Told(delivery=first.id, outcome=ToldOutcome.NOT_REACHED, by="d-1"), 1)
            await stack.until(lambda seen: any(one.answered for one in seen), "a call, long after the address was gone")
        async with stack.delivering(server):
            await stack.offer("3")
            await stack.until(lambda seen: any(one.state is DeliveryState.DELIVERED for one in seen), "the third offer")
    assert [one.tracks[0].error for one in (first, second)] == ["http_410", "disabled"]


async def test_a_target_that_asks_for_a_rest_gets_it(stack: DeliveryStack) -> None:
    """Tests 429 with Retry-After: nothing more goes there for so long, of other deliveries neither."""
    async with Providers() as server:
        server.script.append(Reply(429, headers={"retry-after": "2"}))
        async with stack.delivering(server):
            await stack.register("t1", await stack.seal(webhook(server)), crews=4)
            await stack.offer("1")
            await stack.until(lambda seen: seen[0].error == "http_429", "the refusal")
            began = asyncio.get_running_loop().time()
            await stack.offer("2")
            await stack.settled(2)
            assert asyncio.get_running_loop().time() - began > 1.0
    assert len(server.received) == 3


async def test_children_never_come_up_in_a_group(stack: DeliveryStack) -> None:
    """Tests that a child's case skips the robots and the text to copy, and goes to the lead or to the desk."""
    async with Providers() as server, stack.delivering(server):
        robot = Channel(kind=ChannelKind.WECOM, target=server.url("/cgi-bin/webhook/send?key=right"))
        await stack.register("t1", await stack.seal(robot, Channel(kind=ChannelKind.COPY), webhook(server)))
        await stack.offer("1", child=True, adults=2)
        [told] = await stack.settled()
        assert [request.path for request in server.taken] == ["/hook/lead"]
        await stack.offer("2", hours=(5, 8))
        await stack.settled(2)
    assert (told.child, told.channel) == (True, "webhook")
    assert server.taken[-1].path == "/cgi-bin/webhook/send"


async def test_a_group_hears_a_code_a_window_and_nothing_about_anybody(stack: DeliveryStack) -> None:
    """Tests the very words of a robot's message."""
    async with Providers() as server, stack.delivering(server):
        robot = Channel(kind=ChannelKind.WECOM, target=server.url("/cgi-bin/webhook/send?key=right"))
        await stack.register("t1", await stack.seal(robot))
        await stack.offer("1")
        await stack.settled()
    text = server.taken[0].json["text"]["content"]
    assert re.fullmatch(r"【邻里】新派单 [2-9A-Z]{4}，\d\d-\d\d \d\d:\d\d–\d\d:\d\d，能否接单？", text.strip())


async def test_a_robot_that_has_said_enough_says_the_rest_together(stack: DeliveryStack) -> None:
    """Tests that 30 offers at once take at most 20 messages a minute, each offer in exactly one of them."""
    async with Providers() as server, stack.delivering(server):
        target = server.url("/robot/send?access_token=right")
        robot = Channel(kind=ChannelKind.DINGTALK, target=target, secret=ROBOT_SECRET)
        server.secrets["/robot/send"] = ROBOT_SECRET
        await stack.register("t1", await stack.seal(robot))
        await stack.offer("1")
        [made] = await stack.settled()
        await stack.written(copies(stack, 30))
        seen = await stack.settled(31)
    lines = [line for request in server.taken for line in request.json["text"]["content"].splitlines()]
    assert len(server.taken) <= 14
    assert len(lines) == len(set(lines)) == 31
    assert made.id in {one.id for one in seen if one.state is DeliveryState.DELIVERED}


async def test_the_deputy_is_told_in_the_span_of_the_deputy(stack: DeliveryStack) -> None:
    """Tests that who answers for the lead is told, and the lead is not."""
    async with Providers() as server, stack.delivering(server):
        deputy = Deputy(
            start=MONDAY - timedelta(hours=1),
            end=MONDAY + timedelta(days=1),
            sealed_contact=await stack.seal(webhook(server, "deputy")),
        )
        await stack.register("t1", await stack.seal(webhook(server, "lead")))
        await stack.decided(stack.desk.send(ApplyDeputy(team="t1", deputy=deputy, by="t1")))
        await stack.offer("1")
        await stack.settled()
    assert [request.path for request in server.taken] == ["/hook/deputy"]


async def test_in_suggest_nothing_leaves_the_house(stack: DeliveryStack) -> None:
    """Tests that a team that the desk sent there is not told of it, and that one in another mode is."""
    only_suggested = ModeRule(category="haircut", mode=Mode.SUGGEST)
    stack.desk = Desk(stack.desk.state.policy.model_copy(update={"mode_rules": (only_suggested,)}), teams=0)
    async with Providers() as server, stack.delivering(server):
        await stack.register("t1", await stack.seal(webhook(server, "suggested")))
        await stack.register("t2", await stack.seal(webhook(server, "asked")), skill="repairs")
        await stack.decided(stack.desk.place_order("1"))
        target = Target(request_id="r-1")
        sent = Assign(target=target, team="t1", agreed=True, members=("t1-m0",), reason="near", by="desk-1")
        await stack.decided(stack.desk.send(sent))
        assert stack.desk.state.requests["r-1"].legs[0].assignment is not None
        await stack.offer("2", skill="repairs")
        seen = await stack.settled()
    assert {request.path for request in server.taken} == {"/hook/asked"}
    assert {one.request for one in seen} == {"r-2"}


async def test_at_night_only_what_is_urgent_goes_out(stack: DeliveryStack) -> None:
    """Tests quiet hours from the policy that the rounds were decided by: the rest waits for the morning."""
    stack.rate = 240.0
    stack.ledger.policy = AUTO.model_copy(update={"quiet_hours": QuietHours(start=time(7, 30), end=time(8, 45))})
    async with Providers() as server, stack.delivering(server):
        await stack.register("t1", await stack.seal(webhook(server)))
        await stack.offer("1", hours=(4, 8))
        await stack.settled()
        await stack.written(calmer(copies(stack, 1)))
        _, waits = await stack.until(lambda seen: len(seen) == 2, "the calm one")
        assert len(server.taken) == 1
        _, told = await stack.settled(2)
    assert waits.at < MONDAY + timedelta(minutes=45) <= told.at


async def test_whoever_has_no_telephone_is_told_in_person_and_the_desk_hears_of_it(stack: DeliveryStack) -> None:
    """Tests the tasks for the grid worker: the promise, then who comes, each due in time and settled by a word."""
    async with Providers() as server, stack.delivering(server):
        await stack.register("t1", await stack.seal(webhook(server)))
        decision = stack.desk.place_order("1", urgency=0)
        await stack.written(with_no_phone(decision.assignments))
        offer = stack.desk.open_offers()[0][1]
        [promise] = await stack.at_the_desk()
        await stack.written(
            with_no_phone(stack.desk.send(Accept(offer=offer, team="t1", members=("t1-m0", "t1-m1"))).assignments)
        )
        visitors = next(one for one in await stack.at_the_desk(2) if one.id != promise.id)
        await stack.command(Told(delivery=visitors.id, outcome=ToldOutcome.REACHED, by="g-1"), 1)
        await stack.until(lambda seen: any(one.answered for one in seen), "the word")
    assert (promise.purpose, promise.task and promise.task.what) == (Purpose.IN_PERSON, Tell.PROMISED)
    assert visitors.task is not None
    assert (visitors.task.what, visitors.task.members) == (Tell.VISITORS, ("t1-m0", "t1-m1"))
    assert visitors.answer_by is not None
    assert visitors.start is not None
    assert visitors.answer_by <= visitors.start


def copies(stack: DeliveryStack, count: int) -> list[AssignmentRecord]:
    """Give records like the first request's, of requests that do not exist otherwise."""
    record = next(iter(stack.desk.state.requests.values()))
    return [copied(record, f"r-copy-{number}") for number in range(count)]


def copied(record: AssignmentRecord, request: str) -> AssignmentRecord:
    text = record.model_dump_json().replace(record.request_id, request)
    return AssignmentRecord.model_validate_json(text)


def calmer(records: Iterable[AssignmentRecord]) -> list[AssignmentRecord]:
    return [
        one.model_copy(update={"details": one.details and one.details.model_copy(update={"urgency": 2})})
        for one in records
    ]


def with_no_phone(records: Iterable[AssignmentRecord]) -> list[AssignmentRecord]:
    return [
        one.model_copy(update={"details": one.details and one.details.model_copy(update={"has_phone": False})})
        for one in records
    ]
