"""Does the desk agree with the proposals: is every choice in ``suggest`` counted once, with its cost and its reason?"""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from linli.matcher.ledger.state import Decision
from linli.schemas.answers import Claim
from linli.schemas.desk import ApplyRecord, Assign, Confirm
from linli.schemas.errors import LinliError
from linli.schemas.orders import Target
from linli.schemas.policy import Mode, Policy
from linli.schemas.suggest_report import SuggestReport, Tally, opinions, suggest_report
from linli.schemas.topics import ASSIGNMENTS
from linli.services.cli import main
from linli.services.cli.agreement_sheet import moments, write
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.kafka_client import KafkaAddress
from tests.conftest import RunningGround
from tests.support.district import AUTO, DISTRICT, MONDAY, Desk
from tests.support.ledger import Ledger

SUGGEST = Policy(mode=Mode.SUGGEST, freeze_minutes=90, work=0)


def choose(desk: Desk, number: str, team: str, reason: str = "knows them") -> None:
    """Let the desk send a team to a request."""
    target = Target(request_id=f"r-{number}")
    desk.send(Assign(target=target, team=team, agreed=True, members=(f"{team}-m0",), reason=reason, by="desk-1"))


def proposed(desk: Desk, number: str) -> str:
    """Return the team that is proposed for a request."""
    return desk.state.requests[f"r-{number}"].legs[0].offers[-1].team


def report(desk: Desk, **period: timedelta) -> SuggestReport:
    """Report on a desk, of a period since Monday's beginning of work."""
    moments = {name: MONDAY + span for name, span in period.items()}
    found = [one for record in desk.state.requests.values() for one in opinions(record)]
    return suggest_report(found, **moments)


@pytest.fixture(scope="module")
def county() -> Desk:
    """A county in ``suggest``: agreed about one request, not about two, and silent about the fourth."""
    desk = Desk(SUGGEST)
    for number in "1234":
        desk.place_order(number, content=number, hours=(2, 2.5))
    desk.at(1.5)
    choose(desk, "1", proposed(desk, "1"))
    desk.at(1.6)
    choose(desk, "2", "t2", "=they know 奶奶")
    desk.at(1.7)
    choose(desk, "3", "t2", "nearer")
    return desk


def test_choices_are_counted_beside_what_was_proposed(county: Desk) -> None:
    """Tests the figures, and that what the disagreements cost adds up, in total and term by term."""
    made = report(county)
    whole = made.total
    assert (whole.agreed, whole.disagreed, whole.unproposed, whole.unchosen) == (1, 2, 0, 1)
    assert whole.rate == pytest.approx(1 / 3)
    costs = [one.seconds for one in made.disagreements if one.seconds is not None]
    assert len(costs) + whole.uncosted == 2
    assert whole.seconds == sum(costs)
    assert sum(term.seconds for term in whole.terms) == whole.seconds
    assert whole.uncosted == 0
    assert whole.median == round(sum(costs) / 2)


def test_each_disagreement_is_told_with_its_reason(county: Desk) -> None:
    """Tests the list: in the order of the choices, with both teams and the desk's own words."""
    listed = report(county).disagreements
    assert [(one.request_id, one.reason, one.by) for one in listed] == [
        ("r-2", "=they know 奶奶", "desk-1"),
        ("r-3", "nearer", "desk-1"),
    ]
    assert [one.chosen for one in listed] == ["t2", "t2"]
    assert all(one.proposed in ("t0", "t1") for one in listed)


def test_communities_and_categories_are_told_apart(county: Desk) -> None:
    """Tests that the groups are the whole, each opinion in one of them."""
    desk = Desk(SUGGEST)
    found = [one for record in county.state.requests.values() for one in opinions(record)]
    moved = [one.model_copy(update={"community": "c2"}) if one.request_id == "r-1" else one for one in found]
    assert report(desk).groups == ()
    groups = suggest_report(moved).groups
    assert [(one.community, one.rate) for one in groups] == [("c1", 0.0), ("c2", 1.0)]


def test_the_period_ends_before_its_end(county: Desk) -> None:
    """Tests that a choice at the end of a period belongs to the next."""
    cut = timedelta(hours=1.6)
    before, after = report(county, end=cut).total, report(county, start=cut).total
    assert (before.agreed, before.disagreed, before.unchosen) == (1, 0, 1)
    assert (after.agreed, after.disagreed, after.unchosen) == (0, 2, 0)


def test_where_nothing_was_chosen_there_is_no_rate() -> None:
    """Tests that a proposal which came to nothing is counted as such, once, and never as agreement."""
    desk = Desk(SUGGEST)
    desk.place_order("1")
    for hour in (0.5, 1.9, 3, 30):
        desk.at(hour)
    whole = report(desk).total
    assert whole == Tally(
        community=None,
        category=None,
        agreed=0,
        disagreed=0,
        unproposed=0,
        unchosen=1,
        rate=None,
        seconds=0,
        median=None,
        terms=(),
        uncosted=0,
    )


