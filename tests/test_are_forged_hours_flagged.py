"""Are forged hours flagged: each pattern beside an honest twin, ten forgeries, and five hundred honest days."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from linli.matcher.service.anomalies import CHECKS, Made, anomalies_of
from linli.schemas.places import RoundedPlace, Terrain
from linli.schemas.service import CODE_TRIES, Anomaly, Confirmation, ServiceRecord
from linli.schemas.service_policy import ServicePolicy

POLICY = ServicePolicy()
NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""Nine in the morning in Sinan, a Monday."""

FAR = 0.3
"""Degrees to the north: 33 kilometres."""


def minutes(number: float) -> timedelta:
    """Return a span of minutes."""
    return timedelta(minutes=number)


def visit(
    number: int,
    *,
    start: datetime = NINE,
    said: int = 40,
    there: int | None = None,
    ordered: int = 45,
    members: tuple[str, ...] = ("m-1",),
    team: str = "t-1",
    household: str = "",
    north: float = 0.0,
    planned: datetime | None = None,
    reported: timedelta | None = None,
    **changes: object,
) -> Made:
    """Make a synthetic visit; nothing about it is strange unless it is said."""
    begun = planned or start
    end = start + minutes(said if there is None else there)
    afterwards = bool(changes.get("afterwards", False))
    record = ServiceRecord(
        district="520624",
        version=1,
        round=1,
        at=end,
        request_id=f"r-{number}",
        leg=0,
        category="haircut",
        community="c-1",
        team=team,
        team_kind="volunteer",
        members=members,
        start=start,
        end=start + minutes(said),
        minutes=said,
        planned_minutes=ordered,
        started_at=None if afterwards else start,
        reported_at=end if reported is None else start + reported,
    ).model_copy(update=changes)
    place = RoundedPlace(lat=27.94 + north, lon=108.25, grid="g-1", terrain=Terrain.SEAT, coarse=False)
    agreed = None if afterwards else (begun, begun + minutes(ordered))
    return Made(record, place, household or f"h-{number}", agreed, "Asia/Shanghai")


def found(one: Made, *others: Made) -> tuple[str, ...]:
    """Return the names of what is strange."""
    return anomalies_of(one, others, POLICY)[0]


def daily(count: int, household: str = "h", **changes: object) -> list[Made]:
    """Make a visit a day to one household, before and up to Monday."""
    return [
        visit(10 + back, start=NINE - timedelta(days=back), household=household, said=33 + back, **changes)  # type: ignore[arg-type]
        for back in range(count)
    ]


Pair = tuple[tuple[Made, Sequence[Made]], tuple[Made, Sequence[Made]]]

OWN = (Confirmation(by="m-7", at=NINE, counts=False),)
GRID = (Confirmation(by="grid-1", at=NINE, counts=True),)

TWINS: dict[Anomaly, Pair] = {
    Anomaly.OVERLAP: (
        (visit(1), [visit(2, start=NINE + minutes(20))]),
        (visit(1), [visit(2, start=NINE + minutes(36))]),
    ),
    Anomaly.IMPOSSIBLE_TRAVEL: (
        (visit(1, start=NINE + minutes(55), north=FAR), [visit(2)]),
        (visit(1, start=NINE + minutes(60), north=FAR), [visit(2)]),
    ),
    Anomaly.SAME_PAIR: (
        (daily(9)[-1], daily(9)[:-1] + [visit(90, start=NINE - timedelta(days=7, hours=-5), household="h")] * 2),
        (daily(7)[-1], daily(7)[:-1]),
    ),
    Anomaly.TOO_SHORT: ((visit(1, said=13), []), (visit(1, said=14), [])),
    Anomaly.MORE_THAN_THERE: ((visit(1, said=80, there=40), []), (visit(1, said=69, there=40), [])),
    Anomaly.LONG_DAY: (
        (visit(1, said=45), [visit(2 + n, start=NINE + minutes(60 + 280 * n), said=279) for n in range(2)]),
        (visit(1, said=40), [visit(2 + n, start=NINE + minutes(60 + 280 * n), said=279) for n in range(2)]),
    ),
    Anomaly.FAR_FROM_WINDOW: (
        (visit(1, planned=NINE + minutes(181)), []),
        (visit(1, planned=NINE + minutes(179)), []),
    ),
    Anomaly.DONE_LATE: (
        (visit(1, reported=timedelta(hours=24) + minutes(46)), []),
        (visit(1, reported=timedelta(hours=24) + minutes(44)), []),
    ),
    Anomaly.WRONG_CODES: (
        (visit(1, wrong_codes=CODE_TRIES), []),
        (visit(1, wrong_codes=CODE_TRIES - 1, code_ok=True), []),
    ),
    Anomaly.OWN_TEAM: ((visit(1, confirmations=OWN), []), (visit(1, confirmations=GRID), [])),
    Anomaly.SAME_LENGTH: (
        (visit(1), [visit(2 + n, start=NINE - timedelta(hours=9 * n + 9), ordered=30 + n % 3) for n in range(9)]),
        (visit(1), [visit(2 + n, start=NINE - timedelta(hours=9 * n + 9)) for n in range(9)]),
    ),
    Anomaly.IN_BULK: (
        (visit(1, afterwards=True), [visit(2 + n, afterwards=True, members=("m-2",)) for n in range(6)]),
        (visit(1, afterwards=True), [visit(2 + n, afterwards=True, members=("m-2",)) for n in range(5)]),
    ),
    Anomaly.AT_NIGHT: (
        (visit(1, start=NINE - timedelta(hours=4, minutes=1)), []),
        (visit(1, start=NINE - timedelta(hours=4)), []),
    ),
}
"""For each pattern a visit that shows it, and one that just does not."""


