"""What would another policy have done with the same log: the same where it is the same, and told where it cannot be?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.matcher.ledger.state import Decision, DistrictState, Moment, NumberedCommand
from linli.matcher.rounds.matching import PlanRefusedError
from linli.matcher.rules import Violation
from linli.schemas.answers import Accept
from linli.schemas.assignment import Offer
from linli.schemas.commands import ApplyTeam, PlaceOrder
from linli.schemas.lifecycle import OfferState
from linli.schemas.policy import Policy, Prices
from linli.schemas.policy_file import parse_policy
from linli.schemas.roster import TeamDetails
from linli.services.cli import main, words
from linli.services.cli.other_roster import read_roster
from linli.services.cli.other_world import show_worlds
from linli.services.cli.out import Out
from linli.services.settings import load_settings
from linli.streams.dispatch.round_work import Desk
from linli.streams.kafka_client import KafkaAddress
from linli.streams.replay import recorded_rounds
from linli.streams.replay.replay import replay
from linli.streams.replay.what_if import TwoWorlds, WhatIf, changed
from linli.streams.replay.what_if import what_if as run_what_if
from tests.support.district import AUTO, DISTRICT, order, team
from tests.support.recording import RecordedLog, Recorder, recorded_day

FAR = 0.02
"""Degrees north of the orders: two kilometres."""

CALM = AUTO.model_copy(update={"work": 100, "prices": AUTO.prices.model_copy(update={"load": 0})})
"""Nothing speaks against giving one team everything."""


def _open_offer(recorder: Recorder, request: str) -> Offer:
    legs = recorder.states[DISTRICT].requests[request].legs
    return next(offer for leg in legs for offer in leg.offers if offer.state is OfferState.OPEN)


@pytest.fixture(scope="module", name="recorder")
def _recorder() -> Recorder:
    """A forenoon: two teams, two orders at the near one's door, which it accepts, and one that nobody can do."""
    recorder = Recorder(CALM)
    recorder.send(0, ApplyTeam(details=team("near")), ApplyTeam(details=team("far", north=FAR)))
    for number, hours in (("1", (3, 3.4)), ("2", (3.4, 6))):
        recorder.send(0.1, PlaceOrder(details=order(number, hours=hours)), request=f"r-{number}")
    recorder.send(0.2, PlaceOrder(details=order("3", skill="rowing", hours=(3, 6))), request="r-3")
    for number, hour in (("1", 1.6), ("2", 2.1)):
        recorder.send(hour - 0.05)
        offer = _open_offer(recorder, f"r-{number}")
        accept = Accept(offer=offer.id, team=offer.team, members=(f"{offer.team}-m0",))
        recorder.send(hour, accept, request=f"r-{number}")
    recorder.send(3.3)
    return recorder