def test_a_team_where_nobody_was_proposed_is_no_disagreement_about_teams() -> None:
    """Tests that help by a team that Linli had not found is listed, and leaves the rate alone."""
    desk = Desk(SUGGEST)
    desk.place_order("1", skill="plumbing")
    given = {"team": "t1", "members": ("t1-m0",), "start": MONDAY, "minutes": 30, "reason": "handy", "by": "desk-1"}
    desk.send(ApplyRecord.model_validate(given), request="r-1")
    made = report(desk)
    assert (made.total.unproposed, made.total.disagreed, made.total.rate) == (1, 0, None)
    assert [(one.proposed, one.chosen, one.seconds) for one in made.disagreements] == [(None, "t1", None)]


def test_the_table_of_disagreements_holds_no_formula(county: Desk, tmp_path: Path) -> None:
    """Tests the file that a spreadsheet opens: a line each, the reason as text, the figures beside it."""
    write(report(county), tmp_path / "report.csv", overwrite=False)
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [(row[0], row[9]) for row in rows] == [("r-2", "'=they know 奶奶"), ("r-3", "nearer")]
    assert [int(row[7]) for row in rows] == [one.seconds for one in report(county).disagreements]
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(LinliError, match="is there already"):
        write(report(county), tmp_path / "report.csv", overwrite=False)


def test_a_day_as_the_end_is_included() -> None:
    """Tests how a period is typed, in the time of the districts."""
    start, end = moments("2026-11-23", "2026-11-23")
    assert (start, end) == (MONDAY - timedelta(hours=8), MONDAY + timedelta(hours=16))
    assert moments(None, "2026-11-23T08:00") == (None, MONDAY)
    for wrong in (("2026-11-24", "2026-11-23"), ("soon", None)):
        with pytest.raises(LinliError, match="asked for wrongly"):
            moments(*wrong)


def test_only_the_desks_choices_in_suggest_count() -> None:
    """Tests that confirming, where that is the rule, and a team that helps itself are no second opinion."""
    confirming = Desk(SUGGEST.model_copy(update={"mode": Mode.CONFIRM}))
    confirming.place_order("1")
    confirming.at(0.5)
    confirming.send(Confirm(target=Target(request_id="r-1"), by="desk-1"))
    open_to_all = Desk(AUTO)
    open_to_all.place_order("1")
    open_to_all.send(Claim(target=Target(request_id="r-1"), team="t2", members=("t2-m0",)))
    for desk in (confirming, open_to_all):
        assert desk.state.requests["r-1"].choices
        assert report(desk).total.rate is None
        assert report(desk).total.unchosen == 0


async def written(desk: Desk, address: KafkaAddress) -> None:
    """Write a desk's rounds to the log, then a choice that was never committed, and a request that is forgotten."""
    seen = next(record for record in desk.state.requests.values() if record.request_id == "r-2")
    torn = seen.model_copy(update={"version": 99, "choices": ()})
    gone = seen.model_copy(update={"request_id": "r-gone"})
    async with Ledger(address) as ledger:
        for decision in desk.decisions:
            await ledger.write(decision)
        await ledger.write(Decision(assignments=(gone,)))
        await ledger.write_one(ASSIGNMENTS, "r-gone", None)
        await ledger.write(Decision(assignments=(torn,)), abort=True)


def test_the_command_reads_what_was_committed_and_the_latest_of_it(
    county: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests the command on a real log: every step of every request lies there, each is counted as it stands last."""
    running = RunningGround(tmp_path / "ground")
    try:
        address = running.ground.kafka_address
        running.do(bootstrap(address, Wanted((DISTRICT,), 1)))
        running.do(written(county, address))
        monkeypatch.setenv("LINLI_KAFKA", address.bootstrap)
        monkeypatch.setenv("LINLI_STATE", str(tmp_path / "state"))
        file = tmp_path / "choices.csv"
        assert main.run(["report", "suggest", "--to", "2026-11-23", "-o", str(file), "--json"]) == 0
        told = SuggestReport.model_validate_json(capsys.readouterr().out)
        assert told == report(county).model_copy(update={"end": MONDAY + timedelta(hours=16)})
        assert file.read_text(encoding="utf-8-sig").count("'=they know") == 1
        assert main.run(["report", "suggest"]) == 0
        assert "=they know 奶奶" in capsys.readouterr().out
        assert main.run(["report", "suggest", "--to", "2026-11-22"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1
        assert main.run(["report", "suggest", "-o", str(file)]) != 0
        assert "is there already" in capsys.readouterr().err
    finally:
        running.stop()