def test_every_pattern_has_its_twins() -> None:
    """Tests that no pattern was forgotten here or among the functions."""
    assert set(TWINS) == set(CHECKS) == set(Anomaly)


@pytest.mark.parametrize("name", list(Anomaly))
def test_a_pattern_is_seen_and_its_twin_is_not(name: Anomaly) -> None:
    """Tests one pattern on both sides of its line."""
    (strange, beside), (honest, others) = TWINS[name]
    assert CHECKS[name](strange, beside, POLICY) is not None
    assert CHECKS[name](honest, others, POLICY) is None


def test_what_it_is_about_is_named() -> None:
    """Tests that a person finds the other visit of an overlap, and that somebody else's visit is none."""
    (strange, beside), _ = TWINS[Anomaly.OVERLAP]
    assert anomalies_of(strange, beside, POLICY) == ((Anomaly.OVERLAP,), ("r-2",))
    elsewhere = [visit(2, start=NINE + minutes(20), members=("m-2",))]
    assert found(strange, *elsewhere) == ()
    same_number = [visit(2, start=NINE + minutes(20), team="t-2")]
    assert found(strange, *same_number) == ()


FORGERIES: dict[str, Callable[[], list[Made]]] = {
    "at two homes at once": lambda: [visit(1), visit(2, start=NINE + minutes(10))],
    "from one end of the county to the other in ten minutes": lambda: [
        visit(1),
        visit(2, start=NINE + minutes(50), north=FAR),
    ],
    "a friend visited every day, twice on most": lambda: [
        *daily(7),
        *(visit(50 + n, start=NINE - timedelta(days=n, hours=-6), household="h", said=51 + n) for n in range(4)),
    ],
    "in and out for the hours": lambda: [visit(1, said=45, there=4)],
    "four hours said, one given": lambda: [visit(1, said=240, there=60, ordered=120)],
    "a day of fourteen hours": lambda: [
        visit(n, start=NINE + minutes(150 * n), said=140, ordered=120) for n in range(6)
    ],
    "guessing the resident's code": lambda: [visit(1, wrong_codes=CODE_TRIES)],
    "a member vouches for the team": lambda: [visit(1, confirmations=OWN)],
    "everything took forty minutes": lambda: [
        visit(n, start=NINE + timedelta(hours=5 * n), ordered=(30, 45, 60, 90)[n % 4]) for n in range(12)
    ],
    "a month's visits entered on its last evening": lambda: [
        visit(
            n,
            start=NINE - timedelta(days=2 * n),
            said=30 + n,
            afterwards=True,
            reported_at=NINE + timedelta(hours=10),
        )
        for n in range(4, 12)
    ],
    "started the day before, from the sofa": lambda: [visit(1, start=NINE - timedelta(hours=20), planned=NINE)],
    "reported when the quota was short": lambda: [visit(1, reported=timedelta(days=6))],
}
"""What people who forge hours do, told as what the ledger would hold; at least ten."""


def flagged(made: Sequence[Made]) -> list[tuple[str, ...]]:
    """Judge visits in the order in which they are written, each beside those before."""
    return [found(one, *made[:number]) for number, one in enumerate(made)]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_flagged(forgery: str) -> None:
    """Tests that at least one visit of the pattern waits for a person."""
    assert any(flagged(FORGERIES[forgery]()))


def honest_day(dice: random.Random, day: int) -> list[Made]:
    """Make one team's honest day: visits that follow each other, reported as people report.

    Three members in two pairs, homes all over the county with the way between, a regular every few days, late starts,
    short visits, reports sent in the evening or on the next day, and the odd visit entered afterwards.
    """
    made: list[Made] = []
    for crew, members in enumerate((("m-1", "m-2"), ("m-3",))):
        now = NINE + timedelta(days=day) + minutes(dice.uniform(-60, 90))
        for number in range(dice.randint(1, 4)):
            ordered = dice.choice((30, 45, 60, 60, 90, 120))
            there = max(ordered * 0.45, dice.gauss(ordered, ordered * 0.2))
            said = max(5, round(there / 5 + dice.uniform(-1, 1)) * 5)
            late = minutes(dice.expovariate(1 / 12))
            report = there + (dice.uniform(120, 1_500) if dice.random() < 0.06 else dice.uniform(0, 12))
            afterwards = dice.random() < 0.03
            key = day * 100 + crew * 10 + number
            made.append(
                visit(
                    key,
                    start=now + late,
                    planned=now,
                    said=said,
                    ordered=ordered,
                    members=members,
                    household=f"h-{dice.randint(0, 40)}",
                    north=dice.uniform(-0.1, 0.1),
                    reported=minutes(report),
                    afterwards=afterwards,
                )
            )
            now += late + minutes(max(there, said) + dice.uniform(20, 60))
    return sorted(made, key=lambda one: one.record.reported_at or NINE)


def test_honest_days_are_left_alone() -> None:
    """Tests that of 500 simulated honest days under one visit in a hundred is flagged."""
    dice = random.Random(20260316)
    week: list[Made] = []
    visits = flags = 0
    for day in range(500):
        made = honest_day(dice, day)
        for number, one in enumerate(made):
            flags += bool(found(one, *week, *made[:number]))
            visits += 1
        week = [one for one in (*week, *made) if one.record.start > NINE + timedelta(days=day - 7)]
    assert visits > 2_000
    assert flags < visits / 100