@pytest.fixture(name="log")
def _log(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> KafkaAddress:
    """The recorded rounds where a cluster's topics would be."""
    log = RecordedLog(recorder)
    monkeypatch.setattr(recorded_rounds, "open_reader", log.open)
    monkeypatch.setattr(recorded_rounds, "read_facts", log.facts)
    return KafkaAddress("nowhere:9092")


def what_if(recorder: Recorder, given: str) -> WhatIf:
    """Play the recorded rounds again under a policy file."""
    found = WhatIf()
    worlds = TwoWorlds({DISTRICT: recorder.start}, parse_policy(given), Desk(decide, next_deadline), found)
    for one in recorder.rounds:
        worlds.take(one)
    return found


@pytest.mark.parametrize("given", ["", "freeze_minutes = 90", "[prices]\nload = 0"])
def test_the_same_policy_gives_no_difference_at_all(recorder: Recorder, given: str) -> None:
    """Tests that a file that changes nothing gives equal figures, every answer counted, no decision added."""
    found = what_if(recorder, given)
    recorded, other = found.figures
    assert recorded == other
    assert (recorded.requests, recorded.promised, recorded.committed, recorded.offers_sent) == (3, 2, 2, 2)
    assert recorded.unmet == {"impossible": 1}
    assert (found.rounds, found.added) == (len(recorder.rounds), 0)
    assert (found.answers, found.without_counterpart, found.otherwise) == (2, 0, 0)


async def test_the_log_itself_is_run_again(recorder: Recorder, log: KafkaAddress) -> None:
    """Tests the way from the topics to the figures: every round once, from the first, with progress."""
    told: list[int] = []
    found = WhatIf()
    await run_what_if(log, 0, parse_policy("[prices]\nload = 10000"), Desk(decide, next_deadline), found, told.append)
    assert told == [one.record.number for one in recorder.rounds]
    assert found.first_rounds == {0: 1}
    assert found.figures == what_if(recorder, "[prices]\nload = 10000").figures


async def test_a_replay_of_it_is_the_same_and_sees_a_difference(recorder: Recorder, log: KafkaAddress) -> None:
    """Tests that the recorded rounds come out byte by byte, and that a desk that plans otherwise is seen."""
    same = await replay(log, 0, decide)
    assert (same.first_difference, same.rounds, same.first_round) == (None, len(recorder.rounds), 1)
    assert same.records > same.rounds

    def otherwise(state: DistrictState, commands: Sequence[NumberedCommand], moment: Moment) -> Decision:
        return decide(state, commands[:-1] if moment.round > 2 else commands, moment)

    different = await replay(log, 0, otherwise)
    assert different.first_difference is not None
    assert different.first_difference.round == 3


def test_a_whole_day_under_its_own_policy_is_the_same_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests a day with declines, withdrawals and cancellations: equal figures, and no round too many."""
    before, rounds = recorded_day(monkeypatch, requests=25)
    found = WhatIf()
    worlds = TwoWorlds({before.district: before}, Policy.model_validate({}), Desk(decide, next_deadline), found)
    for one in rounds:
        worlds.take(one)
    recorded, other = found.figures
    assert recorded == other
    assert recorded.promised > 15
    assert found.answers > 10
    assert (found.added, found.without_counterpart, found.otherwise) == (0, 0, 0)


def test_another_freeze_time_asks_at_its_own_time(recorder: Recorder) -> None:
    """Tests that teams are asked when they would have been, and that answers given before count for nothing."""
    found = what_if(recorder, "freeze_minutes = 30")
    recorded, other = found.figures
    assert found.added > 0
    assert (found.answers, found.without_counterpart) == (2, 2)
    assert (recorded.committed, other.committed) == (2, 0)
    assert (recorded.offers_expired, other.offers_expired > 0) == (0, True)
    assert recorded.promised == other.promised


def test_another_price_sends_another_team(recorder: Recorder) -> None:
    """Tests that a high price on a team's load sends the far team to one of two, and that the longer way is seen."""
    recorded, other = what_if(recorder, "[prices]\nload = 10000").figures
    assert (recorded.ways, other.ways) == (2, 2)
    assert recorded.way_seconds == 0
    assert 300 < other.way_seconds < 1_200


def test_a_way_leads_from_the_stop_before() -> None:
    """Tests two visits at one far door: the crew goes there once, and the second way is none."""
    recorder = Recorder(CALM)
    recorder.send(0, ApplyTeam(details=team("near")))
    recorder.send(0.1, PlaceOrder(details=order("1", hours=(3, 3.5), north=FAR)), request="r-1")
    recorder.send(0.2, PlaceOrder(details=order("2", hours=(4, 6), north=FAR)), request="r-2")
    recorded, _ = what_if(recorder, "").figures
    assert recorded.ways == 2
    assert 300 < recorded.way_seconds < 700


def test_teams_that_are_only_asked_too_have_no_way() -> None:
    """Tests that of several teams asked at once for something urgent one way counts, and two offers do."""
    recorder = Recorder(CALM.model_copy(update={"ask_at_once": 2}))
    recorder.send(0, ApplyTeam(details=team("near")), ApplyTeam(details=team("far", north=FAR)))
    recorder.send(0.1, PlaceOrder(details=order("1", hours=(0.5, 3), urgency=0)), request="r-1")
    recorded, _ = what_if(recorder, "").figures
    assert (recorded.offered, recorded.offers_sent, recorded.ways) == (1, 2, 1)


def test_a_desk_that_only_suggests_asks_nobody(recorder: Recorder) -> None:
    """Tests that in the mode ``suggest`` no offer is sent, and that this is told of the answers."""
    found = what_if(recorder, 'mode = "suggest"')
    _, other = found.figures
    assert (other.offered, other.offers_sent, other.committed) == (0, 0, 0)
    assert found.without_counterpart == 2


def test_what_the_file_leaves_out_stays() -> None:
    """Tests that only what is named is changed, price by price."""
    recorded = Policy(freeze_minutes=45, prices=Prices(travel=3, load=9))
    given = changed(recorded, parse_policy("offers_max = 2\n[prices]\nload = 7"))
    assert given == Policy(freeze_minutes=45, offers_max=2, prices=Prices(travel=3, load=7))


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_both_worlds_are_shown_with_what_cannot_be_told(
    recorder: Recorder, tongue: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests the table and the sentence on answers without counterpart, in both languages."""
    monkeypatch.setattr("linli.services.language.TONGUE", tongue)
    show_worlds(what_if(recorder, "freeze_minutes = 30"), Out())
    said = capsys.readouterr().out
    wanted = {"en": ("a team goes", "2 of 2 answers had no counterpart"), "zh": ("已接单", "2 个答复中有 2 个")}
    assert all(one in said for one in wanted[tongue]), said
    assert any(line.split()[-3:] == ["2", "0", "-2"] for line in said.splitlines()), said


def test_where_every_answer_found_its_offer_nothing_is_excused(
    recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that figures that can be believed come without the words for those that cannot."""
    show_worlds(what_if(recorder, ""), Out())
    said = capsys.readouterr().out
    assert "All 2 recorded answers found their offer" in said
    assert "worse" not in said


def test_a_program_gets_json(recorder: Recorder, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that the figures of both worlds are one object, and nothing else is written."""
    show_worlds(what_if(recorder, ""), Out(as_json=True))
    said = json.loads(capsys.readouterr().out)
    assert said["recorded"] == said["what_if"]
    assert (said["answers"], said["answers_without_counterpart"]) == (2, 0)


@pytest.mark.parametrize(
    "other",
    [team("far", north=FAR, skills=("haircut", "rowing")), team("new", north=FAR, skills=("rowing",))],
    ids=["known", "new"],
)
def test_another_roster_gives_the_other_world_its_teams(recorder: Recorder, other: TeamDetails) -> None:
    """Tests a recorded team with a skill more, and a team that was not there: who had nobody gets a promise."""
    found = WhatIf()
    start, desk = {DISTRICT: recorder.start}, Desk(decide, next_deadline)
    worlds = TwoWorlds(start, parse_policy(""), desk, found, {other.team: other})
    for one in recorder.rounds:
        worlds.take(one)
    then, now = found.figures
    assert (then.promised, now.promised) == (2, 3)
    assert (then.committed, now.committed) == (2, 2)


def test_a_roster_is_read_as_teams_are_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that the file of `teams import` is read, and that a line that is no team is named."""
    main.run(["export", "sample-teams"])
    path = tmp_path / "teams.ndjson"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert len(read_roster(str(path), load_settings())) == 54
    good = path.read_text(encoding="utf-8").splitlines()[0]
    path.write_text(f'{good}\n{{"kind": "team", "team": "t-1"}}', encoding="utf-8")
    assert main.run(["replay", "--roster", str(path)]) == 2
    assert "teams.ndjson:2: " in capsys.readouterr().err


def test_a_plan_that_the_checker_refuses_is_told(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that a district whose every plan is refused stands still from there, and that it is said why."""
    refused = [Violation("day_limit", "near", "r-1.0", 2, "visits")]

    def refusing(state: DistrictState, commands: Sequence[NumberedCommand], moment: Moment) -> Decision:
        if moment.round > 2:
            raise PlanRefusedError(refused)
        return decide(state, commands, moment)

    found = WhatIf()
    worlds = TwoWorlds({DISTRICT: recorder.start}, parse_policy(""), Desk(refusing, next_deadline), found)
    for one in recorder.rounds:
        worlds.take(one)
    assert {code: (one.round, one.found) for code, one in found.refused.items()} == {DISTRICT: (3, tuple(refused))}
    recorded, other = found.figures
    assert recorded.requests > other.requests
    monkeypatch.setattr("linli.services.language.TONGUE", "en")
    show_worlds(found, Out())
    said = capsys.readouterr().out
    assert "ends at round 3" in said
    assert "r-1.0" in said


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (None, 3, "no file"),
        (b"freeze = 3", 2, "freeze"),
        (b"freeze_minutes = -1", 2, "freeze_minutes"),
        (b"not toml", 2, "policy.toml"),
        (b"\xff\xfe", 2, "UTF-8"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(
    content: bytes | None, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests that the file is looked at before Kafka is, and that the mistake is named."""
    path = tmp_path / "policy.toml"
    if content is not None:
        path.write_bytes(content)
    assert main.run(["replay", "--what-if", str(path)]) == code
    assert said in capsys.readouterr().err


def test_bytes_cannot_be_compared_with_another_world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that ``--verify`` with ``--what-if`` is refused in words."""
    assert main.run(["replay", "--verify", "--what-if", str(tmp_path / "p.toml")]) == 2
    assert words.both("cannot go together", "不能同时使用") in capsys.readouterr().err
