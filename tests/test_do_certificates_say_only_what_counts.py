"""Do certificates and the report of hours say only what counts, and nothing of those who were helped?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from linli.schemas.errors import Code, LinliError
from linli.schemas.judging import Verdict
from linli.schemas.menu import shipped_menu
from linli.schemas.policy import Policy
from linli.schemas.roster import RosterRecord
from linli.schemas.service import Proof, Review, ServiceRecord
from linli.services.certificates.certificate import Certificate, NamesError, certificate_of, read_names
from linli.services.certificates.writing import as_html, as_text
from linli.services.cli.certificate_sheet import refuse_stranger
from linli.services.demo.county import sinan
from linli.services.reports.hours import hours_rows
from linli.services.reports.periods import Parameter, Period, period_of
from linli.services.reports.report import Asked, County
from linli.services.reports.reviews import review_rows
from linli.services.reports.service_records import record_rows
from linli.streams.ledger_tables import Tables
from tests.support.examples import TEAM_DETAILS
from tests.support.kept_examples import NINE, SERVICE_RECORD

COUNTY = County(sinan(), shipped_menu(), Policy())
NOW = NINE + timedelta(days=20)
MARCH = period_of({"month": "2026-03"}, frozenset(Parameter))


def visit(number: int, *, days: int = 0, credited: int = 40, **changes: object) -> ServiceRecord:
    """Make a synthetic service record of 40 minutes by two members, proven and unflagged."""
    start = NINE + timedelta(days=days)
    facts = {
        "request_id": f"r-{number}",
        "start": start,
        "end": start + timedelta(minutes=40),
        "credited_minutes": credited,
        "anomalies": (),
        "review": None,
        "related": (),
    }
    return SERVICE_RECORD.model_copy(update=facts | changes)


REFUSED = Review(verdict=Verdict.REFUSED, reason="no", by="office-1", at=NINE, anomalies=("overlap",))

VISITS = (
    visit(1),
    visit(2, days=1, members=("m-1",)),
    visit(3, days=2, credited=0, proof=Proof()),
    visit(4, days=3, credited=0, anomalies=("overlap",), related=("r-2",)),
    visit(5, days=4, credited=0, anomalies=("overlap",), review=REFUSED),
    visit(6, days=60),
    visit(7, days=5, team="t-other"),
)
TEAM = SERVICE_RECORD.team
ROSTER = RosterRecord(
    district="520624", version=1, round=1, at=NINE, details=TEAM_DETAILS.model_copy(update={"team": TEAM})
)
TABLES = Tables(service=VISITS, roster=(ROSTER,))


def made(member: str = "m-1", period: Period = MARCH, **options: str) -> Certificate:
    """Make a certificate."""
    names = {"m-1": options.get("name", "")}
    return certificate_of(TABLES, COUNTY, (TEAM, member), period, now=NOW, names=names)


def test_only_what_is_proven_and_decided_counts() -> None:
    """Tests visits without proof, waiting, refused, of another team, of another month; and the other member."""
    assert [one.hours for one in made().lines] == [0.67, 0.67]
    assert made().hours == 1.33
    assert made("m-2").hours == 0.67
    assert made("m-9").lines == ()
    assert made(period=Period()).hours == 2.0
    assert (made().start, made().until) == ("2026-03-01", "2026-03-31")


def test_the_number_changes_with_what_it_says() -> None:
    """Tests that the same ledger gives the same number, and another volunteer, period or visit another one."""
    assert made().number == made(name="张三（模拟）").number
    assert len({made().number, made("m-2").number, made(period=Period()).number}) == 3
    assert len(made().number) == 12


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_it_says_that_it_is_synthetic_and_whose_it_is(tongue: str) -> None:
    """Tests page and text: the name from the file, escaped; no place, no stars, no case of those who were helped."""
    certificate = made(name="<b>张三</b>")
    page, text = as_html(certificate, tongue), as_text(certificate, tongue)  # type: ignore[arg-type]
    for said in (page, text):
        assert certificate.number in said
        assert {"en": "SYNTHETIC", "zh": "模拟数据"}[tongue] in said
        assert "r-1" not in said
        assert str(SERVICE_RECORD.grid) not in said
        assert SERVICE_RECORD.community not in said
    assert "&lt;b&gt;张三" in page
    assert "<b>" not in page
    assert "http" not in page


def test_names_are_read_strictly() -> None:
    """Tests a file of names: with and without a byte order mark; what is no line, and a number twice, is refused."""
    assert read_names("\ufeffm-1, 张三\n\nm-2,李四\n") == {"m-1": "张三", "m-2": "李四"}
    for wrong in ("m-1\n", "m-1,\n", "m-1,a,b\n", "m-1,a\nm-1,b\n"):
        with pytest.raises(NamesError) as refused:
            read_names(wrong)
        assert refused.value.said.zh.startswith("第 ")
        assert wrong.split(",")[0].strip() not in refused.value.said.zh


def test_hours_add_up_to_what_was_said() -> None:
    """Tests the report per team and member against sums by hand: every visit without hours has its one reason."""
    asked = Asked(NOW, COUNTY, MARCH)
    rows = {(str(row[0]), str(row[2])): row[3:] for row in hours_rows(TABLES, asked)}
    assert rows[TEAM, "m-1"] == (5, 3.33, 1.33, 0.67, 0.67, 0.67)
    assert rows[TEAM, "m-2"] == (4, 2.67, 0.67, 0.67, 0.67, 0.67)
    assert rows["t-other", "m-1"] == (1, 0.67, 0.67, 0.0, 0.0, 0.0)


def test_the_queue_comes_first_and_records_are_one_a_volunteer() -> None:
    """Tests the reports of reviews and of service records."""
    asked = Asked(NOW, COUNTY, MARCH)
    queue = list(review_rows(TABLES, asked))
    assert [(row[0], row[6], row[9], row[10]) for row in queue] == [
        ("r-4", "overlap", True, None),
        ("r-5", "overlap", False, "refused"),
    ]
    records = list(record_rows(TABLES, asked))
    assert len(records) == sum(len(one.members) for one in VISITS if MARCH.holds(one.start))
    assert all(row[-1] is True for row in records)


def test_nobody_unknown_is_certified() -> None:
    """Tests that a mistyped team or member is refused, and whoever left but has been on a visit is not."""
    known = TEAM_DETAILS.members[0].ref
    refuse_stranger(TABLES, (TEAM, known))
    refuse_stranger(Tables(service=VISITS), (TEAM, "m-1"))
    with pytest.raises(LinliError) as team:
        refuse_stranger(TABLES, ("t-99", known))
    assert team.value.code is Code.UNKNOWN_TEAM
    with pytest.raises(LinliError, match=f"team {TEAM} has no member m-99"):
        refuse_stranger(TABLES, (TEAM, "m-99"))
